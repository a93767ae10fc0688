"""Issuing certificates, replacing and revoking them."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from django.utils import timezone

from muster.batches.rules.locks import locked_batch
from muster.certificates import notices
from muster.certificates.errors import NotComplete, NotForThisEnrollment, NothingNew, ValidOneExists
from muster.certificates.kinds import CERTIFICATE, content_of
from muster.certificates.models import Certificate
from muster.certificates.queries import certificates_in_full, completion_of
from muster.certificates.queries.completion import TAKES_NONE
from muster.core.database import atomic, refused_as
from muster.core.history import recorded
from muster.core.text import clean_lines
from muster.documents.rules import DocumentDraft, hold_documents, issue_documents, revoke_document
from muster.enrollments.models import Enrollment
from muster.institutions.access import Actor


class Issuing(NamedTuple):
    """The valid certificate of an enrollment, and whether it was issued just now."""

    certificate: Certificate
    is_new: bool


@atomic
def issue_certificate(
    *, by: Actor, enrollment: Enrollment, exception_reason: str = "", replace: bool = False
) -> Issuing:
    """Issue the certificate of an enrollment. The valid one stays where there is one, unless `replace` is said.

    A reason makes an exception of what is missing. Locks the batch, the enrollment, then the institution's documents.
    Raises BatchArchived, NotForThisEnrollment, NotComplete, NothingNew.
    """
    if enrollment.batch is not None:
        locked_batch(enrollment.batch)
    Enrollment.objects.select_for_update(no_key=True).get(pk=enrollment.pk)
    hold_documents(by)
    completion, reason = completion_of([enrollment.pk])[enrollment.pk], clean_lines(exception_reason)
    seat, valid = completion.enrollment, completion.certificate
    if valid is not None and not replace:
        return Issuing(valid, is_new=False)
    left = NotForThisEnrollment(status=str(seat.get_status_display()).lower())
    if seat.status in TAKES_NONE:
        raise left
    if completion.missing and not reason:
        raise NotComplete(seat.student.full_name, completion.missing)
    draft = DocumentDraft(CERTIFICATE, seat.student, [seat.pk], {seat.pk}, content_of(completion))
    taken = ValidOneExists()
    with (
        recorded(by, "replace_certificate" if valid else "issue_certificate", reason=reason),
        refused_as(
            one_valid_document_of_a_series=taken,
            one_valid_certificate_of_an_enrollment=taken,
            certificate_is_of_who_takes_part=left,
        ),
    ):
        [document] = issue_documents(by=by, drafts=[draft])
        if valid is not None:
            if document.pk == valid.document_id:
                raise NothingNew
            _touch(valid)
        made = Certificate.objects.create(
            institution_id=seat.institution_id,
            enrollment=seat,
            document=document,
            exception_reason=reason if completion.missing else "",
        )
    notices.tell_issued(by, made, is_new=valid is None)
    return Issuing(certificates_in_full(Certificate.objects.all()).get(pk=made.pk), is_new=True)


@atomic
def revoke_certificate(*, by: Actor, certificate: Certificate, reason: str, on: date | None = None) -> Certificate:
    """Revoke a certificate, on this day or today: whoever verifies it sees that, and why. It stays in archived batches.

    Locks the institution's documents. Raises AlreadyEnded, NotOfThatDay, NoReason.
    """
    with recorded(by, "revoke_certificate", reason=reason):
        certificate.document = revoke_document(by=by, document=certificate.document, reason=reason, on=on)
        _touch(certificate)
    notices.tell_revoked(by, certificate)
    return certificate


def _touch(certificate: Certificate) -> None:
    """Let those who ask what changed see that its document ended."""
    Certificate.objects.filter(pk=certificate.pk).update(updated_at=timezone.now())
