"""The audit log: all that happened among an owner's rows, and who looked at what is private, the latest first.

A log is read by its keys: each page begins where the last one ended, so that none costs more than another. Without a
filter a page reads what it shows; with one it looks through a stretch of the log, and says how far back it came.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, models
from django.db.models import BooleanField, CharField, Count, ExpressionWrapper, F, Q, TextField, Window
from django.db.models.functions import RowNumber
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

from muster.core import audit
from muster.core.audit import KEY, HistoryEntry, Names, entries_of, word_of
from muster.core.history import TRACKED
from muster.core.models import AuditEntry
from muster.core.search import plain, words_in

# What a page looks through for what it is asked for; words are looked for in whole rows.
STRETCH, STRETCH_OF_WORDS = 20_000, 5_000
# Of what one request did, so many rows are told on a page, where it stands alone, and in files.
ROWS, ROWS_ALONE, ROWS_IN_FILES = 60, 600, 10_000
# What is counted beforehand.
MOST_COUNTED = 1_000
# So many rows of a kind are what somebody meant by a word.
MOST_MEANT = 30

KINDS = {"added": _("Added"), "changed": _("Changed"), "removed": _("Removed"), "looked": _("Looked at")}
# Stands for nobody: what Muster did by itself, or somebody straight in the database.
NOBODY = "muster"


@dataclass(frozen=True)
class LogPlace:
    """Where in a log a page ends: the moment and the number of a row."""

    at: datetime
    pk: int

    def __str__(self) -> str:
        return f"{self.at.isoformat()}_{self.pk}"

    @classmethod
    def of(cls, text: str) -> LogPlace | None:
        """The place that was written so; none where nothing was."""
        moment, _sign, number = text.partition("_")
        try:
            at = parse_datetime(moment)
        except ValueError:
            return None
        is_number = number.isascii() and number.isdecimal() and len(number) < 19
        return cls(at, int(number)) if at is not None and at.tzinfo is not None and is_number else None


@dataclass(frozen=True)
class LogFilter:
    """What of a log is asked for. `kind` is one of KINDS; `what` the kind of row, by the name of its model."""

    owner: UUID
    since: datetime | None = None
    until: datetime | None = None
    by: UUID | None = None
    by_nobody: bool = False
    what: str = ""
    kind: str = ""
    words: str = ""
    key: str = ""
    # A row: what happened to it and to its parts.
    about: UUID | None = None

    @property
    def is_whole(self) -> bool:
        """Whether all of the time is asked for."""
        return not (self.by or self.by_nobody or self.what or self.kind or self.words or self.key or self.about)


@dataclass(frozen=True)
class LogPage:
    """Some entries, the latest first. `older` is where to go on; `looked_until` how far back was looked for them."""

    entries: list[HistoryEntry]
    older: LogPlace | None = None
    looked_until: datetime | None = None


@dataclass(frozen=True)
class LogPerson:
    """Somebody who did something, as they were called when they last did, and how much it was."""

    pk: UUID
    name: str
    actions: int


@dataclass(frozen=True)
class LogCount:
    """How many actions there are in a time, counted among its latest rows: `is_more` where others are behind them.

    `of_kind` by the names of KINDS, `of_what` by the names of models; `people` who acted, `by_nobody` what nobody did.
    """

    actions: int = 0
    rows: int = 0
    by_nobody: int = 0
    of_kind: Mapping[str, int] = field(default_factory=dict)
    of_what: Mapping[str, int] = field(default_factory=dict)
    people: Sequence[LogPerson] = ()
    is_more: bool = False

    @property
    def looks(self) -> int:
        return self.of_kind.get("looked", 0)

    def by(self, pk: object) -> int:
        """How many somebody did."""
        return next((one.actions for one in self.people if str(one.pk) == str(pk)), 0)


def kinds_of_rows() -> dict[str, type[models.Model]]:
    """The tables that a log tells of, by the names of their models."""
    return {str(model._meta.model_name): model for model in TRACKED}


def log_of(asked: LogFilter, *, before: LogPlace | None = None, size: int = 30, rows: int = ROWS) -> LogPage:
    """What was done, before a place in the log: what one request did is one entry, at its latest moment.

    Costs five statements at most, and reads what it tells, or a stretch of the log where it looks for something.
    """
    conditions, values = _conditions(asked)
    values |= {"size": size, "at": before and before.at, "pk": before and before.pk, "end_at": None, "end_pk": None}
    with connection.cursor() as cursor:
        end = None if asked.is_whole or asked.key else _end_of_stretch(cursor, asked, conditions, values)
        if end:
            values |= {"end_at": end.at, "end_pk": end.pk}
        cursor.execute(_actions(conditions, is_later=before is not None, ends=end is not None), values)
        actions = [(key, LogPlace(at, pk)) for key, at, pk in cursor.fetchall()]
    shown = actions[:size]
    older = shown[-1][1] if len(actions) > size else end
    entries = _entries(asked.owner, [key for key, _place in shown], ROWS_ALONE if asked.key else rows)
    return LogPage(entries, older, end.at if end and len(actions) <= size else None)


def whole_log(asked: LogFilter) -> Iterator[HistoryEntry]:
    """All entries, for a file: read page by page while it is written."""
    before: LogPlace | None = None
    while True:
        page = log_of(asked, before=before, size=200, rows=ROWS_IN_FILES)
        yield from page.entries
        if page.older is None:
            return
        before = page.older


def count_of(asked: LogFilter) -> LogCount:
    """How much happened in the time that is asked for, whatever else is: in all, by whom, of what and of which kind.

    One statement. Each number is of what the log shows under that filter alone, by the same conditions.
    """
    time = LogFilter(asked.owner, asked.since, asked.until)
    conditions, values = _conditions(time)
    kinds = ", ".join(f"({condition}) AS {kind}" for kind, condition in _KIND.items())
    of_kind = ", ".join(f"count(DISTINCT key) FILTER (WHERE {kind})" for kind in _KIND)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            WITH counted AS (
                SELECT {_KEY} AS key, at, by_id, by_name, table_name, {kinds} FROM core_auditentry AS entry
                WHERE {conditions("entry")} ORDER BY at DESC, id DESC LIMIT %(most)s
            )
            SELECT GROUPING(by_id), GROUPING(table_name), by_id, (array_agg(by_name ORDER BY at DESC))[1], table_name,
                   count(*), count(DISTINCT key), {of_kind}
            FROM counted GROUP BY GROUPING SETS ((), (by_id), (table_name))
            """,  # noqa: S608 - constants alone
            {**values, "most": MOST_COUNTED + 1},
        )
        found = cursor.fetchall()
    names = {model._meta.db_table: name for name, model in kinds_of_rows().items()}
    whole = next(one for one in found if one[0] and one[1])
    doers = [one for one in found if not one[0]]
    people = [LogPerson(one[2], one[3], one[6]) for one in doers if one[2]]
    return LogCount(
        actions=whole[6],
        rows=min(whole[5], MOST_COUNTED),
        by_nobody=sum(one[6] for one in doers if not one[2]),
        of_kind=dict(zip(_KIND, whole[7:], strict=True)),
        of_what={names[one[4]]: one[6] for one in found if not one[1] and one[4] in names},
        people=sorted(people, key=lambda one: (plain(one.name), one.pk)),
        is_more=whole[5] > MOST_COUNTED,
    )


