"""What the rules of mentoring have in common: the pair, held; and texts that are short enough."""

from __future__ import annotations

from django.utils.translation import gettext as _

from muster.accounts.models import User
from muster.allocation.models import IndividualAssignment
from muster.allocation.rules.assigning import lock_people
from muster.core.errors import HasNul, Invalid
from muster.core.text import clean_lines
from muster.institutions.access import Actor
from muster.mentoring.errors import NoMentor

MOST_NOTES, MOST_REASON = 4000, 300


def lock_pair(by: Actor, student: User) -> IndividualAssignment:
    """The student's current assignment, with both people held. Raises NoMentor."""
    current = IndividualAssignment.objects.current().filter(institution=by.institution, student=student)
    # Somebody may replace the mentor before the lock is ours: then the next one is held too.
    for found in filter(None, (current.first() for _attempt in range(2))):
        lock_people(by, [found.student_id, found.instructor_id])
        held = current.filter(pk=found.pk).select_related("student", "instructor", "institution").first()
        if held is not None:
            return held
    raise NoMentor(student=student.full_name)


def clean(name: str, text: str | None, most: int) -> str:
    """The text with its line breaks. Raises Invalid at the field where it is too long."""
    words = clean_lines(text or "")
    if wrong := HasNul.at(name, words):
        raise Invalid.fields(wrong)
    if len(words) > most:
        raise Invalid(_("Keep this to %(most)d characters or fewer.") % {"most": most}, field=name)
    return words
