"""Refusals around institutions and their people."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from muster.core.errors import Conflict, DomainError, Forbidden, Invalid, Missing
from muster.institutions.models import SecurityEvent


class EmailTaken(Invalid):
    """Somebody of this institution has the e-mail."""

    def __init__(self, email: str) -> None:
        super().__init__(
            _("Someone here already uses the email %(email)s.") % {"email": email},
            field="email",
            code="email_taken",
        )


class NumberTaken(Invalid):
    """Somebody else of the institution has the student or staff number."""

    def __init__(self, field: str, number: str) -> None:
        super().__init__(
            _("Someone else here has the number %(number)s.") % {"number": number}, field=field, code="number_taken"
        )


class BeyondOwnRights(Forbidden):
    """Somebody grants a role that they do not hold themselves."""

    sentence = gettext_lazy("You can't grant more access than you have. Ask an administrator.")
    default_code = "beyond_own_rights"


class NotOwnPart(Forbidden):
    """A manager adds somebody to a branch or a department that they do not manage."""

    def __init__(self, field: str) -> None:
        super().__init__(
            _("You can only add students to the branches and departments that you manage."),
            code="not_own_part",
            field=field,
        )


class OnlyAdminNamesHead(Forbidden):
    """Somebody who is no administrator names a department's head."""

    sentence = gettext_lazy("Only an administrator can choose the head of a department.")
    default_code, default_field = "only_admin_names_head", "hod_id"


class TimeZoneClash(Conflict):
    """In another time zone two classes would need one instructor or one room at the same moment."""

    def __init__(self, time_zone: str) -> None:
        super().__init__(
            _(
                "Schedule conflict: changing the time zone to %(zone)s would double-book an instructor or a "
                "room, because sessions elsewhere keep their own local time. Move one of those sessions first."
            )
            % {"zone": time_zone},
            code="schedule_conflict",
            field="time_zone",
            facts={"conflicts": [], "alternatives": {"times": [], "instructors": []}},
        )


class PersonDeactivated(Invalid):
    """Somebody of this institution has the e-mail, but was deactivated."""

    def __init__(self, email: str) -> None:
        super().__init__(
            _("%(email)s belongs to a deactivated person. Reactivate them instead of adding them again.")
            % {"email": email},
            field="email",
            code="person_deactivated",
        )


class LastAdministrator(Conflict):
    """The only administrator would lose the role, or be deactivated."""

    def __init__(self, field: str) -> None:
        super().__init__(
            _("This is the last administrator. Make someone else an administrator first."),
            code="last_administrator",
            field=field,
        )


class StillBound(Conflict):
    """The person leads batches, or holds enrollments; says in numbers what to settle first."""

    def __init__(self, name: str, *, batches_led: int, enrollments: int, field: str) -> None:
        sentences = []
        if batches_led:
            sentences.append(
                ngettext(
                    "%(name)s leads %(count)d current batch. Assign another lead first.",
                    "%(name)s leads %(count)d current batches. Assign other leads first.",
                    batches_led,
                )
                % {"name": name, "count": batches_led}
            )
        if enrollments:
            sentences.append(
                ngettext(
                    "%(name)s has %(count)d current enrollment. Cancel or complete it first.",
                    "%(name)s has %(count)d current enrollments. Cancel or complete them first.",
                    enrollments,
                )
                % {"name": name, "count": enrollments}
            )
        super().__init__(
            " ".join(sentences),
            code="still_bound",
            facts={"batches_led": batches_led, "enrollments": enrollments},
            field=field,
        )


class NotTheirsAlone(Forbidden):
    """Somebody changes how a person signs in who works for others as well."""

    def __init__(self, field: str) -> None:
        super().__init__(
            _("This person signs in to other institutions as well. Only they can change their email and password."),
            code="not_theirs_alone",
            field=field,
        )


class OnlyOwnNameAndPhone(Forbidden):
    """Somebody changes more of themself than name and phone."""

    def __init__(self, field: str) -> None:
        super().__init__(
            _("You can change your name and phone. For anything else, ask an administrator."),
            code="only_own_name_and_phone",
            field=field,
        )


class AlreadyIn(Conflict):
    """Somebody is invited again who has chosen a password."""

    def __init__(self, name: str) -> None:
        super().__init__(
            _("%(name)s has already accepted. If they forgot their password, they can reset it on the sign-in page.")
            % {"name": name},
            code="already_in",
        )


class TooManyThisHour(DomainError):
    """Somebody exports or invites more than anybody's work needs."""

    status = 429
    default_code = "too_many_requests"

    def __init__(self, kind: str, most: int) -> None:
        sentences = {
            SecurityEvent.Kind.EXPORTED: ngettext(
                "You can export %(count)d list an hour. Try again later.",
                "You can export %(count)d lists an hour. Try again later.",
                most,
            ),
            SecurityEvent.Kind.INVITED: ngettext(
                "You can send %(count)d invitation an hour. Try again later.",
                "You can send %(count)d invitations an hour. Try again later.",
                most,
            ),
        }
        super().__init__(sentences[SecurityEvent.Kind(kind)] % {"count": most})


class SecondFactorRequired(Forbidden):
    """The institution asks for two-step sign-in of such roles, and this person has none yet."""

    default_code = "second_factor_required"

    def __init__(self, institution: str) -> None:
        super().__init__(
            _("%(name)s requires two-step sign-in. Sign in on the website and set it up first.") % {"name": institution}
        )


class FirstRunOver(Missing):
    """There is an institution already, so the first run is over."""

    sentence = gettext_lazy("Muster is already set up. Sign in.")
    default_code = "first_run_over"
