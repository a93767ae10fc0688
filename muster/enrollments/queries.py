"""Reads around enrollments."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, time
from functools import cache, reduce
from operator import or_
from typing import Any, cast
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db import connection, models
from django.db.models import Exists, F, Func, OuterRef, Prefetch, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy, ngettext

from muster.accounts.models import User, by_family_name
from muster.batches.feeds import FURTHER
from muster.batches.models import Batch
from muster.batches.permissions import batches
from muster.batches.queries import batches_of
from muster.batches.warnings import PlanWarning
from muster.core.search import with_words
from muster.courses.models import Course
from muster.enrollments.balances import Balance, total_of
from muster.enrollments.catalogue import catalogue_of
from muster.enrollments.models import Application, Enrollment, Organisation, Payment, TransferRequest, WaitlistEntry
from muster.enrollments.opening import taking_students, with_a_seat, with_seats_for
from muster.enrollments.permissions import applications, enrollments, organisations, payments, transfers
from muster.enrollments.receipts import with_receipts
from muster.institutions.access import Actor
from muster.institutions.errors import SecondFactorRequired
from muster.institutions.models import STUDENT_ROLES, Affiliation, Institution, is_from_today
from muster.institutions.sign_in import second_factors_of
from muster.people.permissions import students
from muster.people.queries import is_here, people_here, with_places
from muster.timetable.models import ClassSession


class StudentState(models.TextChoices):
    """How a student stands now."""

    INACTIVE = "inactive", gettext_lazy("Inactive")
    ENROLLED = "enrolled", gettext_lazy("Enrolled")
    ON_HOLD = "on_hold", gettext_lazy("On hold")
    NOT_ENROLLED = "not_enrolled", gettext_lazy("Not enrolled")


def open_siblings(batch: Batch | None, actor: Actor, *, most: int = 3) -> list[Batch]:
    """The next batches of the same course that would take whom the actor enrolls, with `seats_left`.

    In a rush all but a few are told of them, so the statement is made once.
    """
    if batch is None or batch.course_id is None:
        return []
    here = actor.institution
    among = _siblings(here.seat_buffer_percent, here.buffer_release_days, here.enroll_until_days)
    only = {"course": batch.course_id, "batch": batch.pk}
    return batches.fetch_rows(actor, among, only, action="change" if actor.manages else "see", most=most)


@cache
def _siblings(
    seat_buffer_percent: int, buffer_release_days: int | None, enroll_until_days: int | None
) -> Callable[..., QuerySet[Batch]]:
    """The other batches of a course, the soonest first, where the institution has these settings."""

    def among(actor: Actor, course: UUID, batch: UUID) -> QuerySet[Batch]:
        # The actor is a stand-in, who brings no settings.
        actor.institution.seat_buffer_percent = seat_buffer_percent
        actor.institution.buffer_release_days = buffer_release_days
        actor.institution.enroll_until_days = enroll_until_days
        others = Batch.objects.filter(course_id=course, kind=Batch.Kind.COURSE).exclude(pk=batch)
        return with_a_seat(taking_students(actor, others)).order_by("start_date", "pk")

    return among


@dataclass(frozen=True)
class OwnClash:
    """A batch meets while the student is in another one of theirs, or with their mentor: the first time, how often."""

    batch: Batch | None
    on: date
    start: time
    end: time
    number: int
    # What meets that is of no batch.
    meeting: str
    # The batch or the meeting.
    other_id: UUID

    @property
    def name(self) -> str:
        """What meets at the same time."""
        return self.batch.name if self.batch else self.meeting

    def __str__(self) -> str:
        words = ngettext(
            "meets at the same time as %(what)s on %(day)s, %(start)s to %(end)s",
            "meets at the same time as %(what)s %(number)d times, first on %(day)s, %(start)s to %(end)s",
            self.number,
        )
        return words % {
            "what": f"{self.batch.name} ({self.batch.code})" if self.batch else self.meeting,
            "number": self.number,
            "day": date_format(self.on, "D j M Y"),
            "start": f"{self.start:%H:%M}",
            "end": f"{self.end:%H:%M}",
        }


def own_clashes(student: User, institution_id: UUID, asked: Sequence[UUID]) -> dict[UUID, list[OwnClash]]:
    """With which of their own batches and meetings each of the asked ones clashes, for those that do.

    Two statements at most.
    """
    if not asked:
        return {}
    sessions, values = further_sessions(student.pk, institution_id).values("pk").query.sql_with_params()
    own = "SELECT *, '' FROM muster_own_clashes(%s, %s, %s::uuid[])"
    further = f"SELECT * FROM muster_clashes_of_sessions(ARRAY({sessions}), %s::uuid[])"  # noqa: S608
    return _clashes(
        f"({own} UNION ALL {further}) AS clash", student.pk, institution_id, list(asked), *values, list(asked)
    )


def further_sessions(person: Any, institution: Any) -> QuerySet[ClassSession]:
    """The sessions ahead of no batch that concern a person; takes `OuterRef`s as well as ids."""
    concerned = reduce(or_, (concerns(person) for concerns in FURTHER.values()))
    ahead = is_from_today("date", "meeting__")
    rows = ClassSession.objects.taking_place().filter(concerned, ahead, institution=institution, meeting__books=True)
    return rows.order_by()


def clashes_of_many(seats: Sequence[Enrollment], asked: Sequence[UUID]) -> dict[tuple[UUID, UUID], list[OwnClash]]:
    """By student and asked batch, with which of their batches and meetings it clashes, but for the seats that they
    would leave.

    Four statements at most, however many students there are.
    """
    if not seats or not asked:
        return {}
    students = {seat.student_id for seat in seats}
    active = Enrollment.objects.current().filter(status=Enrollment.Status.ACTIVE, batch__isnull=False)
    others = active.filter(student__in=students).exclude(pk__in=[seat.pk for seat in seats])
    theirs: dict[UUID, set[UUID]] = {}
    for student, batch in others.values_list("student_id", "batch_id"):
        theirs.setdefault(batch, set()).add(student)
    batches_of_all = list(theirs)
    sessions = []
    further = further_sessions(OuterRef("pk"), seats[0].institution_id)
    pairs = [ArraySubquery(further.values(field)) for field in ("pk", "meeting_id")]
    for student, several, meetings in User.objects.filter(pk__in=students).values_list("pk", *pairs):
        sessions += several
        for meeting in meetings:
            theirs.setdefault(meeting, set()).add(student)
    if not theirs:
        return {}
    own = "SELECT *, '' FROM muster_clashes_of_batches(%s::uuid[], %s::uuid[])"
    of_none = "SELECT * FROM muster_clashes_of_sessions(%s::uuid[], %s::uuid[])"
    clashes = _clashes(f"({own} UNION ALL {of_none}) AS clash", batches_of_all, list(asked), sessions, list(asked))
    found: dict[tuple[UUID, UUID], list[OwnClash]] = {}
    for asked_batch, all_of_it in clashes.items():
        for clash in all_of_it:
            for student in theirs[clash.other_id]:
                found.setdefault((student, asked_batch), []).append(clash)
    return found


def _clashes(function: str, *values: Any) -> dict[UUID, list[OwnClash]]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {function}", values)  # noqa: S608
        rows = cursor.fetchall()
    others = Batch.objects.in_bulk({other for _batch, other, *_rest in rows}) if rows else {}
    found: dict[UUID, list[OwnClash]] = {}
    for batch, other, on, start, end, number, meeting in rows:
        clash = OwnClash(others.get(other), on, start, end, number, meeting, other)
        found.setdefault(batch, []).append(clash)
    return found


class HasClash(Func):
    """Whether `own_clashes` finds any; takes the keys of a student, an institution and a batch."""

    template = "EXISTS (SELECT FROM muster_own_clashes(%(expressions)s))"
    output_field = models.BooleanField()

    def __init__(self, student: Any, institution: Any, batch: Any) -> None:
        super().__init__(student, institution, Func(batch, template="ARRAY[%(expressions)s]::uuid[]"))


def everyone_of(batch: Batch) -> QuerySet[Enrollment]:
    """Every enrollment the batch ever had, with student and student number, by name."""
    return with_students(Enrollment.objects.filter(batch=batch))


def with_students(rows: QuerySet[Enrollment]) -> QuerySet[Enrollment]:
    """The enrollments with their students and student numbers, by name."""
    number = Affiliation.objects.filter(institution=OuterRef("institution"), user=OuterRef("student"))
    return (
        rows.select_related("student")
        .annotate(student_number=Subquery(number.values("student_number")[:1]))
        .order_by(by_family_name("student__"), "pk")
    )


def roster_of(batch: Batch, *, status: str = "", q: str = "") -> QuerySet[Enrollment]:
    """The batch's enrollments with their students and student numbers, by name; the cancelled only when asked for."""
    rows = everyone_of(batch)
    rows = rows.filter(status=status) if status else rows.exclude(status=Enrollment.Status.CANCELLED)
    return with_words(rows, q, "student__full_name", "student__email")


