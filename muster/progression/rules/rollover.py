"""Rolling a batch over to its next semester: asked for, decided, executed, and taken back."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from muster.accounts.models import User
from muster.attendance.models import AttendanceRecord
from muster.batches.errors import BatchArchived, BatchNotOpen
from muster.batches.models import Batch, InstructorAssignment
from muster.batches.rules import add_faculty
from muster.batches.rules.locks import MOST_REASON, current_people, locked_batch
from muster.core.database import atomic, refused_as
from muster.core.errors import DomainError, FieldError, Invalid, Missing
from muster.core.history import recorded
from muster.core.text import clean_lines
from muster.enrollments.rules import change_status, reopen_batch
from muster.institutions.access import Actor
from muster.institutions.models import Institution
from muster.progression.errors import (
    AnotherPersonApproves,
    AnotherSemester,
    HeldBackAtTheEnd,
    NoRolloverPending,
    NoSemesters,
    RolledOverToday,
    RolloverDecided,
    RolloverOutdated,
    RolloverPending,
    SemesterHasBegun,
)
from muster.progression.models import (
    AcademicRecord,
    HeldBack,
    RolloverRequest,
    RolloverRun,
    SubjectMapping,
    SubjectResult,
)
from muster.progression.notices import tell_rollover_asked, tell_rollover_decided
from muster.progression.queries.records import standing_of
from muster.progression.queries.rollover import Move, RolloverPreview, RolloverSubject, new_rollover, rollover_preview
from muster.progression.rules.mapping import faculty_changes
from muster.progression.rules.records import keep_records

Status = RolloverRequest.Status


class HeldBackInput(NamedTuple):
    """A student who is to keep the old semester. Without a reason it is that of the institution's limits."""

    enrollment_id: UUID | None
    reason: str = ""


# --- asking -----------------------------------------------------------------------------------------------------------
@atomic
def request_rollover(
    *, by: Actor, batch: Batch, held_back: Sequence[HeldBackInput] | None = None, note: str = ""
) -> RolloverRequest:
    """Ask for the batch to move to its next semester. Those who may approve it are told.

    Without `held_back` the students whom the limits of the institution would hold back are. Locks the batch. Raises
    Missing, BatchArchived, BatchNotOpen, NoSemesters, RolloverPending, and Invalid naming the fields.
    """
    batch = _lock_batch(batch)
    if _waiting(batch) is not None:
        raise RolloverPending(batch=batch.code)
    request, _preview = _raise_request(by, batch, held_back, note)
    tell_rollover_asked(by, request)
    return request


def _waiting(batch: Batch) -> RolloverRequest | None:
    return RolloverRequest.objects.filter(batch=batch, status=Status.PENDING).first()


def _raise_request(
    by: Actor, batch: Batch, held_back: Sequence[HeldBackInput] | None, note: str
) -> tuple[RolloverRequest, RolloverPreview]:
    """The new request of a batch that has none, and what it comes to."""
    note = _short(note, "note")
    preview = _choose(new_rollover(by, batch), held_back)
    waiting = partial(RolloverPending, batch=batch.code)
    with recorded(by, "request_rollover"), refused_as(one_waiting_rollover=waiting, **_refusals(batch)):
        request = RolloverRequest.objects.create(
            institution_id=batch.institution_id,
            batch=batch,
            from_semester=preview.from_semester,
            to_semester=preview.to_semester,
            requested_by=by.user,
            note=note,
        )
        _hold_back(request, preview)
    return request, preview


def _choose(preview: RolloverPreview, held_back: Sequence[HeldBackInput] | None) -> RolloverPreview:
    """The preview with these held back; without any said, as it is. Raises Invalid naming each who can't be."""
    return preview if held_back is None else preview.holding_back(_reasons(preview, held_back))


