"""What happened to a batch, read from the history tables: who, when, in which use case, what changed from what to what.

Apps that hang rows on a batch add their part with `register_history`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from django.db import connection, models
from django.db.models import F, IntegerField, Max, OuterRef, Q, QuerySet, Subquery, TextField, Value
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Coalesce, Concat, JSONObject
from django.utils.formats import date_format
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from muster.batches.models import Batch, ClassSession, InstructorAssignment, MeetingMember, ScheduleSlot, Weekday

# From this many alike on, lines are told as one with their number.
MANY = 6


# --- what is told ---------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Line:
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


@dataclass(frozen=True)
class Entry:
    """What one person did at one moment."""

    at: datetime
    by_id: str | None
    by_name: str
    use_case: str
    title: str
    reason: str
    lines: Sequence[Line]

    @property
    def below(self) -> Sequence[Line]:
        """The lines to show below the title; none where the title says it all."""
        return () if len(self.lines) == 1 and self.lines[0].alone == self.title else self.lines


@dataclass(frozen=True)
class HistoryPage:
    """Some entries, the latest first, of `total`."""

    entries: Sequence[Entry]
    total: int


# --- where it is told from ------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Event:
    """A row as it was after a change, and before; values as JSON keeps them."""

    label: str
    row: Mapping[str, Any]
    before: Mapping[str, Any]
    names: Names

    def changed(self, name: str) -> bool:
        """Whether the column differs; nothing differs in a row that just came."""
        return self.label == "update" and self.row.get(name) != self.before.get(name)


Describe = Callable[[Event], Iterable[Line]]


@dataclass(frozen=True)
class Source:
    """A tracked table: which of its rows belong to a batch, and how their changes read."""

    model: type[models.Model]
    of: Callable[[Batch], Q]
    describe: Describe

    @property
    def events(self) -> Any:
        return self.model.pgh_event_model.objects  # type: ignore[attr-defined]

    @property
    def columns(self) -> list[str]:
        """The columns that history keeps."""
        kept = self.model.pgh_event_model._meta.fields  # type: ignore[attr-defined]
        return [one.attname for one in kept if not one.name.startswith("pgh_")]


SOURCES: list[Source] = []
# Use cases in the words of a sentence that begins with who did it.
TITLES: dict[str, Any] = {
    "open_batch": gettext_lazy("created the batch"),
    "change_batch": gettext_lazy("changed the batch"),
    "assign_lead": gettext_lazy("assigned a lead"),
    "assign_instructor": gettext_lazy("assigned an instructor"),
    "end_assignment": gettext_lazy("ended an assignment"),
    "archive_batch": gettext_lazy("archived the batch"),
    "unarchive_batch": gettext_lazy("unarchived the batch"),
    "restore_batch": gettext_lazy("restored the batch"),
    "share_meeting": gettext_lazy("shared a session with other batches"),
    "join_meeting": gettext_lazy("shared a session with other batches"),
    "move_status": gettext_lazy("changed the status"),
    "add_session": gettext_lazy("added a session"),
    "change_session": gettext_lazy("changed a session"),
    "cancel_session": gettext_lazy("cancelled a session"),
    "restore_session": gettext_lazy("restored a session"),
}


def register_history(source: Source, titles: Mapping[str, Any]) -> None:
    """Add a table, and the words of the use cases that write it. Call from `AppConfig.ready`."""
    SOURCES[:] = [*(one for one in SOURCES if one.model is not source.model), source]
    TITLES.update(titles)


@dataclass
class Names:
    """The words for the ids that rows carry, asked for all at once."""

    wanted: dict[type[models.Model], set[str]] = field(default_factory=dict)
    known: dict[str, str] = field(default_factory=dict)

    WORDS = {"User": "full_name", "Course": "title", "Subject": "title"}

    def want(self, model: type[models.Model], row: Mapping[str, Any]) -> None:
        """Note the ids of a row's references."""
        for one in model._meta.fields:
            key = row.get(one.attname)
            if key and isinstance(one, models.ForeignKey) and one.name not in ("institution", "batch"):
                self.wanted.setdefault(one.related_model, set()).add(str(key))

    def ask(self) -> None:
        """Ask for all of them, in one statement."""
        arms = [
            model._default_manager.filter(pk__in=keys).order_by().values_list("pk", self._word(model))
            for model, keys in self.wanted.items()
        ]
        if arms:
            self.known.update({str(key): str(word) for key, word in arms[0].union(*arms[1:], all=True)})

    def _word(self, model: type[models.Model]) -> Any:
        word = self.WORDS.get(model.__name__)
        if word is None:
            columns = {one.name for one in model._meta.fields}
            word = next((name for name in ("name", "title", "code") if name in columns), "pk")
        return Cast(word, TextField()) if word == "pk" else word

    def of(self, key: Any) -> str:
        """The word for an id; what is gone has none any more."""
        return self.known.get(str(key), _("a removed person or item")) if key else ""


