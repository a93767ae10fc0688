"""Making a submission: its form, its items, handing it in, withdrawing it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django import forms
from django.db.models import QuerySet
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from muster.accounts.models import User
from muster.batches.models import Batch
from muster.batches.permissions import batches
from muster.core.permissions import as_id
from muster.core.search import in_order
from muster.institutions.access import Actor
from muster.institutions.models import Role
from muster.institutions.queries import colleagues
from muster.submissions import rules
from muster.submissions.errors import CellProblem, RowsRefused
from muster.submissions.models import ExportTemplate, Submission, SubmissionResource
from muster.submissions.permissions import export_templates, submissions
from muster.web.requests import ActorRequest
from muster.web.submissions.submissions import find_submission
from muster.web.ui.dialogs import ConfirmForm, redirect_with_message, render_dialog, submit_form
from muster.web.ui.forms import Form, FormSection, posted_data, wide
from muster.web.ui.pages import page

TYPES = [one for one in SubmissionResource.Type.choices if one[0] != SubmissionResource.Type.TEMPLATE]


class BatchChoice(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    """Batches by code and name."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.code} · {obj.name}"


class PersonChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    """People by name."""

    def label_from_instance(self, obj: Any) -> str:
        return str(obj.full_name)


def batches_to_choose(actor: Actor) -> QuerySet[Batch]:
    """The batches that something can be submitted of: those with a first day, the latest first."""
    rows = batches.rows(actor, "roster").filter(start_date__isnull=False)
    return rows.order_by("-start_date", "code")


class ActorForm(Form):
    """A form that offers what the actor may choose."""

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer(actor)

    def offer(self, actor: Actor) -> None:
        """Fill the choices."""


class ItemsForm(ActorForm):
    """What is submitted: each of these lists, for each of these batches."""

    what = forms.MultipleChoiceField(
        label=gettext_lazy("What"),
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("You get a file of each for each batch."),
    )
    batch = BatchChoice(label=gettext_lazy("Batches"), queryset=None, widget=forms.CheckboxSelectMultiple)
    first = forms.DateField(label=gettext_lazy("From"))
    last = forms.DateField(label=gettext_lazy("To"))
    sections = (
        FormSection(gettext_lazy("Files"), "what", wide("batch", "picks"), wide("first", "half"), wide("last", "half")),
    )
    layout: tuple[Any, ...] = sections

    def offer(self, actor: Actor) -> None:
        super().offer(actor)
        self.templates = {str(one.pk): one for one in in_order(export_templates.rows(actor), "name")}
        choices = [*TYPES, *((key, one.name) for key, one in self.templates.items())]
        self.fields["what"].choices = choices  # type: ignore[attr-defined]
        self.fields["batch"].queryset = batches_to_choose(actor)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if given.get("first") and given.get("last") and given["last"] < given["first"]:
            self.add_error("last", _("The last day must not be before the first day."))
        return given

    def items(self) -> list[rules.ResourceInput]:
        given = self.cleaned_data
        kind = SubmissionResource.Type.TEMPLATE.value

        def item(batch: Batch, what: str) -> rules.ResourceInput:
            template: ExportTemplate | None = self.templates.get(what)
            return rules.ResourceInput(kind if template else what, batch, given["first"], given["last"], template)

        return [item(batch, what) for batch in given["batch"] for what in given["what"]]


class AddressForm(ActorForm):
    """What it is called, and whom it is for."""

    title = forms.CharField(label=gettext_lazy("Title"), max_length=150)
    regulator = PersonChoice(
        label=gettext_lazy("Regulator"),
        queryset=None,
        required=False,
        empty_label=gettext_lazy("None; I'll hand it over myself"),
        help_text=gettext_lazy("They're notified, and can open and download it in Muster."),
    )

    def offer(self, actor: Actor) -> None:
        super().offer(actor)
        chosen: QuerySet[User] = in_order(colleagues(actor, Role.REGULATOR), "full_name")
        self.fields["regulator"].queryset = chosen  # type: ignore[attr-defined]

    def address(self) -> dict[str, Any]:
        return {"title": self.cleaned_data["title"], "regulator": self.cleaned_data["regulator"]}


