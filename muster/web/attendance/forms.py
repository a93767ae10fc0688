"""Forms of absences, evidence, corrections and sheets. The names of fields are those of the API."""

from __future__ import annotations

import calendar
from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from muster.attendance.models import MOST_NOTE, MOST_REASON, Evidence
from muster.attendance.rules import Upload
from muster.core.files import ACCEPT, read_whole
from muster.web.ui.forms import NATIVE, Form, Grid, wide


class FilesInput(forms.FileInput):
    """A file input that takes several."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files, or none. What is in them is for the rule to judge."""

    widget = FilesInput

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile[Any]]:  # type: ignore[type-var,unused-ignore]
        sent = data if isinstance(data, (list, tuple)) else [data]
        return [file for file in sent if file]


class WithFiles(Form):
    """A form with files: a camera on a phone, and a chooser of files everywhere."""

    photo = FilesField(
        label=gettext_lazy("Photo"),
        required=False,
        widget=FilesInput(attrs={"accept": "image/*", "capture": "environment"}),
    )
    file = FilesField(
        label=gettext_lazy("File"),
        required=False,
        widget=FilesInput(attrs={"accept": ACCEPT, "multiple": True}),
        help_text=gettext_lazy(
            "PDF, JPEG, PNG, HEIC or WebP, up to 10 MB each. Only the student and the batch's staff can open "
            "it, and every time it's opened is recorded. Location and camera details are removed from photos."
        ),
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("Type of evidence"), choices=Evidence.Kind.choices, initial=Evidence.Kind.MEDICAL
    )

    def uploads(self, note: str = "") -> list[Upload]:
        """The files as the rule takes them. Raises FileTooLarge."""
        given = self.cleaned_data
        return [
            Upload(read_whole(file), file.name or "", given["kind"], note) for file in [*given["photo"], *given["file"]]
        ]


class EvidenceForm(WithFiles):
    """Files for a record or an absence, with a note."""

    note = forms.CharField(label=gettext_lazy("Note"), required=False, max_length=MOST_NOTE)
    layout = (Grid(wide("photo", "only-narrow"), "file", wide("kind", "w3"), wide("note", "w3")),)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Shown so; a photo in its place will do.
        self.fields["file"].required = True

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if not given.get("photo") and not given.get("file"):
            self.add_error("file", _("Choose a file."))
        return given


class AbsenceForm(WithFiles):
    """When somebody is away, and why. Staff say who; a student is themself."""

    student = forms.CharField(
        label=gettext_lazy("Student"), help_text=gettext_lazy("Name, email or student number."), max_length=200
    )
    first_date = forms.DateField(label=gettext_lazy("From"))
    last_date = forms.DateField(
        label=gettext_lazy("To"), required=False, help_text=gettext_lazy("Leave blank for one day.")
    )
    enrolment_id = forms.ChoiceField(label=gettext_lazy("Applies to"), required=False)
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=MOST_REASON,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy(
            "A few words. The student, administrators, and the managers and instructors of the student's batches on "
            "these days can read it."
        ),
    )

    def __init__(
        self, *args: Any, asks_who: bool, is_own: bool, batches: Sequence[tuple[str, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        if not asks_who:
            del self.fields["student"]
        if is_own:
            self.fields["reason"].help_text = _(
                "A few words. Administrators, and the managers and instructors of your batches on these days, can read "
                "it."
            )
        if len(batches) > 1:
            self.fields["enrolment_id"].choices = [("", _("All batches")), *batches]  # type: ignore[attr-defined]
        else:
            del self.fields["enrolment_id"]
        days = (wide("first_date", "half"), wide("last_date", "half"))
        around = ("student", *days, "enrolment_id", "reason", wide("photo", "only-narrow"), "file", "kind")
        self.layout = (Grid(*(one for one in around if not isinstance(one, str) or one in self.fields)),)


class DecideForm(Form):
    """Approve or reject, and why."""

    decision = forms.ChoiceField(
        label=gettext_lazy("Decision"),
        choices=[("approve", gettext_lazy("Approve")), ("reject", gettext_lazy("Reject"))],
        widget=forms.RadioSelect,
        initial="approve",
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=MOST_NOTE,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("Kept in the register's history and shown to the people affected."),
    )
    together = forms.BooleanField(required=False, initial=True)

    def __init__(self, *args: Any, others: int = 0, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if others:
            self.fields["together"].label = ngettext(
                "Apply to the other mark in this absence", "Apply to the other %(count)d marks in this absence", others
            ) % {"count": others}
        else:
            del self.fields["together"]


class SheetDaysForm(Form):
    """From one day to another, as the API calls them."""

    layout = (Grid(wide("from", "half"), wide("to", "half")),)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, label in (("from", gettext_lazy("From")), ("to", gettext_lazy("To"))):
            self.fields[name] = forms.DateField(label=label, widget=NATIVE[forms.DateInput]())

    def days(self) -> tuple[date, date]:
        """What was chosen."""
        return self.cleaned_data["from"], self.cleaned_data["to"]


class SignInDaysForm(Form):
    """The week or the month that holds a day."""

    day = forms.DateField(label=gettext_lazy("Day"))
    span = forms.ChoiceField(
        label=gettext_lazy("Period"),
        choices=[("week", gettext_lazy("Week of this day")), ("month", gettext_lazy("Month of this day"))],
    )

    def days(self) -> tuple[date, date]:
        """The first and the last day of the week or month."""
        day: date = self.cleaned_data["day"]
        if self.cleaned_data["span"] == "month":
            return day.replace(day=1), day.replace(day=calendar.monthrange(day.year, day.month)[1])
        first = day.toordinal() - day.weekday()
        return date.fromordinal(max(first, 1)), date.fromordinal(min(first + 6, date.max.toordinal()))
