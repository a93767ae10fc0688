"""What instructors are told about their batches."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from muster.accounts.models import User
from muster.batches.models import Batch, InstructorAssignment
from muster.institutions.access import Actor
from muster.institutions.models import Role
from muster.notifications.kinds import Kind, register_kind
from muster.notifications.rules import notify

ASSIGNED, TAKEN_AWAY = "batch_assigned", "batch_taken_away"
OVER = (Batch.Status.COMPLETED, Batch.Status.CANCELLED)

register_kind(
    Kind(
        ASSIGNED,
        gettext_lazy("A batch is given to me"),
        frozenset({str(Role.INSTRUCTOR)}),
        gettext_lazy("As its lead, an assistant, or a substitute for some days."),
    ),
    Kind(
        TAKEN_AWAY,
        gettext_lazy("A batch is taken away from me"),
        frozenset({str(Role.INSTRUCTOR)}),
        gettext_lazy("Somebody else leads it, or your days in it end earlier."),
    ),
)


def tell_assigned(by: Actor, batch: Batch, assignment: InstructorAssignment) -> None:
    """Tell the instructor that the batch is theirs, from when until when. Nothing is told of one that is over."""
    if batch.status in OVER:
        return
    words = {"batch": batch.code}
    title = {
        InstructorAssignment.Role.LEAD: _("You lead %(batch)s"),
        InstructorAssignment.Role.ASSISTANT: _("You assist in %(batch)s"),
        InstructorAssignment.Role.SUBSTITUTE: _("You stand in for %(batch)s"),
    }[InstructorAssignment.Role(assignment.role)]
    notify(
        by=by,
        to=[assignment.instructor],
        kind=ASSIGNED,
        title=title % words,
        text=_told(by, batch, _days(assignment)),
        url=reverse("batches:batch", args=[batch.pk]),
    )


def tell_leads(by: Actor, assignments: Sequence[InstructorAssignment]) -> None:
    """Tell one instructor, once, of all the batches that they lead now."""
    if len(assignments) == 1:
        tell_assigned(by, assignments[0].batch, assignments[0])
        return
    batches = [one.batch for one in assignments if one.batch.status not in OVER]
    doer = _("%(name)s has changed this.") % {"name": by.user.full_name} if by.user else ""
    codes = ", ".join(sorted(batch.code for batch in batches))
    notify(
        by=by,
        to=[assignments[0].instructor],
        kind=ASSIGNED,
        title=ngettext("You lead %(count)d more batch", "You lead %(count)d more batches", len(batches))
        % {"count": len(batches)},
        text=" ".join(filter(None, (f"{codes}.", doer))),
        url=reverse("batches:list"),
    )


def tell_taken_away(by: Actor, batch: Batch, instructor: User, role: str, last_day: date) -> None:
    """Tell the instructor that the batch is no longer theirs, or will not be after a day to come."""
    if batch.status in OVER:
        return
    words = {"batch": batch.code, "day": date_format(last_day, "j F Y")}
    if last_day >= by.today():
        title = {
            InstructorAssignment.Role.LEAD: _("You lead %(batch)s until %(day)s"),
            InstructorAssignment.Role.ASSISTANT: _("You assist in %(batch)s until %(day)s"),
            InstructorAssignment.Role.SUBSTITUTE: _("You stand in for %(batch)s until %(day)s"),
        }[InstructorAssignment.Role(role)]
    else:
        title = {
            InstructorAssignment.Role.LEAD: _("You no longer lead %(batch)s"),
            InstructorAssignment.Role.ASSISTANT: _("You no longer assist in %(batch)s"),
            InstructorAssignment.Role.SUBSTITUTE: _("You no longer stand in for %(batch)s"),
        }[InstructorAssignment.Role(role)]
    notify(
        by=by,
        to=[instructor],
        kind=TAKEN_AWAY,
        title=title % words,
        text=_told(by, batch),
        url=reverse("batches:batch", args=[batch.pk]),
    )


def _days(assignment: InstructorAssignment) -> str:
    first = date_format(assignment.from_date, "j F Y")
    if assignment.until_date is None:
        return _("From %(first)s.") % {"first": first}
    return _("From %(first)s to %(last)s.") % {"first": first, "last": date_format(assignment.until_date, "j F Y")}


def _told(by: Actor, batch: Batch, days: str = "") -> str:
    doer = _("%(name)s has changed this.") % {"name": by.user.full_name} if by.user else ""
    return " ".join(filter(None, (f"{batch.name}.", days, doer)))