def worded(model: type[models.Model], name: str, value: Any, names: Names) -> str:
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
    return Truncator(str(value)).chars(120)


def changed_columns(
    model: type[models.Model], event: Event, columns: Iterable[str], *, subject: str = ""
) -> Iterable[Line]:
    """A line "Seats: 30 → 32" for each of the columns that changed; `subject` stands before it."""
    for name in columns:
        column = model._meta.get_field(name)
        attname = column.attname  # type: ignore[union-attr]
        if not event.changed(attname):
            continue
        before = worded(model, name, event.before.get(attname), event.names)
        after = worded(model, name, event.row.get(attname), event.names)
        label = str(column.verbose_name)  # type: ignore[union-attr]
        what = f"{label[:1].upper()}{label[1:]}"
        text = f"{what}: {before} → {after}"
        yield Line(
            f"{subject}, {text[:1].lower()}{text[1:]}" if subject else text,
            "move",
            name,
            before,
            after,
            subject,
            alike=(name, before, after) if subject else (),
            many=text,
        )


# --- the tables of this app -----------------------------------------------------------------------------------------
BATCH_COLUMNS = (
    "name",
    "code",
    "course",
    "branch",
    "department",
    "year",
    "current_semester",
    "auto_rollover",
    "status",
    "start_date",
    "end_date",
    "capacity",
    "waitlist_capacity",
    "notes",
)


def _batch(event: Event) -> Iterable[Line]:
    if event.label == "insert":
        row = event.row
        days = [worded(Batch, name, row[name], event.names) for name in ("start_date", "end_date") if row[name]]
        seats = _("%(count)s seats") % {"count": row["capacity"]} if row["capacity"] else _("open capacity")
        yield Line(", ".join(filter(None, [row["name"], row["code"], " – ".join(days), seats])), "add")
    yield from changed_columns(Batch, event, BATCH_COLUMNS)
    if event.changed("attended_count") and event.row["attended_count"] is not None:
        yield Line(_("%(count)s attended") % {"count": event.row["attended_count"]})
    for name, came, went in (
        ("archived_at", _("Archived and read-only"), _("Unarchived and editable")),
        ("deleted_at", _("Deleted"), _("Restored")),
    ):
        if event.changed(name) and bool(event.row[name]) != bool(event.before.get(name)):
            yield Line(came if event.row[name] else went, "remove" if event.row[name] else "add", name)


def _slot(event: Event) -> Iterable[Line]:
    def said(row: Mapping[str, Any]) -> str:
        time = _("%(day)s %(start)s to %(end)s") % {
            "day": Weekday(row["weekday"]).label,
            "start": row["start_time"][:5],
            "end": row["end_time"][:5],
        }
        names = (event.names.of(row[key]) for key in ("room_id", "subject_id", "instructor_id"))
        return ", ".join([time, *filter(None, names)])

    if event.label == "update":
        before, after = said(event.before), said(event.row)
        if before != after:
            yield Line(f"{before} → {after}", "move", "schedule", before, after)
    elif event.label == "insert":
        yield Line(_("Weekly slot added: %(slot)s") % {"slot": said(event.row)}, "add", "schedule", "", said(event.row))
    else:
        text = _("Weekly slot removed: %(slot)s") % {"slot": said(event.row)}
        yield Line(text, "remove", "schedule", said(event.row), "")


