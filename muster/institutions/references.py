"""What refers to a row, in numbers: asked before it is deleted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import CharField, Count, Value
from django.utils.translation import gettext as _
from django.utils.translation import ngettext_lazy

# How many of what, by the name of the model; later apps are counted too, in the words of their models.
COUNTED: dict[str, Any] = {
    "batch": ngettext_lazy("%(count)d batch", "%(count)d batches", "count"),
    "course": ngettext_lazy("%(count)d course", "%(count)d courses", "count"),
    "room": ngettext_lazy("%(count)d room", "%(count)d rooms", "count"),
    "subject": ngettext_lazy("%(count)d subject", "%(count)d subjects", "count"),
    "enrollment": ngettext_lazy("%(count)d enrollment", "%(count)d enrollments", "count"),
    "classsession": ngettext_lazy("%(count)d session", "%(count)d sessions", "count"),
    "scheduleslot": ngettext_lazy("%(count)d weekly slot", "%(count)d weekly slots", "count"),
    "membership": ngettext_lazy("%(count)d person with a role there", "%(count)d people with a role there", "count"),
    "term": ngettext_lazy("%(count)d term within it", "%(count)d terms within it", "count"),
}


@dataclass(frozen=True)
class Reference:
    """How many rows of a table refer to the one asked about."""

    model: str
    count: int
    words: str


def references_to(row: models.Model, *, also: Sequence[str] = ()) -> list[Reference]:
    """What keeps the row from being deleted, in one query; `also` names relations that would be deleted with it."""
    arms = []
    names: dict[str, Any] = {}
    for relation in row._meta.related_objects:
        model = relation.related_model
        if not isinstance(model, type) or (
            relation.on_delete is not models.PROTECT and relation.get_accessor_name() not in also
        ):
            continue
        names[model._meta.model_name or ""] = model._meta
        rows = model._base_manager.filter(**{relation.field.name: row}).order_by()
        arms.append(
            rows.annotate(noun=Value(model._meta.model_name, CharField()))
            .values("noun")
            .annotate(number=Count("pk"))
            .values_list("noun", "number")
        )
    if not arms:
        return []
    found: dict[str, int] = {}
    for noun, number in arms[0].union(*arms[1:], all=True):
        found[noun] = found.get(noun, 0) + number
    return [
        Reference(noun, found[noun], _in_words(noun, found[noun], meta))
        for noun, meta in names.items()
        if found.get(noun)
    ]


def _in_words(noun: str, number: int, meta: Any) -> str:
    if noun in COUNTED:
        return str(COUNTED[noun] % {"count": number})
    return f"{number} {meta.verbose_name if number == 1 else meta.verbose_name_plural}"


def listed(words: Sequence[str]) -> str:
    """Words as a list that is read aloud: "3 batches, 2 rooms and 1 course"."""
    if len(words) < 2:
        return "".join(words)
    return _("%(all)s and %(last)s") % {"all": ", ".join(words[:-1]), "last": words[-1]}
