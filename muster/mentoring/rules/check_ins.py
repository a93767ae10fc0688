"""How it goes, as students and their mentors say from time to time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from muster.accounts.models import User
from muster.core.database import atomic
from muster.core.errors import FieldError, Forbidden, Invalid
from muster.core.history import recorded
from muster.core.rows import lock_row
from muster.institutions.access import Actor
from muster.mentoring.models import MentoringCheckIn
from muster.mentoring.queries import is_mentor
from muster.mentoring.rules.pairs import clean, lock_pair

MOST_COMMENT = 1000


@atomic
def check_in(*, by: Actor, student: User, mood: int, progress: int, comment: str = "") -> MentoringCheckIn:
    """Say how it goes: the student of themselves, or their mentor of them. Locks both people.

    Raises NoMentor, Forbidden for anybody else, Invalid naming the fields.
    """
    pair = lock_pair(by, student)
    by_student = by.user is not None and by.user.pk == pair.student_id
    if not by_student and not is_mentor(by, pair):
        raise Forbidden
    row = MentoringCheckIn(institution_id=pair.institution_id, assignment=pair, by_student=by_student)
    return _say(by, row, "check_in", {"mood": mood, "progress": progress, "comment": comment})


@atomic
def change_check_in(*, by: Actor, check_in: MentoringCheckIn, changes: Mapping[str, Any]) -> MentoringCheckIn:
    """Say it otherwise. Whose it is has been asked. Locks it. Raises Missing, Invalid naming the fields."""
    return _say(by, lock_row(check_in), "change_check_in", changes)


@atomic
def withdraw_check_in(*, by: Actor, check_in: MentoringCheckIn) -> None:
    """Take back what was said. Whose it is has been asked. Locks it. Raises Missing."""
    row = lock_row(check_in, for_delete=True)
    with recorded(by, "withdraw_check_in"):
        row.delete()


def _say(by: Actor, row: MentoringCheckIn, use_case: str, said: Mapping[str, Any]) -> MentoringCheckIn:
    wrong = [
        FieldError(name, _("Choose a number from 1 to 5."))
        for name in ("mood", "progress")
        if said.get(name, getattr(row, name)) not in MentoringCheckIn.SCALE
    ]
    if wrong:
        raise Invalid.fields(wrong)
    for name in ("mood", "progress"):
        setattr(row, name, said.get(name, getattr(row, name)))
    row.comment = clean("comment", said.get("comment", row.comment), MOST_COMMENT)
    with recorded(by, use_case):
        row.save()
    return row
