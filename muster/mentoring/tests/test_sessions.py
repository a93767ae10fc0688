"""Sessions of a student with their mentor: when they may be, what is in the way, and what comes of them."""

from datetime import date, datetime, time, timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from muster.allocation.rules import assign_student, unassign_student
from muster.attendance.rules import announce_absence
from muster.batches.feeds import render_feed, sessions_of_feed
from muster.batches.rules import add_session, make_feed
from muster.batches.rules.sessions import SessionInput
from muster.core.errors import Conflict, Forbidden, Invalid
from muster.enrollments.errors import TransferRefused
from muster.enrollments.queries import clashes_of_many, own_clashes
from muster.enrollments.rules import transfer_students
from muster.institutions.access import Actor
from muster.institutions.models import Holiday
from muster.mentoring import rules
from muster.mentoring.errors import BusyThen, NoLongerPlanned, NoMentor, NotBegun, OnHoliday, PairEnded
from muster.mentoring.free_times import free_days
from muster.mentoring.models import MentoringSession, NoteLook
from muster.mentoring.queries import Rhythm, rhythm_of, sessions_seen_by
from muster.notifications.models import Notification
from muster.timetable.checks import BOOKINGS
from muster.timetable.models import Booking, ClassSession
from tests.make import Campus, slot

pytestmark = pytest.mark.django_db

# A Tuesday.
NOON = datetime.fromisoformat("2030-03-12T12:30")


@pytest.fixture
def campus():
    return Campus.found()


@pytest.fixture
def mentor(campus):
    return campus.instructor("Thandi Nkosi")


@pytest.fixture
def ada(campus, mentor):
    student = campus.student("Ada Byron")
    assign_student(by=campus.admin, student=student, instructor=mentor)
    return student


@pytest.fixture
def meet(campus, mentor, ada):
    def schedule(starts_at=NOON, **fields):
        return rules.schedule_sessions(by=campus.actor(mentor), student=ada, starts_at=starts_at, **fields)

    return schedule


def begun(row):
    """The same session, as if it had begun an hour ago."""
    past = timezone.now().astimezone(row.session.meeting.zone) - timedelta(days=1)
    ClassSession.objects.filter(pk=row.session_id).update(date=past.date())
    return MentoringSession.objects.select_related("assignment", "session__meeting").get(pk=row.pk)


def test_a_session_books_the_mentor(meet, mentor):
    [row] = meet(minutes=45, channel="phone")
    assert (row.status, row.minutes, row.channel) == ("planned", 45, "phone")
    assert [one.instructor for one in Booking.objects.filter(session=row.session)] == [mentor]


def test_weekly_sessions_keep_their_local_time_and_leave_holidays_out(campus, meet):
    campus.let(time_zone="Europe/Berlin")
    Holiday.objects.create(
        institution=campus.institution, name="Spring break", start_date=date(2030, 3, 26), end_date=date(2030, 3, 26)
    )
    rows = meet(repeat_until=date(2030, 4, 9))
    assert [one.session.date.isoformat() for one in rows] == ["2030-03-12", "2030-03-19", "2030-04-02", "2030-04-09"]
    # The clocks change on 31 March.
    found = [one.session.moments[0] for one in rows]
    assert {one.strftime("%H:%M") for one in found} == {"12:30"}
    assert found[0].utcoffset() != found[-1].utcoffset()


def test_sessions_every_two_weeks_leave_holidays_out_and_keep_their_rhythm(campus, meet):
    Holiday.objects.create(
        institution=campus.institution, name="Spring break", start_date=date(2030, 3, 26), end_date=date(2030, 3, 26)
    )
    rows = meet(repeat_until=date(2030, 4, 24), every_weeks=2)
    assert [one.session.date.isoformat() for one in rows] == ["2030-03-12", "2030-04-09", "2030-04-23"]
    with pytest.raises(Invalid) as refusal:
        meet(repeat_until=date(2030, 4, 24), every_weeks=3)
    assert [one.field for one in refusal.value.errors] == ["repeat_every_weeks"]


