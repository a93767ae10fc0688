"""Mentoring as Home tells of it: when the two meet next, and what they agreed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from muster.allocation.models import IndividualAssignment
from muster.allocation.queries import instructor_of
from muster.batches.occurrences import MeetingBatch, Occurrence, Teacher
from muster.core.clocks import zone_words
from muster.institutions.access import Actor
from muster.mentoring.models import MentoringGoal, MentoringSession
from muster.mentoring.queries import goals_seen_by, is_mentor, sessions_ahead

MOST_SESSIONS, MOST_GOALS = 20, 4


@dataclass(frozen=True)
class OwnMentor:
    """Somebody's mentor, their sessions to come and the goals that are open, the most urgent first."""

    pair: IndividualAssignment
    to_come: Sequence[Occurrence]
    goals: Sequence[MentoringGoal]


def own_mentor(actor: Actor, days: int) -> OwnMentor | None:
    """The mentor of the actor, with the sessions of so many days; None without one. Three statements."""
    assert actor.user is not None  # noqa: S101
    pair = instructor_of(actor, actor.user)
    if pair is None:
        return None
    ahead = [one for one in sessions_ahead(actor, days, MOST_SESSIONS) if one.assignment_id == pair.pk]
    goals = goals_seen_by(actor, actor.user).filter(assignment=pair, status=MentoringGoal.Status.OPEN)
    return OwnMentor(pair, [mentoring_occurrence(actor, row) for row in ahead], list(goals[:MOST_GOALS]))


def mentoring_occurrence(actor: Actor, row: MentoringSession) -> Occurrence:
    """A mentoring session among the sessions of batches, named after whom the actor meets."""
    pair = row.assignment
    other = pair.student if is_mentor(actor, pair) else pair.instructor
    starts_at, ends_at = row.session.moments or (row.session.begins_at, row.session.begins_at)
    name = _("Mentoring with %(name)s") % {"name": other.full_name}
    return Occurrence(
        session_id=row.session_id,
        starts_at=starts_at,
        ends_at=ends_at,
        batches=(MeetingBatch(pair.pk, name, "", 1),),
        people=(Teacher(other.pk, other.full_name, "lead"),),
        room="",
        place=row.get_channel_display(),
        subject="",
        zone=zone_words(row.session.meeting.zone, actor.zone),
    )
