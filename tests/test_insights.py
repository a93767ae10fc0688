"""Analytics: every figure equals the plain computation over generated data, and the page and the API say the same."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction
from django.db.models import Q
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from benchmarks.people import people
from muster.attendance.models import AttendanceRecord, CountedMark
from muster.batches.models import Batch, BatchMeeting, InstructorAssignment
from muster.certificates.models import Certificate
from muster.enrollments.models import Enrollment, SeatPeriod, WaitlistEntry
from muster.insights.counts import (
    completion_by_batch,
    registers_taken,
    seats_by_batch,
    total_completion,
    total_seats,
)
from muster.insights.marks import AttendanceCounts, Marks, attendance_counts
from muster.insights.periods import Comparison, Period
from muster.insights.queries import insight_into
from muster.insights.scope import Scope, scope_of, scope_of_instructor
from muster.insights.students import attendance_by_student
from muster.insights.weak import weak_spot_of
from muster.institutions.access import Actor
from muster.institutions.models import Institution
from muster.timetable.clock import moment
from muster.timetable.models import ClassSession
from muster.web.ui.widgets import percent
from tests import database

DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def places(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[dict[str, Any]]:
    """The objects of a large institution and of a small one."""
    with django_db_blocker.unblock(), database.generated() as objects:
        yield objects


@pytest.fixture(scope="module")
def actor(places: dict[str, Any]) -> Actor:
    """Whoever may see everything of the small institution."""
    return Actor.system(Institution.objects.get(slug=sorted(places)[1]))


@pytest.fixture(scope="module")
def marks(actor: Actor) -> list[Any]:
    """Its marks: batch, day, hour, type and whether each is of somebody who came; those that count."""
    rows = CountedMark.objects.filter(institution=actor.institution).exclude(status="EXCUSED")
    return [
        (batch, day, start.hour if start else None, kind, status in ("PRESENT", "LATE"))
        for batch, day, start, kind, status in rows.values_list(
            "batch_id", "record_date", "start_time", "session__session_type", "status"
        )
    ]


def periods_of(marks: list[Any]) -> list[Period]:
    """Days among those that have marks, from a single one to all of them."""
    chance = random.Random(7)
    first, last = min(mark[1] for mark in marks), max(mark[1] for mark in marks)
    found = [Period(first, last), Period(last + DAY, last + DAY * 40)]
    for most in (0, 6, 30, 180):
        begin = first + DAY * chance.randrange((last - first).days + 1)
        found.append(Period(begin, begin + DAY * chance.randint(0, most)))
    return found


def scopes_of(actor: Actor) -> list[Scope]:
    """Everything, a branch, one batch and one instructor."""
    whole = scope_of(actor)
    one = Batch.objects.filter(pk__in=whole.batches, branch__isnull=False).order_by("pk")[0]
    lead = InstructorAssignment.objects.leads().filter(batch__in=whole.batches).order_by("pk")[0]
    some = scope_of(actor, Q(branch=one.branch_id)), scope_of(actor, Q(pk=one.pk))
    return [whole, *some, scope_of_instructor(actor, lead.instructor_id)]


def part_of(scope: Scope, batch: Any, day: date) -> Any:
    """The part of the scope that a batch's day belongs to, or none."""
    return next((part for part in scope.parts if part.batch == batch and part.covers(day)), None)


