"""The list as a page shows it, and the function that pages call."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import slugify
from django.utils.translation import gettext as _

from muster.core.numbers import group_digits
from muster.core.permissions import as_id
from muster.core.replica import may_lag
from muster.core.search import in_order, order_of
from muster.web.ui.components import Action, BulkAction, View
from muster.web.ui.pages import page_number, vary_on_htmx, wants_fragment
from muster.web.ui.tables.asking import Inquiry, ListAnswer
from muster.web.ui.tables.export import EXPORTS, announce_export, export_response
from muster.web.ui.tables.filters import EVERY, SHOWN, TOTAL, UNSEARCHED, Buckets, Counts, Facet, Filters, Option
from muster.web.ui.tables.saved import SavedViews, narrowing_of, saved_views
from muster.web.ui.tables.table import PICKED, PickColumn, Table

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

    def choices(self) -> SafeString:
        """The options as HTML. A template would work at each of what may be hundreds."""
        return format_html_join(
            "\n",
            '<option value="{}"{}>{}{}</option>',
            (
                (one.value, SafeString(" selected"), one.label, "")
                if one.chosen
                else (one.value, "", one.label, "" if one.count is None else f" ({group_digits(one.count)})")
                for one in self.options
            ),
        )


class Listing:
    """A filtered, sorted page of rows with everything its template shows.

    Two statements: one that counts, one for the rows when they are drawn.
    """

    def __init__(
        self,
        request: HttpRequest,
        table_class: type[Table],
        queryset: QuerySet[Any],
        filterset_class: type[Filters] = Filters,
        *,
        empty: Empty | None = None,
        views: Sequence[View] = (),
        table_kwargs: Mapping[str, Any] | None = None,
        bulk: Sequence[BulkAction] = (),
        name_of: Callable[[Any], Any] = str,
        body: str = "",
        drawn: Callable[[Sequence[Any]], Any] = list,
    ) -> None:
        self.filters = filterset_class(request.GET, queryset=queryset, request=request)
        self._counts: Mapping[str, Counts] = self.filters.counts()
        self.shown, self.total = self._number(SHOWN), self._number(TOTAL)
        self.path, self.params = request.path, request.GET.copy()
        # What the address says of the page itself: an export is no part of it.
        self.params.pop("export", None)
        self.empty, self.views = empty or Empty(_("Nothing here yet")), views
        self.as_cards = self.params.get("as") == "cards"
        self.bulk, self.posts = bulk, any(action.posts for action in bulk)
        picks = [key for text in self.params.pop(PICKED, []) if (key := as_id(text))]
        # An export of what was selected, whatever the filters are.
        rows = queryset.filter(pk__in=picks) if picks and bulk else self.filters.rows()
        kwargs = dict(table_kwargs or {})
        if bulk:
            column = (PICKED, PickColumn(form="bulk", name_of=name_of))
            kwargs |= {"extra_columns": [column], "sequence": (PICKED, *(table_class._meta.sequence or ["..."]))}
        table = table_class(rows if rows.ordered else rows.order_by("pk"), request=None, **kwargs)
        table.request, self.table = request, table
        if sort := request.GET.getlist("sort"):
            table.order_by = sort
        table.data.data = _with_tiebreak(table.data.data)
        number = page_number(request, max(1, -(-self.shown // table.per_page)))
        table.paginate(_CountedPaginator, table.per_page, number, total=self.shown)
        self.facets = [self._shown_facet(name, one) for name, one in self.filters.facets.items()]
        self.chips = list(self._made_chips())
        # What is kept in a saved view of this list: its filters, its order, and its shape.
        self.parameters = frozenset(self.filters.facets) | ({"q"} if self.filters.search else frozenset())
        self.sorts = frozenset(column.name for column in table.columns if column.orderable)
        self.saved: SavedViews | None = None
        # A list with a body of its own is drawn by that, from what `drawn` makes of the rows of this page.
        self.body = body
        self.drawn = drawn([row.record for row in table.paginated_rows]) if body else ()

    @property
    def url(self) -> str:
        """The address of what is shown, without empty parameters."""
        return _address(self.path, self.params)

    @property
    def count_line(self) -> SafeString:
        """ "14 of 41 batches", or "41 batches" when no filter narrows them."""
        if self.shown == self.total:
            return format_html("<b>{}</b>", self.table.count_words(self.total))
        return format_html(_("<b>{}</b> of {}"), group_digits(self.shown), self.table.count_words(self.total))

    @property
    def clear_url(self) -> str:
        """The address without any filter; the order stays."""
        return self.without(*(facet.name for facet in self.facets), "q")

    @property
    def clear_words(self) -> str:
        return {1: _("Clear the filter"), 2: _("Clear both filters")}.get(len(self.chips), _("Clear all filters"))

    @property
    def page(self) -> Any:
        return self.table.page

    @property
    def csv_url(self) -> str:
        return self.with_params(export="csv", page="")

    @property
    def xlsx_url(self) -> str:
        return self.with_params(export="xlsx", page="")

    @property
    def shape_urls(self) -> tuple[str, str]:
        """As a table, as cards."""
        return self.with_params(**{"as": ""}), self.with_params(**{"as": "cards"})

    @property
    def previous_url(self) -> str:
        return self.with_params(page=self.page.previous_page_number()) if self.page.has_previous() else ""

    @property
    def next_url(self) -> str:
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

    def _number(self, kind: str) -> int:
        # A count grouped by constants gives no row at all where nothing matches.
        return sum(number for _key, _word, number in self._counts.get(kind, ()))

    def _shown_facet(self, name: str, one: Facet | Buckets) -> ShownFacet:
        chosen = self.filters.chosen(name)
        called = next((word for _key, word, _number in self._counts.get(f"={name}", ()) if word), "")
        # What is neither shown nor chosen is not counted.
        options = one.options(self._counts.get(name, ()), chosen, called) if chosen or not one.hidden else ()
        # One that bounds the list has no choice of everything.
        bounds = isinstance(one, Buckets) and "" in one.buckets
        every = "" if bounds else _("All (%(count)d)") % {"count": self._number(f"{EVERY}{name}")}
        return ShownFacet(name, one.label, options, every, active=bool(chosen), hidden=one.hidden, value=chosen)

    def _made_chips(self) -> Iterator[Chip]:
        if words := self.filters.words:
            yield Chip(_("“%(words)s”") % {"words": words}, self.without("q"), self._number(UNSEARCHED))
        for facet in self.facets:
            if not facet.active:
                continue
            one = self.filters.facets[facet.name]
            label = next((option.label for option in facet.options if option.chosen), facet.value)
            if isinstance(one, Buckets):
                bucket = one.buckets.get(facet.value)
                label = str(bucket.chip or bucket.label) if bucket else label
                count = next((o.count or 0 for o in facet.options if o.value == ""), self.total)
            else:
                count = self._number(f"{EVERY}{facet.name}")
            yield Chip(label, self.without(facet.name), count)

    @property
    def narrowing(self) -> str:
        """The filters, the order and the shape as a saved view keeps them."""
        return narrowing_of(self.params.dict(), self.parameters | {"sort", "as"})


class _CountedPaginator(Paginator):  # type: ignore[type-arg]
    """A paginator that was told how many rows there are."""

    def __init__(self, rows: Any, per_page: int, *, total: int) -> None:
        super().__init__(rows, per_page)
        self.__dict__["count"] = total


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
    export_name: str = "",
    table_kwargs: Mapping[str, Any] | None = None,
    bulk: Sequence[BulkAction] = (),
    name_of: Callable[[Any], Any] = str,
    body: str = "",
    drawn: Callable[[Sequence[Any]], Any] = list,
) -> HttpResponseBase:
    """The page of a list, its fragment when htmx asks for the list alone, or its export (`?export=csv|xlsx`).

    The template extends base.html and says `{% include "components/list.html" %}` where the list goes and
    `{% include "components/export.html" %}` where the export menu goes. With `bulk`, rows can be selected, and the bar
    below has these actions and the export of the selection; `name_of` a row is for screen readers. A template `body`
    draws `listing.drawn`, what `drawn` makes of the rows of a page, in the place of the table.
    """
    kind, asked = request.GET.get("export"), isinstance(request, Inquiry)
    listing = Listing(
        request,
        table_class,
        may_lag(queryset) if kind in EXPORTS else queryset,
        filterset_class,
        empty=empty,
        views=views,
        table_kwargs=table_kwargs,
        bulk=bulk,
        name_of=name_of,
        body="" if asked else body,
        drawn=drawn,
    )
    if asked:
        words = listing.table.count_words(listing.shown)
        return ListAnswer(listing.parameters, sorts=listing.sorts, count=listing.shown, words=words)
    if kind in EXPORTS:
        name = export_name or slugify(str(table_class.__name__))
        announce_export(request, name)
        return export_response(listing.table, kind, name=name)
    listing.saved = saved_views.of(request, listing.narrowing)
    shown = {**(context or {}), "listing": listing}
    if wants_fragment(request, REGION):
        response = render(request, "components/list_fragment.html", shown)
        response["HX-Push-Url"] = listing.url
    else:
        response = render(request, template, shown)
    return vary_on_htmx(response)


def _with_tiebreak(rows: QuerySet[Any]) -> QuerySet[Any]:
    """The rows in an order that people expect of text; those that sort alike keep it from page to page."""
    order = order_of(rows)
    return in_order(rows, *order, *(() if "pk" in order else ("pk",)))


def _address(path: str, params: QueryDict) -> str:
    kept = params.copy()
    for name in list(kept):
        if not kept[name] or (name == "page" and kept[name] == "1"):
            del kept[name]
    return f"{path}?{kept.urlencode()}" if kept else path
