"""The last seat of an elective, and one teacher for many years: at one moment, with and without what guards them."""

from __future__ import annotations

from datetime import date
from functools import partial

import pgtrigger
import pytest

from muster.batches.models import Batch, InstructorAssignment
from muster.core.errors import Conflict
from muster.courses.models import Subject
from muster.progression.errors import ElectiveFull, EnoughChosen
from muster.progression.models import ElectiveChoice, SubjectMapping
from muster.progression.rules import add_elective_group, choose_elective, copy_subjects, map_subject
from tests.make import Campus, slot
from tests.races.rush import refused, rush, without, won
from tests.races.test_bookings import booked_twice

pytestmark = pytest.mark.django_db(transaction=True)
HOURS = ("09:00", "10:00")


@pytest.fixture
def campus():
    return Campus.found()


def subject_of(batch, code):
    return Subject.objects.create(institution=batch.institution, course=batch.course, code=code, title=code)


def elective(campus, batch, code, **fields):
    subject = subject_of(batch, code)
    return map_subject(by=campus.admin, batch=batch, subject=subject, is_elective=True, **fields)


def pgid_of(name):
    """What the database calls a trigger of choices."""
    [(model, trigger)] = pgtrigger.registered(f"progression.ElectiveChoice:{name}")
    return trigger.get_pgid(model)


def insert(mapping, seat):
    """Past the rule and its lock."""
    return ElectiveChoice.objects.create(institution_id=mapping.institution_id, enrollment=seat, mapping=mapping)


def test_the_last_seat_goes_to_one_of_ten(campus):
    batch = campus.batch()
    mapping = elective(campus, batch, "E", seats=1)
    seats = [campus.enroll(batch) for _each in range(10)]
    outcomes = rush([partial(choose_elective, by=campus.admin, enrollment=seat, mapping=mapping) for seat in seats])
    assert (len(won(outcomes)), {type(one) for one in refused(outcomes)}) == (1, {ElectiveFull})


def test_without_the_lock_the_database_still_gives_one_seat(campus):
    batch = campus.batch()
    mapping = elective(campus, batch, "E", seats=1)
    seats = [campus.enroll(batch) for _each in range(10)]
    assert len(won(rush([partial(insert, mapping, seat) for seat in seats]))) == 1


def test_control_without_the_trigger_it_is_overfilled(campus):
    batch = campus.batch()
    mapping = elective(campus, batch, "E", seats=1)
    seats = [campus.enroll(batch) for _each in range(10)]
    with without("progression_electivechoice", triggers=[pgid_of("choice_fits")]):
        assert len(won(rush([partial(insert, mapping, seat) for seat in seats]))) == 10


def test_one_student_who_asks_for_ten_at_once_gets_as_many_as_the_group_asks_for(campus):
    batch = campus.batch()
    mappings = [elective(campus, batch, f"E{number}") for number in range(10)]
    today = batch.today()
    fields = {"name": "Electives", "semester": mappings[0].semester, "choose": 2}
    days = {"opens_on": today, "closes_on": today}
    add_elective_group(by=campus.admin, batch=batch, fields=fields | days, mappings=mappings)
    seat = campus.enroll(batch)
    outcomes = rush([partial(choose_elective, by=campus.admin, enrollment=seat, mapping=one) for one in mappings])
    assert (len(won(outcomes)), {type(one) for one in refused(outcomes)}) == (2, {EnoughChosen})
    ElectiveChoice.objects.all().delete()
    assert len(won(rush([partial(insert, one, seat) for one in mappings]))) == 2


def years_of(campus, number, subjects):
    """So many batch years that have all subjects at the same hours."""
    department = campus.department()
    course = campus.course(department=department)
    rows = [
        Subject.objects.create(institution=campus.institution, course=course, code=f"S{one}", title=f"S{one}")
        for one in range(subjects)
    ]
    week = [slot(1 + day, *HOURS, subject=one) for day, one in enumerate(rows)]
    plan = {"kind": "academic", "course": course, "department": department, "current_semester": 1}
    dates = {"start_date": date(2030, 1, 7), "end_date": date(2030, 3, 29)}
    years = [campus.batch(year=2030 + one, slots=week, **plan, **dates) for one in range(number)]
    return years, rows


def test_ten_years_that_want_one_teacher_at_one_hour_get_one(campus):
    years, [subject] = years_of(campus, 10, 1)
    ada = campus.instructor()
    outcomes = rush(
        [partial(map_subject, by=campus.admin, batch=batch, subject=subject, instructor=ada) for batch in years]
    )
    assert (len(won(outcomes)), {one.code for one in refused(outcomes)}) == (1, {"schedule_conflict"})
    assert booked_twice() == 0


def map_by_raw_sql(batch, subject, person):
    """Past the rule and its locks, where the person comes to the batch already."""
    return SubjectMapping.objects.create(
        institution_id=batch.institution_id, batch=batch, subject=subject, semester=1, instructor=person
    )


def coming(campus, batch, person):
    return InstructorAssignment.objects.create(
        institution=campus.institution, batch=batch, instructor=person, role="assistant", from_date=date(2026, 1, 1),
        for_subjects=True,
    )  # fmt: skip


def test_without_the_locks_the_database_still_books_one(campus):
    years, [subject] = years_of(campus, 6, 1)
    ada = campus.instructor()
    for batch in years:
        coming(campus, batch, ada)
    assert len(won(rush([partial(map_by_raw_sql, batch, subject, ada) for batch in years]))) == 1
    assert booked_twice() == 0


def test_control_without_the_constraint_the_teacher_is_in_two_places(campus):
    years, [subject] = years_of(campus, 6, 1)
    ada = campus.instructor()
    for batch in years:
        coming(campus, batch, ada)
    with without("timetable_booking", constraints=["instructor_is_in_one_place_at_a_time"]):
        rush([partial(map_by_raw_sql, batch, subject, ada) for batch in years])
        assert booked_twice() > 0


def test_copies_of_many_teachers_do_not_lock_each_other_out(campus):
    years, subjects = years_of(campus, 6, 4)
    source = campus.batch(
        kind="academic", year=2040, course=years[0].course, department=years[0].department, current_semester=1,
        start_date=date(2040, 1, 2), end_date=date(2040, 3, 30),
    )  # fmt: skip
    for subject in subjects:
        map_subject(by=campus.admin, batch=source, subject=subject, instructor=campus.instructor())
    outcomes = rush([partial(copy_subjects, by=campus.admin, batch=batch, source=source) for batch in years])
    assert len(won(outcomes)) == 1
    assert all(isinstance(one, Conflict | list) for one in outcomes)
    assert {one.code for one in refused(outcomes)} == {"schedule_conflict"}
    assert Batch.objects.filter(subject_mappings__isnull=False).distinct().count() == 2
    assert booked_twice() == 0
