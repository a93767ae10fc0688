"""The mails that were written to files, because no mail server is named."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from procrastinate.contrib.django.models import ProcrastinateJob

from muster.accounts.mail_files import mails_are_files
from muster.accounts.mails import kept_mail, kept_mails
from muster.core.errors import Missing
from muster.institutions.access import Actor
from muster.institutions.models import Role
from muster.institutions.permissions import mails
from muster.notifications.queries import failed_mails, mail_counts
from muster.web.requests import ActorRequest
from muster.web.ui.pages import page

MOST_FAILED = 50


def _readable_owner(actor: Actor) -> str | None:
    """The institution whose mails the reader may read; None, which is everybody's, for the platform."""
    return None if actor.is_any(Role.SUPER_ADMIN) else str(actor.institution.pk)


@page(mails["see"])
def mail_list(request: ActorRequest) -> HttpResponse:
    """The newest mails first, and how many could not be sent yet."""
    actor = request.actor
    jobs = ProcrastinateJob.objects.filter(task_name__startswith="accounts.send_")
    if whose := _readable_owner(actor):
        jobs = jobs.filter(args__place__id=whose)
    told = mail_counts(actor.institution)
    context = {
        "are_files": mails_are_files(),
        "mails": kept_mails(whose) if mails_are_files() else [],
        "waiting": jobs.filter(status="todo").count() + told["waiting"],
        "failed": jobs.filter(status="failed").count(),
        "not_told": told["failed"],
        "failed_notices": failed_mails(actor.institution)[:MOST_FAILED] if told["failed"] else [],
    }
    return render(request, "people_settings/mails.html", context)


@page(mails["see"])
def mail_page(request: ActorRequest, key: str) -> HttpResponse:
    """One mail as text: what stands in it is shown and never run."""
    actor = request.actor
    found = kept_mail(key, _readable_owner(actor)) if mails_are_files() else None
    if found is None:
        raise Missing
    return render(request, "people_settings/mail.html", {"mail": found})
