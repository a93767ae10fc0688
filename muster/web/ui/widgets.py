"""The components of the pages, for tables and other Python; `{% load muster %}` has them as tags."""

from __future__ import annotations

# ruff: noqa: A002 - `id` and `open` are the words of HTML
import datetime as dt
import functools
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings
from django.contrib.staticfiles import finders
from django.forms import BoundField
from django.template import Context, TemplateSyntaxError
from django.template.defaultfilters import date as date_filter
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils import formats, timezone
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext_lazy, ngettext, pgettext
from django.utils.translation import gettext as _

from muster.core.days import days_in_words
from muster.web.ui.components import Fact, Phase, Tab

MARKS = {
    "P": ("p", gettext_lazy("present")),
    "A": ("a", gettext_lazy("absent")),
    "L": ("l", gettext_lazy("late")),
    "E": ("e", gettext_lazy("excused")),
    "-": ("n", gettext_lazy("not enrolled")),
}


@functools.cache
def _icon_names() -> frozenset[str]:
    path = finders.find("icons.svg")
    if not path:
        return frozenset()
    with open(path, encoding="utf-8") as file:
        return frozenset(re.findall(r'<symbol id="i-([^"]+)"', file.read()))


def icon(name: str, label: str = "") -> SafeString:
    """The icon of that name, silent to screen readers unless it gets a label of its own."""
    return _draw_icon(name, label if isinstance(label, SafeString) else str(label))


# A page of a list draws the same few icons, states and dates hundreds of times.
@functools.lru_cache(2000, typed=True)
def _draw_icon(name: str, label: str) -> SafeString:
    if (settings.DEBUG or settings.TESTING) and name not in _icon_names():
        raise TemplateSyntaxError(f"There is no icon {name!r} in the icons (static/icons.svg).")
    href = f"{static('icons.svg')}#i-{name}"
    if label:
        return format_html('<svg class="i" role="img" aria-label="{}"><use href="{}"></use></svg>', label, href)
    return format_html('<svg class="i" aria-hidden="true"><use href="{}"></use></svg>', href)


def pill(word: Any, tone: str = "", icon: str = "ring") -> SafeString:
    """A state: icon, word and tint together, never colour alone."""
    return _pill(word if isinstance(word, SafeString) else str(word), tone, icon)


@functools.lru_cache(2000, typed=True)
def _pill(word: str, tone: str, shape: str) -> SafeString:
    return format_html('<span class="pill" data-tone="{}">{}{}</span>', tone, _icon(shape), word)


def _bar(held: Any, more: Any = "") -> SafeString:
    """A bar of which so many hundredths are filled."""
    return format_html(
        '<svg class="bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">'
        '<rect class="held" width="{}" height="8"/>{}</svg>',
        held,
        more,
    )


def seats(held: int, capacity: int | None = None, offered: int = 0, note: Any = "", words: Any = "") -> SafeString:
    """The seat bar: seats held, seats on offer dashed, and the numbers. No capacity means an open batch.

    `words` say for screen readers what else than seats is counted.
    """
    words = words or _("Seats taken:")
    below = format_html('<span class="note">{}</span>', note) if note else ""
    if capacity is None:
        return format_html(
            '<span class="seats"><span class="muted">{}</span>'
            '<span class="n"><span class="vh">{} </span>{}</span>{}</span>',
            pgettext("seats", "Open"),
            words,
            held,
            below,
        )
    # An offer holds a seat of its own: the two lengths stand side by side, in tenths of a percent.
    whole = max(capacity, held + offered, 1)
    taken, waiting = (round(1000 * number / whole) / 10 for number in (held, offered))
    dashed = ""
    if offered:
        dashed = format_html('<rect class="offered" x="{}" y="1" width="{}" height="6"/>', taken, waiting)
    return format_html(
        '<span class="seats">{}<span class="n"><span class="vh">{} </span>{}<span> / {}</span></span>{}</span>',
        _bar(taken, dashed),
        words,
        held,
        capacity,
        below,
    )


def score(points: int, word: Any = "") -> SafeString:
    """So many of 100 points, as a bar and in numbers; `word` says of what, for screen readers."""
    return format_html(
        '<span class="seats score">{}<span class="n"><span class="vh">{}: </span>{}<span> / 100</span></span></span>',
        _bar(points),
        word or _("Score"),
        points,
    )


