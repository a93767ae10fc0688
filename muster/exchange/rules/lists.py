"""Lists of people, batches and enrollments are looked at row by row, and then written together."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any, ClassVar, Generic, TypeVar
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Model
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from muster.core.database import atomic, lock_word
from muster.core.errors import Conflict, DomainError, FieldError
from muster.core.history import recorded
from muster.core.models import AuditEntry
from muster.exchange.errors import ChangesNotConfirmed, ImportFileRefused, RowsAreWrong
from muster.exchange.files import FileTable
from muster.exchange.lists import (
    LISTS,
    ImportChoices,
    ListRow,
    RowChange,
    RowOutcome,
    map_columns,
)
from muster.exchange.lists.columns import missing_columns, plain
from muster.exchange.models import ColumnMapping
from muster.exchange.permissions import must_import
from muster.exchange.report import Count, Report
from muster.exchange.rules.progress import Progress, no_progress
from muster.institutions.access import Actor
from muster.institutions.models import Branch, Department

M = TypeVar("M", bound=Model)
T = TypeVar("T")
# As many rows are looked at or written together.
AT_ONCE = 1000
EDITED = gettext_lazy("It was edited here, so it stays.")


class RowRefused(Exception):
    """A cell that cannot be taken, in words."""


def in_parts(rows: Sequence[T]) -> Iterator[Sequence[T]]:
    return (rows[first : first + AT_ONCE] for first in range(0, len(rows), AT_ONCE))


class Lookup(Generic[M]):
    """Rows by whatever people call them: code first, then name; case makes no difference where one has it."""

    def __init__(self, rows: Iterable[M], missing: str, ambiguous: str, *names: Callable[[M], str]) -> None:
        self._named: list[dict[str, list[M]]] = [defaultdict(list) for _name in names]
        self._names, self._missing, self._ambiguous = names, missing, ambiguous
        for row in rows:
            for named, name in zip(self._named, names, strict=True):
                if text := name(row).strip().casefold():
                    named[text].append(row)

    def find(self, text: str) -> M:
        """The one row of this name. Raises RowRefused where there is none, or there are several."""
        for named, name in zip(self._named, self._names, strict=True):
            if found := named.get(text.strip().casefold()):
                exact = [row for row in found if name(row).strip() == text.strip()]
                if len(exact or found) > 1:
                    raise RowRefused(self._ambiguous % {"name": text[:60]})
                return (exact or found)[0]
        raise RowRefused(self._missing % {"name": text[:60]})


def branches_by_name(by: Actor) -> Lookup[Branch]:
    return Lookup(
        Branch.objects.filter(institution=by.institution),
        _("No branch is called %(name)s."),
        _("Several branches are called %(name)s. Use the code."),
        lambda branch: branch.code,
        lambda branch: branch.name,
    )


def departments_by_name(by: Actor) -> Lookup[Department]:
    return Lookup(
        Department.objects.filter(institution=by.institution),
        _("No department is called %(name)s."),
        _("Several departments are called %(name)s. Use the code."),
        lambda department: department.short_code,
        lambda department: department.name,
    )


def edited_by_hand(rows: Iterable[UUID]) -> frozenset[tuple[UUID, str]]:
    """The columns of these rows that somebody set here, rather than the last import: (row, column)."""
    last: dict[tuple[UUID, str], bool] = {}
    entries = AuditEntry.objects.filter(row_id__in=list(rows), after__isnull=False).order_by("at", "pk")
    for row, before, after, facts in entries.values_list("row_id", "before", "after", "facts"):
        for column, value in (after or {}).items():
            # What a row was made without, nobody decided on.
            if before is not None or value not in (None, ""):
                last[row, column] = "imported" not in facts
    return frozenset(key for key, by_hand in last.items() if by_hand)


def day_of(text: str) -> date | None:
    """The day of a cell, year first; None for an empty one. Raises RowRefused."""
    if not text:
        return None
    try:
        return datetime.fromisoformat(text.replace("/", "-").replace(".", "-")).date()
    except ValueError as error:
        raise RowRefused(_("Write dates as 2027-01-31.")) from error


def number_of(text: str) -> int | None:
    """The whole number of a cell; None for an empty one. Raises RowRefused."""
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise RowRefused(_("Enter a whole number."))
    return int(text)


class ListImport(ABC):
    """One list under way: what its rows say, and what came of each."""

    # The noun of the counts, which is the kind of the run.
    kind: ClassVar[str]

    def __init__(self, by: Actor, rows: list[ListRow], choices: ImportChoices) -> None:
        self.by, self.rows, self.choices = by, rows, choices
        self.report = Report(counts={self.kind: Count()})
        # What changed of rows that were there: model, key, and by column what it was and became, as JSON has it.
        self.changed: list[tuple[str, str, dict[str, list[Any]]]] = []

    @abstractmethod
    def look(self) -> None:
        """Find out what comes of each row, without writing."""

    @abstractmethod
    def write(self, progress: Progress) -> None:
        """Write what is new and changed; rows that the database or a rule refuses become wrong."""

    @abstractmethod
    def here(self) -> int:
        """How many there are of what the list is about."""

    def of(self, *outcomes: RowOutcome) -> list[ListRow]:
        return [row for row in self.rows if row.outcome in outcomes]

    @property
    def limit(self) -> int:
        """How many rows may change without a confirmation that names their number."""
        institution = self.by.institution
        return max(institution.import_change_rows, self.here() * institution.import_change_percent // 100)

    def keep_back(self, change: RowChange, *, edited: bool, reason: str = "") -> RowChange:
        """The change, or why it is not made."""
        if not reason and edited and not self.choices.take_file:
            reason = str(EDITED)
        return RowChange(change.field, change.before, change.after, reason) if reason else change

    def each(self, rows: Sequence[ListRow], progress: Progress, act: Callable[[ListRow], None]) -> None:
        """Do something to each row by a rule of its own; a refusal is the row's alone."""
        for done, row in enumerate(rows, start=1):
            try:
                with transaction.atomic():
                    act(row)
            except DomainError as refusal:
                for one in refusal.errors or [FieldError("", refusal.message)]:
                    row.wrong(self.FIELDS.get(one.field, ""), one.message)
            progress(done, len(rows))

    # Where a rule's field names are none of the list's own.
    FIELDS: ClassVar[Mapping[str, str]] = {}

    def tell(self) -> Report:
        """The report of what was done."""
        count = self.report.counts[self.kind]
        for row in self.rows:
            name = {
                RowOutcome.NEW: "made",
                RowOutcome.CHANGED: "changed",
                RowOutcome.SAME: "unchanged",
                RowOutcome.KEPT: "kept",
            }.get(row.outcome, "skipped")
            setattr(count, name, getattr(count, name) + 1)
        self.report.made_rows["changed"] = self.changed
        self.report.rows = [row.as_json() for row in self.rows]
        return self.report


