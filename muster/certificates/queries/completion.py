"""What a student has reached of what the certificate of the course asks for: one answer for pages, API and rules."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal
from functools import cached_property
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from muster.assessment.queries import progress_in, totals_of, with_progress
from muster.attendance.queries.projection import AttendanceProjection, with_projection
from muster.batches.models import Batch
from muster.certificates.models import Certificate
from muster.certificates.queries.certificates import certificates_in_full, valid_certificates
from muster.core.money import money
from muster.courses.models import Course
from muster.enrollments.balances import balances_of
from muster.enrollments.models import Enrollment
from muster.enrollments.queries import everyone_of
from muster.progression.grading import Verdict
from muster.progression.models import ElectiveChoice, SubjectMapping, SubjectResult
from muster.progression.queries.records import achieved_of, standing_of

# Who left or pauses gets no certificate.
TAKES_NONE = (Enrollment.Status.CANCELLED, Enrollment.Status.ON_HOLD)


# Enrollments that have a valid certificate, as a condition.
ISSUED = Q(Exists(Certificate.objects.filter(enrollment=OuterRef("pk"), document__ended_at__isnull=True)))


@dataclass(frozen=True)
class Requirement:
    """One thing that is asked for: whether it is met, how it stands in a figure, and in words what is needed."""

    key: str
    is_met: bool
    figure: str
    words: str


@dataclass(frozen=True)
class Completion:
    """How an enrollment, which comes with all that is read of it, stands against its course's requirements."""

    enrollment: Any
    marks: Decimal | None
    # Subjects that are not passed, by title, and how many there are.
    open_subjects: list[str]
    subjects: int
    # The valid one.
    certificate: Certificate | None

    @property
    def course(self) -> Course | None:
        return course_of(self.enrollment)

    @cached_property
    def requirements(self) -> list[Requirement]:
        """All that the course asks for, in a fixed order; that it is over always."""
        return list(self._asked())

    @cached_property
    def missing(self) -> list[str]:
        """What is not met, in words."""
        return [one.words for one in self.requirements if not one.is_met]

    @property
    def may_have_one(self) -> bool:
        """Whether the student neither left nor pauses."""
        return self.enrollment.status not in TAKES_NONE

    @property
    def is_complete(self) -> bool:
        return not self.missing

    @property
    def is_ready(self) -> bool:
        """Whether a certificate may be issued now, and there is none."""
        return self.certificate is None and self.may_have_one and self.is_complete

    def of(self, key: str) -> Requirement | None:
        """The requirement of that kind, where it is asked for."""
        return next((one for one in self.requirements if one.key == key), None)

    @property
    def attendance(self) -> AttendanceProjection:
        seat, course = self.enrollment, self.course
        minimum = (course.certificate_attendance_percent if course else None) or 0
        return AttendanceProjection(seat.letters, seat.to_come if seat.holds_a_seat else 0, minimum)

    def _asked(self) -> Iterator[Requirement]:
        course = self.course
        yield self._over()
        if course is None:
            return
        if course.certificate_attendance_percent:
            yield self._attended()
        if course.certificate_marks_percent:
            words = _("Needs %(needed)s in marks, has %(has)s.")
            yield _share("marks", course.certificate_marks_percent, self.marks, words, _("no marks"))
        if course.certificate_progress_percent:
            words = _("Needs %(needed)s progress, has %(has)s.")
            yield _share(
                "progress", course.certificate_progress_percent, progress_in(self.enrollment).percent, words, ""
            )
        if course.certificate_needs_results:
            yield self._passed()
        if course.certificate_needs_payment:
            yield self._paid()

    def _over(self) -> Requirement:
        seat, batch = self.enrollment, self.enrollment.batch
        is_over = seat.status == Enrollment.Status.COMPLETED or (
            batch is not None and (batch.is_over or (batch.end_date is not None and batch.end_date < batch.today()))
        )
        if is_over:
            return Requirement("over", True, "", _("The course is over."))
        if batch is not None and batch.end_date is not None:
            words = _("The batch ends on %(day)s.") % {"day": date_format(batch.end_date, "j F Y")}
        else:
            words = _("The enrollment isn't completed yet.")
        return Requirement("over", False, "", words)

    def _attended(self) -> Requirement:
        stands = self.attendance
        needed, has = percent_words(stands.minimum), stands.percent
        if has is None:
            words = _("Needs %(needed)s attendance, and no session counts yet.") % {"needed": needed}
            return Requirement("attendance", False, "–", words)
        figure = percent_words(has)
        said = {"needed": needed, "has": figure}
        if has >= stands.minimum:
            return Requirement("attendance", True, figure, _("Needs %(needed)s attendance, has %(has)s.") % said)
        further = sessions_short(stands)
        if further is not None and further <= stands.to_come:
            words = ngettext(
                "Needs %(needed)s attendance, has %(has)s: %(count)d more session.",
                "Needs %(needed)s attendance, has %(has)s: %(count)d more sessions.",
                further,
            ) % {**said, "count": further}
        elif stands.to_come:
            words = _("Needs %(needed)s attendance, has %(has)s, and can't reach it anymore.") % said
        else:
            words = _("Needs %(needed)s attendance, has %(has)s.") % said
        return Requirement("attendance", False, figure, words)

    def _passed(self) -> Requirement:
        left, number = self.open_subjects, self.subjects
        figure = _("%(passed)d of %(all)d") % {"passed": number - len(left), "all": number}
        if not number:
            return Requirement("results", False, "–", _("Needs every subject passed, and the batch has none yet."))
        if not left:
            return Requirement("results", True, figure, _("Every subject is passed."))
        words = ngettext(
            "Needs every subject passed: %(titles)s isn't.", "Needs every subject passed: %(titles)s aren't.", len(left)
        )
        return Requirement("results", False, figure, words % {"titles": ", ".join(left)})

    def _paid(self) -> Requirement:
        owed = ", ".join(money(one.open, one.currency) for one in balances_of(self.enrollment) if one.open)
        if not owed:
            return Requirement("payment", True, _("Paid"), _("Paid in full."))
        words = _("Needs full payment: %(amount)s is open.") % {"amount": owed}
        return Requirement("payment", False, _("%(amount)s open") % {"amount": owed}, words)