def share(value: int, word: Any, note: Any = "") -> SafeString:
    """So many percent, as a bar and in numbers; `word` says of what, for screen readers."""
    return format_html(
        '<span class="seats share">{}<span class="n"><span class="vh">{}: </span>{}</span>{}</span>',
        _bar(value),
        word,
        percent(value),
        format_html('<span class="note">{}</span>', note) if note else "",
    )


def last_five(marks: str) -> SafeString:
    """The last sessions of a student, oldest first, as letters such as `AALPA` (`-` is not enrolled)."""
    return _last_five(marks, get_language())


@functools.lru_cache(2000)
def _last_five(marks: str, language: str) -> SafeString:
    drawn = format_html_join(
        "",
        '<svg class="d {}" aria-hidden="true"><use href="{}#d-{}"></use></svg>',
        ((MARKS[mark][0], static("icons.svg"), MARKS[mark][0]) for mark in marks),
    )
    spoken = ", ".join(str(MARKS[mark][1]) for mark in marks)
    label = _("Last sessions, oldest first: %(marks)s") % {"marks": spoken}
    return format_html('<span class="last5" role="img" aria-label="{}">{}</span>', label, drawn)


def marks_key() -> dict[str, object]:
    """The legend of `last_five`."""
    return {"marks": [(shape, word) for shape, word in MARKS.values()]}


def letter(mark: str) -> SafeString:
    """One mark as its letter on its fill, with its word for screen readers."""
    word = MARKS[mark][1]
    return format_html(
        '<span class="letter" data-m="{}"><span class="vh">{}</span><span aria-hidden="true">{}</span></span>',
        mark,
        word,
        mark if mark != "-" else "–",
    )


def title(name: Any, url: str = "", sub: Any = "") -> SafeString:
    """What a row is about, in ink and as a link where it has a page; what identifies it stands below."""
    shown = '<a class="t" href="{1}">{0}</a>{2}' if url else '<span class="t">{0}</span>{2}'
    return format_html(shown, name, url, format_html('<span class="s">{}</span>', sub) if sub else "")


def person(name: Any, url: str = "", sub: Any = "") -> SafeString:
    """A person in a table or list."""
    return format_html('<span class="person">{}</span>', title(name, url, sub))


def crumbs(*pairs: str) -> SafeString:
    """The way here: label, URL, label, URL, ... A last label without URL is this page."""
    steps = [pairs[index : index + 2] for index in range(0, len(pairs), 2)]
    shown = [
        format_html('<a class="link" href="{}">{}</a>', step[1], step[0])
        if len(step) == 2
        else format_html('<span aria-current="page">{}</span>', step[0])
        for step in steps
    ]
    inner = format_html_join(SafeString(' <span aria-hidden="true">/</span> '), "{}", ((step,) for step in shown))
    return format_html('<nav class="crumb" aria-label="{}">{}</nav>', _("You are here"), inner)


def tabs(items: Sequence[Tab], label: str, id: str = "tabs") -> dict[str, object]:
    """The pages of one object. What has no room goes into "More"."""
    return {"tabs": items, "label": label, "id": id}


def phases(items: Sequence[Phase], label: str) -> dict[str, object]:
    """A lifecycle with its steps done, current and to come."""
    return {"phases": items, "label": label}


def facts(items: Sequence[Fact], wide: bool = False) -> dict[str, object]:
    """Terms and values: two columns in a card, or side by side across the page when wide."""
    return {"facts": items, "wide": wide}


def card(
    content: str,
    title: Any = "",
    id: str = "",
    note: Any = "",
    action_url: str = "",
    action_text: Any = "",
    padded: bool = True,
    tone: str = "",
) -> str:
    """A card. With `padded=False` what it holds (rows, a table) reaches its edges."""
    return render_to_string(
        "components/card.html",
        {
            "content": content,
            "title": title,
            "id": id or ("card-" + re.sub(r"\W+", "-", str(title).lower()).strip("-") if title else ""),
            "note": note,
            "action_url": action_url,
            "action_text": action_text,
            "padded": padded,
            "tone": tone,
        },
    )


