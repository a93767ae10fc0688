"""Reading history: what happened to a row and its parts, or in a whole institution, in words.

Each app says with `describe` how changes of its tables read, and with `name_use_cases` what people call what they do. A
table of which nothing is said is told column by column.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import models
from django.db.models import Case, Count, Max, Q, QuerySet, TextField, When, Window
from django.db.models.functions import Cast, Coalesce
from django.utils.formats import date_format
from django.utils.text import Truncator, capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from muster.core.history import TRACKED
from muster.core.models import AuditEntry
from muster.core.subqueries import is_one_of

# From this many alike on, lines are told as one with their number.
MANY = 6
# Columns that tell people nothing: where files are kept, and by what they are compared.
UNTOLD = {"basis", "file", "file_digest", "fingerprint", "logo", "photo", "series"}


# --- what is told -----------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class HistoryLine:
    """One thing that changed. `sign` is `add`, `remove` or `move`; `subject` is whose, such as a student."""

    text: str
    sign: str = "move"
    field: str = ""
    before: str = ""
    after: str = ""
    subject: str = ""
    # Lines that say the same of many subjects are told once; `many` says it of a number of them.
    alike: tuple[str, ...] = ()
    many: str = ""
    # Of whom it is then told.
    subjects: tuple[str, ...] = ()
    # What the whole entry says where this is its only line, such as "enrolled Pedro Molefe"; and where all its lines
    # are like this one, by their number, such as "enrolled %(count)d students".
    alone: str = ""
    together: Any = None
    # Not told where the same is taken away and put back.
    undone: bool = False
    # Of what `before` and `after` are, in words.
    label: str = ""


@dataclass(frozen=True)
class About:
    """A row that an entry is about, by its word; without one it is gone, or has none."""

    model: type[models.Model]
    pk: str
    name: str


@dataclass(frozen=True)
class HistoryEntry:
    """What one person did at one moment."""

    at: datetime
    by_id: str | None
    by_name: str
    use_case: str
    title: str
    reason: str
    lines: Sequence[HistoryLine]
    # The request that it was, or the only row.
    key: str = ""
    # How many rows it changed, and of how many of them nothing is told.
    rows: int = 0
    untold: int = 0
    # What it is about, the nearest first: rows that it changed, and what these are part of.
    about: Sequence[About] = ()
    is_look: bool = False
    labels: frozenset[str] = frozenset()

    @property
    def below(self) -> Sequence[HistoryLine]:
        """The lines to show below the title; none where the title says it all."""
        return () if len(self.lines) == 1 and self.lines[0].alone == self.title else self.lines


@dataclass(frozen=True)
class HistoryPage:
    """Some entries, the latest first, of `total`."""

    entries: Sequence[HistoryEntry]
    total: int


# --- what apps declare ------------------------------------------------------------------------------------------------
class Values(dict[str, Any]):
    """A row's columns as JSON keeps them; what is not known is None."""

    def __missing__(self, name: str) -> None:
        return None


@dataclass(frozen=True)
class HistoryEvent:
    """A row as it was after a change, and before. `label` is `insert`, `update` or `delete`."""

    model: type[models.Model]
    label: str
    row: Values
    before: Values
    names: Names
    pk: str = ""

    def changed(self, name: str) -> bool:
        """Whether the column differs; nothing differs in a row that just came."""
        return self.label == "update" and self.row[name] != self.before[name]


Describe = Callable[[HistoryEvent], Iterable[HistoryLine]]


@dataclass(frozen=True)
class _Described:
    describe: Describe
    use_cases: Collection[str]


_described: dict[type[models.Model], _Described] = {}
_use_cases: dict[str, Any] = {"repair": gettext_lazy("repaired inconsistent data")}


def describe(model: type[models.Model], words: Describe, *, only: Collection[str] = ()) -> None:
    """Say how changes of the model's rows read; `only` those made by these use cases are told."""
    _described[model] = _Described(words, only)


def name_use_cases(words: Mapping[str, Any]) -> None:
    """Say what people call these use cases, in the words of a sentence that begins with who did it."""
    _use_cases.update(words)


