"""People of an institution: adding them, and the roles they hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from muster.accounts.models import User
from muster.core.database import atomic, lock_word, refused_as
from muster.core.errors import FieldError, Invalid
from muster.core.history import recorded
from muster.institutions.access import Actor
from muster.institutions.errors import BeyondOwnRights, EmailTaken, NumberTaken
from muster.institutions.models import Affiliation, Branch, Department, Membership, Role

ROLE_ALIASES = {"coorporate-student": Role.CORPORATE_STUDENT.value}


@dataclass(frozen=True)
class RoleGrant:
    """A role to give, narrowed to a branch or a department where it is so narrowed."""

    role: str
    branch: Branch | None = None
    department: Department | None = None


@dataclass(frozen=True)
class PersonPlan:
    """A person to add. Without a password they are invited to choose one."""

    full_name: str
    email: str
    roles: Sequence[RoleGrant]
    phone: str = ""
    password: str | None = None
    student_number: str = ""
    staff_number: str = ""


def problems_of_person(plan: PersonPlan) -> list[FieldError]:
    """Everything wrong with a person to add, at the API's field names."""
    found: list[FieldError] = []
    if not plan.full_name.strip():
        found.append(FieldError("full_name", _("A person has a name.")))
    elif len(plan.full_name) > 150:
        found.append(FieldError("full_name", _("The name is longer than 150 characters.")))
    try:
        validate_email(plan.email)
    except ValidationError:
        found.append(FieldError("email", _("Give an e-mail address such as name@example.org.")))
    if len(plan.phone) > 40:
        found.append(FieldError("phone", _("The phone number is longer than 40 characters.")))
    for name in ("student_number", "staff_number"):
        if len(getattr(plan, name)) > 40:
            found.append(FieldError(name, _("The number is longer than 40 characters.")))
    if plan.password is not None:
        try:
            validate_password(plan.password, User(full_name=plan.full_name, email=plan.email))
        except ValidationError as error:
            found.append(FieldError("password", " ".join(error.messages)))
    found += problems_of_roles(plan.roles)
    return found


def problems_of_roles(roles: Sequence[RoleGrant]) -> list[FieldError]:
    """Roles that do not exist, or that miss what they are narrowed to."""
    found: list[FieldError] = []
    if not roles:
        found.append(FieldError("role", _("Give at least one role.")))
    grantable = [role.value for role in Role if role != Role.SUPER_ADMIN]
    for grant in roles:
        if grant.role not in grantable:
            known = ", ".join(grantable)
            found.append(FieldError("role", _("The role is one of %(known)s.") % {"known": known}))
        if grant.role == Role.BRANCH_MANAGER and grant.branch is None:
            found.append(FieldError("branch_id", _("A branch manager needs a branch.")))
        if grant.role == Role.DEPT_ADMIN and grant.department is None:
            found.append(FieldError("department_id", _("A department administrator needs a department.")))
    return found


def must_grant(by: Actor, roles: Sequence[RoleGrant]) -> None:
    """Only administrators grant roles, which hold them all. Raises BeyondOwnRights."""
    if not by.is_admin:
        raise BeyondOwnRights


@atomic
def add_person(*, by: Actor, plan: PersonPlan) -> User:
    """Add a person to the institution with their roles. Somebody with a sign-in elsewhere keeps it.

    Locks on the e-mail. Raises Invalid naming every wrong field, EmailTaken, NumberTaken, BeyondOwnRights.
    """
    if found := problems_of_person(plan):
        raise Invalid.fields(found)
    must_grant(by, plan.roles)
    email = plan.email.strip().lower()
    lock_word("person", email)
    with (
        recorded(by, "add_person"),
        refused_as(
            one_user_for_each_email=lambda: EmailTaken(email),
            one_affiliation_for_each_institution=lambda: EmailTaken(email),
            one_student_for_each_number=lambda: NumberTaken("student_number", plan.student_number),
            one_colleague_for_each_number=lambda: NumberTaken("staff_number", plan.staff_number),
        ),
    ):
        user = User.objects.filter(email__iexact=email).first()
        if user is None:
            user = User.objects.create_user(
                email, plan.password, full_name=plan.full_name.strip(), phone=plan.phone.strip()
            )
        Affiliation.objects.create(
            institution=by.institution,
            user=user,
            student_number=plan.student_number.strip(),
            staff_number=plan.staff_number.strip(),
        )
        Membership.objects.bulk_create(
            Membership(
                institution=by.institution,
                user=user,
                role=grant.role,
                branch=grant.branch,
                department=grant.department,
                created_by=by.user,
            )
            for grant in plan.roles
        )
    return user