@atomic
def import_list(
    *,
    by: Actor,
    work_of: type[ListImport],
    table: FileTable,
    choices: ImportChoices,
    dry_run: bool = False,
    progress: Progress = no_progress,
) -> Report:
    """Bring a list in: rows that are new are added, what differs is changed unless somebody edited it here.

    Holds a lock on the institution's imports. Raises Forbidden; ImportFileRefused where a column is missing; unless
    it is a dry run ChangesNotConfirmed for more changes than may pass unseen, and RowsAreWrong where all or none of
    the rows are wanted.
    """
    kind = work_of.kind
    must_import(by, kind)
    lock_word("import", by.institution.pk)
    mapping = ColumnMapping.objects.filter(institution=by.institution, kind=kind).first()
    columns = map_columns(LISTS[kind], table, mapping.columns if mapping else {}, choices.columns)
    if missing := missing_columns(LISTS[kind], columns):
        names = ", ".join(str(column.label) for column in missing)
        words = _("The file needs a column for: %(names)s. Choose which column it is.") % {"names": names}
        if not dry_run:
            raise ImportFileRefused(words)
        # The trial tells the columns that there are, so that somebody can say which one is meant.
        return Report(
            counts={kind: Count()}, columns=[vars(column) for column in columns], warnings=[words, *table.warnings]
        )
    field_of = {column.heading: column.field for column in columns if column.field}
    rows = []
    for line in table.lines:
        row = ListRow(line.number, {field: line.cells[heading] for heading, field in field_of.items()})
        if line.problem:
            row.wrong("", line.problem)
        rows.append(row)
    work = work_of(by, rows, choices)
    work.report.warnings += table.warnings
    work.report.columns = [vars(column) for column in columns]
    work.look()
    changing = len(work.of(RowOutcome.CHANGED))
    if changing > work.limit:
        work.report.to_confirm = changing
        if not dry_run and choices.confirm != changing:
            raise ChangesNotConfirmed(changing)
    with recorded(by, f"import_{kind}", imported=kind):
        work.write(progress)
        # What would be refused at the end of the transaction is refused here, in a dry run too.
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    if not dry_run and not choices.only_valid and (wrong := len(work.of(RowOutcome.WRONG))):
        raise RowsAreWrong(wrong)
    if choices.columns is not None:
        said = {plain(column.heading): column.field for column in columns}
        known = mapping.columns if mapping else {}
        ColumnMapping.objects.update_or_create(
            institution=by.institution, kind=kind, defaults={"columns": {**known, **said}}
        )
    return work.tell()


def somebody_else() -> Conflict:
    """What the database says where somebody added the same at the same moment."""
    return Conflict(_("Someone else added some of these at the same moment. Try again."), code="collision")
