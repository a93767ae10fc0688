"""Rows that are looked for by words."""

from __future__ import annotations

from typing import TypeVar

from django.db.models import Case, Model, Q, QuerySet, Value, When

from muster.core.text import clean_lines

M = TypeVar("M", bound=Model)

# What is typed beyond these narrows no more.
MOST_WORDS = 10


def words_in(text: str, *lookups: str) -> Q:
    """The condition that each word of the text occurs in one of the lookups, in whatever case."""
    # Django escapes % and _ in what is looked for.
    words = clean_lines(text.replace("\x00", " ")).split()[:MOST_WORDS]
    return Q(*(Q(*((f"{lookup}__icontains", word) for lookup in lookups), _connector=Q.OR) for word in words))


def with_words(rows: QuerySet[M], text: str, *lookups: str) -> QuerySet[M]:
    """The rows of which each word of the text occurs in one of the lookups, in whatever case."""
    return rows.filter(words_in(text, *lookups))


def best_matches(rows: QuerySet[M], text: str, *lookups: str) -> QuerySet[M]:
    """The rows `with_words`; those come first whose name, the first of the lookups, begins with the first word."""
    first = text.split()[0]
    begins = [When(**{f"{lookup}__istartswith": first}, then=Value(place)) for place, lookup in enumerate(lookups)]
    order = Case(*begins, default=Value(len(lookups)))
    return with_words(rows, text, *lookups).order_by(order, lookups[0], "pk")
