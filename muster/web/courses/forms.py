"""Forms of courses and subjects, with fields named as in the API."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from muster.accounts.models import User
from muster.courses.models import Course
from muster.institutions.access import Actor
from muster.institutions.models import Department, Role
from muster.institutions.permissions import departments
from muster.institutions.queries import colleagues
from muster.web.institutions.forms.changing import Changing, same
from muster.web.ui.forms import Grid, Section, wide


class SkillsField(forms.CharField):
    """Words, separated by commas."""

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> Any:
        return [word.strip() for word in super().clean(value).split(",") if word.strip()]

    def has_changed(self, initial: Any, data: Any) -> bool:
        return [word.strip() for word in (data or "").split(",") if word.strip()] != list(initial or [])


class CourseForm(Changing):
    """A course, on one page."""

    course_title = forms.CharField(label=_("Title"), max_length=200)
    code = forms.CharField(
        label=_("Code"), max_length=30, help_text=_("Used to name batches, for example PYTHON-JAN-2030.")
    )
    kind = forms.ChoiceField(label=_("Kind"), choices=Course.Kind.choices, initial=Course.Kind.SHORT_COURSE)
    department = forms.ModelChoiceField(
        label=_("Department"), queryset=Department.objects.none(), required=False, empty_label=_("No department")
    )
    active = forms.BooleanField(
        label=_("Offered"),
        required=False,
        initial=True,
        help_text=_("Students can see offered courses. A course that isn't offered keeps its batches and students."),
    )
    semesters = forms.IntegerField(
        label=_("Semesters"), min_value=0, max_value=20, initial=0, help_text=_("Enter 0 if it has none.")
    )
    length_days = forms.IntegerField(
        label=_("Usual length (days)"),
        min_value=1,
        max_value=3660,
        initial=90,
        help_text=_("For students who study without a batch."),
    )
    default_capacity = forms.IntegerField(
        label=_("Usual capacity"),
        min_value=1,
        max_value=2_147_483_647,
        required=False,
        help_text=_("Default seats for a new batch."),
    )
    assigned_instructor = forms.ModelChoiceField(
        label=_("Default instructor"),
        queryset=User.objects.none(),
        required=False,
        empty_label=_("None"),
        help_text=_("Becomes the lead of a new batch unless you choose someone else."),
    )
    required_skills = SkillsField(
        label=_("Required skills"),
        max_length=2000,
        required=False,
        help_text=_("Separate with commas. Instructors with these skills are suggested first."),
    )
    teaching_styles = SkillsField(
        label=_("Teaching styles"),
        max_length=1300,
        required=False,
        help_text=_("How it's taught, for example workshop or lecture. Separate with commas."),
    )
    language = forms.CharField(label=_("Language"), max_length=35, required=False)
    price = forms.DecimalField(label=_("Price"), min_value=0, max_digits=12, decimal_places=2, required=False)
    currency = forms.CharField(label=_("Currency"), max_length=3, required=False, help_text=_("For example, USD."))

    attributes = {
        **same(
            "code",
            "kind",
            "department",
            "semesters",
            "length_days",
            "default_capacity",
            "required_skills",
            "teaching_styles",
            "language",
            "price",
            "currency",
        ),
        "course_title": "title",
        "assigned_instructor": "default_instructor",
        "active": "is_active",
    }
    layout = (
        Section(
            _("Course"),
            wide("course_title", "w4"),
            wide("code", "w2"),
            wide("kind", "w3"),
            wide("department", "w3"),
            "active",
        ),
        Section(
            _("Teaching"),
            wide("semesters", "w2"),
            wide("length_days", "w2"),
            wide("default_capacity", "w2"),
            wide("assigned_instructor", "w3"),
            wide("language", "w3"),
            "required_skills",
            "teaching_styles",
        ),
        Section(_("Price"), wide("price", "w3"), wide("currency", "w3")),
    )

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        department: Any = self.fields["department"]
        department.queryset = departments.rows(actor, "change")
        if not actor.is_admin:
            # A course out of their departments would be out of their reach.
            department.required, department.empty_label = True, None
        teacher: Any = self.fields["assigned_instructor"]
        teacher.queryset = colleagues(actor, Role.INSTRUCTOR)
        teacher.label_from_instance = lambda person: f"{person.full_name} ({person.email})"


class SubjectForm(Changing):
    """A subject of a course."""

    title = forms.CharField(label=_("Title"), max_length=200)
    code = forms.CharField(label=_("Code"), max_length=30)
    semester = forms.IntegerField(label=_("Semester"), min_value=1, max_value=20, initial=1)
    credits = forms.DecimalField(label=_("Credits"), min_value=0, max_digits=5, decimal_places=1, initial=0)
    maximum_marks = forms.IntegerField(label=_("Maximum marks"), min_value=1, max_value=32767, initial=100)
    pass_marks = forms.IntegerField(label=_("Pass marks"), min_value=0, max_value=32767, initial=50)

    attributes = same("title", "code", "semester", "credits", "maximum_marks", "pass_marks")
    layout = (
        Grid(
            "title",
            wide("code", "half"),
            wide("semester", "half"),
            wide("credits", "w2"),
            wide("maximum_marks", "w2"),
            wide("pass_marks", "w2"),
        ),
    )
