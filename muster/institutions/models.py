"""Institutions and their places, units, calendars and people."""

from __future__ import annotations

from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from muster.core.clocks import known_zones
from muster.core.constraints import SameOwner
from muster.core.history import tracked
from muster.core.models import Row
from muster.core.text import Line, Lines, is_one_line
from muster.core.validators import between
from muster.institutions import triggers


def validate_time_zone(name: str) -> None:
    """Refuse what is not a name of the IANA time zone database."""
    if name not in known_zones():
        raise ValidationError(
            _("“%(name)s” isn't a time zone. Use a name such as Africa/Johannesburg."), params={"name": name}
        )


class Role(models.TextChoices):
    """What a membership lets a person be. `super-admin` is of the platform and stands on the user."""

    SUPER_ADMIN = "super-admin", _("Platform administrator")
    ADMIN = "admin", _("Administrator")
    BRANCH_MANAGER = "branch-manager", _("Branch manager")
    DEPT_ADMIN = "dept-admin", _("Department administrator")
    INSTRUCTOR = "instructor", _("Instructor")
    STUDENT = "student", _("Student")
    CORPORATE_STUDENT = "corporate-student", _("Corporate student")
    REGULATOR = "regulator", _("Regulator")


STUDENT_ROLES = (Role.STUDENT, Role.CORPORATE_STUDENT)


statement_is_short = MaxLengthValidator(500, _("Keep the statement to %(limit_value)d characters or fewer."))
letter_is_short = MaxLengthValidator(4000, _("Keep the letter to %(limit_value)d characters or fewer."))


def setting(words: Any, least: int, most: int, **options: Any) -> models.PositiveSmallIntegerField[int, int]:
    return models.PositiveSmallIntegerField(words, validators=between(least, most), **options)


def period(
    words: Any, least: int = 30, default: int | None = None
) -> models.PositiveSmallIntegerField[int | None, int | None]:
    """Days after which something is erased, or none."""
    return models.PositiveSmallIntegerField(
        words, null=True, blank=True, default=default, validators=between(least, 30_000)
    )


