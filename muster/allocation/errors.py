"""Refusals around individual assignments and cover."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from muster.batches.clashes import Clash
from muster.core.errors import Conflict, FieldError, Invalid


class MenteeNotAStudent(Invalid):
    """Somebody who is no active student of the institution is to be mentored."""

    def __init__(self, name: str, field: str = "student_id") -> None:
        super().__init__(
            _("%(name)s is not an active student here. Instructors can only be assigned to active students.")
            % {"name": name},
            field=field,
            code="not_a_student",
        )


class TheirOwnInstructor(Invalid):
    """Somebody who is both would be assigned to themselves."""

    def __init__(self) -> None:
        super().__init__(
            _("You can't assign someone as their own instructor. Choose someone else."),
            field="instructor_id",
            code="own_instructor",
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
            _("%(student)s is listed twice. A student can only have one instructor.") % {"student": student},
            field="student_id",
            code="named_twice",
        )


class NotAssigned(Conflict):
    """There is nothing to end."""

    def __init__(self, student: str) -> None:
        super().__init__(
            _("%(student)s doesn't have an instructor.") % {"student": student},
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
            "%(count)d proposal is out of date: %(first)s",
            "%(count)d proposals are out of date. The first: %(first)s",
            number,
        ) % {"count": number, "first": first}
        way = (
            ngettext(
                "Nothing was applied. Apply the %(count)d that is still valid, or create a new plan.",
                "Nothing was applied. Apply the %(count)d that are still valid, or create a new plan.",
                holding,
            )
            % {"count": holding}
            if holding
            else _("Nothing was applied. Create a new plan.")
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
            _("This plan is %(state)s, so it can't be applied or changed.") % {"state": state.lower()},
            code="plan_not_ready",
        )


class NobodyProposed(Invalid):
    """An item without an instructor is to be applied."""

    def __init__(self, name: str) -> None:
        super().__init__(
            _("There is no proposal for %(name)s. Choose someone first.") % {"name": name},
            field="items",
            code="nobody_proposed",
        )


class ItemApplied(Conflict):
    """What has been applied is history."""

    def __init__(self, name: str) -> None:
        super().__init__(
            _("The proposal for %(name)s is already applied. Change the assignment instead.") % {"name": name},
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
            _("%(name)s doesn't lead any sessions of %(batch)s on these days, so there is nothing to cover.")
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
                "%(name)s is the substitute in %(batch)s, and the lead can't take those sessions back. %(clash)s "
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
            _("There is already a cover request for %(batch)s on some of these days. Withdraw that request first.")
            % {"batch": batch},
            code="cover_asked_already",
            field="first_date",
        )


class CoverClosed(Conflict):
    """The request was settled or withdrawn."""

    def __init__(self, word: str) -> None:
        super().__init__(_("This request is closed: %(status)s.") % {"status": word.lower()}, code="cover_closed")


class CoverOver(Conflict):
    """The days are over."""

    def __init__(self) -> None:
        super().__init__(_("These days have passed, so they can't be covered."), code="cover_over")


class OwnCover(Invalid):
    """Who is away would cover for themself."""

    def __init__(self, field: str) -> None:
        super().__init__(
            _("Instructors can't cover for themselves. Choose someone else."), field=field, code="own_cover"
        )
