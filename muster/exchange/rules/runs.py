"""Runs: a file is looked at, tried, and imported in the background, with its progress and its report kept."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import PurePath
from typing import IO, Any
from uuid import UUID

import structlog
from django.core.files.base import ContentFile
from django.db import connection, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils import timezone
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from muster.core.database import atomic, lock_word
from muster.core.errors import DomainError, Forbidden, Invalid
from muster.core.isolation import only_in
from muster.core.retries import LOST_DATABASE
from muster.exchange.errors import ChangesNotConfirmed, ImportFileRefused, NothingToImport, RowsAreWrong
from muster.exchange.files import MOST_BYTES, read_lines, read_table
from muster.exchange.lists import ImportChoices, RowOutcome
from muster.exchange.models import ImportRun
from muster.exchange.permissions import must_import
from muster.exchange.registers import marks_in
from muster.exchange.report import Report
from muster.exchange.rules.batches import BatchesImport
from muster.exchange.rules.enrollments import EnrollmentsImport
from muster.exchange.rules.lists import ListImport, import_list
from muster.exchange.rules.marks import MarksImport
from muster.exchange.rules.people import InstructorsImport, StudentsImport
from muster.exchange.rules.progress import Progress, no_progress
from muster.exchange.rules.registers import import_register
from muster.exchange.rules.sections import import_sections
from muster.exchange.sections import COLUMNS, sections_in
from muster.institutions.access import Actor
from muster.notifications.rules import quietly

log = structlog.get_logger(__name__)

JOB = "muster.exchange.jobs.carry_out_import"
FILES_ARE_KEPT_FOR = timedelta(days=7)
SECONDS_BETWEEN_TELLINGS = 0.4
AS_USUAL = ImportChoices()


def import_file(
    *,
    by: Actor,
    kind: str,
    content: bytes,
    dry_run: bool = False,
    choices: ImportChoices = AS_USUAL,
    progress: Progress = no_progress,
) -> Report:
    """Import a file of the kind in one transaction, telling nobody; a dry run does the very same and takes it back.

    Raises FileRefused for what cannot be read, Invalid for an unknown kind, Forbidden, and what the import of the kind
    raises.
    """
    reader = _reader_of(kind)
    must_import(by, kind)
    perform = reader(content)
    with transaction.atomic(), quietly():
        report = perform(by, Errand(choices, progress, dry_run))
        if dry_run:
            transaction.set_rollback(True)
    return report


@atomic
def import_and_keep(
    *,
    by: Actor,
    kind: str,
    content: bytes,
    file_name: str,
    choices: ImportChoices = AS_USUAL,
    progress: Progress = no_progress,
) -> ImportRun:
    """Import a file for good, here and now, and keep its report as a run. Raises what `import_file` raises."""
    started = timezone.now()
    report = import_file(by=by, kind=kind, content=content, choices=choices, progress=progress)
    return ImportRun.objects.create(
        **_describe_file(by, kind, file_name, content),
        choices=asdict(choices),
        status=ImportRun.Status.DONE,
        progress=100,
        started_at=started,
        finished_at=timezone.now(),
        report=report.as_json(),
        rows=report.rows,
        made=report.made_rows,
    )


@atomic
def start_import(
    *, by: Actor, kind: str, content: bytes, file_name: str, dry_run: bool, choices: ImportChoices = AS_USUAL
) -> ImportRun:
    """Keep the file and let the background do the rest, which the run then tells.

    The file is looked at first: raises FileRefused for what cannot be read, Invalid for an unknown kind, Forbidden.
    """
    reader = _reader_of(kind)
    must_import(by, kind)
    reader(content)
    run = ImportRun(**_describe_file(by, kind, file_name, content), dry_run=dry_run, choices=asdict(choices))
    # The name it was sent under is not trusted with a path.
    run.file.save(str(run.pk), ContentFile(content), save=False)
    run.save(force_insert=True)
    _defer(run)
    return run


@atomic
def try_again(*, by: Actor, run: ImportRun, choices: ImportChoices) -> ImportRun:
    """Try the file of a trial once more, with other choices. Locks the run.

    Raises NothingToImport where the file is gone, or the trial is not over or was imported; Forbidden.
    """
    must_import(by, run.kind)
    run = ImportRun.objects.select_for_update(no_key=True).get(pk=run.pk, institution=by.institution)
    if not run.dry_run or not run.is_over or not run.file or _import_of(run) is not None:
        raise NothingToImport
    run.choices, run.report, run.rows, run.refusal = asdict(choices), {}, [], ""
    run.status, run.progress, run.started_at, run.finished_at = ImportRun.Status.WAITING, 0, None, None
    run.save()
    _defer(run)
    return run


@atomic
def import_tried(*, by: Actor, run: ImportRun, only_valid: bool = True, confirm: int | None = None) -> ImportRun:
    """Import for good what a run has tried. Repeating gives the same run again, unless that one failed.

    Locks the tried run. Raises NothingToImport where the file is gone, or the trial did not come to its end;
    RowsAreWrong where all rows are wanted and some are wrong; ChangesNotConfirmed; Forbidden.
    """
    must_import(by, run.kind)
    run = ImportRun.objects.select_for_update(no_key=True).get(pk=run.pk, institution=by.institution)
    if (begun := _import_of(run)) is not None:
        return begun
    if not run.dry_run or run.status != ImportRun.Status.DONE or not run.file:
        raise NothingToImport
    if not only_valid and (wrong := sum(row["outcome"] == RowOutcome.WRONG for row in run.rows)):
        raise RowsAreWrong(wrong)
    to_confirm = run.report.get("to_confirm", 0)
    if to_confirm and confirm != to_confirm:
        raise ChangesNotConfirmed(to_confirm)
    same = {name: getattr(run, name) for name in ("institution", "kind", "file_name", "file_digest", "file_size")}
    choices = run.choices | {"only_valid": only_valid, "confirm": confirm}
    new = ImportRun.objects.create(**same, file=run.file.name, tried_as=run, by=by.user, choices=choices)
    _defer(new)
    return new


def _import_of(run: ImportRun) -> ImportRun | None:
    """The import that a trial became, unless it failed."""
    return run.imports.exclude(status__in=(ImportRun.Status.REFUSED, ImportRun.Status.FAILED)).first()


def read_upload(file: IO[bytes]) -> bytes:
    """What an uploaded file holds, read no further than it takes to refuse one that is too large."""
    return file.read(MOST_BYTES + 1)


def carry_out(*, run_id: UUID) -> None:
    """Do what a run asks for, and keep what came of it. One that is over stays as it is, so that it bears repeating.

    The import and the keeping of its report are one transaction; the progress goes out beside it. Two workers with the
    same run take turns.
    """
    try:
        _carry_out(run_id)
    except DomainError as refusal:
        _tell(connection, run_id, status=ImportRun.Status.REFUSED, refusal=refusal.message)
    except LOST_DATABASE:
        # It is tried again, and nothing could be told now.
        raise
    except Exception:
        log.exception("import_failed", run=str(run_id))
        _tell(connection, run_id, status=ImportRun.Status.FAILED)
        raise


@atomic
def _carry_out(run_id: UUID) -> None:
    lock_word("import run", run_id)
    run = ImportRun.objects.select_related("institution", "by").filter(pk=run_id).first()
    if run is None or run.is_over:
        return
    with only_in(run.institution_id):
        _carry_out_here(run)


def _carry_out_here(run: ImportRun) -> None:
    by = Actor.of(run.by, run.institution) if run.by else Actor.system(run.institution)
    if by is None:
        raise Forbidden
    with _side_connection() as side:
        _tell(side, run.pk, status=ImportRun.Status.RUNNING)
        report = import_file(
            by=by,
            kind=run.kind,
            content=_content_of(run),
            dry_run=run.dry_run,
            choices=ImportChoices.of_json(run.choices),
            progress=_progress_teller(side, run.pk),
        )
    ImportRun.objects.filter(pk=run.pk).update(
        status=ImportRun.Status.DONE,
        progress=100,
        finished_at=timezone.now(),
        report=report.as_json(),
        rows=report.rows,
        made={} if run.dry_run else report.made_rows,
        refusal="",
    )
    if not run.dry_run:
        _forget_file(run)


def forget_files() -> int:
    """Remove files that nobody imported within a week. Returns how many."""
    old = list(ImportRun.objects.exclude(file="").filter(created_at__lt=timezone.now() - FILES_ARE_KEPT_FOR))
    for run in old:
        with transaction.atomic():
            _forget_file(run)
    return len(old)


# --- parts ----------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Errand:
    """How an import is to be done: the choices, who follows the progress, and whether it is taken back."""

    choices: ImportChoices
    progress: Progress
    dry_run: bool


Perform = Callable[[Actor, Errand], Report]


def _sections(content: bytes) -> Perform:
    sections, problems = sections_in(read_lines(content, required=COLUMNS))
    if not sections and not problems:
        raise ImportFileRefused(_("The file has no lines below the header row."))
    return lambda by, how: import_sections(by=by, sections=sections, problems=problems, progress=how.progress)


def _register(content: bytes) -> Perform:
    marks, problems = marks_in(content)
    if not marks and not problems:
        raise ImportFileRefused(_("The file has no marks below the header row."))
    return lambda by, how: import_register(by=by, marks=marks, problems=problems, progress=how.progress)


def _list(work_of: type[ListImport]) -> Callable[[bytes], Perform]:
    def read(content: bytes) -> Perform:
        table = read_table(content)
        if not table.lines:
            raise ImportFileRefused(_("The file has no lines below the header row."))
        return lambda by, how: import_list(by=by, work_of=work_of, table=table, **vars(how))

    return read


LISTED: tuple[type[ListImport], ...] = (
    StudentsImport,
    InstructorsImport,
    BatchesImport,
    EnrollmentsImport,
    MarksImport,
)
# What reads a kind of file; reading refuses before anything is asked of the database.
READERS: dict[str, Callable[[bytes], Perform]] = {
    **{work_of.kind: _list(work_of) for work_of in LISTED},
    ImportRun.Kind.SECTIONS: _sections,
    ImportRun.Kind.REGISTER: _register,
}


def _reader_of(kind: str) -> Callable[[bytes], Perform]:
    if kind not in READERS:
        known = ", ".join(READERS)
        raise Invalid(_("Choose one of these kinds: %(known)s.") % {"known": known}, field="kind")
    return READERS[kind]


def _describe_file(by: Actor, kind: str, file_name: str, content: bytes) -> dict[str, Any]:
    name = PurePath(file_name.replace("\0", "").replace("\\", "/")).name
    return {
        "institution": by.institution,
        "kind": kind,
        "by": by.user,
        "file_name": name[-150:] or _("file"),
        "file_digest": hashlib.sha256(content).hexdigest(),
        "file_size": len(content),
    }


def _defer(run: ImportRun) -> None:
    """In the same transaction, so that there is never a run without a job."""
    app.configure_task(JOB, lock=f"imports of {run.institution_id}").defer(run_id=str(run.pk))


def _content_of(run: ImportRun) -> bytes:
    try:
        with run.file.open("rb") as stored:
            content: bytes = stored.read(MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        raise NothingToImport from error
    return content


def _forget_file(run: ImportRun) -> None:
    """Remove the run's file, which others may share, once the transaction holds."""
    name, storage = run.file.name, run.file.storage
    if name:
        ImportRun.objects.filter(institution=run.institution_id, file=name).update(file="")
        transaction.on_commit(lambda: storage.delete(name))