def test_a_holiday_is_refused_by_name(campus, meet):
    Holiday.objects.create(
        institution=campus.institution, name="Spring break", start_date=NOON.date(), end_date=NOON.date()
    )
    with pytest.raises(OnHoliday, match="Spring break"):
        meet()


def test_a_class_of_the_mentor_is_in_the_way_by_name(campus, mentor, meet):
    campus.batch(name="Web basics", lead=mentor, slots=[slot(2, "12:00", "13:00")])
    with pytest.raises(BusyThen, match="Thandi Nkosi is busy on 12 March 2030: Web basics, 12:00 to 13:00"):
        meet()
    assert not MentoringSession.objects.exists()


def test_a_class_of_the_student_is_in_the_way_by_name(campus, ada, meet):
    batch = campus.batch(name="Web basics", slots=[slot(2, "12:00", "13:00")])
    campus.enroll(batch, ada)
    with pytest.raises(BusyThen, match="Ada Byron is busy on 12 March 2030: Web basics"):
        meet()
    # Touching is not overlapping.
    assert meet(NOON + timedelta(minutes=30))


def test_one_week_in_the_way_refuses_all(campus, mentor, meet):
    batch = campus.batch(lead=mentor)
    day = SessionInput(date(2030, 3, 19), NOON.time(), time(13, 30))
    add_session(by=campus.admin, batch=batch, fields=day)
    with pytest.raises(BusyThen, match="19 March 2030"):
        meet(repeat_until=date(2030, 3, 26))
    assert not MentoringSession.objects.exists()


def test_a_class_that_meets_a_mentoring_session_is_refused_without_its_name(campus, mentor, meet):
    meet()
    with pytest.raises(Conflict, match="Thandi Nkosi is busy") as refusal:
        campus.batch(lead=mentor, slots=[slot(2, "12:00", "13:00")])
    assert "Ada Byron" not in refusal.value.message


def test_what_is_wrong_is_named(meet):
    with pytest.raises(Invalid) as refusal:
        meet(minutes=20, channel="pigeon", repeat_until=date(2029, 1, 1))
    assert {one.field for one in refusal.value.errors} == {"minutes", "channel", "repeat_weekly_until"}
    with pytest.raises(Invalid, match="in the future"):
        meet(NOON.replace(year=2020))


def test_a_student_without_a_mentor_is_told_so(campus):
    with pytest.raises(NoMentor):
        rules.schedule_sessions(by=campus.admin, student=campus.student(), starts_at=NOON)


def test_a_session_moves_to_a_time_that_overlaps_its_own(campus, meet):
    [row] = meet()
    later = rules.move_session(by=campus.admin, session=row, starts_at=NOON + timedelta(minutes=15))
    assert later.session.start_time.isoformat() == "12:45:00"
    assert ClassSession.objects.get(pk=row.session_id).sequence == 1


def test_a_cancelled_session_frees_both_and_comes_back(campus, meet):
    [row] = meet()
    rules.cancel_sessions(by=campus.admin, session=row, reason="Ill")
    assert not Booking.objects.filter(session=row.session_id).exists()
    with pytest.raises(NoLongerPlanned):
        rules.cancel_sessions(by=campus.admin, session=row)
    assert rules.restore_session(by=campus.admin, session=row).status == "planned"
    assert Booking.objects.filter(session=row.session_id).exists()


def test_a_series_is_cancelled_from_one_session_on(campus, meet):
    rows = meet(repeat_until=date(2030, 4, 2))
    cancelled = rules.cancel_sessions(by=campus.admin, session=rows[1], following=True)
    assert len(cancelled) == 3
    assert [one.status for one in sessions_seen_by(campus.admin).order_by("session__date")] == [
        "planned", "cancelled", "cancelled", "cancelled",
    ]  # fmt: skip


def test_sessions_ahead_are_cancelled_when_the_mentoring_ends(campus, ada, meet):
    [row] = meet()
    unassign_student(by=campus.admin, student=ada)
    now = MentoringSession.objects.get(pk=row.pk)
    assert now.status == "cancelled"
    with pytest.raises(PairEnded):
        rules.restore_session(by=campus.admin, session=now)


