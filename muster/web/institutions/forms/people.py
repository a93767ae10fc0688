"""Forms of people, their roles, tokens, and the first run."""

from __future__ import annotations

from typing import Any

from allauth.account.fields import SetPasswordField
from django import forms
from django.utils.translation import gettext_lazy as _

from muster.accounts.models import User
from muster.institutions import rules
from muster.institutions.access import Actor
from muster.institutions.models import STUDENT_ROLES, Branch, Department, Role, TokenScope
from muster.institutions.permissions import branches, departments
from muster.institutions.resources import zone_choices
from muster.institutions.rules.person_input import GRANTABLE
from muster.web.ui.forms import Form, FormSection, Grid, wide

ROLES = FormSection(_("Roles"), "role", wide("branch_id", "w3"), wide("department_id", "w3"))
# What somebody manages beyond the first: the field, the one of the first, the role, and its place.
MORE = (
    ("more_branches", "branch_id", Role.BRANCH_MANAGER, "branch"),
    ("more_departments", "department_id", Role.DEPT_ADMIN, "department"),
)
PLAIN_FIELDS = ("full_name", "given_name", "family_name", "email", "phone", "student_number", "staff_number")


class PersonForm(Form):
    """A person and the roles they hold here; fields are named as in the API."""

    full_name = forms.CharField(label=_("Name"), max_length=150)
    given_name = forms.CharField(
        label=_("Given name"), max_length=150, required=False, help_text=_("Taken from the name if blank.")
    )
    family_name = forms.CharField(
        label=_("Family name"), max_length=150, required=False, help_text=_("For sorting and rosters.")
    )
    email = forms.EmailField(
        label=_("Email"),
        max_length=254,
        required=False,
        help_text=_("Used to sign in. Optional for students, who can't sign in without one."),
    )
    phone = forms.CharField(label=_("Phone"), max_length=40, required=False)
    student_number = forms.CharField(label=_("Student number"), max_length=40, required=False)
    staff_number = forms.CharField(label=_("Staff number"), max_length=40, required=False)
    role = forms.MultipleChoiceField(
        label=_("Roles"),
        choices=[(role.value, role.label) for role in Role if role.value in GRANTABLE],
        widget=forms.CheckboxSelectMultiple,
    )
    branch_id = forms.ModelChoiceField(
        Branch.objects.none(),
        label=_("Branch"),
        required=False,
        empty_label=_("Whole institution"),
        help_text=_("Required for branch managers. Optional for instructors and students."),
    )
    department_id = forms.ModelChoiceField(
        Department.objects.none(),
        label=_("Department"),
        required=False,
        empty_label=_("None"),
        help_text=_("Required for department administrators. Optional for instructors and students."),
    )
    more_branches = forms.ModelMultipleChoiceField(
        Branch.objects.none(),
        label=_("Also manages these branches"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    more_departments = forms.ModelMultipleChoiceField(
        Department.objects.none(),
        label=_("Also administers these departments"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    layout: tuple[Any, ...] = (
        FormSection(
            _("Person"),
            wide("full_name", "w3"),
            wide("email", "w3"),
            wide("given_name", "w3"),
            wide("family_name", "w3"),
            wide("phone", "w2"),
            wide("student_number", "w2"),
            wide("staff_number", "w2"),
        ),
        ROLES,
        FormSection(_("More than one branch or department"), "more_branches", "more_departments"),
    )

    def __init__(self, *args: Any, by: Actor, person: User | None = None, **kwargs: Any) -> None:
        self.by, self.person = by, person
        if person is not None:
            kwargs["initial"] = {**_initial_of(person), **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)
        for name in ("branch_id", "more_branches"):
            self._choices(name).queryset = branches.rows(by)
        for name in ("department_id", "more_departments"):
            self._choices(name).queryset = departments.rows(by)
        if not by.is_admin:
            self._offer_students()

    def _offer_students(self) -> None:
        """Leave what a manager gives: a student's role, in a part of their own. One that is the only one is chosen."""
        self.fields["role"].choices = [(role.value, role.label) for role in STUDENT_ROLES]  # type: ignore[attr-defined]
        self.initial["role"] = [role for role in self.initial.get("role") or () if role in STUDENT_ROLES] or ["student"]
        for name in ("staff_number", "more_branches", "more_departments"):
            del self.fields[name]
        names = [name for name in PLAIN_FIELDS if name in self.fields]
        self.layout = (FormSection(_("Student"), *(wide(name, "w3") for name in names)), ROLES)
        own = {"branch_id": self.by.managed_branches, "department_id": self.by.managed_departments}
        for name, parts in own.items():
            field = self._choices(name)
            field.help_text = ""
            if parts:
                field.queryset = field.queryset.filter(pk__in=parts)
                field.required = not any(others for other, others in own.items() if other != name)
            if len(parts) == 1 and field.required:
                self.initial.setdefault(name, next(iter(parts)))

    def _choices(self, name: str) -> Any:
        return self.fields[name]

    def to_input(self) -> rules.PersonInput:
        """The person to add."""
        found = self.cleaned_data
        return rules.PersonInput(
            **{name: found[name] for name in PLAIN_FIELDS if name in found},
            roles=self._with_more(
                [rules.RoleGrant.narrow_to(role, found["branch_id"], found["department_id"]) for role in found["role"]]
            ),
            invite=True,
        )

    def _with_more(self, roles: list[rules.RoleGrant]) -> list[rules.RoleGrant]:
        """The roles with all that somebody manages, not the first branch or department alone."""
        found = self.cleaned_data
        for more, first, role, place in MORE:
            if more in found and role in found["role"]:
                others = [one for one in roles if one.role != role]
                places = dict.fromkeys([*filter(None, [found[first]]), *found[more]])
                roles = others + (
                    [rules.RoleGrant(role.value, **{place: one}) for one in places] or [rules.RoleGrant(role.value)]
                )
        return roles

    def change(self, person: User) -> rules.PersonChange:
        """What was changed of the person. Branch and department touch the roles only where they were changed."""
        found, changed = self.cleaned_data, set(self.changed_data)
        texts = changed & set(PLAIN_FIELDS)
        roles = None
        if changed & {"role", "branch_id", "department_id", "more_branches", "more_departments"}:
            narrowed = {name: found[f"{name}_id"] for name in ("branch", "department") if f"{name}_id" in changed}
            roles = self._with_more(rules.roles_changed(by=self.by, user=person, roles=found["role"], **narrowed))
        return rules.PersonChange(**{name: found[name] for name in texts}, roles=roles)


def _initial_of(person: User) -> dict[str, Any]:
    held: list[dict[str, Any]] = person.held  # type: ignore[attr-defined]
    return {
        "full_name": person.full_name,
        "given_name": person.given_name,
        "family_name": person.family_name,
        "email": person.email,
        "phone": person.phone,
        "student_number": person.student_number,  # type: ignore[attr-defined]
        "staff_number": person.staff_number,  # type: ignore[attr-defined]
        "role": [one["role"] for one in held],
        **{more: [one[first] for one in held if one["role"] == role][1:] for more, first, role, _place in MORE},
        "branch_id": next((one["branch_id"] for one in held if one["branch_id"]), None),
        "department_id": next((one["department_id"] for one in held if one["department_id"]), None),
    }


class AccountForm(Form):
    """What everybody may change of themself."""

    full_name = forms.CharField(label=_("Name"), max_length=150)
    given_name = forms.CharField(label=_("Given name"), max_length=150, required=False)
    family_name = forms.CharField(label=_("Family name"), max_length=150, required=False)
    phone = forms.CharField(label=_("Phone"), max_length=40, required=False)
    layout = (Grid(*(wide(name, "w3") for name in ("full_name", "phone", "given_name", "family_name"))),)


class TokenForm(Form):
    """A new API token."""

    name = forms.CharField(
        label=_("Name"), max_length=100, help_text=_("What will use it, for example “Timetable screen, main hall”.")
    )
    expires_at = forms.DateField(label=_("Last day"))
    read_only = forms.BooleanField(
        label=_("Read only"), required=False, help_text=_("The program can look, and change nothing.")
    )
    scopes = forms.MultipleChoiceField(
        label=_("What it's for"),
        choices=TokenScope,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Choose none for everything that you can do."),
    )
    layout = (Grid(wide("name", "w4"), wide("expires_at", "w2")), "read_only", "scopes")


class FirstRunForm(Form):
    """The institution and its first administrator."""

    institution = forms.CharField(label=_("Institution name"), max_length=150)
    time_zone = forms.ChoiceField(
        label=_("Time zone"), choices=zone_choices, initial="UTC", help_text=_("Where its sessions are held.")
    )
    full_name = forms.CharField(label=_("Your name"), max_length=150)
    email = forms.EmailField(label=_("Your email"), max_length=254, help_text=_("Used to sign in."))
    password = SetPasswordField(label=_("Password"))
    demo = forms.BooleanField(
        label=_("Add demo data to explore"), required=False, help_text=_("You can delete it later.")
    )

    layout = (
        FormSection(_("Institution"), wide("institution", "w3"), wide("time_zone", "w3")),
        FormSection(
            _("First administrator"), wide("full_name", "w3"), wide("email", "w3"), wide("password", "w3"), "demo"
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].user = User()  # type: ignore[attr-defined]
