"""What a student and their mentor agree on."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from muster.accounts.models import User
from muster.allocation.models import IndividualAssignment
from muster.core.database import atomic
from muster.core.errors import Invalid
from muster.core.history import recorded
from muster.core.rows import lock_row
from muster.core.text import clean_line
from muster.institutions.access import Actor
from muster.mentoring.models import MentoringGoal
from muster.mentoring.rules.pairs import clean, lock_pair

MOST_GOAL = 150


@atomic
def agree_goal(*, by: Actor, student: User, title: str, due_on: date | None = None) -> MentoringGoal:
    """Agree on a goal between a student and their mentor. Locks both people. Raises NoMentor, Invalid."""
    return agree(by, lock_pair(by, student), title, due_on)


@atomic
def change_goal(*, by: Actor, goal: MentoringGoal, changes: Mapping[str, Any]) -> MentoringGoal:
    """Word a goal anew, move its day, or say what became of it. Locks the goal. Raises Missing, Invalid."""
    row = lock_row(goal)
    if "title" in changes:
        row.title = _goal_words(changes["title"])
    if "due_on" in changes:
        row.due_on = changes["due_on"]
    if "status" in changes and changes["status"] != row.status:
        if changes["status"] not in MentoringGoal.Status.values:
            known = ", ".join(MentoringGoal.Status.values)
            raise Invalid(_("Choose one of %(known)s.") % {"known": known}, field="status")
        row.status = changes["status"]
        row.settled_at = None if row.status == MentoringGoal.Status.OPEN else timezone.now()
    with recorded(by, "change_goal"):
        row.save()
    return row


def _goal_words(title: str, field: str = "title") -> str:
    words = clean_line(clean(field, title, MOST_GOAL))
    if not words:
        raise Invalid(_("Say what you agreed on."), field=field)
    return words


def agree(
    by: Actor, pair: IndividualAssignment, title: str, due_on: date | None, field: str = "title"
) -> MentoringGoal:
    """Keep what a pair, which is held, agreed on. Raises Invalid at the field."""
    with recorded(by, "agree_goal"):
        return MentoringGoal.objects.create(
            institution_id=pair.institution_id, assignment=pair, title=_goal_words(title, field), due_on=due_on
        )
