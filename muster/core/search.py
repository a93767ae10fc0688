"""Rows that are looked for by words, and stand in order, whatever the case, accents and apostrophes of their text."""

from __future__ import annotations

import re
import unicodedata
from typing import Any, TypeVar

from django.db.models import Case, CharField, F, Model, OrderBy, Q, QuerySet, TextField, Transform, Value, When
from django.db.models.lookups import IContains, IStartsWith, Lookup

from muster.core.text import clean_lines

M = TypeVar("M", bound=Model)
R = TypeVar("R", bound="QuerySet[Any]")

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
        return f"muster_plain({sql}::text)", list(params)

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


@CharField.register_lookup
@TextField.register_lookup
class Plain(Transform):
    """Text as people look for it: `order_by("name__plain")` has "Émile" beside "Emile", whatever the case."""

    lookup_name, function = "plain", "muster_plain"
    output_field = TextField()


def in_order(rows: QuerySet[M], *names: Any) -> QuerySet[M]:
    """The rows in the order of these columns, else in the one that they have; text as `plain` has it."""
    return rows.order_by(*(_plain_order(rows, name) for name in names or order_of(rows)))


def order_of(rows: QuerySet[Any]) -> tuple[Any, ...]:
    """What the rows are ordered by."""
    return tuple(rows.query.order_by or rows.model._meta.ordering)


def _plain_order(rows: QuerySet[Any], name: Any) -> Any:
    if isinstance(name, str):
        column: Any = F(name.removeprefix("-"))
        order = OrderBy(column, descending=name.startswith("-"))
    elif isinstance(name, OrderBy):
        order, column = name.copy(), name.expression
    else:
        return name
    resolved = column.resolve_expression(rows.query.chain()) if isinstance(column, F) else column
    field = resolved.output_field
    if isinstance(resolved, Plain) or not isinstance(field, CharField | TextField) or field.choices:
        return name
    order.set_source_expressions([Plain(column)])
    return order


def words_in(text: str, *lookups: str) -> Q:
    """The condition that each word of the text occurs in one of the lookups, in whatever case."""
    # Django escapes % and _ in what is looked for.
    words = clean_lines(text.replace("\x00", " ")).split()[:MOST_WORDS]
    return Q(*(Q(*((f"{lookup}__icontains", word) for lookup in lookups), _connector=Q.OR) for word in words))


def with_words(rows: R, text: str, *lookups: str) -> R:
    """The rows of which each word of the text occurs in one of the lookups, in whatever case."""
    return rows.filter(words_in(text, *lookups))


def best_matches(rows: QuerySet[M], text: str, *lookups: str) -> QuerySet[M]:
    """The rows `with_words`; those come first whose name, the first of the lookups, begins with the first word."""
    first = text.split()[0]
    begins = [When(**{f"{lookup}__istartswith": first}, then=Value(place)) for place, lookup in enumerate(lookups)]
    order = Case(*begins, default=Value(len(lookups)))
    return with_words(rows, text, *lookups).order_by(order, f"{lookups[0]}__plain", "pk")