def _reasons(preview: RolloverPreview, held_back: Sequence[HeldBackInput]) -> dict[UUID, str]:
    """Who is held back, and why."""
    students = {one.enrollment.pk: one for one in preview.students}
    found, wrong = dict[UUID, str](), list[FieldError]()
    for place, one in enumerate(held_back):
        field, student = f"held_back.{place}", students.get(one.enrollment_id) if one.enrollment_id else None
        if student is None:
            wrong.append(FieldError(f"{field}.enrollment_id", _("This student has no seat in the batch.")))
            continue
        if student.move == Move.STAYS:
            words = _("%(name)s was held back before, and stays in that semester.")
            name = student.enrollment.student.full_name
            wrong.append(FieldError(f"{field}.enrollment_id", words % {"name": name}))
        reason = clean_lines(one.reason) or student.proposal
        if not reason:
            wrong.append(FieldError(f"{field}.reason", _("Say why this student is held back.")))
        elif len(reason) > MOST_REASON:
            words = _("Keep the reason to %(most)d characters or fewer.")
            wrong.append(FieldError(f"{field}.reason", words % {"most": MOST_REASON}))
        found[student.enrollment.pk] = reason
    if wrong:
        raise Invalid.fields(wrong)
    return found


def _hold_back(request: RolloverRequest, preview: RolloverPreview) -> None:
    HeldBack.objects.bulk_create(
        HeldBack(
            institution_id=request.institution_id,
            request=request,
            enrollment=one.enrollment,
            reason=one.reason[:MOST_REASON],
        )
        for one in preview.that(Move.HELD_BACK)
    )


# --- deciding ---------------------------------------------------------------------------------------------------------
@atomic
def decide_rollover(
    *,
    by: Actor,
    request: RolloverRequest,
    approve: bool,
    note: str = "",
    from_semester: int | None = None,
    held_back: Sequence[HeldBackInput] | None = None,
    run: RolloverRun | None = None,
) -> RolloverRequest:
    """Roll the batch over as the request asks, or leave it where it is; whoever asked is told.

    With `held_back` the approver says anew who is held back. Locks the batch, then the request, then whom it gives
    subjects to: it is executed once. Raises RolloverDecided, AnotherPersonApproves, AnotherSemester, HeldBackAtTheEnd,
    RolloverOutdated, Missing, BatchArchived, BatchNotOpen, Invalid.
    """
    batch = _lock_batch(request.batch)
    _must_be_in(batch, from_semester)
    now = _lock_request(request)
    if now.status != Status.PENDING:
        raise RolloverDecided
    now.batch, now.run = batch, run
    if not approve:
        return _reject(by, now, _short(note, "note"))
    _must_be_another(by, now)
    note = _short(note, "note")
    preview = rollover_preview(by, batch)
    if preview.to_semester != now.to_semester:
        raise RolloverOutdated
    if held_back is not None:
        preview = _choose(preview, held_back)
        with recorded(by, "roll_over", reason=note):
            now.held_back.all().delete()
            _hold_back(now, preview)
    return _execute(by, now, preview, note)


@atomic
def roll_over(
    *,
    by: Actor,
    batch: Batch,
    approve: bool = True,
    note: str = "",
    from_semester: int | None = None,
    held_back: Sequence[HeldBackInput] | None = None,
    run: RolloverRun | None = None,
) -> RolloverRequest:
    """Decide the rollover of the batch that waits, or ask for one and approve it at once where the institution lets.

    As `request_rollover` and `decide_rollover`. With none that waits, a second one on the same day has to name the
    semester: a double click promotes once. Raises what these raise, RolledOverToday, NoRolloverPending.
    """
    batch = _lock_batch(batch)
    if (waiting := _waiting(batch)) is not None:
        waiting.batch = batch
        return decide_rollover(
            by=by,
            request=waiting,
            approve=approve,
            note=note,
            from_semester=from_semester,
            held_back=held_back,
            run=run,
        )
    if not approve:
        raise NoRolloverPending(batch=batch.code)
    _must_be_in(batch, from_semester)
    if from_semester is None and _is_rolled_over_today(batch):
        raise RolledOverToday(batch=batch.code, now=batch.current_semester)
    if _needs_four_eyes(by):
        raise AnotherPersonApproves
    request, preview = _raise_request(by, batch, held_back, "")
    request.run = run
    return _execute(by, request, preview, _short(note, "note"))


