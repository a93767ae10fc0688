"""What is due to an authority, and until when: the enrollment list of a batch, and its attendance of each month.

Both deadlines are settings of the institution. One is met when a submission that is in force holds it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import TruncMonth

from muster.batches.models import Batch, BatchMeeting
from muster.institutions.access import Actor
from muster.submissions.filling import month_after
from muster.submissions.models import ExportTemplate, Submission, SubmissionResource
from muster.submissions.permissions import submissions
from muster.timetable.models import ClassSession

Type = SubmissionResource.Type
# How long before it is due something stands among what is due, and for how long it is asked for afterwards.
AHEAD = timedelta(days=14)
MONTHS_BACK = 3
LATE_FOR = timedelta(days=92)
# An item made by a template counts as what its rows are.
MEETS = {
    Type.ENROLMENT_LIST: Q(type=Type.ENROLMENT_LIST) | Q(template__row_kind=ExportTemplate.RowKind.STUDENTS),
    Type.ATTENDANCE_REGISTER: Q(type=Type.ATTENDANCE_REGISTER) | Q(template__row_kind=ExportTemplate.RowKind.MONTHS),
}


@dataclass(frozen=True)
class Deadline:
    """Something of a batch that is due on a day, by the clock of the class; late when days below zero are left."""

    batch: Batch
    type: Type
    due_on: date
    # Which days it is about.
    from_date: date
    to_date: date

    @cached_property
    def days_left(self) -> int:
        return (self.due_on - self.batch.today()).days

    @property
    def is_late(self) -> bool:
        return self.days_left < 0


def deadlines_of(actor: Actor, batch: Batch | None = None) -> list[Deadline]:
    """What is due and not submitted yet, of all batches that run or of one, the most urgent first.

    Nothing for who makes no submissions, and no statement where the institution set no deadline.
    """
    if not submissions.may(actor, "deadlines"):
        return []
    settings = actor.institution
    found: list[Deadline] = []
    if settings.enrollment_file_days is not None:
        found += _enrollment_lists(actor, batch, timedelta(days=settings.enrollment_file_days))
    if settings.attendance_file_day is not None:
        found += _attendance(actor, batch, settings.attendance_file_day)
    near = [one for one in found if one.due_on - one.batch.today() <= AHEAD]
    return sorted(near, key=lambda one: (one.due_on, one.batch.code, one.type))


def _running(actor: Actor, batch: Batch | None) -> QuerySet[Batch]:
    """The batches that anything is due of: neither archived nor deleted, cancelled or over for long."""
    rows = Batch.objects.filter(
        institution=actor.institution,
        start_date__isnull=False,
        archived_at__isnull=True,
        deleted_at__isnull=True,
        status__in=(Batch.Status.UPCOMING, Batch.Status.ACTIVE, Batch.Status.COMPLETED),
    )
    rows = rows.filter(pk=batch.pk) if batch is not None else rows
    return rows.select_related("institution", "branch")


def _submitted(kind: Type) -> QuerySet[SubmissionResource]:
    """The items that meet a deadline of this kind for the batch of an outer query."""
    return SubmissionResource.objects.filter(
        MEETS[kind], batch=OuterRef("pk"), submission__status__in=Submission.IN_FORCE
    )


def _enrollment_lists(actor: Actor, batch: Batch | None, after: timedelta) -> Iterator[Deadline]:
    rows = _running(actor, batch).exclude(status=Batch.Status.COMPLETED)
    begun = (actor.today() - LATE_FOR - after, actor.today() + AHEAD + timedelta(days=1) - after)
    for one in rows.filter(~Exists(_submitted(Type.ENROLMENT_LIST)), start_date__range=begun):
        assert one.start_date is not None  # noqa: S101
        due = one.start_date + after
        yield Deadline(one, Type.ENROLMENT_LIST, due, one.start_date, due)


def _attendance(actor: Actor, batch: Batch | None, day: int) -> Iterator[Deadline]:
    """Of each batch, the months with a session that are over or running, a few months back. Three statements."""
    this_month = actor.today().replace(day=1)
    first = this_month
    for _each in range(MONTHS_BACK):
        first = (first - timedelta(days=1)).replace(day=1)
    last = month_after(this_month) - timedelta(days=1)
    batches = {one.pk: one for one in _running(actor, batch)}
    taught = (
        BatchMeeting.objects.filter(batch__in=list(batches), meeting__sessions__date__range=(first, last))
        .exclude(meeting__sessions__status=ClassSession.Status.CANCELLED)
        .annotate(month=TruncMonth("meeting__sessions__date"))
        .order_by()
        .values_list("batch", "month")
        .distinct()
    )
    sent: dict[object, list[tuple[date, date]]] = {}
    items = SubmissionResource.objects.filter(
        MEETS[Type.ATTENDANCE_REGISTER],
        batch__in=list(batches),
        submission__status__in=Submission.IN_FORCE,
        to_date__gte=first,
        from_date__lte=last,
    )
    for pk, begin, end in items.values_list("batch", "from_date", "to_date"):
        sent.setdefault(pk, []).append((begin, end))
    for pk, month in taught:
        one = batches[pk]
        begin = max(month, one.start_date or month)
        end = min(month_after(month) - timedelta(days=1), one.end_date or date.max)
        if not any(sent_from <= begin and sent_to >= end for sent_from, sent_to in sent.get(pk, ())):
            yield Deadline(one, Type.ATTENDANCE_REGISTER, month_after(month).replace(day=day), begin, end)