# --- what is asked ----------------------------------------------------------------------------------------------------
_KEY = "coalesce(entry.request, entry.id::text)"


class _Conditions:
    """The conditions of a filter on a row of the table, whatever it is called there."""

    def __init__(self, base: list[str], narrow: list[str]) -> None:
        self.base, self.narrow = base, narrow

    def __call__(self, row: str, part: str = "") -> str:
        texts = {"base": self.base, "narrow": self.narrow}.get(part, self.base + self.narrow)
        return " AND ".join(f"({one.replace('entry.', f'{row}.')})" for one in texts) or "TRUE"


def _conditions(asked: LogFilter) -> tuple[_Conditions, dict[str, Any]]:
    looks = [model._meta.db_table for model, tracking in TRACKED.items() if tracking.is_look]
    values: dict[str, Any] = {"owner": asked.owner, "looks": looks}
    base: list[str] = ["entry.owner_id = %(owner)s"]
    narrow: list[str] = []

    def put(to: list[str], condition: str, **named: Any) -> None:
        to.append(condition)
        values.update(named)

    if asked.since:
        put(base, "entry.at >= %(since)s", since=asked.since)
    if asked.until:
        put(base, "entry.at < %(until)s", until=asked.until)
    if asked.key:
        is_row = asked.key.isascii() and asked.key.isdecimal() and len(asked.key) < 19
        text = "(entry.request = %(key)s OR entry.id = %(row)s)" if is_row else "entry.request = %(key)s"
        put(base, text, key=asked.key, row=int(asked.key) if is_row else None)
    if asked.about:
        put(base, "entry.row_id = %(about)s OR entry.part_of = %(about)s", about=asked.about)
    if asked.by or asked.by_nobody:
        put(narrow, "entry.by_id = %(by)s" if asked.by else "entry.by_id IS NULL", by=asked.by)
    if asked.what:
        model = kinds_of_rows().get(asked.what)
        put(narrow, "entry.table_name = %(table)s", table=model._meta.db_table if model else "")
    if asked.kind:
        put(narrow, _KIND[asked.kind])
    if asked.words:
        put(narrow, *_about_words(asked, values))
    return _Conditions(base, narrow), values