def _share(key: str, needed: int, has: Any, words: str, nothing: str) -> Requirement:
    """A percentage that has to be reached."""
    figure = "–" if has is None else percent_words(has)
    said = {"needed": percent_words(needed), "has": nothing if has is None else figure}
    return Requirement(key, has is not None and has >= needed, figure, words % said)


def percent_words(value: Any) -> str:
    """A percentage as it is written everywhere."""
    number = float(value)
    return f"{number_format(number, 1 if number % 1 else 0)}%"


def sessions_short(stands: AttendanceProjection) -> int | None:
    """How many sessions have to be attended without missing one until the minimum is reached; None for never."""
    lacking = stands.minimum * stands.counted - 100 * stands.came
    if stands.minimum == 100:
        return 0 if lacking <= 0 else None
    return max(0, -(-lacking // (100 - stands.minimum)))


def needs_of(course: Course) -> list[str]:
    """What the certificate of the course asks for, in words."""
    percents = [
        (course.certificate_attendance_percent, _("%(percent)d%% attendance")),
        (course.certificate_marks_percent, _("%(percent)d%% in marks")),
        (course.certificate_progress_percent, _("%(percent)d%% progress")),
    ]
    said = [words % {"percent": number} for number, words in percents if number]
    if course.certificate_needs_results:
        said.append(_("every subject passed"))
    if course.certificate_needs_payment:
        said.append(_("full payment"))
    return said


def course_of(enrollment: Enrollment) -> Course | None:
    """The course of an enrollment, be it the batch's."""
    return enrollment.course or (enrollment.batch.course if enrollment.batch else None)


def seats_of_certificates(batch: Batch) -> QuerySet[Enrollment]:
    """The enrollments of a batch for which there is or may be a certificate, by name."""
    return everyone_of(batch).exclude(status=Enrollment.Status.CANCELLED)


def completion_of(enrollments: Collection[UUID]) -> dict[UUID, Completion]:
    """How these enrollments stand, by id and in their order. Seven statements, however many there are."""
    related = ("student", "institution", "batch__institution", "batch__branch", "batch__course", "course__department")
    rows = with_progress(with_projection(Enrollment.objects.filter(pk__in=enrollments))).select_related(
        *related, "course__department__hod"
    )
    seats: dict[UUID, Any] = {row.pk: row for row in rows.prefetch_related("payments")}
    subjects, achieved, totals = _subjects_of(seats), _results_of(seats), totals_of(seats)
    issued = valid_certificates(certificates_in_full(Certificate.objects.filter(enrollment__in=seats)))
    certificates = {one.enrollment_id: one for one in issued}
    found = {}
    for pk in enrollments:
        if (seat := seats.get(pk)) is None:
            continue
        asked = subjects.get(pk, {})
        results = {key: achieved[seat.student_id, key] for key in asked if (seat.student_id, key) in achieved}
        left = [title for key, title in asked.items() if key not in results or results[key].verdict == Verdict.FAILED]
        marks = _marks(totals[pk].percent, [one.percent for one in results.values()])
        found[pk] = Completion(seat, marks, left, len(asked), certificates.get(pk))
    return found


def _marks(total: Decimal | None, percents: Collection[Decimal | None]) -> Decimal | None:
    """The total of what was assessed; without any the mean of the results. Rounded down as every percentage is."""
    known = [one for one in percents if one is not None]
    if total is None and known:
        total = sum(known, Decimal(0)) / len(known)
    return None if total is None else total.quantize(Decimal("0.1"), ROUND_FLOOR)


def _subjects_of(seats: dict[UUID, Any]) -> dict[UUID, dict[UUID, str]]:
    """For each enrollment the subjects of its batch that it has to pass, by id with their titles: core, and chosen."""
    batches = {seat.batch_id for seat in seats.values() if seat.batch_id}
    chosen = ElectiveChoice.objects.filter(enrollment__in=seats).values_list("enrollment_id", "mapping_id")
    choices = set(chosen)
    found: dict[UUID, dict[UUID, str]] = {pk: {} for pk in seats}
    by_batch: dict[UUID, list[UUID]] = {}
    for pk, seat in seats.items():
        by_batch.setdefault(seat.batch_id, []).append(pk)
    rows = SubjectMapping.objects.filter(batch__in=batches).select_related("subject").order_by("semester", "pk")
    for mapping in rows:
        for pk in by_batch[mapping.batch_id]:
            if not mapping.is_elective or (pk, mapping.pk) in choices:
                found[pk][mapping.subject_id] = mapping.subject.title
    return found


def _results_of(seats: dict[UUID, Any]) -> dict[tuple[UUID, UUID], SubjectResult]:
    """The result that stands of each student and subject, in whatever batch."""
    students = {seat.student_id for seat in seats.values()}
    institutions = {seat.institution_id for seat in seats.values()}
    rows = SubjectResult.objects.filter(
        Q(institution__in=institutions), enrollment__student__in=students, is_current=True
    ).select_related("mapping", "enrollment")
    standing = achieved_of(standing_of(rows))
    return {(one.enrollment.student_id, one.mapping.subject_id): one for one in standing}
