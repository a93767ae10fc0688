"""Forms of absences, evidence and corrections. The names of fields are those of the API."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from muster.attendance.models import MOST_NOTE, MOST_REASON, Evidence
from muster.attendance.rules import Upload
from muster.core.files import ACCEPT, read_whole
from muster.web.ui.forms import Form, Grid, wide


class FilesInput(forms.FileInput):
    """A file input that takes several."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files, or none. What is in them is for the rule to judge."""

    widget = FilesInput

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile[Any]]:  # type: ignore[type-var,unused-ignore]
        sent = data if isinstance(data, (list, tuple)) else [data]
        return [file for file in sent if file]


def files_fields() -> dict[str, forms.Field]:
    """A camera on a phone, and a chooser of files everywhere."""
    return {
        "photo": FilesField(
            label=gettext_lazy("Photo"),
            required=False,
            widget=FilesInput(attrs={"accept": "image/*", "capture": "environment"}),
        ),
        "file": FilesField(
            label=gettext_lazy("File"),
            required=False,
            widget=FilesInput(attrs={"accept": ACCEPT, "multiple": True}),
            help_text=gettext_lazy(
                "PDF, JPEG, PNG, HEIC or WebP, up to 10 MB each. Only the student and the batch's staff can open "
                "it, and every time it's opened is recorded. Location and camera details are removed from photos."
            ),
        ),
        "kind": forms.ChoiceField(
            label=gettext_lazy("Type of evidence"), choices=Evidence.Kind.choices, initial=Evidence.Kind.MEDICAL
        ),
    }


class WithFiles(Form):
    """A form with files."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in files_fields().items():
            self.fields[name] = field

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
        label=gettext_lazy("Student"),
        help_text=gettext_lazy("Name, email or student number."),
        max_length=200,
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
        help_text=gettext_lazy("A few words. Seen by the batch's instructors and managers."),
    )

    def __init__(self, *args: Any, asks_who: bool, batches: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not asks_who:
            del self.fields["student"]
        if len(batches) > 1:
            self.fields["enrolment_id"].choices = [("", _("All batches")), *batches]  # type: ignore[attr-defined]
        else:
            del self.fields["enrolment_id"]
        names = [name for name in ("student",) if name in self.fields]
        where = [name for name in ("enrolment_id",) if name in self.fields]
        self.layout = (
            Grid(
                *names,
                wide("first_date", "half"),
                wide("last_date", "half"),
                *where,
                "reason",
                wide("photo", "only-narrow"),
                "file",
                "kind",
            ),
        )


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

    def __init__(self, *args: Any, others: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if others:
            self.fields["together"].label = ngettext(
                "Apply to the other mark in this absence",
                "Apply to the other %(count)d marks in this absence",
                others,
            ) % {"count": others}
        else:
            del self.fields["together"]
