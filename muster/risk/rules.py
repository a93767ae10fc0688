"""Every write around students at risk: flags are kept, given to somebody, worked on and closed."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from muster.accounts.models import User
from muster.assessment.models import AssessmentMark
from muster.assessment.queries import totals_of
from muster.batches.errors import BatchArchived
from muster.batches.models import Batch
from muster.core.database import atomic, refused_as
from muster.core.errors import Forbidden, Invalid
from muster.core.history import recorded
from muster.core.rows import lock_row, set_value
from muster.enrollments.models import Enrollment
from muster.institutions.access import Actor
from muster.institutions.models import is_before_today
from muster.institutions.queries import colleagues
from muster.risk import notices
from muster.risk.errors import FlagClosed, FlagNotReopened, NoContactYet, StudentNotActive
from muster.risk.letters import letter_text
from muster.risk.models import Intervention, RiskFlag
from muster.risk.permissions import flags
from muster.risk.queries import escalates_to, flags_in_full, open_flags_seen_by

# How many days before those who manage the batch are told, the owner is told that they will be.
SAID_BEFORE = 2
OPENS = "enrollment__batch__"


@dataclass(frozen=True)
class KeptFlags:
    """What came of looking for students at risk: how many flags opened, and how many closed by themselves."""

    opened: int
    closed: int


@atomic
def keep_flags(*, by: Actor, batches: Collection[UUID] | None = None) -> KeptFlags:
    """Open, keep and close the flags of the institution, or of some batches, as the reasons stand now.

    One set-based statement (`muster_keep_risk_flags`), since it looks at everybody each night. A student has one open
    flag for each enrollment. The database holds the batches in share mode.
    """
    place = by.institution
    named = None if batches is None else list(batches)
    marks = _low_marks(by, named)
    with recorded(by, "keep_risk_flags"), connection.cursor() as cursor:
        # Begun as what writes, which a plain SELECT would not be taken for: the history is told who looked.
        cursor.execute(
            "WITH kept AS (SELECT * FROM muster_keep_risk_flags(%s, %s, %s::jsonb, %s, %s)) TABLE kept",
            [place.pk, named, json.dumps(marks), place.risk_escalate_days, place.risk_quiet_days],
        )
        opened, closed = cursor.fetchone()
    return KeptFlags(len(opened), len(closed))


def _low_marks(by: Actor, batches: Collection[UUID] | None) -> dict[str, str]:
    """The totals below what the institution expects, by enrollment."""
    limit = by.institution.risk_marks_percent
    if not limit:
        return {}
    marked = AssessmentMark.objects.filter(
        institution=by.institution,
        published_at__isnull=False,
        enrollment__status=Enrollment.Status.ACTIVE,
        enrollment__batch__status=Batch.Status.ACTIVE,
        **({} if batches is None else {"enrollment__batch__in": batches}),
    )
    totals = totals_of(list(marked.order_by().values_list("enrollment", flat=True).distinct()))
    return {str(pk): str(one.percent) for pk, one in totals.items() if one.percent is not None and one.percent < limit}


@atomic
def assign_owner(*, by: Actor, flag: RiskFlag, owner: User | None) -> RiskFlag:
    """Say whose task the student is; the days within which somebody is to get in touch begin anew. The owner is told.

    Locks the batch and the flag. Raises BatchArchived, FlagClosed, Invalid for who is not on the
    staff, Forbidden for an instructor who names somebody else.
    """
    row = _lock(flag)
    _must_be_open(row)
    if not flags.allows(by, "assign", row) and (owner or row.owner) != by.user:
        raise Forbidden
    if owner is not None and not colleagues(by).filter(pk=owner.pk).exists():
        raise Invalid(_("Choose an active member of the staff."), field="owner_id")
    if row.owner_id == (owner.pk if owner else None):
        return row
    row.owner = owner
    _begin_anew(row)
    with recorded(by, "assign_risk_owner"):
        row.save()
    if owner is not None:
        notices.tell_owner(by, row)
    return row


@atomic
def record_intervention(
    *, by: Actor, flag: RiskFlag, kind: str, note: str = "", happened_at: datetime | None = None, letter: str = ""
) -> Intervention:
    """Document a contact with the student, now or before; of a letter, what it says: the institution's text unless
    another is given. The days until somebody is to get in touch again begin anew.

    Locks the batch and the flag. Raises BatchArchived, Invalid naming the fields, FlagClosed, NoContactYet.
    """
    row = _lock(flag)
    _must_be_open(row)
    now = timezone.now()
    done = Intervention(institution_id=row.institution_id, flag=row, recorded_by=by.user)
    is_letter = kind == Intervention.Kind.LETTER
    if is_letter and not letter:
        letter = letter_text(row, by)
    elif letter and not is_letter:
        raise Invalid(_("Only a letter has a text."), field="letter")
    _set(done, kind=kind, note=note, letter=letter)
    if is_letter and not done.letter:
        raise Invalid(_("Write what the letter says."), field="letter")
    if not is_letter and not done.note:
        raise Invalid(_("Say what was said or agreed."), field="note")
    done.happened_at = happened_at or now
    if done.happened_at > now:
        raise Invalid(_("Choose a time that has passed."), field="happened_at")
    if done.happened_at < now - timedelta(days=366):
        raise Invalid(_("Choose a time within the last year."), field="happened_at")
    _begin_anew(row)
    with (
        recorded(by, "write_letter" if is_letter else "record_intervention"),
        refused_as(letter_follows_documented_contact=NoContactYet()),
    ):
        done.save()
        row.save()
    return done


@atomic
def close_flag(*, by: Actor, flag: RiskFlag, outcome: str, note: str = "") -> RiskFlag:
    """Close it, with how it ended. The same reasons stay quiet for a while. Locks the batch and the flag.

    Raises BatchArchived, Invalid, FlagClosed.
    """
    row = _lock(flag)
    _must_be_open(row)
    chosen = [one.value for one in RiskFlag.Outcome if one not in RiskFlag.BY_ITSELF]
    if outcome not in chosen:
        raise Invalid(_("Choose one of %(known)s.") % {"known": ", ".join(chosen)}, field="outcome")
    _set(row, closing_note=note)
    row.outcome, row.closed_at, row.closed_by = outcome, timezone.now(), by.user
    with recorded(by, "close_risk_flag"):
        row.save()
    return row


@atomic
def reopen_flag(*, by: Actor, flag: RiskFlag) -> RiskFlag:
    """Take a closing back. Locks the batch and the flag. Raises BatchArchived, FlagNotReopened, StudentNotActive."""
    row = _lock(flag)
    if row.is_open:
        return row
    if row.outcome in RiskFlag.BY_ITSELF:
        raise FlagNotReopened
    row.outcome, row.closed_at, row.closed_by, row.closing_note = "", None, None, ""
    inactive = StudentNotActive(student=row.enrollment.student.full_name)
    with (
        recorded(by, "reopen_risk_flag"),
        refused_as(one_open_flag_for_each_enrollment=FlagNotReopened(), open_flag_is_of_an_active_student=inactive),
    ):
        row.save()
    return row


@atomic
def change_flag(*, by: Actor, flag: RiskFlag, changes: Mapping[str, Any]) -> RiskFlag:
    """All that is said of a flag at once: reopened, given to an `owner`, closed with an `outcome` and a `note`."""
    row = flag
    if "outcome" in changes and not changes["outcome"]:
        row = reopen_flag(by=by, flag=row)
    if "owner" in changes:
        row = assign_owner(by=by, flag=row, owner=changes["owner"])
    if changes.get("outcome"):
        row = close_flag(by=by, flag=row, outcome=changes["outcome"], note=changes.get("note", ""))
    elif changes.get("note"):
        raise Invalid(_("A note is kept with the outcome. Choose one."), field="outcome")
    return row


@atomic
def escalate_flags(*, by: Actor) -> int:
    """Tell owners that the day until which somebody is to get in touch is near, and those who manage the batch once it
    is over; answers how many flags. Each once, until there is contact. Who left the staff owns nothing any more.

    Each flag is claimed by the statement that says so.
    """
    now, told = timezone.now(), 0
    mine = RiskFlag.objects.standing().filter(institution=by.institution)
    with recorded(by, "assign_risk_owner"):
        mine.filter(owner__isnull=False).exclude(owner__in=colleagues(by)).update(owner=None, updated_at=now)
    late = Q(is_before_today("due_on", OPENS), escalated_at__isnull=True)
    near = Q(is_before_today("due_on", OPENS, days=SAID_BEFORE + 1), reminded_at__isnull=True, owner__isnull=False)
    for flag in flags_in_full(mine.filter(late | near)).order_by("enrollment__batch", "pk"):
        is_late = flag.due_on < flag.enrollment.batch.today() and flag.escalated_at is None
        column = "escalated_at" if is_late else "reminded_at"
        claimed = RiskFlag.objects.filter(pk=flag.pk, **{f"{column}__isnull": True}).update(**{column: now})
        if not claimed:
            continue
        told += 1
        if is_late:
            notices.tell_managers(by, flag, escalates_to(flag))
        else:
            notices.tell_near(by, flag, escalates_to(flag))
    return told


@atomic
def send_digest(*, by: Actor) -> int:
    """Tell everyone who manages batches, or owns a flag, which students need somebody; answers how many people.

    One notice for each person, none where there is nothing to tell.
    """
    told = 0
    owning = RiskFlag.objects.standing().filter(institution=by.institution, owner__isnull=False)
    people = colleagues(by).filter(Q(memberships__role__in=notices.MANAGES) | Q(pk__in=owning.values("owner")))
    for person in people.distinct().order_by("pk"):
        actor = Actor.of(person, by.institution)
        if actor is None:
            continue
        seen = open_flags_seen_by(actor) if actor.manages else owning.filter(owner=person)
        if rows := list(flags_in_full(seen).order_by("due_on", "pk")):
            told += notices.tell_digest(by, person, rows)
    return told


def _lock(flag: RiskFlag) -> RiskFlag:
    """The flag as it now stands; its batch is held first, as whoever ends the enrollment does. Raises BatchArchived."""
    batch = Batch.objects.locked().get(enrollments=flag.enrollment_id)
    if batch.is_archived:
        raise BatchArchived(batch)
    lock_row(flag)
    return flags_in_full(RiskFlag.objects.filter(pk=flag.pk)).get()


def _must_be_open(row: RiskFlag) -> None:
    if row.closed_at is not None:
        raise FlagClosed(day=date_format(row.closed_at, "j F Y"))


def _begin_anew(row: RiskFlag) -> None:
    batch = row.enrollment.batch
    row.due_on = batch.today() + timedelta(days=batch.institution.risk_escalate_days)
    row.reminded_at = row.escalated_at = None


def _set(row: RiskFlag | Intervention, **values: Any) -> None:
    """Set fields that a person filled. Raises Invalid at the first that is wrong."""
    for name, value in values.items():
        field: Any = row._meta.get_field(name)
        if wrong := set_value(row, field, value):
            raise Invalid(wrong, field="note" if name == "closing_note" else name)