def open_batches_of(course: Course, actor: Actor) -> QuerySet[Batch]:
    """The batches of a course that students may enroll into, full ones too, with `seats_left`; the soonest first.

    `seats_left` is None where the capacity is open. Seats kept spare are not left to students.
    """
    return catalogue_of(actor).filter(course=course).order_by("start_date", "pk")


def batches_open_to(student: User, actor: Actor, rows: QuerySet[Batch]) -> QuerySet[Batch]:
    """Those of the batches that have a seat left for whom the actor enrolls, of no course in which the student is now;
    the soonest first, with `seats_left`."""
    taken = Enrollment.objects.current().filter(student=student)
    return (
        with_a_seat(with_seats_for(actor, rows))
        .exclude(pk__in=taken.filter(batch__isnull=False).values("batch_id"))
        .exclude(course_id__in=taken.filter(course__isnull=False).values("course_id"))
        .order_by("start_date", "name__plain", "pk")
    )


def offers_to(actor: Actor) -> QuerySet[Batch]:
    """The course batches, in full, into which the actor may enroll themselves, the soonest first."""
    return batches_open_to(cast("User", actor.user), actor, catalogue_of(actor))


def enrollments_in_full(actor: Actor, rows: QuerySet[Enrollment]) -> QuerySet[Enrollment]:
    """The enrollments with course and batch in full, the latest first. Two statements."""
    in_full = Prefetch("batch", batches_of(actor, Batch.objects.all()))
    return rows.select_related("course", "organisation").prefetch_related(in_full).order_by("-created_at", "pk")


