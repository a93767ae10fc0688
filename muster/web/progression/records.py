"""What a student achieved, for themselves and for who manages them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import formats
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from muster.accounts.models import User
from muster.documents.kinds import document_kind
from muster.documents.models import IssuedDocument
from muster.documents.queries import documents_of
from muster.institutions.access import Actor
from muster.people.links import student_url, students_url
from muster.people.permissions import students as student_access
from muster.progression.documents import PDF, XLSX, batch_file, document_file, semester_sheet, transcript
from muster.progression.grading import Verdict
from muster.progression.models import AcademicRecord, SubjectResult
from muster.progression.permissions import batch_subjects, records
from muster.progression.queries import SemesterRecord, StudentRecord, record_of, versions_of
from muster.web.requests import ActorRequest
from muster.web.ui.components import Fact
from muster.web.ui.downloads import response_of
from muster.web.ui.pages import page
from muster.web.ui.widgets import pill

NONE = "–"
MOST_DOCUMENTS = 20


class ResultRow(NamedTuple):
    """A result as a line of a table."""

    title: str
    about: str
    total: str
    mark: str
    is_failed: bool


class SemesterView(NamedTuple):
    """A semester that can be folded."""

    title: str
    batch: str
    sgpa: str
    cgpa: str
    state: SafeString
    marked: str
    rows: Sequence[ResultRow]
    is_open: bool
    sheet_url: str


def results_of(actor: Actor, person: User) -> dict[str, Any]:
    """What the section of results draws: the latest semester open, those before it folded; and the one figure of it."""
    record, url = record_of(actor, person), reverse("progression:record", args=[person.pk])
    count = len(record.backlog)
    to_repeat = ngettext("%(count)d subject to repeat", "%(count)d subjects to repeat", count) % {"count": count}
    note = to_repeat if count else _credits(record.earned, record.worth)
    return {
        "semesters": semester_views(record),
        "figures": [Fact(_("CGPA"), figure(record.cgpa), note, url)] if record.cgpa is not None else [],
        "record_url": url,
        "sum": " · ".join(_sums(record)) if record.semesters else "",
    }


def semester_views(record: StudentRecord) -> list[SemesterView]:
    """The semesters, the latest first."""
    newest_first = list(reversed(record.semesters))
    # Without grades there are no averages to miss.
    has_averages = record.cgpa is not None
    return [_view(one, is_open=place == 0, has_averages=has_averages) for place, one in enumerate(newest_first)]


def _sums(record: StudentRecord) -> list[str]:
    """What all semesters come to, in words."""
    said = [_("CGPA %(figure)s") % {"figure": figure(record.cgpa)}] if record.cgpa is not None else []
    if record.worth:
        said.append(_credits(record.earned, record.worth))
    if count := len(record.backlog):
        said.append(ngettext("%(count)d subject to repeat", "%(count)d subjects to repeat", count) % {"count": count})
    return said


def _credits(earned: Decimal, worth: Decimal) -> str:
    return _("%(earned)s of %(worth)s credits") % {"earned": plain_number(earned), "worth": plain_number(worth)}


def _view(one: SemesterRecord, *, is_open: bool, has_averages: bool) -> SemesterView:
    record, batch = one.record, one.enrollment.batch
    return SemesterView(
        _("Semester %(number)d") % {"number": record.semester},
        batch.code if batch else "",
        figure(record.sgpa) if has_averages else "",
        figure(one.cgpa) if has_averages else "",
        _state(record),
        _("Grade, points") if has_averages else _("Result"),
        [result_row(result) for result in one.results],
        is_open,
        reverse("progression:sheet", args=[one.enrollment.student_id, record.pk]),
    )


def _state(record: AcademicRecord) -> SafeString:
    label = str(record.get_status_display())
    earned = _credits(record.earned, record.worth) if record.worth else label
    looks = {
        AcademicRecord.Status.IN_PROGRESS: (label, "", "clock"),
        AcademicRecord.Status.PASSED: (earned, "good", "okc"),
        AcademicRecord.Status.FAILED: (earned, "warn", "alert"),
        AcademicRecord.Status.DETAINED: (label, "warn", "pause"),
    }
    return pill(*looks[AcademicRecord.Status(record.status)])


def result_row(result: SubjectResult) -> ResultRow:
    """The result in words and figures."""
    subject = result.mapping.subject
    about = [subject.code]
    if result.worth:
        shown = plain_number(result.worth)
        about.append(ngettext("%(shown)s credit", "%(shown)s credits", int(result.worth)) % {"shown": shown})
    if result.attempt > 1:
        about.append(_("attempt %(number)d") % {"number": result.attempt})
    if result.version > 1:
        about.append(_("corrected"))
    return ResultRow(subject.title, ", ".join(about), _total(result), mark_of(result), result.verdict == Verdict.FAILED)


def _total(result: SubjectResult) -> str:
    if result.total is None:
        return NONE
    most = sum(Decimal(one["weight"]) for one in result.basis.get("scheme", {}).get("components", [])) or Decimal(100)
    shown = plain_number(result.total)
    return shown if most == 100 else _("%(total)s of %(most)s") % {"total": shown, "most": plain_number(most)}


def mark_of(result: SubjectResult) -> str:
    """Grade and points; where there are none, what came of it."""
    words = {Verdict.PASSED: _("Passed"), Verdict.FAILED: _("Failed"), Verdict.EXEMPT: _("Exempt")}
    said = [result.grade or words[Verdict(result.verdict)]]
    if result.points is not None:
        said.append(plain_number(result.points))
    return ", ".join(said)


def figure(value: Decimal | None) -> str:
    """An average with its two decimals."""
    return NONE if value is None else formats.number_format(value, 2)


def plain_number(value: Decimal) -> str:
    """A number without zeros at its end."""
    whole = value == value.to_integral_value()
    return formats.number_format(value.quantize(Decimal(1)) if whole else value.normalize())


@page(records["see"])
def record_page(request: ActorRequest, student_id: UUID) -> HttpResponse:
    """Everything that was published of a student. Who manages them also sees what was corrected, and why."""
    actor = request.actor
    person = records.get(actor, student_id)
    own = actor.user is not None and actor.user.pk == person.pk
    record, versions = record_of(actor, person), versions_of(actor, person)
    facts = [
        *([Fact(_("CGPA"), figure(record.cgpa))] if record.cgpa is not None else []),
        Fact(_("Credits"), _credits(record.earned, record.worth) if record.worth else NONE),
        Fact(_("To repeat"), str(len(record.backlog))),
    ]
    context = {
        "nav": "my-results" if own else "students",
        "person": person,
        "own": own,
        "back_url": student_url(person.pk),
        "list_url": students_url() if student_access.may(actor, "list") else "",
        "semesters": semester_views(record),
        "facts": facts,
        "printable": any(one.results for one in record.semesters),
        "documents": _documents(actor, person, versions) if versions else [],
        "backlog": [(result_row(one), one.mapping.semester) for one in record.backlog],
        "versions": [] if own else [(result_row(one), one) for one in _repeated(versions)],
    }
    return render(request, "progression/record.html", context)


def _documents(
    actor: Actor, person: User, versions: Sequence[SubjectResult]
) -> list[tuple[str, IssuedDocument, SafeString]]:
    """What was handed out of the results that the reader sees: its kind, the document, and how it stands."""
    rows = documents_of(actor, person, [one.pk for one in versions])
    shown = []
    for row in rows[:MOST_DOCUMENTS]:
        state = pill(row.get_ending_display(), "warn", "history") if row.ending else pill(_("Valid"), "good", "okc")
        shown.append((str(document_kind(row.kind).label), row, state))
    return shown


def _repeated(results: Sequence[SubjectResult]) -> list[SubjectResult]:
    """The results of subjects that were published more than once: again after a correction, or in a later attempt."""
    times = Counter((one.enrollment_id, one.mapping_id) for one in results)
    return [one for one in results if one.is_open or times[one.enrollment_id, one.mapping_id] > 1]


@page(records["own"])
def own_record(request: ActorRequest) -> HttpResponse:
    """Lead a student to their own results, whoever they are."""
    assert request.actor.user is not None  # noqa: S101
    return redirect("progression:record", student_id=request.actor.user.pk)


@page(records["see"])
def transcript_page(request: ActorRequest, student_id: UUID) -> HttpResponseBase:
    """The transcript of a student, as PDF or workbook."""
    student = records.get(request.actor, student_id)
    return _file(request, transcript(by=request.actor, student=student))


@page(records["see"])
def sheet_page(request: ActorRequest, student_id: UUID, semester_id: UUID) -> HttpResponseBase:
    """The sheet of a semester of a student, as PDF or workbook."""
    student = records.get(request.actor, student_id)
    return _file(request, semester_sheet(by=request.actor, student=student, record_id=semester_id))


def _file(request: ActorRequest, document: IssuedDocument) -> HttpResponseBase:
    return response_of(document_file(document, XLSX if request.GET.get("format") == XLSX else PDF))


@page(batch_subjects["sheets"])
def batch_sheets_page(request: ActorRequest, batch_id: UUID) -> HttpResponseBase:
    """The semester sheets of a batch, in one PDF."""
    batch = batch_subjects.get(request.actor, batch_id, "sheets")
    asked = request.GET.get("semester", "")
    semester = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 4 else batch.current_semester or 1
    return response_of(batch_file(by=request.actor, batch=batch, semester=semester))
