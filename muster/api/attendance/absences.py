"""Absences, evidence and corrections over the API."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from ninja import Field, Query

from muster.accounts.models import User
from muster.api.attendance.schemas import (
    AbsenceOut,
    AddedEvidenceOut,
    AnnouncedAbsenceOut,
    CorrectionOut,
    EvidenceFileOut,
    LookOut,
    WholeAbsenceOut,
    absence_json,
    correction_json,
    doer_of,
    evidence_json,
    missed_json,
)
from muster.api.kit import (
    Day,
    Door,
    In,
    PageQuery,
    Paging,
    WholeOrPaged,
    answer,
    in_shape,
    must_send,
    page_of,
    request_actor,
    request_body,
    request_object,
)
from muster.api.kit.downloads import response_of
from muster.api.narrowing import OfBatches
from muster.attendance import rules
from muster.attendance.models import AbsenceNotice, AttendanceRecord, CorrectionRequest, Evidence
from muster.attendance.permissions import absences, corrections, evidence, learners, proven, registers
from muster.attendance.queries.absences import (
    corrections_in_full,
    evidence_in_full,
    evidence_of_record,
    missed_in,
    notices_in_full,
)
from muster.attendance.rules import Upload
from muster.batches.participants import batch_ids_of
from muster.core.errors import FieldError, Invalid
from muster.core.files import MEDIA_TYPES, attachment, read_whole
from muster.core.permissions import any_id, as_id
from muster.core.search import with_words
from muster.enrollments.models import Enrollment
from muster.institutions.access import Actor
from muster.institutions.models import STUDENT_ROLES
from muster.timetable.models import ClassSession

router = Door(fixed=True)
files = Door()


class EvidenceIn(In):
    """What a file is. The file itself is the form's `file`: PDF, JPEG, PNG, HEIC or WebP, at most 10 MB."""

    kind: str = Field("medical", description="medical, official, family or other")
    note: str = Field("", description="Up to 300 characters")


class AbsenceIn(EvidenceIn):
    """When somebody is away, and why; in a form `file` may be sent, several times too.

    Students are themselves. Staff name an enrolment, or a student, who then is away from all classes. A session alone
    needs no dates.
    """

    model_config = must_send("reason")

    student_id: str | None = Field(None, max_length=60)
    enrolment_id: str | None = Field(None, max_length=60, description="Away from this batch only")
    session_id: str | None = Field(None, max_length=60, description="Away from this session only")
    first_date: Day | None = Field(None, description="Required without session_id")
    last_date: Day | None = Field(None, description="The first day when absent")
    reason: str = Field("", description="Up to 500 characters")


class DecisionIn(In):
    """What becomes of a request about a locked register."""

    model_config = must_send("reason")

    decision: str = Field(description="approve or reject")
    reason: str = Field("", description="Kept in the history of the register; up to 300 characters")


def is_approved(body: DecisionIn) -> bool:
    """Whether the request is approved. Raises Invalid where nothing is decided."""
    if body.decision not in ("approve", "reject"):
        raise Invalid(_("Choose one of these decisions: approve, reject."), field="decision")
    return body.decision == "approve"


class AbsenceQuery(Paging):
    """Which absences."""

    student_id: str = Field("", max_length=60)
    cohort_id: str = Field("", max_length=60)
    session_id: str = Field("", max_length=60, description="Those that cover this session")
    from_: Day | None = Field(None, alias="from", description="Not ending before this day")
    to: Day | None = Field(None, description="Starting by this day")
    status: str = Field("", max_length=20, description="announced or withdrawn")


SENDS_FILES: dict[str, Any] = {"data": AddedEvidenceOut, "status": 201, "takes": EvidenceIn}


class CorrectionQuery(OfBatches):
    """Which corrections."""

    status: str = Field("", max_length=20, description="pending, approved or rejected")


def uploads_of(request: HttpRequest, body: EvidenceIn, *, required: bool) -> list[Upload]:
    """The files of a form. Raises FileTooLarge, Invalid where one is needed and none came."""
    sent_files: list[Any] = request.FILES.getlist("file")
    if required and not sent_files:
        raise Invalid(_('Send the file as multipart/form-data in the field "file".'), field="file", code="required")
    if len(sent_files) > rules.MOST_FILES:
        raise Invalid(_("Send up to %(most)d files.") % {"most": rules.MOST_FILES}, field="file")
    return [Upload(read_whole(file), file.name or "", body.kind, body.note) for file in sent_files]


def _add_evidence(request: HttpRequest, to: AttendanceRecord | AbsenceNotice) -> HttpResponse:
    uploads = uploads_of(request, request_body(request, EvidenceIn), required=True)
    added = rules.add_evidence(by=request_actor(request), to=to, uploads=uploads)
    rows = list(evidence_in_full(Evidence.objects.filter(pk__in=[row.pk for row in added.evidence])))
    shown: AddedEvidenceOut = {**evidence_json(rows[0]), "corrections": [str(row.pk) for row in added.corrections]}
    late = _("Register is locked. The evidence was saved and a correction was requested.")
    return answer(shown, late if added.corrections else "Evidence uploaded successfully", status=201)