# --- words ------------------------------------------------------------------------------------------------------------
@dataclass
class Names:
    """The words for the ids that rows carry, asked for all at once."""

    wanted: dict[type[models.Model], set[str]] = field(default_factory=dict)
    known: dict[str, str] = field(default_factory=dict)
    # Of a log, whose rows are parts of many.
    also_parts: bool = False

    def want(self, model: type[models.Model], row: Mapping[str, Any]) -> None:
        """Note the ids of a row's references, but for those that all rows of a page share."""
        shared = {TRACKED[model].owner, *([] if self.also_parts else TRACKED[model].part_of)}
        for one in model._meta.fields:
            key = row.get(one.attname)
            if key and isinstance(one, models.ForeignKey) and one.attname not in shared:
                self.wanted.setdefault(one.related_model, set()).add(str(key))

    def want_row(self, model: type[models.Model], pk: str) -> None:
        """Note a row that is told of, for what people know it by."""
        self.wanted.setdefault(model, set()).add(pk)

    def ask(self) -> None:
        arms = []
        for model, keys in self.wanted.items():
            if (word := word_of(model)) is None:
                self.known.update(dict.fromkeys(keys, str(model._meta.verbose_name)))
            else:
                rows = model._default_manager.filter(pk__in=keys).order_by()
                arms.append(rows.values_list("pk", Cast(word, TextField())))
        if arms:
            self.known.update({str(key): str(word) for key, word in arms[0].union(*arms[1:], all=True)})

    def knows(self, key: Any) -> bool:
        return str(key) in self.known

    def of(self, key: Any) -> str:
        """The word for an id; what is gone has none any more."""
        return self.known.get(str(key), _("a removed person or item")) if key else ""


def word_of(model: type[models.Model]) -> Any:
    """What people know a row by: a column, or a path to one; nothing where there is none."""
    columns = {one.name for one in model._meta.fields}
    named = (name for name in ("name", "full_name", "title", "code") if name in columns)
    return getattr(model, "known_by", None) or next(named, None)


def value_in_words(model: type[models.Model], name: str, value: Any, names: Names) -> str:
    """A column's value in words for people."""
    column = model._meta.get_field(name)
    if value is None or value == "":
        return _("none")
    if isinstance(column, models.ForeignKey):
        return names.of(value)
    if column.choices:  # type: ignore[union-attr]
        return str(dict(column.flatchoices).get(value, value))  # type: ignore[union-attr]
    if isinstance(column, models.BooleanField):
        return _("on") if value else _("off")
    if isinstance(column, models.DateTimeField):
        return date_format(datetime.fromisoformat(value), "j M Y, H:i")
    if isinstance(column, models.DateField):
        return date_format(date.fromisoformat(value), "j M Y")
    if isinstance(value, list):
        return Truncator(", ".join(map(str, value))).chars(120) or _("none")
    return Truncator(str(value)).chars(120)


def changed_columns(event: HistoryEvent, columns: Iterable[str], *, subject: str = "") -> Iterable[HistoryLine]:
    """A line "Seats: 30 → 32" for each of the columns that changed; `subject` stands before it."""
    for name in columns:
        column = event.model._meta.get_field(name)
        attname = column.attname  # type: ignore[union-attr]
        if not event.changed(attname):
            continue
        before = value_in_words(event.model, name, event.before[attname], event.names)
        after = value_in_words(event.model, name, event.row[attname], event.names)
        label = capfirst(str(column.verbose_name))  # type: ignore[union-attr]
        text = f"{label}: {before} → {after}"
        yield HistoryLine(
            f"{subject}, {text[:1].lower()}{text[1:]}" if subject else text,
            "move",
            name,
            before,
            after,
            subject,
            alike=(name, before, after) if subject else (),
            many=text,
            label=label,
        )