@tracked(owner="id")
class Institution(Row):
    """Owns everything below it; nothing crosses between two of them. Settings are columns with sensible defaults."""

    class WaitlistMode(models.TextChoices):
        AUTO = "auto", _("Enroll the next person automatically")
        OFFER = "offer", _("Offer the seat to the next person")

    class RolloverApproval(models.TextChoices):
        CONFIRM = "confirm", _("Anyone who may approve it, the person who requested it too")
        FOUR_EYES = "four-eyes", _("Someone other than the person who requested it")

    class SecondFactor(models.TextChoices):
        NOBODY = "nobody", _("No one")
        ADMINS = "admins", _("Administrators")
        STAFF = "staff", _("Everyone but students")
        EVERYBODY = "everybody", _("Everyone")

    name = Line(_("name"), max_length=150)
    slug = models.SlugField(_("short name"), max_length=60, unique=True)
    kind = Line(_("kind"), max_length=60, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=60, default="UTC", validators=[validate_time_zone])
    logo = models.FileField(_("logo"), upload_to="logos/", blank=True)
    contact_email = models.EmailField(_("contact email"), blank=True)
    contact_phone = Line(_("contact phone"), max_length=40, blank=True)

    # On printed registers.
    accreditation_number = Line(_("accreditation number"), max_length=60, blank=True)
    # What an instructor states by signing a register; blank for the standard one.
    sign_off_statement = Lines(_("statement when signing a register"), blank=True, validators=[statement_is_short])
    late_after_minutes = setting(_("late after (minutes)"), 0, 240, default=15)
    minimum_attendance_percent = setting(_("minimum attendance (percent)"), 0, 100, default=75)
    # When a student is at risk, besides attendance at or below the minimum; 0 turns a reason off.
    risk_least_sessions = setting(_("marked sessions before low attendance is a risk"), 1, 100, default=4)
    risk_missed_sessions = setting(_("absences in a row that are a risk"), 0, 50, default=3)
    risk_failed_subjects = setting(_("failed subjects that are a risk"), 0, 50, default=2)
    risk_marks_percent = setting(_("marks below this are a risk (percent)"), 0, 100, default=40)
    risk_contact_days = setting(_("days without mentor contact that are a risk"), 0, 365, default=28)
    risk_escalate_days = setting(_("contact students at risk within (days)"), 1, 90, default=7)
    risk_quiet_days = setting(_("after a flag is closed, wait (days)"), 0, 365, default=14)
    risk_letter = Lines(_("letter to students at risk"), blank=True, validators=[letter_is_short])
    session_horizon_days = setting(_("create sessions ahead (days)"), 1, 730, default=120)
    waitlist_mode = models.CharField(
        _("when a seat frees"), max_length=10, choices=WaitlistMode, default=WaitlistMode.AUTO
    )
    waitlist_offer_hours = setting(_("offer expires after (hours)"), 1, 720, default=48)
    seat_buffer_percent = setting(_("spare seats (percent)"), 0, 50, default=0)
    buffer_release_days = models.PositiveSmallIntegerField(
        _("release spare seats (days before the start)"), null=True, blank=True, validators=between(0, 365)
    )
    enroll_until_days = models.PositiveSmallIntegerField(
        _("enroll until (days after the start)"), null=True, blank=True, validators=between(0, 3650)
    )
    students_cancel = models.BooleanField(_("students can cancel their own enrollments"), default=True)
    # Counted from the first day; below zero it is before it.
    cancel_until_days = models.SmallIntegerField(
        _("cancel until (days after the start)"), null=True, blank=True, validators=between(-365, 3650)
    )
    trial_days = setting(_("trials last (days)"), 1, 365, default=14)
    advised_size_min = setting(_("recommended batch size, from"), 1, 1000, default=8)
    advised_size_max = setting(_("recommended batch size, to"), 1, 1000, default=15)
    max_active_batches = setting(_("maximum active batches per instructor"), 1, 100, default=4)
    max_mentees = setting(_("maximum mentees per instructor"), 0, 1000, default=10)
    advised_hours_a_day = setting(_("recommended hours a day per instructor"), 1, 24, default=3)
    advised_break_minutes = setting(_("recommended break between sessions (minutes)"), 0, 240, default=10)
    register_lock_hours = models.PositiveSmallIntegerField(
        _("lock registers after (hours)"), null=True, blank=True, validators=between(0, 8760)
    )
    last_semester = setting(_("last semester without a course"), 1, 20, default=8)
    rollover_approval = models.CharField(
        _("who approves a rollover"), max_length=10, choices=RolloverApproval, default=RolloverApproval.CONFIRM
    )
    # Beyond it a student is proposed to be held back.
    most_open_credits = models.PositiveSmallIntegerField(
        _("move up with open credits, up to"), null=True, blank=True, validators=between(0, 500)
    )
    feedback_opens_by_itself = models.BooleanField(_("ask for feedback automatically"), default=True)
    feedback_days = setting(_("feedback stays open (days)"), 1, 90, default=7)
    catalogue_is_public = models.BooleanField(_("public catalog"), default=False)
    catalogue_names_instructors = models.BooleanField(_("name instructors in the public catalog"), default=False)
    organisations_see_attendance = models.BooleanField(_("organizations see attendance"), default=False)
    access_grace_days = setting(_("access after a batch ends (days)"), 0, 3650, default=30)
    access_warning_days = setting(_("remind of the end of access (days before)"), 0, 365, default=7)
    archived_disables_access = models.BooleanField(_("archiving a batch ends its students' access"), default=False)
    second_factor_for = models.CharField(
        _("who needs two-step sign-in"), max_length=10, choices=SecondFactor, default=SecondFactor.NOBODY
    )
    idle_hours = models.PositiveSmallIntegerField(
        _("sign out after (hours without activity)"), null=True, blank=True, validators=between(1, 336)
    )
    # When files for an authority are due; without them there is no deadline.
    enrollment_file_days = models.PositiveSmallIntegerField(
        _("enrollment file due (days after the start)"), null=True, blank=True, validators=between(0, 90)
    )
    attendance_file_day = models.PositiveSmallIntegerField(
        _("monthly attendance due (day of the next month)"), null=True, blank=True, validators=between(1, 28)
    )
    # An import that changes more of what is here than this share, and more rows than that, is confirmed by its number.
    import_change_percent = setting(_("confirm imports that change more than (percent)"), 0, 100, default=20)
    import_change_rows = setting(_("confirm imports that change more than (rows)"), 0, 10_000, default=20)
    # For how long each sort is kept; blank keeps it.
    keep_evidence_days = period(_("keep evidence of absences (days)"))
    keep_messages_days = period(_("keep messages to students (days)"))
    keep_notifications_days = period(_("keep notifications and emails (days)"))
    keep_imports_days = period(_("keep imported files (days)"))
    keep_reports_days = period(_("keep report files (days)"), default=90)
    keep_looks_days = period(_("keep who opened files and notes (days)"))
    keep_notes_days = period(_("keep notes about students who left (days)"))
    keep_applications_days = period(_("keep rejected applications (days)"))
    keep_students_days = period(_("keep students who left (days)"))
    # An attack is often noticed months later; claims are made for years.
    keep_security_days = period(_("keep the security log (days)"), 180)
    keep_history_days = period(_("keep the history of changes (days)"), 3 * 365)
    # How much each part counts when instructors are suggested, from 0 (not at all) to 10.
    weight_skills = setting(_("skills"), 0, 10, default=4)
    weight_availability = setting(_("availability"), 0, 10, default=4)
    weight_workload = setting(_("capacity"), 0, 10, default=3)
    weight_language = setting(_("language"), 0, 10, default=2)
    weight_style = setting(_("teaching style"), 0, 10, default=1)
    weight_rating = setting(_("rating"), 0, 10, default=2)
    weight_familiarity = setting(_("experience"), 0, 10, default=2)

    class Meta:
        constraints: ClassVar = [
            is_one_line("name", "name_of_an_institution_is_one_line"),
            models.CheckConstraint(
                condition=Q(minimum_attendance_percent__lte=100), name="attendance_minimum_is_a_percentage"
            ),
            models.CheckConstraint(condition=Q(seat_buffer_percent__lte=50), name="seat_buffer_is_at_most_half"),
            models.CheckConstraint(
                condition=Q(advised_size_min__lte=F("advised_size_max")), name="advised_size_is_a_range"
            ),
            models.CheckConstraint(
                condition=Q(
                    weight_skills__lte=10,
                    weight_availability__lte=10,
                    weight_workload__lte=10,
                    weight_language__lte=10,
                    weight_style__lte=10,
                    weight_rating__lte=10,
                    weight_familiarity__lte=10,
                ),
                name="suggestion_weights_are_0_to_10",
            ),
        ]
        ordering: ClassVar = ["name__plain"]

    def __str__(self) -> str:
        return self.name


