"""The one list: a table that is filtered, sorted, paged and exported the same way on every page.

A page names a `Table`, a `Filters` and a queryset, and calls `list_page`. The list costs two statements, however
many rows and filters there are: one that counts everything, one that reads the page.
"""

from __future__ import annotations

import csv
import datetime as dt
import html
import io
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, ClassVar

import django_filters
import django_tables2
import xlsxwriter
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import CharField, Count, F, Model, Q, QuerySet, TextField, Value
from django.db.models.functions import Cast
from django.http import FileResponse, HttpRequest, HttpResponse, QueryDict, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.html import format_html, strip_tags
from django.utils.safestring import SafeString
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy

from muster.core.pages import vary_on_htmx, wants_fragment
from muster.core.parts import Action, View

REGION = "list-region"
SHOWN, TOTAL, UNSEARCHED = "*shown", "*total", "*unsearched"


# --- the table ------------------------------------------------------------------------------------------------------


class Table(django_tables2.Table):  # type: ignore[misc]
    """A table in our style. `counted` names its rows in numbers; `cards` says where a column goes on a phone.

    The roles of a card are `title`, `status` (beside the title), `meta` (small, without its heading), `bar` and
    `figure` (side by side at the bottom), `hide`; a column without a role shows its heading before its value.
    Exports use `value_<column>` where there is one, else what is shown, without its HTML.
    """

    counted: ClassVar[Any] = ngettext_lazy("%(count)d row", "%(count)d rows", "count")
    cards: ClassVar[Mapping[str, str]] = {}
    caption: ClassVar[Any] = ""

    class Meta:
        template_name = "components/table.html"
        attrs = {"class": "table cards-on-phone"}
        order_by_field = "sort"
        default = "–"

    @classmethod
    def count_words(cls, number: int) -> str:
        """The number of rows in words, such as "41 batches"."""
        return str(cls.counted % {"count": number})

    def header_cells(self) -> Iterator[tuple[Any, str, str]]:
        """Each column with its `aria-sort` and the icon that shows it."""
        for column in self.columns:
            alias = column.order_by_alias
            if not column.is_ordered:
                yield column, "", ""
            else:
                yield column, *(("descending", "up") if alias.is_descending else ("ascending", "down"))

    def shown_rows(self) -> Iterator[tuple[Any, list[tuple[Any, Any, str]]]]:
        """The rows of this page, each with its cells: column, content, and role on a card."""
        for row in self.paginated_rows:
            yield row, [(column, cell, self.cards.get(column.name, "labelled")) for column, cell in row.items()]


