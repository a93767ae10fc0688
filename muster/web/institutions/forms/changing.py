"""A form of one row, new or stored."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django.db.models import Model

from muster.web.ui.forms import Form


class Changing(Form):
    """A form of `row`, or of a new one: `attributes` maps its fields to the row's, in the words that a rule takes."""

    attributes: ClassVar[Mapping[str, str]] = {}

    def __init__(self, *args: Any, row: Model | None = None, **kwargs: Any) -> None:
        self.row = row
        if row is not None:
            stored = {name: row.serializable_value(own) for name, own in self.attributes.items()}
            kwargs["initial"] = {**stored, **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)

    def changes(self) -> dict[str, Any]:
        """What was changed, or all of a new row."""
        named = [name for name in self.fields if name in self.attributes]
        changed = named if self.row is None else self.changed_data
        return {self.attributes[name]: self.cleaned_data.get(name) for name in named if name in changed}


def same(*names: str) -> dict[str, str]:
    """Fields that are called the same inside and outside."""
    return {name: name for name in names}