# --- absences ------------------------------------------------------------------------------------------------------


def _covering(session: ClassSession) -> QuerySet[AbsenceNotice]:
    """The absences of the learners of a session on its day, those of this very session among them."""
    seats = Enrollment.objects.filter(batch__in=batch_ids_of(session))
    return AbsenceNotice.objects.covering(
        session=session.pk, day=session.date, enrollments=seats.values("pk"), students=seats.values("student")
    )


def _filter_absences(actor: Actor, asked: AbsenceQuery) -> QuerySet[AbsenceNotice]:
    rows = AbsenceNotice.objects.all()
    if asked.student_id:
        rows = rows.filter(student=any_id(asked.student_id))
    if asked.cohort_id:
        seats = Enrollment.objects.filter(batch=any_id(asked.cohort_id), institution=actor.institution)
        rows = rows.filter(student__in=seats.values("student"))
    if asked.session_id:
        session = registers.rows(actor).filter(pk=any_id(asked.session_id)).first()
        rows = rows & _covering(session) if session else rows.none()
    if asked.from_:
        rows = rows.filter(last_date__gte=asked.from_)
    if asked.to:
        rows = rows.filter(first_date__lte=asked.to)
    if asked.status:
        if asked.status not in AbsenceNotice.Status.values:
            raise Invalid(_("Choose one of these statuses: announced, withdrawn."), field="status")
        rows = rows.filter(status=asked.status)
    return absences.rows(actor, among=with_words(rows, asked.q, "student__full_name"))


@router.get("/absences", allow=absences["see"], rows=AbsenceOut)
def list_absences(request: HttpRequest, asked: Query[AbsenceQuery]) -> HttpResponse:
    """Absences, latest start first."""
    actor = request_actor(request)
    rows = notices_in_full(actor, _filter_absences(actor, asked)).order_by("-first_date", "-pk")
    columns = {"first_date": "first_date", "last_date": "last_date"}
    return page_of(rows, asked, absence_json, columns)


@router.post("/absences", allow=absences["announce"], data=AnnouncedAbsenceOut, status=201, takes=AbsenceIn)
def announce_absence(request: HttpRequest) -> HttpResponse:
    """Report an absence, before or after it happens. Instructors on those days are notified, without the reason."""
    actor, body = request_actor(request), request_body(request, AbsenceIn)
    uploads = uploads_of(request, body, required=False)
    student, enrollment, session = _learner_and_place(actor, body)
    added = rules.announce_absence(
        by=actor,
        student=student,
        reason=body.reason,
        first_date=body.first_date,
        last_date=body.last_date,
        enrollment=enrollment,
        session=session,
        uploads=uploads,
    )
    assert added.notice is not None  # noqa: S101
    shown: AnnouncedAbsenceOut = {
        **_whole_absence(request, added.notice),
        "corrections": [str(row.pk) for row in added.corrections],
    }
    return answer(shown, "Absence announced successfully", status=201)


def _learner_and_place(actor: Actor, body: AbsenceIn) -> tuple[User, Enrollment | None, ClassSession | None]:
    """Who is away, and from what. Raises Invalid naming what the actor may not see."""
    session = registers.get_named(actor, body.session_id, "session_id") if body.session_id else None
    if body.enrolment_id:
        enrollment = learners.get_named(
            actor, body.enrolment_id, "enrolment_id", among=Enrollment.objects.select_related("student")
        )
        if body.student_id and as_id(body.student_id) != enrollment.student_id:
            raise Invalid(_("This enrolment belongs to another student."), field="enrolment_id")
        return enrollment.student, enrollment, session
    is_student = actor.user is not None and actor.is_any(*STUDENT_ROLES)
    if actor.user is not None and is_student and as_id(body.student_id or actor.user.pk) == actor.user.pk:
        return actor.user, None, session
    if not body.student_id:
        raise Invalid.fields([FieldError("enrolment_id", _("Give the enrolment or the student who is away."))])
    theirs = learners.rows(actor).filter(student=any_id(body.student_id))
    seat = theirs.select_related("student").first()
    if seat is None:
        raise Invalid(_("No student has this id."), field="student_id", code="unknown")
    return seat.student, None, session


@router.get("/absences/{absence_id}", allow=absences["see"], on="absence_id", data=WholeAbsenceOut)
def see_absence(request: HttpRequest, absence_id: str) -> HttpResponse:
    """An absence with its files and the affected sessions."""
    return answer(_whole_absence(request, request_object(request, AbsenceNotice)))


