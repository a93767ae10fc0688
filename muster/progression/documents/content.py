"""What semester sheets and transcripts say, in plain values that are kept as they were."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from muster.accounts.models import User
from muster.batches.models import Batch
from muster.core.database import atomic
from muster.documents.models import IssuedDocument
from muster.documents.rules import DocumentDraft, hold_documents, issue_documents
from muster.institutions.access import Actor
from muster.institutions.models import Affiliation
from muster.progression.documents.kinds import SEMESTER_SHEET, TRANSCRIPT
from muster.progression.errors import NothingOnRecord
from muster.progression.models import SubjectResult
from muster.progression.queries import SemesterRecord, record_of, semester_of, semesters_of


@atomic
def transcript(*, by: Actor, student: User) -> IssuedDocument:
    """The transcript of all that was published of the student, as far as the actor sees it. Raises NothingOnRecord."""
    hold_documents(by)
    record = record_of(by, student)
    semesters = [one for one in record.semesters if one.results]
    if not semesters:
        raise NothingOnRecord(name=student.full_name)
    content = {
        **_head(by, student, _numbers_of(by, [student])),
        "semesters": [_semester(one) for one in semesters],
        "cgpa": _number(record.cgpa),
        "credits": _number(record.worth),
        "earned": _number(record.earned),
        "backlog": [one.mapping.subject.title for one in record.backlog],
        "keys": _grading_keys(one for semester in semesters for one in semester.results),
    }
    about = {row.pk for one in semesters for row in (*one.results, *one.counted)}
    series = sorted({one.enrollment.pk for one in semesters})
    draft = DocumentDraft(TRANSCRIPT, student, series, about, content)
    return issue_documents(by=by, drafts=[draft])[0]


@atomic
def semester_sheet(*, by: Actor, student: User, record_id: UUID) -> IssuedDocument:
    """The sheet of one semester of the student. Raises Missing where the actor sees none, NothingOnRecord."""
    hold_documents(by)
    semester = semester_of(by, student, record_id)
    if not semester.results:
        raise NothingOnRecord(name=student.full_name)
    return _issue(by, [semester])[0]


@atomic
def batch_sheets(*, by: Actor, batch: Batch, semester: int) -> list[IssuedDocument]:
    """The sheets of all students of a batch in a semester, by name. Raises NothingOnRecord."""
    hold_documents(by)
    found = semesters_of(batch, semester)
    if not found:
        raise NothingOnRecord(name=batch.code)
    return _issue(by, found)


def _issue(by: Actor, semesters: Sequence[SemesterRecord]) -> list[IssuedDocument]:
    numbers = _numbers_of(by, [one.enrollment.student for one in semesters])
    drafts = []
    for one in semesters:
        student = one.enrollment.student
        content = {
            **_head(by, student, numbers),
            "semesters": [_semester(one)],
            "keys": _grading_keys(one.results),
        }
        about = {row.pk for row in (*one.results, *one.counted)}
        drafts.append(DocumentDraft(SEMESTER_SHEET, student, [one.record.pk], about, content))
    return issue_documents(by=by, drafts=drafts)


def _numbers_of(by: Actor, students: Iterable[User]) -> dict[Any, str]:
    here = Affiliation.objects.filter(institution=by.institution, user__in=[one.pk for one in students])
    return dict(here.values_list("user_id", "student_number"))


def _head(by: Actor, student: User, numbers: dict[Any, str]) -> dict[str, Any]:
    place = by.institution
    return {
        "institution": {"name": place.name, "email": place.contact_email, "phone": place.contact_phone},
        "student": {"full_name": student.full_name, "number": numbers.get(student.pk, "")},
    }


def _semester(one: SemesterRecord) -> dict[str, Any]:
    batch, course, record = one.enrollment.batch, one.enrollment.course, one.record
    return {
        "course": course.title if course else "",
        "batch": batch.name if batch else "",
        "batch_code": batch.code if batch else "",
        "number": record.semester,
        "status": record.status,
        "sgpa": _number(record.sgpa),
        "cgpa": _number(one.cgpa),
        "credits": _number(record.worth),
        "earned": _number(record.earned),
        "subjects": [_subject(row) for row in one.results],
    }


def _subject(row: SubjectResult) -> dict[str, Any]:
    return {
        "code": row.mapping.subject.code,
        "title": row.mapping.subject.title,
        "credits": _number(row.worth),
        "earned": _number(row.earned),
        "total": _number(row.total),
        "percent": _number(row.percent),
        "grade": row.grade,
        "points": _number(row.points),
        "attempt": row.attempt,
        "verdict": row.verdict,
    }


def _number(value: Decimal | None) -> str | None:
    return None if value is None else str(value)


def _grading_keys(results: Iterable[SubjectResult]) -> list[dict[str, Any]]:
    """The grades that the results could have had, each scheme once, with the subjects it is of where it is not of
    all."""
    found: list[dict[str, Any]] = []
    for row in results:
        scheme = row.basis.get("scheme", {})
        key = {"bands": scheme.get("bands", []), "pass_percent": scheme.get("pass_percent", "")}
        known = next((one for one in found if {**one, "subjects": []} == {**key, "subjects": []}), None)
        if known is None:
            found.append(known := {**key, "subjects": []})
        known["subjects"].append(row.mapping.subject.code)
    return found
