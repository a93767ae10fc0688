"""What refers to a row, in numbers: asked before it is deleted.

A model says in `counted` how many of it there are, as in "2 rooms"; else its verbose names do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import CharField, Count, Value
from django.utils.translation import gettext as _

from muster.core.errors import Conflict
from muster.core.numbers import GroupedNumber


@dataclass(frozen=True)
class Reference:
    """How many rows of a table refer to the one asked about."""

    model: str
    count: int
    words: str


def references_to(row: models.Model, *, also: Sequence[str] = ()) -> list[Reference]:
    """What keeps the row from being deleted, in one query; `also` names relations that would be deleted with it."""
    arms = []
    found_in: dict[str, Any] = {}
    for relation in row._meta.related_objects:
        model = relation.related_model
        if not isinstance(model, type) or (
            relation.on_delete is not models.PROTECT and relation.get_accessor_name() not in also
        ):
            continue
        found_in[model._meta.model_name or ""] = model
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
        Reference(noun, found[noun], count_in_words(model, found[noun]))
        for noun, model in found_in.items()
        if found.get(noun)
    ]


def count_in_words(model: Any, number: int) -> str:
    """So many of a model, in its own words."""
    words = getattr(model, "counted", None)
    if words is not None:
        return str(words % {"count": GroupedNumber(number)})
    return f"{GroupedNumber(number)} {model._meta.verbose_name if number == 1 else model._meta.verbose_name_plural}"


def join_words(words: Sequence[str]) -> str:
    """Words as a list that is read aloud: "3 batches, 2 rooms and 1 course"."""
    if len(words) < 2:
        return "".join(words)
    return _("%(all)s and %(last)s") % {"all": ", ".join(words[:-1]), "last": words[-1]}


class InUse(Conflict):
    """Something that others refer to is to be deleted; says in numbers what refers to it, and the way out."""

    def __init__(self, row: models.Model, references: Sequence[Reference], instead: Any) -> None:
        what = join_words([reference.words for reference in references]) or _("something new")
        message = _("%(name)s can't be deleted because it has %(what)s.") % {"name": row, "what": what}
        super().__init__(
            f"{message} {instead}".strip(),
            code="in_use",
            facts={"references": {reference.model: reference.count for reference in references}},
        )
