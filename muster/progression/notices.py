"""How students learn of their results."""

from __future__ import annotations

from collections.abc import Iterable

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from muster.accounts.models import User
from muster.institutions.access import Actor
from muster.institutions.models import STUDENT_ROLES
from muster.notifications.kinds import NotificationKind, register_kind
from muster.notifications.rules import notify
from muster.progression.models import SubjectMapping

RESULTS = "results_published"

register_kind(
    NotificationKind(
        RESULTS,
        gettext_lazy("My results are published"),
        frozenset(map(str, STUDENT_ROLES)),
        gettext_lazy("A subject's results, and a correction of them."),
    )
)


def tell_results(by: Actor, mapping: SubjectMapping, people: Iterable[User]) -> None:
    """Tell each of the people, once."""
    names = {"subject": mapping.subject.title, "batch": mapping.batch.code}
    notify(
        by=by,
        to=people,
        kind=RESULTS,
        title=_("Your result in %(subject)s is published") % names,
        text=_("See it in your record, or ask who teaches %(subject)s in %(batch)s.") % names,
        url=reverse("progression:subjects", args=[mapping.batch_id]),
    )
