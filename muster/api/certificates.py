"""The API of certificates: issued, revoked, as PDF and as Open Badge; and what students have reached."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Field, Query
from typing_extensions import TypedDict

from muster.api.kit import (
    Day,
    Door,
    In,
    Moment,
    Paging,
    Stamped,
    Success,
    answer,
    filter_by_ids,
    key,
    page_of,
    request_actor,
    request_object,
    stamp,
    timestamp,
)
from muster.api.kit.downloads import response_of
from muster.batches.models import Batch
from muster.batches.permissions import batches
from muster.certificates.badges import JWT_TYPE, certificate_badge
from muster.certificates.kinds import certified
from muster.certificates.models import Certificate
from muster.certificates.paper import certificate_pdf
from muster.certificates.permissions import certificates, completions
from muster.certificates.queries import (
    Completion,
    certificates_in_full,
    certificates_seen_by,
    completion_of,
    seats_of_certificates,
)
from muster.certificates.rules import issue_certificate, revoke_certificate
from muster.core.errors import Invalid
from muster.core.files.downloads import Download
from muster.core.search import with_words
from muster.documents.models import IssuedDocument
from muster.documents.queries import verify_url
from muster.enrollments.models import Enrollment
from muster.institutions.access import Actor

router = Door(tags=["Certificates"])


class CertificateIn(In):
    """For whom a certificate is issued."""

    enrollment_id: str = Field(max_length=60)
    exception_reason: str = Field("", max_length=500, description="Issues it although something is missing")
    replace: bool = Field(False, description="Follow the valid certificate by one that says how things stand now")


class RevokingIn(In):
    """Why a certificate is revoked."""

    reason: str = Field(max_length=500, description="Shown to whoever verifies the certificate")
    date: Day | None = Field(None, description="From the day of issue to today, which is the default")


class CertificateStudentOut(TypedDict):
    """The student of a certificate."""

    _id: str
    full_name: str


class CertificateLineOut(TypedDict):
    """A line of a certificate."""

    label: str
    value: str


class CertificateOut(Stamped):
    """A certificate. `status` is valid, superseded or revoked; `exception_reason` is null for students."""

    enrollment_id: str
    student: CertificateStudentOut
    course_title: str
    batch_code: str | None
    serial: str
    status: str
    ended_at: Moment | None
    reason: str
    exception_reason: str | None
    verify_url: str
    facts: list[CertificateLineOut]


class RequirementOut(TypedDict):
    """Something that the certificate of the course asks for: over, attendance, marks, progress, results, payment."""

    key: str
    met: bool
    figure: str
    text: str


class CompletionOut(TypedDict):
    """What a student has reached of what the certificate asks for, and the valid certificate."""

    enrollment_id: str
    student: CertificateStudentOut
    complete: bool
    requirements: list[RequirementOut]
    certificate_id: str | None


class CertificateQuery(Paging):
    """Which certificates."""

    student_id: str = Field("", description="Only those of this student")
    batch_id: str = Field("", description="Only those of this batch")
    enrollment_id: str = Field("", description="Only those of this enrollment")
    status: str = Field("", description="valid, superseded or revoked")


def _certificate_json(actor: Actor) -> Any:
    def show(row: Certificate) -> CertificateOut:
        document = row.document
        content = document.content
        return {
            **stamp(row),
            "enrollment_id": key(row.enrollment_id),
            "student": {"_id": key(document.holder_id), "full_name": content["student"]["full_name"]},
            "course_title": content["course"]["title"],
            "batch_code": content["batch"]["code"] if content["batch"] else None,
            "serial": document.serial,
            "status": document.status,
            "ended_at": timestamp(document.ended_at),
            "reason": document.ending_reason,
            "exception_reason": row.exception_reason if actor.manages else None,
            "verify_url": verify_url(document),
            "facts": [{"label": term, "value": value} for term, value in certified(content).facts],
        }

    return show


@router.get("/certificates", allow=certificates["see"], rows=CertificateOut)
def list_certificates(request: HttpRequest, asked: Query[CertificateQuery]) -> HttpResponse:
    """Certificates, the newest first: students see their own."""
    actor = request_actor(request)
    paths = {"student_id": "enrollment__student", "batch_id": "enrollment__batch", "enrollment_id": "enrollment"}
    rows = filter_by_ids(certificates_seen_by(actor), asked, paths)
    if asked.status:
        if asked.status not in ("valid", *IssuedDocument.Ending.values):
            raise Invalid(_("Choose one of valid, superseded, revoked."), field="status")
        rows = rows.filter(document__ending="" if asked.status == "valid" else asked.status)
    return page_of(with_words(rows, asked.q, "enrollment__student__full_name"), asked, _certificate_json(actor))


@router.post(
    "/certificates", allow=completions["issue"], data=CertificateOut, status=201, answers={200: Success[CertificateOut]}
)
def add_certificate(request: HttpRequest, body: CertificateIn) -> HttpResponse:
    """Issue a certificate. Refused with what is missing, unless a reason makes an exception.

    Answers 200 with the valid certificate where there is one.
    """
    actor = request_actor(request)
    among = Enrollment.objects.select_related("batch", "student")
    enrollment = completions.get_named(actor, body.enrollment_id, "enrollment_id", "issue", among=among)
    made, is_new = issue_certificate(
        by=actor, enrollment=enrollment, exception_reason=body.exception_reason, replace=body.replace
    )
    words = _("Certificate issued") if is_new else _("This certificate was issued before")
    return answer(_certificate_json(actor)(made), words, status=201 if is_new else 200)


def _in_full(actor: Actor) -> Any:
    return certificates_in_full(Certificate.objects.all())


@router.get(
    "/certificates/{certificate_id}",
    allow=certificates["see"],
    on="certificate_id",
    among=_in_full,
    data=CertificateOut,
)
def see_certificate(request: HttpRequest, certificate_id: str) -> HttpResponse:
    """One certificate with everything that it says."""
    return answer(_certificate_json(request_actor(request))(request_object(request, Certificate)))


@router.post(
    "/certificates/{certificate_id}/revoke",
    allow=certificates["revoke"],
    on="certificate_id",
    among=_in_full,
    data=CertificateOut,
)
def revoke_one_certificate(request: HttpRequest, certificate_id: str, body: RevokingIn) -> HttpResponse:
    """Revoke a certificate. Whoever verifies it sees the day and the reason."""
    actor, row = request_actor(request), request_object(request, Certificate)
    row = revoke_certificate(by=actor, certificate=row, reason=body.reason, on=body.date)
    return answer(_certificate_json(actor)(row), _("Certificate revoked"))


@router.get(
    "/certificates/{certificate_id}/pdf",
    allow=certificates["see"],
    on="certificate_id",
    among=_in_full,
    files=("application/pdf",),
)
def print_certificate(request: HttpRequest, certificate_id: str) -> HttpResponse:
    """The certificate as PDF."""
    return response_of(certificate_pdf(request_object(request, Certificate)))  # type: ignore[return-value]


@router.get(
    "/certificates/{certificate_id}/badge",
    allow=certificates["see"],
    on="certificate_id",
    among=_in_full,
    files=(JWT_TYPE,),
)
def download_badge(request: HttpRequest, certificate_id: str) -> HttpResponse:
    """The certificate as an Open Badge 3.0: a signed JWT that wallets take and anyone can verify."""
    row = request_object(request, Certificate)
    file = Download(f"badge-{row.document.serial}.jwt", JWT_TYPE, [certificate_badge(row)])
    return response_of(file)  # type: ignore[return-value]


@router.get("/batches/{batch_id}/completion", allow=batches["change"], on="batch_id", rows=CompletionOut)
def list_completion(request: HttpRequest, batch_id: str, paging: Query[Paging]) -> HttpResponse:
    """What each student of a batch has reached of what the certificate asks for, by name."""
    rows = with_words(seats_of_certificates(request_object(request, Batch)), paging.q, "student__full_name")
    found = completion_of(list(rows.values_list("pk", flat=True)))
    # Who is enrolled between the statements is there at the next look.
    rows = rows.filter(pk__in=list(found))
    return page_of(rows, paging, lambda row: _completion_json(found[row.pk]), within=batch_id)


def _completion_json(row: Completion) -> CompletionOut:
    student = row.enrollment.student
    return {
        "enrollment_id": key(row.enrollment.pk),
        "student": {"_id": key(student.pk), "full_name": student.full_name},
        "complete": row.is_complete,
        "requirements": [
            {"key": one.key, "met": one.is_met, "figure": one.figure, "text": one.words} for one in row.requirements
        ],
        "certificate_id": key(row.certificate.pk if row.certificate else None),
    }
