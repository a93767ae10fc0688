"""People of an institution: adding, inviting, changing and deactivating them, and the roles they hold."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import replace
from typing import Literal
from uuid import UUID

from django.utils.translation import gettext as _

from muster.accounts.jobs import send_invitation, send_notice
from muster.accounts.models import User
from muster.accounts.names import guess_names
from muster.accounts.rules import change_email, end_sign_ins, set_password
from muster.core.database import atomic, lock_word, refused_as
from muster.core.errors import Invalid, Missing
from muster.core.history import recorded
from muster.core.isolation import across_institutions
from muster.institutions.access import Actor
from muster.institutions.errors import (
    AlreadyIn,
    BeyondOwnRights,
    EmailTaken,
    LastAdministrator,
    NotOwnPart,
    NotTheirsAlone,
    NumberTaken,
    OnlyOwnNameAndPhone,
    PersonDeactivated,
    StillBound,
)
from muster.institutions.models import (
    STUDENT_ROLES,
    Affiliation,
    Branch,
    Department,
    Institution,
    Membership,
    Role,
    SecurityEvent,
)
from muster.institutions.permissions import users
from muster.institutions.queries.people import admins_besides, duties_of, has_joined_others
from muster.institutions.rules.person_input import (
    AS_IT_IS,
    ROLE_ALIASES,
    PersonChange,
    PersonInput,
    RoleGrant,
    held_roles,
    problems_of_person,
)
from muster.institutions.security import note_event, note_limited

Kind = SecurityEvent.Kind

# What opens every institution of a person, and not this one alone.
OF_THE_SIGN_IN = ("email", "password")
# What of it stands in the security log.
NOTED = {Kind.EMAIL_CHANGED: "email", Kind.PASSWORD_CHANGED: "password", Kind.ROLE_CHANGED: "roles"}
# What everybody changes of themself.
OWN = frozenset({"full_name", "given_name", "family_name", "phone"})


def roles_changed(
    *,
    by: Actor,
    user: User,
    roles: Sequence[str] | None = None,
    branch: Branch | Literal["as it is"] | None = AS_IT_IS,
    department: Department | Literal["as it is"] | None = AS_IT_IS,
) -> list[RoleGrant]:
    """What a person is to hold when these roles (None: the same) shall be all, narrowed as given.

    A role that stays keeps what it is narrowed to where nothing else is given. Writes nothing.
    """
    held: dict[str, list[Membership]] = {}
    for membership in Membership.objects.filter(user=user, institution=by.institution).select_related(
        "branch", "department"
    ):
        held.setdefault(membership.role, []).append(membership)
    wanted = list(held) if roles is None else [ROLE_ALIASES.get(role, role) for role in roles]
    return [
        RoleGrant.narrow_to(
            role,
            membership.branch if branch == AS_IT_IS else branch,
            membership.department if department == AS_IT_IS else department,
        )
        for role in dict.fromkeys(wanted)
        # That one stands on the user and not in a membership; it goes out among the roles, so it may come back.
        if not (role == Role.SUPER_ADMIN and user.is_superuser)
        for membership in held.get(role) or [Membership(role=role)]
    ]


def grantable_roles(by: Actor, roles: Sequence[RoleGrant]) -> list[RoleGrant]:
    """The roles as the actor gives them: administrators any, managers that of a student of their own part.

    Who manages one part need not name it. Raises BeyondOwnRights; Invalid where none or several could be meant.
    """
    if by.is_admin:
        return list(roles)
    branches, departments = by.managed_branches, by.managed_departments
    if not (branches or departments) or any(one.role not in STUDENT_ROLES for one in roles):
        raise BeyondOwnRights
    return [_within(one, by, branches, departments) for one in roles]


def _within(role: RoleGrant, by: Actor, branches: Set[UUID], departments: Set[UUID]) -> RoleGrant:
    branch, department = role.branch, role.department
    if (branch and branch.pk in branches) or (department and department.pk in departments):
        return role
    # What is named is no part of the actor's, unless it is of another kind than theirs.
    if (branch and branches) or (department and departments):
        raise NotOwnPart("branch_id" if branch and branches else "department_id")
    if len(branches) + len(departments) > 1:
        field = "branch_id" if branches else "department_id"
        raise Invalid(_("Choose which of the parts that you manage the student belongs to."), field=field)
    if branches:
        branch = Branch.objects.get(institution=by.institution, pk__in=branches)
    else:
        department = Department.objects.get(institution=by.institution, pk__in=departments)
    return replace(role, branch=branch, department=department)


@atomic
def add_person(*, by: Actor, person: PersonInput) -> User:
    """Add a person to the institution with their roles.

    Whether the e-mail is known to another institution makes no difference here: its owner decides by the link that is
    sent to it whether the same sign-in opens both. A password given for an e-mail that signs in elsewhere opens
    nothing. Locks on the e-mail. Raises Invalid naming
    every wrong field, EmailTaken, PersonDeactivated, NumberTaken, BeyondOwnRights, NotOwnPart.
    """
    if found := problems_of_person(person, by=by):
        raise Invalid.fields(found)
    roles = grantable_roles(by, person.roles)
    email = person.email.strip().lower()
    given, family = person.given_name.strip(), person.family_name.strip()
    if not (given or family):
        given, family = guess_names(person.full_name.strip())
    if email:
        lock_word("person", email)
    with (
        recorded(by, "add_person"),
        refused_as(
            one_person_for_each_email=lambda: _email_taken(by, email),
            one_student_for_each_number=lambda: NumberTaken("student_number", person.student_number),
            one_colleague_for_each_number=lambda: NumberTaken("staff_number", person.staff_number),
        ),
    ):
        user = User.objects.create_user(
            email,
            person.password,
            full_name=person.full_name.strip(),
            given_name=given,
            family_name=family,
            phone=person.phone.strip(),
            home=by.institution.pk,
            signs_in=User.objects.sign_in_of(email) is None,
        )
        Affiliation.objects.create(
            institution=by.institution,
            user=user,
            student_number=person.student_number.strip(),
            staff_number=person.staff_number.strip(),
        )
        _grant(by, user, roles)
    if person.invite and email:
        _invite(by, user)
    return user


@atomic
def change_person(*, by: Actor, user: User, change: PersonChange) -> User:
    """Change a person of the institution: administrators everything, everybody their own name and phone.

    Of somebody who joined another institution with the same sign-in, e-mail and password are their own.

    Locks the new e-mail; the institution where roles or activity change, so that two administrators cannot demote
    each other; then the person. What is given as it already is counts as no change. Raises Invalid naming every wrong
    field, Missing, BeyondOwnRights, OnlyOwnNameAndPhone, NotTheirsAlone, LastAdministrator, StillBound, EmailTaken,
    NumberTaken.
    """
    if change.email:
        lock_word("person", change.email.strip().lower())
    if change.roles is not None or change.active is not None:
        _lock_roles(by)
    person, here = _lock_person(by, user)
    changed = _differences(by, person, here, change)
    _must_change(by, person, changed)
    if found := problems_of_person(change, by=by, known_as=person):
        raise Invalid.fields(found)
    if "roles" in changed:
        _must_lose_roles(by, person, here, change.roles or ())
    with (
        recorded(by, "change_person"),
        refused_as(
            one_person_for_each_email=lambda: EmailTaken(str(change.email)),
            one_student_for_each_number=lambda: NumberTaken("student_number", str(change.student_number)),
            one_colleague_for_each_number=lambda: NumberTaken("staff_number", str(change.staff_number)),
            institution_keeps_an_administrator=lambda: LastAdministrator("role"),
        ),
    ):
        if "full_name" in changed and guess_names(person.full_name) == (person.given_name, person.family_name):
            # Nobody corrected them, so they follow.
            person.given_name, person.family_name = guess_names(str(change.full_name).strip())
        for field in changed & OWN:
            setattr(person, field, getattr(change, field).strip())
        if changed & OWN:
            person.save(update_fields=["full_name", "given_name", "family_name", "phone", "updated_at"])
        if change.email is not None and "email" in changed:
            before = person.email
            had_come_in = person.has_come_in
            change_email(user=person, email=change.email.strip().lower())
            if had_come_in and before:
                send_notice.defer(user_id=str(person.pk), kind="email_changed", place=_place(by), to=before)
            if person.email:
                _invite(by, person)
        if change.password is not None and "password" in changed:
            set_password(user=person, password=change.password, by=by)
            _tell(by, person, "password_given")
        if changed & {"student_number", "staff_number"}:
            for field in changed & {"student_number", "staff_number"}:
                setattr(here, field, getattr(change, field).strip())
            here.save(update_fields=["student_number", "staff_number", "updated_at"])
        if change.roles is not None and "roles" in changed:
            _regrant(by, person, change.roles)
            _tell(by, person, "role_changed")
        for kind, what in NOTED.items():
            if what in changed:
                note_event(by=by, kind=kind, person=person, detail=_roles_of(change) if what == "roles" else "")
    if "active" in changed:
        (_reactivate if change.active else _deactivate)(by, person, here)
    return person


@atomic
def deactivate_person(*, by: Actor, user: User) -> User:
    """End a person's access to the institution, and to everything when they belong nowhere else.

    Repeating changes nothing. Locks the institution, then the person. Raises Missing, BeyondOwnRights,
    LastAdministrator, StillBound.
    """
    return change_person(by=by, user=user, change=PersonChange(active=False))


@atomic
def end_sign_ins_here(*, by: Actor, user: User) -> None:
    """End every session of the person that works here, their API tokens and calendar links here, for good.

    The database ends the latter two with the round. Who signs in to this institution alone is signed out everywhere.
    Raises BeyondOwnRights, Missing.
    """
    if not by.is_admin:
        raise BeyondOwnRights
    person, here = _lock_person(by, user)
    with recorded(by, "end_sign_ins"):
        here.sign_in_round += 1
        here.save(update_fields=["sign_in_round", "updated_at"])
        if not has_joined_others(person):
            end_sign_ins(user=person)
        note_event(by=by, kind=Kind.SIGN_INS_ENDED, person=person)
        _tell(by, person, "sign_ins_ended")


@atomic
def invite_again(*, by: Actor, user: User) -> None:
    """Send the invitation once more; links sent before stay good until one is used.

    Raises AlreadyIn, Forbidden, Missing, Invalid.
    """
    users.must_reach(by, "invite", user)
    person, here = _lock_person(by, user)
    if person.accepted_at:
        raise AlreadyIn(person.full_name)
    if not person.email:
        raise Invalid(_("%(name)s has no email. Add one first.") % {"name": person.full_name}, field="email")
    if not (here.is_active and person.is_active):
        raise Invalid(_("%(name)s deactivated. Reactivate them first.") % {"name": person.full_name})
    _invite(by, person)


def _email_taken(by: Actor, email: str) -> EmailTaken | PersonDeactivated:
    gone = Affiliation.objects.filter(institution=by.institution, user__email__iexact=email, is_active=False)
    return PersonDeactivated(email) if gone.exists() else EmailTaken(email)


def _lock_roles(by: Actor) -> None:
    Institution.objects.select_for_update(no_key=True).get(pk=by.institution.pk)


def _lock_person(by: Actor, user: User) -> tuple[User, Affiliation]:
    person = User.objects.select_for_update(no_key=True).filter(pk=user.pk).first()
    here = (
        Affiliation.objects.select_for_update(no_key=True).filter(institution=by.institution, user_id=user.pk).first()
    )
    if person is None or here is None:
        raise Missing
    return person, here


def _differences(by: Actor, person: User, here: Affiliation, change: PersonChange) -> set[str]:
    """The names of what would become different."""
    now = {
        **{name: getattr(person, name) for name in (*OWN, "email")},
        "student_number": here.student_number,
        "staff_number": here.staff_number,
    }
    given = {name: getattr(change, name) for name in now}
    changed = {
        name
        for name, text in given.items()
        if text is not None and (text.strip().lower() if name == "email" else text.strip()) != now[name]
    }
    if change.password is not None:
        changed.add("password")
    if change.roles is not None and {grant.place for grant in change.roles} != set(held_roles(by, person)):
        changed.add("roles")
    if change.active is not None and change.active != (here.is_active and person.is_active):
        changed.add("active")
    return changed


def _must_change(by: Actor, person: User, changed: set[str]) -> None:
    """Whether this actor may change these things of this person."""
    own = by.user is not None and by.user.pk == person.pk
    if not by.is_admin:
        if "roles" in changed:
            raise BeyondOwnRights
        if beyond := sorted(changed - OWN):
            raise OnlyOwnNameAndPhone(beyond[0])
        return
    if own and "password" in changed:
        raise Invalid(_("Change your own password on your profile page."), field="password")
    # Otherwise an administrator of one institution could take over a sign-in that opens another.
    theirs = sorted(changed & set(OF_THE_SIGN_IN))
    if theirs and not by.is_any(Role.SUPER_ADMIN) and (person.is_superuser or has_joined_others(person)):
        raise NotTheirsAlone(theirs[0])


def _must_lose_roles(by: Actor, person: User, here: Affiliation, roles: Sequence[RoleGrant]) -> None:
    """Whether the person may lose what they hold and would not hold any more."""
    lost = {role for role, _branch, _department in held_roles(by, person)} - {grant.role for grant in roles}
    if Role.ADMIN in lost and here.is_active and not admins_besides(by.institution, person):
        raise LastAdministrator("role")
    stays_student = any(grant.role in STUDENT_ROLES for grant in roles)
    teaches, learns = Role.INSTRUCTOR in lost, not stays_student and not lost.isdisjoint(STUDENT_ROLES)
    if here.is_active and (teaches or learns):
        _must_be_free(by, person, teaches=teaches, learns=learns, field="role")


def _must_be_free(by: Actor, person: User, *, teaches: bool, learns: bool, field: str) -> None:
    duties = duties_of(by, person)
    led, enrolled = teaches * duties.batches_led, learns * duties.enrollments
    if led or enrolled:
        raise StillBound(person.full_name, batches_led=led, enrollments=enrolled, field=field)


def _deactivate(by: Actor, person: User, here: Affiliation) -> None:
    administers = Role.ADMIN in {role for role, _branch, _department in held_roles(by, person)}
    if administers and not admins_besides(by.institution, person):
        raise LastAdministrator("active")
    _must_be_free(by, person, teaches=True, learns=True, field="active")
    with (
        recorded(by, "deactivate_person"),
        refused_as(institution_keeps_an_administrator=lambda: LastAdministrator("active")),
    ):
        here.is_active = False
        here.save(update_fields=["is_active", "updated_at"])
        _settle_activity(person)


def _reactivate(by: Actor, person: User, here: Affiliation) -> None:
    with recorded(by, "reactivate_person"):
        here.is_active = True
        here.save(update_fields=["is_active", "updated_at"])
        _settle_activity(person)


@across_institutions("who signs in is active as long as one institution says so")
def _settle_activity(person: User) -> None:
    """A person is active where their institution says so; who signs in for several, as long as one of them does."""
    behind = User.objects.behind(person).filter(is_superuser=False)
    active = set(behind.filter(affiliations__is_active=True).values_list("pk", flat=True))
    for one in behind.select_for_update(no_key=True, of=("self",)).order_by("pk"):
        is_active = one.pk in active or (one.account_id is None and bool(active))
        if one.is_active != is_active:
            one.is_active = is_active
            one.save(update_fields=["is_active", "updated_at"])
            if one.pk == person.pk:
                person.is_active = is_active


def _regrant(by: Actor, person: User, roles: Sequence[RoleGrant]) -> None:
    wanted = {grant.place: grant for grant in roles}
    lost = []
    for membership in Membership.objects.filter(institution=by.institution, user=person):
        place = (membership.role, membership.branch_id, membership.department_id)
        if place in wanted:
            del wanted[place]
        else:
            lost.append(membership)
    # What is new comes first: the database ends what hangs on a role as soon as nobody grants it any more.
    _grant(by, person, list(wanted.values()))
    for membership in lost:
        membership.delete()


def _grant(by: Actor, person: User, roles: Sequence[RoleGrant]) -> None:
    Membership.objects.bulk_create(
        Membership(
            institution=by.institution,
            user=person,
            role=grant.role,
            branch=grant.branch,
            department=grant.department,
            created_by=by.user,
        )
        for grant in {grant.place: grant for grant in roles}.values()
    )


def _invite(by: Actor, person: User) -> None:
    note_limited(by=by, kind=Kind.INVITED, person=person)
    # Written in this transaction, so the worker sees it after the commit, or never.
    send_invitation.defer(user_id=str(person.pk), place=_place(by), invited_by=by.user.full_name if by.user else "")


def _tell(by: Actor, person: User, kind: str, *, to: str = "") -> None:
    """Tell whoever has come in what somebody else changed about their sign-in, at the e-mail they had by then."""
    if person.has_come_in and (by.user is None or by.user.pk != person.pk):
        send_notice.defer(user_id=str(person.pk), kind=kind, place=_place(by), to=to or person.email)


def _roles_of(change: PersonChange) -> str:
    return ", ".join(str(Role(grant.role).label) for grant in change.roles or ())


def _place(by: Actor) -> dict[str, str]:
    return {"id": str(by.institution.pk), "name": by.institution.name}
