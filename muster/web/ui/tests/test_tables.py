"""The one list, tried on a table that every installation has: Django's own permissions."""

import csv
import datetime as dt
import io
from decimal import Decimal
from types import SimpleNamespace

import django_tables2
import pytest
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.db.models import Q
from django.http import HttpRequest
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import ngettext_lazy
from django_htmx.middleware import HtmxDetails
from python_calamine import CalamineWorkbook

from muster.core.exports import days_apart
from muster.web.ui.tables import (
    Bucket,
    Buckets,
    Facet,
    Filters,
    Listing,
    PickColumn,
    Table,
    TitleColumn,
    export_response,
    exported_rows,
    list_page,
)
from muster.web.ui.widgets import date_range

MOMENT = dt.datetime(2026, 11, 20, 7, 0, tzinfo=dt.UTC)


class PermissionTable(Table):
    counted = ngettext_lazy("%(count)s permission", "%(count)s permissions", "count")
    cards = {"name": "title"}

    name = TitleColumn(url=lambda permission: f"/{permission.pk}/", sub=lambda permission: permission.codename)
    noun = django_tables2.Column(accessor="content_type__model", verbose_name="Noun")

    class Meta(Table.Meta):
        order_by = ("name",)


class PermissionFilters(Filters):
    search = ("name", "codename")

    noun = Facet("Noun", value="content_type_id", text="content_type__model")
    verb = Buckets(
        "Verb",
        Bucket("add", "Adding", Q(codename__startswith="add")),
        Bucket("delete", "Deleting", Q(codename__startswith="delete")),
    )
    shown = Buckets(
        "Viewing",
        Bucket("", "Hidden", ~Q(codename__startswith="view")),
        Bucket("all", "Included", Q(), chip="Viewing shown"),
        scope=True,
    )


@pytest.fixture
def permissions(db):
    """Two nouns with four permissions each, of which one is for viewing; and nothing else."""
    Permission.objects.all().delete()
    for noun in ("apple", "pear"):
        kind = ContentType.objects.create(app_label="orchard", model=noun)
        for verb in ("add", "change", "delete", "view"):
            Permission.objects.create(content_type=kind, codename=f"{verb}_{noun}", name=f"Can {verb} {noun}")
    return Permission.objects.filter(content_type__app_label="orchard")


def asked(address: str = "/", **headers: str) -> HttpRequest:
    request = RequestFactory().get(address, headers=headers)
    request.htmx = HtmxDetails(request)
    return request


def listed(permissions, address: str = "/", *, per_page: int = 50) -> Listing:
    table = type("PermissionPages", (PermissionTable,), {"Meta": PermissionTable.Meta, "per_page": per_page})
    return Listing(asked(address), table, permissions.select_related("content_type"), PermissionFilters)


def names(listing: Listing) -> list[str]:
    return [row.record.codename for row in listing.table.paginated_rows]


def offered(listing: Listing, name: str) -> list[tuple[str, int | None]]:
    facet = next(facet for facet in listing.facets if facet.name == name)
    return [(option.label, option.count) for option in facet.options]


def noun_id(noun: str) -> int:
    return ContentType.objects.get(app_label="orchard", model=noun).pk


def test_total_counts_what_the_scope_shows(permissions):
    listing = listed(permissions)
    assert (listing.shown, listing.total, str(listing.count_line)) == (6, 6, "<b>6 permissions</b>")


def test_filtered_list_says_how_many_of_all(permissions):
    listing = listed(permissions, "/?verb=add")
    assert str(listing.count_line) == "<b>2</b> of 6 permissions"


def test_wider_scope_widens_the_total(permissions):
    listing = listed(permissions, "/?shown=all&verb=add")
    assert (listing.shown, listing.total) == (2, 8)


def test_facets_count_under_each_others_choices(permissions):
    listing = listed(permissions, f"/?verb=add&noun={noun_id('pear')}")
    assert offered(listing, "noun") == [("apple", 1), ("pear", 1)]
    assert offered(listing, "verb") == [("Adding", 1), ("Deleting", 1)]
    assert names(listing) == ["add_pear"]


def test_every_word_of_a_search_must_occur(permissions):
    assert names(listed(permissions, "/?q=APPLE+can")) == ["add_apple", "change_apple", "delete_apple"]


def test_chips_lead_to_the_list_without_them(permissions):
    listing = listed(permissions, "/?q=apple&verb=add&shown=all&sort=-name&page=1")
    assert [(chip.label, chip.url) for chip in listing.chips] == [
        ("“apple”", "/?verb=add&shown=all&sort=-name"),
        ("Adding", "/?q=apple&shown=all&sort=-name"),
        ("Viewing shown", "/?q=apple&verb=add&sort=-name"),
    ]
    assert listing.clear_url == "/?sort=-name"


def test_chips_say_what_dropping_them_would_show(permissions):
    listing = listed(permissions, f"/?q=nothing&noun={noun_id('pear')}")
    assert [(chip.label, chip.count) for chip in listing.chips] == [("“nothing”", 3), ("pear", 0)]


def test_made_up_values_find_nothing(permissions):
    listing = listed(permissions, "/?noun=abc&verb=zap&page=zero&sort=secret")
    assert (listing.shown, names(listing)) == (0, [])


@pytest.mark.parametrize("query", ["noun=%00", "verb=%00", "shown=%00", "page=%00", "sort=%00", "q=%00"])
def test_a_nul_is_passed_over(permissions, query):
    assert listed(permissions, f"/?{query}").shown in (0, len(names(listed(permissions, "/"))))
    assert PermissionFilters({"noun": "a\x00b"}, queryset=permissions).chosen("noun") == "ab"