class NumberColumn(django_tables2.Column):  # type: ignore[misc]
    """Numbers, flush right."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("attrs", {"td": {"class": "num"}, "th": {"class": "num"}})
        super().__init__(*args, **kwargs)


class TitleColumn(django_tables2.Column):  # type: ignore[misc]
    """What the row is about: its name in ink leading to its page, and below it what identifies it.

    `url` and `sub` are functions of the record.
    """

    def __init__(
        self,
        *args: Any,
        url: Callable[[Any], str] | None = None,
        sub: Callable[[Any], Any] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self._url, self._sub = url, sub

    def render(self, value: Any, record: Any) -> SafeString:
        """The name as a link, and the second line."""
        below = self._sub(record) if self._sub else ""
        second = format_html('<span class="s">{}</span>', below) if below else ""
        if self._url:
            return format_html('<a class="t" href="{}">{}</a>{}', self._url(record), value, second)
        return format_html('<span class="t">{}</span>{}', value, second)

    def value(self, value: Any) -> Any:
        """The name alone, for exports."""
        return value


class PickColumn(django_tables2.Column):  # type: ignore[misc]
    """A checkbox on every row for an action on many. The boxes belong to the form with the id `form`.

    `name_of` says, for screen readers, whom or what the box picks.
    """

    def __init__(self, *, form: str, name_of: Callable[[Any], Any], name: str = "pick", **kwargs: Any) -> None:
        kwargs |= {"accessor": "pk", "orderable": False, "exclude_from_export": True, "empty_values": ()}
        kwargs.setdefault("verbose_name", gettext_lazy("Pick"))
        kwargs.setdefault("attrs", {"td": {"class": "pick-cell"}, "th": {"class": "pick-cell"}})
        super().__init__(**kwargs)
        self._form, self._name, self._name_of = form, name, name_of

    @property
    def header(self) -> SafeString:
        """The box that picks the whole page; it needs JavaScript, so it starts hidden."""
        return format_html(
            '<input class="form-check-input" type="checkbox" data-pick-all="{}" aria-label="{}" hidden>'
            '<span class="vh">{}</span>',
            self._form,
            _("Pick all on this page"),
            self.verbose_name,
        )

    def render(self, value: Any, record: Any) -> SafeString:
        """The box of one row."""
        return format_html(
            '<input class="form-check-input" type="checkbox" name="{}" value="{}" form="{}" aria-label="{}">',
            self._name,
            value,
            self._form,
            _("Pick %(name)s") % {"name": self._name_of(record)},
        )


# --- filters --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Option:
    """One choice of a facet, with the number of rows it would show."""

    value: str
    label: str
    count: int | None
    chosen: bool = False


class Facet(django_filters.Filter):  # type: ignore[misc]
    """A select of the values that a column has, each with its count under the other filters.

    `value` is the lookup that is compared; `text` the lookup that is shown, or `words` maps values to words (and
    sets their order). `none` names the choice of the rows without a value. With `many` the lookup crosses a
    to-many relation, and rows are counted once. `descending` shows the greatest first, as suits years.
    """

    field_class = django_filters.CharFilter.field_class

    def __init__(
        self,
        label: Any,
        *,
        value: str,
        text: str = "",
        words: Iterable[tuple[Any, Any]] = (),
        none: Any = "",
        many: bool = False,
        descending: bool = False,
    ) -> None:
        super().__init__(label=label, field_name=value)
        self.lookup, self.text, self.words = value, text or value, {str(key): word for key, word in words}
        self.none, self.many, self.descending = none, many, descending

    scope = False
    NONE = "none"

    def filter(self, qs: QuerySet[Any], value: str) -> QuerySet[Any]:
        """The rows with this value; nothing when it cannot be one."""
        if not value:
            return qs
        condition = Q(**{f"{self.lookup}__isnull": True}) if value == self.NONE else Q(**{self.lookup: value})
        try:
            if self.many:
                return qs.filter(pk__in=qs.model._default_manager.filter(condition).values("pk"))
            return qs.filter(condition)
        except (ValueError, ValidationError):
            # A made-up value in the address: no row has it.
            return qs.none()

    def arms(self, name: str, qs: QuerySet[Any]) -> list[QuerySet[Any]]:
        """The statements that count this facet's choices; `qs` has every other filter applied."""
        labels = {"facet": Value(name, CharField()), "key": _text(self.lookup), "word": _text(self.text)}
        return [_counted(qs.values(**labels))]

    def options(self, counts: Sequence[tuple[str | None, str | None, int]], chosen: str) -> list[Option]:
        """The choices to offer, in order."""
        found = [
            Option(
                value=self.NONE if key is None else key,
                label=str(self.none or _("None")) if key is None else str(self.words.get(key, word)),
                count=number,
                chosen=chosen == (self.NONE if key is None else key),
            )
            for key, word, number in counts
            if key is not None or self.none
        ]
        if self.words:
            place = {key: index for index, key in enumerate([self.NONE, *self.words])}
            found.sort(key=lambda option: place.get(option.value, len(place)))
        else:
            found.sort(key=lambda option: (option.value != self.NONE, option.label.casefold()))
            if self.descending:
                found.reverse()
        if chosen and not any(option.chosen for option in found):
            # Chosen, though the other filters leave no row of it: it must stay visible to be dropped.
            label = self.none if chosen == self.NONE else self.words.get(chosen, _("Another"))
            found.append(Option(chosen, str(label), 0, chosen=True))
        return found


@dataclass(frozen=True)
class Bucket:
    """A named condition of a `Buckets` facet; `chip` is its word among the applied filters."""

    key: str
    label: Any
    where: Q
    chip: Any = ""


