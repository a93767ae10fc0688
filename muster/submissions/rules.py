"""Making submissions, handing them in, withdrawing them, opening them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import PurePath
from typing import Any

import structlog
from django.core.files.storage import default_storage
from django.utils import timezone
from django.utils.translation import gettext as _

from muster.accounts.models import User
from muster.batches.models import Batch
from muster.core.database import atomic, refused_as
from muster.core.errors import FieldError, Invalid, Missing
from muster.core.files import keep, sweep_folder
from muster.core.history import recorded
from muster.core.rows import lock_row, set_value
from muster.core.text import clean_lines
from muster.institutions.access import Actor
from muster.institutions.models import Role
from muster.institutions.queries import colleagues
from muster.submissions import notices
from muster.submissions.content import make_file
from muster.submissions.errors import AlreadySubmitted, NothingToSubmit, NotInForce
from muster.submissions.examples import EXAMPLES
from muster.submissions.manifest import signed_manifest
from muster.submissions.models import ExportTemplate, Submission, SubmissionLook, SubmissionResource
from muster.submissions.resources import EXPORT_TEMPLATES, TEMPLATE_COLUMNS

FOLDER = "submissions"
MOST_RESOURCES = 500
# What an item says of its file.
FROZEN = ("file", "file_name", "media_type", "file_size", "file_digest", "row_count")
TITLE, REASON = ({one.name: one for one in Submission._meta.fields}[name] for name in ("title", "withdrawal_reason"))


@dataclass(frozen=True)
class ResourceInput:
    """An item as it is asked for: what, of which batch, over which days; by which template where it is one."""

    type: str
    batch: Batch
    from_date: date
    to_date: date
    template: ExportTemplate | None = None


@atomic
def draft_submission(
    *,
    by: Actor,
    title: str,
    resources: Sequence[ResourceInput] = (),
    regulator: User | None = None,
    replaces: Submission | None = None,
) -> Submission:
    """Begin a submission, for a regulator of the institution or to be handed over outside of Muster.

    Locks nothing. Raises Invalid naming every field, NotInForce where it `replaces` one that isn't in force.
    """
    row = Submission(institution=by.institution, created_by=by.user, replaces=replaces)
    if replaces is not None and not replaces.is_in_force:
        raise _not_in_force(replaces, _("replaced"))
    _say(by, row, {"title": title, "regulator": regulator}, resources)
    with recorded(by, "draft_submission"):
        row.save(force_insert=True)
        _put(row, resources, first=1)
    return row


def make_submission(*, by: Actor, is_draft: bool = False, **draft: Any) -> Submission:
    """A submission that is handed in at once, unless it shall stay a draft. Nothing stays of one that is refused.

    As `draft_submission` and `submit_submission`.
    """
    if is_draft:
        return draft_submission(by=by, **draft)
    written: list[str] = []
    with _files_gone_again(written):
        return _make(by, written, **draft)


@atomic
def _make(by: Actor, written: list[str], **draft: Any) -> Submission:
    return _submit(by, draft_submission(by=by, **draft), written)


@atomic
def change_draft(
    *,
    by: Actor,
    submission: Submission,
    changes: Mapping[str, Any],
    resources: Sequence[ResourceInput] | None = None,
    more: Sequence[ResourceInput] = (),
) -> Submission:
    """Change the `title` or the `regulator` of a draft, put these items in the place of its own, or add `more`.

    Locks the submission. Raises AlreadySubmitted, Invalid naming every field.
    """
    row = _draft(submission)
    there = row.resources.count() if resources is None else 0
    _say(by, row, changes, [*(resources or ()), *more], there=there)
    with recorded(by, "change_submission"):
        row.save(update_fields=["title", "regulator", "updated_at"])
        if resources is not None:
            row.resources.all().delete()
        last = row.resources.order_by("-place").values_list("place", flat=True).first() or 0
        _put(row, [*(resources or ()), *more], first=last + 1)
    return row


@atomic
def remove_resource(*, by: Actor, resource: SubmissionResource) -> None:
    """Take an item out of a draft. Locks the submission. Raises AlreadySubmitted, Missing."""
    row = _draft(resource.submission)
    with recorded(by, "change_submission"):
        if not row.resources.filter(pk=resource.pk).delete()[0]:
            raise Missing


@atomic
def delete_draft(*, by: Actor, submission: Submission) -> None:
    """Delete a draft with its items. Locks it. Raises AlreadySubmitted."""
    row = _draft(submission, for_delete=True)
    with recorded(by, "delete_submission"):
        row.delete()


def submit_submission(*, by: Actor, submission: Submission) -> Submission:
    """Hand in a draft: write its files as the records stand now, and sign what they are. From then on nothing changes.

    All files or none: one that was written for nothing goes again. Locks the one it replaces, then itself. Raises
    AlreadySubmitted, NothingToSubmit, RowsRefused naming every value that a template can't write, NotInForce.
    """
    written: list[str] = []
    with _files_gone_again(written):
        return _submit(by, submission, written)


@contextmanager
def _files_gone_again(written: list[str]) -> Iterator[None]:
    """Delete the files that were written where what they were written for is refused."""
    try:
        yield
    except BaseException:
        for name in written:
            default_storage.delete(name)
        raise


@atomic
def _submit(by: Actor, submission: Submission, written: list[str]) -> Submission:
    replaced = None
    if submission.replaces_id:
        replaced = lock_row(Submission(pk=submission.replaces_id))
        if not replaced.is_in_force:
            raise _not_in_force(replaced, _("replaced"))
    row = _draft(submission)
    row.institution = by.institution
    rows = list(row.resources.select_related("batch", "template").order_by("place"))
    if not rows:
        raise NothingToSubmit
    names: set[str] = set()
    for one in rows:
        made = make_file(by, one)
        one.file_name = _free_name(made.name, names)
        one.media_type, one.row_count = made.media_type, made.row_count
        one.file_size, one.file_digest = len(made.content), hashlib.sha256(made.content).hexdigest()
        one.file = keep(FOLDER, made.content)
        written.append(one.file)
    now = timezone.now()
    row.manifest, row.signature, row.key_id = signed_manifest(row, rows, by=by, at=now)
    row.status, row.submitted_at, row.submitted_by = Submission.Status.SUBMITTED, now, by.user
    with (
        recorded(by, "submit_submission"),
        refused_as(submission_has_all_files=NothingToSubmit(), submitted_files_stay=AlreadySubmitted()),
    ):
        for one in rows:
            one.save(update_fields=[*FROZEN, "updated_at"])
        if replaced is not None:
            replaced.status = Submission.Status.REPLACED
            replaced.save(update_fields=["status", "updated_at"])
        row.save()
    notices.tell_submitted(by, row)
    return row


@atomic
def withdraw_submission(*, by: Actor, submission: Submission, reason: str) -> Submission:
    """Take back what was handed in, with the reason. It stays readable. Locks it. Raises Invalid, NotInForce."""
    row = lock_row(submission)
    if not row.is_in_force:
        raise _not_in_force(row, _("withdrawn"))
    if not clean_lines(reason):
        raise Invalid(_("Enter the reason."), field="reason")
    if words := set_value(row, REASON, reason):
        raise Invalid(words, field="reason")
    row.status = Submission.Status.WITHDRAWN
    row.withdrawn_at, row.withdrawn_by = timezone.now(), by.user
    with recorded(by, "withdraw_submission", reason=reason):
        row.save(update_fields=["status", "withdrawn_at", "withdrawn_by", "withdrawal_reason", "updated_at"])
    notices.tell_withdrawn(by, row)
    return row


@atomic
def open_submission(*, by: Actor, submission: Submission, file_name: str = "") -> Submission:
    """Give somebody a submission, or the file of this name. Of the regulator it is recorded, and the first time says
    that it was received. Locks the submission that is received."""
    if by.user is None or submission.regulator_id != by.user.pk or submission.is_draft:
        return submission
    request = structlog.contextvars.get_contextvars().get("request_id", "")
    with recorded(by, "open_submission"):
        SubmissionLook.objects.create(
            institution_id=submission.institution_id,
            submission=submission,
            looked_by=by.user,
            file_name=file_name,
            request_id=str(request)[:100],
        )
    if submission.status == Submission.Status.SUBMITTED:
        row = lock_row(submission)
        if row.status == Submission.Status.SUBMITTED:
            row.status, row.received_at = Submission.Status.RECEIVED, timezone.now()
            with recorded(by, "receive_submission"):
                row.save(update_fields=["status", "received_at", "updated_at"])
        submission.status, submission.received_at = row.status, row.received_at
    return submission


@atomic
def add_example_template(*, by: Actor, key: str) -> ExportTemplate:
    """Add one of the templates that Muster brings along, to be changed as the authority asks.

    Raises Missing, Forbidden, AlreadyTaken.
    """
    example = EXAMPLES.get(key)
    if example is None:
        raise Missing
    row = EXPORT_TEMPLATES.add(by=by, fields=example.fields())
    for column in example.columns():
        TEMPLATE_COLUMNS.add(by=by, within=row, fields=column)
    return row


def sweep_files() -> int:
    """Delete files that no submission names since what they were written for was undone; answers how many."""
    return sweep_folder(FOLDER, SubmissionResource)


# --- the parts ------------------------------------------------------------------------------------------------------
def _draft(submission: Submission, *, for_delete: bool = False) -> Submission:
    """The submission, locked. Raises AlreadySubmitted."""
    row = lock_row(submission, for_delete=for_delete)
    if not row.is_draft:
        raise AlreadySubmitted
    return row


def _not_in_force(row: Submission, deed: str) -> NotInForce:
    return NotInForce(title=row.title, status=str(row.get_status_display()).lower(), deed=deed)


def _say(
    by: Actor, row: Submission, given: Mapping[str, Any], resources: Sequence[ResourceInput], *, there: int = 0
) -> None:
    """Set what is said of a draft. Raises Invalid naming every field."""
    found: list[FieldError] = []
    if "title" in given and (words := set_value(row, TITLE, given["title"])):
        found.append(FieldError("title", words))
    if "regulator" in given:
        row.regulator = given["regulator"]
        if row.regulator and not colleagues(by, Role.REGULATOR).filter(pk=row.regulator.pk).exists():
            words = _("%(name)s has no access as a regulator here.") % {"name": row.regulator.full_name}
            found.append(FieldError("regulator_id", words))
    if there + len(resources) > MOST_RESOURCES:
        words = _("A submission holds up to %(most)d items. Split it.") % {"most": MOST_RESOURCES}
        found.append(FieldError("resources", words))
    for number, one in enumerate(resources):
        if one.to_date < one.from_date:
            found.append(FieldError(f"resources.{number}.to", _("The last day must not be before the first day.")))
        if (one.template is not None) != (one.type == SubmissionResource.Type.TEMPLATE):
            words = (
                _("Choose an export template.") if one.template is None else _("Only a template item has a template.")
            )
            found.append(FieldError(f"resources.{number}.template_id", words))
    if found:
        raise Invalid.fields(found)


def _put(row: Submission, resources: Sequence[ResourceInput], *, first: int) -> None:
    SubmissionResource.objects.bulk_create(
        SubmissionResource(
            institution_id=row.institution_id,
            submission=row,
            place=place,
            type=one.type,
            template=one.template,
            batch=one.batch,
            from_date=one.from_date,
            to_date=one.to_date,
        )
        for place, one in enumerate(resources, first)
    )


def _free_name(name: str, taken: set[str]) -> str:
    """The name, numbered where a file of this submission already has it."""
    path, number = PurePath(name), 2
    while name in taken:
        name, number = f"{path.stem}-{number}{path.suffix}", number + 1
    taken.add(name)
    return name