class InstitutionRow(Row):
    """A table whose rows belong to one institution."""

    # Every table has an index that begins with it where its rows are asked for by it.
    institution = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        abstract = True


def of_institution() -> Any:
    """The institution, held by the composite keys beside it, so that no further key is checked with each row."""
    return models.ForeignKey(
        Institution, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )


class InstitutionPart(InstitutionRow):
    """A row of an institution that always hangs on another one of it, by a composite key."""

    institution = of_institution()

    class Meta:
        abstract = True


def one_key(table: str) -> models.UniqueConstraint:
    """What foreign keys of rows of the same institution point to."""
    return models.UniqueConstraint(fields=["institution", "id"], name=f"{table}_of_institution")


def same_institution(table: str, field: str, to: str) -> SameOwner:
    """`field` of `table` references a row of its own institution."""
    return SameOwner(name=f"{table}_{field}_of_same_institution", field=field, to=to)


def person_of_institution(table: str, field: str) -> SameOwner:
    """`field` of `table` is a user who belongs to the row's institution."""
    return SameOwner(
        name=f"{table}_{field}_belongs_here",
        field=field,
        to="institutions.Affiliation",
        to_columns=("institution_id", "user_id"),
    )


def owned_key(to: Any, on_delete: Any = models.PROTECT, **options: Any) -> Any:
    """A foreign key whose constraint is the composite one declared beside it in `Meta.constraints`."""
    return models.ForeignKey(to, on_delete=on_delete, db_constraint=False, **options)


@tracked()
class Branch(InstitutionRow):
    """A place of an institution."""

    counted = ngettext_lazy("%(count)s branch", "%(count)s branches", "count")

    name = Line(_("name"), max_length=100)
    code = Line(_("code"), max_length=20)
    address = Lines(
        _("address"),
        blank=True,
        validators=[MaxLengthValidator(500, _("Keep the address to %(limit_value)d characters or fewer."))],
    )
    time_zone = models.CharField(_("time zone"), max_length=60, blank=True, validators=[validate_time_zone])
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        constraints: ClassVar = [
            one_key("branch"),
            models.UniqueConstraint("institution", Lower("code"), name="one_branch_for_each_code"),
        ]
        ordering: ClassVar = ["name__plain"]

    def __str__(self) -> str:
        return self.name