def test_the_database_refuses_a_session_of_a_pair_that_ended(campus, ada, meet):
    [row] = meet()
    unassign_student(by=campus.admin, student=ada)
    other = ClassSession.objects.create(
        institution=campus.institution, meeting_id=row.session.meeting_id, date=NOON.date(), is_edited=True
    )
    with pytest.raises(IntegrityError, match="assigned to each other"), transaction.atomic():
        MentoringSession.objects.create(institution=campus.institution, session=other, assignment=row.assignment)


def test_a_session_is_written_up_once_it_began(campus, mentor, meet):
    [row] = meet()
    by = campus.actor(mentor)
    with pytest.raises(NotBegun):
        rules.write_up_session(by=by, session=row, changes={"outcome": "held"})
    with pytest.raises(IntegrityError), transaction.atomic():
        MentoringSession.objects.filter(pk=row.pk).update(outcome="held")
    row = begun(row)
    with pytest.raises(Forbidden):
        rules.write_up_session(by=campus.admin, session=row, changes={"outcome": "held"})
    changes = {
        "outcome": "held",
        "summary": "Joins",
        "private_notes": "Night shifts",
        "goals": [("Hand it in", date(2030, 3, 20))],
    }
    done = rules.write_up_session(by=by, session=row, changes=changes)
    assert (done.status, done.summary) == ("held", "Joins")
    assert [one.title for one in done.assignment.mentoring_goals.all()] == ["Hand it in"]


def test_looks_of_administrators_are_recorded_and_stay(campus, mentor, meet):
    row = begun(meet()[0])
    rules.write_up_session(
        by=campus.actor(mentor), session=row, changes={"outcome": "missed", "private_notes": "Bus strike"}
    )
    row = sessions_seen_by(campus.admin).get()
    assert rules.read_private_notes(by=campus.actor(mentor), session=row) == "Bus strike"
    assert not NoteLook.objects.exists()
    assert rules.read_private_notes(by=campus.admin, session=row) == "Bus strike"
    look = NoteLook.objects.get()
    assert look.looked_by == campus.admin.user
    for change in (look.delete, lambda: NoteLook.objects.update(looked_by=None)):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


def test_free_times_leave_out_what_either_has(campus, mentor, ada, meet):
    campus.batch(lead=mentor, slots=[slot(2, "09:00", "12:00")], name="Web basics")
    campus.enroll(campus.batch(slots=[slot(2, "14:00", "18:00")], name="Typing"), ada)
    [row] = meet()
    [day] = free_days(row.assignment, None, NOON.date(), 1, 30, seen_by=campus.actor(mentor))
    assert [f"{one:%H:%M}" for one in day.times] == ["08:00", "08:30", "12:00", "13:00", "13:30"]
    assert day.reasons[0] == "Thandi Nkosi: Web basics, 09:00 to 12:00."


def test_personal_calendar_links_of_both_show_it(campus, mentor, ada, meet):
    [row] = meet(datetime.combine(campus.admin.today() + timedelta(days=1), time(12, 30)))
    for person in (mentor, ada, campus.student()):
        actor = campus.actor(person)
        feed, _secret = make_feed(by=actor, kind="personal")
        shown = [one.pk for one in sessions_of_feed(feed, actor)]
        assert shown == ([row.session_id] if person in (mentor, ada) else [])
        assert (b"Mentoring: Ada Byron with Thandi Nkosi" in render_feed(feed, actor, lambda _session: "/")) == bool(
            shown
        )


def test_each_is_reminded_once(campus, mentor, meet):
    [row] = meet()
    assert rules.remind_of_sessions(by=campus.admin) == 0
    begun(row)
    assert rules.remind_of_sessions(by=campus.admin) == 1
    assert rules.remind_of_sessions(by=campus.admin) == 0


def test_the_check_of_bookings_finds_nothing_wrong_with_a_pair(meet):
    [row] = meet()
    with connection.cursor() as cursor:
        cursor.execute(BOOKINGS, {"owner": row.institution_id})
        assert cursor.fetchall() == []


def holiday_on(campus, day, **fields):
    return Holiday.objects.create(
        institution=campus.institution, name="Spring break", **{"start_date": day, "end_date": day, **fields}
    )


