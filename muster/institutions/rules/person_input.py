"""What is said of a person who is added or changed, and everything that is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from muster.accounts.models import User
from muster.core.errors import FieldError, HasNul
from muster.institutions.access import Actor
from muster.institutions.models import STUDENT_ROLES, Branch, Department, Membership, Role

ROLE_ALIASES = {"coorporate-student": Role.CORPORATE_STUDENT.value}
GRANTABLE = tuple(role.value for role in Role if role != Role.SUPER_ADMIN)
# What a role is narrowed to where a branch or a department is given; the others are of the whole institution.
OF_A_BRANCH = (Role.BRANCH_MANAGER, Role.INSTRUCTOR, *STUDENT_ROLES)
OF_A_DEPARTMENT = (Role.DEPT_ADMIN, Role.INSTRUCTOR, *STUDENT_ROLES)
AS_IT_IS: Final = "as it is"
TEXTS = ("full_name", "given_name", "family_name", "email", "phone", "student_number", "staff_number")


@dataclass(frozen=True)
class RoleGrant:
    """A role to give, narrowed to a branch or a department where it is so narrowed."""

    role: str
    branch: Branch | None = None
    department: Department | None = None

    @classmethod
    def narrow_to(cls, role: str, branch: Branch | None = None, department: Department | None = None) -> RoleGrant:
        """The role with as much of branch and department as this role can be narrowed by."""
        role = ROLE_ALIASES.get(role, role)
        return cls(
            role,
            branch if role in OF_A_BRANCH else None,
            department if role in OF_A_DEPARTMENT else None,
        )

    @property
    def place(self) -> tuple[str, object, object]:
        return self.role, self.branch and self.branch.pk, self.department and self.department.pk


@dataclass(frozen=True)
class PersonInput:
    """A person to add. With `invite` they get a mail by which they choose a password."""

    full_name: str
    # Students may have none, and then no sign-in.
    email: str
    roles: Sequence[RoleGrant]
    phone: str = ""
    # Guessed from the name in full where neither is given.
    given_name: str = ""
    family_name: str = ""
    password: str | None = None
    student_number: str = ""
    staff_number: str = ""
    invite: bool = False
    # Somebody from outside, such as the contact of an organisation, who holds no role.
    is_guest: bool = False


@dataclass(frozen=True)
class PersonChange:
    """What is to be different about a person; None leaves it as it is."""

    full_name: str | None = None
    given_name: str | None = None
    family_name: str | None = None
    email: str | None = None
    phone: str | None = None
    password: str | None = None
    student_number: str | None = None
    staff_number: str | None = None
    roles: Sequence[RoleGrant] | None = None
    active: bool | None = None


def problems_of_person(
    plan: PersonInput | PersonChange, *, by: Actor, known_as: User | None = None
) -> list[FieldError]:
    """Everything wrong with a person to add or change, at the API's field names."""
    found: list[FieldError] = []
    name, email = plan.full_name, plan.email
    if name is not None and not name.strip():
        found.append(FieldError("full_name", _("Enter a name.")))
    elif name is not None and len(name) > 150:
        found.append(FieldError("full_name", _("Keep the name to 150 characters or fewer.")))
    if email is not None and email.strip():
        found += problems_of_email(email)
    for part in ("given_name", "family_name"):
        if len(getattr(plan, part) or "") > 150:
            found.append(FieldError(part, _("Keep the name to 150 characters or fewer.")))
    if len(plan.phone or "") > 40:
        found.append(FieldError("phone", _("Keep the phone number to 40 characters or fewer.")))
    for number in ("student_number", "staff_number"):
        if len(getattr(plan, number) or "") > 40:
            found.append(FieldError(number, _("Keep the number to 40 characters or fewer.")))
    for field in (*TEXTS, "password"):
        found += HasNul.at(field, getattr(plan, field))
    if plan.password is not None:
        person = User(
            full_name=name if name is not None else known_as.full_name if known_as else "",
            email=email if email is not None else known_as.email if known_as else "",
            home=by.institution.pk,
        )
        found += problems_of_password(plan.password, person)
    if plan.roles is not None and not getattr(plan, "is_guest", False):
        found += problems_of_roles(plan.roles)
    if not found:
        found += _problems_without_email(plan, by=by, known_as=known_as)
    return found


def _problems_without_email(
    plan: PersonInput | PersonChange, *, by: Actor, known_as: User | None
) -> Iterator[FieldError]:
    """What a person without an email cannot have: a role of the staff, and a password."""
    email = plan.email if plan.email is not None else known_as.email if known_as else ""
    if email.strip():
        return
    roles = {grant.role for grant in plan.roles or ()}
    if plan.roles is None and known_as is not None:
        roles = {role for role, _branch, _department in held_roles(by, known_as)}
    if not roles <= set(STUDENT_ROLES):
        yield FieldError("email", _("Enter an email. Only students can do without one."))
    elif plan.password is not None:
        yield FieldError("password", _("A password needs an email to sign in with. Add an email first."))


def problems_of_email(email: str) -> list[FieldError]:
    """What keeps this from being an e-mail address."""
    try:
        validate_email(email.strip())
    except ValidationError:
        return [FieldError("email", _("Enter an email address, such as name@example.org."))]
    if len(email.strip()) > 254:
        return [FieldError("email", _("Keep the email to 254 characters or fewer."))]
    return []


def problems_of_password(password: str, person: User) -> list[FieldError]:
    """What makes this too weak a password for the person."""
    try:
        validate_password(password, person)
    except ValidationError as error:
        return [FieldError("password", " ".join(error.messages))]
    if len(password) > 256:
        return [FieldError("password", _("Keep the password to 256 characters or fewer."))]
    return []


def problems_of_roles(roles: Sequence[RoleGrant]) -> list[FieldError]:
    """Roles that do not exist, or that miss what they are narrowed to."""
    found: list[FieldError] = []
    if not roles:
        found.append(FieldError("role", _("Choose at least one role.")))
    for grant in roles:
        if grant.role not in GRANTABLE:
            found.append(
                FieldError("role", _("Choose one of these roles: %(known)s.") % {"known": ", ".join(GRANTABLE)})
            )
        if grant.role == Role.BRANCH_MANAGER and grant.branch is None:
            found.append(FieldError("branch_id", _("Choose a branch for the branch manager.")))
        if grant.role == Role.DEPT_ADMIN and grant.department is None:
            found.append(FieldError("department_id", _("Choose a department for the department administrator.")))
    return found


def held_roles(by: Actor, person: User) -> list[tuple[str, object, object]]:
    """The roles that the person has here, each with its branch and department."""
    return list(
        Membership.objects.filter(institution=by.institution, user=person).values_list(
            "role", "branch_id", "department_id"
        )
    )