def seats_seen_by(actor: Actor) -> QuerySet[Enrollment]:
    """The current enrollments that the actor may see, with the department that the batch or else the course has."""
    rows: QuerySet[Enrollment] = enrollments.rows(actor, among=Enrollment.objects.current())
    return rows.annotate(
        dept_id=Coalesce("batch__department_id", "course__department_id"),
        dept_name=Coalesce(F("batch__department__name"), F("course__department__name")),
    )


def with_seats(actor: Actor, people: QuerySet[User]) -> QuerySet[User]:
    """The people with `seats_now`: their current enrollments that the actor may see. One further statement."""
    seats = seats_seen_by(actor).select_related("batch", "course").order_by("batch__code", "pk")
    return people.prefetch_related(Prefetch("enrollments", seats, to_attr="seats_now"))


def students_with_seats(actor: Actor) -> QuerySet[User]:
    """The students that the actor may see, by name, with `number`, `seats_now` and their places."""
    rows: QuerySet[User] = students.rows(actor, "list", among=people_here(actor, "student_number"))
    return with_places(actor, with_seats(actor, rows), *STUDENT_ROLES).order_by("full_name__plain", "pk")


def student_state(person: Any, seats: Sequence[Enrollment]) -> StudentState:
    """How a person of `people_here` stands, with these current enrollments."""
    if not is_here(person):
        return StudentState.INACTIVE
    if any(seat.status == Enrollment.Status.ACTIVE for seat in seats):
        return StudentState.ENROLLED
    return StudentState.ON_HOLD if seats else StudentState.NOT_ENROLLED