def test_a_holiday_added_later_takes_sessions_and_gives_them_back(campus, mentor, meet):
    rows = meet(repeat_until=date(2030, 3, 26))
    holiday = holiday_on(campus, date(2030, 3, 19))
    there = sessions_seen_by(campus.admin).order_by("session__date")
    assert [(one.status, one.why_cancelled) for one in there] == [
        ("planned", ""), ("cancelled", "It falls on a holiday."), ("planned", ""),
    ]  # fmt: skip
    assert not Booking.objects.filter(session=rows[1].session_id).exists()
    assert rules.tell_of_holidays(by=campus.admin) == 1
    assert rules.tell_of_holidays(by=campus.admin) == 0
    holiday.delete()
    assert {one.status for one in there.all()} == {"planned"}
    assert Booking.objects.filter(session=rows[1].session_id).exists()
    # Both were told that it is cancelled, so they are told that it isn't; and reminded to write it up once it is over.
    assert [rules.tell_of_holidays(by=campus.admin) for _time in range(2)] == [1, 0]
    assert Notification.objects.filter(user=mentor, title__startswith="Mentoring with").order_by("-pk")[0].title == (
        "Mentoring with Ada Byron on Tue 19 Mar, 12:30 to 13:00"
    )
    assert not MentoringSession.objects.filter(chased_at__isnull=False).exists()


def test_a_holiday_taken_back_leaves_sessions_cancelled_at_which_the_student_has_a_class_by_then(campus, ada, meet):
    rows = meet(repeat_until=date(2030, 3, 19))
    holiday = holiday_on(campus, NOON.date(), end_date=date(2030, 3, 19))
    batch = campus.batch()
    campus.enroll(batch, ada)
    add_session(by=campus.admin, batch=batch, fields=SessionInput(NOON.date(), NOON.time(), time(13, 30)))
    holiday.delete()
    assert [MentoringSession.objects.get(pk=row.pk).status for row in rows] == ["cancelled", "planned"]


def test_a_session_that_is_moved_is_to_be_written_up_anew(meet):
    [row] = meet()
    MentoringSession.objects.filter(pk=row.pk).update(chased_at=timezone.now())
    moved = rules.move_session(by=Actor.system(row.institution), session=row, starts_at=NOON + timedelta(days=1))
    assert moved.chased_at is None


def test_a_holiday_of_another_branch_takes_nothing(campus, meet):
    meet()
    holiday_on(campus, NOON.date(), branch=campus.branch())
    assert MentoringSession.objects.get().status == "planned"


def test_a_holiday_is_not_taken_back_into_what_was_booked_meanwhile(campus, mentor, meet):
    meet()
    holiday = holiday_on(campus, NOON.date())
    add_session(
        by=campus.admin,
        batch=campus.batch(lead=mentor),
        fields=SessionInput(NOON.date(), NOON.time(), time(13, 30)),
    )
    with pytest.raises(IntegrityError), transaction.atomic():
        holiday.delete()


def test_the_database_keeps_a_student_out_of_two_places(campus, ada, meet):
    [row] = meet()
    campus.enroll(campus.batch(name="Web basics", slots=[slot(2, "15:00", "16:00")]), ada)
    session = ClassSession.objects.filter(pk=row.session_id)
    with pytest.raises(IntegrityError, match="has a class then"), transaction.atomic():
        session.update(start_time=time(15, 30), end_time=time(16, 30))
    session.update(start_time=time(16), end_time=time(16, 30))
    other = ClassSession.objects.create(
        institution=campus.institution,
        meeting_id=row.session.meeting_id,
        date=NOON.date() + timedelta(weeks=1),
        start_time=time(15),
        end_time=time(15, 30),
        is_edited=True,
    )
    with pytest.raises(IntegrityError, match="has a class then"), transaction.atomic():
        MentoringSession.objects.create(institution=campus.institution, session=other, assignment=row.assignment)