def _column_by_column(event: HistoryEvent) -> Iterable[HistoryLine]:
    kind = capfirst(str(event.model._meta.verbose_name))
    word = word_of(event.model)
    own = event.row[word] if isinstance(word, str) else ""
    names = {"kind": kind, "name": own or event.names.known.get(event.pk, "")}
    alike = (str(event.model._meta.label), event.label)
    if event.label == "insert":
        text = (_("%(kind)s added: %(name)s") if names["name"] else _("%(kind)s added")) % names
        yield HistoryLine(text, "add", alike=alike, many=_("%(kind)s added") % names)
    elif event.label == "delete":
        text = (_("%(kind)s removed: %(name)s") if names["name"] else _("%(kind)s removed")) % names
        yield HistoryLine(text, "remove", alike=alike, many=_("%(kind)s removed") % names)
    else:
        kept = set(TRACKED[event.model].columns) - UNTOLD
        columns = [one.name for one in event.model._meta.fields if one.column in kept]
        # A row's own history need not say whose it is.
        yield from changed_columns(event, columns, subject=str(names["name"]) if event.names.also_parts else "")


def use_cases() -> Collection[str]:
    """Every use case that has a name for people."""
    return _use_cases.keys()


def use_case_titles() -> Mapping[str, str]:
    """What people call every use case."""
    return {name: str(words) for name, words in _use_cases.items()}


# --- reading ----------------------------------------------------------------------------------------------------------
# What one request did is one entry; so is a change that nobody told of.
KEY = Coalesce("request", Cast("id", TextField()))


def history_of(
    row: models.Model, *, parts_of: QuerySet[Any, Any] | None = None, page: int = 1, page_size: int = 50
) -> HistoryPage:
    """What happened to the row and to its parts, and to the parts of the ids in `parts_of`; the latest first.

    Costs one statement for the page, one for what happened, and one for the names, however much that was.
    """
    about = Q(row_id=row.pk) | Q(part_of=row.pk)
    return _page_of_history(about if parts_of is None else about | is_one_of("part_of", parts_of), page, page_size)


def _page_of_history(about: Q, page: int, page_size: int) -> HistoryPage:
    for model, described in _described.items():
        if described.use_cases:
            about &= ~Q(table_name=model._meta.db_table) | Q(use_case__in=described.use_cases)
    entries = AuditEntry.objects.annotate(key=KEY)
    start = (page - 1) * page_size
    keys = list(
        entries.filter(about)
        .values("key")
        .annotate(last=Max("at"), total=Window(Count("*")))
        .order_by("-last", "key")[start : start + page_size]
    )
    if not keys:
        return HistoryPage([], 0)
    shown = about & Q(key__in=[one["key"] for one in keys])
    some = entries.filter(row_id__in=entries.filter(shown).values("row_id"))
    rows = some.annotate(is_shown=Case(When(shown, True), default=False)).order_by("pk")
    return HistoryPage(entries_of(rows, [one["key"] for one in keys], Names()), keys[0]["total"])


Event = tuple[AuditEntry, HistoryEvent]


def entries_of(rows: Iterable[AuditEntry], keys: Sequence[str], names: Names) -> list[HistoryEntry]:
    """What was done in each of the keys, from all that happened to the rows: told of are those that `is_shown`."""
    found: dict[str, list[Event]] = {key: [] for key in keys}
    for entry, event in _events(rows, names):
        names.want(event.model, event.row)
        names.want(event.model, event.before)
        if names.also_parts and word_of(event.model) is not None:
            names.want_row(event.model, str(entry.row_id))
        found[entry.key].append((entry, event))  # type: ignore[attr-defined]
    names.ask()
    return [_entry(key, events) for key, events in found.items() if events]


def _events(entries: Iterable[AuditEntry], names: Names) -> Iterable[Event]:
    """What is shown, each row as it then was: put together from what happened to the row before."""
    tables = {model._meta.db_table: model for model in TRACKED}
    rows: dict[UUID, Values] = {}
    for entry in entries:
        before = rows.get(entry.row_id, Values())
        after = rows[entry.row_id] = Values(before | (entry.after or entry.before or {}))
        model = tables.get(entry.table_name)
        if model is not None and entry.is_shown:  # type: ignore[attr-defined]
            label = "insert" if entry.before is None else "delete" if entry.after is None else "update"
            was = Values(before | (entry.before or {}))
            yield entry, HistoryEvent(model, label, after, was, names, str(entry.row_id))


