"""Refusals around individual assignments and cover."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from muster.batches.clashes import Clash
from muster.core.errors import Conflict, FieldError, Invalid


class MenteeNotAStudent(Invalid):
    """Somebody who is no active student of the institution is to be mentored."""

    sentence = _("%(name)s is not an active student here. Instructors can only be assigned to active students.")
    default_code, default_field = "not_a_student", "student_id"


class TheirOwnInstructor(Invalid):
    """Somebody who is both would be assigned to themselves."""

    sentence = _("You can't assign someone as their own instructor. Choose someone else.")
    default_code, default_field = "own_instructor", "instructor_id"


class SameInstructor(Conflict):
    """The student has this instructor, in this way."""

    sentence = _("This instructor is already assigned to this student")
    default_code, default_field = "already_assigned", "instructor_id"


class AnotherInstructor(Conflict):
    """The student has somebody else, who is not to be replaced."""

    sentence = _("%(instructor)s is already assigned to %(student)s. Replace them, or end that assignment first.")
    default_code, default_field = "already_assigned", "instructor_id"


class NamedTwice(Invalid):
    """One student stands in two rows of one request."""

    sentence = _("%(student)s is listed twice. A student can only have one instructor.")
    default_code, default_field = "named_twice", "student_id"


class NotAssigned(Conflict):
    """There is nothing to end."""

    sentence = _("%(student)s doesn't have an instructor.")
    default_code, default_field = "not_assigned", "student_id"


class PlanOvertaken(Conflict):
    """Something happened since the plan was made, so that some of its proposals no longer hold."""

    default_code = "plan_overtaken"

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
            else gettext("Nothing was applied. Create a new plan.")
        )
        super().__init__(
            f"{message} {way}",
            errors=[FieldError(f"items.{item}", words) for item, words in overtaken.items()],
            facts={"overtaken": [{"item_id": str(item), "message": words} for item, words in overtaken.items()]},
        )


class PlanNotReady(Conflict):
    """The plan is still being worked out, was applied before, or came to nothing."""

    sentence = _("This plan is %(state)s, so it can't be applied or changed.")
    default_code = "plan_not_ready"


class NobodyProposed(Invalid):
    """An item without an instructor is to be applied."""

    sentence = _("There is no proposal for %(name)s. Choose someone first.")
    default_code, default_field = "nobody_proposed", "items"


class ItemApplied(Conflict):
    """What has been applied is history."""

    sentence = _("The proposal for %(name)s is already applied. Change the assignment instead.")
    default_code, default_field = "item_applied", "instructor_id"


class CannotTake(Conflict):
    """Somebody who is chosen by hand cannot take it."""

    default_code, default_field = "cannot_take", "instructor_id"


class NothingToCover(Conflict):
    """On these days the instructor leads no meeting of the batch that somebody could take."""

    sentence = _("%(name)s doesn't lead any sessions of %(batch)s on these days, so there is nothing to cover.")
    default_code, default_field = "nothing_to_cover", "batch_id"


class StandsIn(Conflict):
    """A substitute would leave, and the lead whose days they take is booked elsewhere by now."""

    sentence = _(
        "%(name)s is the substitute in %(batch)s, and the lead can't take those sessions back. %(clash)s "
        "Assign another substitute first."
    )
    default_code = "stands_in"

    def __init__(self, name: str, batch: str, clashes: Sequence[Clash], field: str) -> None:
        facts = {"conflicts": [clash.as_json() for clash in clashes]}
        super().__init__(name=name, batch=batch, clash=clashes[0].sentence, field=field, facts=facts)


class CoverAskedAlready(Conflict):
    """Cover for some of these days is asked for, and not settled."""

    sentence = _("There is already a cover request for %(batch)s on some of these days. Withdraw that request first.")
    default_code, default_field = "cover_asked_already", "first_date"


class CoverClosed(Conflict):
    """The request was settled or withdrawn."""

    sentence = _("This request is closed: %(status)s.")
    default_code = "cover_closed"


class CoverOver(Conflict):
    """The days are over."""

    sentence = _("These days have passed, so they can't be covered.")
    default_code = "cover_over"


class CoverNotSettled(Conflict):
    """It is open, or was withdrawn by who asked."""

    sentence = _("Only a request that was covered or declined can be reopened.")
    default_code = "cover_not_settled"


class OwnCover(Invalid):
    """Who is away would cover for themself."""

    sentence = _("Instructors can't cover for themselves. Choose someone else.")
    default_code = "own_cover"