@router.delete("/absences/{absence_id}", allow=absences["withdraw"], on="absence_id", data=WholeAbsenceOut)
def withdraw_absence(request: HttpRequest, absence_id: str) -> HttpResponse:
    """Withdraw an absence. It stays, marked as withdrawn, and the instructors on those days are notified."""
    notice = rules.withdraw_absence(by=request_actor(request), notice=request_object(request, AbsenceNotice))
    return answer(_whole_absence(request, notice), "Absence withdrawn successfully")


def _whole_absence(request: HttpRequest, notice: AbsenceNotice) -> WholeAbsenceOut:
    full = notices_in_full(request_actor(request), AbsenceNotice.objects.filter(pk=notice.pk)).get()
    return {**absence_json(full), "sessions": [missed_json(one) for one in missed_in(full)]}


@router.post("/absences/{absence_id}/evidence", allow=absences["announce"], on="absence_id", **SENDS_FILES)
def add_evidence_to_absence(request: HttpRequest, absence_id: str) -> HttpResponse:
    """Send a file for an absence. If registers are locked, corrections are requested."""
    return _add_evidence(request, request_object(request, AbsenceNotice))


# --- evidence ------------------------------------------------------------------------------------------------------


ON_RECORD: dict[str, Any] = {
    "on": "record_id",
    "among": lambda actor: AttendanceRecord.objects.select_related("enrollment__batch", "session"),
}


@router.get("/attendance/records/{record_id}/evidence", allow=proven["see"], rows=EvidenceFileOut, **ON_RECORD)
def list_evidence(request: HttpRequest, record_id: str, paging: Query[WholeOrPaged]) -> HttpResponse:
    """The files of a record and of the absences that cover it, oldest first."""
    files_there = evidence_of_record(request_actor(request), request_object(request, AttendanceRecord))
    rows = evidence_in_full(Evidence.objects.filter(pk__in=[one.pk for one in files_there]))
    return page_of(rows, paging, evidence_json)


@router.post("/attendance/records/{record_id}/evidence", allow=proven["add"], **ON_RECORD, **SENDS_FILES)
def add_evidence(request: HttpRequest, record_id: str) -> HttpResponse:
    """Send a file for a record. Once the register is locked, this requests a correction."""
    return _add_evidence(request, request_object(request, AttendanceRecord))


@files.get("/{evidence_id}", allow=evidence["see"], on="evidence_id", files=MEDIA_TYPES)  # type: ignore[arg-type]
def download_evidence(request: HttpRequest, evidence_id: str) -> HttpResponseBase:
    """Download a file. Every download is recorded."""
    row = request_object(request, Evidence)
    stored = rules.look_at(by=request_actor(request), evidence=row)
    return response_of(attachment(stored, name=row.file_name, media_type=row.media_type))


@files.delete("/{evidence_id}", allow=evidence["remove"], on="evidence_id", data=EvidenceFileOut)
def remove_evidence(request: HttpRequest, evidence_id: str) -> HttpResponse:
    """Remove a file. The record of who sent it and who opened it stays."""
    removed = rules.remove_evidence(by=request_actor(request), evidence=request_object(request, Evidence))
    return answer(evidence_json(removed), "Evidence deleted successfully")


@files.get("/{evidence_id}/looks", allow=evidence["looks"], on="evidence_id", rows=LookOut)
def list_looks(request: HttpRequest, evidence_id: str, paging: Query[PageQuery]) -> HttpResponse:
    """Who opened the file, latest first, for administrators and the student it's about."""
    rows = request_object(request, Evidence).looks.select_related("looked_by").order_by("-pk")
    return page_of(rows, paging, lambda look: in_shape(LookOut, look, looked_by=doer_of(look.looked_by)))


# --- corrections ---------------------------------------------------------------------------------------------------


@router.get("/attendance/corrections", allow=corrections["see"], rows=CorrectionOut)
def list_corrections(request: HttpRequest, asked: Query[CorrectionQuery], paging: Query[Paging]) -> HttpResponse:
    """Corrections to locked registers, oldest first."""
    rows = asked.narrowed(corrections.rows(request_actor(request)), "enrollment__batch")
    if asked.status:
        if asked.status not in CorrectionRequest.Status.values:
            raise Invalid(_("Choose one of these statuses: pending, approved, rejected."), field="status")
        rows = rows.filter(status=asked.status)
    rows = with_words(rows, paging.q, "enrollment__student__full_name")
    rows = corrections_in_full(rows).order_by("created_at", "pk")
    return page_of(rows, paging, correction_json)


@router.put(
    "/attendance/corrections/{correction_id}", allow=corrections["decide"], on="correction_id", data=CorrectionOut
)
def decide_correction(request: HttpRequest, correction_id: str, body: DecisionIn) -> HttpResponse:
    """Approve or reject a correction. Approving changes this mark only; the register stays locked."""
    approve = is_approved(body)
    decided = rules.decide_correction(
        by=request_actor(request),
        request=request_object(request, CorrectionRequest),
        approve=approve,
        reason=body.reason,
    )
    return answer(correction_json(decided), f"Correction {'approved' if approve else 'rejected'} successfully")