def _entry(key: str, events: Sequence[Event]) -> HistoryEntry:
    entries = sorted((entry for entry, _event in events), key=lambda entry: entry.at)
    first = next((entry for entry in entries if entry.use_case), entries[0])
    places = {model: place for place, model in enumerate(_described)}
    events = sorted(events, key=lambda one: (places.get(one[1].model, len(places)), one[0].pk))
    lines: list[HistoryLine] = []
    for _of, event in events:
        described = _described.get(event.model)
        lines += described.describe(event) if described else _column_by_column(event)
    use_cases = list(dict.fromkeys(entry.use_case for entry in entries if entry.use_case))
    titles = dict.fromkeys(str(_use_cases.get(one, _("changed something"))) for one in use_cases)
    told = _told_once(lines)
    # Of very many rows a log reads some, and counts the others.
    rows = getattr(first, "rows_in_all", len(entries))
    title = told[0].alone if len(told) == 1 and told[0].alone else ", ".join(titles) or _("changed something")
    if together := _together(lines, events):
        title = together
    reasons = dict.fromkeys(str(entry.facts["reason"]) for entry in entries if entry.facts.get("reason"))
    return HistoryEntry(
        at=entries[-1].at,
        by_id=str(first.by_id) if first.by_id else None,
        by_name=first.by_name or _("Someone, directly in the database"),
        use_case=first.use_case,
        title=title,
        reason="; ".join(reasons),
        lines=told,
        key=key,
        rows=rows,
        untold=rows - len(entries),
        about=_about(events),
        is_look=any(TRACKED[event.model].is_look for _entry, event in events),
        labels=frozenset(event.label for _entry, event in events),
    )


def _together(lines: Sequence[HistoryLine], events: Sequence[Event]) -> str:
    """What is said of lines that are all alike, by their number; nothing where they are not, or there is one."""
    kinds = {(line.together, line.alike) for line in lines}
    if len(kinds) != 1 or not lines[0].together:
        return ""
    count = max(len(lines), getattr(events[0][0], "alike_in_all", 0))
    return str(lines[0].together % {"count": count}) if count > 1 else ""


def _parts(event: HistoryEvent) -> list[Any]:
    """The references of a row to what it is part of; of a look to all that was looked at."""
    tracking = TRACKED[event.model]
    return [
        one
        for one in event.model._meta.fields
        if one.column in tracking.part_of
        or (tracking.is_look and isinstance(one, models.ForeignKey) and one.column != tracking.owner)
    ]


def _about(events: Sequence[Event]) -> list[About]:
    found: dict[str, About] = {}
    times: Counter[str] = Counter()
    for entry, event in events:
        keys = [(event.model, str(entry.row_id))]
        keys += [(part.related_model, str(event.row[part.column])) for part in _parts(event) if event.row[part.column]]
        word = word_of(event.model)
        own = str(event.row[word] or "") if isinstance(word, str) and event.label != "delete" else ""
        for model, pk in keys:
            times[pk] += 1
            name = own if model is event.model else ""
            if event.names.knows(pk) and word_of(model) is not None:
                name = event.names.of(pk)
            if pk not in found or (name and not found[pk].name):
                found[pk] = About(model, pk, name)
    # What most of it is about, before each of its parts.
    return sorted(found.values(), key=lambda one: -times[one.pk])


def _told_once(lines: Sequence[HistoryLine]) -> list[HistoryLine]:
    """Without what was taken away and put back the same, and with many alike as one."""
    kept = list(lines)
    for gone in [line for line in lines if line.sign == "remove" and line.undone]:
        back = next((one for one in kept if one.sign == "add" and one.undone and one.after == gone.before), None)
        if back is not None and gone in kept:
            kept.remove(gone)
            kept.remove(back)
    counts = Counter(line.alike for line in kept if line.alike)
    told: set[tuple[str, ...]] = set()
    shown: list[HistoryLine] = []
    for line in kept:
        count = counts.get(line.alike, 0) if line.alike else 0
        if count < MANY:
            shown.append(line)
        elif line.alike not in told:
            told.add(line.alike)
            text = _("%(count)d times: %(what)s") % {"count": count, "what": line.many}
            whose = tuple(one.subject for one in kept if one.alike == line.alike and one.subject)
            shown.append(replace(line, text=text, subject="", subjects=whose))
    return shown