def empty(content: str, title: Any, text: Any = "", icon: str = "inbox") -> str:
    """What stands where nothing is yet: what belongs here, and inside the block how to begin."""
    return render_to_string("components/empty.html", {"content": content, "title": title, "text": text, "icon": icon})


def note(content: str, tone: str = "info", icon: str = "", role: str = "") -> str:
    """A sentence that needs to be seen, with its way out inside the block."""
    shown = icon or {"bad": "alert", "warn": "alert", "good": "okc"}.get(tone, "info")
    of_role = format_html(' role="{}"', role) if role else ""
    box = '<div class="note-box" data-tone="{}"{}>{}<div>{}</div></div>'
    return format_html(box, tone, of_role, _icon(shown), SafeString(content))


def menu(content: str, label: Any, id: str, icon: str = "", quiet: bool = False, only: bool = False) -> str:
    """A button that opens a menu of links and buttons; a sheet from below on a phone. `only` shows just the icon."""
    return render_to_string(
        "components/menu.html",
        {"content": content, "label": label, "id": id, "icon": icon, "quiet": quiet, "only": only},
    )


def dialog(content: str, id: str, title: Any, open: bool = False, holds: bool = False) -> str:
    """A native dialog; a sheet on a phone. The block brings `.body` and `footer`, around them a form if there is one.

    What `holds` something typed is not closed by a click beside it.
    """
    shown = {"content": content, "id": id, "title": title, "open": open, "holds": holds}
    return render_to_string("components/dialog.html", shown)


def dialog_link(label: Any, url: str, icon: str = "", tone: str = "", plain: bool = False) -> SafeString:
    """A link to an action made with `muster.web.ui.dialogs.render_dialog`: a dialog here, without JavaScript a page.

    `plain` leaves the look of a button off, for menus and sentences.
    """
    kind = "" if plain else f"btn btn-{tone}" if tone else "btn"
    return format_html(
        '<a{} href="{}" hx-get="{}" hx-target="#sheet" hx-swap="innerHTML">{}{}</a>',
        format_html(' class="{}"', kind) if kind else "",
        url,
        url,
        _icon(icon) if icon else "",
        label,
    )


def button(label: Any, url: str = "", icon: str = "", tone: str = "", name: str = "", value: str = "") -> SafeString:
    """A link that looks like a button, or without `url` the button that sends the form around it."""
    kind = f"btn btn-{tone}" if tone else "btn"
    drawn = _icon(icon) if icon else ""
    if url:
        return format_html('<a class="{}" href="{}">{}{}</a>', kind, url, drawn, label)
    named = format_html(' name="{}" value="{}"', name, value) if name else ""
    return format_html('<button class="{}" type="submit"{}>{}{}</button>', kind, named, drawn, label)


def switch(
    label: Any, url: str, *, is_on: bool, fields: Mapping[str, str], id: str = "", live: bool = False
) -> SafeString:
    """A switch that saves at once: pressed it posts the `fields` to `url`. On or off stands beside it as a word.

    A `live` one is swapped for what `url` answers to htmx (`wants_fragment(request, id)`); without JavaScript, and
    without that, the page comes anew.
    """
    hidden = format_html_join("", '<input type="hidden" name="{}" value="{}">', fields.items())
    swaps = format_html(' hx-post="{}" hx-target="this" hx-swap="outerHTML"', url) if live else ""
    return format_html(
        '<form class="switch-form" method="post" action="{}" id="{}"{}>{}'
        '<button class="switch" type="submit" role="switch" id="{}-switch" aria-checked="{}" aria-label="{}">'
        '<span class="knob" aria-hidden="true"></span><span class="word" aria-hidden="true">{}</span></button></form>',
        url,
        id,
        swaps,
        hidden,
        id,
        "true" if is_on else "false",
        label,
        _("On") if is_on else _("Off"),
    )


def underlined(text: str, words: Sequence[str]) -> SafeString:
    """The text with each of the words underlined, as far as they stand in it letter by letter."""
    if not words:
        return escape(text)
    pattern = re.compile("|".join(sorted(map(re.escape, words), key=len, reverse=True)), re.IGNORECASE)
    parts, place = [], 0
    for found in pattern.finditer(text):
        parts += [escape(text[place : found.start()]), format_html("<mark>{}</mark>", found[0])]
        place = found.end()
    return SafeString("".join([*parts, escape(text[place:])]))