def zone_of(institution: Institution, branch: Branch | None) -> ZoneInfo:
    """The zone of the clock times of a branch, else of its institution."""
    return ZoneInfo((branch.time_zone if branch else "") or institution.time_zone)


def local_today(path: str = "", *, institution: str = "") -> models.Func:
    """What day it is by the clock of rows with an institution and a branch, found at the path (`batch__`): `today` as
    the database asks it of each row, whatever the day at the institution. `institution` is named where what is at the
    path may be missing."""
    owner = F(institution or f"{path}institution")
    zone = models.Func(owner, F(f"{path}branch"), function="muster_zone", output_field=models.TextField())
    return models.Func(zone, function="muster_today", output_field=models.DateField())


# No clock is further than a day from this one.
_UTC_TODAY = models.Func(models.Value("UTC"), function="muster_today", output_field=models.DateField())


def moved_by(day: Any, days: int) -> models.Func:
    """So many days after what the database takes for a day."""
    number = models.Value(days)
    return models.Func(day, number, template="(%(expressions)s)", arg_joiner=" + ", output_field=models.DateField())


def is_from_today(column: str, path: str = "", *, days: int = 0) -> Q:
    """Rows whose date is today or later by their own clock (`local_today`), or by so many days later than today.

    Which zone a row has is looked up for dates around today alone: it costs forty times as much as to compare.
    """
    sure, near = moved_by(_UTC_TODAY, days + 1), moved_by(_UTC_TODAY, days - 1)
    here = moved_by(local_today(path), days)
    return Q((f"{column}__gte", sure)) | Q((f"{column}__gte", near), (f"{column}__gte", here))


def is_before_today(column: str, path: str = "", *, days: int = 0) -> Q:
    """Rows whose date lies before that; a row without a date is neither."""
    sure, near = moved_by(_UTC_TODAY, days - 1), moved_by(_UTC_TODAY, days + 1)
    here = moved_by(local_today(path), days)
    return Q((f"{column}__lt", sure)) | Q((f"{column}__lt", near), (f"{column}__lt", here))


@tracked()
class Room(InstitutionPart):
    """A room of a branch; it holds one meeting at a time."""

    counted = ngettext_lazy("%(count)s room", "%(count)s rooms", "count")

    branch = owned_key(
        Branch, related_name="rooms", error_messages={"null": _("Choose the room's branch.")}, db_index=False
    )
    name = Line(_("name"), max_length=100)
    seats = models.PositiveIntegerField(_("seats"), null=True, blank=True, validators=[MinValueValidator(1)])
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        constraints: ClassVar = [
            one_key("room"),
            same_institution("room", "branch", "institutions.Branch"),
            models.UniqueConstraint("branch", Lower("name"), name="one_room_for_each_name"),
        ]
        ordering: ClassVar = ["name__plain"]

    def __str__(self) -> str:
        return self.name


@tracked(exclude=("sign_in_round",), part_of="user")
class Affiliation(InstitutionRow):
    """A person's belonging to their institution: their numbers there, and what references to people point to."""

    known_by = "user__full_name"

    user = owned_key(settings.AUTH_USER_MODEL, related_name="affiliations")
    student_number = Line(_("student number"), max_length=40, blank=True)
    staff_number = Line(_("staff number"), max_length=40, blank=True)
    is_active = models.BooleanField(_("active"), default=True)
    # Sessions that began to work here before it was raised are over.
    sign_in_round = models.PositiveIntegerField(default=0, editable=False)

    class Meta:
        constraints: ClassVar = [
            SameOwner(name="affiliation_is_with_the_home", field="user", to="accounts.User", to_columns=("home", "id")),
            models.UniqueConstraint(fields=["institution", "user"], name="one_affiliation_for_each_institution"),
            models.UniqueConstraint(
                fields=["institution", "student_number"],
                condition=~Q(student_number=""),
                name="one_student_for_each_number",
            ),
            models.UniqueConstraint(
                fields=["institution", "staff_number"],
                condition=~Q(staff_number=""),
                name="one_colleague_for_each_number",
            ),
        ]
        triggers: ClassVar = [triggers.sign_ins_end_here]

    def __str__(self) -> str:
        return f"{self.user} · {self.institution}"


