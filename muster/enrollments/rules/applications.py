"""Applications of people without a sign-in: sent from the public catalogue, accepted or rejected once."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from muster.accounts.mails import send
from muster.accounts.models import User
from muster.batches.models import Batch
from muster.batches.rules.locks import bare_batch
from muster.core.database import atomic, lock_word
from muster.core.errors import FieldError, HasNul, Invalid, Missing
from muster.core.history import recorded
from muster.core.isolation import only_in
from muster.core.text import clean_line, clean_lines
from muster.enrollments.errors import (
    ApplicationDecided,
    BatchFull,
    EnrollmentEnded,
    NotOpenForEnrollment,
    TooManyApplications,
)
from muster.enrollments.models import Application, Enrollment
from muster.enrollments.notices import answer_letter, tell_applied
from muster.enrollments.opening import last_day_to_enroll, seats_left_of
from muster.enrollments.rules.enrolling import enroll_student
from muster.institutions.access import Actor
from muster.institutions.models import Role
from muster.institutions.rules import PersonInput, RoleGrant, add_person
from muster.institutions.rules.person_input import problems_of_person

ANSWER = "enrollments.answer_application"
# More than that nobody reads; whoever sends them is no applicant.
MOST_WAITING = 200


@dataclass(frozen=True)
class Applicant:
    """Who applies, and what they say."""

    full_name: str
    email: str
    phone: str = ""
    note: str = ""


@atomic
def apply_for_batch(*, by: Actor, batch: Batch, applicant: Applicant) -> Application:
    """Keep a stranger's application for a published batch, and tell its managers.

    Whoever applies again while the first application waits gets that one, so that nobody learns who has applied. Locks
    nothing: the database holds the batch against being archived. Raises Invalid naming the fields, Missing,
    BatchArchived, NotOpenForEnrollment, EnrollmentEnded, BatchFull, TooManyApplications.
    """
    applicant = Applicant(
        clean_line(applicant.full_name),
        clean_line(applicant.email).lower(),
        clean_line(applicant.phone),
        clean_lines(applicant.note),
    )
    _must_be_sound(by, applicant)
    now = bare_batch(batch, locked=False)
    if not now.takes_enrollments or now.kind != Batch.Kind.COURSE:
        raise NotOpenForEnrollment(now)
    last = last_day_to_enroll(now, by.institution)
    if last is not None and now.local_today > last:  # type: ignore[attr-defined]
        raise EnrollmentEnded(now, last)
    if seats_left_of(now, by) == 0:
        raise BatchFull(now)
    waiting = Application.objects.filter(batch=batch, status=Application.Status.PENDING)
    if waiting.count() >= MOST_WAITING:
        raise TooManyApplications
    row = Application(institution=by.institution, batch=batch, **vars(applicant))
    with recorded(by, "apply"):
        Application.objects.bulk_create([row], ignore_conflicts=True)
    # Not among those that wait: the one that was in the way may have been decided since.
    theirs = Application.objects.filter(batch=batch, email=applicant.email).select_related("batch__institution")
    found = theirs.latest("created_at")
    if found.pk == row.pk:
        tell_applied(by, found)
    return found


def _must_be_sound(by: Actor, applicant: Applicant) -> None:
    person = PersonInput(full_name=applicant.full_name, email=applicant.email, phone=applicant.phone, roles=[])
    found = [one for one in problems_of_person(person, by=by) if one.field in vars(applicant)]
    if not applicant.email:
        found.append(FieldError("email", _("Enter an email address, such as name@example.org.")))
    if len(applicant.note) > 1000:
        found.append(FieldError("note", _("Keep the note to 1,000 characters or fewer.")))
    found += HasNul.at("note", applicant.note)
    if found:
        raise Invalid.fields(found)


@atomic
def accept_application(*, by: Actor, application: Application, note: str = "") -> Enrollment:
    """Make the applicant a student of the batch's part, invited to sign in, and give them a seat; they get a mail.

    Who is known here by that email already gets the seat as the person they are. Locks the email's word, the batch,
    the application. Raises ApplicationDecided, and what adding a person and `enroll_student` raise; then nobody was
    added either.
    """
    lock_word("person", application.email)
    batch = bare_batch(application.batch, locked=True)
    row = _lock_waiting(application)
    person = User.objects.filter(home=by.institution.pk, email=row.email).first()
    if person is None:
        part = Batch.objects.select_related("branch", "department").get(pk=batch.pk)
        role = RoleGrant.narrow_to(Role.STUDENT, part.branch, part.department)
        person = add_person(
            by=by,
            person=PersonInput(full_name=row.full_name, email=row.email, phone=row.phone, roles=[role], invite=True),
        )
    enrollment = enroll_student(by=by, student=person, batch=batch, source="application")
    _decide(by, row, Application.Status.ACCEPTED, "accept_application", note, enrollment)
    return enrollment


@atomic
def reject_application(*, by: Actor, application: Application, note: str) -> Application:
    """Reject the application with a note that goes to the applicant by mail.

    Locks the application. Raises Invalid without a note, ApplicationDecided, BatchArchived.
    """
    if not clean_lines(note):
        raise Invalid(_("Tell the applicant why. The note is sent by email."), field="note")
    bare_batch(application.batch, locked=False)
    row = _lock_waiting(application)
    _decide(by, row, Application.Status.REJECTED, "reject_application", note)
    return row


def _lock_waiting(application: Application) -> Application:
    rows = Application.objects.select_for_update(of=("self",), no_key=True)
    row = rows.filter(pk=application.pk).first()
    if row is None:
        raise Missing
    if not row.is_pending:
        raise ApplicationDecided
    return row


def _decide(
    by: Actor, row: Application, status: str, use_case: str, note: str, enrollment: Enrollment | None = None
) -> None:
    if len(note) > 500:
        raise Invalid(_("Keep the note to 500 characters or fewer."), field="note")
    row.status, row.decided_by, row.decided_at = status, by.user, timezone.now()
    row.decision_note, row.enrollment = note, enrollment
    with recorded(by, use_case):
        row.save(update_fields=["status", "decided_by", "decided_at", "decision_note", "enrollment", "updated_at"])
    app.configure_task(ANSWER).defer(application_id=str(row.pk))


def answer_application(*, application_id: str) -> None:
    """Send the applicant what was decided; part of a job, which may be run again. Raises what the mail server does."""
    row = Application.objects.select_related("batch__institution").filter(pk=application_id).first()
    if row is not None and not row.is_pending:
        with translation.override(settings.LANGUAGE_CODE), only_in(row.institution_id):
            send(answer_letter(row))
