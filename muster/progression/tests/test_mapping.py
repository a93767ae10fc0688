"""What a batch is taught: the rule, the database, and both doors."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from muster.batches.errors import BatchArchived, NotAnInstructor, ScheduleConflict, SomethingSpeaksAgainst
from muster.batches.models import Batch
from muster.batches.rules import archive_batch, change_batch
from muster.core.database import violated_constraint
from muster.courses.models import Subject
from muster.institutions.models import Role
from muster.progression.errors import MappedAlready, NoCourse, NoSuchSemester, NothingToCopyFrom, NotOfTheCourse
from muster.progression.models import SubjectMapping
from muster.progression.rules import copy_subjects, map_subject, remap_subject, unmap_subject
from tests.client import Api
from tests.make import Campus, slot
from tests.pages import Browser, words_of

pytestmark = pytest.mark.django_db


def subject_of(course: Any, code: str, **fields: Any) -> Subject:
    return Subject.objects.create(
        institution=course.institution, course=course, code=code, **{"title": f"Subject {code}", **fields}
    )


class Year:
    """A batch year of a course with three subjects in two semesters."""

    def __init__(self) -> None:
        self.campus = Campus.found()
        self.department = self.campus.department()
        self.course = self.campus.course(department=self.department, semesters=4)
        self.batch = self.year(2030)
        self.first, self.second, self.third = (
            subject_of(self.course, code, semester=semester) for code, semester in (("A", 1), ("B", 1), ("C", 2))
        )
        self.api = Api(self.campus.token())

    def year(self, number: int, **fields: Any) -> Batch:
        dates = {"start_date": date(number, 1, 7), "end_date": date(number, 6, 28)}
        of = {"department": self.department, "course": self.course}
        return self.campus.batch(kind="academic", year=number, current_semester=1, **of, **{**dates, **fields})

    def map(self, subject: Subject, **fields: Any) -> SubjectMapping:
        return map_subject(by=self.campus.admin, batch=self.batch, subject=subject, **fields)

    @property
    def path(self) -> str:
        return f"/batches/{self.batch.pk}/subjects"


@pytest.fixture
def year() -> Year:
    return Year()


def roles_in(batch: Batch) -> list[tuple[Any, str]]:
    return list(batch.instructor_assignments.order_by("pk").values_list("instructor_id", "role"))


def test_a_subject_is_taught_in_its_own_semester_unless_another_is_named(year: Year) -> None:
    assert [year.map(year.third).semester, year.map(year.first, semester=3).semester] == [2, 3]


def test_an_instructor_who_is_given_a_subject_becomes_assistant_once(year: Year) -> None:
    person = year.campus.instructor()
    year.map(year.first, instructor=person)
    year.map(year.second, instructor=person)
    assert roles_in(year.batch) == [(person.pk, "assistant")]


def test_the_lead_who_is_given_a_subject_stays_the_lead(year: Year) -> None:
    person = year.campus.instructor()
    year.batch = year.year(2031, lead=person)
    year.map(year.first, instructor=person)
    assert roles_in(year.batch) == [(person.pk, "lead")]


def test_a_double_booking_is_refused_at_the_instructor(year: Year) -> None:
    person, hours = year.campus.instructor(), slot(1, "09:00", "10:00")
    year.campus.batch(lead=person, slots=[hours])
    theirs = slot(1, "09:00", "10:00", subject=year.first)
    year.batch = year.year(2030, slots=[theirs], lead=year.campus.instructor())
    with pytest.raises(ScheduleConflict) as refused:
        year.map(year.first, instructor=person)
    assert {one.field for one in refused.value.errors} == {"faculty_id"}
    assert not SubjectMapping.objects.exists()


def test_warnings_are_told_by_the_api_and_want_a_reason_where_one_is_asked_for(year: Year) -> None:
    year.campus.institution.max_active_batches = 1
    year.campus.institution.save()
    person = year.campus.instructor()
    year.campus.batch(lead=person)
    with pytest.raises(SomethingSpeaksAgainst):
        year.map(year.first, instructor=person, override_reason="")
    body = {"subject_id": str(year.first.pk), "faculty_id": str(person.pk)}
    told = year.api.post(year.path, body)
    assert (told.status, {one["field"] for one in told.body["warnings"]}) == (201, {"faculty_id"})


def test_what_does_not_fit_is_refused_by_name(year: Year) -> None:
    other = subject_of(year.campus.course(), "X")
    with pytest.raises(NotOfTheCourse):
        year.map(other)
    with pytest.raises(NoSuchSemester):
        year.map(year.first, semester=5)
    with pytest.raises(NotAnInstructor):
        year.map(year.first, instructor=year.campus.student())
    year.map(year.first)
    with pytest.raises(MappedAlready):
        year.map(year.first, semester=2)
    year.batch = year.campus.batch(
        kind="academic", department=year.department, year=2032, current_semester=1, start_date=None, end_date=None
    )
    with pytest.raises(NoCourse):
        year.map(year.first)
    with pytest.raises(NoCourse):
        copy_subjects(by=year.campus.admin, batch=year.batch)


def test_an_archived_batch_keeps_its_subjects(year: Year) -> None:
    mapping, admin = year.map(year.first), year.campus.admin
    archive_batch(by=admin, batch=year.batch)
    for call in (
        lambda: year.map(year.second),
        lambda: remap_subject(by=admin, mapping=mapping, changes={"semester": 2}),
        lambda: unmap_subject(by=admin, mapping=mapping),
        lambda: copy_subjects(by=admin, batch=year.batch),
    ):
        with pytest.raises(BatchArchived):
            call()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE progression_subjectmapping SET semester = 2 WHERE id = %s",
        "DELETE FROM progression_subjectmapping WHERE id = %s",
    ],
)
def test_the_database_refuses_to_change_the_subjects_of_an_archived_batch(year: Year, statement: str) -> None:
    mapping = year.map(year.first)
    archive_batch(by=year.campus.admin, batch=year.batch)
    with pytest.raises(IntegrityError) as refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, [mapping.pk])
    assert violated_constraint(refused.value) == "archived_batch_does_not_change"


def test_the_database_refuses_a_subject_of_another_course(year: Year) -> None:
    other = subject_of(year.campus.course(), "X")
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        SubjectMapping.objects.create(institution=year.campus.institution, batch=year.batch, subject=other, semester=1)
    assert violated_constraint(refused.value) == "subject_is_of_the_course"


def test_a_batch_that_moves_to_another_course_leaves_the_subjects_of_the_old_one(year: Year) -> None:
    year.map(year.first)
    change_batch(
        by=year.campus.admin, batch=year.batch, changes={"course": year.campus.course(department=year.department)}
    )
    assert not SubjectMapping.objects.exists()


def test_all_subjects_of_the_course_are_copied_once(year: Year) -> None:
    year.map(year.first, semester=3)
    made = copy_subjects(by=year.campus.admin, batch=year.batch)
    assert [(one.subject, one.semester) for one in made] == [(year.second, 1), (year.third, 2)]
    assert copy_subjects(by=year.campus.admin, batch=year.batch) == []


def test_from_another_year_come_semesters_electives_and_whoever_still_teaches(year: Year) -> None:
    stays, left = year.campus.instructor(), year.campus.instructor()
    year.map(year.first, semester=2, instructor=stays, is_elective=True)
    year.map(year.second, instructor=left)
    left.memberships.all().delete()
    next_year = year.year(2031)
    made = copy_subjects(by=year.campus.admin, batch=next_year, source=year.batch)
    assert sorted((one.subject.code, one.semester, one.is_elective, one.instructor) for one in made) == [
        ("A", 2, True, stays),
        ("B", 1, False, None),
    ]
    assert roles_in(next_year) == [(stays.pk, "assistant")]
    with pytest.raises(NothingToCopyFrom):
        copy_subjects(by=year.campus.admin, batch=next_year, source=next_year)


def test_a_subject_that_is_taught_somewhere_is_not_deleted(year: Year) -> None:
    year.map(year.first)
    refused = year.api.delete(f"/subjects/{year.first.pk}")
    assert (refused.status, "1 subject of a batch" in refused.message) == (400, True)


# --- doors -----------------------------------------------------------------------------------------------------------
def test_the_api_maps_changes_and_unmaps(year: Year) -> None:
    person = year.campus.instructor()
    added = year.api.post(year.path, {"subject_id": str(year.first.pk), "semester": 2, "faculty_id": str(person.pk)})
    assert (added.status, added.data["semester"], added.data["faculty"]["_id"]) == (201, 2, str(person.pk))
    path = f"{year.path}/{added.data['_id']}"
    changed = year.api.put(path, {"faculty_id": None, "elective": True})
    assert (changed.data["faculty"], changed.data["elective"], changed.data["semester"]) == (None, True, 2)
    assert [row["subject"]["code"] for row in year.api.get(year.path).data] == ["A"]
    assert year.api.delete(path).status == 200
    assert year.api.get(year.path).data == []
    assert year.api.post(f"{year.path}/copy", {}).body["count"] == 3


def test_a_mapping_is_found_in_its_own_batch_alone(year: Year) -> None:
    mapping = year.map(year.first)
    other = year.year(2031)
    assert year.api.put(f"/batches/{other.pk}/subjects/{mapping.pk}", {"semester": 2}).status == 404


def test_a_branch_manager_reads_what_a_department_administrator_changes(year: Year) -> None:
    branch = year.campus.branch()
    year.batch = year.year(2031, branch=branch)
    manager = Api(year.campus.token(year.campus.person(Role.BRANCH_MANAGER, branch=branch)))
    head = Api(year.campus.token(year.campus.person(Role.DEPT_ADMIN, department=year.department)))
    body = {"subject_id": str(year.first.pk)}
    assert [api.post(year.path, body).status for api in (manager, head)] == [403, 201]
    assert [len(api.get(year.path).data) for api in (manager, head)] == [1, 1]


def test_students_of_the_batch_see_who_teaches_without_the_email(year: Year) -> None:
    learner = year.campus.student()
    year.campus.enroll(year.batch, learner)
    year.map(year.first, instructor=year.campus.instructor("Ada Ford"))
    seen = Api(year.campus.token(learner)).get(year.path).data
    assert [(row["faculty"]["full_name"], row["faculty"]["email"]) for row in seen] == [("Ada Ford", None)]
    page = words_of(Browser(year.campus, learner).get(f"/batches/{year.batch.pk}/subjects/"))
    assert ("Ada Ford" in page, "Add subject" in page) == (True, False)


def test_the_page_adds_edits_copies_and_removes(year: Year) -> None:
    browser, at = Browser(year.campus), f"/batches/{year.batch.pk}/subjects/"
    person = year.campus.instructor("Ada Ford")
    assert "No subjects yet" in words_of(browser.get(at))
    added = browser.post(f"{at}new/", {"subject_id": str(year.first.pk), "faculty_id": str(person.pk)})
    assert added["Location"] == at
    mapping = SubjectMapping.objects.get()
    edited = browser.post(
        f"{at}{mapping.pk}/edit/", {"subject_id": str(year.first.pk), "semester": 2, "elective": "on"}
    )
    assert edited["Location"] == at
    mapping.refresh_from_db()
    assert (mapping.semester, mapping.instructor, mapping.is_elective) == (2, None, True)
    assert browser.post(f"{at}copy/", {"from_batch": ""})["Location"] == at
    assert "Semester 2" in words_of(browser.get(at))
    assert browser.post(f"{at}{mapping.pk}/remove/")["Location"] == at
    assert SubjectMapping.objects.count() == 2
    told = words_of(browser.get(f"/batches/{year.batch.pk}/history/"))
    assert "Subject removed: Subject A, semester 2, elective" in told


def test_the_page_asks_for_a_reason_where_something_speaks_against_somebody(year: Year) -> None:
    year.campus.institution.max_active_batches = 1
    year.campus.institution.save()
    person = year.campus.instructor()
    year.campus.batch(lead=person)
    browser, at = Browser(year.campus), f"/batches/{year.batch.pk}/subjects/new/"
    form = {"subject_id": str(year.first.pk), "faculty_id": str(person.pk)}
    refused = browser.post(at, form)
    assert (refused.status_code, "Give a reason, or choose someone else." in words_of(refused)) == (400, True)
    assert browser.post(at, {**form, "override_reason": "She asked for it"}).status_code == 302