def _assignment(event: Event) -> Iterable[Line]:
    row = event.row
    names = {
        "name": event.names.of(row["instructor_id"]),
        "role": worded(InstructorAssignment, "role", row["role"], event.names).lower(),
        "first": worded(InstructorAssignment, "from_date", row["from_date"], event.names),
        "last": worded(InstructorAssignment, "until_date", row["until_date"], event.names),
    }
    who = str(names["name"])
    if event.label == "insert":
        text = (
            _("%(name)s, %(role)s from %(first)s to %(last)s")
            if row["until_date"]
            else _("%(name)s, %(role)s from %(first)s")
        )
        alone = _("made %(name)s %(role)s from %(first)s") if not row["until_date"] else ""
        yield Line(text % names, "add", "instructors", "", who, who, alone=alone % names if alone else "")
    elif event.label == "delete":
        yield Line(_("%(name)s, %(role)s, removed") % names, "remove", "instructors", who, "", who)
    elif event.changed("until_date"):
        if row["until_date"] and row["until_date"] < row["from_date"]:
            yield Line(
                _("%(name)s, %(role)s: replaced on the first day") % names, "remove", "instructors", who, "", who
            )
        else:
            text = (
                _("%(name)s, %(role)s until %(last)s")
                if row["until_date"]
                else _("%(name)s, %(role)s with no end date")
            )
            yield Line(text % names, "move", "instructors", who, who, who)


def _member(event: Event) -> Iterable[Line]:
    name = event.names.of(event.row["shared_meeting_id"])
    if event.label == "insert":
        yield Line(_("Shares the session %(name)s") % {"name": name}, "add", "schedule", "", name)
    elif event.label == "delete":
        yield Line(_("No longer shares the session %(name)s") % {"name": name}, "remove", "schedule", name, "")


# Sessions that are made from the week by themselves are told by the week.
BY_HAND = ("add_session", "change_session", "cancel_session", "restore_session")


def _session(event: Event) -> Iterable[Line]:
    def said(row: Mapping[str, Any]) -> str:
        hours = f"{row['start_time'][:5]} – {row['end_time'][:5]}" if row["start_time"] else ""
        names = (event.names.of(row[key]) for key in ("subject_id", "instructor_id", "room_id"))
        day = worded(ClassSession, "date", row["date"], event.names)
        return ", ".join(filter(None, [day, hours, row["title"], *names, row["location"]]))

    after = said(event.row)
    if event.label == "insert":
        yield Line(_("Extra session: %(session)s") % {"session": after}, "add", "sessions", "", after)
    elif event.label == "update":
        before = said(event.before)
        was, is_now = (row.get("status") == ClassSession.Status.CANCELLED for row in (event.before, event.row))
        if is_now and not was:
            yield Line(_("Session cancelled: %(session)s") % {"session": after}, "remove", "sessions", after, "")
        elif was and not is_now:
            yield Line(_("Session restored: %(session)s") % {"session": after}, "add", "sessions", "", after)
        elif before != after:
            yield Line(f"{before} → {after}", "move", "sessions", before, after)
        elif event.changed("notes"):
            yield Line(_("Notes on %(session)s") % {"session": after}, "move", "sessions")


def _sessions_of(batch: Batch) -> Q:
    return _slots_of(batch) & Q(pgh_context__use_case__in=BY_HAND)


def _slots_of(batch: Batch) -> Q:
    shared = MeetingMember.objects.filter(batch=batch)
    return Q(batch_id=batch.pk) | Q(shared_meeting_id__in=shared.values("shared_meeting_id"))


SOURCES += [
    Source(Batch, lambda batch: Q(pgh_obj_id=batch.pk), _batch),
    Source(ScheduleSlot, _slots_of, _slot),
    Source(InstructorAssignment, lambda batch: Q(batch_id=batch.pk), _assignment),
    Source(ClassSession, _sessions_of, _session),
    Source(MeetingMember, lambda batch: Q(batch_id=batch.pk), _member),
]


# --- reading --------------------------------------------------------------------------------------------------------
def history_of(batch: Batch, *, page: int = 1, page_size: int = 50) -> HistoryPage:
    """The batch's history, the latest first: what one request did is one entry.

    Costs one statement for the page, one for what happened, and one for the names, however much that was.
    """
    keys, total = _keys(batch, (page - 1) * page_size, page_size)
    if not keys:
        return HistoryPage([], total)
    names = Names()
    found: dict[str, list[tuple[Source, Any]]] = {key: [] for key in keys}
    for event in _events(batch, keys):
        source = SOURCES[event["table"]]
        names.want(source.model, event["row"])
        names.want(source.model, event["before"] or {})
        found[event["key"]].append((source, event))
    names.ask()
    entries = [_entry(events, names) for events in found.values() if events]
    return HistoryPage([entry for entry in entries if entry is not None], total)


