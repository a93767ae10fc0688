"""Which batch a new one is to be like."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.db.models import F
from django.utils.translation import gettext as _

from muster.web.batches.forms.fields import UNKNOWN, IdField, QuickSelect, SelectEntry
from muster.web.ui.forms import Form


class CopyForm(Form):
    """Which batch to copy: the latest first."""

    def __init__(self, *args: Any, rows: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.rows = rows
        self.fields["batch"] = IdField(
            label=_("Batch"),
            widget=QuickSelect(self._entries, _("Choose a batch")),
            error_messages={"required": _("Choose the batch to copy.")},
        )

    def _entries(self) -> list[SelectEntry]:
        latest = self.rows.order_by(F("start_date").desc(nulls_last=True), "-pk")
        return [
            SelectEntry(str(pk), f"{name} ({code})")
            for pk, name, code in latest.values_list("pk", "name", "code")[:300]
        ]

    def clean_batch(self) -> UUID:
        """The id of a batch that may be copied."""
        key: UUID = self.cleaned_data["batch"]
        if not self.rows.filter(pk=key).exists():
            raise forms.ValidationError(UNKNOWN, code="unknown")
        return key