_KIND: Mapping[str, str] = {
    "added": "entry.before IS NULL AND entry.table_name <> ALL(%(looks)s)",
    "changed": "entry.before IS NOT NULL AND entry.after IS NOT NULL",
    "removed": "entry.after IS NULL",
    "looked": "entry.table_name = ANY(%(looks)s)",
}


def _about_words(asked: LogFilter, values: dict[str, Any]) -> tuple[str]:
    """Rows whose use case, doer, reason or request says the words, or that are about what is called so."""
    words = asked.words.strip()
    pattern = words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    sought = plain(words)
    values["plain"] = f"%{plain(pattern)}%"
    values["text"] = f"%{pattern}%"
    values["request"] = f"{pattern}%"
    values["use_cases"] = [name for name, title in audit.use_case_titles().items() if sought in plain(title)]
    values["ids"] = ids = _called(asked.owner, words)
    values["in_rows"] = [f'%"{one}"%' for one in ids]
    return (
        "muster_plain(entry.by_name) LIKE %(plain)s OR entry.use_case = ANY(%(use_cases)s)"
        " OR entry.request LIKE %(request)s OR muster_plain(entry.facts ->> 'reason') LIKE %(plain)s"
        " OR entry.row_id = ANY(%(ids)s::uuid[]) OR entry.part_of = ANY(%(ids)s::uuid[])"
        " OR entry.by_id = ANY(%(ids)s::uuid[])"
        " OR concat(entry.after, entry.before) ILIKE ANY(%(text)s::text || %(in_rows)s::text[])",
    )


def _called(owner: UUID, words: str) -> list[UUID]:
    """The owner's rows that people know by a name with these words."""
    arms = []
    for model, tracking in TRACKED.items():
        name = word_of(model)
        if not isinstance(name, str) or not tracking.owner or tracking.part_of:
            continue
        leaf: Any = model
        for part in name.split("__"):
            field = leaf._meta.get_field(part)
            leaf = field.related_model
        if not isinstance(field, CharField | TextField):
            continue
        lookups = [name, *(["code"] if any(one.name == "code" for one in model._meta.fields) else [])]
        owned = Q(**{next(one.attname for one in model._meta.fields if one.column == tracking.owner): owner})
        rows = model._default_manager.filter(owned, words_in(words, *lookups))
        arms.append(rows.order_by().values_list("pk", flat=True)[:MOST_MEANT])
    return list(arms[0].union(*arms[1:], all=True)) if arms else []


