"""The table and its columns."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, ClassVar, Protocol

import django_tables2
from django.forms.utils import flatatt
from django.utils import timezone
from django.utils.formats import localize
from django.utils.html import conditional_escape, format_html, strip_tags
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy
from django_tables2.utils import computed_values, signature

from muster.core.exports import ExportColumn
from muster.core.numbers import GroupedNumber
from muster.web.ui.widgets import title

# The column of a list's bulk bar.
PICKED = "pick"


class ExportedColumns(Protocol):
    """What an export of a list holds."""

    def lines(self, records: Iterable[Any], *, contacts: bool) -> Iterator[list[Any]]:
        """The headings, then a line for each record."""


class Table(django_tables2.Table):  # type: ignore[misc]
    """A table in our style. `counted` names its rows in numbers; `cards` says where a column goes on a phone.

    The roles of a card are `title`, `status` (beside the title), `meta` (small, without its heading), `bar` and
    `figure` (side by side at the bottom), `hide`; a column without a role shows its heading before its value.
    `exported` declares what an export holds; without it that is `value_<column>` where there is one, else of days and
    moments themselves, else what is shown, without its HTML. `apart` says of a column that shows several things, such
    as a first and a last day, which columns an export has in its place.
    """

    counted: ClassVar[Any] = ngettext_lazy("%(count)s row", "%(count)s rows", "count")
    cards: ClassVar[Mapping[str, str]] = {}
    caption: ClassVar[Any] = ""
    exported: ClassVar[ExportedColumns | None] = None
    apart: ClassVar[Mapping[str, Sequence[ExportColumn]]] = {}
    contacts = True
    per_page = 50

    class Meta:
        template_name = "components/table.html"
        attrs: ClassVar = {"class": "table cards-on-phone"}
        order_by_field = "sort"
        default = "–"

    @classmethod
    def count_words(cls, number: int) -> str:
        """The number of rows in words, such as "41 batches"."""
        return str(cls.counted % {"count": GroupedNumber(number)})

    def header_cells(self) -> Iterator[tuple[Any, str, str]]:
        """Each column with its `aria-sort` and the icon that shows it."""
        for column in self.columns:
            alias = column.order_by_alias
            if not column.is_ordered:
                yield column, "", ""
            else:
                yield column, *(("descending", "up") if alias.is_descending else ("ascending", "down"))

    def body(self) -> SafeString:
        """The rows of this page as HTML. A template would work out the same things anew for every cell."""
        cells = [_Cells(self, column) for column in self.columns]
        return SafeString(
            "".join(
                f'<tr role="row"{self._row_attrs(row)}>{"".join(one.html(row) for one in cells)}</tr>'
                for row in self.paginated_rows
            )
        )

    def _row_attrs(self, row: Any) -> str:
        if not self.row_attrs:
            return ""
        attrs = computed_values(self.row_attrs, kwargs={"table": self, "record": row.record})
        return flatatt(attrs) if any(attrs.values()) else ""


class _Cells:
    """One column down the page: what is the same in all of its cells is worked out once."""

    def __init__(self, table: Table, column: Any) -> None:
        self.column = column
        place = table.cards.get(column.name, "meta" if column.name == PICKED else "labelled")
        label = strip_tags(str(column.header)).strip()
        self.role: dict[str, Any] = {"role": "cell", "data-card": place, "data-label": label}
        if column.column.exclude_from_export:
            # What is no part of a file is no part of a paper either.
            self.role["data-screen"] = True
        td = column.column.attrs.get("td") or column.column.attrs.get("cell") or {}
        self.varies = any(callable(value) for value in td.values())
        self.opening = "" if self.varies else self._opening(column.attrs["td"])
        self.wanted, self.takes_all = signature(column.render)
        # What is never empty, and is drawn from the whole record, need not be looked up in it.
        self.resolves = bool("value" in self.wanted or self.takes_all or column.link or column.column.empty_values)

    def html(self, row: Any) -> str:
        if self.resolves:
            cell = row._get_and_render_with(self.column, partial(self._render, row), self.column.default)
        else:
            cell = self._render(row, self.column)
        if self.varies:
            self.column.current_record, self.column.current_value = row.record, cell
            self.opening = self._opening(self.column.attrs["td"])
        if isinstance(cell, SafeString):
            return f"{self.opening}{cell}</td>"
        if cell == Table.Meta.default:
            # On a phone a dash without its heading says nothing.
            return f"{self.opening[:-1]} data-none>{cell}</td>"
        return f"{self.opening}{_escape_cell(cell)}</td>"

    def _render(self, row: Any, column: Any, value: Any = None) -> Any:
        given = {
            "value": value,
            "record": row.record,
            "column": column.column,
            "bound_column": column,
            "bound_row": row,
            "table": row.table,
        }
        content = column.render(**(given if self.takes_all else {name: given[name] for name in self.wanted}))
        return column.link(content, **given) if column.link else content

    def _opening(self, attrs: Mapping[str, Any]) -> str:
        return f"<td{flatatt({**self.role, **{key: value for key, value in attrs.items() if value}})}>"


def _escape_cell(cell: Any) -> str:
    """The cell as a template would show it: in the reader's format and zone, escaped unless it is HTML already."""
    if isinstance(cell, dt.datetime) and timezone.is_aware(cell):
        cell = timezone.localtime(cell)
    return str(conditional_escape(cell if isinstance(cell, str) else localize(cell)))


class NumberColumn(django_tables2.Column):  # type: ignore[misc]
    """Numbers, flush right."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("attrs", {"td": {"class": "num"}, "th": {"class": "num"}})
        super().__init__(*args, **kwargs)


class TitleColumn(django_tables2.Column):  # type: ignore[misc]
    """What the row is about: its name in ink leading to its page, and below it what identifies it.

    `url` and `sub` are functions of the record, and so is `before`, which is drawn in front of it.
    """

    def __init__(
        self,
        *args: Any,
        url: Callable[[Any], str] | None = None,
        sub: Callable[[Any], Any] | None = None,
        before: Callable[[Any], SafeString] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self._url, self._sub, self._before = url, sub, before

    def render(self, value: Any, record: Any) -> SafeString:
        """The name as a link, and the second line."""
        named = title(value, self._url(record) if self._url else "", self._sub(record) if self._sub else "")
        return (
            named
            if self._before is None
            else format_html('<span class="faced">{}<span>{}</span></span>', self._before(record), named)
        )

    def value(self, value: Any) -> Any:
        """The name alone, for exports."""
        return value


class PickColumn(django_tables2.Column):  # type: ignore[misc]
    """A checkbox on every row for an action on many. The boxes belong to the form with the id `form`.

    `name_of` says, for screen readers, whom or what the box picks.
    """

    def __init__(self, *, form: str, name_of: Callable[[Any], Any], name: str = "pick", **kwargs: Any) -> None:
        kwargs |= {"accessor": "pk", "orderable": False, "exclude_from_export": True, "empty_values": ()}
        kwargs.setdefault("verbose_name", gettext_lazy("Select"))
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
            _("Select all on this page"),
            self.verbose_name,
        )

    def render(self, value: Any, record: Any) -> SafeString:
        """The box of one row."""
        return format_html(
            '<input class="form-check-input" type="checkbox" name="{}" value="{}" form="{}" aria-label="{}">',
            self._name,
            value,
            self._form,
            _("Select %(name)s") % {"name": self._name_of(record)},
        )
