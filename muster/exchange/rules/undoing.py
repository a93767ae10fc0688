"""Undoing a whole import: what it made goes, where nothing hangs on it since; the rest stays and says why."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.apps import apps
from django.db import IntegrityError, connection, models, transaction
from django.db.models import Count, OuterRef, ProtectedError, Q, RestrictedError, Subquery
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from muster.accounts.models import User
from muster.assessment.models import AssessmentMark
from muster.attendance.models import AttendanceRecord, MarkEntry
from muster.attendance.rules.daily import mark_day
from muster.attendance.rules.marking import MarkInput
from muster.batches.models import Batch
from muster.core.database import atomic, lock_word
from muster.core.errors import Conflict, DomainError
from muster.core.history import recorded
from muster.core.models import AuditEntry
from muster.core.permissions import as_id
from muster.core.references import InUse, join_words, references_to
from muster.core.rows import delete_row, lock_row
from muster.courses.models import Course
from muster.enrollments.models import Enrollment
from muster.enrollments.rules import cancel_enrollment
from muster.exchange.models import ImportRun
from muster.institutions.access import Actor
from muster.institutions.models import Affiliation, Branch, Department, Membership, Room
from muster.notifications.rules import quietly

# What jobs do by themselves is no reason to keep a batch.
BY_ITSELF = ("extend_sessions", "make_sessions", "change_status", "move_status", "import_sections")
PEOPLE_AT_ONCE = 500
# Later rows stand on earlier ones.
PLAIN: tuple[tuple[str, type[models.Model]], ...] = (
    ("rooms", Room),
    ("courses", Course),
    ("departments", Department),
    ("branches", Branch),
)


@dataclass
class Undone:
    """How many of each kind went, and what stays: `kind`, `name`, `reason`."""

    gone: dict[str, int] = field(default_factory=dict)
    stays: list[dict[str, str]] = field(default_factory=list)

    def leave(self, kind: str, name: object, reason: str) -> None:
        self.stays.append({"kind": kind, "name": str(name), "reason": reason})


@atomic
def undo_import(*, by: Actor, run: ImportRun) -> ImportRun:
    """Take back what a run has made, and keep with the run what stays and why. Undoing twice changes nothing.

    Batches that have students, held sessions or changes since stay, with what they stand on; so do marks that were
    changed. Locks the institution's imports, the run, and all that the run touched before anything is compared: the
    batches, the enrollments, the people. Raises Conflict for one that has imported nothing.
    """
    lock_word("import", by.institution.pk)
    run = ImportRun.objects.select_for_update(no_key=True).get(pk=run.pk, institution=by.institution)
    if run.undone_at is not None:
        return run
    if run.dry_run or run.status != ImportRun.Status.DONE:
        raise Conflict(_("This import has changed nothing, so there is nothing to undo."), code="nothing_to_undo")
    undone = Undone()
    _lock_rows(run)
    with quietly():
        _clear_marks(by, run, undone)
        with recorded(by, "undo_import"):
            _take_back_changes(by, run, undone)
            _delete_assessment_marks(run, undone)
            _cancel_enrollments(by, run, undone)
            _delete_batches(run, undone)
            for kind, model in PLAIN:
                for row in model._default_manager.filter(pk__in=run.made.get(kind, ())):
                    _delete(kind, row, undone)
            for kind in ("instructors", "students"):
                _delete_people(run, kind, undone)
    run.undone_at, run.undone = timezone.now(), {"gone": undone.gone, "stays": undone.stays}
    run.save(update_fields=["undone_at", "undone", "updated_at"])
    return run


def _lock_rows(run: ImportRun) -> None:
    """Let nobody change what the run made or changed while it is compared with what it was, in the order of locks."""
    made, changed = run.made, defaultdict[str, list[str]](list)
    for label, pk, _values in made.get("changed", ()):
        changed[label].append(pk)
    seats = {*made.get("enrollments", ()), *made.get("daily_records", ()), *changed[Enrollment._meta.label]}
    batches = {*made.get("batches", ()), *changed[Batch._meta.label]}
    people = {*made.get("students", ()), *made.get("instructors", ()), *changed[User._meta.label]}
    enrollments = Enrollment.objects.filter(pk__in=seats)
    marks = AssessmentMark.objects.filter(pk__in=[*made.get("marks", ()), *changed[AssessmentMark._meta.label]])
    of_rows = Q(pk__in=enrollments.values("batch")) | Q(pk__in=marks.values("assessment__batch"))
    held = Batch.objects.locked().filter(Q(pk__in=batches) | of_rows)
    rows: list[models.QuerySet[Any]] = [enrollments, marks, User.objects.filter(pk__in=people)]
    rows += [model._default_manager.filter(pk__in=changed[model._meta.label]) for model in (Affiliation, Membership)]
    for locked in (held, *(some.select_for_update(no_key=True).order_by("pk") for some in rows)):
        list(locked.values_list("pk"))


def _clear_marks(by: Actor, run: ImportRun, undone: Undone) -> None:
    """Take back the daily marks that stand as the import wrote them."""
    made: dict[str, list[str]] = run.made.get("daily_records", {})
    days: dict[tuple[Any, date], list[AttendanceRecord]] = defaultdict(list)
    # Every mark ever made is in the log: whoever was marked once, was marked by the import alone.
    entries = MarkEntry.objects.filter(
        session_id__isnull=True, enrollment_id=OuterRef("enrollment"), record_date=OuterRef("record_date")
    )
    written = entries.order_by().values("enrollment_id").annotate(number=Count("pk")).values("number")
    records = AttendanceRecord.objects.filter(
        session__isnull=True, enrollment_id__in=[as_id(pk) for pk in made], status__isnull=False
    )
    for record in records.annotate(times=Subquery(written)).select_related(
        "enrollment__batch__institution", "enrollment__student"
    ):
        if record.record_date.isoformat() not in made[str(record.enrollment_id)]:
            continue
        if record.times > 1:
            name = f"{record.enrollment.student.full_name}, {date_format(record.record_date, 'j M Y')}"
            undone.leave("daily_records", name, _("The mark was changed since."))
            continue
        days[record.enrollment.batch, record.record_date].append(record)
    for (batch, day), marked in sorted(days.items(), key=lambda item: (item[0][0].pk, item[0][1])):
        marks = [MarkInput(record.enrollment_id, None) for record in marked]
        try:
            with transaction.atomic():
                mark_day(by=by, batch=batch, day=day, marks=marks)
        except DomainError as refusal:
            undone.leave("daily_records", f"{batch.code}, {date_format(day, 'j M Y')}", refusal.message)
        else:
            undone.gone["daily_records"] = undone.gone.get("daily_records", 0) + len(marked)


def _delete_assessment_marks(run: ImportRun, undone: Undone) -> None:
    """Delete the marks that stand as the import made them; who sees theirs keeps it."""
    rows = AssessmentMark.objects.filter(pk__in=run.made.get("marks", ())).select_related("enrollment__student")
    entries = AuditEntry.objects.filter(row_id__in=rows.order_by().values("pk")).values_list("row_id", flat=True)
    times = Counter(entries)
    for row in rows:
        if row.published_at is not None or times[row.pk] > 1:
            undone.leave("marks", row.enrollment.student.full_name, _("The mark was changed or published since."))
            continue
        try:
            with transaction.atomic():
                row.delete()
        except IntegrityError:
            undone.leave("marks", row.enrollment.student.full_name, _("Its batch doesn't take changes."))
        else:
            undone.gone["marks"] = undone.gone.get("marks", 0) + 1


def _take_back_changes(by: Actor, run: ImportRun, undone: Undone) -> None:
    """Give rows back what they had before, as far as they still have what the import gave them."""
    changed: dict[str, dict[str, dict[str, list[Any]]]] = defaultdict(dict)
    for label, pk, values in run.made.get("changed", ()):
        changed[label][pk] = values
    taken_back = 0
    for label, rows in changed.items():
        model = apps.get_model(label)
        stored = model._default_manager.filter(pk__in=rows)
        ready: list[models.Model] = []
        for row in stored:
            values = rows[str(row.pk)]
            if any(_as_kept(getattr(row, name)) != after for name, (_before, after) in values.items()):
                undone.leave(run.kind, row, _("It was changed since."))
                continue
            for name, (before, _after) in values.items():
                setattr(row, name, model._meta.get_field(name).to_python(before))
            ready.append(row)
        columns = sorted({name for values in rows.values() for name in values})
        taken_back += _write_back(ready, columns, run.kind, undone)
    if taken_back:
        undone.gone["changes"] = taken_back


def _write_back(rows: Sequence[models.Model], columns: Sequence[str], kind: str, undone: Undone) -> int:
    """Write the rows together; where the database refuses one, each by itself."""
    if not rows:
        return 0
    manager = type(rows[0])._default_manager
    try:
        with transaction.atomic():
            manager.bulk_update(rows, columns, batch_size=200)
    except IntegrityError:
        written = 0
        for row in rows:
            try:
                with transaction.atomic():
                    row.save(update_fields=[*columns, "updated_at"])
                written += 1
            except IntegrityError:
                undone.leave(kind, row, _("What it had before can't be given back."))
        return written
    return len(rows)


def _as_kept(value: Any) -> Any:
    """A value as JSON kept it."""
    return value if value is None or isinstance(value, int | str) else str(value)


def _cancel_enrollments(by: Actor, run: ImportRun, undone: Undone) -> None:
    """End the enrollments that the import made: an enrollment is history and never deleted."""
    made = Enrollment.objects.filter(pk__in=run.made.get("enrollments", ())).select_related("student", "batch")
    rows = list(made.order_by("batch_id", "pk"))
    changed = _changed_since(run, [row.pk for row in rows])
    for row in rows:
        name = ", ".join(filter(None, (row.student.full_name, row.batch.code if row.batch else "")))
        if row.pk in changed:
            undone.leave("enrollments", name, _("It was changed since."))
            continue
        try:
            with transaction.atomic():
                cancel_enrollment(by=by, enrollment=row, reason=_("The import was undone."))
        except DomainError as refusal:
            undone.leave("enrollments", name, refusal.message)
        else:
            undone.gone["enrollments"] = undone.gone.get("enrollments", 0) + 1


def _delete_people(run: ImportRun, kind: str, undone: Undone) -> None:
    """The people that the import added, many at once; where the database refuses, each by itself."""
    keys: list[str] = run.made.get(kind, [])
    for first in range(0, len(keys), PEOPLE_AT_ONCE):
        people = list(User.objects.filter(pk__in=keys[first : first + PEOPLE_AT_ONCE]))
        changed = _changed_since(run, [person.pk for person in people])
        for person in people:
            if person.pk in changed:
                undone.leave(kind, person, _("It was changed since."))
        going = [person for person in people if person.pk not in changed]
        ids = [person.pk for person in going]
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                Membership.objects.filter(user__in=ids).delete()
                Affiliation.objects.filter(user__in=ids).delete()
                cursor.execute("DELETE FROM accounts_user WHERE id = ANY(%s)", [ids])
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
                cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        except (IntegrityError, ProtectedError, RestrictedError):
            for person in going:
                _delete(kind, person, undone)
        else:
            if going:
                undone.gone[kind] = undone.gone.get(kind, 0) + len(going)


def _changed_since(run: ImportRun, keys: Sequence[Any]) -> set[Any]:
    """Which of these rows, or parts of them, are no longer as they were after the import. What was changed and changed
    back, as by a later import that was undone, is as it was."""
    since = AuditEntry.objects.filter(at__gt=run.finished_at or run.created_at).exclude(use_case__in=BY_ITSELF)
    entries = since.filter(Q(row_id__in=keys) | Q(part_of__in=keys)).order_by("at", "pk")
    wanted, changed = set(keys), set()
    first: dict[tuple[Any, Any, str], Any] = {}
    last: dict[tuple[Any, Any, str], Any] = {}
    for row, part_of, before, after in entries.values_list("row_id", "part_of", "before", "after"):
        of = row if row in wanted else part_of
        if before is None or after is None:
            changed.add(of)
            continue
        for column, value in after.items():
            first.setdefault((of, row, column), before[column])
            last[of, row, column] = value
    return changed | {key[0] for key, value in last.items() if first[key] != value}


def _delete_batches(run: ImportRun, undone: Undone) -> None:
    made = Batch.objects.filter(pk__in=run.made.get("batches", ())).annotate(ever=Count("enrollments"))
    changed = _changed_since(run, list(made.values_list("pk", flat=True)))
    rows: Iterable[Any] = made.order_by("code")
    for batch in rows:
        if batch.ever:
            words = ngettext("It has %(count)d enrollment.", "It has %(count)d enrollments.", batch.ever)
            undone.leave("batches", batch, words % {"count": batch.ever})
        elif batch.sessions.filter(Q(status="held") | Q(is_locked=True)).exists():
            undone.leave("batches", batch, _("Some of its sessions were held."))
        elif batch.pk in changed:
            undone.leave("batches", batch, _("It was changed since."))
        else:
            _delete("batches", batch, undone)


def _delete(kind: str, row: models.Model, undone: Undone) -> None:
    """Delete a row, or leave it where others refer to it: what would go with a plain one is no import's, too."""
    key = row.pk
    is_plain = isinstance(row, tuple(model for _kind, model in PLAIN))
    also = _relations_that_go_with(row) if is_plain else ()
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            for part in _parts_of(row):
                part.delete()
            if isinstance(row, User):
                # The database knows whether anything names them; Django would empty columns of what is never changed.
                cursor.execute("DELETE FROM accounts_user WHERE id = %s", [row.pk])
            elif is_plain:
                delete_row(lock_row(row, for_delete=True), instead="", also=also)
            else:
                row.delete()
            # What refers to it is found out here, and not at the end of it all.
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    except (IntegrityError, ProtectedError, RestrictedError, InUse):
        # Django forgets the key of what it deletes, whether or not that holds.
        row.pk = key
        found = references_to(row, also=also)
        words = join_words([one.words for one in found if one.model not in ("affiliation", "membership")])
        reason = _("It's used by %(what)s.") % {"what": words} if words else _("Something uses it since.")
        undone.leave(kind, row, reason)
    else:
        undone.gone[kind] = undone.gone.get(kind, 0) + 1


def _relations_that_go_with(row: models.Model) -> list[str]:
    return [
        str(relation.get_accessor_name())
        for relation in row._meta.related_objects
        if relation.on_delete is models.CASCADE
    ]


def _parts_of(row: models.Model) -> Iterable[models.QuerySet[Any]]:
    """What was made with a row, and goes before it."""
    if isinstance(row, User):
        return (Membership.objects.filter(user=row), Affiliation.objects.filter(user=row))
    return ()