def test_attendance_equals_the_plain_count(actor: Actor, marks: list[Any]) -> None:
    leading = list(InstructorAssignment.objects.leads().filter(institution=actor.institution))

    def leads_on(batch: Any, day: date) -> list[Any]:
        return [
            one.instructor_id
            for one in leading
            if one.batch_id == batch and one.from_date <= day and (one.until_date is None or day <= one.until_date)
        ]

    for scope in scopes_of(actor):
        for period in periods_of(marks):
            counted: dict[Any, list[bool]] = defaultdict(list)
            for batch, day, hour, kind, came in marks:
                part = part_of(scope, batch, day)
                if part is None or not period.first <= day <= period.last:
                    continue
                week = day - DAY * (day.isoweekday() - 1)
                keys = ["all", ("week", week), ("batch", batch), ("branch", part.branch, week)]
                keys.append(("department", part.department, week))
                keys.append(("weekday", day.isoweekday()))
                keys += [("lead", lead) for lead in leads_on(batch, day)]
                keys += [("hour", day.isoweekday(), hour)] if hour is not None else []
                keys += [("type", kind)] if kind else []
                for key in keys:
                    counted[key].append(came)
            found = attendance_counts(scope, period)
            told = {
                "all": found.whole,
                **{("week", week): one for week, one in found.by_week.items()},
                **{("batch", batch): one for batch, one in found.by_batch.items()},
                **{("branch", pk, week): one for pk, rows in found.by_branch.items() for week, one in rows.items()},
                **{
                    ("department", pk, week): one
                    for pk, rows in found.by_department.items()
                    for week, one in rows.items()
                },
                **{("weekday", key): one for key, one in found.by_weekday.items()},
                **{("hour", *key): one for key, one in found.by_hour.items()},
                **{("lead", key): one for key, one in found.by_instructor.items()},
                **{("type", kind): one for kind, one in found.by_type.items()},
            }
            plain = {key: Marks(sum(came), len(came)) for key, came in counted.items()}
            assert told == {"all": Marks(0, 0), **plain}


def test_attendance_by_student_equals_the_plain_count(actor: Actor, marks: list[Any]) -> None:
    rows = CountedMark.objects.filter(institution=actor.institution).exclude(status="EXCUSED")
    told = list(rows.values_list("batch_id", "record_date", "student_id", "status"))
    gone = Enrollment.objects.exclude(status__in=["active", "on_hold", "completed"])
    left = set(gone.values_list("batch_id", "student_id"))
    stays = set(Enrollment.objects.exclude(pk__in=gone).values_list("batch_id", "student_id"))
    seen = set()
    for batch in random.Random(5).sample(sorted({mark[0] for mark in marks}), 4):
        for period in periods_of(marks):
            plain: dict[Any, list[bool]] = defaultdict(list)
            for of, day, student, status in told:
                if of == batch and period.first <= day <= period.last:
                    plain[student].append(status in ("PRESENT", "LATE"))
            found = attendance_by_student(scope_of(actor, Q(pk=batch)), period)
            assert {one.student: one.marks for one in found} == {
                student: Marks(sum(came), len(came)) for student, came in plain.items()
            }
            assert [one.value for one in found] == sorted(one.value for one in found)
            for one in found:
                assert one.is_there == ((batch, one.student) in stays)
                assert one.is_there or (batch, one.student) in left
                assert one.is_below(75) == (sum(plain[one.student]) * 100 < 75 * len(plain[one.student]))
                seen.add((one.is_there, one.is_below(75)))
    assert {there for there, _below in seen} == {below for _there, below in seen} == {True, False}


