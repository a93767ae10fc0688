"""Everything about a class goes by its own clock, whatever day it is at its institution."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
from django.urls import reverse

from muster.accounts.models import User
from muster.allocation.planning.inputs import inputs_for_batches, meetings_of
from muster.allocation.planning.scope import unstaffed_batches
from muster.allocation.rules.departures import deactivate_person
from muster.allocation.scoring.inputs import candidates_of
from muster.attendance.models import Mark
from muster.attendance.queries.cohorts import cohorts_of, progress_of
from muster.attendance.queries.missing import registers_to_lock
from muster.batches.clashes.leads import free_leads
from muster.batches.clashes.people import teaching_staff
from muster.batches.models import Batch, InstructorAssignment
from muster.batches.occurrences import occurrences_ahead
from muster.batches.queries import in_full, overview_of
from muster.batches.rules import share_meeting
from muster.batches.workload import batch_load, booked_meetings, instructors_with_load
from muster.enrollments.rules import advance_statuses
from muster.exchange.registers import OldMark
from muster.exchange.rules.registers import import_register
from muster.institutions.queries.people import duties_of
from muster.web.batches.list import starts_soon
from tests.client import Api
from tests.make import Campus, slot
from tests.pages import Browser, words_of

pytestmark = pytest.mark.django_db
# No hour of the day has the same date in both.
EAST, WEST = "Pacific/Kiritimati", "Pacific/Honolulu"
DAY = timedelta(days=1)
WEEK = [slot(day, "10:00", "11:00") for day in range(1, 8)]


@dataclass
class Abroad:
    """A batch of a branch where it is another day than at the institution."""

    campus: Campus
    branch: Any
    batch: Batch

    @property
    def today(self) -> date:
        return Batch.objects.get(pk=self.batch.pk).today()

    def another(self, **fields: Any) -> Batch:
        days = {"start_date": self.today - 20 * DAY, "end_date": self.today + 60 * DAY}
        return self.campus.batch(**{"branch": self.branch, **days, **fields})

    def teaches(self, person: User, first: date, last: date | None = None, role: str = "lead") -> None:
        InstructorAssignment.objects.create(
            institution=self.campus.institution,
            batch=self.batch,
            instructor=person,
            role=role,
            from_date=first,
            until_date=last,
        )


@pytest.fixture(params=[(EAST, WEST), (WEST, EAST)], ids=["behind", "ahead"])
def abroad(request: pytest.FixtureRequest) -> Abroad:
    here, there = request.param
    campus = Campus.found(time_zone=here)
    branch = campus.branch(time_zone=there)
    today = campus.batch(branch=branch).today()
    assert today != campus.admin.today()
    batch = campus.batch(
        branch=branch, start_date=today - 20 * DAY, end_date=today + 60 * DAY, slots=WEEK, status="Active"
    )
    return Abroad(campus, branch, batch)


def test_lead_of_today_is_shown_everywhere(abroad: Abroad) -> None:
    campus, batch, today = abroad.campus, abroad.batch, abroad.today
    former, lead = campus.instructor("Fay Former"), campus.instructor("Lea Lead")
    abroad.teaches(former, today - 20 * DAY, today - DAY)
    abroad.teaches(lead, today)
    enrollment = campus.enroll(batch)
    api, admin, student = Api(campus.token()), Browser(campus), Browser(campus, enrollment.student)
    assert in_full(Batch.objects.filter(pk=batch.pk)).get().lead["full_name"] == "Lea Lead"
    [row] = [one for one in api.get("/batches").data if one["batch_id"] == str(batch.pk)]
    assert row["assigned_instructor"]["full_name"] == "Lea Lead"
    [cohort] = [one for one in api.get("/institution/cohorts").data if one["cohort_id"] == str(batch.pk)]
    assert [one["full_name"] for one in cohort["facilitators"]] == ["Lea Lead"]
    pages = {
        "list": admin.get("/batches/"),
        "batch": admin.get(f"/batches/{batch.pk}/"),
        "own": student.get(f"/batches/{batch.pk}/"),
    }
    told = {name: [who for who in ("Fay", "Lea") if f"{who} " in words_of(page)] for name, page in pages.items()}
    assert told == {"list": ["Lea"], "batch": ["Lea"], "own": ["Lea"]}


def test_last_day_of_a_lead_is_theirs(abroad: Abroad) -> None:
    campus, batch, today = abroad.campus, abroad.batch, abroad.today
    lead = campus.instructor("Lea Lead")
    abroad.teaches(lead, today - 20 * DAY, today)
    assert in_full(Batch.objects.filter(pk=batch.pk)).get().lead["full_name"] == "Lea Lead"
    assert batch not in unstaffed_batches(campus.admin)
    assert duties_of(campus.admin, lead).batches_led == 1
    InstructorAssignment.objects.filter(instructor=lead).update(until_date=today - DAY)
    assert in_full(Batch.objects.filter(pk=batch.pk)).get().lead is None
    assert batch in unstaffed_batches(campus.admin)
    assert duties_of(campus.admin, lead).batches_led == 0


def test_load_counts_until_the_last_day_of_the_assignment(abroad: Abroad) -> None:
    campus, today = abroad.campus, abroad.today
    person = campus.instructor()
    abroad.teaches(person, today - 20 * DAY, today)

    def loads() -> set[int]:
        [row] = [one for one in instructors_with_load(campus.admin) if one.pk == person.pk]
        [api_row] = [one for one in Api(campus.token()).get("/instructors").data if one["_id"] == str(person.pk)]
        other = in_full(Batch.objects.filter(pk=abroad.another().pk)).select_related("branch").get()
        free = free_leads([other], seen_by=campus.admin)
        return {
            row.load,
            api_row["active_batches"],
            batch_load(campus.institution.pk).get(person.pk, 0),
            candidates_of(campus.institution)[person.pk].batches,
            teaching_staff(campus.admin)[person.pk].batches,
            *(one.active_batches for those in free.values() for one in those if one.id == person.pk),
        }

    assert loads() == {1}
    InstructorAssignment.objects.filter(instructor=person).update(until_date=today - DAY)
    assert loads() == {0}


@pytest.mark.parametrize(
    ("key", "first", "last", "expected"),
    [
        ("without_lead", -20, 0, True),
        ("without_lead", -20, -1, False),
        ("due", 14, 60, True),
        ("due", 15, 60, False),
        ("slow", 1, 60, True),
        ("slow", 0, 60, False),
        ("slow", 30, 60, True),
        ("slow", 31, 60, False),
        ("filling", 90, 120, True),
        ("filling", 91, 120, False),
        ("no_slots", 14, 60, True),
        ("no_slots", 15, 60, False),
        ("ending", -20, 0, True),
        ("ending", -20, 14, True),
        ("ending", -20, 15, False),
        ("ending", -20, -1, False),
    ],
)
def test_what_to_watch_begins_and_ends_with_the_day_of_the_batch(
    abroad: Abroad, key: str, first: int, last: int, expected: bool
) -> None:
    campus, today = abroad.campus, abroad.today
    Batch.objects.filter(pk=abroad.batch.pk).update(status="Completed")
    batch = abroad.another(start_date=today + first * DAY, end_date=today + last * DAY)
    if key == "ending":
        Batch.objects.filter(pk=batch.pk).update(status="Active")
    found = overview_of(campus.admin)
    rest = 1 if Batch.objects.filter(status="Upcoming").exclude(pk=batch.pk).exists() else 0
    watched = Browser(campus).get(f"/batches/?watch={key}").context["listing"]
    codes = {row.record.code for row in watched.table.rows}
    assert (batch.code in codes) is expected
    assert found.counts[key] == watched.shown
    assert found.counts[key] <= expected + rest


def test_starting_soon_is_within_thirty_days_of_the_batch(abroad: Abroad) -> None:
    today = abroad.today
    rows = {days: abroad.another(start_date=today + days * DAY, end_date=today + 90 * DAY) for days in (-1, 0, 30, 31)}
    Batch.objects.filter(pk__in=[row.pk for row in rows.values()]).update(status="Upcoming")
    found = Batch.objects.filter(starts_soon(), pk__in=[row.pk for row in rows.values()])
    assert {batch.pk for batch in found} == {rows[0].pk, rows[30].pk}


def test_a_batch_moves_on_by_the_day_where_it_is(abroad: Abroad) -> None:
    admin, today = abroad.campus.admin, abroad.today
    moves = {
        (0, 60): "Active",
        (1, 60): "Upcoming",
        (-20, 0): "Active",
        (-20, -1): "Completed",
    }
    batches = {}
    for (first, last), status in moves.items():
        batch = abroad.another(lead=abroad.campus.instructor(), start_date=today + 30 * DAY)
        # As if days had passed since.
        Batch.objects.filter(pk=batch.pk).update(
            start_date=today + first * DAY, end_date=today + last * DAY, status="Active" if first < 0 else "Upcoming"
        )
        batches[batch] = status
    advance_statuses(by=admin)
    assert {batch: Batch.objects.get(pk=batch.pk).status for batch in batches} == batches


def test_home_shows_the_sessions_of_the_day_of_the_class(abroad: Abroad) -> None:
    campus, batch, today = abroad.campus, abroad.batch, abroad.today
    lead = campus.instructor()
    abroad.teaches(lead, today - 20 * DAY)
    student = campus.enroll(batch).student
    [session] = batch.sessions.filter(date=today)
    for person, context in ((None, "today"), (lead, "today")):
        shown = Browser(campus, person).get("/").context[context]
        rows = [row.meeting.session_id for row in (*shown["earlier"], *shown["later"])]
        assert rows == [session.pk], person
    # What is next is of today or tomorrow, by that clock.
    for person in (lead, student):
        page = Browser(campus, person).get("/")
        following = page.context["next"]
        assert following.day in (today, today + DAY)
        assert page.context["next_day"] == ("Today" if following.day == today else "Tomorrow")
    days = [one.days_away for one in occurrences_ahead(campus.admin, Batch.objects.filter(pk=batch.pk), 2)]
    assert days == [0, 1, 2]


def test_a_plan_begins_on_the_day_of_each_batch(abroad: Abroad) -> None:
    campus, batch, today = abroad.campus, abroad.batch, abroad.today
    abroad.teaches(campus.instructor(), today - 20 * DAY, today - DAY)
    found = inputs_for_batches(campus.admin, Batch.objects.filter(pk=batch.pk))
    [wanted] = found.wanted
    assert wanted.need.first == today
    sessions = batch.sessions.filter(date__gte=today)
    assert len(wanted.meetings) == sessions.count()
    assert len(meetings_of([batch.pk])[batch.pk]) == sessions.count()
    assert str(wanted.need.zone) == abroad.branch.time_zone


def test_sessions_of_a_cohort_have_come_by_the_clock_of_the_class(abroad: Abroad) -> None:
    campus, batch, today = abroad.campus, abroad.batch, abroad.today
    cohort = cohorts_of(campus.admin, Batch.objects.filter(pk=batch.pk)).get()
    assert progress_of(cohort).past == batch.sessions.filter(date__lte=today).count()
    # Nothing is taken, so nothing is locked by itself.
    assert not registers_to_lock(campus.admin, 1).exists()


def test_assignments_of_who_leaves_end_yesterday_by_the_clock_of_the_batch(abroad: Abroad) -> None:
    campus, today = abroad.campus, abroad.today
    leaver = campus.instructor()
    abroad.teaches(leaver, today - 20 * DAY, role="assistant")
    deactivate_person(by=campus.admin, user=leaver)
    assert InstructorAssignment.objects.get(instructor=leaver).until_date == today - DAY


def test_who_taught_until_yesterday_is_in_no_ones_way_when_batches_share_a_session(abroad: Abroad) -> None:
    campus, today = abroad.campus, abroad.today
    former = campus.instructor()
    abroad.teaches(former, today - 20 * DAY, today - DAY)
    abroad.another(lead=former, slots=[slot(1, "15:00", "16:00")], start_date=today)
    other = abroad.another()
    meeting = share_meeting(
        by=campus.admin, name="Together", batches=[abroad.batch, other], slots=[slot(1, "15:00", "16:00")]
    )
    assert meeting.time_zone == abroad.branch.time_zone


def test_a_day_to_mark_is_proposed_by_the_clock_of_the_batch(abroad: Abroad) -> None:
    campus, batch, today = abroad.campus, abroad.batch, abroad.today
    browser = Browser(campus)
    form = browser.get(reverse("attendance:daily")).context["form"]
    assert form.fields["date"].initial == today
    # Batches of two clocks: the day is that of the one that is chosen.
    campus.batch()
    form = browser.get(reverse("attendance:daily")).context["form"]
    assert form.fields["date"].initial is None
    page = browser.get(reverse("attendance:day"), {"batch": str(batch.pk), "date": ""})
    assert page.context["day"] == today


def test_an_old_register_holds_no_mark_of_a_day_to_come(abroad: Abroad) -> None:
    campus, batch, today = abroad.campus, abroad.batch, abroad.today
    seat = campus.enroll(batch)
    marks = [
        OldMark(line, batch.code, "", seat.student.email, "", day, Mark.PRESENT)
        for line, day in enumerate((today - DAY, today, today + DAY), start=2)
    ]
    import_register(by=campus.admin, marks=marks)
    assert set(seat.attendance_records.values_list("record_date", flat=True)) == {today - DAY, today}


def test_the_next_start_of_the_catalog_is_not_past_where_it_takes_place(abroad: Abroad) -> None:
    campus, today = abroad.campus, abroad.today
    Batch.objects.all().update(status="Cancelled")
    abroad.another(start_date=today, end_date=today + 60 * DAY)
    page = words_of(Browser(campus, campus.student()).get(reverse("catalogue:list")))
    assert f"{today:%A} {today.day} {today:%B}" in page


def test_times_of_a_class_elsewhere_are_by_its_clock_and_name_it(abroad: Abroad) -> None:
    campus, batch, today = abroad.campus, abroad.batch, abroad.today
    lead = campus.instructor("Lea Lead")
    abroad.teaches(lead, today - 20 * DAY)
    place = abroad.branch.time_zone.rpartition("/")[2].replace("_", " ")
    admin = Browser(campus)
    listed = words_of(admin.get(reverse("instructors:list")))
    assert f"10:00, {place}" in listed
    assert f"times in {place}" in words_of(admin.get(reverse("batches:schedule", args=(batch.pk,))))
    assert f"Times in {place}" in words_of(admin.get(reverse("batches:add-session", args=(batch.pk,))))
    [booked, *_rest] = booked_meetings(campus.admin, lead.pk, today, today + DAY)
    assert (booked.starts.hour, booked.starts.date(), booked.zone) == (10, today, place)


def test_a_clock_that_is_the_readers_is_not_named() -> None:
    campus = Campus.found(time_zone=EAST)
    branch = campus.branch(time_zone=EAST)
    batch = campus.batch(branch=branch, slots=WEEK, lead=campus.instructor())
    page = words_of(Browser(campus).get(reverse("batches:schedule", args=(batch.pk,))))
    assert "times in" not in page
