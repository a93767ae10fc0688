"""The form of a plain noun, made of its declaration."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

from django import forms
from django.contrib.postgres.fields import ArrayField
from django.db import models

from muster.core.resources import Field, Resource
from muster.core.validators import bounds_of
from muster.web.ui.forms import Form, FormSection, Grid, wide
from muster.web.ui.undo import Undo

# What an Undo sends besides the fields as they were.
UNCHANGED_SINCE = "unchanged_since"


class ResourceForm(Form):
    """A form of `row`, or of a new one: the fields of a resource, as far as they are for this person."""

    resource: ClassVar[Resource[Any]]
    inputs: ClassVar[Sequence[Field]]
    # Further fields of the form, each below the field of that name.
    below: ClassVar[Mapping[str, Sequence[str]]] = {}

    def __init__(self, *args: Any, actor: Any, row: Any = None, **kwargs: Any) -> None:
        self.row = row
        if row is not None:
            kwargs["initial"] = {one.key: row.serializable_value(one.name) for one in self.inputs}
        super().__init__(*args, **kwargs)
        for one in self.inputs:
            made: Any = self.fields[one.key]
            if one.only_for and not one.only_for(actor):
                del self.fields[one.key]
            elif one.options:
                made.choices = one.options(actor, getattr(row, one.name) if row else "")
            elif one.related:
                rows = one.related.offered(actor)
                made.queryset = rows.exclude(pk=row.pk) if row and isinstance(row, rows.model) else rows
                made.label_from_instance = one.related.words
                if one.bounds_reach and not self.resource.access.reaches_all(actor, "change"):
                    made.required, made.empty_label = True, None

    def laid_out(self) -> Sequence[Any]:
        """The fields in their sections, or in one grid."""
        parts: list[tuple[Any, list[Any]]] = []
        for one in self.inputs:
            if one.section or not parts:
                parts.append((one.section, []))
            names = [name for name in (one.key, *self.below.get(one.key, ())) if name in self.fields]
            parts[-1][1].extend(wide(name, one.width) if one.width and name == one.key else name for name in names)
        return [FormSection(title, *names) if title else Grid(*names) for title, names in parts if names]

    def clean(self) -> dict[str, Any]:
        """Fields that were left empty become what the declaration says."""
        given = {one.name: self.cleaned_data.get(one.key) for one in self.inputs}
        for one in self.inputs:
            if one.otherwise and one.key in self.cleaned_data and given[one.name] is None:
                self.cleaned_data[one.key] = one.otherwise(given)
        return self.cleaned_data

    def changes(self) -> dict[str, Any]:
        """What was changed, or all of a new row, by the names that a rule takes."""
        changed = self.fields if self.row is None else self.changed_data
        return {one.name: self.cleaned_data.get(one.key) for one in self.inputs if one.key in changed}

    def as_it_was(self) -> dict[str, str | list[str]]:
        """What a browser would send of the row as it was before: how a change is taken back."""
        sent: dict[str, str | list[str]] = {}
        for one in self.inputs:
            if (made := self.fields.get(one.key)) is None:
                continue
            value = made.prepare_value(self.get_initial_for_field(made, one.key))
            shown = made.widget.format_value(value)
            if not isinstance(made.widget, forms.CheckboxInput):
                sent[one.key] = shown if isinstance(shown, list) else str(shown or "")
            elif value:
                sent[one.key] = "on"
        return sent

    def undo(self, url: str, saved: Any) -> Undo | None:
        """How what was changed is taken back at the address of the form, as long as nobody changes what was `saved`; a
        file that was replaced is gone."""
        keys = {one.key for one in self.inputs}
        if not self.changed_data or not keys.issuperset(self.changed_data):
            return None
        return Undo(url, {**self.as_it_was(), UNCHANGED_SINCE: saved.updated_at.isoformat()})

    @property
    def unchanged_since(self) -> datetime | None:
        """When what an Undo takes back was saved."""
        try:
            return datetime.fromisoformat(self.data.get(UNCHANGED_SINCE, ""))
        except ValueError:
            return None

    def save_beside(self, by: Any, row: Any) -> None:
        """Save what the form has beside the fields of the resource, in the same transaction."""


class WordsField(forms.CharField):
    """Words, separated by commas."""

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        return [word.strip() for word in (value or "").split(",") if word.strip()]


def form_of(
    resource: Resource[Any], base: type[ResourceForm] = ResourceForm, inputs: Sequence[Field] = ()
) -> type[ResourceForm]:
    """The form of a resource, or of some of its fields: each as the model has it, in the words of the declaration."""
    inputs = inputs or resource.inputs
    made = {one.key: _input(resource, one) for one in inputs}
    return type(f"{resource.model.__name__}Form", (base,), {**made, "resource": resource, "inputs": inputs})


def _input(resource: Resource[Any], one: Field) -> Any:
    column: Any = resource.column(one.name)
    words: Any = {"label": resource.label_of(one), "help_text": one.help, "required": resource.required(one)}
    if one.related:
        rows = column.related_model._default_manager.none()
        return forms.ModelChoiceField(rows, empty_label=one.empty or "---------", **words)
    if one.options:
        return forms.ChoiceField(**words)
    if isinstance(column, ArrayField):
        return WordsField(**words)
    if isinstance(column, models.TextField):
        words["widget"] = forms.Textarea(attrs={"rows": 3})
    if isinstance(column, (models.IntegerField, models.DecimalField)):
        words["min_value"], words["max_value"] = bounds_of(column)
    return column.formfield(**words)
