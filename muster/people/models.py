"""What instructors bring, when they can teach, and when they are away; what staff note about students."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, RangeOperators
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from muster.core.constraints import DaysOf, SameId
from muster.core.history import tracked
from muster.core.text import Line, Lines, ShortLines
from muster.core.weekdays import Weekday
from muster.institutions.models import (
    InstitutionPart,
    one_key,
    owned_key,
    person_of_institution,
    same_institution,
)


class HoursOfWeek(Func):
    """Weekday, start and end as a range of seconds of the week; half open, so touching windows do not overlap."""

    arity = 3

    def as_sql(self, compiler: Any, connection: Any, **context: Any) -> Any:  # type: ignore[override]
        (day, of_day), *clocks = (compiler.compile(each) for each in self.source_expressions)
        ends = [f"{day} * 86400 + extract(epoch FROM {clock})::integer" for clock, _params in clocks]
        params = [param for _clock, of_clock in clocks for param in (*of_day, *of_clock)]
        return f"int4range({', '.join(ends)})", params


@tracked(part_of="user")
class InstructorProfile(InstitutionPart):
    """What an instructor brings to an institution, and how much they may carry.

    Without availability windows they can always teach. A limit that is null is the institution's.
    """

    known_by = "user__full_name"

    user = owned_key(settings.AUTH_USER_MODEL, related_name="instructor_profiles")
    domain = Line(_("field"), max_length=100, blank=True)
    bio = Lines(_("about"), blank=True)
    languages = ArrayField(models.CharField(max_length=35), verbose_name=_("languages"), default=list, blank=True)
    teaching_styles = ArrayField(
        models.CharField(max_length=60), verbose_name=_("teaching styles"), default=list, blank=True
    )
    max_active_batches = models.PositiveSmallIntegerField(_("maximum active batches"), null=True, blank=True)
    max_mentees = models.PositiveSmallIntegerField(_("maximum mentees"), null=True, blank=True)
    # Written from what students say, never by hand: 1 to 5, and how many said so.
    average_rating = models.DecimalField(
        _("average rating"), max_digits=3, decimal_places=2, null=True, blank=True, editable=False
    )
    ratings = models.PositiveIntegerField(_("ratings"), default=0, editable=False)

    class Meta:
        constraints: ClassVar = [
            one_key("instructor_profile"),
            models.CheckConstraint(
                condition=Q(ratings=0, average_rating__isnull=True)
                | Q(ratings__gte=1, average_rating__gte=1, average_rating__lte=5),
                name="rating_is_1_to_5_where_there_is_one",
            ),
            person_of_institution("instructor_profile", "user"),
            models.UniqueConstraint(fields=["institution", "user"], name="one_profile_for_each_instructor"),
        ]

    def __str__(self) -> str:
        return f"profile of {self.user_id}"


@tracked(part_of="profile")
class InstructorSkill(InstitutionPart):
    """Something that an instructor can teach, and how well: from 1 (begins) to 5 (masters it)."""

    profile = owned_key(InstructorProfile, on_delete=models.CASCADE, related_name="skills", db_index=False)
    skill = Line(_("skill"), max_length=60)
    level = models.PositiveSmallIntegerField(
        _("level"), default=3, validators=[MinValueValidator(1), MaxValueValidator(5)]
    )

    class Meta:
        constraints: ClassVar = [
            same_institution("instructor_skill", "profile", "people.InstructorProfile"),
            models.UniqueConstraint("profile", Lower("skill"), name="one_level_for_each_skill"),
            models.CheckConstraint(condition=Q(level__gte=1, level__lte=5), name="skill_level_is_1_to_5"),
        ]
        ordering: ClassVar = ["-level", "skill__plain"]

    def __str__(self) -> str:
        return f"{self.skill} {self.level}"


@tracked(part_of="profile")
class AvailabilityWindow(InstitutionPart):
    """Weekly hours at which an instructor can teach; clock times as at the place of the class.

    One that lasts until midnight ends at 23:59, as slots do.
    """

    profile = owned_key(InstructorProfile, on_delete=models.CASCADE, related_name="windows")
    weekday = models.PositiveSmallIntegerField(_("day"), choices=Weekday)
    start_time = models.TimeField(_("from"))
    end_time = models.TimeField(_("until"))

    class Meta:
        constraints: ClassVar = [
            same_institution("availability_window", "profile", "people.InstructorProfile"),
            models.CheckConstraint(condition=Q(weekday__gte=1, weekday__lte=7), name="window_weekday_is_1_to_7"),
            models.CheckConstraint(condition=Q(end_time__gt=F("start_time")), name="window_ends_after_it_starts"),
            ExclusionConstraint(
                name="windows_do_not_overlap",
                expressions=[
                    (SameId(F("profile_id"), 0), RangeOperators.OVERLAPS),
                    (HoursOfWeek(F("weekday"), F("start_time"), F("end_time")), RangeOperators.OVERLAPS),
                ],
            ),
        ]
        ordering: ClassVar = ["weekday", "start_time"]

    def __str__(self) -> str:
        return f"{Weekday(self.weekday).label} {self.start_time:%H:%M} to {self.end_time:%H:%M}"


@tracked(part_of="profile")
class TimeOff(InstitutionPart):
    """Days on which an instructor is away, both included."""

    profile = owned_key(InstructorProfile, on_delete=models.CASCADE, related_name="times_off")
    first_date = models.DateField(_("first day"))
    last_date = models.DateField(_("last day"))
    reason = ShortLines(_("reason"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("time off")
        verbose_name_plural = _("time off")
        constraints: ClassVar = [
            same_institution("time_off", "profile", "people.InstructorProfile"),
            models.CheckConstraint(condition=Q(last_date__gte=F("first_date")), name="time_off_ends_after_it_starts"),
            ExclusionConstraint(
                name="times_off_do_not_overlap",
                expressions=[
                    (SameId(F("profile_id"), 0), RangeOperators.OVERLAPS),
                    (DaysOf(F("first_date"), F("last_date") + 1), RangeOperators.OVERLAPS),
                ],
            ),
        ]
        ordering: ClassVar = ["first_date"]

    def __str__(self) -> str:
        return f"{self.first_date} to {self.last_date}"


MOST_NOTE = 2000


@tracked()
class StaffNote(InstitutionPart):
    """What somebody of the staff noted about a student, for the staff alone."""

    known_by = "student__full_name"

    student = owned_key(settings.AUTH_USER_MODEL, related_name="staff_notes", db_index=False)
    text = ShortLines(_("note"), max_length=MOST_NOTE)
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", editable=False
    )
    edited_at = models.DateTimeField(_("edited"), null=True, editable=False)

    class Meta:
        verbose_name = _("note")
        verbose_name_plural = _("notes")
        constraints: ClassVar = [
            one_key("staff_note"),
            person_of_institution("staff_note", "student"),
            models.CheckConstraint(condition=~Q(text=""), name="staff_note_says_something"),
        ]
        indexes: ClassVar = [models.Index(fields=["student", "-id"], name="staff_note_by_student")]
        ordering: ClassVar = ["-id"]

    def __str__(self) -> str:
        return f"note about {self.student_id}"
