"""Courses and their subjects, each declared once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from muster.core.errors import FieldError
from muster.core.resources import Derived, Field, Narrowing, Related, Resource, Retirement
from muster.courses.errors import NotACourseInstructor, SemestersInUse
from muster.courses.models import Course, GradeBand, GradingComponent, GradingScheme, Subject
from muster.courses.permissions import bands, components, courses, schemes, subjects
from muster.courses.queries import courses_in_full, schemes_in_full
from muster.institutions.access import Actor, teaching_memberships
from muster.institutions.models import Role
from muster.institutions.permissions import departments
from muster.institutions.queries import colleagues, person_named

INSTRUCTORS = Related(
    person_named,
    lambda actor: colleagues(actor, Role.INSTRUCTOR),
    name="full_name",
    words=lambda person: f"{person.full_name} ({person.email})",
)

SCHEME = Related(schemes.get_named, schemes.rows)


class GradingSchemes(Resource[GradingScheme]):
    """Grading schemes. Department administrators keep those of their department."""

    model, access = GradingScheme, schemes
    noun, plural = "scheme", "schemes"
    fields = (
        Field("name", listed="title", searched=True, sorted=True),
        Field(
            "department",
            called="dept_id",
            related=Related(departments.get_named, lambda actor: departments.rows(actor, "change")),
            empty=_("All departments"),
            bounds_reach=True,
            listed="meta",
            help=_("Who keeps it. Every course can use it."),
        ),
        Field("pass_percent", width="half", listed="hide", sorted=True),
        Field("grace_marks", width="half", help=_("Added where they make the difference, never after an absence.")),
        Field("decimals", width="half"),
        Field("rounding", width="half", note="half_up, half_even, down or up"),
        Field("counts_failed", help=_("They count with the points of the lowest grade.")),
        Derived("component_count", value=lambda scheme: len(scheme.parts), label=_("Components"), listed=""),
        Derived("band_count", value=lambda scheme: len(scheme.grades), label=_("Grades"), listed="hide"),
    )
    narrowings = (Narrowing("department", page="department", api="dept"),)
    order = ("name",)
    search_hint = _("Name")
    one_of_a_kind = {
        "one_scheme_for_each_name": (
            "name",
            _("Another grading scheme is already called %(name)s. Choose another name."),
        )
    }
    instead = _("Choose another scheme for them first.")

    title, none_yet = _("Grading schemes"), _("No grading schemes yet")
    about = _(
        "How marks become a grade: the parts that count, the letters and their points. Courses and subjects use it."
    )
    add_words, delete_words = _("Add grading scheme"), _("Delete grading scheme")

    def in_full(self, rows: QuerySet[GradingScheme]) -> QuerySet[GradingScheme]:
        return schemes_in_full(rows)

    def delete_text(self, row: GradingScheme) -> Sequence[Any]:
        return [gettext("No course or subject uses it. Its components and grades will also be deleted.")]


class GradingComponents(Resource[GradingComponent]):
    """The components of a grading scheme."""

    model, access = GradingComponent, components
    noun, plural = "component", "components"
    within = "scheme"
    fields = (
        Field("name", searched=True, sorted=True),
        Field("code", width="half", searched=True, sorted=True, help=_("Names it in files and in the API.")),
        Field("place", width="half", sorted=True, help=_("Its position among the components.")),
        Field("maximum", width="w2"),
        Field("minimum", width="w2", help=_("0 for none.")),
        Field("weight", width="w2"),
    )
    order = ("place", "code")
    one_of_a_kind = {
        "one_component_for_each_code": ("code", _("This scheme already has a component %(code)s. Choose another code."))
    }

    title = _("Components")
    add_words, delete_words = _("Add component"), _("Delete component")

    def problems(self, by: Actor, row: GradingComponent, wrong: set[str]) -> Iterator[FieldError]:
        if not wrong & {"maximum", "minimum"} and row.minimum > row.maximum:
            yield FieldError("minimum", gettext("The minimum can't be higher than the maximum."))


class GradeBands(Resource[GradeBand]):
    """The letter grades of a grading scheme."""

    model, access = GradeBand, bands
    noun, plural = "band", "bands"
    within = "scheme"
    fields = (
        Field("grade", width="w2", searched=True, sorted=True),
        Field("from_percent", width="w2", sorted=True),
        Field("points", width="w2", sorted=True),
    )
    order = ("-from_percent", "grade")
    one_of_a_kind = {
        "one_band_for_each_grade": ("grade", _("This scheme already has the grade %(grade)s. Edit it there."))
    }

    title = _("Grades")
    add_words, delete_words = _("Add grade"), _("Delete grade")


class Courses(Resource[Course]):
    """Courses. Department administrators keep those of their department."""

    model, access = Course, courses
    noun, plural = "course", "courses"
    fields = (
        Field(
            "title",
            called="course_title",
            section=_("Course"),
            width="w4",
            listed="title",
            heading=_("Course"),
            searched=True,
            sorted=True,
        ),
        Field(
            "code",
            help=_("Used to name batches, for example PYTHON-JAN-2030."),
            width="w2",
            listed="unseen",
            searched=True,
            sorted=True,
        ),
        Field("description", help=_("Shown in the catalog: what students learn, and what they need.")),
        Field("kind", note="short_course, qualification or degree", width="w3", listed="meta", sorted=True),
        Field(
            "department",
            aliases=("dept_id",),
            note="A department's id, also taken as dept_id",
            related=Related(departments.get_named, lambda actor: departments.rows(actor, "change")),
            empty=_("No department"),
            bounds_reach=True,
            width="w3",
            listed="meta",
        ),
        Field(
            "is_active",
            called="active",
            label=_("Offered"),
            help=_("Students can see offered courses. A course that isn't offered keeps its batches and students."),
            listed="status",
            heading=_("Status"),
        ),
        Field(
            "semesters",
            help=_("Enter 0 if it has none."),
            section=_("Teaching"),
            width="w2",
            listed="hide",
            show=lambda course: course.semesters or "–",
            sorted=True,
        ),
        Field("length_days", help=_("For students who study without a batch."), width="w2"),
        Field(
            "individual_study",
            help=_("Students can enroll themselves without a batch, and study at their own pace."),
            note="Whether students can enroll themselves without a batch",
        ),
        Field(
            "minimum_attendance_percent",
            help=_("Leave blank for your institution's minimum."),
            note="Null: the institution's minimum",
            width="w2",
        ),
        Field("default_capacity", help=_("Default seats for a new batch."), width="w2"),
        Field(
            "default_instructor",
            called="assigned_instructor",
            note="The id of the default instructor",
            help=_("Becomes the lead of a new batch unless you choose someone else."),
            related=INSTRUCTORS,
            empty=_("None"),
            width="w3",
            listed="hide",
        ),
        Field(
            "grading_scheme",
            related=SCHEME,
            empty=_("Marks and pass marks of each subject"),
            help=_("For subjects that don't have their own."),
            width="w3",
        ),
        Derived("batch_count", label=_("Current batches"), listed=""),
        Field("language", width="w3"),
        Field("required_skills", help=_("Separate with commas. Instructors with these skills are suggested first.")),
        Field(
            "teaching_styles",
            note="How it is taught, such as workshop or lecture",
            help=_("How it's taught, for example workshop or lecture. Separate with commas."),
        ),
        Field("price", section=_("Price"), width="w3"),
        Field("currency", note="Required with a price, such as USD", help=_("For example, USD."), width="w3"),
        Field(
            "certificate_attendance_percent",
            section=_("Certificate"),
            help=_("Leave blank to ask for none."),
            width="w2",
        ),
        Field("certificate_marks_percent", help=_("Over everything that was marked."), width="w2"),
        Field("certificate_progress_percent", help=_("As shown on the student's page."), width="w2"),
        Field("certificate_needs_results", help=_("A published result in each subject of the batch, none failed.")),
        Field("certificate_needs_payment", help=_("Nothing of the price is left to pay.")),
    )
    columns = ("title", "code", "kind", "department", "default_instructor", "semesters", "batch_count", "is_active")
    narrowings = (
        Narrowing("department", page="department", api="dept"),
        Narrowing("kind", page="kind", api="kind"),
        Narrowing("default_instructor", page="instructor", label=_("Instructor")),
    )
    order = ("title",)
    below, search_hint = "code", _("Title or code")
    one_of_a_kind = {
        "one_course_for_each_code": ("code", _("Another course already uses the code %(code)s. Choose another."))
    }
    instead = _("Deactivate it instead. It keeps them, but can't be chosen anymore.")
    retirement = Retirement(
        text=_("If you stop offering it, it keeps them, but students no longer see it."),
        already=_("It's already not offered."),
        button=_("Stop offering"),
        said=_("%(name)s is no longer offered."),
        states=(_("Offered"), _("Not offered")),
        keys=("offered", "not"),
    )

    title, none_yet = _("Courses"), _("No courses yet")
    about = _(
        "A course is what you teach: a short course, a qualification or a degree. Add one, then create batches of it."
    )
    add_words, delete_words = _("Add course"), _("Delete course")

    def in_full(self, rows: QuerySet[Course]) -> QuerySet[Course]:
        return courses_in_full(rows)

    def tidied(self, given: dict[str, Any]) -> dict[str, Any]:
        if given.get("currency"):
            given["currency"] = str(given["currency"]).strip().upper()
        for name in ("required_skills", "teaching_styles"):
            if given.get(name) is not None:
                # What is said twice is needed once; the order stays.
                given[name] = list(dict.fromkeys(said for word in given[name] if (said := word.strip())))
        return given

    def problems(self, by: Actor, row: Course, wrong: set[str]) -> Iterator[FieldError]:
        is_code = len(row.currency) == 3 and row.currency.isascii() and row.currency.isalpha()
        if "currency" in wrong:
            return
        if row.currency and not is_code:
            yield FieldError("currency", gettext("Enter a three-letter currency code, such as USD."))
        if row.price is not None and not row.currency:
            yield FieldError("currency", gettext("Enter the currency of the price, such as USD."))

    def settle(self, by: Actor, row: Course, changes: Mapping[str, Any], before: Mapping[str, Any]) -> None:
        teacher = changes.get("default_instructor")
        if teacher is not None and not teaching_memberships(teacher.pk, row.institution_id).exists():
            raise NotACourseInstructor
        if before and row.semesters < before["semesters"]:
            last = max(row.semesters, 1)
            later = row.subjects.filter(semester__gt=last).count()
            further = row.batches.filter(current_semester__gt=last, deleted_at__isnull=True).count()
            if later or further:
                raise SemestersInUse(row.semesters, later, further)

    def delete_text(self, row: Course) -> Sequence[Any]:
        text = [gettext("It never had a batch or a student.")]
        if number := row.subjects.count():
            going = ngettext(
                "Its %(count)d subject will also be deleted.", "Its %(count)d subjects will also be deleted.", number
            )
            text.append(going % {"count": number})
        return text


class Subjects(Resource[Subject]):
    """The subjects of a course."""

    model, access = Subject, subjects
    noun, plural = "subject", "subjects"
    within = "course"
    fields = (
        Field("title", searched=True, sorted=True),
        Field("code", width="half", searched=True, sorted=True),
        Field("semester", width="half", sorted=True),
        Field("credits", width="w2"),
        Field("maximum_marks", width="w2"),
        Field("pass_marks", width="w2"),
        Field("grading_scheme", related=SCHEME, empty=_("That of the course")),
    )
    narrowings = (Narrowing("semester", api="semester", most=100),)
    order = ("semester", "title")
    one_of_a_kind = {
        "one_subject_for_each_code": (
            "code",
            _("This course already has a subject with the code %(code)s. Choose another code."),
        ),
    }
    instead = _("Remove it from those first.")

    title = _("Subjects")
    add_words, delete_words = _("Add subject"), _("Delete subject")

    def problems(self, by: Actor, row: Subject, wrong: set[str]) -> Iterator[FieldError]:
        last = max(row.course.semesters, 1)
        if "semester" not in wrong and row.semester > last:
            several = gettext("The course only has %(last)d semesters.") % {"last": last}
            yield FieldError(
                "semester", several if last > 1 else gettext("The course has no more semesters, so this must be 1.")
            )
        if not wrong & {"maximum_marks", "pass_marks"} and row.pass_marks > row.maximum_marks:
            yield FieldError("pass_marks", gettext("Pass marks can't be higher than maximum marks."))


SCHEMES = GradingSchemes()
COMPONENTS = GradingComponents()
BANDS = GradeBands()
COURSES = Courses()
SUBJECTS = Subjects()
