"""Refusals around individual assignments and cover."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from muster.batches.clashes import Clash
from muster.core.errors import Conflict, FieldError, Invalid


class NotAStudent(Invalid):
    """Somebody who is no active student of the institution is to be mentored."""

    def __init__(self, name: str, field: str = "student_id") -> None:
        super().__init__(
            _("%(name)s is no active student here. Only students are assigned an instructor.") % {"name": name},
            field=field,
            code="not_a_student",
        )


class TheirOwnInstructor(Invalid):
    """Somebody who is both would be assigned to themselves."""

    def __init__(self) -> None:
        super().__init__(
            _("Nobody is their own instructor. Choose somebody else."), field="instructor_id", code="own_instructor"
        )


class SameInstructor(Conflict):
    """The student has this instructor, in this way."""

    def __init__(self) -> None:
        super().__init__(
            _("This instructor is already assigned to this student"), field="instructor_id", code="already_assigned"
        )


class AnotherInstructor(Conflict):
    """The student has somebody else, who is not to be replaced."""

    def __init__(self, student: str, instructor: str) -> None:
        super().__init__(
            _("%(instructor)s is already assigned to %(student)s. Replace them, or end that assignment first.")
            % {"instructor": instructor, "student": student},
            field="instructor_id",
            code="already_assigned",
        )


class NamedTwice(Invalid):
    """One student stands in two rows of one request."""

    def __init__(self, student: str) -> None:
        super().__init__(
            _("%(student)s is named twice. A student has one instructor.") % {"student": student},
            field="student_id",
            code="named_twice",
        )


class NotAssigned(Conflict):
    """There is nothing to end."""

    def __init__(self, student: str) -> None:
        super().__init__(
            _("%(student)s has no instructor assigned.") % {"student": student},
            field="student_id",
            code="not_assigned",
        )


class PlanOvertaken(Conflict):
    """Something happened since the plan was made, so that some of its proposals no longer hold."""

    def __init__(self, overtaken: Mapping[UUID, str], holding: int) -> None:
        self.overtaken = overtaken
        number = len(overtaken)
        first = next(iter(overtaken.values()))
        message = ngettext(
            "%(count)d proposal no longer holds: %(first)s",
            "%(count)d proposals no longer hold. The first: %(first)s",
            number,
        ) % {"count": number, "first": first}
        way = (
            ngettext(
                "Nothing was applied. Apply the %(count)d that still holds, or make a new plan.",
                "Nothing was applied. Apply the %(count)d that still hold, or make a new plan.",
                holding,
            )
            % {"count": holding}
            if holding
            else _("Nothing was applied. Make a new plan.")
        )
        super().__init__(
            f"{message} {way}",
            code="plan_overtaken",
            errors=[FieldError(f"items.{item}", words) for item, words in overtaken.items()],
            facts={"overtaken": [{"item_id": str(item), "message": words} for item, words in overtaken.items()]},
        )


class PlanNotReady(Conflict):
    """The plan is still being worked out, was applied before, or came to nothing."""

    def __init__(self, state: str) -> None:
        super().__init__(
            _("This plan is %(state)s; there is nothing to apply or change.") % {"state": state.lower()},
            code="plan_not_ready",
        )


class NobodyProposed(Invalid):
    """An item without an instructor is to be applied."""

    def __init__(self, name: str) -> None:
        super().__init__(
            _("Nobody is proposed for %(name)s. Choose somebody first.") % {"name": name},
            field="items",
            code="nobody_proposed",
        )


class ItemApplied(Conflict):
    """What has been applied is history."""

    def __init__(self, name: str) -> None:
        super().__init__(
            _("The proposal for %(name)s has been applied. Change the assignment itself instead.") % {"name": name},
            code="item_applied",
            field="instructor_id",
        )


class CannotTake(Conflict):
    """Somebody who is chosen by hand cannot take it."""

    def __init__(self, words: str) -> None:
        super().__init__(words, code="cannot_take", field="instructor_id")


class NothingToCover(Conflict):
    """On these days the instructor leads no meeting of the batch that somebody could take."""

    def __init__(self, name: str, batch: str) -> None:
        super().__init__(
            _("%(name)s leads no meeting of %(batch)s on these days, so there is nothing to cover.")
            % {"name": name, "batch": batch},
            code="nothing_to_cover",
            field="batch_id",
        )


class StandsIn(Conflict):
    """A substitute would leave, and the lead whose days they take is booked elsewhere by now."""

    def __init__(self, name: str, batch: str, clashes: Sequence[Clash], field: str) -> None:
        words = {"name": name, "batch": batch, "clash": clashes[0].sentence if clashes else ""}
        super().__init__(
            _(
                "%(name)s stands in in %(batch)s, and the lead cannot take that back. %(clash)s "
                "Assign another substitute first."
            )
            % words,
            code="stands_in",
            field=field,
            facts={"conflicts": [clash.as_json() for clash in clashes]},
        )


class CoverAskedAlready(Conflict):
    """Cover for some of these days is asked for, and not settled."""

    def __init__(self, batch: str) -> None:
        super().__init__(
            _("Cover in %(batch)s is already asked for on some of these days. Withdraw that request first.")
            % {"batch": batch},
            code="cover_asked_already",
            field="first_date",
        )


class CoverClosed(Conflict):
    """The request was settled or withdrawn."""

    def __init__(self, word: str) -> None:
        super().__init__(
            _("This request is not open any more: %(status)s.") % {"status": word.lower()}, code="cover_closed"
        )


class CoverOver(Conflict):
    """The days are over."""

    def __init__(self) -> None:
        super().__init__(_("These days are over, so nobody can cover them any more."), code="cover_over")


class OwnCover(Invalid):
    """Who is away would cover for themself."""

    def __init__(self, field: str) -> None:
        super().__init__(_("Nobody covers for themself. Choose somebody else."), field=field, code="own_cover")