def test_lanes_of_a_day_show_what_each_has_and_what_is_left_for_both(campus, mentor, ada, meet):
    campus.batch(lead=mentor, slots=[slot(2, "09:00", "12:00")], name="Web basics")
    campus.enroll(campus.batch(slots=[slot(2, "14:00", "18:00")], name="Typing"), ada)
    [row] = meet()
    [day] = free_days(row.assignment, None, NOON.date(), 1, 30, seen_by=campus.actor(mentor), ignored=[row.session_id])
    # The day of the mentor goes from 08:00 to 18:00; minutes since midnight.
    assert day.mentor == ((0, 480), (540, 720), (1080, 1440))
    assert day.student == ((840, 1080),)
    assert day.free == ((480, 540), (720, 840))


def test_a_day_for_which_the_student_reported_an_absence_is_left_out(campus, mentor, ada, meet):
    soon = campus.admin.today() + timedelta(days=3)
    campus.enroll(campus.batch(start_date=soon, end_date=soon + timedelta(days=30)), ada)
    [row] = meet(datetime.combine(soon, time(12, 30)))
    announce_absence(by=campus.actor(ada), student=ada, first_date=soon, last_date=soon, reason="Ill")
    [day] = free_days(row.assignment, None, soon, 1, 30, seen_by=campus.actor(mentor))
    assert (day.times, day.reasons) == ((), ("Ada Byron is away.",))


@pytest.mark.parametrize(
    ("rhythm", "advice"),
    [
        (Rhythm(date(2030, 3, 1), None, date(2030, 1, 1)), []),
        (Rhythm(date(2030, 2, 16), None, date(2030, 1, 1)), ["No session for 3 weeks"]),
        (Rhythm(None, None, date(2030, 1, 1)), ["No session for 9 weeks"]),
        (Rhythm(date(2030, 1, 2), date(2030, 3, 20), date(2030, 1, 1)), []),
        (Rhythm(date(2030, 3, 1), None, date(2029, 8, 1)), ["Paired for 7 months"]),
    ],
)
def test_advice_follows_the_guideline(rhythm, advice):
    assert rhythm.advice(date(2030, 3, 10)) == advice


def test_the_rhythm_of_a_pair_knows_what_was_and_what_comes(campus, mentor, meet):
    rows = meet(repeat_until=NOON.date() + timedelta(weeks=1))
    past = begun(rows[0])
    rules.write_up_session(by=campus.actor(mentor), session=past, changes={"outcome": "held"})
    found = rhythm_of(past.assignment)
    assert (found.last, found.following) == (past.session.date, rows[1].session.date)


def test_a_class_that_meets_mentoring_is_named_to_whoever_enrolls_and_to_the_student(campus, ada, meet):
    meet(repeat_until=NOON.date() + timedelta(weeks=1))
    batch = campus.batch(name="Web basics", code="WEB-1", slots=[slot(2, "12:00", "13:00")])
    words = "meets at the same time as Mentoring: Ada Byron with Thandi Nkosi 2 times, first on Tue 12 Mar 2030"
    with pytest.raises(Conflict, match=words):
        campus.enroll(batch, ada, accept_clash=False)
    [warning] = campus.enroll(batch, ada).warnings
    assert "Mentoring: Ada Byron with Thandi Nkosi" in warning.message
    others = campus.batch(slots=[slot(2, "13:00", "14:00")])
    assert campus.enroll(others, ada).warnings == []
    assert own_clashes(campus.student(), campus.institution.pk, [batch.pk]) == {}


def test_a_class_that_meets_mentoring_is_named_to_whoever_moves_many(campus, ada, meet):
    meet()
    course = campus.course()
    old = campus.batch(course=course, slots=[slot(1, "12:00", "13:00")])
    new = campus.batch(course=course, code="NEW", slots=[slot(2, "12:00", "13:00")])
    seats = [campus.enroll(old, student) for student in (ada, campus.student())]
    found = clashes_of_many(seats, [new.pk])
    assert {who: [*map(str, several)] for (who, _batch), several in found.items()} == {
        ada.pk: [*map(str, own_clashes(ada, campus.institution.pk, [new.pk])[new.pk])]
    }
    with pytest.raises(TransferRefused, match="NEW meets at the same time as Mentoring: Ada Byron with"):
        transfer_students(by=campus.admin, enrollments=seats, to=new, accept_clash=False)
