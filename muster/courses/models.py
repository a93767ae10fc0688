"""What is taught, and how it is graded: courses and their subjects, grading schemes."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.validators import ArrayMaxLengthValidator
from django.core.validators import MaxLengthValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from muster.core.history import tracked
from muster.core.text import Line, Lines, is_one_line
from muster.core.validators import between
from muster.institutions.models import (
    Department,
    InstitutionPart,
    InstitutionRow,
    one_key,
    owned_key,
    person_of_institution,
    same_institution,
)

PERCENT: dict[str, Any] = {"max_digits": 5, "decimal_places": 2, "validators": between(0, 100)}
NEEDED: dict[str, Any] = {"null": True, "blank": True, "validators": between(1, 100)}
MARKS: dict[str, Any] = {"max_digits": 6, "decimal_places": 2}


@tracked()
class GradingScheme(InstitutionRow):
    """How marks become a grade: components, letter bands, rounding. A course or a subject names the one that it uses.

    `progression/grading` works grades out by it. Without a scheme a subject has one component, its own maximum.
    """

    counted = ngettext_lazy("%(count)s grading scheme", "%(count)s grading schemes", "count")

    class Rounding(models.TextChoices):
        HALF_UP = "half_up", _("Half up: 49.5 becomes 50")
        HALF_EVEN = "half_even", _("Half to even: 50.5 becomes 50")
        DOWN = "down", _("Down: 49.9 becomes 49")
        UP = "up", _("Up: 49.1 becomes 50")

    name = Line(_("name"), max_length=100)
    department = owned_key(
        Department, null=True, blank=True, related_name="grading_schemes", verbose_name=_("department")
    )
    pass_percent = models.DecimalField(_("pass mark (percent)"), default=50, **PERCENT)
    decimals = models.PositiveSmallIntegerField(_("decimals of a total"), default=0, validators=between(0, 2))
    rounding = models.CharField(_("rounding"), max_length=10, choices=Rounding, default=Rounding.HALF_UP)
    grace_marks = models.DecimalField(
        _("grace marks"), max_digits=5, decimal_places=2, default=0, validators=between(0, 100)
    )
    counts_failed = models.BooleanField(_("failed subjects count in averages"), default=True)

    class Meta:
        constraints: ClassVar = [
            one_key("grading_scheme"),
            same_institution("grading_scheme", "department", "institutions.Department"),
            models.UniqueConstraint("institution", Lower("name"), name="one_scheme_for_each_name"),
            models.CheckConstraint(
                condition=Q(pass_percent__gte=0, pass_percent__lte=100, grace_marks__gte=0, decimals__lte=2),
                name="scheme_is_within_bounds",
            ),
        ]
        ordering: ClassVar = ["name__plain"]

    def __str__(self) -> str:
        return self.name


@tracked(part_of="scheme")
class GradingComponent(InstitutionPart):
    """A part of a subject's marks: an internal test, the end-term examination."""

    counted = ngettext_lazy("%(count)s component", "%(count)s components", "count")

    scheme = owned_key(GradingScheme, on_delete=models.CASCADE, related_name="components", db_index=False)
    code = Line(_("code"), max_length=12)
    name = Line(_("name"), max_length=60)
    maximum = models.DecimalField(_("maximum marks"), default=100, validators=between(1, 1000), **MARKS)
    minimum = models.DecimalField(_("minimum to pass"), default=0, validators=between(0, 1000), **MARKS)
    weight = models.DecimalField(_("weight"), default=100, validators=between(0, 1000), **MARKS)
    place = models.PositiveSmallIntegerField(_("place"), default=1, validators=between(1, 50))

    class Meta:
        constraints: ClassVar = [
            one_key("grading_component"),
            same_institution("grading_component", "scheme", "courses.GradingScheme"),
            models.UniqueConstraint("scheme", Lower("code"), name="one_component_for_each_code"),
            models.CheckConstraint(
                condition=Q(maximum__gt=0, minimum__gte=0, minimum__lte=F("maximum"), weight__gte=0),
                name="minimum_of_a_component_within_maximum",
            ),
        ]
        ordering: ClassVar = ["place", "code__plain"]

    def __str__(self) -> str:
        return self.name


@tracked(part_of="scheme")
class GradeBand(InstitutionPart):
    """A grade, from which percent on it is given, and the points that it is worth."""

    counted = ngettext_lazy("%(count)s grade", "%(count)s grades", "count")

    scheme = owned_key(GradingScheme, on_delete=models.CASCADE, related_name="bands", db_index=False)
    grade = Line(_("grade"), max_length=12)
    from_percent = models.DecimalField(_("from (percent)"), default=0, **PERCENT)
    points = models.DecimalField(_("points"), max_digits=5, decimal_places=2, default=0, validators=between(0, 100))

    class Meta:
        verbose_name = _("grade")
        verbose_name_plural = _("grades")
        constraints: ClassVar = [
            one_key("grade_band"),
            same_institution("grade_band", "scheme", "courses.GradingScheme"),
            models.UniqueConstraint("scheme", Lower("grade"), name="one_band_for_each_grade"),
            models.CheckConstraint(
                condition=Q(from_percent__gte=0, from_percent__lte=100, points__gte=0),
                name="grade_begins_at_a_percentage",
            ),
        ]
        ordering: ClassVar = ["-from_percent", "-points", "grade__plain"]

    def __str__(self) -> str:
        return self.grade


def _scheme() -> Any:
    return owned_key(GradingScheme, null=True, blank=True, related_name="%(class)ss", verbose_name=_("grading scheme"))