class NewForm(ItemsForm, AddressForm):
    """All of a new submission."""

    field_order = ("title", "regulator", "what", "batch", "first", "last")
    layout = (FormSection(gettext_lazy("Submission"), "title", "regulator"), *ItemsForm.sections)


def _crumbs(row: Submission | None = None) -> list[str]:
    found = [_("Oversight"), reverse("oversight:overview"), _("Submissions"), reverse("submissions:list")]
    return [*found, row.title, _url(row)] if row else found


def _url(row: Submission) -> str:
    return reverse("submissions:submission", args=[row.pk])


def _initial(request: ActorRequest) -> dict[str, Any]:
    """What a link to the form fills in."""
    given = request.GET
    found: dict[str, Any] = {"title": given.get("title", "")[:150], "what": given.getlist("what")[:20]}
    if (batch := as_id(given.get("batch", ""))) is not None:
        found["batch"] = [batch]
    for name, field in (("from", "first"), ("to", "last")):
        try:
            found[field] = date.fromisoformat(given.get(name, ""))
        except ValueError:
            continue
    return found


def _replaced(request: ActorRequest) -> Submission | None:
    key = as_id(request.GET.get("replaces", ""))
    return submissions.get(request.actor, key, "change") if key else None


@page(submissions["change"])
def new_submission(request: ActorRequest) -> HttpResponse:
    """A new submission, as a draft; also in place of another one."""
    actor, replaced = request.actor, _replaced(request)
    initial = _initial(request)
    if replaced is not None:
        initial |= {"title": replaced.title, "regulator": replaced.regulator_id}
        items = list(replaced.resources.all())
        initial |= {
            "what": list(dict.fromkeys(str(one.template_id or one.type) for one in items)),
            "batch": list(dict.fromkeys(one.batch_id for one in items)),
            "first": min(one.from_date for one in items),
            "last": max(one.to_date for one in items),
        }
    form = NewForm(posted_data(request), actor=actor, initial=initial)

    def draft() -> Submission:
        return rules.draft_submission(by=actor, **form.address(), resources=form.items(), replaces=replaced)

    if did := submit_form(form, draft):
        return redirect_with_message(request, _url(did.result), _("Draft saved. Check it, then submit it."))
    return render_dialog(
        request,
        form,
        title=_("Replace “%(title)s”") % {"title": replaced.title} if replaced else _("New submission"),
        button=_("Save draft"),
        back=_url(replaced) if replaced else reverse("submissions:list"),
        crumbs=_crumbs(replaced),
        page_template="submissions/new.html",
        context={"nav": "oversight"},
    )


@page(submissions["change"])
def edit_submission(request: ActorRequest, submission_id: UUID) -> HttpResponse:
    """Title and regulator of a draft."""
    actor, row = request.actor, find_submission(request.actor, submission_id, "change")
    initial = {"title": row.title, "regulator": row.regulator_id}
    form = AddressForm(posted_data(request), actor=actor, initial=initial)
    if submit_form(form, lambda: rules.change_draft(by=actor, submission=row, changes=form.address())):
        return redirect_with_message(request, _url(row), _("Saved."))
    return _dialog(request, row, form, title=_("Edit submission"), button=_("Save"))


@page(submissions["change"])
def add_items(request: ActorRequest, submission_id: UUID) -> HttpResponse:
    """More files for a draft."""
    actor, row = request.actor, find_submission(request.actor, submission_id, "change")
    form = ItemsForm(posted_data(request), actor=actor)
    if submit_form(form, lambda: rules.change_draft(by=actor, submission=row, changes={}, more=form.items())):
        number = len(form.items())
        said = ngettext("%(count)d file added.", "%(count)d files added.", number) % {"count": number}
        return redirect_with_message(request, _url(row), said)
    return render_dialog(
        request,
        form,
        title=_("Add files"),
        button=_("Add files"),
        back=_url(row),
        crumbs=_crumbs(row),
        page_template="submissions/new.html",
        context={"nav": "oversight"},
    )


