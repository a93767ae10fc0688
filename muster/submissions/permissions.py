"""Who makes submissions and keeps export templates, and who reads what was submitted."""

from __future__ import annotations

from django.db.models import Q

from muster.core.permissions import Access
from muster.institutions.access import ADMINS, Actor, Grant
from muster.institutions.models import Role
from muster.submissions.models import ExportTemplate, Submission, TemplateColumn


def _addressed(actor: Actor, grant: Grant) -> Q:
    """What was submitted to the actor; one that was withdrawn or replaced since stays there, and says so."""
    return Q(regulator=actor.user) & ~Q(status=Submission.Status.DRAFT)


submissions = Access(
    Submission, {"see": ADMINS | {Role.REGULATOR.value: _addressed}, "change": ADMINS, "deadlines": ADMINS}
)
export_templates = Access(ExportTemplate, {"see": ADMINS, "change": ADMINS, "run": ADMINS})
template_columns = Access(TemplateColumn, {"see": ADMINS, "change": ADMINS})