@tracked()
class Course(InstitutionRow):
    """What is taught, also called a programme or a qualification."""

    counted = ngettext_lazy("%(count)s course", "%(count)s courses", "count")

    class Kind(models.TextChoices):
        SHORT_COURSE = "short_course", _("Short course")
        QUALIFICATION = "qualification", _("Qualification")
        DEGREE = "degree", _("Degree")

    title = Line(_("title"), max_length=200)
    code = Line(_("code"), max_length=30)
    description = Lines(
        _("description"),
        blank=True,
        validators=[MaxLengthValidator(2000, _("Keep the description to %(limit_value)d characters or fewer."))],
    )
    kind = models.CharField(_("kind"), max_length=20, choices=Kind, default=Kind.SHORT_COURSE)
    department = owned_key(Department, null=True, blank=True, related_name="courses", verbose_name=_("department"))
    semesters = models.PositiveSmallIntegerField(_("semesters"), default=0, validators=between(0, 20))
    length_days = models.PositiveSmallIntegerField(_("usual length (days)"), default=90, validators=between(1, 3660))
    # Study without a batch, at the student's own pace: whether students can choose it themselves.
    individual_study = models.BooleanField(_("individual study"), default=True)
    default_instructor = owned_key(
        settings.AUTH_USER_MODEL, null=True, blank=True, related_name="+", verbose_name=_("default instructor")
    )
    grading_scheme = _scheme()
    minimum_attendance_percent = models.PositiveSmallIntegerField(
        _("minimum attendance (percent)"), null=True, blank=True, validators=between(0, 100)
    )
    default_capacity = models.PositiveIntegerField(
        _("usual capacity"), null=True, blank=True, validators=[MinValueValidator(1)]
    )
    required_skills = ArrayField(
        models.CharField(max_length=60),
        verbose_name=_("required skills"),
        default=list,
        blank=True,
        validators=[ArrayMaxLengthValidator(30, _("List up to %(limit_value)d skills."))],
    )
    language = Line(_("language"), max_length=35, blank=True)
    teaching_styles = ArrayField(
        models.CharField(max_length=60),
        verbose_name=_("teaching styles"),
        default=list,
        blank=True,
        validators=[ArrayMaxLengthValidator(20, _("List up to %(limit_value)d teaching styles."))],
    )
    price = models.DecimalField(
        _("price"), max_digits=12, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(0)]
    )
    currency = Line(_("currency"), max_length=3, blank=True)
    # What a student has to reach for the certificate of the course; empty asks for nothing.
    certificate_attendance_percent = models.PositiveSmallIntegerField(_("attendance (percent)"), **NEEDED)
    certificate_marks_percent = models.PositiveSmallIntegerField(_("marks (percent)"), **NEEDED)
    certificate_progress_percent = models.PositiveSmallIntegerField(_("progress (percent)"), **NEEDED)
    certificate_needs_results = models.BooleanField(_("every subject passed"), default=False)
    certificate_needs_payment = models.BooleanField(_("paid in full"), default=False)
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        constraints: ClassVar = [
            is_one_line("title", "title_of_a_course_is_one_line"),
            one_key("course"),
            same_institution("course", "department", "institutions.Department"),
            person_of_institution("course", "default_instructor"),
            same_institution("course", "grading_scheme", "courses.GradingScheme"),
            models.UniqueConstraint(
                "institution",
                Lower("code"),
                name="one_course_for_each_code",
            ),
            models.CheckConstraint(
                condition=Q(
                    certificate_attendance_percent__lte=100,
                    certificate_marks_percent__lte=100,
                    certificate_progress_percent__lte=100,
                ),
                name="certificate_asks_for_percentages",
            ),
            models.CheckConstraint(
                condition=Q(price__isnull=True) | (Q(price__gte=0) & ~Q(currency="")), name="price_has_a_currency"
            ),
        ]
        ordering: ClassVar = ["title__plain"]

    def __str__(self) -> str:
        return self.title


@tracked(part_of="course")
class Subject(InstitutionPart):
    """A part of a course, taught in one semester of it."""

    counted = ngettext_lazy("%(count)s subject", "%(count)s subjects", "count")

    course = owned_key(Course, on_delete=models.CASCADE, related_name="subjects", db_index=False)
    code = Line(_("code"), max_length=30)
    title = Line(_("title"), max_length=200)
    semester = models.PositiveSmallIntegerField(_("semester"), default=1, validators=[MinValueValidator(1)])
    credits = models.DecimalField(
        _("credits"),
        max_digits=5,
        decimal_places=1,
        default=0,
        validators=[MinValueValidator(0, _("Credits can't be negative."))],
    )
    maximum_marks = models.PositiveSmallIntegerField(
        _("maximum marks"), default=100, validators=[MinValueValidator(1, _("Maximum marks must be at least 1."))]
    )
    pass_marks = models.PositiveSmallIntegerField(_("pass marks"), default=50)
    grading_scheme = _scheme()

    class Meta:
        constraints: ClassVar = [
            one_key("subject"),
            same_institution("subject", "course", "courses.Course"),
            same_institution("subject", "grading_scheme", "courses.GradingScheme"),
            models.UniqueConstraint(
                "course",
                Lower("code"),
                name="one_subject_for_each_code",
            ),
            models.CheckConstraint(
                condition=Q(pass_marks__lte=F("maximum_marks")),
                name="pass_marks_within_maximum",
            ),
        ]
        ordering: ClassVar = ["semester", "title__plain"]

    def __str__(self) -> str:
        return self.title
