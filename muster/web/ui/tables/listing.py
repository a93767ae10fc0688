"""The list as a page shows it, and the function that pages call."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import slugify
from django.utils.translation import gettext as _

from muster.web.ui.components import Action, View
from muster.web.ui.pages import vary_on_htmx, wants_fragment
from muster.web.ui.tables.export import EXPORTS, export_response
from muster.web.ui.tables.filters import SHOWN, TOTAL, UNSEARCHED, Buckets, Counts, Facet, Filters, Option
from muster.web.ui.tables.table import Table

REGION = "list-region"


@dataclass(frozen=True)
class Empty:
    """What a list says while nothing is in it yet: what belongs here and how to begin."""

    title: Any
    text: Any = ""
    icon: str = "inbox"
    actions: Sequence[Action] = ()


@dataclass(frozen=True)
class Chip:
    """An applied filter and the address without it."""

    label: str
    url: str
    count: int = 0


@dataclass(frozen=True)
class ShownFacet:
    """A select of the filter row."""

    name: str
    label: Any
    options: Sequence[Option]
    all_label: str
    active: bool
    # Not a select: kept in the address alone.
    hidden: bool = False
    value: str = ""


@dataclass
class Listing:
    """A filtered, sorted page of rows with everything its template shows."""

    table: Table
    filters: Filters
    shown: int
    total: int
    facets: list[ShownFacet]
    chips: list[Chip]
    path: str
    params: QueryDict
    empty: Empty
    views: Sequence[View] = ()
    as_cards: bool = False
    export: bool = True
    noun: Callable[[int], str] = field(default=str)

    @property
    def url(self) -> str:
        """The address of what is shown, without empty parameters."""
        return _address(self.path, self.params)

    @property
    def count_line(self) -> SafeString:
        """ "14 of 41 batches", or "41 batches" when no filter narrows them."""
        if self.shown == self.total:
            return format_html("<b>{}</b>", self.noun(self.total))
        return format_html(_("<b>{}</b> of {}"), self.shown, self.noun(self.total))

    @property
    def clear_url(self) -> str:
        """The address without any filter; the order stays."""
        return self.without(*(facet.name for facet in self.facets), "q")

    @property
    def clear_words(self) -> str:
        """The words of that link."""
        return {1: _("Clear the filter"), 2: _("Clear both filters")}.get(len(self.chips), _("Clear all filters"))

    @property
    def page(self) -> Any:
        """The page of rows."""
        return self.table.page

    @property
    def csv_url(self) -> str:
        """These rows as CSV."""
        return self.with_params(export="csv", page="")

    @property
    def xlsx_url(self) -> str:
        """These rows as a spreadsheet."""
        return self.with_params(export="xlsx", page="")

    @property
    def shape_urls(self) -> tuple[str, str]:
        """As a table, as cards."""
        return self.with_params(**{"as": ""}), self.with_params(**{"as": "cards"})

    @property
    def previous_url(self) -> str:
        """The page before."""
        return self.with_params(page=self.page.previous_page_number()) if self.page.has_previous() else ""

    @property
    def next_url(self) -> str:
        """The page after."""
        return self.with_params(page=self.page.next_page_number()) if self.page.has_next() else ""

    def without(self, *names: str) -> str:
        """The address without these parameters, back on the first page."""
        return self.with_params(page="", **dict.fromkeys(names, ""))

    def with_params(self, **changes: Any) -> str:
        """The address with these parameters set, or dropped where they are empty."""
        params = self.params.copy()
        for name, value in changes.items():
            params[name] = str(value)
        return _address(self.path, params)


class _CountedPaginator(Paginator):  # type: ignore[type-arg]
    """A paginator that was told how many rows there are."""

    def __init__(self, rows: Any, per_page: int, *, total: int) -> None:
        super().__init__(rows, per_page)
        self.__dict__["count"] = total


def make_listing(
    request: HttpRequest,
    *,
    table_class: type[Table],
    queryset: QuerySet[Any],
    filterset_class: type[Filters] = Filters,
    empty: Empty | None = None,
    views: Sequence[View] = (),
    per_page: int = 50,
    export: bool = True,
    table_kwargs: Mapping[str, Any] | None = None,
) -> Listing:
    """Filter, count, sort and page the queryset as the address says. Two statements, the second when it is drawn."""
    filters = filterset_class(request.GET, queryset=queryset, request=request)
    counts = filters.counts()
    shown, total = _number(counts, SHOWN), _number(counts, TOTAL)
    table = table_class(_order_rows(filters.rows()), request=None, **(table_kwargs or {}))
    table.request = request
    sort = request.GET.getlist("sort")
    if sort:
        table.order_by = sort
    table.data.data = _with_tiebreak(table.data.data)
    pages = max(1, -(-shown // per_page))
    table.paginate(_CountedPaginator, per_page, _page_number(request, pages), total=shown)

    listing = Listing(
        table=table,
        filters=filters,
        shown=shown,
        total=total,
        facets=[],
        chips=[],
        path=request.path,
        params=_without_export(request.GET),
        empty=empty or Empty(_("Nothing here yet")),
        views=views,
        as_cards=request.GET.get("as") == "cards",
        export=export,
        noun=table_class.count_words,
    )
    for name, one in filters.facets.items():
        listing.facets.append(_shown_facet(name, one, counts, filters.chosen(name)))
    listing.chips = list(_chips(listing, counts))
    return listing


def list_page(
    request: HttpRequest,
    *,
    table_class: type[Table],
    queryset: QuerySet[Any],
    template: str,
    filterset_class: type[Filters] = Filters,
    context: Mapping[str, Any] | None = None,
    empty: Empty | None = None,
    views: Sequence[View] = (),
    per_page: int = 50,
    export_name: str = "",
    table_kwargs: Mapping[str, Any] | None = None,
) -> HttpResponseBase:
    """The page of a list, its fragment when htmx asks for the list alone, or its export (`?export=csv|xlsx`).

    The template extends base.html and says `{% include "components/list.html" %}` where the list goes and
    `{% include "components/export.html" %}` where the export menu goes.
    """
    listing = make_listing(
        request,
        table_class=table_class,
        queryset=queryset,
        filterset_class=filterset_class,
        empty=empty,
        views=views,
        per_page=per_page,
        table_kwargs=table_kwargs,
    )
    kind = request.GET.get("export")
    if kind in EXPORTS:
        return export_response(listing.table, kind, name=export_name or slugify(str(table_class.__name__)))
    if wants_fragment(request, REGION):
        response = render(request, "components/list_fragment.html", {**(context or {}), "listing": listing})
        response["HX-Push-Url"] = listing.url
    else:
        response = render(request, template, {**(context or {}), "listing": listing})
    return vary_on_htmx(response)


def _shown_facet(name: str, one: Facet | Buckets, counts: Mapping[str, Counts], chosen: str) -> ShownFacet:
    called = next((word for _key, word, _number in counts.get(f"={name}", ()) if word), "")
    options = one.options(counts.get(name, ()), chosen, called)
    if isinstance(one, Buckets) and "" in one.buckets:
        every = ""
    elif chosen:
        every = _("All (%(count)d)") % {"count": sum(option.count or 0 for option in options)}
    else:
        every = _("All %(count)d") % {"count": len(options)}
    return ShownFacet(name, one.label, options, every, active=bool(chosen), hidden=one.hidden, value=chosen)


def _chips(listing: Listing, counts: Mapping[str, Counts]) -> Iterator[Chip]:
    filters = listing.filters
    if filters.words:
        yield Chip(_("“%(words)s”") % {"words": filters.words}, listing.without("q"), _number(counts, UNSEARCHED))
    for facet in listing.facets:
        if not facet.active:
            continue
        one = filters.facets[facet.name]
        chosen = next((option for option in facet.options if option.chosen), None)
        label = chosen.label if chosen else filters.chosen(facet.name)
        if isinstance(one, Buckets):
            bucket = one.buckets.get(filters.chosen(facet.name))
            label = str(bucket.chip or bucket.label) if bucket else label
            dropped = one.buckets.get("")
            count = next((o.count or 0 for o in facet.options if dropped and o.value == ""), listing.total)
        else:
            count = sum(option.count or 0 for option in facet.options)
        yield Chip(label, listing.without(facet.name), count)


def _number(counts: Mapping[str, Counts], kind: str) -> int:
    # A count grouped by constants gives no row at all where nothing matches.
    return sum(number for _key, _word, number in counts.get(kind, ()))


def _order_rows(rows: QuerySet[Any]) -> QuerySet[Any]:
    return rows if rows.ordered else rows.order_by("pk")


def _with_tiebreak(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Rows that sort alike keep one order from page to page."""
    order = rows.query.order_by or tuple(rows.model._meta.ordering)
    return rows if "pk" in order else rows.order_by(*order, "pk")


def _page_number(request: HttpRequest, pages: int) -> int:
    try:
        asked = int(request.GET.get("page", "1"))
    except ValueError:
        return 1
    return min(max(asked, 1), pages)


def _without_export(params: QueryDict) -> QueryDict:
    """What the address says of the page itself: an export is no part of it."""
    kept = params.copy()
    kept.pop("export", None)
    return kept


def _address(path: str, params: QueryDict) -> str:
    kept = params.copy()
    for name in list(kept):
        if not kept[name] or (name == "page" and kept[name] == "1"):
            del kept[name]
    return f"{path}?{kept.urlencode()}" if kept else path