class Buckets(django_filters.Filter):  # type: ignore[misc]
    """A select of named conditions. With a bucket of key "" that one holds unless another is chosen.

    With `scope` it says what the list is about (archived or not), so it also bounds the total.
    """

    field_class = django_filters.CharFilter.field_class
    many = False

    def __init__(self, label: Any, *buckets: Bucket, scope: bool = False) -> None:
        super().__init__(label=label)
        self.buckets, self.scope = {bucket.key: bucket for bucket in buckets}, scope

    def filter(self, qs: QuerySet[Any], value: str) -> QuerySet[Any]:
        """The rows of the chosen bucket."""
        if not value and "" not in self.buckets:
            return qs
        bucket = self.buckets.get(value or "")
        return qs.filter(bucket.where) if bucket else qs.none()

    def arms(self, name: str, qs: QuerySet[Any]) -> list[QuerySet[Any]]:
        """One count for each bucket."""
        return [_counted(_labelled(qs.filter(bucket.where), name, bucket.key)) for bucket in self.buckets.values()]

    def options(self, counts: Sequence[tuple[str | None, str | None, int]], chosen: str) -> list[Option]:
        """The buckets in their own order."""
        numbers = {key: number for key, _word, number in counts}
        return [
            Option(key, str(bucket.label), numbers.get(key, 0), chosen=key == chosen)
            for key, bucket in self.buckets.items()
        ]


class Filters(django_filters.FilterSet):  # type: ignore[misc]
    """The filters of a list. `search` names the lookups that every typed word is looked for in."""

    search: ClassVar[Sequence[str]] = ()
    search_hint: ClassVar[Any] = gettext_lazy("Name or code")

    @property
    def words(self) -> str:
        """What is searched for."""
        return str(self.data.get("q", "")).strip()[:200] if self.data and self.search else ""

    @property
    def facets(self) -> dict[str, Facet | Buckets]:
        """The selects, in the order they were declared."""
        return {name: one for name, one in self.filters.items() if isinstance(one, (Facet, Buckets))}

    def chosen(self, name: str) -> str:
        """The value chosen for a facet, as the address has it."""
        return str(self.data.get(name, ""))[:200] if self.data else ""

    def rows(self, *, without: str = "", scope_only: bool = False) -> QuerySet[Any]:
        """The rows under all filters, but one of them, or but those that do not bound the total."""
        found = self.queryset.all()
        for name, one in self.facets.items():
            if name != without and (one.scope or not scope_only):
                found = one.filter(found, self.chosen(name))
        return found if without == "q" or scope_only else self.searched(found)

    def searched(self, qs: QuerySet[Any]) -> QuerySet[Any]:
        """The rows in which every word occurs somewhere."""
        for word in self.words.replace("\x00", "").split():
            anywhere = Q()
            for lookup in self.search:
                anywhere |= Q(**{f"{lookup}__icontains": word})
            qs = qs.filter(anywhere)
        return qs

    def counts(self) -> dict[str, list[tuple[str | None, str | None, int]]]:
        """Every number the list shows, by facet, in one statement."""
        arms = [
            _counted(_labelled(self.rows(), SHOWN)),
            _counted(_labelled(self.rows(scope_only=True), TOTAL)),
        ]
        if self.words:
            arms.append(_counted(_labelled(self.rows(without="q"), UNSEARCHED)))
        for name, one in self.facets.items():
            arms += one.arms(name, self.rows(without=name))
        found: dict[str, list[tuple[str | None, str | None, int]]] = {}
        for facet, key, word, number in arms[0].union(*arms[1:], all=True):
            found.setdefault(facet, []).append((key, word, number))
        return found


def _text(lookup: str) -> Cast:
    return Cast(F(lookup), TextField())


def _labelled(qs: QuerySet[Any], facet: str, key: str = "") -> QuerySet[Any]:
    return qs.values(facet=Value(facet, CharField()), key=Value(key, TextField()), word=Value("", TextField()))


def _counted(qs: QuerySet[Any]) -> QuerySet[Any]:
    return qs.order_by().annotate(number=Count("pk", distinct=True)).values_list("facet", "key", "word", "number")


# --- the list as the template sees it -------------------------------------------------------------------------------


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
    shown, total = (counts[kind][0][2] for kind in (SHOWN, TOTAL))
    table = table_class(_ordered(filters.rows()), request=None, **(table_kwargs or {}))
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
        params=_meaningful(request.GET),
        empty=empty or Empty(_("Nothing here yet")),
        views=views,
        as_cards=request.GET.get("as") == "cards",
        export=export,
        noun=table_class.count_words,
    )
    for name, one in filters.facets.items():
        listing.facets.append(_shown_facet(name, one, counts.get(name, []), filters.chosen(name)))
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
) -> HttpResponse:
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


