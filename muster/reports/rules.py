"""Reports are ordered, scheduled, made in the background, opened and deleted."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import structlog
from django.core.files.storage import default_storage
from django.utils import timezone
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from muster.accounts.models import User
from muster.core.database import atomic, sum_each
from muster.core.errors import DomainError, Forbidden, Invalid
from muster.core.files import forget, keep
from muster.core.files.downloads import Download, attachment
from muster.core.history import recorded
from muster.core.isolation import only_in
from muster.core.mailing_days import Mailed, mailing_day
from muster.core.retries import LOST_DATABASE
from muster.exchange.rules.progress import Progress
from muster.institutions.access import Actor
from muster.institutions.models import Institution
from muster.institutions.queries import colleagues
from muster.institutions.security import note_export
from muster.reports import notices
from muster.reports.errors import OrdererMayNotSee, ReportNotReady
from muster.reports.filters import FIELD, ReportFilters
from muster.reports.kinds import KINDS, ReportDefinition
from muster.reports.kinds.work import ReportWork
from muster.reports.models import ReportFormat, ReportOrder, ReportReader, ReportRecipient, ReportSchedule
from muster.reports.permissions import reports

log = structlog.get_logger(__name__)

JOB = "muster.reports.jobs.make_report"
FOLDER = "reports"
MOST_RECIPIENTS = 20
# An institution needs a few; each is a file a morning.
MOST_SCHEDULES = 50
SECONDS_BETWEEN_TELLINGS = 0.4


# --- asking for one -------------------------------------------------------------------------------------------------
@atomic
def order_report(*, by: Actor, kind: str, filters: Mapping[str, Any], form: str = "pdf") -> ReportOrder:
    """Order a report, made in the background as the actor may see it then. Locks nothing.

    Raises Invalid at `kind`, `format` or `filters.<name>`, Forbidden, and TooManyThisHour where the actor takes out
    more than the institution lets anybody.
    """
    asked = _ask(by, kind, filters, form)
    note_export(by=by, name=f"report {kind}")
    order = ReportOrder.objects.create(**asked)
    _defer(order)
    return order


@atomic
def schedule_report(
    *, by: Actor, kind: str, filters: Mapping[str, Any], often: str, to: Sequence[User] = (), form: str = "pdf"
) -> ReportSchedule:
    """Have a report made and mailed on its mornings, to the actor or to others who see all that it tells.

    Locks the institution, so that two cannot pass the most there may be. Raises Invalid at `kind`, `format`, `often`,
    `recipients` or `filters.<name>`, Forbidden.
    """
    asked = _ask(by, kind, filters, form)
    if often not in (Mailed.DAILY, Mailed.WEEKLY, Mailed.MONTHLY):
        raise Invalid(_("Choose daily, weekly or monthly."), field="schedule.often")
    if asked["filters"].get("from") or asked["filters"].get("to"):
        words = _("A scheduled report counts its days back each time. Choose a time instead of days.")
        raise Invalid(words, field=f"{FIELD}.from" if asked["filters"].get("from") else f"{FIELD}.to")
    people = list(to) or ([by.user] if by.user else [])
    _must_see(by, people, kind, filters)
    Institution.objects.select_for_update(no_key=True).get(pk=by.institution.pk)
    if ReportSchedule.objects.filter(institution=by.institution).count() >= MOST_SCHEDULES:
        words = _("There are %(most)d scheduled reports. Stop one first.") % {"most": MOST_SCHEDULES}
        raise Invalid(words, field="schedule.often", code="too_many_schedules")
    with recorded(by, "schedule_report"):
        schedule = ReportSchedule.objects.create(**asked, often=often, mailed_on=by.today())
        ReportRecipient.objects.bulk_create(
            [ReportRecipient(institution=by.institution, schedule=schedule, person=one) for one in people]
        )
    return schedule


@atomic
def pause_report(*, by: Actor, schedule: ReportSchedule, paused: bool) -> ReportSchedule:
    """Pause a scheduled report, or go on with it from the next morning on. Locks it; again is as once.

    Raises what ordering it would, where the one who scheduled it may not see it any more.
    """
    schedule = ReportSchedule.objects.select_for_update(no_key=True).get(pk=schedule.pk, institution=by.institution)
    if schedule.is_paused == paused:
        return schedule
    if not paused:
        owner = Actor.of(schedule.by, by.institution)
        if owner is None:
            raise OrdererMayNotSee
        _ask(owner, schedule.kind, schedule.filters, schedule.format)
    with recorded(by, "pause_report"):
        schedule.paused_at, schedule.stopped_because = (timezone.now() if paused else None), ""
        # What came due meanwhile is not made up for.
        schedule.mailed_on = by.today()
        schedule.save()
    return schedule


@atomic
def stop_report(*, by: Actor, schedule: ReportSchedule) -> None:
    """Stop a scheduled report for good. What it has made stays as long as other reports."""
    with recorded(by, "stop_report"):
        schedule.delete()


@atomic
def delete_report(*, by: Actor, order: ReportOrder) -> None:
    """Delete a report with its file; one that is being made comes to nothing. Locks it."""
    held = ReportOrder.objects.select_for_update().filter(pk=order.pk, institution=by.institution).first()
    if held is not None:
        forget(held.file)
        held.delete()


def open_report(*, by: Actor, order: ReportOrder) -> Download:
    """The file of a report that the actor may see, the taking out written down.

    Raises ReportNotReady; Forbidden to who was told of it and does not see all that it tells any more;
    TooManyThisHour.
    """
    if not reads(by, order):
        raise Forbidden
    if not order.is_kept:
        raise ReportNotReady
    note_export(by=by, name=f"report {order.kind}")
    return attachment(order.file, name=order.file_name, media_type=order.media_type)


def reads(actor: Actor, order: ReportOrder) -> bool:
    """Whether the actor may open a report out of those they see: administrators; who ordered it, while they may order
    its kind; others while they see all that whoever ordered it does."""
    if actor.is_admin:
        return True
    definition = KINDS[order.kind]
    if not definition.allow.may(actor):
        return False
    if actor.user is not None and order.by_id == actor.user.pk:
        return True
    owner = Actor.of(order.by, order.institution)
    return owner is not None and _sees_all(actor, owner, definition, order.filters)


# --- the mornings ---------------------------------------------------------------------------------------------------
def order_due_reports(*, by: Actor) -> int:
    """Order the scheduled reports whose morning has come by the institution's clock; answers how many."""
    due = [one for one in ReportSchedule.objects.filter(institution=by.institution, paused_at=None) if _is_due(one, by)]
    return sum_each(due, lambda one: _order_due(by=by, schedule=one))


