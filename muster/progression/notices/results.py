"""What students are told about their results."""

from __future__ import annotations

from collections.abc import Sequence

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from muster.accounts.models import User
from muster.institutions.access import Actor
from muster.institutions.models import STUDENT_ROLES
from muster.notifications.kinds import NotificationKind, register_kind
from muster.notifications.rules import notify
from muster.progression.models import SubjectMapping, SubjectResult

PUBLISHED = "results_published"

register_kind(
    NotificationKind(
        PUBLISHED,
        gettext_lazy("A result of mine is published"),
        frozenset(map(str, STUDENT_ROLES)),
        gettext_lazy("Once for each subject, and again if it's corrected. The email doesn't say the grade."),
    ),
)


def tell_published(by: Actor, mapping: SubjectMapping, made: Sequence[SubjectResult]) -> None:
    """Tell each student that there is a result, or that it was corrected; what it is they see in Muster."""
    names = {"subject": mapping.subject.title}
    where = _("Semester %(number)d, %(batch)s.") % {"number": mapping.semester, "batch": mapping.batch.code}
    _tell(by, [one for one in made if one.version == 1], _("Your result in %(subject)s is published") % names, where)
    _tell(by, [one for one in made if one.version > 1], _("Your result in %(subject)s was corrected") % names, where)


def _tell(by: Actor, results: Sequence[SubjectResult], title: str, text: str) -> None:
    people = User.objects.filter(enrollments__in=[one.enrollment_id for one in results])
    if results:
        notify(by=by, to=people, kind=PUBLISHED, title=title, text=text, url=reverse("progression:own-record"))
