"""Whoever teaches a subject of a batch year teaches its sessions: bookings, refusals, and what is proved of them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from muster.accounts.models import User
from muster.batches.errors import ScheduleConflict
from muster.batches.models import Batch, SubjectFaculty
from muster.batches.occurrences import occurrences_of
from muster.batches.rules import add_session, change_batch, end_assignment
from muster.batches.rules.inputs import SlotInput
from muster.batches.rules.sessions import SessionInput
from muster.core.checks import run_checks
from muster.core.database import violated_constraint
from muster.core.errors import Invalid
from muster.core.ownership import as_owner, without_triggers
from muster.progression.checks import INVARIANTS
from muster.progression.models import SubjectMapping
from muster.progression.rules import copy_subjects, map_subject, remap_subject, unmap_subject
from muster.progression.tests.test_mapping import Year, roles_in
from muster.timetable.models import Booking
from tests.make import slot

pytestmark = pytest.mark.django_db
MONDAY, TUESDAY, WEDNESDAY = 1, 2, 3
HOURS = ("09:00", "10:00")


class LedYear(Year):
    """Two subjects on Monday and Tuesday, and Wednesday without one."""

    def __init__(self) -> None:
        super().__init__()
        self.lead = self.campus.instructor("Lena Lead")
        self.batch = self.year(2030, lead=self.lead, slots=self.week)

    @property
    def week(self) -> list[SlotInput]:
        subjects = ((MONDAY, self.first), (TUESDAY, self.second), (WEDNESDAY, None))
        return [slot(day, *HOURS, subject=subject) for day, subject in subjects]


@pytest.fixture
def year() -> LedYear:
    return LedYear()


def days(person: User, batch: Batch | None = None) -> set[int]:
    """On which days of the week the person is booked."""
    rows = Booking.objects.filter(instructor=person)
    if batch is not None:
        rows = rows.filter(meeting=batch.pk)
    return {day.isoweekday() for day in rows.values_list("on_date", flat=True)}


def busy_elsewhere(year: LedYear, person: User, weekday: int) -> Batch:
    return year.campus.batch(lead=person, slots=[slot(weekday, *HOURS)])


def map_first(year: LedYear, person: User | None) -> SubjectMapping:
    return year.map(year.first, instructor=person)


def test_sessions_of_a_subject_are_its_facultys_and_the_others_the_leads(year: LedYear) -> None:
    ada = year.campus.instructor()
    map_first(year, ada)
    assert (days(ada), days(year.lead)) == ({MONDAY}, {TUESDAY, WEDNESDAY})
    assert roles_in(year.batch) == [(year.lead.pk, "lead"), (ada.pk, "assistant")]


def test_a_course_is_taught_by_its_lead_whatever_is_mapped(year: LedYear) -> None:
    ada, week = year.campus.instructor(), [slot(4, *HOURS, subject=year.first)]
    year.batch = year.campus.batch(course=year.course, lead=year.lead, slots=week)
    map_first(year, ada)
    assert (days(year.lead, year.batch), days(ada, year.batch)) == ({4}, {4})
    assert not SubjectFaculty.objects.exists()


def test_changing_and_removing_who_teaches_books_anew(year: LedYear) -> None:
    ada, ben = year.campus.instructor(), year.campus.instructor()
    mapping = map_first(year, ada)
    mapping = remap_subject(by=year.campus.admin, mapping=mapping, changes={"instructor": ben})
    assert (days(ada), days(ben), days(year.lead)) == (set(), {MONDAY}, {TUESDAY, WEDNESDAY})
    mapping = remap_subject(by=year.campus.admin, mapping=mapping, changes={"subject": year.second})
    assert (days(ben), days(year.lead)) == ({TUESDAY}, {MONDAY, WEDNESDAY})
    unmap_subject(by=year.campus.admin, mapping=mapping)
    assert (days(ben), days(year.lead)) == (set(), {MONDAY, TUESDAY, WEDNESDAY})
    assert not SubjectFaculty.objects.exists()


def test_one_person_teaches_two_years_at_the_hours_of_their_subjects(year: LedYear) -> None:
    """What else meets in a year keeps its faculty free, before its own faculty is known too."""
    ada = year.campus.instructor()
    map_first(year, ada)
    week = [slot(TUESDAY, *HOURS, subject=year.first)]
    other = year.year(2031, start_date=date(2030, 1, 7), end_date=date(2030, 6, 28), slots=week)
    map_subject(by=year.campus.admin, batch=other, subject=year.first, instructor=ada)
    assert (days(ada, year.batch), days(ada, other)) == ({MONDAY}, {TUESDAY})


def test_two_electives_at_one_hour_are_taught_by_their_faculties(year: LedYear) -> None:
    ada, ben = year.campus.instructor(), year.campus.instructor()
    map_first(year, ada)
    year.map(year.second, instructor=ben)
    week = [slot(MONDAY, *HOURS, subject=year.first), slot(MONDAY, *HOURS, subject=year.second)]
    change_batch(by=year.campus.admin, batch=year.batch, changes={"slots": week})
    assert (days(ada), days(ben), days(year.lead)) == ({MONDAY}, {MONDAY}, set())
    mapping = SubjectMapping.objects.get(subject=year.first)
    for person in (None, ben):
        with pytest.raises(Invalid) as refused:
            remap_subject(by=year.campus.admin, mapping=mapping, changes={"instructor": person})
        assert "overlaps another slot of the same batch" in str(refused.value)


def test_faculty_who_teach_elsewhere_are_refused_with_who_is_free(year: LedYear) -> None:
    ada, free = year.campus.instructor("Ada Ford"), year.campus.instructor("Finn Free")
    busy_elsewhere(year, ada, MONDAY)
    with pytest.raises(ScheduleConflict) as refused:
        map_first(year, ada)
    assert "Ada Ford teaches" in str(refused.value)
    assert {one.field for one in refused.value.errors} == {"faculty_id"}
    assert free.pk in {one.id for one in refused.value.alternatives.instructors}
    told = year.api.post(year.path, {"subject_id": str(year.first.pk), "faculty_id": str(ada.pk)})
    assert (told.status, "Ada Ford teaches" in told.message) == (400, True)
    assert not SubjectMapping.objects.exists()


def test_a_lead_who_is_busy_by_now_does_not_take_the_sessions_back(year: LedYear) -> None:
    mapping = map_first(year, year.campus.instructor())
    busy_elsewhere(year, year.lead, MONDAY)
    with pytest.raises(ScheduleConflict) as refused:
        unmap_subject(by=year.campus.admin, mapping=mapping)
    assert "Lena Lead teaches" in str(refused.value)
    [theirs] = year.batch.instructor_assignments.filter(role="assistant")
    with pytest.raises(ScheduleConflict):
        end_assignment(by=year.campus.admin, assignment=theirs)


def test_a_new_slot_or_session_of_the_subject_asks_for_its_faculty(year: LedYear) -> None:
    ada = year.campus.instructor("Ada Ford")
    map_first(year, ada)
    busy_elsewhere(year, ada, 4)
    week = [slot(4, *HOURS, subject=year.first)]
    with pytest.raises(ScheduleConflict) as refused:
        change_batch(by=year.campus.admin, batch=year.batch, changes={"slots": week})
    assert "Ada Ford teaches" in str(refused.value)
    extra = SessionInput(date(2030, 1, 10), slot(4, *HOURS).start_time, slot(4, *HOURS).end_time, subject=year.first)
    with pytest.raises(ScheduleConflict):
        add_session(by=year.campus.admin, batch=year.batch, fields=extra)


def test_copied_subjects_bring_their_faculty_or_are_refused_whole(year: LedYear) -> None:
    ada, ben = year.campus.instructor("Ada Ford"), year.campus.instructor()
    map_first(year, ada)
    year.map(year.second, instructor=ben)
    week = [slot(4, *HOURS, subject=year.first), slot(5, *HOURS, subject=year.second)]
    dates = {"start_date": date(2030, 1, 7), "end_date": date(2030, 6, 28)}
    other = year.year(2031, slots=week, **dates)
    copy_subjects(by=year.campus.admin, batch=other, source=year.batch)
    assert (days(ada, other), days(ben, other)) == ({4}, {5})
    third = year.year(2032, slots=week, **dates)
    with pytest.raises(ScheduleConflict) as refused:
        copy_subjects(by=year.campus.admin, batch=third, source=year.batch)
    assert {one.field for one in refused.value.errors} == {"from_batch"}
    assert not SubjectMapping.objects.filter(batch=third).exists()


def test_the_constraint_refuses_a_double_booking_by_the_subject_alone(year: LedYear) -> None:
    ada = year.campus.instructor()
    mapping = map_first(year, None)
    year.batch.instructor_assignments.create(
        institution=year.campus.institution, instructor=ada, role="assistant", from_date=date(2030, 1, 1),
        for_subjects=True,
    )  # fmt: skip
    busy_elsewhere(year, ada, MONDAY)
    with pytest.raises(IntegrityError) as refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE progression_subjectmapping SET instructor_id = %s WHERE id = %s", [ada.pk, mapping.pk])
    assert violated_constraint(refused.value) == "instructor_is_in_one_place_at_a_time"


def test_what_was_taught_stays_who_taught_it(year: LedYear) -> None:
    today, ada, ben = year.campus.admin.today(), year.campus.instructor(), year.campus.instructor()
    begun = today - timedelta(days=28)
    unmapped = {"start_date": begun, "end_date": today + timedelta(days=28), "slots": year.week}
    year.batch = year.year(2033, **unmapped)
    mapping = map_first(year, ada)
    # As if it had been so from the first day on.
    year.batch.instructor_assignments.update(from_date=begun)
    with as_owner():
        SubjectFaculty.objects.update(from_date=begun)
    remap_subject(by=year.campus.admin, mapping=mapping, changes={"instructor": ben})
    sessions = year.batch.sessions.filter(subject=year.first)
    before = {session.teaching.get().instructor_id for session in sessions.filter(date__lt=today)}
    after = {session.teaching.get().instructor_id for session in sessions.filter(date__gte=today)}
    assert (before, after) == ({ada.pk}, {ben.pk})


def test_faculty_whose_assignment_ends_teach_no_longer(year: LedYear) -> None:
    ada = year.campus.instructor()
    map_first(year, ada)
    ada.memberships.all().delete()
    assert (days(ada), days(year.lead)) == (set(), {MONDAY, TUESDAY, WEDNESDAY})


def test_whoever_reads_the_calendar_finds_the_faculty(year: LedYear) -> None:
    map_first(year, year.campus.instructor("Ada Ford"))
    days = date(2030, 1, 7), date(2030, 1, 8)
    found = occurrences_of(year.campus.admin, Batch.objects.filter(pk=year.batch.pk), *days)
    assert [one.teacher_names for one in found] == ["Ada Ford", "Lena Lead"]


def test_what_follows_from_the_subjects_is_proved_and_repaired(year: LedYear) -> None:
    ada = year.campus.instructor()
    mapping = map_first(year, ada)

    def found(**options: Any) -> list[bool]:
        return [one.holds for one in run_checks(INVARIANTS[:1], **options)]

    assert found() == [True]
    with without_triggers("progression.SubjectMapping:subjects_changed"):
        SubjectMapping.objects.filter(pk=mapping.pk).update(instructor=year.lead)
    assert found() == [False]
    with as_owner():
        found(owner=year.campus.institution.pk, repair=True)
    assert (found(), days(year.lead)) == ([True], {MONDAY, TUESDAY, WEDNESDAY})
