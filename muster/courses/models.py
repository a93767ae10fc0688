"""What is taught: courses and their subjects."""

from __future__ import annotations

from typing import ClassVar

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


@tracked()
class Course(InstitutionRow):
    """What is taught, also called a programme or a qualification."""

    counted = ngettext_lazy("%(count)d course", "%(count)d courses", "count")

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
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        constraints: ClassVar = [
            is_one_line("title", "title_of_a_course_is_one_line"),
            one_key("course"),
            same_institution("course", "department", "institutions.Department"),
            person_of_institution("course", "default_instructor"),
            models.UniqueConstraint(
                "institution",
                Lower("code"),
                name="one_course_for_each_code",
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

    counted = ngettext_lazy("%(count)d subject", "%(count)d subjects", "count")

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

    class Meta:
        constraints: ClassVar = [
            one_key("subject"),
            same_institution("subject", "course", "courses.Course"),
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
