"""What students and instructors are told about assessments."""

from __future__ import annotations

from collections.abc import Sequence

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from muster.accounts.models import User
from muster.assessment.models import Assessment, AssessmentMark
from muster.batches.rules.locks import current_people
from muster.institutions.access import Actor
from muster.institutions.models import STUDENT_ROLES, Role
from muster.notifications.kinds import NotificationKind, register_kind
from muster.notifications.rules import notify
from muster.progression.grading import State
from muster.progression.queries.sheet import LEARNS

MARKED, DUE, MISSING = "marks_published", "assessment_due", "marks_missing"
LEARNERS = frozenset(map(str, STUDENT_ROLES))

register_kind(
    NotificationKind(
        MARKED,
        gettext_lazy("A mark of mine is published"),
        LEARNERS,
        gettext_lazy("Once for each assessment, and again if it's corrected. The email doesn't say the mark."),
    ),
    NotificationKind(
        DUE, gettext_lazy("An assessment is due soon"), LEARNERS, gettext_lazy("Two days before the day it's due.")
    ),
    NotificationKind(
        MISSING,
        gettext_lazy("Marks are missing"),
        frozenset({str(Role.INSTRUCTOR)}),
        gettext_lazy("Once for each assessment in your batches, a week after it was due."),
    ),
)


def tell_marks_published(by: Actor, assessment: Assessment, marks: Sequence[AssessmentMark]) -> None:
    """Tell each student that there is a mark; what it is they see in Muster."""
    names = {"title": assessment.title}
    notify(
        by=by,
        to=[one.enrollment.student for one in marks],
        kind=MARKED,
        title=_("Your mark for %(title)s is published") % names,
        text=str(assessment.batch),
        url=reverse("assessment:marks", args=[assessment.batch_id]),
        about=assessment.pk,
    )


def tell_due(by: Actor, assessment: Assessment) -> None:
    """Remind the students of the batch, but for those who are exempt or have a mark already."""
    settled = assessment.marks.exclude(state__in=[State.BLANK.value, State.WITHHELD.value]).values("enrollment")
    learners = assessment.batch.enrollments.filter(LEARNS).exclude(pk__in=settled)
    notify(
        by=by,
        to=User.objects.filter(pk__in=learners.order_by().values("student")),
        kind=DUE,
        title=_("%(title)s is due on %(day)s")
        % {"title": assessment.title, "day": date_format(assessment.due_on, "l j F")},
        text=str(assessment.batch),
        url=reverse("assessment:marks", args=[assessment.batch_id]),
        about=assessment.pk,
    )


def tell_marks_missing(by: Actor, assessment: Assessment, number: int) -> None:
    """Remind whoever teaches the batch of marks that are missing; whoever teaches the subject, where it is of one."""
    batch, mapping = assessment.batch, assessment.mapping
    named = {mapping.instructor_id} if mapping is not None and mapping.instructor_id else None
    title = ngettext("%(count)d mark of %(title)s is missing", "%(count)d marks of %(title)s are missing", number)
    notify(
        by=by,
        to=User.objects.filter(pk__in=named or current_people(batch, batch.today())),
        kind=MISSING,
        title=title % {"count": number, "title": assessment.title},
        text=_("%(batch)s. It was due on %(day)s.") % {"batch": batch, "day": date_format(assessment.due_on, "l j F")},
        url=reverse("assessment:assessment", args=[batch.pk, assessment.pk]),
        about=assessment.pk,
    )