@dataclass(frozen=True)
class ClosingEffects:
    """What closing a batch ends: current enrollments, places on the waitlist with open offers, and sessions to come
    that no longer take place. `days_early` is how many days its last one is ahead."""

    active: int
    on_hold: int
    waiting: int
    sessions: int
    days_early: int

    @property
    def enrollments(self) -> int:
        return self.active + self.on_hold


def effects_of_closing(batch: Batch) -> ClosingEffects:
    """What completing or cancelling the batch now would end. Three statements."""
    today = batch.today()
    to_come = batch.sessions.filter(status=ClassSession.Status.SCHEDULED, date__gte=today, meeting=batch.pk)
    on_hold = Enrollment.objects.filter(batch=batch, status=Enrollment.Status.ON_HOLD).count()
    return ClosingEffects(
        active=batch.enrolled_students - on_hold,
        on_hold=on_hold,
        waiting=WaitlistEntry.objects.current().filter(batch=batch).count(),
        sessions=to_come.count(),
        days_early=max((batch.end_date - today).days, 0) if batch.end_date else 0,
    )


def warnings_of_completing(batch: Batch) -> list[PlanWarning]:
    """That completing the batch now ends it before its last day, and with how many enrollments and sessions."""
    found = effects_of_closing(batch)
    if not found.days_early:
        return []
    words = ngettext(
        "%(batch)s ends %(count)d day before its last one, with %(enrollments)d enrollments and %(sessions)d sessions "
        "to come.",
        "%(batch)s ends %(count)d days before its last one, with %(enrollments)d enrollments and %(sessions)d sessions "
        "to come.",
        found.days_early,
    )
    facts = {"enrollments": found.enrollments, "sessions": found.sessions, "count": found.days_early}
    return [PlanWarning("status", "ends_early", words % {"batch": batch.code, **facts})]


def waiting_applications(actor: Actor) -> QuerySet[Application]:
    """The applications that the actor can decide, with their batches, the longest waiting first."""
    rows = Application.objects.filter(
        status=Application.Status.PENDING, batch__archived_at=None, batch__deleted_at=None
    )
    return applications.rows(actor, "decide", among=rows.select_related("batch")).order_by("created_at", "pk")


# --- payments -------------------------------------------------------------------------------------------------------
def payments_seen_by(actor: Actor) -> QuerySet[Payment]:
    """The payments that the actor may see, with all that is told of them, the latest first."""
    return payments.rows(actor, among=with_receipts(Payment.objects.all())).order_by("-created_at", "pk")


def open_balance_of(actor: Actor) -> list[Balance]:
    """What the actor's own enrollments come to. Two statements."""
    own = Enrollment.objects.filter(student=actor.user, institution=actor.institution)
    return total_of(own.select_related("course").prefetch_related("payments"))


# --- transfers --------------------------------------------------------------------------------------------------------
def transfer_targets(actor: Actor, source: Batch, *, other_courses: bool = False) -> QuerySet[Batch]:
    """The batches to which the actor may move people of a batch, full ones too, in full and with `seats_left`: of its
    course, or else of all others; the soonest first."""
    rows = batches.rows(actor, "change", among=Batch.objects.booking())
    rows = rows.exclude(pk=source.pk)
    same = rows.filter(course=source.course_id) if source.course_id else rows.filter(course=None, kind=source.kind)
    found = rows.exclude(pk__in=same.values("pk")).filter(course__isnull=False) if other_courses else same
    return with_seats_for(actor, batches_of(actor, found)).order_by("start_date", "name__plain", "pk")