def percent(value: Any) -> str:
    """A percentage as it is written everywhere: "75%", "66.6%"; at most one decimal, and none where it is whole."""
    number = float(value)
    return f"{formats.number_format(number, 1 if number % 1 else 0)}%"


def error_summary(form: Any) -> dict[str, object]:
    """What was refused, at the top of a form, each line leading to its field."""
    wrong = [field for field in form if field.errors] if form.is_bound else []
    shown = [field for field in wrong if not field.is_hidden]
    # What is wrong with a field that nobody sees is said here, where it can be read.
    unseen = [error for field in wrong if field.is_hidden for error in field.errors]
    return {
        "form": form,
        "fields": shown,
        "general": [*form.non_field_errors(), *unseen] if form.is_bound else [],
        # The heading for each number of fields that are left, while one after the other is mended.
        "headings": json.dumps(
            [ngettext("Fix %(n)d field", "Fix %(n)d fields", n) % {"n": n} for n in range(1, len(shown) + 1)]
        ),
    }


def field(bound: BoundField, width: str = "") -> dict[str, object]:
    """One field: label above, hint and error below. `width` is a class of `.fields`: w1 to w4, half."""
    return {"field": bound, "wrapper_class": width}


def control(bound: BoundField, kind: str) -> SafeString:
    """The input of a field, in the look of its kind: form-control, form-select or form-check-input."""
    own = bound.field.widget.attrs.get("class", "")
    return bound.as_widget(attrs={"class": f"{kind} {own}".strip()})


def zone_of(context: Context) -> dt.tzinfo:
    """The zone of the institution that the page is about, else the one in force."""
    actor = getattr(context.get("request"), "actor", None)
    return getattr(actor, "zone", None) or timezone.get_current_timezone()


def date_in_words(day: Any, pattern: str | None = None) -> str:
    """What the filter `date` says of a day or moment, its day, month and year on one line."""
    return str(date_filter(day, pattern and _unbroken_pattern(pattern)))


@functools.lru_cache(100)
def _unbroken_pattern(pattern: str) -> str:
    return re.sub("(?<=[jd]) (?=[MF])|(?<=[MF]) (?=Y)", "\N{NO-BREAK SPACE}", pattern)


def local_time(context: Context, moment: dt.datetime | None, style: str = "full") -> str:
    """A moment in the institution's zone.

    `style`: `full` (Fri 20 Nov 2026, 09:00), `day` (Fri 20 Nov, 09:00), `short` (20 Nov, 09:00), `date`, `time`.
    """
    if moment is None:
        return "–"
    local = timezone.localtime(moment, zone_of(context))
    patterns = {"full": "D j M Y, H:i", "short": "j M, H:i", "time": "H:i", "date": "D j M Y", "day": "D j M, H:i"}
    return format_html('<time datetime="{}">{}</time>', local.isoformat(), date_in_words(local, patterns[style]))


def local_date(day: dt.date | None, style: str = "full") -> str:
    """A date in words. `style`: `full` (20 Nov 2026), `day` (Fri 20 Nov 2026), `short` (20 Nov)."""
    if day is None:
        return "–"
    return _format_day(day, {"full": "j M Y", "day": "D j M Y", "short": "j M"}[style], get_language())


@functools.lru_cache(2000)
def _format_day(day: dt.date, pattern: str, language: str) -> SafeString:
    return format_html('<time datetime="{}">{}</time>', day.isoformat(), date_in_words(day, pattern))


def date_range(first: dt.date | None, last: dt.date | None) -> str:
    """Two dates as "23 Nov – 12 Mar 2027", the year once when it is the same; a line breaks between them alone."""
    if first is None or last is None or first == last:
        return local_date(first or last)
    return _format_days(first, last, get_language())


def unbroken_days(first: dt.date | None, last: dt.date | None) -> str:
    """`days_in_words` for a page, where a line breaks between the two dates alone."""
    return days_in_words(first, last).replace(" ", "\N{NO-BREAK SPACE}").replace("–\N{NO-BREAK SPACE}", "– ")


@functools.lru_cache(2000)
def _format_days(first: dt.date, last: dt.date, language: str) -> SafeString:
    return format_html("{}", unbroken_days(first, last))


_icon = icon