def _keyed(source: Source, batch: Batch) -> QuerySet[Any]:
    """The table's events of the batch, each with the key of its entry: the request that made it, else the use case."""
    alone = Concat(Value(f"{source.model.__name__} "), Cast("pgh_id", TextField()), output_field=TextField())
    key = Coalesce(KeyTextTransform("request", "pgh_context"), Cast("pgh_context_id", TextField()), alone)
    rows: QuerySet[Any] = source.events.filter(source.of(batch)).annotate(key=key)
    return rows


def _keys(batch: Batch, offset: int, limit: int) -> tuple[list[str], int]:
    arms = [_keyed(source, batch).order_by().values("key").annotate(at=Max("pgh_created_at")) for source in SOURCES]
    made = [arm.values_list("key", "at").query.sql_with_params() for arm in arms]
    union = " UNION ALL ".join(f"({sql})" for sql, _params in made)
    # The parts are the ORM's own statements; nothing that a person typed is in the text.
    statement = (
        "SELECT key, count(*) OVER () FROM (SELECT key, max(at) AS at FROM ("  # noqa: S608
        + union
        + ") AS told (key, at) GROUP BY key) AS entry ORDER BY at DESC, key LIMIT %s OFFSET %s"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [*(param for _sql, params in made for param in params), limit, offset])
        rows = cursor.fetchall()
    return [key for key, _total in rows], rows[0][1] if rows else 0


def _events(batch: Batch, keys: Sequence[str]) -> Iterable[dict[str, Any]]:
    """The events of these entries, table by table, with the place of the table among the sources."""
    arms = [_arm(number, source, batch, keys) for number, source in enumerate(SOURCES)]
    return arms[0].union(*arms[1:], all=True).order_by("table", "pgh_id")  # type: ignore[no-any-return]


def _arm(number: int, source: Source, batch: Batch, keys: Sequence[str]) -> Any:
    columns = {name: F(name) for name in source.columns}
    before = source.events.filter(pgh_obj_id=OuterRef("pgh_obj_id"), pgh_id__lt=OuterRef("pgh_id")).order_by("-pgh_id")
    return (
        _keyed(source, batch)
        .filter(key__in=keys)
        .order_by()
        .annotate(
            table=Value(number, output_field=IntegerField()),
            row=JSONObject(**columns),
            before=Subquery(before.values(was=JSONObject(**columns))[:1]),
        )
        .values("table", "key", "pgh_id", "pgh_label", "pgh_created_at", "pgh_context", "row", "before")
    )


def _entry(events: Sequence[tuple[Source, dict[str, Any]]], names: Names) -> Entry | None:
    contexts = [
        dict(event["pgh_context"] or {}) for _source, event in sorted(events, key=lambda one: one[1]["pgh_created_at"])
    ]
    first = next((context for context in contexts if context.get("use_case")), {})
    lines: list[Line] = []
    for source, event in events:
        lines += source.describe(Event(event["pgh_label"], event["row"], event["before"] or {}, names))
    use_cases = list(dict.fromkeys(str(context["use_case"]) for context in contexts if context.get("use_case")))
    titles = dict.fromkeys(str(TITLES.get(one, _("changed something"))) for one in use_cases)
    told = _told_once(lines)
    title = told[0].alone if len(told) == 1 and told[0].alone else ", ".join(titles) or _("changed something")
    reasons = dict.fromkeys(str(context["reason"]) for context in contexts if context.get("reason"))
    return Entry(
        at=max(event["pgh_created_at"] for _source, event in events),
        by_id=first.get("by"),
        by_name=str(first.get("by_name") or "") or _("Someone, directly in the database"),
        use_case=use_cases[0] if use_cases else "",
        title=title,
        reason="; ".join(reasons),
        lines=told,
    )


def _told_once(lines: Sequence[Line]) -> list[Line]:
    """Without what was taken away and put back the same, and with many alike as one."""
    kept = list(lines)
    for gone in [line for line in lines if line.sign == "remove" and line.field == "schedule"]:
        back = next(
            (line for line in kept if line.sign == "add" and line.field == "schedule" and line.after == gone.before),
            None,
        )
        if back is not None and gone in kept:
            kept.remove(gone)
            kept.remove(back)
    counts = Counter(line.alike for line in kept if line.alike)
    told: set[tuple[str, ...]] = set()
    shown: list[Line] = []
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
