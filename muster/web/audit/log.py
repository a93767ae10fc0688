"""The audit log: everything that happened, searchable, grouped and exportable."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from muster.core.audit import About, HistoryEntry, HistoryLine
from muster.core.audit_log import KINDS, NOBODY, LogCount, LogFilter, LogPage, LogPlace, count_of, log_of
from muster.core.errors import DomainError
from muster.core.spreadsheets import CSV, XLSX
from muster.institutions.access import Actor
from muster.institutions.audit_log import MOST_WORDS, kinds_in_words, log_file, log_filter
from muster.institutions.permissions import audit_log
from muster.web.audit.links import main_object, register_looked_at
from muster.web.requests import ActorRequest
from muster.web.ui.components import View
from muster.web.ui.downloads import response_of
from muster.web.ui.forms import Form
from muster.web.ui.history import Told
from muster.web.ui.pages import page
from muster.web.ui.tables.asking import Inquiry, ListAnswer
from muster.web.ui.tables.saved import narrowing_of, saved_views

# How far back the page looks unless it is told.
DAYS = 7


class LogForm(Form):
    """What of the log is shown."""

    q = forms.CharField(
        label=gettext_lazy("Person, batch, word or request number"), required=False, max_length=MOST_WORDS
    )
    who = forms.CharField(required=False, max_length=60)
    what = forms.CharField(required=False, max_length=60)
    kind = forms.CharField(required=False, max_length=60)
    key = forms.CharField(required=False, max_length=100)
    about = forms.CharField(required=False, max_length=60)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, label in (("from", gettext_lazy("From")), ("to", gettext_lazy("To"))):
            self.fields[name] = forms.DateField(
                label=label,
                required=False,
                widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
                error_messages={"invalid": gettext_lazy("Enter a date as YYYY-MM-DD.")},
            )


@dataclass(frozen=True)
class LogRow:
    """An entry as the page shows it; `more` are those of the same kind that follow it."""

    entry: HistoryEntry
    more: Sequence[HistoryEntry]
    about: About | None
    about_url: str
    register_url: str
    key_url: str
    by_url: str

    @property
    def history_url(self) -> str:
        """All that happened to what it is about."""
        return f"?{urlencode({'about': self.about.pk})}" if self.about else ""

    @property
    def icon(self) -> str:
        """What kind of thing it was."""
        entry = self.entry
        if entry.is_look:
            return "eye"
        if "unlock" in entry.use_case or "lock" in entry.use_case:
            return "unlock" if "unlock" in entry.use_case else "lock"
        if entry.by_id is None:
            return "gear"
        return (
            {"insert": "plus", "delete": "trash"}.get(min(entry.labels), "edit") if len(entry.labels) == 1 else "edit"
        )

    @property
    def names_object(self) -> bool:
        """Whether its title leaves open what it is about."""
        # Of a register that was looked at the title says the day.
        is_register = bool(self.register_url) and self.about_url == self.register_url
        return self.about is not None and not is_register and self.about.name not in self.entry.title

    @cached_property
    def fields(self) -> list[tuple[str, HistoryLine]]:
        """The lines that say from what to what, each with its field, and whose it is where there are several."""
        lines = [line for line in self.entry.lines if line.label]
        several = len({line.subject for line in lines}) > 1
        return [(f"{line.subject}: {line.label}" if several and line.subject else line.label, line) for line in lines]

    @cached_property
    def other_lines(self) -> list[HistoryLine]:
        return [line for line in self.entry.below if not line.label]

    @property
    def summary(self) -> str:
        """What else there is to say in a line."""
        if self.entry.reason:
            return _("Reason: “%(reason)s”") % {"reason": self.entry.reason}
        if len(self.entry.below) == 1:
            return self.entry.below[0].text
        return ", ".join(dict.fromkeys(label for label, _line in self.fields[:4]))


@dataclass(frozen=True)
class LogView:
    """The log as the page shows it."""

    asked: Mapping[str, str]
    page: LogPage

    def url(self, **changes: str) -> str:
        """The address of the page with other filters: an empty one is dropped, but for the first day."""
        kept = {name: value for name, value in {**self.asked, **changes}.items() if value or name == "from"}
        return f"{reverse('audit')}?{urlencode(kept)}"

    @cached_property
    def days(self) -> list[tuple[Any, list[LogRow]]]:
        """Each day, with what was done on it."""
        told = Told(self.page.entries, 0, 0)
        return [(day, [self._row(entry, more) for entry, more in runs]) for day, runs in told.days]

    def _row(self, entry: HistoryEntry, more: Sequence[HistoryEntry]) -> LogRow:
        about, url = main_object(entry)
        by_url = self.url(who=entry.by_id or NOBODY, before="")
        key_url = f"?{urlencode({'key': entry.key})}"
        return LogRow(entry, more, about, url, register_looked_at(entry), key_url, by_url)

    @property
    def days_asked(self) -> list[tuple[str, str, str]]:
        """The first and the last day, as they were typed."""
        words = (("from", _("From")), ("to", _("To")))
        return [(name, label, self.asked.get(name, "")) for name, label in words]

    @property
    def csv_url(self) -> str:
        return self.url(export=CSV, before="")

    @property
    def xlsx_url(self) -> str:
        return self.url(export=XLSX, before="")

    @property
    def older_url(self) -> str:
        return self.url(before=str(self.page.older)) if self.page.older else ""

    @property
    def newest_url(self) -> str:
        return self.url(before="") if self.asked.get("before") else ""


@page(audit_log["see"])
def audit_page(request: ActorRequest) -> HttpResponseBase:
    """Who did what, when, from what to what, in which request; a week of it unless another time is asked for."""
    actor = request.actor
    data = {name: request.GET[name] for name in request.GET}
    if "from" not in data and not data.get("key") and not data.get("about"):
        data["from"] = (actor.today() - timedelta(days=DAYS - 1)).isoformat()
    form = LogForm(data)
    asked = LogFilter(actor.owner_id)
    if form.is_valid():
        try:
            asked = log_filter(actor, form.cleaned_data)
        except DomainError as error:
            form.show_refusal(error)
    if isinstance(request, Inquiry):
        return _answer(request.actor, form, asked)
    if not form.is_valid():
        context = {"form": form, "nav": "settings", "view": LogView(data, LogPage([])), "views": []}
        return render(request, "audit/log.html", {**context, "selects": _selects(count_of(asked), data)})
    if (kind := data.get("export")) in (CSV, XLSX):
        return response_of(log_file(asked, kind))
    view = LogView(
        {name: value for name, value in data.items() if name != "export"},
        log_of(asked, before=LogPlace.of(data.get("before", ""))),
    )
    in_time = count_of(asked)
    count = in_time if asked.is_whole else None
    context = {
        "form": form,
        "nav": "settings",
        "view": view,
        # Of the time that the links keep: of one object or request there is none.
        "views": _views(view, in_time, str(actor.history_id), counted="from" in data and not in_time.is_more),
        "saved": saved_views.of(request, narrowing_of(request.GET.dict(), form.fields)),
        "head": _head(count, asked, _days_in_words(actor, form)),
        "total": count.actions if count and not count.is_more else 0,
        "kicker": _kicker(count),
        # Beside other filters they would be fewer.
        "selects": _selects(in_time, data, counted=asked.is_whole and not in_time.is_more),
    }
    return render(request, "audit/log.html", context)


def _answer(actor: Actor, form: LogForm, asked: LogFilter) -> ListAnswer:
    """How many actions there are, for somebody who asks no more."""
    count = count_of(asked) if form.is_valid() and asked.is_whole else None
    return ListAnswer(
        form.fields,
        count=count.actions if count else None,
        words=_head(count, asked, _days_in_words(actor, form)) if count else "",
    )


def _selects(count: LogCount, data: Mapping[str, str], *, counted: bool = False) -> list[tuple[Any, ...]]:
    """The selects of the page, with what they offer, and how much of it there is where that is `counted`."""

    def option(value: str, words: Any, number: int) -> tuple[str, str]:
        return value, f"{words} ({number})" if counted and number else str(words)

    who, what, kind = (data.get(name, "") for name in ("who", "what", "kind"))
    people = [option(NOBODY, "Muster", count.by_nobody)]
    people += [option(str(one.pk), one.name, one.actions) for one in count.people]
    if who and who not in dict(people):
        people.append((who, _("The person chosen")))
    rows = [option(name, words, count.of_what.get(name, 0)) for name, words in kinds_in_words()]
    kinds = [option(name, words, count.of_kind.get(name, 0)) for name, words in KINDS.items()]
    return [
        ("who", _("Who"), _("Everyone"), people, who),
        ("what", _("What"), _("Everything"), rows, what),
        ("kind", _("Kind"), _("All kinds"), kinds, kind),
    ]


def _views(view: LogView, count: LogCount, me: str, *, counted: bool) -> list[View]:
    """The questions that are asked most, each with how much it shows, unless there is too much to count."""
    narrowed = {"q": "", "what": "", "key": "", "about": "", "before": ""}
    who, kind = view.asked.get("who", ""), view.asked.get("kind", "")
    found = [
        (_("Everything"), "", "", count.actions),
        (_("Private data"), "", "looked", count.looks),
        (_("By Muster"), NOBODY, "", count.by_nobody),
        (_("By me"), me, "", count.by(me)),
    ]
    return [
        View(
            label,
            view.url(who=by, kind=of, **narrowed),
            number if counted else None,
            current=(who, kind) == (by, of),
        )
        for label, by, of, number in found
    ]


def _days_in_words(actor: Actor, form: LogForm) -> str:
    """Over how many days the log is counted; empty where no first day is asked for."""
    first, last = form.cleaned_data["from"], form.cleaned_data["to"] or actor.today()
    if first is None or last < first:
        return ""
    number = (last - first).days + 1
    return ngettext("in %(n)d day", "in %(n)d days", number) % {"n": number}


def _head(count: LogCount | None, asked: LogFilter, days: str) -> str:
    if asked.key:
        return _("What one request did")
    if asked.about:
        return _("The history of one object")
    if count is None:
        return _("Audit log")
    if not count.actions:
        return _("No actions in this time")
    words = ngettext("%(n)s action", "%(n)s actions", count.actions) % {"n": f"{count.actions:,}"}
    words = f"{words} {days}".rstrip()
    if count.is_more:
        return _("More than %(actions)s") % {"actions": words}
    if not count.looks:
        return words
    looks = ngettext("%(n)d of them a look at private data", "%(n)d of them looks at private data", count.looks)
    return f"{words}, {looks % {'n': count.looks}}"


def _kicker(count: LogCount | None) -> str:
    kept = _("Entries can't be edited or deleted.")
    if count is None or count.is_more or not count.people:
        return kept
    number = len(count.people)
    people = ngettext("By %(n)d person and Muster itself.", "By %(n)d people and Muster itself.", number)
    return f"{people % {'n': number}} {kept}"