@page(submissions["change"])
def remove_item(request: ActorRequest, submission_id: UUID, submission_item_id: UUID) -> HttpResponse:
    """Take a file out of a draft."""
    actor, row = request.actor, find_submission(request.actor, submission_id, "change")
    item = SubmissionResource(pk=submission_item_id, submission=row)
    form = ConfirmForm(posted_data(request))
    if submit_form(form, lambda: rules.remove_resource(by=actor, resource=item)):
        return redirect_with_message(request, _url(row), _("Removed."))
    return _dialog(request, row, form, title=_("Remove this file from the submission?"), button=_("Remove"), tone="bad")


@page(submissions["change"])
def delete_submission(request: ActorRequest, submission_id: UUID) -> HttpResponse:
    """Delete a draft."""
    actor, row = request.actor, find_submission(request.actor, submission_id, "change")
    form = ConfirmForm(posted_data(request))
    if submit_form(form, lambda: rules.delete_draft(by=actor, submission=row)):
        return redirect_with_message(request, reverse("submissions:list"), _("Draft deleted."))
    return _dialog(
        request,
        row,
        form,
        title=_("Delete the draft “%(title)s”?") % {"title": row.title},
        button=_("Delete draft"),
        text=[_("Nothing of it was submitted.")],
        tone="bad",
    )


@page(submissions["change"])
def submit_page(request: ActorRequest, submission_id: UUID) -> HttpResponse:
    """Hand in a draft: the question in numbers, and what keeps it from being handed in."""
    actor, row = request.actor, find_submission(request.actor, submission_id, "change")
    form = ConfirmForm(posted_data(request))
    if submit_form(form, lambda: rules.submit_submission(by=actor, submission=row)):
        return redirect_with_message(request, _url(row), _("Submitted. Its files can't change anymore."))
    number = len(row.resources.all())
    told = (
        _("%(name)s is notified.") % {"name": row.regulator.full_name}
        if row.regulator
        else _("No one is notified. Download it, and hand it over yourself.")
    )
    frozen = ngettext(
        "%(count)d file is written as the records are now, with a checksum and a signed manifest.",
        "%(count)d files are written as the records are now, with checksums and a signed manifest.",
        number,
    )
    replaced = [_("It replaces “%(title)s”.") % {"title": row.replaces.title}] if row.replaces else []
    problems: Sequence[CellProblem] = ()
    if isinstance(form.refusal, RowsRefused):
        # The table says each; above it stands how many.
        problems = form.refusal.problems
        form.errors.clear()
        form.add_error(None, form.refusal.message)
    return _dialog(
        request,
        row,
        form,
        title=_("Submit “%(title)s”?") % {"title": row.title},
        button=ngettext("Submit %(count)d file", "Submit %(count)d files", number) % {"count": number},
        text=[frozen % {"count": number}, *replaced, told, _("After that, nothing of it can be changed.")],
        after="submissions/problems.html",
        context={"problems": problems},
    )


class WithdrawForm(Form):
    """Why it is taken back."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("The regulator reads it."),
    )


@page(submissions["change"])
def withdraw_page(request: ActorRequest, submission_id: UUID) -> HttpResponse:
    """Withdraw what was handed in."""
    actor, row = request.actor, find_submission(request.actor, submission_id, "change")
    form = WithdrawForm(posted_data(request))

    def withdraw() -> Submission:
        return rules.withdraw_submission(by=actor, submission=row, reason=form.cleaned_data["reason"])

    if submit_form(form, withdraw):
        return redirect_with_message(request, _url(row), _("Withdrawn."))
    return _dialog(
        request,
        row,
        form,
        title=_("Withdraw “%(title)s”?") % {"title": row.title},
        button=_("Withdraw"),
        keep=_("Keep submission"),
        text=[_("It stays readable, marked as withdrawn. It can't be submitted again; make a new one instead.")],
        tone="bad",
    )


def _dialog(
    request: ActorRequest,
    row: Submission,
    form: Form,
    *,
    title: str,
    button: str,
    keep: str = "",
    text: Sequence[Any] = (),
    tone: str = "",
    after: str = "",
    context: dict[str, Any] | None = None,
) -> HttpResponse:
    return render_dialog(
        request,
        form,
        title=title,
        button=button,
        keep=keep,
        back=_url(row),
        text=text,
        tone=tone,
        after=after,
        crumbs=_crumbs(row),
        context={"nav": "oversight", **(context or {})},
    )
