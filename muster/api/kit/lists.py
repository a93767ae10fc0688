"""Lists: how much of them is asked for, in what order, what of it has changed, and the answer."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import wraps
from inspect import signature
from typing import Annotated, Any, Literal, TypeVar, get_args

from django.db import models
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Field, Schema
from pydantic import BaseModel, BeforeValidator, PrivateAttr, WithJsonSchema
from pydantic_core import PydanticCustomError
from typing_extensions import TypedDict

from muster.api.kit.answers import list_answer, timestamp
from muster.api.kit.fields import Moment
from muster.core.errors import Invalid
from muster.core.models import AuditEntry
from muster.core.permissions import Open, Permission, as_id
from muster.core.search import in_order

M = TypeVar("M", bound=models.Model)
View = Callable[..., HttpResponse]


def _moment(value: Any) -> Any:
    if isinstance(value, str):
        try:
            moment = datetime.fromisoformat(value)
            return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
        except (ValueError, OverflowError):
            pass
    elif value is None or isinstance(value, datetime):
        return value
    raise PydanticCustomError("moment", "Enter a timestamp such as 2030-01-15T08:00:00Z.")


Since = Annotated[
    datetime, BeforeValidator(_moment), WithJsonSchema({"type": "string", "examples": ["2030-01-15T08:00:00Z"]})
]


class PageQuery(Schema):
    """Which page of a list that only grows."""

    page: int = Field(1, ge=1, le=1_000_000, description="The first is 1; a page beyond the end is empty")
    page_size: int = Field(50, ge=1, le=200)


class Paging(PageQuery):
    """How much of a list: every list takes these."""

    q: str = Field("", max_length=200, description="Words to search for")
    sort: str = Field("", max_length=60, description="A field, with - before it for descending order")
    updated_since: Since | None = Field(
        None, description="Only what changed at this time or later; what was deleted comes last, with `deleted: true`"
    )
    # Who asks, and by which permission: `tell_who_asks` fills them in.
    _actor: Any = PrivateAttr(None)
    _allow: Permission | Open | None = PrivateAttr(None)


class WholeOrPaged(Paging):
    """How much of a list that answers whole unless `page` is sent."""

    page: int | None = Field(None, ge=1, le=1_000_000, description="The first is 1; the whole list when absent")  # type: ignore[assignment]

    @property
    def asks_for_all(self) -> bool:
        """Whether the list is asked for as it is."""
        return not self.model_fields_set


class GoneOut(TypedDict):
    """What was deleted since the time asked for."""

    _id: str
    updatedAt: Moment
    deleted: Literal[True]


def takes_paging(view: View) -> bool:
    """Whether the view lists rows that can change: `rows` of its answer may then be those of what is gone."""
    kinds = [get_args(one.annotation)[:1] for one in signature(view, eval_str=True).parameters.values()]
    return any(isinstance(kind, type) and issubclass(kind, Paging) for found in kinds for kind in found)


def tell_who_asks(view: View, allow: Permission | Open) -> View:
    """Let `page_of` know who reads the list: of what is deleted not everybody is told."""

    @wraps(view)
    def door(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        for asked in kwargs.values():
            if isinstance(asked, Paging):
                asked._actor, asked._allow = request.actor, allow  # type: ignore[attr-defined]
        return view(request, *args, **kwargs)

    return door


def filter_by_ids(rows: QuerySet[M], asked: BaseModel, paths: Mapping[str, str]) -> QuerySet[M]:
    """The rows that the ids asked for lead to, each by its path. Raises Invalid at what is no id."""
    for name, path in paths.items():
        if text := getattr(asked, name):
            if (pk := as_id(text)) is None:
                raise Invalid(_("Nothing has this id."), field=name)
            rows = rows.filter(**{path: pk})
    return rows


def page_of(
    rows: QuerySet[M],
    paging: PageQuery,
    show: Callable[[M], Any],
    columns: Mapping[str, str] | None = None,
    *,
    message: str = "",
    removed: QuerySet[Any] | None = None,
    within: Any = None,
) -> HttpResponse:
    """One page of the rows in the asked order, or all of them where the list answers whole.

    `columns` are what it can be sorted by, besides the times that every row has. With `updated_since`, of the rows only
    those that have changed themselves or in a part of theirs, and then those that are gone: of the `removed` ones that
    the caller may see, and of deleted rows those that were part of the row `within`, or all where the caller sees all.
    Raises Invalid for an order that the list does not have.
    """
    gone: list[GoneOut] = []
    if isinstance(paging, Paging):
        if since := paging.updated_since:
            rows = rows.filter(Q(updated_at__gte=since) | Q(pk__in=_rows_with_changed_parts(paging, since)))
            gone = _rows_gone(rows.model, paging, since, removed, within)
        rows = _sorted_rows(rows, paging, columns or {})
    if paging.page is None:
        shown = [*map(show, rows), *gone]
        return list_answer(shown, total=len(shown), page=1, page_size=max(len(shown), 1), message=message)
    first = (paging.page - 1) * paging.page_size
    shown = [show(row) for row in rows[first : first + paging.page_size]]
    # A first page that is not full has counted itself.
    total = len(shown) if paging.page == 1 and len(shown) < paging.page_size else rows.count()
    begin = max(first - total, 0)
    shown += gone[begin : begin + paging.page_size - len(shown)]
    return list_answer(shown, total=total + len(gone), page=paging.page, page_size=paging.page_size, message=message)


def whole_list(rows: list[M], show: Callable[[M], Any]) -> HttpResponse:
    """All rows that were fetched."""
    return list_answer([show(row) for row in rows], total=len(rows), page=1, page_size=max(len(rows), 1))


def _sorted_rows(rows: QuerySet[M], paging: Paging, columns: Mapping[str, str]) -> QuerySet[M]:
    """The rows in the asked order, ties broken by key."""
    sort = paging.sort or ("updatedAt" if paging.updated_since else "")
    if not sort:
        return in_order(rows) if rows.ordered else rows
    known = {**columns, "createdAt": "created_at", "updatedAt": "updated_at"}
    column = known.get(sort.removeprefix("-"))
    if column is None:
        words = ", ".join(sorted(known))
        raise Invalid(_("You can sort this list by %(known)s.") % {"known": words}, field="sort")
    return in_order(rows, f"-{column}" if sort.startswith("-") else column, "pk")


# --- what has changed ------------------------------------------------------------------------------------------------
def _history(paging: Paging, since: datetime) -> QuerySet[AuditEntry]:
    """What has happened since among what the caller's institution owns; a stranger is told of nothing."""
    if paging._actor is None:
        return AuditEntry.objects.none()
    return AuditEntry.objects.filter(owner_id=paging._actor.owner_id, at__gte=since)


def _rows_with_changed_parts(paging: Paging, since: datetime) -> QuerySet[Any]:
    return _history(paging, since).filter(part_of__isnull=False).values("part_of")


def _rows_gone(
    model: type[models.Model], paging: Paging, since: datetime, removed: QuerySet[Any] | None, within: Any
) -> list[GoneOut]:
    """What is gone, the earliest first."""
    found: list[tuple[datetime, Any]] = []
    if removed is not None:
        found += removed.order_by().filter(updated_at__gte=since).values_list("updated_at", "pk")
    allow = paging._allow
    # What the list is allowed by may be about other rows: about its organisation, not about the seats.
    sees_all = (
        isinstance(allow, Permission)
        and allow.access.model is model
        and allow.access.reaches_all(paging._actor, allow.action)
    )
    if within is not None or sees_all:
        deleted = _history(paging, since).filter(
            ~Exists(model._base_manager.filter(pk=OuterRef("row_id"))),
            table_name=model._meta.db_table,
            after__isnull=True,
            **({} if within is None else {"part_of": within}),
        )
        found += deleted.order_by().values_list("at", "row_id")
    return [{"_id": str(pk), "updatedAt": timestamp(at), "deleted": True} for at, pk in sorted(found)]