def test_pages_end_where_the_rows_end(permissions):
    listing = listed(permissions, "/?page=99", per_page=4)
    assert names(listing) == ["delete_apple", "delete_pear"]
    assert (listing.previous_url, listing.next_url) == ("/", "")


def test_rows_sort_by_a_column(permissions):
    assert names(listed(permissions, "/?sort=-name", per_page=2)) == ["delete_pear", "delete_apple"]


@pytest.mark.parametrize("address", ["/", "/?q=can&verb=add&shown=all&sort=noun&page=2"])
def test_list_costs_two_statements_however_many_rows(permissions, address):
    with CaptureQueriesContext(connection) as statements:
        listing = listed(permissions, address, per_page=1)
        names(listing)
    assert len(statements) == 2


def test_page_holds_the_list_and_fragment_only_its_region(permissions):
    def answer(**headers):
        return list_page(
            asked("/?verb=add", **headers),
            table_class=PermissionTable,
            filterset_class=PermissionFilters,
            queryset=permissions,
            template="components/list.html",
        )

    page, fragment = answer(), answer(HX_Request="true", HX_Target="list-region")
    assert "<form" in page.content.decode()
    assert "<form" not in fragment.content.decode()
    assert fragment["HX-Push-Url"] == "/?verb=add"
    assert page["Vary"] == "HX-Request, HX-Target"


def test_history_gets_the_page_again(permissions):
    headers = {"HX-Request": "true", "HX-Target": "list-region", "HX-History-Restore-Request": "true"}
    page = list_page(
        asked("/", **headers), table_class=PermissionTable, queryset=permissions, template="components/list.html"
    )
    assert "list-status" in page.content.decode()


def test_cells_say_their_place_on_a_card_and_escape_what_they_show(permissions):
    permissions.filter(codename="add_apple").update(name="<b>")
    body = str(listed(permissions, f"/?verb=add&noun={noun_id('apple')}").table.body())
    assert '<td data-card="title" data-label="Name" role="cell">' in body
    assert '<td data-card="labelled" data-label="Noun" role="cell">apple</td>' in body
    assert "&lt;b&gt;" in body
    assert "<b>" not in body


class PickTable(Table):
    pick = PickColumn(form="bulk", name_of=lambda row: row["name"])
    name = django_tables2.Column(linkify=lambda record: f"/{record['pk']}/")
    at = django_tables2.Column(attrs={"td": {"data-late": lambda value: "yes" if value else None}})

    class Meta(Table.Meta):
        row_attrs = {"class": lambda record: "archived" if record["pk"] == 2 else None}


def test_rows_can_be_picked_linked_and_marked():
    rows = [{"pk": 1, "name": "Ann", "at": MOMENT}, {"pk": 2, "name": "Ben", "at": None}]
    with timezone.override("Africa/Johannesburg"):
        body = str(PickTable(rows).body())
    assert 'name="pick" value="1" form="bulk" aria-label="Select Ann"' in body
    assert '<a href="/2/">Ben</a>' in body
    assert '<tr role="row"><td' in body
    assert '<tr role="row" class="archived"><td' in body
    assert "9 a.m." in body


# --- exports --------------------------------------------------------------------------------------------------------


def test_export_links_ask_for_all_filtered_rows_and_no_other_link_does(permissions):
    listing = listed(permissions, "/?verb=add&page=2&export=csv")
    assert (listing.csv_url, listing.xlsx_url) == ("/?verb=add&export=csv", "/?verb=add&export=xlsx")
    assert (listing.url, listing.clear_url) == ("/?verb=add&page=2", "/")


class ValueTable(Table):
    name = django_tables2.Column(verbose_name="Name")
    number = django_tables2.Column(verbose_name="Number")
    at = django_tables2.Column(verbose_name="At")

    def render_number(self, value):
        return SafeString(f"<b>{value}</b> &amp; more")


ROWS = [{"name": "=1+1", "number": 3, "at": MOMENT}, {"name": "Zoë", "number": Decimal("2.5"), "at": None}]


def test_csv_neutralises_formulas_and_drops_markup():
    with timezone.override("Africa/Johannesburg"):
        response = export_response(ValueTable(ROWS), "csv", name="values")
    # Written only now, as a server does, and still in the zone of the page.
    text = b"".join(response).decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(text))) == [
        ["Name", "Number", "At"],
        ["'=1+1", "3 & more", "2026-11-20 09:00:00"],
        ["Zoë", "2.5 & more", ""],
    ]


class SpanTable(Table):
    apart = {"days": days_apart("first", "last")}

    days = django_tables2.Column(accessor="first", verbose_name="Days")
    at = django_tables2.Column(verbose_name="At")

    def render_days(self, record):
        return date_range(record.first, record.last)

    def render_at(self, value):
        return f"{value:%d %b}"


def test_days_and_moments_are_exported_as_themselves_each_in_a_column():
    row = SimpleNamespace(first=MOMENT.date(), last=MOMENT.date() + dt.timedelta(days=3), at=MOMENT)
    with timezone.override("Africa/Johannesburg"):
        headings, line = exported_rows(SpanTable([row]))
    assert headings == ["First day", "Last day", "At"]
    assert line == [dt.date(2026, 11, 20), dt.date(2026, 11, 23), MOMENT.replace(hour=9, tzinfo=None)]


def test_spreadsheet_keeps_types_and_writes_formulas_as_text():
    with timezone.override("Africa/Johannesburg"):
        response = export_response(ValueTable(ROWS), "xlsx", name="values")
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(b"".join(response))).get_sheet_by_index(0)
    assert sheet.to_python()[1] == ["=1+1", "3 & more", MOMENT.replace(hour=9, tzinfo=None)]