def _is_due(schedule: ReportSchedule, by: Actor) -> bool:
    day = mailing_day(schedule.often, by.today())
    return day is not None and schedule.mailed_on < day


@atomic
def _order_due(*, by: Actor, schedule: ReportSchedule) -> int:
    """Once for each morning, however many workers ask: the schedule is locked, and the database refuses a second."""
    held = (
        ReportSchedule.objects.select_for_update(no_key=True, of=("self",))
        .select_related("by", "institution")
        .filter(pk=schedule.pk, paused_at=None)
        .first()
    )
    if held is None or not _is_due(held, by):
        return 0
    held.mailed_on = mailing_day(held.often, by.today())  # type: ignore[assignment]
    held.save(update_fields=["mailed_on", "updated_at"])
    same = {name: getattr(held, name) for name in ("institution", "kind", "format", "filters", "by")}
    order = ReportOrder.objects.create(**same, schedule=held, due_on=held.mailed_on)
    _defer(order)
    return 1


# --- making it ------------------------------------------------------------------------------------------------------
def make_report(*, order_id: UUID) -> None:
    """Make what was ordered, as whoever ordered it, and keep its file; then tell the recipients of a schedule.

    Reading takes no lock. One that is over stays as it is, so that this bears repeating; of two workers with the same
    order the first to finish counts.
    """
    order = ReportOrder.objects.select_related("by", "institution", "schedule").filter(pk=order_id).first()
    if order is None or order.is_over:
        return
    with only_in(order.institution_id):
        try:
            _keep(order, *_make(order))
        except DomainError as refusal:
            _refuse(order=order, why=refusal.message)
        except LOST_DATABASE:
            # It is tried again, and nothing could be told now.
            raise
        except Exception:
            log.exception("report_failed", order=str(order_id))
            _open_orders(order).update(status=ReportOrder.Status.FAILED, finished_at=timezone.now())
            raise


def _make(order: ReportOrder) -> tuple[str, Download]:
    _open_orders(order).update(status=ReportOrder.Status.RUNNING, started_at=timezone.now(), progress=0)
    by = _orderer(order)
    definition = KINDS[order.kind]
    if not definition.allow.may(by):
        raise OrdererMayNotSee
    filters = definition.read(by, order.filters)
    return definition.write(ReportWork(by, filters, order.format, _progress_teller(order)))


def _orderer(order: ReportOrder) -> Actor:
    by = Actor.of(order.by, order.institution) if order.by.is_active else None
    if by is None:
        raise OrdererMayNotSee
    return by


def _keep(order: ReportOrder, subject: str, file: Download) -> None:
    """Write the file before the transaction that names it, so that nothing waits for the disk with a row locked."""
    content = b"".join(part if isinstance(part, bytes) else part.encode() for part in file.content)
    name, named = keep(FOLDER, content), False
    try:
        named = _name_file(order=order, subject=subject, file=file, name=name, size=len(content))
    finally:
        if not named:
            default_storage.delete(name)