@tracked()
class Department(InstitutionRow):
    """An academic unit with a head (HOD): a user, or just a name."""

    counted = ngettext_lazy("%(count)s department", "%(count)s departments", "count")

    name = Line(_("name"), max_length=100)
    short_code = Line(_("short code"), max_length=10)
    hod = owned_key(
        settings.AUTH_USER_MODEL, null=True, blank=True, related_name="+", verbose_name=_("head of department")
    )
    hod_name = Line(_("name of head"), max_length=150, blank=True)
    logo = models.FileField(_("logo"), upload_to="logos/", blank=True)
    contact_email = models.EmailField(_("contact email"), blank=True)
    contact_phone = Line(_("contact phone"), max_length=40, blank=True)

    class Meta:
        constraints: ClassVar = [
            one_key("department"),
            person_of_institution("department", "hod"),
            models.UniqueConstraint("institution", Lower("short_code"), name="one_department_for_each_code"),
        ]
        ordering: ClassVar = ["name__plain"]

    def __str__(self) -> str:
        return self.name


@tracked(part_of="user")
class Membership(InstitutionPart):
    """A role of a user in an institution, narrowed to a branch or a department where the role is so narrowed."""

    known_by = "user__full_name"

    counted = ngettext_lazy("%(count)s person with a role there", "%(count)s people with a role there", "count")

    user = owned_key(settings.AUTH_USER_MODEL, related_name="memberships")
    role = models.CharField(_("role"), max_length=20, choices=Role)
    branch = owned_key(Branch, on_delete=models.CASCADE, null=True, blank=True, related_name="memberships")
    department = owned_key(Department, on_delete=models.CASCADE, null=True, blank=True, related_name="memberships")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints: ClassVar = [
            person_of_institution("membership", "user"),
            same_institution("membership", "branch", "institutions.Branch"),
            same_institution("membership", "department", "institutions.Department"),
            models.UniqueConstraint(
                fields=["institution", "user", "role", "branch", "department"],
                nulls_distinct=False,
                name="one_membership_for_each_role",
            ),
            models.CheckConstraint(
                condition=~Q(role=Role.BRANCH_MANAGER) | Q(branch__isnull=False), name="branch_manager_has_a_branch"
            ),
            models.CheckConstraint(
                condition=~Q(role=Role.DEPT_ADMIN) | Q(department__isnull=False),
                name="department_administrator_has_a_department",
            ),
            models.CheckConstraint(condition=~Q(role=Role.SUPER_ADMIN), name="platform_role_stands_on_the_user"),
        ]
        indexes: ClassVar = [models.Index(fields=["institution", "role"], name="membership_by_role")]
        triggers: ClassVar = [triggers.sign_ins_end_with_the_last_role]

    def __str__(self) -> str:
        return f"{self.user} · {self.role}"


@tracked()
class Holiday(InstitutionRow):
    """Days without class, for the whole institution or one branch."""

    counted = ngettext_lazy("%(count)s holiday", "%(count)s holidays", "count")

    name = Line(_("name"), max_length=100)
    start_date = models.DateField(_("first day"))
    end_date = models.DateField(_("last day"))
    branch = owned_key(Branch, on_delete=models.CASCADE, null=True, blank=True, related_name="holidays")

    class Meta:
        constraints: ClassVar = [
            same_institution("holiday", "branch", "institutions.Branch"),
            models.CheckConstraint(condition=Q(end_date__gte=F("start_date")), name="holiday_ends_after_it_starts"),
        ]
        indexes: ClassVar = [models.Index(fields=["institution", "start_date"], name="holiday_by_date")]
        ordering: ClassVar = ["start_date"]

    def __str__(self) -> str:
        return self.name


@tracked()
class Term(InstitutionRow):
    """An academic term: year, semester or grading period, each within its parent."""

    counted = ngettext_lazy("%(count)s term within it", "%(count)s terms within it", "count")

    name = Line(_("name"), max_length=100)
    start_date = models.DateField(_("first day"))
    end_date = models.DateField(_("last day"))
    school_year = models.PositiveSmallIntegerField(
        _("school year"), validators=between(1900, 2200, _("Enter a school year between {least} and {most}."))
    )
    parent = owned_key("self", null=True, blank=True, related_name="parts")

    class Meta:
        constraints: ClassVar = [
            one_key("term"),
            same_institution("term", "parent", "institutions.Term"),
            models.UniqueConstraint(fields=["institution", "name", "school_year"], name="one_term_for_each_name"),
            models.CheckConstraint(condition=Q(end_date__gte=F("start_date")), name="term_ends_after_it_starts"),
        ]
        ordering: ClassVar = ["start_date"]

    def __str__(self) -> str:
        return self.name


