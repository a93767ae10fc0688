"""Who is told of rollovers: those who decide them, and whoever asked."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from muster.accounts.models import User
from muster.batches.models import Batch
from muster.institutions.access import Actor, memberships_in_force
from muster.institutions.models import Role
from muster.notifications.kinds import NotificationKind, register_kind
from muster.notifications.rules import notify
from muster.progression.models import RolloverRequest

ASKED, DECIDED = "rollover_asked", "rollover_decided"
APPROVERS = frozenset({str(Role.ADMIN), str(Role.DEPT_ADMIN)})

register_kind(
    NotificationKind(
        ASKED,
        gettext_lazy("A batch year is ready for its next semester"),
        APPROVERS,
        gettext_lazy("Someone requests a rollover, or the semester ends. You decide it in Requests."),
    ),
    NotificationKind(
        DECIDED,
        gettext_lazy("A rollover that I requested is decided"),
        APPROVERS,
        gettext_lazy("When someone else approves, rejects or undoes it."),
    ),
)


def people_who_approve(batch: Batch) -> QuerySet[User]:
    """The active people who may approve a rollover of the batch."""
    part = Q(role=Role.ADMIN) | Q(role=Role.DEPT_ADMIN, department=batch.department_id)
    held = memberships_in_force(OuterRef("pk"), batch.institution_id).filter(part)
    return User.objects.filter(Exists(held), is_active=True)


def tell_rollover_asked(by: Actor, request: RolloverRequest) -> None:
    """Tell those who may approve it, but for whoever asked."""
    batch, number = request.batch, request.held_back.count()
    people = people_who_approve(batch)
    held = ngettext("%(count)d student is held back.", "%(count)d students are held back.", number)
    notify(
        by=by,
        to=people.exclude(pk=by.user.pk) if by.user else people,
        kind=ASKED,
        title=_asked_title(by, request),
        text=" ".join(filter(None, (f"{batch.name}.", held % {"count": number} if number else "", request.note))),
        url=reverse("requests"),
    )


def _asked_title(by: Actor, request: RolloverRequest) -> str:
    words = {"batch": request.batch.code, "next": request.to_semester, "name": by.user.full_name if by.user else ""}
    if by.user is None:
        if request.completes:
            return _("The last semester of %(batch)s is over") % words
        return _("%(batch)s is ready for semester %(next)d") % words
    if request.completes:
        return _("%(name)s asks to complete %(batch)s after its last semester") % words
    return _("%(name)s asks to move %(batch)s to semester %(next)d") % words


def tell_rollover_decided(by: Actor, request: RolloverRequest) -> None:
    """Tell whoever asked for the rollover what became of it, unless they did it themselves."""
    asker = request.requested_by
    if asker is None or (by.user and asker.pk == by.user.pk):
        return
    words = {"batch": request.batch.code, "next": request.to_semester, "now": request.from_semester}
    title = {
        RolloverRequest.Status.EXECUTED: _("%(batch)s is completed")
        if request.completes
        else _("%(batch)s is in semester %(next)d now"),
        RolloverRequest.Status.REJECTED: _("Your rollover of %(batch)s was rejected"),
        RolloverRequest.Status.REVERTED: _("The rollover of %(batch)s was undone, it's in semester %(now)d again"),
    }[RolloverRequest.Status(request.status)]
    notify(
        by=by,
        to=[asker],
        kind=DECIDED,
        title=title % words,
        text=request.decision_note,
        url=reverse("batches:batch", args=[request.batch_id]),
    )
