"""Reads around students at risk: the flags, what their reasons say, and what can still be reached."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Count, Exists, IntegerField, Max, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from muster.accounts.models import User
from muster.attendance.queries.projection import AttendanceProjection, with_projection
from muster.batches.participants import managers_of
from muster.core.search import in_order
from muster.courses.queries import minimum_attendance_of
from muster.enrollments.models import Enrollment
from muster.institutions.access import Actor
from muster.risk.models import Intervention, RiskFlag, RiskReason
from muster.risk.permissions import flags


def flags_in_full(rows: QuerySet[RiskFlag]) -> QuerySet[RiskFlag]:
    """The flags with student, batch and owner, how many contacts there were (`contacts`) and the last one
    (`contacted_at`). One statement."""
    done = Intervention.objects.filter(flag=OuterRef("pk")).order_by().values("flag")
    return rows.select_related(
        "owner",
        "enrollment__student",
        "enrollment__course",
        "enrollment__batch__institution",
        "enrollment__batch__branch",
        "enrollment__batch__department",
    ).annotate(
        contacts=Coalesce(Subquery(done.annotate(n=Count("pk")).values("n"), IntegerField()), 0),
        contacted_at=Subquery(done.annotate(at=Max("happened_at")).values("at")),
    )


def flags_seen_by(actor: Actor) -> QuerySet[RiskFlag]:
    """The flags that the actor may see, in full, the newest first."""
    return flags_in_full(flags.rows(actor)).order_by("-created_at", "-pk")


def open_flags_seen_by(actor: Actor) -> QuerySet[RiskFlag]:
    """The open ones among them."""
    return flags.rows(actor, among=RiskFlag.objects.standing())


def with_open_flag(actor: Actor, rows: QuerySet[Enrollment]) -> QuerySet[Enrollment]:
    """The enrollments with `risk_flag`, the id of the open flag that the actor may see, or None."""
    own = open_flags_seen_by(actor).filter(enrollment=OuterRef("pk")).order_by()
    return rows.annotate(risk_flag=Subquery(own.values("pk")[:1]))


def with_risk(actor: Actor, people: QuerySet[User]) -> QuerySet[User]:
    """People with `at_risk`: whether they have an open flag that the actor may see."""
    return people.annotate(
        at_risk=Exists(open_flags_seen_by(actor).filter(enrollment__student=OuterRef("pk")).order_by())
    )


def reasons_in_words(flag: RiskFlag) -> list[str]:
    """Each reason with its figure."""
    said: dict[str, str] = {
        RiskReason.ATTENDANCE: (
            _("Attendance %(percent)s%%, just at the minimum")
            if flag.percent == flag.minimum
            else _("Attendance %(percent)s%%, %(minimum)d%% required")
        )
        % {"percent": _figure(flag.percent), "minimum": flag.minimum},
        RiskReason.MISSED: ngettext("Absent %(count)d time in a row", "Absent %(count)d times in a row", flag.missed)
        % {"count": flag.missed},
        RiskReason.MARKS: _("Marks %(percent)s%% so far") % {"percent": _figure(flag.marks)},
        RiskReason.RESULTS: ngettext("%(count)d failed subject", "%(count)d failed subjects", flag.failed)
        % {"count": flag.failed},
        RiskReason.CONTACT: _("No contact with the mentor since %(day)s") % {"day": date_format(flag.contact_on, "j M")}
        if flag.contact_on
        else _("No contact with the mentor"),
    }
    return [said[one] for one in RiskReason if one in flag.reasons]


def _figure(value: Any) -> str:
    """A percentage with one decimal where it has one."""
    return "–" if value is None else str(number_format(value, 1 if value % 1 else 0))


def forecast_of(flag: RiskFlag) -> AttendanceProjection | None:
    """What the student can still reach in the batch. One statement; None for who holds no seat any more."""
    seat: Any = with_projection(Enrollment.objects.filter(pk=flag.enrollment_id)).select_related("course").first()
    if seat is None or not seat.holds_a_seat:
        return None
    return AttendanceProjection(
        seat.letters, seat.to_come, minimum_attendance_of(flag.enrollment.batch.institution, seat.course)
    )


def forecast_in_words(found: AttendanceProjection, *, own: bool = False) -> str:
    """What can still be reached, said of the student, or to them."""
    words = {
        "needed": found.minimum,
        "ahead": found.to_come,
        "miss": found.may_miss or 0,
        "best": _figure(found.best or 0),
    }
    if not found.to_come:
        return _("No more sessions are scheduled.")
    if found.may_miss is None:
        said = (
            _("You can no longer reach %(needed)d%%. If you attend every remaining session, you'll reach %(best)s%%.")
            if own
            else _("Can no longer reach %(needed)d%%; %(best)s%% by attending every remaining session.")
        )
    elif found.may_miss == 0:
        said = (
            ngettext(
                "Attend the one remaining session to reach %(needed)d%%.",
                "Attend all %(ahead)d remaining sessions to reach %(needed)d%%.",
                found.to_come,
            )
            if own
            else ngettext(
                "Must attend the one remaining session to reach %(needed)d%%.",
                "Must attend all %(ahead)d remaining sessions to reach %(needed)d%%.",
                found.to_come,
            )
        )
    elif own and not found.counted:
        said = ngettext(
            "You can miss %(miss)d of %(ahead)d session and still reach %(needed)d%%.",
            "You can miss %(miss)d of %(ahead)d sessions and still reach %(needed)d%%.",
            found.to_come,
        )
    elif own:
        said = _("You can miss %(miss)d of the remaining %(ahead)d and still reach %(needed)d%%.")
    else:
        said = _("Can miss %(miss)d of the remaining %(ahead)d and still reach %(needed)d%%.")
    return said % words


def escalates_to(flag: RiskFlag) -> list[User]:
    """Who is told when nobody was in touch by the day it is due: the head of the department who manages the batch, else
    everyone who does. One statement."""
    batch = flag.enrollment.batch
    people = list(in_order(managers_of(batch), "full_name", "pk"))
    head = batch.department.hod_id if batch.department else None
    return [one for one in people if one.pk == head] or people


def log_of(flag: RiskFlag) -> Sequence[Intervention]:
    """The contacts, the latest first, with who documented each."""
    return list(flag.interventions.select_related("recorded_by").order_by("-happened_at", "-pk"))
