"""Lists: how much of them is asked for, in what order, and the answer."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from django.db import models
from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils.translation import gettext as _
from ninja import Field, Schema

from muster.api.kit.answers import list_answer
from muster.core.errors import Invalid
from muster.core.permissions import as_id

M = TypeVar("M", bound=models.Model)


class Paging(Schema):
    """How much of a list: every list takes these."""

    page: int = Field(1, ge=1, le=1_000_000, description="The first is 1; a page beyond the end is empty")
    page_size: int = Field(50, ge=1, le=200)
    q: str = Field("", max_length=200, description="Words to search for")
    sort: str = Field("", max_length=60, description="A field, with - before it for descending order")


class WholeOrPaged(Paging):
    """How much of a list that answers whole unless `page` is sent."""

    page: int | None = Field(None, ge=1, le=1_000_000, description="The first is 1; the whole list when absent")  # type: ignore[assignment]

    @property
    def asks_for_all(self) -> bool:
        """Whether the list is asked for as it is."""
        return not self.model_fields_set


def sorted_rows(rows: QuerySet[M], sort: str, columns: dict[str, str]) -> QuerySet[M]:
    """The rows in the asked order, ties broken by key. Raises Invalid for a field that is no column."""
    if not sort:
        return rows
    column = columns.get(sort.removeprefix("-"))
    if column is None:
        known = ", ".join(sorted(columns))
        raise Invalid(_("You can sort this list by %(known)s.") % {"known": known}, field="sort")
    return rows.order_by(f"-{column}" if sort.startswith("-") else column, "pk")


def filter_by_ids(rows: QuerySet[M], asked: Schema, paths: Mapping[str, str]) -> QuerySet[M]:
    """The rows that the ids asked for lead to, each by its path. Raises Invalid at what is no id."""
    for name, path in paths.items():
        if text := getattr(asked, name):
            if (pk := as_id(text)) is None:
                raise Invalid(_("Nothing has this id."), field=name)
            rows = rows.filter(**{path: pk})
    return rows


def page_of(
    rows: QuerySet[M] | list[M], paging: Paging, show: Callable[[M], Any], *, message: str = ""
) -> HttpResponse:
    """One page of the rows, or all of them where the list answers whole, as one that was fetched does."""
    if isinstance(rows, list) or (isinstance(paging, WholeOrPaged) and paging.page is None):
        shown = [show(row) for row in rows]
        return list_answer(shown, total=len(shown), page=1, page_size=max(len(shown), 1), message=message)
    first = (paging.page - 1) * paging.page_size
    shown = [show(row) for row in rows[first : first + paging.page_size]]
    # A first page that is not full has counted itself.
    total = len(shown) if paging.page == 1 and len(shown) < paging.page_size else rows.count()
    return list_answer(shown, total=total, page=paging.page, page_size=paging.page_size, message=message)