def _lock_batch(batch: Batch) -> Batch:
    """The batch, locked, if it has semesters to move through."""
    batch = locked_batch(batch)
    if batch.is_deleted:
        raise Missing
    batch = batch_with_semesters(batch)
    if batch.is_over:
        raise BatchNotOpen(batch)
    return batch


def batch_with_semesters(batch: Batch) -> Batch:
    """The batch, if it is a batch year. Raises NoSemesters."""
    if batch.kind != Batch.Kind.ACADEMIC:
        raise NoSemesters(batch=batch.code)
    return batch


def _lock_request(request: RolloverRequest) -> RolloverRequest:
    rows = RolloverRequest.objects.select_for_update(of=("self",), no_key=True).select_related("requested_by")
    now = rows.filter(pk=request.pk).first()
    if now is None:
        raise Missing
    return now


def _must_be_in(batch: Batch, semester: int | None) -> None:
    if semester is not None and semester != batch.current_semester:
        raise AnotherSemester(batch=batch.code, now=batch.current_semester, named=semester)


def _must_be_another(by: Actor, request: RolloverRequest) -> None:
    asker = request.requested_by_id
    if _needs_four_eyes(by) and asker is not None and by.user is not None and asker == by.user.pk:
        raise AnotherPersonApproves


def _needs_four_eyes(by: Actor) -> bool:
    return by.institution.rollover_approval == Institution.RolloverApproval.FOUR_EYES


def _is_rolled_over_today(batch: Batch) -> bool:
    last = RolloverRequest.objects.filter(batch=batch, status=Status.EXECUTED).order_by("-decided_at").first()
    return last is not None and day_in(batch, last) == batch.today()


def day_in(batch: Batch, request: RolloverRequest) -> Any:
    """On which day, where the batch meets, the rollover was executed."""
    return request.decided_at and request.decided_at.astimezone(batch.zone).date()


def _short(text: str, field: str) -> str:
    text = clean_lines(text)
    if len(text) > MOST_REASON:
        raise Invalid(_("Keep the note to %(most)d characters or fewer.") % {"most": MOST_REASON}, field=field)
    return text


def _reject(by: Actor, request: RolloverRequest, note: str) -> RolloverRequest:
    with recorded(by, "reject_rollover"), refused_as(**_refusals(request.batch)):
        _decide(by, request, Status.REJECTED, note)
    tell_rollover_decided(by, request)
    return request


def _decide(by: Actor, request: RolloverRequest, status: str, note: str) -> None:
    request.status, request.decided_by, request.decided_at = status, by.user, timezone.now()
    request.decision_note = note
    request.save(update_fields=["status", "decided_by", "decided_at", "decision_note", "outcome", "run", "updated_at"])


def _refusals(batch: Batch) -> dict[str, Any]:
    return {
        "archived_batch_does_not_change": partial(BatchArchived, batch),
        "rollover_starts_from_the_current_semester": RolloverDecided,
        "rollover_moves_forward": RolloverDecided,
    }


# --- executing --------------------------------------------------------------------------------------------------------
def _execute(by: Actor, request: RolloverRequest, preview: RolloverPreview, note: str) -> RolloverRequest:
    """Move the batch on: subjects, records, then the request, and with it the semester. The batch is locked."""
    batch = request.batch
    held = preview.that(Move.HELD_BACK) + preview.that(Move.STAYS)
    if preview.to_semester is None and held:
        names = ", ".join(one.enrollment.student.full_name for one in held)
        raise HeldBackAtTheEnd(batch=batch.code, now=preview.from_semester, names=names)
    with recorded(by, "roll_over", reason=note), refused_as(**_refusals(batch)):
        mapped, joined, missing = _map_subjects(by, preview)
        _close_records(preview)
        if preview.to_semester is not None:
            moving = {one.enrollment.pk: () for one in preview.that(Move.MOVES)}
            _open_records(batch, preview.to_semester, moving)
        request.outcome = _outcome_of(preview, mapped, joined, missing)
        _decide(by, request, Status.EXECUTED, note)
    batch.refresh_from_db(fields=["current_semester", "version", "updated_at"])
    if preview.to_semester is None:
        _complete(by, batch)
    tell_rollover_decided(by, request)
    return request


