"""The components, and rules that every template of the house keeps."""

import datetime as dt
import re
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from django import forms
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.template import Context, Template, TemplateSyntaxError
from django.test import RequestFactory
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import get_language

from muster.core.money import money
from muster.web.ui import widgets
from muster.web.ui.components import Fact, Phase, Tab
from muster.web.ui.forms import Form, FormSection, wide
from muster.web.ui.shell import NavItem, Shell, Switch, frame
from muster.web.ui.widgets import percent

TEMPLATES = sorted(
    path
    for place in ("muster",)
    for path in (settings.BASE_DIR / place).rglob("*.html")
    # Mail programs read no style sheet, so letters carry their styles inline.
    if "mail" not in path.parts
)


def drawn(source: str, **context: object) -> str:
    html = Template("{% load muster %}" + source).render(Context(context))
    return re.sub(r"\s+", " ", html).strip()


def test_every_template_loads_the_tags_that_it_uses():
    for path in (settings.BASE_DIR / "muster").rglob("templates/**/*.html"):
        Template(path.read_text(), name=str(path))


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(settings.BASE_DIR)))
def test_templates_keep_scripts_and_styles_out_of_the_html(path: Path):
    html = path.read_text()
    inline = re.findall(r"<style|<script(?![^>]*\bsrc=)(?![^>]*application/json)| style=| on[a-z]+=\"", html)
    assert inline == []


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(settings.BASE_DIR)))
def test_templates_name_icons_that_exist(path: Path):
    drawn_icons = set(re.findall(r"""<symbol id="i-([^"]+)""", (settings.WEB / "static/icons.svg").read_text()))
    named = set(re.findall(r"""{%\s*icon\s+["']([^"']+)""", path.read_text()))
    named |= set(re.findall(r"""\bicon=["']([^"'{]+)["']""", path.read_text()))
    assert named - drawn_icons == set()


def test_unknown_icon_is_a_mistake():
    with pytest.raises(TemplateSyntaxError):
        drawn('{% icon "nonsense" %}')


def test_pill_has_icon_and_word():
    assert drawn('{% pill word "good" "okc" %}', word="<Active>") == (
        '<span class="pill" data-tone="good"><svg class="i" aria-hidden="true">'
        '<use href="/static/icons.svg#i-okc"></use></svg>&lt;Active&gt;</span>'
    )


@pytest.mark.parametrize(
    ("held", "capacity", "offered", "widths"),
    [(14, 15, 1, ["93.3", "6.7"]), (0, 16, 0, ["0.0"]), (32, 32, 0, ["100.0"]), (17, 16, 0, ["100.0"])],
)
def test_seat_bar_never_runs_over(held, capacity, offered, widths):
    html = drawn("{% seats held capacity offered %}", held=held, capacity=capacity, offered=offered)
    assert re.findall(r'width="([\d.]+)"', html) == widths


def test_batch_without_capacity_is_open():
    assert "Open" in drawn("{% seats 61 %}")


def test_marks_are_spoken_oldest_first():
    assert 'aria-label="Last sessions, oldest first: absent, present, late, excused, not enrolled"' in drawn(
        '{% last_five "APLE-" %}'
    )


def test_times_are_those_of_the_institution():
    request = SimpleNamespace(actor=SimpleNamespace(zone=ZoneInfo("Africa/Johannesburg")))
    moment = dt.datetime(2026, 11, 20, 7, 0, tzinfo=dt.UTC)
    assert drawn("{% local_time moment %}", request=request, moment=moment) == (
        '<time datetime="2026-11-20T09:00:00+02:00">Fri 20 Nov 2026, 09:00</time>'
    )


def test_a_date_keeps_its_day_month_and_year_on_one_line():
    day, moment = dt.date(2026, 12, 3), dt.datetime(2026, 12, 3, 9, 0, tzinfo=timezone.get_current_timezone())
    for text, expected in (
        ('{{ day|date:"l j F Y" }}', "Thursday 3\xa0December\xa02026"),
        ('{{ moment|date:"D j M, H:i" }}', "Thu 3\xa0Dec, 09:00"),
        ('{{ day|date:"Y-m-d" }}{{ none|date:"j M" }}', "2026-12-03"),
    ):
        # Without a library that a template would have to load.
        assert Template(text).render(Context({"day": day, "moment": moment, "none": None})) == expected
    assert "3\xa0Dec\xa02026<" in widgets.local_date(day)


def test_what_is_kept_drawn_is_drawn_anew_for_another_language(monkeypatch):
    # Of words that have no translation, one to tell them apart.
    monkeypatch.setattr(widgets, "_", lambda words: f"{get_language()}: {words}")
    day = dt.date(2031, 2, 3)
    pages = []
    for language in ("en", "fr"):
        with translation.override(language):
            pages.append(
                [widgets.local_date(day), widgets.date_range(day, day.replace(day=9)), widgets.last_five("AP")]
            )
    assert [one == other for one, other in zip(*pages, strict=True)] == [False] * 3


def test_range_says_its_year_once():
    assert drawn("{% date_range a b %}", a=dt.date(2026, 11, 23), b=dt.date(2026, 12, 1)) == "23 Nov – 1 Dec 2026"
    assert drawn("{% date_range a b %}", a=dt.date(2026, 11, 23), b=dt.date(2027, 3, 1)) == "23 Nov 2026 – 1 Mar 2027"
    # Its line breaks before the second date alone.
    assert str(widgets.date_range(dt.date(2026, 11, 23), dt.date(2026, 12, 1))).split(" ")[1:] == ["1\xa0Dec\xa02026"]


