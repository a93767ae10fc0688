"""Forms of oversight. The names of fields are those of the API."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from muster.batches.models import Batch
from muster.core.permissions import any_id
from muster.institutions.access import Actor
from muster.oversight.models import MOST_NOTE, MOST_PURPOSE, AccessRequest
from muster.oversight.permissions import access_requests, askable
from muster.web.ui.forms import NATIVE, Form, Grid, wide

# The latest; for older ones all batches of some days are asked for.
MOST_BATCHES = 500
ALL = "all"
# Unless something else is asked for.
USUALLY = timedelta(days=30)


class BatchesForm(Form):
    """Which batches, on which days, with which files. `from` and `to` are called as in the API."""

    batch_ids = forms.MultipleChoiceField(
        label=gettext_lazy("Batches"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Choose at least one batch, or all batches.")},
    )

    def __init__(self, *args: Any, batches: Sequence[Batch], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by_id = {str(batch.pk): batch for batch in batches}
        codes = [(str(batch.pk), f"{batch.code}, {batch.name}") for batch in batches]
        self.fields["batch_ids"].choices = [(ALL, _("All batches")), *codes]  # type: ignore[attr-defined]
        for name, label in (("from", gettext_lazy("Registers from")), ("to", gettext_lazy("Registers to"))):
            self.fields[name] = forms.DateField(label=label, widget=NATIVE[forms.DateInput]())

    def batches(self) -> list[Batch] | None:
        """Those that were chosen; None for all."""
        chosen = self.cleaned_data["batch_ids"]
        return None if ALL in chosen else [self.by_id[pk] for pk in chosen]

    def days(self) -> dict[str, date]:
        return {"first_date": self.cleaned_data["from"], "last_date": self.cleaned_data["to"]}


class AccessRequestForm(BatchesForm):
    """What a regulator asks for."""

    purpose = forms.CharField(
        label=gettext_lazy("Purpose"),
        max_length=MOST_PURPOSE,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("The institution reads this and decides."),
    )
    needed_until = forms.DateField(label=gettext_lazy("Needed until"), required=False)
    with_evidence = forms.BooleanField(
        label=gettext_lazy("Evidence files too"),
        required=False,
        help_text=gettext_lazy("Mostly health data. Ask only if you need it."),
    )

    def laid_out(self) -> Sequence[Any]:
        days = (wide("from", "half"), wide("to", "half"))
        return [Grid("batch_ids", *days, "purpose", "needed_until", "with_evidence")]


def ask_form(actor: Actor, data: QueryDict | None, again: str = "") -> AccessRequestForm:
    """The form to ask with; `again` names a request whose words it begins with."""
    batches = list(askable.rows(actor).only("id", "code", "name").order_by("-start_date", "-pk")[:MOST_BATCHES])
    initial: dict[str, Any] = {}
    before = access_requests.rows(actor).filter(pk=any_id(again)).first()
    if before is not None:
        initial = {
            "batch_ids": [ALL] if before.all_batches else [str(link.batch_id) for link in before.batch_links.all()],
            "from": before.first_date,
            "to": before.last_date,
            "purpose": before.purpose,
            "with_evidence": before.with_evidence,
        }
    return AccessRequestForm(data, batches=sorted(batches, key=lambda one: one.code), initial=initial, auto_id="ask_%s")


class GrantForm(BatchesForm):
    """What of a request is granted, and until when."""

    expires_at = forms.DateField(label=gettext_lazy("Access ends after"))
    with_evidence = forms.BooleanField(label=gettext_lazy("Evidence files too"), required=False)
    note = forms.CharField(
        label=gettext_lazy("Note"),
        required=False,
        max_length=MOST_NOTE,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("Shared with the person who asked."),
    )

    def __init__(self, *args: Any, one: AccessRequest, actor: Actor, much: dict[Any, str], **kwargs: Any) -> None:
        until = one.needed_until or actor.today() + USUALLY
        kwargs["initial"] = {
            "batch_ids": [str(batch.pk) for batch in one.named],  # type: ignore[attr-defined]
            "from": one.first_date,
            "to": one.last_date,
            "expires_at": max(until, actor.today()),
            "with_evidence": one.with_evidence,
        }
        self.zone = actor.zone
        super().__init__(*args, batches=one.named, **kwargs)  # type: ignore[attr-defined]
        self.fields["batch_ids"].choices = [  # type: ignore[attr-defined]
            (str(batch.pk), ", ".join(filter(None, [batch.code, much.get(batch.pk)])))
            for batch in one.named  # type: ignore[attr-defined]
        ]
        if one.all_batches:
            del self.fields["batch_ids"]
        if not one.with_evidence:
            del self.fields["with_evidence"]

    def laid_out(self) -> Sequence[Any]:
        days = (wide("from", "half"), wide("to", "half"))
        names = ("batch_ids", *days, "expires_at", "with_evidence", "note")
        return [Grid(*(one for one in names if not isinstance(one, str) or one in self.fields))]

    def decision(self) -> dict[str, Any]:
        """As the rule takes it. Access ends with the day, by the institution's clock."""
        data = self.cleaned_data
        return {
            **self.days(),
            "expires_at": end_of_day(data["expires_at"], self.zone),
            "batches": self.batches() if "batch_ids" in self.fields else None,
            "with_evidence": data.get("with_evidence", False),
            "note": data["note"],
        }


def end_of_day(day: date, zone: tzinfo) -> datetime:
    """The moment at which access ends that lasts through a day."""
    return datetime.combine(day, time(23, 59), zone)


class ExtendForm(Form):
    """Until when a grant goes on, and why."""

    expires_at = forms.DateField(label=gettext_lazy("Access ends after"))
    note = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=MOST_NOTE,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Kept, and shared with the person who asked."),
    )

    def __init__(self, *args: Any, one: AccessRequest, actor: Actor, **kwargs: Any) -> None:
        self.zone = actor.zone
        ends_on = one.expires_at.astimezone(self.zone).date() if one.expires_at else actor.today()
        super().__init__(*args, initial={"expires_at": ends_on + USUALLY}, **kwargs)

    def extension(self) -> dict[str, Any]:
        """As the rule takes it."""
        data = self.cleaned_data
        return {"expires_at": end_of_day(data["expires_at"], self.zone), "note": data["note"]}


class AccessReasonForm(Form):
    """Why."""

    note = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=MOST_NOTE,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Kept, and shared with the person who asked."),
    )