def _outcome_of(
    preview: RolloverPreview,
    mapped: Sequence[SubjectMapping],
    joined: Sequence[InstructorAssignment],
    missing: Sequence[dict[str, str]],
) -> dict[str, Any]:
    """What became of everyone, in plain values, and what reverting takes back."""
    return {
        "mapped": [str(one.pk) for one in mapped],
        "joined": [str(one.pk) for one in joined],
        "numbers": preview.numbers,
        "students": [
            {
                "enrollment_id": str(one.enrollment.pk),
                "move": one.move.value,
                "reason": one.reason,
                "record": one.record,
            }
            for one in preview.students
        ],
        "missing": [*({"kind": one.kind, "message": one.message} for one in preview.missing), *missing],
    }


def _map_subjects(
    by: Actor, preview: RolloverPreview
) -> tuple[list[SubjectMapping], list[InstructorAssignment], list[dict[str, str]]]:
    """Map the subjects of the next semester; whoever teaches one joins the batch."""
    batch, new = preview.batch, [one for one in preview.subjects if not one.is_mapped]
    people = {one.instructor.pk: one.instructor for one in new if one.instructor is not None}
    here = current_people(batch, batch.today()) if people else set()
    try:
        return *_staff_and_map(by, batch, new, people, here), []
    except DomainError as refusal:
        if people.keys() <= here:
            raise
        # Booked elsewhere since the preview looked: the subjects of those who would join wait for somebody else.
        people = {pk: person for pk, person in people.items() if pk in here}
        missing = {"kind": "faculty", "message": refusal.message}
        return *_staff_and_map(by, batch, new, people, here), [missing]


@atomic
def _staff_and_map(
    by: Actor, batch: Batch, new: Sequence[RolloverSubject], people: Mapping[UUID, User], here: Collection[UUID]
) -> tuple[list[SubjectMapping], list[InstructorAssignment]]:
    """Map these subjects with those of their instructors who are named, who join the batch for them; all or nothing."""
    joining = [people[pk] for pk in sorted(people.keys() - set(here))]
    joined = add_faculty(by=by, batch=batch, people=joining) if joining else []
    teachers = {one.subject.pk: people.get(one.instructor.pk) if one.instructor else None for one in new}
    with faculty_changes(by, batch, {subject: person.pk for subject, person in teachers.items() if person}):
        mapped = SubjectMapping.objects.bulk_create(
            SubjectMapping(
                institution_id=batch.institution_id,
                batch=batch,
                subject=one.subject,
                semester=one.subject.semester,
                instructor=teachers[one.subject.pk],
                is_elective=one.is_elective,
            )
            for one in new
        )
    return mapped, joined


def _close_records(preview: RolloverPreview) -> None:
    """Close the old semester of everyone who was in it."""
    closing = {one.enrollment.pk: one.results for one in preview.closing}
    detained = {one.enrollment.pk for one in preview.that(Move.HELD_BACK)}
    keep_records(preview.batch.institution_id, preview.from_semester, closing, preview.core, detained)


def _open_records(batch: Batch, semester: int, moving: Iterable[UUID]) -> None:
    """Open the new semester; what somebody has of it already stays."""
    AcademicRecord.objects.bulk_create(
        [AcademicRecord(institution_id=batch.institution_id, enrollment_id=pk, semester=semester) for pk in moving],
        ignore_conflicts=True,
    )


def _complete(by: Actor, batch: Batch) -> None:
    """Complete the batch, by way of Active where it never began."""
    steps = [Batch.Status.COMPLETED]
    if batch.status == Batch.Status.UPCOMING:
        steps.insert(0, Batch.Status.ACTIVE)
    for status in steps:
        change_status(by=by, batch=batch, status=status)


