"""A student of the demonstration and their mentor: what came of seven weeks."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from muster.accounts.models import User
from muster.allocation.models import IndividualAssignment
from muster.core.history import recorded
from muster.institutions.access import Actor
from muster.mentoring.free_times import free_days
from muster.mentoring.models import MentoringCheckIn, MentoringQuestion
from muster.mentoring.queries import branch_of
from muster.mentoring.rules import answer_question, ask_question, check_in, schedule_sessions, write_up_session
from muster.timetable.models import ClassSession

# Mood and progress, week by week.
WEEKS = ((4, 3), (4, 3), (3, 3), (3, 2), (2, 2), (2, 1), (3, 2))
SUMMARY = "Joins still feel shaky. We took one messy table apart together and found the duplicate keys."
NOTES = "Works evening shifts until the holidays and doesn't sleep much. Asked me not to pass it on."


def accompany(by: Actor, student: User, mentor: User) -> None:
    """Pair the two since seven weeks, who met, meet again each week, and write to each other in between."""
    now, of_student = by.now(), Actor.of(student, by.institution)
    with recorded(by, "assign_student"):
        pair = IndividualAssignment.objects.create(
            institution=by.institution,
            student=student,
            instructor=mentor,
            assigned_at=now - timedelta(weeks=len(WEEKS), days=1),
            assigned_by=by.user,
        )
    days = free_days(pair, branch_of(pair), by.today() + timedelta(days=2), 14, 30, seen_by=by)
    when = next(datetime.combine(day.on, day.times[-1]) for day in days if day.times)
    how: dict[str, Any] = {"by": Actor.of(mentor, by.institution), "student": student, "channel": "phone"}
    [held] = schedule_sessions(starts_at=when, **how)
    ClassSession.objects.filter(pk=held.session_id).update(date=when.date() - timedelta(weeks=2))
    goals = [("Hand in the cleaning exercise", by.today() + timedelta(days=4)), ("Back to 75 % attendance", None)]
    told = {"outcome": "held", "summary": SUMMARY, "private_notes": NOTES, "goals": goals}
    write_up_session(by=how["by"], session=held, changes=told)
    schedule_sessions(starts_at=when, repeat_until=when.date() + timedelta(weeks=3), **how)
    own: dict[str, Any] = {"by": of_student, "student": student}
    for weeks, (mood, progress) in enumerate(reversed(WEEKS)):
        comment = "" if weeks else "Better since I know who to ask. Tired."
        row = check_in(mood=mood, progress=progress, comment=comment, **own)
        MentoringCheckIn.objects.filter(pk=row.pk).update(created_at=now - timedelta(weeks=weeks, hours=5))
    question = ask_question(question="Which chart for shares of a whole?", **own)
    answer_question(by=how["by"], question=question, answer="A bar chart sorted by size, not a pie with nine slices.")
    asked_at = now - timedelta(days=5, hours=3)
    MentoringQuestion.objects.filter(pk=question.pk).update(
        created_at=asked_at, answered_at=asked_at + timedelta(hours=3)
    )
    ask_question(question="My left join gives 214 rows and the answer sheet says 198. What do I miss?", **own)