@contextmanager
def _side_connection() -> Iterator[BaseDatabaseWrapper]:
    """A second connection: what is told on it is seen while the import's transaction is still open."""
    side = connection.copy()
    try:
        yield side
    finally:
        side.close()


TELL = """
UPDATE exchange_importrun
SET status = coalesce(%(status)s, status), progress = coalesce(%(progress)s, progress),
    refusal = coalesce(%(refusal)s, refusal), updated_at = now(),
    started_at = CASE WHEN %(status)s = 'running' THEN coalesce(started_at, now()) ELSE started_at END,
    finished_at = CASE WHEN %(status)s IN ('refused', 'failed') THEN now() ELSE finished_at END
WHERE id = %(run)s
"""


def _tell(
    on: Any, run_id: UUID, *, status: str | None = None, progress: int | None = None, refusal: str | None = None
) -> None:
    with on.cursor() as cursor:
        cursor.execute(TELL, {"run": run_id, "status": status, "progress": progress, "refusal": refusal})


def _progress_teller(side: BaseDatabaseWrapper, run_id: UUID) -> Progress:
    last = 0.0

    def tell(done: int, total: int) -> None:
        nonlocal last
        # 100 is for when the transaction holds.
        if time.monotonic() - last > SECONDS_BETWEEN_TELLINGS:
            last = time.monotonic()
            _tell(side, run_id, progress=min(99, done * 100 // max(total, 1)))

    return tell