# --- taking back ------------------------------------------------------------------------------------------------------
@atomic
def revert_rollover(*, by: Actor, request: RolloverRequest, note: str = "") -> RolloverRequest:
    """Take a rollover back while the new semester has no data: subjects, records and semester are as they were.

    Whoever joined the batch for it leaves it again. Reverting twice changes nothing. Locks the batch, then the request;
    of a batch that it completed, as reopening does. Raises SemesterHasBegun with all that is in the way,
    RolloverDecided for one that was never executed, Missing, BatchArchived.
    """
    note = _short(note, "note")
    batch = locked_batch(request.batch)
    if batch.is_deleted:
        raise Missing
    request = _lock_request(request)
    request.batch = batch
    if request.status == Status.REVERTED:
        return request
    if request.status != Status.EXECUTED:
        raise RolloverDecided
    if reasons := list(_in_the_way(batch, request)):
        raise SemesterHasBegun(reasons=" ".join(reasons), facts={"reasons": reasons})
    if request.completes and batch.is_over:
        batch = reopen_batch(by=by, batch=batch, reason=note or _("The rollover was undone.")).batch
    mapped = SubjectMapping.objects.filter(pk__in=request.outcome.get("mapped", []))
    untaught = dict.fromkeys(mapped.values_list("subject", flat=True))
    with (
        recorded(by, "revert_rollover", reason=note),
        refused_as(**_refusals(batch)),
        faculty_changes(by, batch, untaught),
    ):
        mapped.delete()
        InstructorAssignment.objects.filter(pk__in=request.outcome.get("joined", [])).delete()
        _reopen_records(batch, request)
        request.status, request.reverted_by, request.reverted_at = Status.REVERTED, by.user, timezone.now()
        request.save(update_fields=["status", "reverted_by", "reverted_at", "updated_at"])
    batch.refresh_from_db()
    tell_rollover_decided(by, request)
    return request


def _in_the_way(batch: Batch, request: RolloverRequest) -> Iterator[str]:
    """What keeps the rollover from being taken back."""
    later = RolloverRequest.objects.filter(batch=batch, created_at__gt=request.created_at)
    if later.filter(status=Status.EXECUTED).exists():
        yield _("the batch was rolled over again since.")
    if later.filter(status=Status.PENDING).exists():
        yield _("another rollover is waiting for a decision. Reject that one first.")
    if request.to_semester is None:
        return
    taught = SubjectMapping.objects.filter(batch=batch, semester=request.to_semester)
    has_scores = Q(scores__isnull=False) | Q(subject_results__isnull=False) | Q(moderations__isnull=False)
    if subjects := taught.filter(has_scores).distinct().count():
        words = ngettext("%(count)d subject has scores.", "%(count)d subjects have scores.", subjects)
        yield words % {"count": subjects}
    if taught.filter(choices__isnull=False).exists():
        yield _("students have chosen electives.")
    made = set(request.outcome.get("mapped", []))
    changed = taught.filter(updated_at__gt=request.decided_at).count()
    gone = len(made) - taught.filter(pk__in=made).count()
    if changed or gone:
        yield _("the subjects of semester %(number)d were changed.") % {"number": request.to_semester}
    day = day_in(batch, request)
    held = batch.sessions.filter(status="held", date__gt=day).count()
    if held:
        words = ngettext("%(count)d session was held.", "%(count)d sessions were held.", held)
        yield words % {"count": held}
    elif AttendanceRecord.objects.filter(
        enrollment__batch=batch, record_date__gte=day, marked_at__gt=request.decided_at
    ).exists():
        yield _("attendance was marked.")


def _reopen_records(batch: Batch, request: RolloverRequest) -> None:
    """Drop what was opened of the new semester, and let the old one be what its results say."""
    done = [one for one in request.outcome.get("students", []) if one["move"] != Move.STAYS.value]
    everyone = [UUID(one["enrollment_id"]) for one in done]
    if request.to_semester is not None:
        opened = AcademicRecord.objects.filter(enrollment__in=everyone, semester=request.to_semester)
        opened.filter(status=AcademicRecord.Status.IN_PROGRESS).delete()
    mappings = list(SubjectMapping.objects.filter(batch=batch, semester=request.from_semester))
    found: dict[UUID, list[SubjectResult]] = {pk: [] for pk in everyone}
    for one in standing_of(
        SubjectResult.objects.filter(enrollment__in=everyone, mapping__in=mappings, is_current=True)
    ):
        found[one.enrollment_id].append(one)
    core = {one.pk for one in mappings if not one.is_elective}
    keep_records(batch.institution_id, request.from_semester, found, core)
