"""Sessions added, moved, cancelled and taken up again by hand."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest

from muster.batches.errors import BatchArchived, BatchNotOpen, ScheduleConflict, SessionHeld, SessionLocked
from muster.batches.history import history_of
from muster.batches.rules import (
    SessionInput,
    add_session,
    archive_batch,
    assign_lead,
    cancel_session,
    change_batch,
    change_session,
    make_sessions,
    move_status,
    restore_session,
    share_meeting,
)
from muster.core.errors import Invalid, Stale
from muster.notifications.models import Notification
from muster.people.models import InstructorProfile, TimeOff
from muster.timetable.models import Booking, ClassSession
from tests.make import Campus, as_if_begun, slot

pytestmark = pytest.mark.django_db
MONDAY = date(2030, 1, 7)
DAY = timedelta(days=1)


@pytest.fixture
def campus():
    campus = Campus.found()
    campus.institution.session_horizon_days = 7300
    campus.institution.save()
    return campus


@pytest.fixture
def farid(campus):
    return campus.instructor("Farid Osman")


@pytest.fixture
def batch(campus, farid):
    """Two Mondays, 08:00 to 10:00."""
    return campus.batch(
        name="Python Evening",
        code="PY-1",
        start_date=MONDAY,
        end_date=MONDAY + DAY * 13,
        lead=farid,
        slots=[slot(1, "08:00", "10:00")],
    )


@pytest.fixture
def first(batch):
    return batch.sessions[0]


def plan(day=MONDAY + DAY, start="08:00", end="10:00", **rest):
    return SessionInput(day, time.fromisoformat(start), time.fromisoformat(end), **rest)


def hours(person):
    rows = Booking.objects.filter(instructor=person).order_by("period")
    return [f"{row.period.lower:%d %H:%M}-{row.period.upper:%H:%M}" for row in rows]


def titles(person):
    return [row.title for row in Notification.objects.filter(user=person, kind="session_changed").order_by("id")]


# --- adding ---------------------------------------------------------------------------------------------------------
def test_extra_session_books_who_teaches_that_day(campus, batch, farid):
    written = add_session(by=campus.admin, batch=batch, fields=plan())
    assert (written.session.is_edited, written.session.is_extra, written.session.status) == (True, True, "scheduled")
    assert hours(farid) == ["07 08:00-10:00", "08 08:00-10:00", "14 08:00-10:00"]


def test_session_without_times_books_nobody(campus, batch, farid):
    add_session(by=campus.admin, batch=batch, fields=SessionInput(MONDAY))
    assert hours(farid) == ["07 08:00-10:00", "14 08:00-10:00"]


def test_extra_session_in_an_hour_that_is_taken_is_refused_with_ways_out(campus, batch, farid):
    other = campus.batch(start_date=MONDAY, end_date=MONDAY + DAY * 13, lead=farid)
    free = campus.instructor("Zanele Dube")
    with pytest.raises(ScheduleConflict) as refused:
        add_session(by=campus.admin, batch=other, fields=plan(MONDAY, "09:00", "11:00"))
    assert refused.value.message == (
        "Schedule conflict: Farid Osman teaches Python Evening (PY-1), Monday 08:00 to 10:00, on 7 January 2030."
    )
    out = refused.value.alternatives
    assert [(str(hour), hour.on_date) for _index, hour in out.times] == [
        ("Monday 10:00 to 12:00", MONDAY),
        ("Tuesday 09:00 to 11:00", MONDAY + DAY),
        ("Wednesday 09:00 to 11:00", MONDAY + DAY * 2),
        ("Friday 09:00 to 11:00", MONDAY - DAY * 3),
    ]
    assert free.pk in {person.id for person in out.instructors}
    assert [error.field for error in refused.value.errors] == ["start_time"]


def test_touching_sessions_do_not_clash(campus, batch, farid):
    add_session(by=campus.admin, batch=batch, fields=plan(MONDAY, "10:00", "11:00"))
    add_session(by=campus.admin, batch=batch, fields=plan(MONDAY, "07:00", "08:00"))
    assert hours(farid)[:3] == ["07 07:00-08:00", "07 08:00-10:00", "07 10:00-11:00"]


def test_clash_between_two_dated_sessions_names_the_other(campus, batch, farid):
    add_session(by=campus.admin, batch=batch, fields=plan())
    other = campus.batch(start_date=MONDAY, end_date=MONDAY + DAY * 13, lead=farid)
    with pytest.raises(
        ScheduleConflict, match=r"teaches Python Evening \(PY-1\), Tuesday 08:00 to 10:00, on 8 January"
    ):
        add_session(by=campus.admin, batch=other, fields=plan(start="09:59", end="12:00"))


def test_weekly_slot_clashes_with_a_dated_session(campus, batch, farid):
    add_session(by=campus.admin, batch=batch, fields=plan())
    with pytest.raises(ScheduleConflict, match="Tuesday 08:00 to 10:00, on 8 January 2030"):
        campus.batch(start_date=MONDAY, end_date=MONDAY + DAY * 13, lead=farid, slots=[slot(2, "09:00", "11:00")])


def test_room_of_a_dated_session_is_taken(campus, batch):
    room = campus.room(name="Lab 2")
    add_session(by=campus.admin, batch=batch, fields=plan(room=room))
    other = campus.batch(start_date=MONDAY, end_date=MONDAY + DAY * 13)
    with pytest.raises(ScheduleConflict, match="Lab 2 is booked by Python Evening"):
        add_session(by=campus.admin, batch=other, fields=plan(start="09:00", room=room))


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"start_time": None}, "start_time"),
        ({"end_time": None}, "end_time"),
        ({"end_time": time(8)}, "end_time"),
        ({"session_type": "PARTY"}, "session_type"),
        ({"title": "x" * 151}, "title"),
        ({"location": "x" * 151}, "location"),
        ({"notes": "x" * 20_001}, "notes"),
        ({"date": date(1999, 12, 31)}, "date"),
        ({"date": date(2201, 1, 1)}, "date"),
    ],
)
def test_wrong_fields_are_named(campus, batch, wrong, field):
    with pytest.raises(Invalid) as refused:
        add_session(by=campus.admin, batch=batch, fields=SessionInput(**{**plan().__dict__, **wrong}))
    assert [error.field for error in refused.value.errors] == [field]


def test_who_does_not_teach_cannot_take_a_session(campus, batch):
    with pytest.raises(Invalid, match="must have instructor role"):
        add_session(by=campus.admin, batch=batch, fields=plan(instructor=campus.student()))


def test_no_session_for_an_archived_or_cancelled_batch(campus, batch, first):
    archive_batch(by=campus.admin, batch=batch)
    with pytest.raises(BatchArchived):
        add_session(by=campus.admin, batch=batch, fields=plan())
    for change in (
        lambda: cancel_session(by=campus.admin, session=first),
        lambda: restore_session(by=campus.admin, session=first),
    ):
        with pytest.raises(BatchArchived):
            change()
    over = campus.batch()
    move_status(by=campus.admin, batch=over, status="Cancelled")
    with pytest.raises(BatchNotOpen):
        add_session(by=campus.admin, batch=over, fields=plan())


# --- moving ---------------------------------------------------------------------------------------------------------
def test_moved_session_gives_its_hour_back_and_takes_another(campus, batch, farid, first):
    written = change_session(by=campus.admin, session=first, changes={"date": MONDAY + DAY * 2, "start_time": time(9)})
    assert (written.session.is_edited, written.session.sequence, written.session.version) == (True, 1, 2)
    assert hours(farid) == ["09 09:00-10:00", "14 08:00-10:00"]
    # Another batch may have the hour now.
    campus.batch(start_date=MONDAY, end_date=MONDAY + DAY * 6, lead=farid, slots=[slot(1, "08:00", "10:00")])


def test_session_moved_back_goes_with_its_slot_again(campus, batch, farid, first):
    change_session(by=campus.admin, session=first, changes={"date": MONDAY + DAY})
    written = change_session(by=campus.admin, session=first, changes={"date": MONDAY})
    assert (written.session.is_edited, written.session.sequence) == (False, 2)
    assert hours(farid) == ["07 08:00-10:00", "14 08:00-10:00"]


def test_session_does_not_move_into_another_of_its_own_week(campus, batch, first):
    with pytest.raises(ScheduleConflict, match="on 14 January 2030"):
        change_session(by=campus.admin, session=first, changes={"date": MONDAY + DAY * 7})


def test_session_may_overlap_where_it_was(campus, batch, farid, first):
    change_session(by=campus.admin, session=first, changes={"start_time": time(9), "end_time": time(11)})
    assert hours(farid)[0] == "07 09:00-11:00"


def test_other_instructor_for_one_session_frees_the_lead(campus, batch, farid, first):
    zanele = campus.instructor("Zanele Dube")
    change_session(by=campus.admin, session=first, changes={"instructor": zanele})
    assert (hours(farid), hours(zanele)) == (["14 08:00-10:00"], ["07 08:00-10:00"])


def test_words_leave_the_session_with_its_slot(campus, batch, first):
    written = change_session(
        by=campus.admin, session=first, changes={"notes": "Bring a laptop.", "session_type": "PRACTICAL"}
    )
    assert (written.session.is_edited, written.session.sequence, written.told) == (False, 0, 0)
    change_batch(by=campus.admin, batch=batch, changes={"slots": [slot(1, "09:00", "11:00")]})
    first.refresh_from_db()
    assert (first.start_time, first.notes, first.session_type) == (time(9), "Bring a laptop.", "PRACTICAL")


def test_week_that_changes_leaves_the_moved_session_alone(campus, batch, farid, first):
    change_session(by=campus.admin, session=first, changes={"date": MONDAY + DAY})
    change_batch(
        by=campus.admin, batch=batch, changes={"slots": [slot(1, "12:00", "13:00"), slot(4, "08:00", "09:00")]}
    )
    assert hours(farid) == ["08 08:00-10:00", "10 08:00-09:00", "14 12:00-13:00", "17 08:00-09:00"]


def test_hour_that_a_session_gave_away_is_no_clash_for_its_week(campus, batch, farid, first):
    cancel_session(by=campus.admin, session=first)
    campus.batch(start_date=MONDAY, end_date=MONDAY, lead=farid, slots=[slot(1, "08:00", "10:00")])
    change_batch(by=campus.admin, batch=batch, changes={"end_date": MONDAY + DAY * 20})
    with pytest.raises(ScheduleConflict):
        restore_session(by=campus.admin, session=first)


def test_lead_who_is_busy_at_a_moved_session_is_refused(campus, batch, first):
    zanele = campus.instructor()
    change_session(by=campus.admin, session=first, changes={"date": MONDAY + DAY})
    campus.batch(start_date=MONDAY, end_date=MONDAY + DAY * 6, lead=zanele, slots=[slot(2, "09:00", "10:00")])
    with pytest.raises(ScheduleConflict, match="Tuesday 09:00 to 10:00"):
        assign_lead(by=campus.admin, batch=batch, instructor=zanele)


def test_held_and_locked_sessions_stay_where_they_are(campus, batch, first):
    with as_if_begun():
        ClassSession.objects.filter(pk=first.pk).update(status="held")
        for change in ({"date": MONDAY + DAY}, {"start_time": time(7)}):
            with pytest.raises(SessionHeld):
                change_session(by=campus.admin, session=first, changes=change)
        with pytest.raises(SessionHeld):
            cancel_session(by=campus.admin, session=first)
        noted = change_session(by=campus.admin, session=first, changes={"notes": "Went well."})
        assert noted.session.notes == "Went well."
        ClassSession.objects.filter(pk=first.pk).update(is_locked=True, locked_at="2030-01-07T12:00Z")
        with pytest.raises(SessionLocked, match="Register is locked"):
            change_session(by=campus.admin, session=first, changes={"notes": "Again."})


def test_stale_change_is_refused(campus, batch, first):
    change_session(by=campus.admin, session=first, changes={"notes": "One"}, version=1)
    with pytest.raises(Stale):
        change_session(by=campus.admin, session=first, changes={"notes": "Two"}, version=1)


def test_days_away_are_told_and_forbid_nothing(campus, batch, farid, first):
    profile = InstructorProfile.objects.create(institution=campus.institution, user=farid)
    TimeOff.objects.create(
        institution=campus.institution, profile=profile, first_date=MONDAY + DAY, last_date=MONDAY + DAY * 2
    )
    written = change_session(by=campus.admin, session=first, changes={"date": MONDAY + DAY})
    assert [warning.kind for warning in written.warnings] == ["time_off"]


# --- cancelling -----------------------------------------------------------------------------------------------------
def test_cancelled_session_frees_its_people_until_it_is_taken_up_again(campus, batch, farid, first):
    written = cancel_session(by=campus.admin, session=first, reason=" Load shedding ")
    assert (written.session.cancel_reason, written.session.sequence) == ("Load shedding", 1)
    assert hours(farid) == ["14 08:00-10:00"]
    assert cancel_session(by=campus.admin, session=first).told == 0
    written = restore_session(by=campus.admin, session=first)
    assert (written.session.status, written.session.is_edited, written.session.sequence) == ("scheduled", False, 2)
    assert hours(farid) == ["07 08:00-10:00", "14 08:00-10:00"]


def test_cancelled_session_does_not_come_again(campus, batch, first):
    cancel_session(by=campus.admin, session=first)
    assert make_sessions(by=campus.admin, batch=batch).added == 0
    assert batch.sessions.taking_place().count() == 1


# --- telling --------------------------------------------------------------------------------------------------------
def test_those_concerned_are_told_once(campus, batch, farid, first):
    student, held = campus.student(), campus.student()
    campus.enroll(batch, student)
    on_hold = campus.enroll(batch, held)
    type(on_hold).objects.filter(pk=on_hold.pk).update(status="on_hold")
    assert change_session(by=campus.admin, session=first, changes={"date": MONDAY + DAY}).told == 2
    assert cancel_session(by=campus.admin, session=first).told == 2
    assert restore_session(by=campus.admin, session=first).told == 2
    expected = [
        "PY-1 on Mon 7 Jan, 08:00 to 10:00 was rescheduled",
        "PY-1 on Tue 8 Jan, 08:00 to 10:00 was cancelled",
        "PY-1 has a session on Tue 8 Jan, 08:00 to 10:00",
    ]
    assert titles(student) == titles(farid) == expected
    assert titles(held) == []


def test_nobody_is_told_of_what_is_over(campus, farid):
    campus.institution.session_horizon_days = 30
    campus.institution.save()
    batch = campus.batch(
        start_date=date(2020, 1, 6),
        end_date=date(2020, 1, 12),
        status="Active",
        lead=farid,
        slots=[slot(1, "08:00", "10:00")],
    )
    session = batch.sessions.get()
    assert cancel_session(by=campus.admin, session=session).told == 0


def test_only_instructors_are_told_of_another_instructor(campus, batch, farid, first):
    student, zanele = campus.student(), campus.instructor()
    campus.enroll(batch, student)
    change_session(by=campus.admin, session=first, changes={"instructor": zanele})
    assert titles(farid) == titles(zanele) == ["PY-1 on Mon 7 Jan, 08:00 to 10:00 has a new instructor"]
    assert titles(student) == []


def test_shared_session_tells_the_students_of_each_batch_of_their_own(campus, farid):
    one, two = (campus.batch(code=code, start_date=MONDAY, end_date=MONDAY + DAY * 6) for code in ("AA", "BB"))
    people = [campus.student(), campus.student()]
    campus.enroll(one, people[0])
    campus.enroll(two, people[1])
    meeting = share_meeting(by=campus.admin, name="Both", batches=[one, two], slots=[slot(1, "08:00", "10:00")])
    assert cancel_session(by=campus.admin, session=meeting.sessions.get()).told == 2
    assert [titles(person)[0][:2] for person in people] == ["AA", "BB"]


# --- making ---------------------------------------------------------------------------------------------------------
def test_dry_run_says_what_would_be_made(campus, farid):
    batch = campus.batch(
        start_date=date(2020, 1, 6), end_date=date(2020, 1, 19), status="Active", slots=[slot(1, "08:00", "10:00")]
    )
    sessions = batch.sessions
    assert sessions.count() == 2
    change_batch(
        by=campus.admin, batch=batch, changes={"slots": [slot(1, "08:00", "10:00"), slot(3, "08:00", "10:00")]}
    )
    # The new Wednesday does not rewrite what was taught, unless somebody asks.
    assert sessions.count() == 2
    asked = {"by": campus.admin, "batch": batch, "first": date(2020, 1, 1), "last": date(2020, 1, 12)}
    assert make_sessions(**asked, dry_run=True).added == 1
    assert sessions.count() == 2
    assert make_sessions(**asked).added == 1
    assert make_sessions(**asked).added == 0


# --- history --------------------------------------------------------------------------------------------------------
def test_history_of_the_batch_tells_what_was_done_to_its_sessions(campus, batch, first):
    change_session(by=campus.admin, session=first, changes={"date": MONDAY + DAY, "location": "Workshop"})
    cancel_session(by=campus.admin, session=first, reason="Strike")
    restore_session(by=campus.admin, session=first)
    change_session(by=campus.admin, session=first, changes={"date": MONDAY, "location": ""})
    add_session(by=campus.admin, batch=batch, fields=plan(title="Revision"))
    told = [(entry.title, entry.reason, [line.text for line in entry.lines]) for entry in history_of(batch).entries]
    assert told[:5] == [
        ("added a session", "", ["Extra session: 8 Jan 2030, 08:00 – 10:00, Revision"]),
        ("changed a session", "", ["8 Jan 2030, 08:00 – 10:00, Workshop → 7 Jan 2030, 08:00 – 10:00"]),
        ("restored a session", "", ["Session restored: 8 Jan 2030, 08:00 – 10:00, Workshop"]),
        ("cancelled a session", "Strike", ["Session cancelled: 8 Jan 2030, 08:00 – 10:00, Workshop"]),
        ("changed a session", "", ["7 Jan 2030, 08:00 – 10:00 → 8 Jan 2030, 08:00 – 10:00, Workshop"]),
    ]
    # The sessions that the week makes by itself are not told one by one.
    assert not any("session" in line.text.lower() for entry in history_of(batch).entries[5:] for line in entry.lines)
