"""The audit log of an institution, as its administrators ask for it and save it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from muster.core.audit import HistoryEntry
from muster.core.audit_log import KINDS, NOBODY, LogFilter, kinds_of_rows, whole_log
from muster.core.errors import FieldError, Invalid
from muster.core.files.downloads import Download, rows_download
from muster.core.permissions import as_id
from muster.institutions.access import Actor

MOST_WORDS = 200


def log_filter(actor: Actor, asked: Mapping[str, Any]) -> LogFilter:
    """What of the institution's log is asked for: `who`, `what`, `kind`, `from`, `to`, `q`, `about` and `key`, each
    optional.

    Days are the institution's own. Raises Invalid, naming what cannot be.
    """
    wrong = []
    who, what, kind = (str(asked.get(name) or "") for name in ("who", "what", "kind"))
    first, last = asked.get("from"), asked.get("to")
    by: UUID | None = as_id(who) if who and who != NOBODY else None
    if who and who != NOBODY and by is None:
        wrong.append(FieldError("who", _("Nothing has this id.")))
    if (about_text := str(asked.get("about") or "")) and as_id(about_text) is None:
        wrong.append(FieldError("about", _("Nothing has this id.")))
    if what and what not in kinds_of_rows():
        wrong.append(FieldError("what", _("Nothing in the log is called that.")))
    if kind and kind not in KINDS:
        wrong.append(FieldError("kind", _("Choose one of these kinds: %(known)s.") % {"known": ", ".join(KINDS)}))
    if first and last and last < first:
        wrong.append(FieldError("to", _("The last day is before the first.")))
    if wrong:
        raise Invalid.fields(wrong)
    return LogFilter(
        owner=actor.owner_id,
        since=_begin_of(actor, first),
        until=_begin_of(actor, last + timedelta(days=1)) if last and last < date.max else None,
        by=by,
        by_nobody=who == NOBODY,
        what=what,
        kind=kind,
        words=str(asked.get("q") or "").replace("\x00", " ").strip()[:MOST_WORDS],
        key=str(asked.get("key") or ""),
        about=as_id(about_text) if about_text else None,
    )


def _begin_of(actor: Actor, day: date | None) -> datetime | None:
    """The first moment of a day. A day at the ends of the calendar narrows nothing."""
    if day is None or day.year in (date.min.year, date.max.year):
        return None
    return datetime.combine(day, time.min, tzinfo=actor.zone)


def kinds_in_words() -> list[tuple[str, str]]:
    """What can be asked for, by the words for it."""
    words = ((name, capfirst(str(model._meta.verbose_name_plural))) for name, model in kinds_of_rows().items())
    return sorted(words, key=lambda one: one[1].casefold())


def log_file(asked: LogFilter, kind: str) -> Download:
    """The log as CSV or XLSX, written while it is sent: a row for each change."""
    return rows_download(_rows(asked), "audit-log", kind)


def _rows(asked: LogFilter) -> Iterator[list[Any]]:
    yield [
        _("When"),
        _("Who"),
        _("Did"),
        _("About"),
        _("Change"),
        _("Field"),
        _("Before"),
        _("After"),
        _("Reason"),
        _("Use case"),
        _("Request"),
    ]
    for entry in whole_log(asked):
        yield from _rows_of(entry)


def _rows_of(entry: HistoryEntry) -> Iterator[list[Any]]:
    at = timezone.localtime(entry.at).replace(tzinfo=None, microsecond=0)
    about = next((one.name for one in entry.about if one.name), "")
    begin, end = [at, entry.by_name, entry.title, about], [entry.reason, entry.use_case, entry.key]
    for line in entry.lines:
        names = f": {', '.join(line.subjects)}" if line.subjects else ""
        yield [*begin, line.text + names, line.label, line.before, line.after, *end]
    if not entry.lines:
        yield [*begin, "", "", "", "", *end]