def test_blocks_escape_what_they_are_given_and_keep_what_they_hold():
    html = drawn("{% card title=title %}<b>{{ title }}</b>{% endcard %}", title="<i>")
    assert "<b>&lt;i&gt;</b>" in html
    assert "<i>" not in html


def test_tabs_put_the_rest_behind_more():
    html = drawn("{% tabs items 'Pages' %}", items=[Tab(str(n), f"/{n}/", n == 0, n) for n in range(5)])
    menu = html[html.index("popover") :]
    assert re.findall(r'href="/(\d)/"', menu) == ["2", "3", "4"]


def test_parts_are_drawn():
    html = drawn(
        "{% phases phases 'Phase' %}{% facts facts %}",
        phases=[Phase("Planning", "done"), Phase("Active", "current")],
        facts=[Fact("Seats", 3)],
    )
    assert 'aria-current="step"' in html
    assert "<dt>Seats</dt>" in html


class RoomForm(Form):
    name = forms.CharField(help_text="Short")
    opens = forms.DateField(required=False)
    layout = (FormSection("Room", wide("name", "w4"), "opens"),)


def test_form_keeps_what_was_typed_and_ties_reasons_to_fields():
    html = drawn("{% load crispy_forms_tags %}{% crispy form %}", form=RoomForm({"name": "", "opens": "soon"}))
    assert 'aria-describedby="id_name_helptext id_name_error"' in html
    assert 'id="id_name_error"' in html
    assert 'value="soon"' in html
    assert 'type="date"' in html
    assert '<a href="#id_name">Name</a>' in html
    # How many are wrong, and how it reads while one after the other is mended.
    assert "<h2>Fix 2 fields</h2>" in html
    assert "[&quot;Fix 1 field&quot;, &quot;Fix 2 fields&quot;]" in html
    assert html.count("This field is required.") == 1
    assert html.count("(optional)") == 1


def test_what_is_wrong_with_a_field_that_nobody_sees_is_said_above_and_not_counted():
    class ReadForm(RoomForm):
        read = forms.IntegerField(widget=forms.HiddenInput, error_messages={"required": "Load the page again."})

    html = drawn("{% load crispy_forms_tags %}{% crispy form %}", form=ReadForm({"name": "Lab", "opens": "soon"}))
    assert (html.count("Load the page again."), "<h2>Fix 1 field</h2>" in html, "#id_read" in html) == (1, True, False)


# --- the frame ------------------------------------------------------------------------------------------------------


@pytest.fixture
def entries(monkeypatch):
    # The house puts its own there when its addresses are first asked for.
    reverse("home")
    monkeypatch.setattr(
        frame,
        "nav",
        [
            NavItem("all", "For all", "home", "account_login", order=2),
            NavItem("cooks", "For cooks", "home", "account_logout", roles=frozenset({"cook"}), order=1),
            NavItem("ghost", "No page", "home", "no-such-page"),
        ],
    )


def shell_of(*roles: str, path: str = "/accounts/login/") -> Shell:
    request = RequestFactory().get(path)
    request.user = SimpleNamespace(is_authenticated=True, full_name="Thandeka Mabaso")
    request.actor = SimpleNamespace(roles=frozenset(roles))
    return Shell(request)


def test_navigation_shows_pages_that_exist_to_those_who_hold_the_role(entries):
    assert [item.entry.key for item in shell_of("teacher").nav] == ["all"]
    assert [item.entry.key for item in shell_of("cook").nav] == ["cooks", "all"]


def test_navigation_marks_the_page_below_it(entries):
    assert [(item.entry.key, item.current) for item in shell_of("cook").nav] == [("cooks", False), ("all", True)]


def test_signed_out_frame_is_empty(entries):
    request = RequestFactory().get("/")
    request.user, request.actor = AnonymousUser(), None
    assert (Shell(request).nav, Shell(request).person, Shell(request).search_url) == ([], "", "")


def test_switch_needs_two_places(monkeypatch):
    monkeypatch.setattr(frame, "switch", lambda request: Switch("/", [("1", "Only here", True)]))
    assert shell_of("cook").switch is None


def test_sums_and_percentages_are_written_one_way():
    sums = [money(Decimal(amount), "ZAR") for amount in ("0", "10.5", "1500", "1234567.891")]
    assert sums == ["0.00 ZAR", "10.50 ZAR", "1,500.00 ZAR", "1,234,567.89 ZAR"]
    assert [percent(number) for number in (0, 66.6, 75.0, 100)] == ["0%", "66.6%", "75%", "100%"]
    # Nowhere else is either put together.
    share = r"(?:\w+\.)*(?:percent|rate|share|attendance|progress)\w*"
    own = re.compile(
        r"intcomma|force_grouping=True\)\} |[})]\s?%%|\} ?(?:ZAR|USD|EUR)\b|amount:\.\d|value \}\}%"
        rf"|percent:\.\d|amount\|float|currency \}}\}}|\{{{share}(?::[^}}]*)?\}}%|\{{ {share} \}}\}}%"
    )
    own_files = (settings.BASE_DIR / "muster" / part for part in ("web", "core"))
    places = [*TEMPLATES, *(path for part in own_files for path in part.rglob("*.py"))]
    found = {path.name for path in places if "tests" not in path.parts and own.search(path.read_text())}
    assert found == {"money.py"}