# --- reading ----------------------------------------------------------------------------------------------------------
def _end_of_stretch(cursor: Any, asked: LogFilter, conditions: _Conditions, values: dict[str, Any]) -> LogPlace | None:
    """The last row of the stretch that a page looks through; none where the log ends before."""
    begins = "AND (entry.at, entry.id) < (%(at)s, %(pk)s)" if values["at"] else ""
    cursor.execute(
        f"SELECT at, id FROM core_auditentry AS entry WHERE {conditions('entry', 'base')} {begins}"  # noqa: S608
        " ORDER BY at DESC, id DESC OFFSET %(stretch)s LIMIT 1",
        {**values, "stretch": (STRETCH_OF_WORDS if asked.words else STRETCH) - 1},
    )
    row = cursor.fetchone()
    return LogPlace(*row) if row else None


def _actions(conditions: _Conditions, *, is_later: bool, ends: bool) -> str:
    """The statement for the latest actions: from one of them straight to the next other one.

    What a page before has shown is left out, of which a row may stand among older ones.
    """
    told = ends_with = begins = ""
    if is_later:
        begins = "AND (entry.at, entry.id) < (%(at)s, %(pk)s)"
        told = f"""AND NOT EXISTS (
            SELECT FROM core_auditentry AS newer
            WHERE newer.request = entry.request AND (newer.at, newer.id) >= (%(at)s, %(pk)s) AND {conditions("newer")}
        )"""
    if ends:
        ends_with = "AND (entry.at, entry.id) >= (%(end_at)s, %(end_pk)s)"
    rows = f"FROM core_auditentry AS entry WHERE {conditions('entry')} {ends_with} {told}"
    last = "ORDER BY entry.at DESC, entry.id DESC LIMIT 1"
    return f"""
        WITH RECURSIVE action AS (
            (SELECT {_KEY} AS key, entry.at, entry.id, ARRAY[{_KEY}] AS seen {rows} {begins} {last})
            UNION ALL
            SELECT further.* FROM action CROSS JOIN LATERAL (
                SELECT {_KEY}, entry.at, entry.id, action.seen || {_KEY} {rows}
                AND (entry.at, entry.id) < (action.at, action.id) AND {_KEY} <> ALL(action.seen) {last}
            ) AS further WHERE cardinality(action.seen) <= %(size)s
        )
        SELECT key, at, id FROM action
    """  # noqa: S608 - conditions are constants, their values parameters


def _entries(owner: UUID, keys: Collection[str], most: int) -> list[HistoryEntry]:
    """What was done in these requests: of each of them the first rows."""
    if not keys:
        return []
    single = [int(key) for key in keys if key.isascii() and key.isdecimal() and len(key) < 19]
    entries = AuditEntry.objects.annotate(key=KEY)
    shown = list(
        entries.filter(Q(request__in=keys) | Q(id__in=single, request__isnull=True), owner_id=owner)
        .annotate(
            place=Window(RowNumber(), partition_by=F("key"), order_by="id"),
            rows_in_all=Window(Count("*"), partition_by=F("key")),
            alike_in_all=Window(
                Count("*"),
                partition_by=[F("key"), F("table_name"), ExpressionWrapper(Q(before__isnull=True), BooleanField())],
            ),
        )
        .filter(place__lte=most)
    )
    for one in shown:
        one.is_shown = True  # type: ignore[attr-defined]
    # Of what changed only a part was kept: the row is put together from what happened to it before.
    changed = {one.row_id for one in shown if one.before is not None and one.after is not None}
    told, last = {one.pk for one in shown}, max((one.pk for one in shown), default=0)
    rows: list[Any] = list(entries.filter(row_id__in=changed, pk__lte=last).exclude(pk__in=told)) if changed else []
    for one in rows:
        one.is_shown = False
    return entries_of(sorted([*rows, *shown], key=lambda one: one.pk), list(keys), Names(also_parts=True))