def _shown_facet(
    name: str, one: Facet | Buckets, counts: Sequence[tuple[str | None, str | None, int]], chosen: str
) -> ShownFacet:
    options = one.options(counts, chosen)
    if isinstance(one, Buckets) and "" in one.buckets:
        every = ""
    elif chosen:
        every = _("All (%(count)d)") % {"count": sum(option.count or 0 for option in options)}
    else:
        every = _("All %(count)d") % {"count": len(options)}
    return ShownFacet(name, one.label, options, every, active=bool(chosen))


def _chips(listing: Listing, counts: Mapping[str, Any]) -> Iterator[Chip]:
    filters = listing.filters
    if filters.words:
        count = counts[UNSEARCHED][0][2]
        yield Chip(_("“%(words)s”") % {"words": filters.words}, listing.without("q"), count)
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


def _ordered(rows: QuerySet[Any]) -> QuerySet[Any]:
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


def _meaningful(params: QueryDict) -> QueryDict:
    kept = params.copy()
    for name in list(kept):
        if not kept[name] or name == "export" or (name == "page" and kept[name] == "1"):
            del kept[name]
    return kept


def _address(path: str, params: QueryDict) -> str:
    kept = _meaningful(params)
    return f"{path}?{kept.urlencode()}" if kept else path


# --- exports --------------------------------------------------------------------------------------------------------

CSV, XLSX = "csv", "xlsx"
EXPORTS = (CSV, XLSX)
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


def export_response(table: Table, format: str, *, name: str) -> StreamingHttpResponse | FileResponse:
    """All rows of the table, not only its page, as a download.

    Text that a spreadsheet would run as a formula is neutralised: a leading apostrophe in CSV, a text cell in XLSX.
    """
    stamp = timezone.localdate().isoformat()
    if format == CSV:
        response = StreamingHttpResponse(_csv_lines(table), content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="{name}-{stamp}.csv"'
        return response
    book = _xlsx(table, name)
    return FileResponse(
        book,
        as_attachment=True,
        filename=f"{name}-{stamp}.xlsx",
        content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    )


def exported_rows(table: Table) -> Iterator[list[Any]]:
    """The headings, then every row, as plain values."""
    columns = [column for column in table.columns if not column.column.exclude_from_export]
    yield [strip_tags(str(column.header)) for column in columns]
    for row in table.rows:
        yield [_plain(row.get_cell_value(column.name)) for column in columns]


def neutral(text: str) -> str:
    """The text, with an apostrophe before it where a spreadsheet would take it for a formula."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def _plain(value: Any) -> Any:
    if isinstance(value, SafeString):
        return html.unescape(strip_tags(value)).strip()
    if isinstance(value, dt.datetime):
        # Spreadsheets know no zones: the wall clock of the institution is what people expect to read.
        return timezone.localtime(value).replace(tzinfo=None, microsecond=0) if timezone.is_aware(value) else value
    if value is None or isinstance(value, (bool, int, float, Decimal, dt.date, dt.time)):
        return value
    if isinstance(value, (uuid.UUID, Model)):
        return str(value)
    return str(value)


class _Echo:
    """A file that gives back what is written, so that lines can be streamed."""

    def write(self, line: str) -> str:
        return line


def _csv_lines(table: Table) -> Iterator[str]:
    writer = csv.writer(_Echo())
    # The mark at the beginning makes spreadsheet programs read the file as UTF-8.
    yield "\ufeff"
    for row in exported_rows(table):
        yield writer.writerow(
            ["" if cell is None else neutral(cell) if isinstance(cell, str) else cell for cell in row]
        )


def _xlsx(table: Table, name: str) -> io.BytesIO:
    target = io.BytesIO()
    book = xlsxwriter.Workbook(
        target,
        {
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
            "constant_memory": True,
            "default_date_format": "yyyy-mm-dd",
        },
    )
    sheet = book.add_worksheet(name[:31])
    bold = book.add_format({"bold": True})
    moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
    for line, row in enumerate(exported_rows(table)):
        for place, cell in enumerate(row):
            if cell is None:
                continue
            if isinstance(cell, str):
                sheet.write_string(line, place, cell[:32767], bold if line == 0 else None)
            elif isinstance(cell, dt.datetime):
                sheet.write_datetime(line, place, cell, moment)
            else:
                sheet.write(line, place, cell)
    sheet.freeze_panes(1, 0)
    book.close()
    target.seek(0)
    return target
