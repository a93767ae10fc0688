"""Rolling a batch over: what it would come to, what it comes to, and what refuses."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from muster.batches.errors import BatchArchived, BatchNotOpen
from muster.batches.history import history_of
from muster.batches.models import Batch
from muster.batches.rules import archive_batch
from muster.core.database import violated_constraint
from muster.core.errors import Invalid
from muster.courses.models import Subject
from muster.enrollments.models import Enrollment
from muster.enrollments.rules import change_status, reopen_batch, transfer_students
from muster.institutions.models import Role
from muster.progression.errors import (
    AnotherPersonApproves,
    AnotherSemester,
    HeldBackAtTheEnd,
    NoRolloverPending,
    NoSemesters,
    RolledOverToday,
    RolloverDecided,
    RolloverPending,
    SemesterHasBegun,
)
from muster.progression.models import AcademicRecord, HeldBack, RolloverRequest, SubjectMapping
from muster.progression.queries import (
    Move,
    missing_from,
    open_choices,
    rollover_preview,
    rollovers_awaiting,
    sheet_of,
    sheets_listed,
)
from muster.progression.rules import (
    HeldBackInput,
    ScoreInput,
    add_elective_group,
    copy_subjects,
    decide_rollover,
    map_subject,
    publish_results,
    remap_subject,
    remove_elective_group,
    request_rollover,
    revert_rollover,
    roll_over,
    save_scores,
    unmap_subject,
)
from tests.make import Campus, slot

pytestmark = pytest.mark.django_db
STATUS = RolloverRequest.Status


class College:
    """A batch year of a course of two semesters, with two subjects each, and three students."""

    def __init__(self, campus: Campus | None = None) -> None:
        self.campus = campus or Campus.found()
        self.admin, self.department = self.campus.admin, self.campus.department()
        self.head = self.campus.actor(self.campus.person(Role.DEPT_ADMIN, department=self.department))
        self.course = self.campus.course(department=self.department, semesters=2)
        self.teacher = self.campus.instructor("Ada Ford")
        self.s1, self.s2 = self.subject("S1", 1, credits=6), self.subject("S2", 1, credits=4)
        self.t1, self.t2 = self.subject("T1", 2), self.subject("T2", 2)
        self.batch = self.year(2030)
        self.m1, self.m2 = (map_subject(by=self.admin, batch=self.batch, subject=one) for one in (self.s1, self.s2))
        names = ("Ann Abel", "Ben Bold", "Cat Cole")
        self.ann, self.ben, self.cat = (self.campus.enroll(self.batch, self.campus.student(name)) for name in names)

    def subject(self, code: str, semester: int, **fields: Any) -> Subject:
        here = {"institution": self.campus.institution, "course": self.course, "title": f"Subject {code}"}
        return Subject.objects.create(code=code, semester=semester, **here, **fields)

    def year(self, number: int, **fields: Any) -> Batch:
        of = {"department": self.department, "course": self.course, "start_date": None, "end_date": None, **fields}
        return self.campus.batch(kind="academic", year=number, **{"current_semester": 1, **of})

    def grade(self, mapping: SubjectMapping, **marks: int) -> None:
        cells = [ScoreInput(0, getattr(self, name).pk, "MARK", Decimal(mark)) for name, mark in marks.items()]
        save_scores(by=self.admin, mapping=mapping, cells=cells)
        publish_results(by=self.admin, mapping=mapping)

    def semester(self) -> int | None:
        return Batch.objects.get(pk=self.batch.pk).current_semester

    def records(self, enrollment: Enrollment) -> list[tuple[int, str]]:
        rows = AcademicRecord.objects.filter(enrollment=enrollment).order_by("semester")
        return list(rows.values_list("semester", "status"))

    def mapped(self) -> list[tuple[str, int, Any]]:
        rows = SubjectMapping.objects.filter(batch=self.batch).order_by("subject__code")
        return list(rows.values_list("subject__code", "semester", "instructor"))

    def roll(self, **fields: Any) -> RolloverRequest:
        return roll_over(by=self.admin, batch=self.batch, **fields)


@pytest.fixture
def college() -> College:
    return College()


def held(*enrollments: Enrollment, reason: str = "Medical leave") -> list[HeldBackInput]:
    return [HeldBackInput(one.pk, reason) for one in enrollments]


# --- what it would come to -------------------------------------------------------------------------------------------
def test_the_preview_lists_everyone_every_subject_and_what_is_missing(college: College) -> None:
    college.grade(college.m1, ann=80, ben=20, cat=70)
    college.grade(college.m2, ann=80, ben=60)
    found = rollover_preview(college.admin, college.batch)
    assert [(one.enrollment.pk, one.move, one.record) for one in found.students] == [
        (college.ann.pk, Move.MOVES, "passed"),
        (college.ben.pk, Move.MOVES, "failed"),
        (college.cat.pk, Move.MOVES, "in_progress"),
    ]
    assert (found.from_semester, found.to_semester) == (1, 2)
    assert [(one.subject, one.is_mapped) for one in found.subjects] == [(college.t1, False), (college.t2, False)]
    assert [(one.kind, one.message) for one in found.missing] == [
        ("results", "1 student has no result in Subject S2."),
        ("faculty", "Subject T1 has no instructor in semester 2."),
        ("faculty", "Subject T2 has no instructor in semester 2."),
    ]
    assert found.missing[0].ids == [college.cat.pk]
    assert found.numbers == {
        "moves": 3,
        "held_back": 0,
        "stays": 0,
        "subjects": 2,
        "subjects_with_faculty": 0,
        "records_closed": 3,
        "passed": 1,
        "failed": 1,
        "without_result": 1,
        "detained": 0,
        "records_opened": 3,
    }


def test_open_credits_over_the_limit_hold_back(college: College) -> None:
    college.grade(college.m1, ann=80, ben=20)
    college.grade(college.m2, ann=20, ben=60)
    college.campus.let(most_open_credits=5)
    found = rollover_preview(college.campus.admin, Batch.objects.get(pk=college.batch.pk))
    [ben] = found.that(Move.HELD_BACK)
    assert (ben.enrollment.pk, ben.reason) == (
        college.ben.pk,
        "Failed Subject S1: 6 open credits, up to 5 can move up.",
    )


def test_what_was_failed_in_another_batch_is_open_until_it_is_passed_here(college: College) -> None:
    college.grade(college.m1, ben=20)
    college.campus.let(most_open_credits=5)
    below = college.year(2031)
    transfer_students(by=college.admin, enrollments=[college.ben], to=below)
    mapping = map_subject(by=college.admin, batch=below, subject=college.s1)
    [ben] = rollover_preview(college.campus.admin, Batch.objects.get(pk=below.pk)).students
    assert (ben.move, float(ben.open_credits), list(ben.failed)) == (Move.HELD_BACK, 6, ["Subject S1"])
    assert not ben.results
    college.ben = ben.enrollment
    college.grade(mapping, ben=60)
    [ben] = rollover_preview(college.campus.admin, Batch.objects.get(pk=below.pk)).students
    assert (ben.move, float(ben.open_credits), ben.record) == (Move.MOVES, 0, "passed")


def test_a_preview_costs_as_many_statements_with_many_students(college: College) -> None:
    with CaptureQueriesContext(
        connection,
    ) as few:
        rollover_preview(college.admin, college.batch)
    for number in range(5):
        college.campus.enroll(college.batch, college.campus.student(f"Student {number}"))
        college.subject(f"X{number}", 2)
    with CaptureQueriesContext(connection) as many:
        rollover_preview(college.admin, college.batch)
    assert len(many) == len(few) <= 14


def test_whoever_teaches_the_subject_elsewhere_is_carried_over(college: College) -> None:
    before = college.year(2029, current_semester=2)
    map_subject(by=college.admin, batch=before, subject=college.t1, instructor=college.teacher, is_elective=True)
    [first, second] = rollover_preview(college.admin, college.batch).subjects
    assert (first.instructor, first.is_elective, second.instructor) == (college.teacher, True, None)
    college.roll()
    assert college.mapped()[2:] == [("T1", 2, college.teacher.pk), ("T2", 2, None)]
    assert list(college.batch.instructor_assignments.values_list("instructor", "role")) == [
        (college.teacher.pk, "assistant")
    ]


def test_of_those_who_teach_it_one_of_the_batch_goes_first(college: College) -> None:
    other = college.campus.instructor("Bea Long")
    for year, person in ((2028, college.teacher), (2029, other)):
        before = college.year(year, current_semester=2)
        map_subject(by=college.admin, batch=before, subject=college.t1, instructor=person)
    map_subject(by=college.admin, batch=college.batch, subject=college.subject("S3", 1), instructor=college.teacher)
    assert rollover_preview(college.admin, college.batch).subjects[0].instructor == college.teacher


def test_whoever_is_busy_at_the_hours_of_a_subject_is_not_carried_over(college: College) -> None:
    days = {"start_date": date(2030, 1, 7), "end_date": date(2031, 6, 28)}
    hours = (1, "09:00", "10:00")
    batch = college.year(2031, **days, slots=[slot(*hours, subject=college.t1)])
    college.campus.batch(code="BUSY", lead=college.teacher, slots=[slot(*hours)], **days)
    before = college.year(2029, current_semester=2)
    map_subject(by=college.admin, batch=before, subject=college.t1, instructor=college.teacher)
    first = rollover_preview(college.admin, batch).subjects[0]
    assert (first.instructor, first.origin.startswith("Ada Ford teaches")) == (None, True)
    roll_over(by=college.admin, batch=batch)
    assert SubjectMapping.objects.get(batch=batch, subject=college.t1).instructor is None


# --- what it comes to -------------------------------------------------------------------------------------------------
def test_rolling_over_moves_the_semester_the_subjects_and_the_records(college: College) -> None:
    college.grade(college.m1, ann=80, ben=20, cat=70)
    college.grade(college.m2, ann=80, ben=60)
    request = college.roll(held_back=held(college.cat), note="Agreed on Monday")
    assert (college.semester(), request.status, request.decision_note) == (2, STATUS.EXECUTED, "Agreed on Monday")
    assert [college.records(one) for one in (college.ann, college.ben, college.cat)] == [
        [(1, "passed"), (2, "in_progress")],
        [(1, "failed"), (2, "in_progress")],
        [(1, "detained")],
    ]
    assert college.mapped() == [("S1", 1, None), ("S2", 1, None), ("T1", 2, None), ("T2", 2, None)]
    assert request.outcome["students"][2] == {
        "enrollment_id": str(college.cat.pk),
        "move": "held_back",
        "reason": "Medical leave",
        "record": "detained",
    }
    college.cat.refresh_from_db()
    assert college.cat.status == "active"


def test_who_is_held_back_stays_held_back_whatever_is_published_later(college: College) -> None:
    college.roll(held_back=held(college.cat))
    college.grade(college.m1, cat=80)
    college.grade(college.m2, cat=80)
    assert college.records(college.cat) == [(1, "detained")]


def test_a_semester_is_worked_out_anew_when_its_subjects_change(college: College) -> None:
    college.grade(college.m1, ann=80)
    college.roll()
    assert college.records(college.ann)[0] == (1, "in_progress")
    unmap_subject(by=college.admin, mapping=college.m2)
    assert college.records(college.ann)[0] == (1, "passed")
    copy_subjects(by=college.admin, batch=college.batch)
    again = SubjectMapping.objects.get(batch=college.batch, subject=college.s2)
    assert college.records(college.ann)[0] == (1, "in_progress")
    remap_subject(by=college.admin, mapping=again, changes={"is_elective": True})
    assert college.records(college.ann)[0] == (1, "passed")
    remap_subject(by=college.admin, mapping=again, changes={"is_elective": False})
    assert college.records(college.ann)[0] == (1, "in_progress")
    fields = {"name": "One", "semester": 1, "choose": 1, "opens_on": date(2020, 1, 1), "closes_on": date(2040, 1, 1)}
    group = add_elective_group(by=college.admin, batch=college.batch, fields=fields, mappings=[again])
    assert college.records(college.ann)[0] == (1, "passed")
    remove_elective_group(by=college.admin, group=group, core=[again.pk])
    assert college.records(college.ann)[0] == (1, "in_progress")
    remap_subject(by=college.admin, mapping=again, changes={"semester": 2})
    assert college.records(college.ann) == [(1, "passed"), (2, "in_progress")]
    assert college.records(college.ben) == [(1, "in_progress"), (2, "in_progress")]


def test_who_is_held_back_is_asked_for_nothing_of_the_next_semester(college: College) -> None:
    college.roll(held_back=held(college.ben))
    mapping = SubjectMapping.objects.get(batch=college.batch, subject=college.t1)
    assert college.ben not in [row.enrollment for row in sheet_of(mapping).rows]
    assert sheets_listed(SubjectMapping.objects.filter(pk=mapping.pk)).get().students == 2
    with pytest.raises(Invalid, match="isn't in this sheet"):
        college.grade(mapping, ben=10)
    assert college.ben in [row.enrollment for row in sheet_of(college.m1).rows]
    fields = {
        "name": "Choice",
        "semester": 2,
        "choose": 1,
        "opens_on": date(2020, 1, 1),
        "closes_on": date(2040, 1, 1),
    }
    batch = Batch.objects.get(pk=college.batch.pk)
    group = add_elective_group(by=college.admin, batch=batch, fields=fields, mappings=[mapping])
    assert list(missing_from(group)) == [college.ann, college.cat]
    asked = [open_choices(college.campus.actor(one.student)) for one in (college.ann, college.ben)]
    assert [len(one) for one in asked] == [1, 0]


def test_who_was_held_back_before_stays_and_keeps_the_semester(college: College) -> None:
    college.course.semesters = 3
    college.course.save()
    college.roll(held_back=held(college.cat))
    batch = Batch.objects.get(pk=college.batch.pk)
    [stays] = rollover_preview(college.admin, batch).that(Move.STAYS)
    assert (stays.enrollment.pk, stays.reason) == (college.cat.pk, "Held back in semester 1.")
    college.roll(from_semester=2)
    assert (college.records(college.cat), college.records(college.ann)[1:]) == (
        [(1, "detained")],
        [(2, "in_progress"), (3, "in_progress")],
    )


def test_after_the_last_semester_the_batch_is_completed(college: College) -> None:
    batch = college.year(2029, current_semester=2)
    seat = college.campus.enroll(batch, college.campus.student("Dan Dean"))
    request = roll_over(by=college.admin, batch=batch)
    batch.refresh_from_db()
    seat.refresh_from_db()
    assert (request.to_semester, batch.status, batch.current_semester, seat.status) == (
        None,
        "Completed",
        2,
        "completed",
    )
    revert_rollover(by=college.admin, request=request)
    batch.refresh_from_db()
    seat.refresh_from_db()
    assert (batch.status, batch.current_semester, seat.status) == ("Upcoming", 2, "active")


def test_nobody_is_held_back_when_the_batch_is_completed(college: College) -> None:
    batch = college.year(2029, current_semester=2)
    seat = college.campus.enroll(batch, college.campus.student("Dan Dean"))
    with pytest.raises(HeldBackAtTheEnd, match="Transfer Dan Dean to another batch first"):
        roll_over(by=college.admin, batch=batch, held_back=held(seat))
    assert not RolloverRequest.objects.filter(batch=batch).exists()


def test_without_a_course_only_the_semester_moves(college: College) -> None:
    batch = college.year(2029, course=None)
    college.campus.enroll(batch)
    done = roll_over(by=college.admin, batch=batch)
    assert (done.outcome["numbers"]["passed"], done.outcome["numbers"]["without_result"]) == (0, 1)
    batch.refresh_from_db()
    assert (batch.current_semester, SubjectMapping.objects.filter(batch=batch).exists()) == (2, False)


# --- who decides ------------------------------------------------------------------------------------------------------
def test_a_request_waits_until_somebody_decides_it(college: College) -> None:
    request = request_rollover(by=college.head, batch=college.batch, held_back=held(college.ben), note="Please")
    assert (college.semester(), list(rollovers_awaiting(college.admin))) == (1, [request])
    with pytest.raises(RolloverPending):
        request_rollover(by=college.admin, batch=college.batch)
    decide_rollover(by=college.admin, request=request, approve=True)
    assert (college.semester(), college.records(college.ben), list(rollovers_awaiting(college.admin))) == (
        2,
        [(1, "detained")],
        [],
    )
    with pytest.raises(RolloverDecided):
        decide_rollover(by=college.admin, request=request, approve=True)


def test_a_rejected_request_changes_nothing(college: College) -> None:
    request = request_rollover(by=college.head, batch=college.batch)
    rejected = roll_over(by=college.admin, batch=college.batch, approve=False, note="Results are missing")
    assert (rejected.pk, rejected.status, college.semester()) == (request.pk, STATUS.REJECTED, 1)
    with pytest.raises(NoRolloverPending):
        roll_over(by=college.admin, batch=college.batch, approve=False)


def test_a_rollover_of_a_batch_that_is_over_waits_for_nobody(college: College) -> None:
    request_rollover(by=college.head, batch=college.batch)
    assert rollovers_awaiting(college.admin).count() == 1
    closed = change_status(by=college.admin, batch=Batch.objects.get(pk=college.batch.pk), status="Cancelled")
    assert not rollovers_awaiting(college.admin).exists()
    reopen_batch(by=college.admin, batch=closed, reason="Cancelled by mistake")
    assert rollovers_awaiting(college.admin).count() == 1


def test_the_approver_says_anew_who_is_held_back(college: College) -> None:
    request = request_rollover(by=college.head, batch=college.batch, held_back=held(college.ben))
    decide_rollover(by=college.admin, request=request, approve=True, held_back=held(college.cat))
    assert [one.enrollment_id for one in HeldBack.objects.filter(request=request)] == [college.cat.pk]
    assert college.records(college.ben) == [(1, "in_progress"), (2, "in_progress")]


def test_under_four_eyes_another_person_approves(college: College) -> None:
    college.campus.let(rollover_approval="four-eyes")
    admin, batch = college.campus.admin, college.batch
    with pytest.raises(AnotherPersonApproves):
        roll_over(by=admin, batch=batch)
    request = request_rollover(by=admin, batch=batch)
    with pytest.raises(AnotherPersonApproves):
        roll_over(by=admin, batch=batch)
    head = college.campus.actor(college.head.user)
    assert (list(rollovers_awaiting(admin)), list(rollovers_awaiting(head))) == ([], [request])
    roll_over(by=head, batch=batch)
    assert college.semester() == 2


def test_a_second_one_on_the_same_day_names_the_semester(college: College) -> None:
    college.course.semesters = 4
    college.course.save()
    college.roll()
    with pytest.raises(RolledOverToday):
        college.roll()
    with pytest.raises(AnotherSemester):
        college.roll(from_semester=1)
    college.roll(from_semester=2)
    assert college.semester() == 3


def test_a_held_back_student_needs_a_seat_and_a_reason(college: College) -> None:
    stranger = college.campus.enroll(college.campus.batch())
    with pytest.raises(Invalid) as refused:
        college.roll(held_back=[HeldBackInput(college.ann.pk), HeldBackInput(stranger.pk, "Late")])
    assert [one.field for one in refused.value.errors] == ["held_back.0.reason", "held_back.1.enrollment_id"]


def test_only_a_batch_year_that_runs_is_rolled_over(college: College) -> None:
    with pytest.raises(NoSemesters):
        roll_over(by=college.admin, batch=college.campus.batch())
    college.year(2029, current_semester=2)
    Batch.objects.filter(pk=college.batch.pk).update(status="Cancelled")
    with pytest.raises(BatchNotOpen):
        college.roll()


def test_an_archived_batch_is_not_rolled_over(college: College) -> None:
    request = request_rollover(by=college.admin, batch=college.batch)
    archive_batch(by=college.admin, batch=college.batch)
    for refused in (
        lambda: request_rollover(by=college.admin, batch=college.batch),
        lambda: decide_rollover(by=college.admin, request=request, approve=True),
        college.roll,
    ):
        with pytest.raises(BatchArchived):
            refused()
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        RolloverRequest.objects.filter(pk=request.pk).update(status="executed", decided_at=request.created_at)
    assert violated_constraint(error.value) == "archived_batch_does_not_change"


# --- taking back ------------------------------------------------------------------------------------------------------
def test_undoing_gives_back_semester_subjects_and_records(college: College) -> None:
    before = college.year(2029, current_semester=2)
    map_subject(by=college.admin, batch=before, subject=college.t1, instructor=college.teacher)
    college.grade(college.m1, ann=80, ben=20)
    college.grade(college.m2, ann=80, ben=60)
    stood = [college.records(one) for one in (college.ann, college.ben)]
    request = college.roll(held_back=held(college.ben))
    again = revert_rollover(by=college.admin, request=request)
    assert (college.semester(), again.status) == (1, STATUS.REVERTED)
    assert college.mapped() == [("S1", 1, None), ("S2", 1, None)]
    assert [college.records(one) for one in (college.ann, college.ben)] == stood
    assert not college.batch.instructor_assignments.exists()
    assert revert_rollover(by=college.admin, request=request).status == STATUS.REVERTED
    college.roll()
    assert college.semester() == 2


def test_a_batch_that_was_completed_and_reopened_by_hand_is_undone_too(college: College) -> None:
    college.roll()
    last = college.roll(from_semester=2)
    reopen_batch(by=college.admin, batch=Batch.objects.get(pk=college.batch.pk), reason="Completed by mistake")
    assert revert_rollover(by=college.admin, request=last).status == STATUS.REVERTED
    assert not Batch.objects.get(pk=college.batch.pk).is_over


def test_scores_changed_subjects_and_marks_stand_in_the_way(college: College) -> None:
    request = college.roll()
    mapping = SubjectMapping.objects.get(batch=college.batch, subject=college.t1)
    save_scores(by=college.admin, mapping=mapping, cells=[ScoreInput(0, college.ann.pk, "MARK", Decimal(60))])
    with pytest.raises(SemesterHasBegun) as refused:
        revert_rollover(by=college.admin, request=request)
    assert refused.value.facts == {"reasons": ["1 subject has scores."]}


def test_a_later_rollover_stands_in_the_way(college: College) -> None:
    college.course.semesters = 4
    college.course.save()
    first = college.roll()
    college.roll(from_semester=2)
    with pytest.raises(SemesterHasBegun):
        revert_rollover(by=college.admin, request=first)


# --- the database -----------------------------------------------------------------------------------------------------
def refusal(sql: str, *values: Any) -> str:
    with pytest.raises(IntegrityError) as error, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)
    return violated_constraint(error.value)


def test_the_semester_moves_by_rollover_alone(college: College) -> None:
    moved = refusal("UPDATE batches_batch SET current_semester = 2 WHERE id = %s", college.batch.pk)
    assert moved == "semester_moves_by_rollover_alone"


def test_a_decided_rollover_does_not_go_back(college: College) -> None:
    done = college.roll(held_back=held(college.cat))
    for sql in (
        "UPDATE progression_rolloverrequest SET status = 'pending', decided_at = NULL WHERE id = %s",
        "UPDATE progression_rolloverrequest SET status = 'rejected' WHERE id = %s",
        "UPDATE progression_rolloverrequest SET from_semester = 2, to_semester = 3 WHERE id = %s",
        "DELETE FROM progression_rolloverrequest WHERE id = %s",
    ):
        assert refusal(sql, done.pk) == "rollover_moves_forward"
    stands = "held_back_stands_after_the_decision"
    assert refusal("DELETE FROM progression_heldback WHERE request_id = %s", done.pk) == stands


def test_a_request_starts_from_the_semester_of_a_batch_that_runs(college: College) -> None:
    for wrong in (
        {"from_semester": 2, "to_semester": 3},
        {"status": "executed", "decided_at": college.batch.created_at},
    ):
        fields = {"from_semester": 1, "to_semester": 2, **wrong}
        with pytest.raises(IntegrityError) as error, transaction.atomic():
            RolloverRequest.objects.create(institution=college.campus.institution, batch=college.batch, **fields)
        assert violated_constraint(error.value) == "rollover_starts_from_the_current_semester"


def test_whom_a_request_holds_back_is_of_its_batch(college: College) -> None:
    request = request_rollover(by=college.admin, batch=college.batch)
    stranger = college.campus.enroll(college.campus.batch())
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        HeldBack.objects.create(
            institution=college.campus.institution, request=request, enrollment=stranger, reason="Late"
        )
    assert violated_constraint(error.value) == "held_back_stands_after_the_decision"


def test_the_history_of_the_batch_tells_of_its_rollovers(college: College) -> None:
    request = request_rollover(by=college.head, batch=college.batch, held_back=held(college.cat))
    decide_rollover(by=college.admin, request=request, approve=True)
    done, asked = history_of(college.batch).entries[:2]
    assert (done.title, asked.title) == ("rolled over to the next semester", "requested a rollover")
    assert "Current semester: 1 → 2" in [line.text for line in done.lines]
    assert "Rollover requested from semester 1" in [line.text for line in asked.lines]
