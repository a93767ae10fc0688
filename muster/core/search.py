"""Rows that are looked for by words, whatever their case, accents and apostrophes."""

from __future__ import annotations

import re
import unicodedata
from typing import Any, TypeVar

from django.db.models import Case, CharField, Model, Q, QuerySet, TextField, Value, When
from django.db.models.lookups import IContains, IStartsWith, Lookup

from muster.core.text import clean_lines

M = TypeVar("M", bound=Model)

# What is typed beyond these narrows no more.
MOST_WORDS = 10


APOSTROPHES = dict.fromkeys(map(ord, "`´‘’‚‛ʹʻʼʽˈˊˋ′＇"), "'")
LETTERS = {ord(letter): plain for letter, plain in zip("øđłıħŧßæœ", (*"odliht", "ss", "ae", "oe"), strict=True)}
MARKS = re.compile("[\u0300-\u036f]")


def plain(text: str) -> str:
    """The text as people look for it; the function `muster_plain` of the database says the same."""
    text = unicodedata.normalize("NFKD", text.translate(APOSTROPHES))
    # Letter by letter, as the database does it: a sigma at the end of a word is one like any other.
    return "".join(map(str.lower, MARKS.sub("", text))).translate(LETTERS)


class _Plainly:
    """Compares what is stored and what is asked for as `plain` has them."""

    def process_lhs(self, compiler: Any, connection: Any, lhs: Any = None) -> Any:
        sql, params = Lookup.process_lhs(self, compiler, connection, lhs)  # type: ignore[arg-type]
        return f"muster_plain({sql}::text)", params

    def process_rhs(self, compiler: Any, connection: Any) -> Any:
        sql, params = super().process_rhs(compiler, connection)  # type: ignore[misc]
        return sql, [plain(one) if isinstance(one, str) else one for one in params]

    def get_rhs_op(self, connection: Any, rhs: str) -> str:
        return f"LIKE {rhs}"


@CharField.register_lookup
@TextField.register_lookup
class PlainContains(_Plainly, IContains):
    """`icontains`, for every search there is."""


@CharField.register_lookup
@TextField.register_lookup
class PlainStartsWith(_Plainly, IStartsWith):
    """`istartswith` likewise."""


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
