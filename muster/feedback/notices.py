"""What people are told of feedback. Nobody is told that somebody answered."""

from __future__ import annotations

from collections.abc import Iterable

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from muster.accounts.models import User
from muster.feedback.models import FeedbackRound
from muster.institutions.access import Actor
from muster.institutions.models import STUDENT_ROLES, Role
from muster.notifications.kinds import NotificationKind, register_kind
from muster.notifications.rules import notify

ASKED, RESULTS = "feedback_asked", "feedback_results"

register_kind(
    NotificationKind(
        ASKED,
        gettext_lazy("A feedback round is open for me"),
        frozenset(map(str, STUDENT_ROLES)),
        gettext_lazy("When a round opens, and once more before it closes if I haven't answered."),
    ),
    NotificationKind(
        RESULTS,
        gettext_lazy("Feedback from students is in"),
        frozenset({str(Role.INSTRUCTOR)}),
        gettext_lazy("When a round of a batch you teach has closed, or enough of those you mentor have answered."),
    ),
)


def subject_of(row: FeedbackRound) -> str:
    """What the round is about, for those who are asked."""
    if row.batch is not None:
        name: str = row.batch.name
        return name
    return _("Mentoring with %(name)s") % {"name": row.instructor.full_name if row.instructor else ""}


def tell_asked(by: Actor, row: FeedbackRound, people: Iterable[User]) -> int:
    """Ask those who may answer; answers how many are told."""
    return _tell_students(by, row, people, _("How is it going? %(subject)s"))


def tell_not_answered(by: Actor, row: FeedbackRound, people: Iterable[User]) -> int:
    """Remind those who have not answered."""
    return _tell_students(by, row, people, _("Still time to give feedback: %(subject)s"))


def _tell_students(by: Actor, row: FeedbackRound, people: Iterable[User], title: str) -> int:
    text = _("Three questions, anonymous, open until the end of %(day)s.")
    return notify(
        by=by,
        to=people,
        kind=ASKED,
        title=title % {"subject": subject_of(row)},
        text=text % {"day": date_format(row.closes_on, "l j F Y")},
        url=reverse("feedback:answer", args=[row.pk]),
    )


def tell_results(by: Actor, row: FeedbackRound, people: Iterable[User]) -> int:
    """Tell those whom it is about, or who teach the batch, that there is something to read."""
    if row.batch is not None:
        title = _("Feedback is in: %(batch)s") % {"batch": row.batch.name}
        text = _("The round has closed, and enough students answered to show the results.")
        url = reverse("feedback:round", args=[row.pk])
    else:
        title = _("Feedback is in from those you mentor")
        text = _("Enough of them have answered to show the results, all together.")
        url = reverse("feedback:list")
    return notify(by=by, to=people, kind=RESULTS, title=title, text=text, url=url)
