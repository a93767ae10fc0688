"""Asking for cover, answering, settling."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from muster.accounts.models import User
from muster.allocation.errors import (
    CoverAskedAlready,
    CoverClosed,
    CoverNotSettled,
    CoverOver,
    NothingToCover,
    OwnCover,
)
from muster.allocation.models import CoverRequest
from muster.allocation.queries import waiting_cover
from muster.allocation.rules import answer_cover, ask_for_cover, decline_cover, fill_cover, reopen_cover, withdraw_cover
from muster.allocation.scoring import cover_of
from muster.batches.errors import BatchArchived, BatchNotOpen, NotAnInstructor, ScheduleConflict, SomethingSpeaksAgainst
from muster.batches.models import Batch, InstructorAssignment
from muster.batches.rules import archive_batch, assign_instructor, move_status, share_meeting
from muster.core.errors import Forbidden, Invalid
from muster.institutions.models import Holiday, Role
from muster.notifications.models import Notification
from muster.people.rules import add_time_off
from muster.timetable.models import Booking
from tests.make import Campus, slot

pytestmark = pytest.mark.django_db
FIRST, LAST = date(2030, 1, 7), date(2030, 1, 20)


@pytest.fixture
def campus() -> Campus:
    return Campus.found(time_zone="UTC")


@pytest.fixture
def ann(campus: Campus) -> User:
    return campus.instructor("Ann Away")


@pytest.fixture
def bea(campus: Campus) -> User:
    return campus.instructor("Bea Free")


@pytest.fixture
def batch(campus: Campus, ann: User) -> Batch:
    """Ann leads it: Mondays and Wednesdays at eight, from 7 January 2030 on."""
    return campus.batch(name="Data", lead=ann, slots=[slot(1, "08:00", "10:00"), slot(3, "08:00", "10:00")])


def asked(campus: Campus, batch: Batch, ann: User, **rest: Any) -> CoverRequest:
    plan: dict[str, Any] = {"first_date": FIRST, "last_date": LAST, **rest}
    return ask_for_cover(by=campus.actor(ann), batch=batch, instructor=ann, **plan)


def titles(person: User) -> list[str]:
    """What somebody was told of cover, the oldest first."""
    rows = Notification.objects.filter(user=person, kind__startswith="cover").order_by("created_at", "pk")
    return list(rows.values_list("title", flat=True))


# --- what is to be covered -------------------------------------------------------------------------------------------
def test_the_meetings_of_the_days_are_told_with_who_is_free(campus: Campus, ann: User, bea: User, batch: Batch) -> None:
    busy = campus.instructor("Cy Busy")
    campus.batch(lead=busy, slots=[slot(3, "09:00", "11:00")])
    (one,) = cover_of(campus.actor(ann), ann, FIRST, LAST)
    assert [meeting.day for meeting in one.meetings] == [
        date(2030, 1, 7),
        date(2030, 1, 9),
        date(2030, 1, 14),
        date(2030, 1, 16),
    ]
    assert [each.who.id for each in one.suggestions.ranked] == [bea.pk]
    assert {each.who.id: (each.kind, each.reason) for each in one.suggestions.left_out} == {
        ann.pk: ("away", "is the one being covered"),
        busy.pk: ("busy", "is busy at 2 of the 4 times"),
    }


def test_only_the_weekly_times_of_these_days_are_asked_about(campus: Campus, ann: User, batch: Batch) -> None:
    mondays = campus.instructor("Mo Mondays")
    campus.batch(lead=mondays, slots=[slot(1, "08:00", "10:00")])
    (one,) = cover_of(campus.actor(ann), ann, date(2030, 1, 9), date(2030, 1, 9))
    assert [each.who.id for each in one.suggestions.ranked] == [mondays.pk]


def test_touching_hours_do_not_make_anybody_busy(campus: Campus, ann: User, batch: Batch) -> None:
    after = campus.instructor("Al After")
    campus.batch(lead=after, slots=[slot(1, "10:00", "12:00"), slot(3, "06:00", "08:00")])
    (one,) = cover_of(campus.actor(ann), ann, FIRST, LAST)
    assert [each.who.id for each in one.suggestions.ranked] == [after.pk]


def test_who_is_away_too_is_told_of_and_an_assistant_may_stand_in(
    campus: Campus, ann: User, bea: User, batch: Batch
) -> None:
    assign_instructor(by=campus.admin, batch=batch, instructor=bea, role="assistant")
    away = campus.instructor("Abe Away")
    add_time_off(by=campus.admin, instructor=away, first_date=FIRST, last_date=FIRST)
    (one,) = cover_of(campus.actor(ann), ann, FIRST, LAST)
    assert [(each.who.id, each.against) for each in one.suggestions.ranked] == [
        (bea.pk, []),
        (away.pk, ["away from 7 January 2030 to 7 January 2030"]),
    ]


def test_a_named_hour_a_holiday_and_a_covered_day_need_nobody(campus: Campus, ann: User, bea: User) -> None:
    batch = campus.batch(lead=ann, slots=[slot(1, "08:00", "10:00"), slot(2, "08:00", "10:00", instructor=ann)])
    assign_instructor(
        by=campus.admin,
        batch=batch,
        instructor=bea,
        role="substitute",
        from_date=date(2030, 1, 14),
        until_date=date(2030, 1, 14),
    )
    Holiday.objects.create(
        institution=campus.institution, name="Closed", start_date=date(2030, 1, 21), end_date=date(2030, 1, 21)
    )
    (one,) = cover_of(campus.actor(ann), ann, FIRST, date(2030, 1, 27))
    assert [meeting.day for meeting in one.meetings] == [date(2030, 1, 7)]


def test_a_shared_meeting_is_to_be_covered_in_each_batch(campus: Campus, ann: User) -> None:
    both = [campus.batch(lead=ann) for _each in range(2)]
    share_meeting(by=campus.admin, name="Both", batches=both, slots=[slot(5, "08:00", "10:00")])
    found = cover_of(campus.actor(ann), ann, FIRST, LAST)
    assert {one.batch.pk for one in found} == {batch.pk for batch in both}


@pytest.mark.parametrize("number", [1, 6])
def test_what_is_to_be_covered_takes_eight_statements(campus: Campus, ann: User, number: int) -> None:
    for day in range(1, number + 1):
        campus.batch(lead=ann, slots=[slot(day, "08:00", "10:00")])
        campus.batch(lead=campus.instructor(), slots=[slot(day, "09:00", "11:00")])
    actor = campus.actor(ann)
    with CaptureQueriesContext(connection) as sent:
        found = cover_of(actor, ann, FIRST, LAST)
        assert all(each.against is not None for one in found for each in one.suggestions.ranked)
    assert (len(found), len(sent)) == (number, 8)


# --- asking ----------------------------------------------------------------------------------------------------------
def test_the_managers_of_the_batch_and_the_colleague_are_told(campus: Campus, ann: User, bea: User) -> None:
    branch, department = campus.branch(), campus.department()
    near = campus.person(Role.BRANCH_MANAGER, branch=branch)
    far = campus.person(Role.BRANCH_MANAGER, branch=campus.branch())
    head = campus.person(Role.DEPT_ADMIN, department=department)
    batch = campus.batch(code="DA-1", lead=ann, branch=branch, department=department, slots=[slot(1, "08:00", "10:00")])
    asked(campus, batch, ann, asked=bea, note="Jury duty")
    for manager in (campus.admin.user, near, head):
        assert titles(manager) == ["Ann Away needs cover in DA-1"]
    assert (titles(bea), titles(far), titles(ann)) == (["Can you cover DA-1 for Ann Away?"], [], [])
    told = Notification.objects.get(user=near, kind="cover_asked")
    assert told.text == "7 Jan – 20 Jan 2030, 2 sessions. Bea Free has been asked to cover. Jury duty"


def test_cover_is_asked_once_for_a_day(campus: Campus, ann: User, batch: Batch) -> None:
    first = asked(campus, batch, ann)
    with pytest.raises(CoverAskedAlready):
        asked(campus, batch, ann, first_date=LAST, last_date=LAST + timedelta(days=9))
    asked(campus, batch, ann, first_date=LAST + timedelta(days=1), last_date=LAST + timedelta(days=9))
    withdraw_cover(by=campus.actor(ann), request=first)
    asked(campus, batch, ann)


def test_there_is_nothing_to_cover_where_one_leads_no_meeting(
    campus: Campus, ann: User, bea: User, batch: Batch
) -> None:
    with pytest.raises(NothingToCover):
        asked(campus, batch, bea)
    with pytest.raises(NothingToCover):
        asked(campus, batch, ann, first_date=date(2030, 1, 10), last_date=date(2030, 1, 13))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"last_date": date(2030, 1, 6)}, "last_date"),
        ({"first_date": date(2020, 1, 1), "last_date": date(2020, 1, 2)}, "last_date"),
        ({"last_date": date(2031, 1, 8)}, "last_date"),
        ({"note": "x" * 301}, "note"),
    ],
)
def test_days_and_note_are_checked(
    campus: Campus, ann: User, batch: Batch, changes: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        asked(campus, batch, ann, **changes)
    assert [wrong.field for wrong in refused.value.errors] == [field]


def test_nobody_is_asked_to_cover_for_themself_nor_who_does_not_teach(campus: Campus, ann: User, batch: Batch) -> None:
    with pytest.raises(OwnCover):
        asked(campus, batch, ann, asked=ann)
    with pytest.raises(NotAnInstructor):
        asked(campus, batch, ann, asked=campus.student())


def test_what_is_over_or_archived_is_not_covered(campus: Campus, ann: User, batch: Batch) -> None:
    other = campus.batch(lead=ann, slots=[slot(5, "08:00", "10:00")])
    waiting = asked(campus, other, ann)
    archive_batch(by=campus.admin, batch=other)
    assert list(waiting_cover(campus.admin)) == []
    with pytest.raises(BatchArchived):
        fill_cover(by=campus.admin, request=waiting, substitute=campus.instructor())
    move_status(by=campus.admin, batch=batch, status="Cancelled")
    with pytest.raises(BatchNotOpen):
        asked(campus, batch, ann)


# --- answering and settling ------------------------------------------------------------------------------------------
def test_the_colleague_answers_and_may_change_their_mind(campus: Campus, ann: User, bea: User, batch: Batch) -> None:
    request = asked(campus, batch, ann, asked=bea)
    answer_cover(by=campus.actor(bea), request=request, can=True)
    answer_cover(by=campus.actor(bea), request=request, can=True)
    answer_cover(by=campus.actor(bea), request=request, can=False)
    assert titles(ann) == [f"Bea Free can cover {batch.code}", f"Bea Free can't cover {batch.code}"]
    with pytest.raises(Forbidden):
        answer_cover(by=campus.actor(ann), request=request, can=True)


def test_a_substitute_takes_the_bookings_of_the_days_and_closes_the_request(
    campus: Campus, ann: User, bea: User, batch: Batch
) -> None:
    request = asked(campus, batch, ann)
    filled = fill_cover(by=campus.admin, request=request, substitute=bea, override_reason="")
    assert (filled.status, filled.substitute, filled.closed_by) == ("filled", bea, campus.admin.user)
    one = InstructorAssignment.objects.get(batch=batch, role="substitute")
    assert (one.instructor, one.from_date, one.until_date, one.notes) == (bea, FIRST, LAST, "Covers for Ann Away")
    booked = Booking.objects.filter(on_date__range=(FIRST, LAST), instructor__isnull=False)
    assert set(booked.values_list("instructor_id", flat=True)) == {bea.pk}
    assert titles(ann) == [f"Bea Free covers {batch.code} for you"]
    assert Notification.objects.filter(user=bea, kind="batch_assigned").count() == 1
    assert list(waiting_cover(campus.admin)) == []


def test_who_is_booked_cannot_be_assigned_and_the_request_stays_open(
    campus: Campus, ann: User, bea: User, batch: Batch
) -> None:
    campus.batch(lead=bea, slots=[slot(1, "09:00", "11:00")])
    request = asked(campus, batch, ann)
    with pytest.raises(ScheduleConflict):
        fill_cover(by=campus.admin, request=request, substitute=bea)
    request.refresh_from_db()
    assert request.status == "open"


def test_what_speaks_against_a_substitute_asks_for_a_reason(campus: Campus, ann: User, bea: User, batch: Batch) -> None:
    add_time_off(by=campus.admin, instructor=bea, first_date=FIRST, last_date=FIRST)
    request = asked(campus, batch, ann)
    with pytest.raises(SomethingSpeaksAgainst):
        fill_cover(by=campus.admin, request=request, substitute=bea, override_reason="")
    assert fill_cover(by=campus.admin, request=request, substitute=bea, override_reason="Comes back").status == "filled"


def test_nobody_is_assigned_to_cover_for_themself(campus: Campus, ann: User, batch: Batch) -> None:
    with pytest.raises(OwnCover):
        fill_cover(by=campus.admin, request=asked(campus, batch, ann), substitute=ann)


def test_a_request_is_declined_with_a_reason(campus: Campus, ann: User, bea: User, batch: Batch) -> None:
    request = decline_cover(by=campus.admin, request=asked(campus, batch, ann, asked=bea), reason=" No budget ")
    assert (request.status, request.close_reason) == ("declined", "No budget")
    for person in (ann, bea):
        told = Notification.objects.filter(user=person, kind="cover_settled").get()
        assert (told.title, told.text) == (f"No cover for {batch.code}", "7 Jan – 20 Jan 2030. No budget")
    with pytest.raises(Invalid):
        decline_cover(by=campus.admin, request=request, reason="x" * 301)


def test_cover_that_was_settled_is_asked_for_anew(campus: Campus, ann: User, bea: User, batch: Batch) -> None:
    first = asked(campus, batch, ann, asked=bea, note="Jury duty")
    with pytest.raises(CoverNotSettled):
        reopen_cover(by=campus.admin, request=first)
    fill_cover(by=campus.admin, request=first, substitute=bea)
    again = reopen_cover(by=campus.admin, request=first)
    assert (again.status, again.asked, again.note, again.last_date) == ("open", bea, "Jury duty", LAST)
    assert again.pk != first.pk
    first.refresh_from_db()
    assert (first.status, first.substitute) == ("filled", bea)
    # Ann leads the days of her substitute again.
    assert set(Booking.objects.values_list("instructor", flat=True)) == {ann.pk}
    for person in (ann, bea):
        assert titles(person)[-1] == f"Cover for {batch.code} is open again"
    with pytest.raises(CoverAskedAlready):
        reopen_cover(by=campus.admin, request=first)


def test_what_is_closed_stays_closed(campus: Campus, ann: User, bea: User, batch: Batch) -> None:
    request = withdraw_cover(by=campus.actor(ann), request=asked(campus, batch, ann, asked=bea))
    assert titles(bea)[-1] == f"Ann Away no longer needs cover in {batch.code}"
    for act in (
        lambda: fill_cover(by=campus.admin, request=request, substitute=bea),
        lambda: decline_cover(by=campus.admin, request=request),
        lambda: withdraw_cover(by=campus.actor(ann), request=request),
        lambda: answer_cover(by=campus.actor(bea), request=request, can=True),
    ):
        with pytest.raises(CoverClosed):
            act()
    with pytest.raises(CoverNotSettled):
        reopen_cover(by=campus.admin, request=request)
    with pytest.raises(IntegrityError, match="closed_cover_request_stays"), transaction.atomic():
        CoverRequest.objects.filter(pk=request.pk).update(note="Rewritten")


def test_days_that_are_over_are_settled_no_more(campus: Campus, ann: User, bea: User) -> None:
    today = campus.admin.today()
    batch = campus.batch(
        start_date=today - timedelta(days=30),
        end_date=today + timedelta(days=30),
        lead=ann,
        slots=[slot(day, "08:00", "10:00") for day in range(1, 8)],
    )
    request = asked(campus, batch, ann, first_date=today - timedelta(days=3), last_date=today + timedelta(days=1))
    assert request.first_date == today
    CoverRequest.objects.filter(pk=request.pk).update(
        first_date=today - timedelta(days=2), last_date=today - timedelta(days=1)
    )
    with pytest.raises(CoverOver):
        fill_cover(by=campus.admin, request=request, substitute=bea)
    assert list(waiting_cover(campus.admin)) == []


# --- the database ----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"last_date": date(2030, 1, 6)}, "cover_ends_after_it_starts"),
        ({"status": "lost", "closed_at": "2030-01-01T00:00Z"}, "cover_status_is_known"),
        ({"status": "filled", "closed_at": "2030-01-01T00:00Z"}, "filled_cover_has_a_substitute"),
        ({"status": "withdrawn"}, "closed_cover_says_when"),
        ({"can": True}, "nobody_covers_for_themself"),
    ],
)
def test_the_database_refuses_what_makes_no_sense(
    campus: Campus, ann: User, batch: Batch, changes: dict[str, Any], constraint: str
) -> None:
    request = asked(campus, batch, ann)
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        CoverRequest.objects.filter(pk=request.pk).update(**changes)


def test_the_database_refuses_people_of_elsewhere_and_two_requests_for_a_day(
    campus: Campus, ann: User, batch: Batch
) -> None:
    request = asked(campus, batch, ann)
    stranger = Campus.found().instructor()
    with pytest.raises(IntegrityError, match="cover_request_asked_belongs_here"), transaction.atomic():
        _asked_of(request, stranger)
    with pytest.raises(IntegrityError, match="one_open_cover_request_on_one_day"), transaction.atomic():
        CoverRequest.objects.create(
            institution=campus.institution, batch=batch, instructor=ann, first_date=LAST, last_date=LAST
        )


def _asked_of(request: CoverRequest, person: User) -> None:
    CoverRequest.objects.filter(pk=request.pk).update(asked=person)
    connection.check_constraints()


# --- what has begun ---------------------------------------------------------------------------------------------------
@pytest.fixture
def today(campus: Campus, ann: User) -> Batch:
    """Ann leads it every day: at one minute past midnight, which is over."""
    day = campus.admin.today()
    return campus.batch(
        lead=ann,
        start_date=day - timedelta(days=7),
        end_date=day + timedelta(days=30),
        slots=[slot(weekday, "00:00", "00:01") for weekday in range(1, 8)],
    )


def test_what_has_begun_is_not_covered_any_more(campus: Campus, ann: User, bea: User, today: Batch) -> None:
    day = campus.admin.today()
    campus.batch(
        lead=bea, start_date=day, end_date=day, slots=[slot(weekday, "00:00", "00:30") for weekday in range(1, 8)]
    )
    (one,) = cover_of(campus.admin, ann, day, day + timedelta(days=2))
    assert [meeting.day for meeting in one.meetings] == [day + timedelta(days=1), day + timedelta(days=2)]
    # Busy at what is over, and free for what is left.
    assert [each.who.id for each in one.suggestions.ranked] == [bea.pk]


def test_a_substitute_takes_nothing_of_a_today_that_is_over(campus: Campus, ann: User, bea: User, today: Batch) -> None:
    day = campus.admin.today()
    request = asked(campus, today, ann, first_date=day, last_date=day + timedelta(days=2))
    fill_cover(by=campus.admin, request=request, substitute=bea)
    assert InstructorAssignment.objects.get(instructor=bea).from_date == day + timedelta(days=1)


# No hour of the day has the same date in both.
EAST, WEST = "Pacific/Kiritimati", "Pacific/Honolulu"


def abroad(here: str, there: str) -> tuple[Campus, Batch, User]:
    """A batch whose branch has another date than its institution, who leads it late each day, and the institution."""
    campus = Campus.found(time_zone=here)
    lead = campus.instructor()
    day = campus.admin.today()
    nights = [slot(weekday, "23:58", "23:59") for weekday in range(1, 8)]
    dates = {"start_date": day - timedelta(days=7), "end_date": day + timedelta(days=30)}
    made = campus.batch(lead=lead, branch=campus.branch(time_zone=there), slots=nights, **dates)
    return campus, Batch.objects.get(pk=made.pk), lead


def test_tonight_is_covered_where_the_institution_has_tomorrow() -> None:
    campus, batch, lead = abroad(EAST, WEST)
    tonight = batch.today()
    assert tonight < campus.admin.today()
    days = {"first_date": tonight, "last_date": tonight}
    request = asked(campus, batch, lead, **days)
    assert (request.first_date, list(waiting_cover(campus.admin))) == (tonight, [request])
    (one,) = cover_of(campus.admin, lead, tonight - timedelta(days=3), tonight)
    assert [meeting.day for meeting in one.meetings] == [tonight]
    substitute = campus.instructor()
    fill_cover(by=campus.admin, request=request, substitute=substitute)
    assert InstructorAssignment.objects.get(instructor=substitute).from_date == tonight


def test_days_are_over_where_the_institution_still_has_them() -> None:
    campus, batch, lead = abroad(WEST, EAST)
    yesterday = batch.today() - timedelta(days=1)
    assert yesterday >= campus.admin.today()
    with pytest.raises(Invalid, match="These days have passed"):
        asked(campus, batch, lead, first_date=yesterday, last_date=yesterday)
    request = asked(campus, batch, lead, first_date=batch.today(), last_date=batch.today())
    CoverRequest.objects.filter(pk=request.pk).update(first_date=yesterday, last_date=yesterday)
    assert list(waiting_cover(campus.admin)) == []
    with pytest.raises(CoverOver):
        decline_cover(by=campus.admin, request=request)


def test_nobody_is_assigned_where_nothing_is_left_to_cover(campus: Campus, ann: User, bea: User, batch: Batch) -> None:
    request = asked(campus, batch, ann)
    days = {"from_date": FIRST, "until_date": LAST}
    assign_instructor(by=campus.admin, batch=batch, instructor=bea, role="substitute", **days)
    with pytest.raises(NothingToCover):
        fill_cover(by=campus.admin, request=request, substitute=campus.instructor())
    assert InstructorAssignment.objects.filter(role="substitute").count() == 1
