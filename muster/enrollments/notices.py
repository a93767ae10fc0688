"""What people are told around applications: managers in Muster, applicants by mail."""

from __future__ import annotations

from email.utils import parseaddr

from django.conf import settings
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from muster.accounts.mails import Letter, MailSender
from muster.batches.participants import managers_of
from muster.enrollments.models import Application
from muster.institutions.access import MANAGER_ROLES, Actor
from muster.notifications.kinds import NotificationKind, register_kind
from muster.notifications.rules import notify

APPLIED = "application_received"

register_kind(
    NotificationKind(
        APPLIED,
        gettext_lazy("Someone applies for a batch I manage"),
        frozenset(map(str, MANAGER_ROLES)),
        gettext_lazy("From the public catalog. You decide it in Requests."),
        mail=False,
    )
)


def tell_applied(by: Actor, application: Application) -> None:
    """Tell the managers of the batch that somebody applies."""
    batch = application.batch
    notify(
        by=by,
        to=managers_of(batch),
        kind=APPLIED,
        title=_("%(name)s applied for %(batch)s") % {"name": application.full_name, "batch": batch.code},
        text=f"{batch.name}.",
        url=reverse("requests"),
    )


def answer_letter(application: Application) -> Letter:
    """The mail that tells an applicant what was decided."""
    batch, place = application.batch, application.batch.institution
    words = {"batch": batch.name, "place": place.name}
    if application.status == Application.Status.ACCEPTED:
        subject = _("You have a seat in %(batch)s") % words
        said = [_("%(place)s accepted your application for %(batch)s.") % words]
        if batch.start_date:
            said.append(_("It starts on %(day)s.") % {"day": date_format(batch.start_date, "l j F Y")})
        said.append(_("If you're new to Muster, your invitation to sign in comes in a separate email."))
    else:
        subject = _("Your application for %(batch)s") % words
        said = [_("%(place)s can't offer you a seat in %(batch)s.") % words]
    if application.decision_note:
        said.append(application.decision_note)
    contact = " · ".join(filter(None, (place.contact_email, place.contact_phone)))
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
    return Letter(
        to=application.email,
        greeting=_("Hello %(name)s,") % {"name": application.full_name},
        subject=subject,
        paragraphs=said,
        place=MailSender(str(place.pk), place.name),
        notes=[_("Questions? Contact %(place)s: %(contact)s") % {**words, "contact": contact}] if contact else [],
        message_id=f"<{application.pk}@{domain}>",
    )
