"""What happens to registers by themselves: those not taken are asked for, old ones are locked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext as _

from muster.accounts.models import User
from muster.attendance.notices import tell_not_taken
from muster.attendance.permissions import registers
from muster.attendance.queries.missing import missing_registers, registers_to_lock, without_reminder
from muster.attendance.rules.locking import lock_register
from muster.batches.errors import BatchArchived
from muster.core.database import atomic
from muster.core.errors import Conflict, Missing
from muster.core.history import recorded
from muster.institutions.access import Actor
from muster.timetable.models import ClassSession
from muster.timetable.queries import named_teachers

# From then on the day counts as over for whoever teaches.
END_OF_DAY = time(18, 0)
# What was missed while nothing ran is still asked for, but nothing of long ago.
CHASED_FOR = timedelta(days=7)
AT_ONCE = 5000

# Who writes the row, or writes it anew, tells; the others at the same moment don't.
CLAIM = """
INSERT INTO attendance_registerchase AS chase (session_id, institution_id, chased_at)
SELECT id, institution_id, now() FROM timetable_classsession WHERE id = ANY(%(sessions)s)
ON CONFLICT (session_id) DO UPDATE SET chased_at = now() WHERE chase.chased_at < %(before)s
RETURNING session_id
"""


@dataclass(frozen=True)
class Reminded:
    """How many registers were asked for, of how many people; and how many were not, since somebody was today."""

    registers: int
    people: int
    already: int


@atomic
def chase_registers(*, by: Actor) -> int:
    """Tell instructors which of their registers are not taken at the end of the day; answers how many registers.

    Once for each register, however often and on however many workers it runs. One notice for each person. Locks
    nothing.
    """
    now = by.now()
    last = now.date() if now.time() >= END_OF_DAY else now.date() - timedelta(days=1)
    rows = ClassSession.objects.filter(institution=by.institution, date__gte=now.date() - CHASED_FOR, date__lte=last)
    missing = list(without_reminder(missing_registers(by, rows)))
    return _ask_once(by, missing, before=None).registers


@atomic
def remind_instructors(*, by: Actor, sessions: Collection[UUID] | None = None) -> Reminded:
    """Ask those who teach for the registers that are not taken: for these sessions, else for all that `by` manages.

    Each register at most once a day, whoever asks; one notice for each person. What is taken by now, or taught by
    nobody, is passed over. Locks nothing. Raises Conflict where nothing is left to ask for.
    """
    rows = registers.rows(by, "remind")
    if sessions is not None:
        rows = rows.filter(pk__in=sessions)
    missing = [session for session in missing_registers(by, rows) if named_teachers(session)]
    if not missing:
        raise Conflict(
            _("No one to remind: the registers are taken, or no instructor is assigned."), code="nothing_to_do"
        )
    return _ask_once(by, missing, before=by.now().replace(hour=0, minute=0, second=0, microsecond=0))


def _ask_once(by: Actor, missing: Sequence[ClassSession], *, before: datetime | None) -> Reminded:
    """Ask for those of which nobody was told, or not since `before`."""
    if not missing:
        return Reminded(0, 0, 0)
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, {"sessions": [session.pk for session in missing], "before": before})
        claimed = {pk for (pk,) in cursor.fetchall()}
    theirs: dict[UUID, list[ClassSession]] = defaultdict(list)
    for session in reversed(missing):
        if session.pk in claimed:
            for person in named_teachers(session):
                theirs[person].append(session)
    people = {person.pk: person for person in User.objects.filter(pk__in=theirs)}
    for person_id, sessions in theirs.items():
        tell_not_taken(by, people[person_id], sessions)
    return Reminded(len(claimed), len(theirs), len(missing) - len(claimed))


@atomic
def hold_begun_sessions(*, by: Actor) -> int:
    """Count sessions as held that were marked before they began and have begun now; answers how many."""
    with recorded(by, "hold_session"), connection.cursor() as cursor:
        cursor.execute("SELECT muster_hold_begun_sessions(%s)", [by.institution.pk])
        held: int = cursor.fetchone()[0]
    return held


def lock_old_registers(*, by: Actor) -> int:
    """Lock the registers that ended longer ago than the institution's setting; answers how many.

    Registers that nobody took stay open, so that they can still be taken. Each is locked by itself, as by hand.
    """
    hours = by.institution.register_lock_hours
    if hours is None:
        return 0
    locked = 0
    for session in list(registers_to_lock(by, hours)[:AT_ONCE]):
        try:
            locked += lock_register(by=by, session=session).is_locked
        except (BatchArchived, Missing):
            # Archived or gone since it was looked up.
            continue
    return locked