class TokenScope(models.TextChoices):
    """What a token may be for. Each is a part of the API; `muster.api.callers` says which."""

    ATTENDANCE = "attendance", _("Attendance and registers")
    BATCHES = "batches", _("Courses, batches and timetables")
    ENROLLMENTS = "enrollments", _("Enrollments and waitlists")
    PEOPLE = "people", _("Students, instructors and users")
    RESULTS = "results", _("Marks, results and certificates")
    SUPPORT = "support", _("Mentoring, risk and feedback")
    REPORTS = "reports", _("Reports, imports and exports")
    MESSAGES = "messages", _("Messages, notifications and materials")
    SETTINGS = "settings", _("Settings and your account")


@tracked(exclude=("digest", "last_used_at", "addresses"), part_of="user")
class ApiToken(InstitutionRow):
    """A named key to the API. It belongs to a user in one institution and carries at most that user's own rights.

    Only the SHA-256 of the secret is kept: 256 random bits need no slow hash.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="api_tokens")
    name = Line(_("name"), max_length=100)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)
    last_used_at = models.DateTimeField(_("last used"), null=True, editable=False)
    from_sign_in = models.BooleanField(default=False, editable=False)
    read_only = models.BooleanField(_("reads only"), default=False)
    # What it is for; nothing named is everything.
    scopes = ArrayField(models.CharField(max_length=20, choices=TokenScope), default=list, blank=True)
    # From where it was used, the newest last: a new one is told in the security log.
    addresses = ArrayField(models.CharField(max_length=45), default=list, editable=False)

    class Meta:
        # A platform administrator's token works in institutions they do not belong to, so the user is not composite.
        constraints: ClassVar = []
        ordering: ClassVar = ["-created_at"]

    def __str__(self) -> str:
        return self.name

    @property
    def scope_words(self) -> str:
        return ", ".join(str(TokenScope(scope).label) for scope in self.scopes)


class SecurityEvent(InstitutionRow):
    """Something about somebody's sign-in, told to those who look after security. Only ever added to.

    A person of the institution is `person`; a platform administrator, who belongs nowhere, is named alone.
    """

    counted = ngettext_lazy("%(count)s event", "%(count)s events", "count")

    class Kind(models.TextChoices):
        SIGNED_IN = "signed-in", _("Signed in")
        SIGN_IN_FAILED = "sign-in-failed", _("Sign-in failed")
        SIGNED_OUT = "signed-out", _("Signed out")
        SIGN_INS_ENDED = "sign-ins-ended", _("All sign-ins ended")
        TOKEN_MADE = "token-made", _("API token created")
        TOKEN_ENDED = "token-ended", _("API token revoked")
        TOKEN_SEEN = "token-seen", _("API token used from a new address")
        FACTOR_ADDED = "factor-added", _("Two-step sign-in set up")
        FACTOR_REMOVED = "factor-removed", _("Two-step sign-in removed")
        PASSWORD_CHANGED = "password-changed", _("Password changed")
        EMAIL_CHANGED = "email-changed", _("Email changed")
        ROLE_CHANGED = "role-changed", _("Role changed")
        INVITED = "invited", _("Invited")
        EXPORTED = "exported", _("Exported")
        REFUSED = "refused", _("Not allowed")

    kind = models.CharField(_("event"), max_length=20, choices=Kind)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        db_constraint=False,
        related_name="+",
        db_index=False,
    )
    name = Line(_("person"), max_length=150)
    # Who did it, where it was somebody else.
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    done_by_name = Line(_("by"), max_length=150, blank=True)
    detail = Line(_("details"), max_length=200, blank=True)
    address = Line(_("address"), max_length=45, blank=True)

    class Meta:
        constraints: ClassVar = [person_of_institution("security_event", "person")]
        indexes: ClassVar = [
            models.Index(fields=["institution", "-created_at"], name="security_event_by_time"),
            models.Index(fields=["person", "-created_at"], name="security_event_of_a_person"),
            models.Index(fields=["done_by", "kind", "-created_at"], name="security_event_by_doer"),
        ]
        triggers: ClassVar = [triggers.events_are_only_added_to]
        ordering: ClassVar = ["-created_at", "-id"]

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"
