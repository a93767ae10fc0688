"""Submissions: the list with what is due, and one with its files, their checksums and who opened them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from functools import partial
from typing import Any, ClassVar
from uuid import UUID

from django.db.models import Q
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, ngettext_lazy
from django_tables2 import Column

from muster.core.audit import history_of
from muster.institutions.access import Actor
from muster.submissions.deadlines import Deadline, deadlines_of
from muster.submissions.manifest import COMMANDS, MANIFEST, SIGNATURE, is_genuine, is_unchanged
from muster.submissions.models import Submission
from muster.submissions.permissions import submissions
from muster.submissions.queries import looks_at, submissions_in_full, submissions_seen_by
from muster.submissions.rules import open_submission
from muster.web.oversight.frame import tabs_of
from muster.web.requests import ActorRequest
from muster.web.submissions.words import (
    due_title,
    due_words,
    item_words,
    prepare_url,
    status_pill,
    tone_of,
    unit_words,
)
from muster.web.ui.components import Action, Fact
from muster.web.ui.history import told_on
from muster.web.ui.pages import page
from muster.web.ui.tables import Bucket, Buckets, Empty, Filters, NumberColumn, Table, list_page

MOST_DUE = 6
MOST_LOOKS = 50


class SubmissionFilters(Filters):
    """By title and regulator, and by how they stand."""

    search: ClassVar[Sequence[str]] = ("title", "regulator__full_name")
    search_hint = gettext_lazy("Title or regulator")
    status = Buckets(
        gettext_lazy("Status"),
        Bucket("", gettext_lazy("All"), Q()),
        *(Bucket(key, word, Q(status=key)) for key, word in Submission.Status.choices),
    )


class SubmissionTable(Table):
    """Submissions with where they went."""

    counted = ngettext_lazy("%(count)s submission", "%(count)s submissions", "count")
    caption = gettext_lazy("Submissions")
    cards = {"title": "title", "regulator": "meta", "files": "hide", "submitted": "meta", "status": "status"}

    title = Column(verbose_name=gettext_lazy("Title"))
    regulator = Column(accessor="regulator__full_name", verbose_name=gettext_lazy("Regulator"), default="–")
    files = NumberColumn(accessor="item_count", verbose_name=gettext_lazy("Files"))
    submitted = Column(accessor="submitted_at", verbose_name=gettext_lazy("Submitted on"), default="–")
    status = Column(verbose_name=gettext_lazy("Status"))

    class Meta(Table.Meta):
        pass

    def render_title(self, record: Any) -> SafeString:
        url = reverse("submissions:submission", args=[record.pk])
        return format_html('<a class="t" href="{}">{}</a>', url, record.title)

    def render_submitted(self, value: datetime) -> str:
        return date_format(timezone.localtime(value), "j M Y")

    def value_submitted(self, value: datetime) -> date:
        return timezone.localtime(value).date()

    def render_status(self, record: Any) -> SafeString:
        return status_pill(record)


@page(submissions["see"])
def submission_list(request: ActorRequest) -> HttpResponseBase:
    """The submissions the reader may see, and for who makes them what is due."""
    actor = request.actor
    due, makes = deadlines_of(actor), submissions.may(actor, "change")
    begin = [Action(_("New submission"), reverse("submissions:new"), "plus")] if makes else []
    nothing = (
        _("A submission freezes registers, enrollment lists or results as files that anyone can verify.")
        if makes
        else _("You'll be notified when an institution submits something to you.")
    )
    return list_page(
        request,
        table_class=SubmissionTable,
        filterset_class=SubmissionFilters,
        queryset=submissions_seen_by(actor),
        template="submissions/list.html",
        context={
            "nav": "oversight",
            "tabs": tabs_of(actor, "submissions"),
            "makes": makes,
            "title": _title(due),
            "due": [due_row(one) for one in due[:MOST_DUE]],
            "more_due": max(0, len(due) - MOST_DUE),
        },
        empty=Empty(_("No submissions yet"), nothing, "shield", begin),
        export_name="submissions",
    )


def _title(due: Sequence[Deadline]) -> str:
    """The answer of the list's first line."""
    if late := sum(one.is_late for one in due):
        return ngettext("%(count)d submission is late", "%(count)d submissions are late", late) % {"count": late}
    if due:
        words = ngettext("%(count)d submission is due", "%(count)d submissions are due", len(due))
        return words % {"count": len(due)}
    return _("Submissions")


def due_row(one: Deadline) -> dict[str, Any]:
    """What is due, as `due.html` draws it."""
    return {
        "title": due_title(one),
        "batch": one.batch.code,
        "count": abs(one.days_left),
        "left": unit_words(one),
        "when": due_words(one),
        "tone": tone_of(one),
        "url": prepare_url(one),
    }


def find_submission(actor: Actor, submission_id: UUID, action: str = "see") -> Submission:
    """The submission in full, where the actor may do this with it. Raises Missing, Forbidden."""
    return submissions.get(actor, submission_id, action, among=submissions_in_full(Submission.objects.all()))


@page(submissions["see"])
def submission_page(request: ActorRequest, submission_id: UUID) -> HttpResponse:
    """One submission. That the regulator opens it is recorded."""
    actor = request.actor
    row = open_submission(by=actor, submission=find_submission(actor, submission_id))
    makes = submissions.may(actor, "change")
    items = list(row.resources.all())
    context: dict[str, Any] = {
        "nav": "oversight",
        "submission": row,
        "state": status_pill(row),
        "makes": makes,
        "facts": _facts(row),
        "items": [(one, item_words(one)) for one in items],
        "replaced_by": _replacement_of(row),
    }
    if not row.is_draft:
        context |= {
            "files": [(one, item_words(one), one.file_digest[:16], is_unchanged(one)) for one in items],
            "genuine": is_genuine(row),
            "manifest": MANIFEST,
            "signature": SIGNATURE,
            "commands": COMMANDS,
        }
    if makes:
        context["looks"] = list(looks_at(row)[:MOST_LOOKS])
        context["told"] = told_on(request, partial(history_of, row))
    return render(request, "submissions/submission.html", context)


def _replacement_of(row: Submission) -> Submission | None:
    """What stands in the place of one that was replaced."""
    if row.status != Submission.Status.REPLACED:
        return None
    return row.replacements.filter(submitted_at__isnull=False).first()


def _facts(row: Submission) -> list[Fact]:
    def moment(at: datetime | None) -> str:
        return date_format(timezone.localtime(at), "j M Y, H:i") if at else ""

    regulator = row.regulator.full_name if row.regulator else _("None; handed over outside of Muster")
    found = [(_("Regulator"), regulator, "")]
    if row.submitted_at:
        by = row.submitted_by.full_name if row.submitted_by else ""
        found.append((_("Submitted"), moment(row.submitted_at), by))
    if row.received_at:
        found.append((_("First opened"), moment(row.received_at), ""))
    if row.replaces:
        found.append((_("Replaces"), row.replaces.title, ""))
    return [Fact(term, value, note) for term, value, note in found]
