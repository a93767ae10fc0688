"""Lists of batches."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from django.db.models.functions import Lower
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from muster.accounts.models import User
from muster.batches.models import Batch
from muster.batches.queries import in_full
from muster.batches.rules import BatchInput, SlotInput, change_batch, open_batch
from muster.batches.rules.opening import draft_batch
from muster.core.permissions import as_id
from muster.courses.models import Course
from muster.enrollments.rules.capacity import change_capacity
from muster.exchange.lists import ListRow, RowChange, RowOutcome
from muster.exchange.lists.weeks import slots_read, slots_written
from muster.exchange.rules.lists import (
    ListImport,
    Lookup,
    RowRefused,
    branches_by_name,
    day_of,
    departments_by_name,
    edited_by_hand,
    in_parts,
    number_of,
)
from muster.exchange.rules.progress import Progress
from muster.institutions.access import Actor
from muster.institutions.models import Affiliation, Membership, Role, Room

# What an import changes of a batch that is here; the rest has pages of its own.
CHANGES = ("name", "branch", "department", "year", "start_date", "end_date", "capacity")
ON_ITS_PAGE = gettext_lazy("Change it on the batch's page.")


def courses_by_name(by: Actor) -> Lookup[Course]:
    return Lookup(
        Course.objects.filter(institution=by.institution),
        _("No course is called %(name)s."),
        _("Several courses are called %(name)s. Use the code."),
        lambda course: course.code,
        lambda course: course.title,
    )


def instructors_by_name(by: Actor) -> Lookup[User]:
    """The active instructors by staff number, email and name."""
    teaching = Membership.objects.filter(institution=by.institution, role=Role.INSTRUCTOR).values("user_id")
    here = Affiliation.objects.filter(institution=by.institution, is_active=True, user__in=teaching)
    numbers = dict(here.values_list("user_id", "staff_number"))
    return Lookup(
        User.objects.filter(pk__in=numbers),
        _("No active instructor is called %(name)s."),
        _("Several instructors are called %(name)s. Use the staff number."),
        lambda person: numbers[person.pk],
        lambda person: person.email,
        lambda person: person.full_name,
    )


class BatchesImport(ListImport):
    """Batches, found by their id in Muster, else by their code. New ones are opened with lead and weekly times."""

    kind = "batches"
    FIELDS: ClassVar[Mapping[str, str]] = {
        "batch_name": "name",
        "batch_code": "code",
        "course_id": "course",
        "branch_id": "branch",
        "dept_id": "department",
        "assigned_instructor": "lead",
        **{
            name: name
            for name in ("kind", "year", "current_semester", "start_date", "end_date", "capacity", "status", "slots")
        },
    }

    def look(self) -> None:
        self.stored: dict[int, Batch] = {}
        self.values: dict[int, dict[str, Any]] = {}
        self.lookups: dict[str, Callable[[str], Any]] = {
            "course": courses_by_name(self.by).find,
            "branch": branches_by_name(self.by).find,
            "department": departments_by_name(self.by).find,
            "lead": instructors_by_name(self.by).find,
            "year": number_of,
            "current_semester": number_of,
            "capacity": number_of,
            "start_date": day_of,
            "end_date": day_of,
            "kind": _kind_of,
            "status": _status_of,
        }
        rooms = Room.objects.filter(institution=self.by.institution, branch__is_active=True).select_related("branch")
        self.rooms = list(rooms)
        codes: dict[str, int] = {}
        for part in in_parts(self.of(RowOutcome.NEW)):
            ids = [key for row in part if (key := as_id(row.cells.get("id", "")))]
            texts = {row.cells["code"].lower() for row in part if row.cells.get("code")}
            existing = Batch.objects.existing().filter(institution=self.by.institution)
            full = in_full(existing)
            here: dict[Any, Batch] = {one.pk: one for one in full.filter(pk__in=ids)}
            for one in full.annotate(lower=Lower("code")).filter(lower__in=texts):
                here[one.code.lower()] = one
            for row in part:
                self._understand(row)
                self._match(row, here, codes)
            self._compare([row for row in part if row.outcome == RowOutcome.NEW and row.line in self.stored])

    def here(self) -> int:
        return Batch.objects.current().filter(institution=self.by.institution).count()

    def _understand(self, row: ListRow) -> None:
        values: dict[str, Any] = {}
        for name, find in self.lookups.items():
            if text := row.cells.get(name, ""):
                try:
                    values[name] = find(text)
                except RowRefused as refusal:
                    row.wrong(name, str(refusal))
        if text := row.cells.get("slots", ""):
            try:
                values["slots"] = self._slots(text, values.get("branch"))
            except RowRefused as refusal:
                row.wrong("slots", str(refusal))
        self.values[row.line] = values

    def _slots(self, text: str, branch: Any) -> list[SlotInput]:
        written = slots_read(text)
        if written is None:
            raise RowRefused(_("Write weekly times as Mon 09:00-12:00; Wed 09:00-12:00 @ Room 1."))
        return [SlotInput(one.weekday, one.start, one.end, room=self._room(one.room, branch)) for one in written]

    def _room(self, name: str, branch: Any) -> Room | None:
        if not name:
            return None
        found = [
            room
            for room in self.rooms
            if room.name.casefold() == name.casefold() and (branch is None or room.branch_id == branch.pk)
        ]
        if len(found) != 1:
            raise RowRefused(_("No room, or more than one, is called %(name)s there.") % {"name": name[:60]})
        return found[0]

    def _match(self, row: ListRow, here: dict[Any, Batch], codes: dict[str, int]) -> None:
        code = row.cells.get("code", "").lower()
        if row.cells.get("id"):
            found = here.get(as_id(row.cells["id"]))
            if found is None:
                row.wrong("id", _("No batch has this id."))
        else:
            found = here.get(code) if code else None
        if row.outcome == RowOutcome.WRONG:
            return
        if found is not None:
            code = found.code.lower()
            self.stored[row.line] = found
            if found.is_archived:
                row.wrong("code", _("The batch %(code)s is archived.") % {"code": found.code})
        if code and code in codes:
            row.skip("code", _("The same as line %(line)d.") % {"line": codes[code]})
        codes.setdefault(code, row.line)

    def _compare(self, rows: list[ListRow]) -> None:
        differing: list[tuple[ListRow, Batch, list[RowChange]]] = []
        for row in rows:
            batch, values = self.stored[row.line], self.values[row.line]
            given = {**values, **({"name": row.cells["name"]} if row.cells.get("name") else {})}
            if row.cells.get("code") and row.cells.get("id"):
                given["code"] = row.cells["code"]
            changes = [
                RowChange(name, before, after)
                for name, value in given.items()
                if (before := _stored_words(batch, name)) != (after := _in_words(name, value))
            ]
            row.outcome = RowOutcome.SAME
            if changes:
                differing.append((row, batch, changes))
        by_hand = edited_by_hand({batch.pk for _row, batch, _changes in differing}) if differing else frozenset()
        for row, batch, changes in differing:
            row.differs(
                [
                    self.keep_back(
                        change,
                        edited=(batch.pk, _column(change.field)) in by_hand,
                        reason="" if change.field in CHANGES else str(ON_ITS_PAGE),
                    )
                    for change in changes
                ]
            )

    def write(self, progress: Progress) -> None:
        self.each(self.of(RowOutcome.NEW, RowOutcome.CHANGED), progress, self._write)

    def _write(self, row: ListRow) -> None:
        if row.outcome == RowOutcome.NEW:
            self._open(row)
            return
        batch, takes = self.stored[row.line], row.takes
        values = self.values[row.line] | {"name": row.cells.get("name", "")}
        told = {_column(name): [_stored_value(batch, name), _as_stored(values[name])] for name in takes}
        plain = {name: values[name] for name in takes if name != "capacity"}
        if plain:
            batch = change_batch(by=self.by, batch=batch, changes=plain)
        if "capacity" in takes:
            change_capacity(by=self.by, batch=batch, capacity=values["capacity"])
        self.changed.append((Batch._meta.label, str(batch.pk), told))

    def _open(self, row: ListRow) -> None:
        values = dict(self.values[row.line])
        slots, status = values.pop("slots", ()), values.pop("status", None)
        fields = BatchInput(
            **values, name=row.cells.get("name", ""), code=row.cells.get("code") or None, slots=tuple(slots)
        )
        # A status that the dates say too is not pinned.
        if status and draft_batch(self.by, fields).status != status:
            fields = BatchInput(**{**vars(fields), "status": status})
        self.report.keep(self.kind, [open_batch(by=self.by, fields=fields)])


def _kind_of(text: str) -> str:
    return _one_of(Batch.Kind, text)


def _status_of(text: str) -> str:
    return _one_of(Batch.Status, text)


def _one_of(choices: Any, text: str) -> str:
    for value, words in choices.choices:
        if text.casefold() in (str(value).casefold(), str(words).casefold()):
            return str(value)
    raise RowRefused(_("Choose one of these: %(known)s.") % {"known": ", ".join(choices.values)})


def _column(name: str) -> str:
    return f"{name}_id" if name in ("branch", "department", "course") else name


def _in_words(name: str, value: Any) -> str:
    """A value as the report shows it."""
    if value is None:
        return ""
    if name == "branch":
        return str(value.code)
    if name == "department":
        return str(value.short_code)
    if name == "course":
        return str(value.code)
    if name == "lead":
        return str(value.full_name)
    if name == "slots":
        return slots_written(
            {
                "weekday": str(slot.weekday),
                "start_time": f"{slot.start_time:%H:%M}",
                "end_time": f"{slot.end_time:%H:%M}",
                "room": slot.room.name if slot.room else "",
            }
            for slot in sorted(value, key=lambda slot: (slot.weekday, slot.start_time))
        )
    return str(value)


def _stored_words(batch: Any, name: str) -> str:
    """What a batch of `in_full` has, as the report shows it."""
    if name == "lead":
        return str(batch.lead["full_name"]) if batch.lead else ""
    if name == "slots":
        return slots_written(batch.week)
    return _in_words(name, getattr(batch, name))


def _stored_value(batch: Batch, name: str) -> Any:
    return _as_stored(getattr(batch, name))


def _as_stored(value: Any) -> Any:
    """A value as JSON keeps it: rows by their id, days in words."""
    if value is None or isinstance(value, int | str):
        return value
    return str(getattr(value, "pk", value))