@atomic
def _name_file(*, order: ReportOrder, subject: str, file: Download, name: str, size: int) -> bool:
    """Say that the report is there, and tell the recipients; answers whether it was still wanted."""
    held = _open_orders(order).select_for_update(of=("self",)).first()
    if held is None:
        return False
    held.file, held.file_name, held.media_type = name, file.name[-150:], file.media_type
    held.file_size, held.subject = size, subject[:300]
    held.status, held.progress, held.finished_at = ReportOrder.Status.DONE, 100, timezone.now()
    held.save()
    if order.schedule is None:
        return True
    system, owner, definition = Actor.system(order.institution), _orderer(order), KINDS[order.kind]
    people = []
    for one in order.schedule.recipients.select_related("person"):
        reader = Actor.of(one.person, order.institution)
        if reader and (one.person_id == order.by_id or _sees_all(reader, owner, definition, order.filters)):
            people.append(one.person)
    ReportReader.objects.bulk_create(
        [ReportReader(institution=order.institution, order=held, person=one) for one in people]
    )
    notices.tell_report_ready(system, held, people)
    return True


@atomic
def _refuse(*, order: ReportOrder, why: str) -> None:
    """Say why it was not made. A schedule pauses, so that nobody is told the same every morning."""
    if not _open_orders(order).update(status=ReportOrder.Status.REFUSED, refusal=why, finished_at=timezone.now()):
        return
    if order.schedule is None:
        return
    schedule = ReportSchedule.objects.select_for_update(no_key=True).filter(pk=order.schedule.pk).first()
    if schedule is None or schedule.is_paused:
        return
    system = Actor.system(order.institution)
    with recorded(system, "pause_report"):
        schedule.paused_at, schedule.stopped_because = timezone.now(), why[:300]
        schedule.save()
    notices.tell_report_stopped(system, schedule, why)


# --- parts ----------------------------------------------------------------------------------------------------------
def _ask(by: Actor, kind: str, filters: Mapping[str, Any], form: str) -> dict[str, Any]:
    """What a row says of what was asked for, judged."""
    definition = KINDS.get(kind)
    if definition is None:
        raise Invalid(_("Choose one of these reports: %(known)s.") % {"known": ", ".join(KINDS)}, field="kind")
    if form not in ReportFormat.values:
        raise Invalid(_("Choose csv, xlsx or pdf."), field="format")
    if by.user is None or not reports.may(by, "order") or not definition.allow.may(by):
        raise Forbidden
    read = definition.read(by, filters)
    # What makes no days is said now, not by the job.
    ReportWork(by, read, form).period()
    plain = {name: str(value) for name, value in read.asked.items()}
    return {"institution": by.institution, "by": by.user, "kind": kind, "filters": plain, "format": form}


def _must_see(by: Actor, people: Sequence[User], kind: str, filters: Mapping[str, Any]) -> None:
    """Raise Invalid at `recipients` for too many, and for one who does not see all that the report tells."""
    field = "schedule.recipients"
    if len(people) > MOST_RECIPIENTS:
        words = _("A report is sent to %(most)d people or fewer.") % {"most": MOST_RECIPIENTS}
        raise Invalid(words, field=field, code="too_many_recipients")
    here = set(colleagues(by).filter(pk__in=[one.pk for one in people]).values_list("pk", flat=True))
    for person in people:
        reader = Actor.of(person, by.institution) if person.pk in here else None
        if reader is None or not (reader.user == by.user or _sees_all(reader, by, KINDS[kind], filters)):
            words = _("%(name)s can't see everything in this report. Choose someone else.")
            raise Invalid(words % {"name": person.full_name}, field=field, code="may_not_see")


def _sees_all(reader: Actor, owner: Actor, definition: ReportDefinition, asked: Mapping[str, Any]) -> bool:
    """Whether the reader may order the kind, and sees every batch or student that the owner's report would tell of."""
    if not definition.allow.may(reader):
        return False
    if reader.is_admin:
        return True
    try:
        filters: ReportFilters = definition.read(owner, asked)
    except DomainError:
        return False
    theirs = definition.subjects(reader, filters).values("pk")
    return not definition.subjects(owner, filters).exclude(pk__in=theirs).exists()


def _defer(order: ReportOrder) -> None:
    """In the same transaction, so that there is never an order without a job."""
    app.configure_task(JOB).defer(order_id=str(order.pk))


def _open_orders(order: ReportOrder) -> Any:
    """The order, while it is not over."""
    return ReportOrder.objects.filter(pk=order.pk, status__in=(ReportOrder.Status.WAITING, ReportOrder.Status.RUNNING))


def _progress_teller(order: ReportOrder) -> Progress:
    last = 0.0

    def tell(done: int, total: int) -> None:
        nonlocal last
        # 100 is for when the file is there.
        if time.monotonic() - last > SECONDS_BETWEEN_TELLINGS:
            last = time.monotonic()
            _open_orders(order).update(progress=min(99, done * 100 // max(total, 1)))

    return tell