def batches_to_ask_for(actor: Actor, source: Batch) -> QuerySet[Batch]:
    """The batches of the course that a student may ask to be moved to: those open to students, full ones too."""
    return catalogue_of(actor.as_student()).filter(course=source.course_id).exclude(pk=source.pk)


def transfers_in_full(rows: QuerySet[TransferRequest]) -> QuerySet[TransferRequest]:
    """Requests with all that is told of them."""
    return rows.select_related("enrollment__student", "batch", "wanted", "decided_by")


def waiting_transfers(actor: Actor) -> QuerySet[TransferRequest]:
    """The requests for a transfer that the actor can decide, the longest waiting first."""
    rows = TransferRequest.objects.filter(
        status=TransferRequest.Status.PENDING,
        enrollment__status__in=Enrollment.SEATED,
        batch__archived_at=None,
        batch__deleted_at=None,
    )
    return transfers_in_full(transfers.rows(actor, "decide", among=rows)).order_by("created_at", "pk")


# --- organisations --------------------------------------------------------------------------------------------------
def offered_organisations(actor: Actor) -> QuerySet[Organisation]:
    """The organisations that can be named as payers."""
    return organisations.rows(actor, among=Organisation.objects.filter(is_active=True)).order_by("name__plain", "pk")


def seats_of(*organisations: Organisation) -> QuerySet[Enrollment]:
    """The enrollments that organisations pay for, with all that is told of them, by name. Two statements."""
    rows = Enrollment.objects.filter(organisation__in=organisations).select_related("student", "course", "batch")
    return rows.prefetch_related("payments").order_by(by_family_name("student__"), "-created_at", "pk")


def payments_by(payers: Organisation | QuerySet[Organisation]) -> QuerySet[Payment]:
    """The payments of an organisation, or of some, with all that is told of them, the latest first."""
    if isinstance(payers, Organisation):
        rows = Payment.objects.filter(organisation=payers)
    else:
        rows = Payment.objects.filter(organisation__in=payers.order_by().values("pk"))
    return with_receipts(rows).order_by("-created_at", "pk")


# Why those who ask for these look into several institutions.
PAYS_IN_SEVERAL = "somebody signs in for organizations in whichever institutions"


def organisations_of(account: User) -> QuerySet[Organisation]:
    """The organisations for which somebody signs in, in whichever institutions, by name."""
    here = Affiliation.objects.filter(institution=OuterRef("institution"), user=OuterRef("contact"), is_active=True)
    rows = Organisation.objects.filter(Exists(here), contact__in=User.objects.behind(account), is_active=True)
    return rows.select_related("institution").order_by("name__plain", "pk")


def second_step_asked_by(account: User, own: Iterable[Organisation]) -> Institution | None:
    """Which institution of these organisations asks everybody for two-step sign-in, where who signs in has none.

    Who signs in for an organisation holds no role, so they are asked where everybody is."""
    asked = [one.institution for one in own if one.institution.second_factor_for == Institution.SecondFactor.EVERYBODY]
    return asked[0] if asked and not second_factors_of(account.account_id or account.pk).exists() else None


def must_have_second_step(account: User, own: Iterable[Organisation]) -> None:
    """Raises SecondFactorRequired where `second_step_asked_by` names an institution."""
    if place := second_step_asked_by(account, own):
        raise SecondFactorRequired(place.name)


def idle_hours_of_contact(account: User) -> int | None:
    """After how many hours without activity the sign-in of somebody without a role ends: the shortest that any
    institution of their organisations has."""
    hours = organisations_of(account).order_by().values_list("institution__idle_hours", flat=True)
    return min((one for one in hours if one is not None), default=None)