def test_the_weak_spot_is_furthest_below_the_plain_rest(actor: Actor, marks: list[Any]) -> None:
    """On every batch and time: what is named is the furthest below, and nothing is named where nothing stands out."""
    named = set()
    for batch in sorted({mark[0] for mark in marks}):
        for period in periods_of(marks):
            own = [one for one in marks if one[0] == batch and period.first <= one[1] <= period.last]
            gaps: dict[tuple[str, Any], float] = {}
            for kind, of in (("weekday", lambda one: one[1].isoweekday()), ("type", lambda one: one[3])):
                known = [one for one in own if of(one)]
                for value in {of(one) for one in known}:
                    came = [one[4] for one in known if of(one) == value]
                    rest = [one[4] for one in known if of(one) != value]
                    if len(came) >= 30 and len(rest) >= 30:
                        low, high = (1000 * sum(some) // len(some) / 10 for some in (came, rest))
                        gaps[kind, value] = high - low
            found = weak_spot_of(attendance_counts(scope_of(actor, Q(pk=batch)), period))
            worst = max(gaps.values(), default=0)
            named.add(found and found.kind)
            if found is None:
                assert worst < 5
            else:
                assert gaps[found.kind, found.of] == found.gap == worst >= 5
                assert f"{found.marks.figure.value:g}% against {found.others.figure.value:g}%" in found.says
    assert None in named
    assert named - {None}


@pytest.mark.parametrize(
    ("days", "said"),
    [
        ({1: (88, 100), 5: (71, 100)}, "Fridays are missed most: 71% against 88% on other days."),
        ({1: (88, 100), 3: (90, 100), 5: (355, 500)}, "Fridays are missed most: 71% against 89% on other days."),
        # Hardly less than the others, too few marks, nothing beside it.
        ({1: (88, 100), 5: (84, 100)}, None),
        ({1: (88, 100), 5: (10, 29)}, None),
        ({1: (29, 29), 5: (10, 100)}, None),
        ({5: (10, 100)}, None),
        ({}, None),
    ],
)
def test_the_weak_spot_is_one_plain_sentence_or_none(days: dict[int, tuple[int, int]], said: str | None) -> None:
    counts = AttendanceCounts(Marks(0, 0), {}, {}, {}, {}, {day: Marks(*two) for day, two in days.items()}, {}, {}, {})
    found = weak_spot_of(counts)
    assert (found and found.says) == said


def test_registers_taken_equal_the_plain_count(actor: Actor, marks: list[Any]) -> None:
    now = timezone.now()
    marked = set(
        AttendanceRecord.objects.filter(institution=actor.institution, status__isnull=False).values_list(
            "session_id", flat=True
        )
    )
    met: dict[Any, list[Any]] = defaultdict(list)
    for meeting, batch in BatchMeeting.objects.filter(institution=actor.institution).values_list("meeting", "batch"):
        met[meeting].append(batch)
    seats = list(SeatPeriod.objects.filter(institution=actor.institution))
    sessions = list(
        ClassSession.objects.filter(institution=actor.institution)
        .exclude(status=ClassSession.Status.CANCELLED)
        .select_related("meeting")
    )
    for scope in scopes_of(actor):
        for period in periods_of(marks):
            taken = due = 0
            for one in sessions:
                if not period.first <= one.date <= period.last:
                    continue
                if not any(part_of(scope, batch, one.date) for batch in met[one.meeting_id]):
                    continue
                end = moment(one.date, one.end_time or time(23, 59, 59), ZoneInfo(one.meeting.time_zone))
                has_students = any(
                    seat.batch_id in met[one.meeting_id]
                    and seat.from_date <= one.date
                    and (seat.until_date is None or seat.until_date >= one.date)
                    for seat in seats
                )
                if end < now and (one.pk in marked or has_students):
                    due += 1
                    taken += one.pk in marked
            figure = registers_taken(scope, period)
            assert (figure.part, figure.whole) == (taken, due)


def test_seats_and_completion_equal_the_plain_count(actor: Actor, marks: list[Any]) -> None:
    seats = list(SeatPeriod.objects.filter(institution=actor.institution))
    enrollments = list(Enrollment.objects.filter(institution=actor.institution, batch__isnull=False))
    certified = set(
        Certificate.objects.filter(institution=actor.institution, document__ended_at__isnull=True).values_list(
            "enrollment", flat=True
        )
    )
    seated = {seat.enrollment_id for seat in seats}
    rows = {batch.pk: batch for batch in Batch.objects.filter(institution=actor.institution)}
    for scope in scopes_of(actor):
        for period in periods_of(marks):
            day = period.last
            running = [
                batch
                for part in scope.parts
                if part.covers(day)
                and (batch := rows[part.batch]).capacity is not None
                and (batch.start_date is None or batch.start_date <= day)
                and (batch.end_date is None or batch.end_date >= day)
            ]
            held = sum(
                seat.batch_id in {batch.pk for batch in running}
                and seat.from_date <= day
                and (seat.until_date is None or seat.until_date >= day)
                for seat in seats
            )
            total = total_seats(seats_by_batch(scope, day).values())
            assert (total.part, total.whole) == (held, sum(batch.capacity or 0 for batch in running))
            ended = {
                part.batch
                for part in scope.parts
                if (end := rows[part.batch].end_date) and period.first <= end <= period.last and part.covers(end)
            }
            of_ended = [one for one in enrollments if one.batch_id in ended and one.pk in seated]
            assert total_completion(completion_by_batch(scope, period).values()) == (
                len(ended),
                len(of_ended),
                sum(one.status == Enrollment.Status.COMPLETED for one in of_ended),
                sum(one.pk in certified for one in of_ended),
            )


def test_what_began_equals_the_plain_count(actor: Actor, marks: list[Any]) -> None:
    enrollments = list(Enrollment.objects.filter(institution=actor.institution))
    waiting = list(WaitlistEntry.objects.filter(institution=actor.institution))
    for scope in scopes_of(actor):
        for period in periods_of(marks):
            figures = insight_into(scope, period).figures
            first = datetime.combine(period.first, time.min, actor.zone)
            last = datetime.combine(period.last, time.max, actor.zone)
            assert figures["new_enrollments"].part == sum(
                one.batch_id in scope.batches and period.first <= one.enrollment_date <= period.last
                for one in enrollments
            )
            assert figures["waitlisted"].part == sum(
                one.batch_id in scope.batches and first <= one.joined_at <= last for one in waiting
            )


def test_what_is_compared_is_counted_in_the_same_way(actor: Actor, marks: list[Any]) -> None:
    scope = scope_of(actor)
    for period in periods_of(marks):
        before = period.compared(Comparison.BEFORE)
        assert before is not None
        assert (before.days, before.last) == (period.days, period.first - DAY)
        insight, alone = insight_into(scope, period, before), insight_into(scope, before)
        assert insight.compared is not None
        assert {name: alone.figures[name] for name in insight.compared.figures} == insight.compared.figures
        year = period.compared(Comparison.YEAR)
        assert year is not None
        assert (year.days, year.first.isoweekday()) == (period.days, period.first.isoweekday())


def test_page_and_api_say_the_same(places: dict[str, Any]) -> None:
    """As everybody who sees figures: what stands on the page is what the API answers, both from what they may see."""
    for person in people(places):
        if person.role == "student":
            continue
        with transaction.atomic():
            page: Any = Client(headers=person.browser).get("/analytics/?compare=none")
            call = Client(headers=person.bearer).get("/api/analytics/institution").json()["data"]
            transaction.set_rollback(True)
        shown = {one.figure.name: (one.figure.value, one.figure.part) for one in page.context["all_figures"]}
        assert shown == {one["definition"]: (one["value"], one["numerator"]) for one in call["figures"]}


def test_page_and_api_count_a_batch_over_the_same_days(places: dict[str, Any]) -> None:
    """From its first day, by its own clock, where nothing else is asked for."""
    (person,) = (one for one in people(places) if (one.role, one.where) == ("admin", "the large one"))
    batch = Batch.objects.get(pk=person.objects["batch_id"])
    with transaction.atomic():
        page: Any = Client(headers=person.browser).get(f"/batches/{batch.pk}/analytics/")
        call = Client(headers=person.bearer).get(f"/api/analytics/batches/{batch.pk}").json()["data"]
        transaction.set_rollback(True)
    usual = Period.of_batch(batch.start_date, batch.end_date, batch.today())
    assert page.context["form"].period == usual
    assert call["period"] == {"first": usual.first.isoformat(), "last": usual.last.isoformat()}
    shown = {one.figure.name: one.figure.value for one in page.context["all_figures"]}
    assert shown == {one["definition"]: one["value"] for one in call["figures"]}
    weak = page.context["weak_spot"]
    assert (call["weak_spot"] and call["weak_spot"]["says"]) == (weak and weak.says)
    dots, told = page.context["students"], call["students"]
    assert (dots.number, dots.below, dots.median) == (told["number"], told["below"], percent(told["median"]))
    values = [row[1] for table in call["tables"] if table["key"] == "students" for row in table["rows"]]
    assert (told["number"], told["median"]) == (len(values), round(median(values), 1))
    assert told["below"] == sum(value < told["minimum"] for value in values)
