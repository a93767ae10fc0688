"""How batches read in their history, with their weeks, sessions and instructors."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from muster.batches.models import Batch, BatchMeeting, InstructorAssignment
from muster.core import audit
from muster.core.audit import (
    HistoryEvent,
    HistoryLine,
    HistoryPage,
    changed_columns,
    describe,
    name_use_cases,
    value_in_words,
)
from muster.core.weekdays import Weekday
from muster.timetable.models import ClassSession, ScheduleSlot

USE_CASES = {
    "open_batch": gettext_lazy("created the batch"),
    "change_batch": gettext_lazy("changed the batch"),
    "assign_lead": gettext_lazy("assigned a lead"),
    "assign_leads": gettext_lazy("assigned leads"),
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
    "make_sessions": gettext_lazy("created sessions"),
    "extend_sessions": gettext_lazy("created sessions"),
}
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
    "buffer_released_on",
    "notes",
)


def _batch(event: HistoryEvent) -> Iterable[HistoryLine]:
    if event.label == "insert":
        row = event.row
        days = [value_in_words(Batch, name, row[name], event.names) for name in ("start_date", "end_date") if row[name]]
        seats = _("%(count)s seats") % {"count": row["capacity"]} if row["capacity"] else _("open capacity")
        yield HistoryLine(", ".join(filter(None, [row["name"], row["code"], " – ".join(days), seats])), "add")
    yield from changed_columns(event, BATCH_COLUMNS)
    if event.changed("attended_count") and event.row["attended_count"] is not None:
        yield HistoryLine(_("%(count)s attended") % {"count": event.row["attended_count"]})
    for name, came, went in (
        ("archived_at", _("Archived and read-only"), _("Unarchived and editable")),
        ("deleted_at", _("Deleted"), _("Restored")),
    ):
        if event.changed(name) and bool(event.row[name]) != bool(event.before.get(name)):
            yield HistoryLine(came if event.row[name] else went, "remove" if event.row[name] else "add", name)


def _slot(event: HistoryEvent) -> Iterable[HistoryLine]:
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
            yield HistoryLine(f"{before} → {after}", "move", "schedule", before, after)
    elif event.label == "insert":
        text = _("Weekly slot added: %(slot)s") % {"slot": said(event.row)}
        yield HistoryLine(text, "add", "schedule", after=said(event.row), undone=True)
    else:
        text = _("Weekly slot removed: %(slot)s") % {"slot": said(event.row)}
        yield HistoryLine(text, "remove", "schedule", said(event.row), undone=True)


def _assignment(event: HistoryEvent) -> Iterable[HistoryLine]:
    row = event.row
    names = {
        "name": event.names.of(row["instructor_id"]),
        "role": value_in_words(InstructorAssignment, "role", row["role"], event.names).lower(),
        "first": value_in_words(InstructorAssignment, "from_date", row["from_date"], event.names),
        "last": value_in_words(InstructorAssignment, "until_date", row["until_date"], event.names),
    }
    who = str(names["name"])
    if event.label == "insert":
        text = (
            _("%(name)s, %(role)s from %(first)s to %(last)s")
            if row["until_date"]
            else _("%(name)s, %(role)s from %(first)s")
        )
        alone = _("made %(name)s %(role)s from %(first)s") if not row["until_date"] else ""
        yield HistoryLine(text % names, "add", "instructors", "", who, who, alone=alone % names if alone else "")
    elif event.label == "delete":
        yield HistoryLine(_("%(name)s, %(role)s, removed") % names, "remove", "instructors", who, "", who)
    elif event.changed("until_date"):
        if row["until_date"] and row["until_date"] < row["from_date"]:
            yield HistoryLine(
                _("%(name)s, %(role)s: replaced on the first day") % names, "remove", "instructors", who, "", who
            )
        else:
            text = (
                _("%(name)s, %(role)s until %(last)s")
                if row["until_date"]
                else _("%(name)s, %(role)s with no end date")
            )
            yield HistoryLine(text % names, "move", "instructors", who, who, who)


def _meeting_joined(event: HistoryEvent) -> Iterable[HistoryLine]:
    if event.row["is_own"]:
        return
    name = event.names.of(event.row["meeting_id"])
    if event.label == "insert":
        yield HistoryLine(_("Shares the session %(name)s") % {"name": name}, "add", "schedule", after=name, undone=True)
    elif event.label == "delete":
        yield HistoryLine(
            _("No longer shares the session %(name)s") % {"name": name}, "remove", "schedule", name, undone=True
        )


# Sessions that are made from the week by themselves are told by the week.
BY_HAND = ("add_session", "change_session", "cancel_session", "restore_session")


def _session(event: HistoryEvent) -> Iterable[HistoryLine]:
    def said(row: Mapping[str, Any]) -> str:
        hours = f"{row['start_time'][:5]} – {row['end_time'][:5]}" if row["start_time"] else ""
        names = (event.names.of(row[key]) for key in ("subject_id", "instructor_id", "room_id"))
        day = value_in_words(ClassSession, "date", row["date"], event.names)
        return ", ".join(filter(None, [day, hours, row["title"], *names, row["location"]]))

    after = said(event.row)
    if event.label == "insert":
        if event.row["slot_id"]:
            made = _("Session created: %(session)s") % {"session": after}
            yield HistoryLine(made, "add", "sessions", "", after, alike=("session",), many=_("Session created"))
        else:
            yield HistoryLine(_("Extra session: %(session)s") % {"session": after}, "add", "sessions", "", after)
    elif event.label == "update":
        before = said(event.before)
        if event.changed("is_locked"):
            locked = (
                _("Register locked: %(session)s") if event.row["is_locked"] else _("Register unlocked: %(session)s")
            )
            yield HistoryLine(locked % {"session": after}, "move", "sessions")
        was, is_now = (row.get("status") == ClassSession.Status.CANCELLED for row in (event.before, event.row))
        if is_now and not was:
            yield HistoryLine(_("Session cancelled: %(session)s") % {"session": after}, "remove", "sessions", after, "")
        elif was and not is_now:
            yield HistoryLine(_("Session restored: %(session)s") % {"session": after}, "add", "sessions", "", after)
        elif before != after:
            yield HistoryLine(f"{before} → {after}", "move", "sessions", before, after)
        elif event.changed("notes"):
            yield HistoryLine(_("Notes on %(session)s") % {"session": after}, "move", "sessions")


describe(Batch, _batch)
describe(ScheduleSlot, _slot)
describe(InstructorAssignment, _assignment)
describe(ClassSession, _session, only=BY_HAND)
describe(BatchMeeting, _meeting_joined)
name_use_cases(USE_CASES)


def history_of(batch: Batch, *, page: int = 1, page_size: int = 50) -> HistoryPage:
    """The batch's history with that of its meetings, the latest first: what one request did is one entry."""
    return audit.history_of(batch, parts_of=batch.meeting_links.values("meeting"), page=page, page_size=page_size)
