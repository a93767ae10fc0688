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
    # What the whole entry says where this is its only line, such as "enrolled Pedro Molefe".
    alone: str = ""
    # Not told where the same is taken away and put back.
    undone: bool = False


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

    def want(self, model: type[models.Model], row: Mapping[str, Any]) -> None:
        """Note the ids of a row's references, but for those that all rows of a page share."""
        shared = {TRACKED[model].owner, *TRACKED[model].part_of}
        for one in model._meta.fields:
            key = row.get(one.attname)
            if key and isinstance(one, models.ForeignKey) and one.attname not in shared:
                self.wanted.setdefault(one.related_model, set()).add(str(key))

    def ask(self) -> None:
        arms = [
            model._default_manager.filter(pk__in=keys).order_by().values_list("pk", _word(model))
            for model, keys in self.wanted.items()
        ]
        if arms:
            self.known.update({str(key): str(word) for key, word in arms[0].union(*arms[1:], all=True)})

    def of(self, key: Any) -> str:
        """The word for an id; what is gone has none any more."""
        return self.known.get(str(key), _("a removed person or item")) if key else ""


def _word(model: type[models.Model]) -> Any:
    """The column that people know a row by."""
    columns = {one.name for one in model._meta.fields}
    word = next((name for name in ("name", "full_name", "title", "code") if name in columns), None)
    return word or Cast("pk", TextField())


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
        text = f"{capfirst(str(column.verbose_name))}: {before} → {after}"  # type: ignore[union-attr]
        yield HistoryLine(
            f"{subject}, {text[:1].lower()}{text[1:]}" if subject else text,
            "move",
            name,
            before,
            after,
            subject,
            alike=(name, before, after) if subject else (),
            many=text,
        )


def _column_by_column(event: HistoryEvent) -> Iterable[HistoryLine]:
    kind = capfirst(str(event.model._meta.verbose_name))
    word = _word(event.model)
    names = {"kind": kind, "name": event.row[word] if isinstance(word, str) else ""}
    if event.label == "insert":
        yield HistoryLine((_("%(kind)s added: %(name)s") if names["name"] else _("%(kind)s added")) % names, "add")
    elif event.label == "delete":
        yield HistoryLine(
            (_("%(kind)s removed: %(name)s") if names["name"] else _("%(kind)s removed")) % names, "remove"
        )
    else:
        kept = TRACKED[event.model].columns
        yield from changed_columns(event, [one.name for one in event.model._meta.fields if one.column in kept])


def use_cases() -> Collection[str]:
    """Every use case that has a name for people."""
    return _use_cases.keys()


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


def log_of(
    owner: UUID,
    *,
    since: datetime,
    until: datetime | None = None,
    by: UUID | None = None,
    use_case: str = "",
    model: type[models.Model] | None = None,
    page: int = 1,
    page_size: int = 50,
) -> HistoryPage:
    """What happened to all rows of an owner from one moment to another: by somebody, in a use case, to one kind of row.

    Costs as `history_of`; the time between the moments is what it looks through.
    """
    about = Q(owner_id=owner, at__gte=since)
    for name, value in (("at__lt", until), ("by_id", by), ("use_case", use_case)):
        if value:
            about &= Q(**{name: value})
    return _page_of_history(about & Q(table_name=model._meta.db_table) if model else about, page, page_size)


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
    names = Names()
    found: dict[str, list[tuple[AuditEntry, HistoryEvent]]] = {one["key"]: [] for one in keys}
    for entry, event in _events(entries, shown, names):
        names.want(event.model, event.row)
        names.want(event.model, event.before)
        found[entry.key].append((entry, event))  # type: ignore[attr-defined]
    names.ask()
    return HistoryPage([_entry(events) for events in found.values() if events], keys[0]["total"])


def _events(entries: QuerySet[AuditEntry], shown: Q, names: Names) -> Iterable[tuple[AuditEntry, HistoryEvent]]:
    """What is shown, each row as it then was: put together from all that happened to the row before."""
    tables = {model._meta.db_table: model for model in TRACKED}
    rows: dict[UUID, Values] = {}
    some = entries.filter(row_id__in=entries.filter(shown).values("row_id"))
    for entry in some.annotate(is_shown=Case(When(shown, True), default=False)).order_by("pk"):
        before = rows.get(entry.row_id, Values())
        after = rows[entry.row_id] = Values(before | (entry.after or entry.before or {}))
        model = tables.get(entry.table_name)
        if model is not None and entry.is_shown:
            label = "insert" if entry.before is None else "delete" if entry.after is None else "update"
            yield entry, HistoryEvent(model, label, after, Values(before | (entry.before or {})), names)


def _entry(events: Sequence[tuple[AuditEntry, HistoryEvent]]) -> HistoryEntry:
    entries = sorted((entry for entry, _event in events), key=lambda entry: entry.at)
    first = next((entry for entry in entries if entry.use_case), entries[0])
    places = {model: place for place, model in enumerate(_described)}
    lines: list[HistoryLine] = []
    for _of, event in sorted(events, key=lambda one: (places.get(one[1].model, len(places)), one[0].pk)):
        described = _described.get(event.model)
        lines += described.describe(event) if described else _column_by_column(event)
    use_cases = list(dict.fromkeys(entry.use_case for entry in entries if entry.use_case))
    titles = dict.fromkeys(str(_use_cases.get(one, _("changed something"))) for one in use_cases)
    told = _told_once(lines)
    title = told[0].alone if len(told) == 1 and told[0].alone else ", ".join(titles) or _("changed something")
    reasons = dict.fromkeys(str(entry.facts["reason"]) for entry in entries if entry.facts.get("reason"))
    return HistoryEntry(
        at=entries[-1].at,
        by_id=str(first.by_id) if first.by_id else None,
        by_name=first.by_name or _("Someone, directly in the database"),
        use_case=first.use_case,
        title=title,
        reason="; ".join(reasons),
        lines=told,
    )


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
            shown.append(
                replace(line, text=_("%(count)d times: %(what)s") % {"count": count, "what": line.many}, subject="")
            )
    return shown
