"""People of the institution: listing, adding, changing, deactivating, inviting again."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from ninja import Field, File, Query
from ninja.files import UploadedFile
from pydantic import StrictBool
from typing_extensions import TypedDict

from muster.accounts.models import User
from muster.allocation.rules import change_person, deactivate_person
from muster.api.kit import (
    Door,
    In,
    Paging,
    Stamped,
    answer,
    must_send,
    page_of,
    request_actor,
    request_object,
    stamp,
)
from muster.api.kit.downloads import response_of
from muster.api.photos import photo_url
from muster.core.errors import Invalid, Missing
from muster.core.files import attachment
from muster.core.permissions import SIGNED_IN, as_id
from muster.institutions import rules
from muster.institutions.access import Actor
from muster.institutions.models import Branch, Department, Role
from muster.institutions.permissions import branches, departments, users
from muster.institutions.queries import PeopleFilter, people_in_full
from muster.institutions.rules.person_input import ROLE_ALIASES, TEXTS
from muster.people.permissions import person_seen

router = Door()

COLUMNS = {
    "full_name": "full_name",
    "email": "email",
    "student_number": "student_number",
    "staff_number": "staff_number",
}


class MembershipIn(In):
    """A role, narrowed to a branch or a department where it is so narrowed."""

    role: str = Field(max_length=40)
    branch_id: str | None = Field(None, max_length=60)
    department_id: str | None = Field(None, max_length=60)


class UserIn(In):
    """A person, whole or in part. What is sent is taken; what is not sent stays."""

    full_name: str | None = None
    given_name: str | None = Field(None, description="Guessed from the full name when neither is sent")
    family_name: str | None = None
    email: str | None = Field(None, description="Optional for students, who then have no sign-in")
    role: list[str] | None = Field(None, description="All of the person's roles in this institution")
    memberships: list[MembershipIn] | None = Field(
        None, max_length=50, description="All of the person's roles with their places, instead of the three below"
    )
    phone: str | None = None
    branch_id: str | None = Field(None, description="Limits the roles that can be limited")
    department_id: str | None = None
    password: str | None = Field(None, description="One to begin with; they are invited in any case")
    student_number: str | None = None
    staff_number: str | None = None
    active: StrictBool | None = None


class NewUserIn(UserIn):
    """A person to add, with `role` or `memberships`."""

    model_config = must_send("full_name")


class UserQuery(Paging):
    """The filters of the list of people."""

    role: str = Field("", description="One or more, separated by commas")
    branch: str = ""
    department: str = ""
    active: bool | None = Field(None, description="Both when absent")

    def filter(self) -> PeopleFilter:
        """The filter, with ids and roles read. Raises Invalid at the field that is none."""
        ids = {}
        for name in ("branch", "department"):
            if text := getattr(self, name):
                if (key := as_id(text)) is None:
                    raise Invalid(_("Nothing has this id."), field=name)
                ids[name] = key
        roles = [ROLE_ALIASES.get(word.strip(), word.strip()) for word in self.role.split(",") if word.strip()]
        if unknown := sorted(set(roles) - set(Role.values)):
            raise Invalid(_("The role %(word)s doesn't exist.") % {"word": unknown[0]}, field="role")
        return PeopleFilter(roles=roles, active=self.active, q=self.q.strip(), **ids)


class RoleOut(TypedDict):
    """A role, narrowed to a branch or a department where it is so narrowed."""

    role: str
    branch_id: str | None
    branch: str | None
    department_id: str | None
    department: str | None


class UserOut(Stamped):
    """A person with the roles held here; `invited` until they have chosen a password."""

    full_name: str
    given_name: str
    family_name: str
    email: str | None
    phone: str
    role: list[str]
    branch_id: str | None
    department_id: str | None
    memberships: list[RoleOut]
    student_number: str
    staff_number: str
    active: bool
    invited: bool
    photo_url: str | None


def user_json(user: User) -> UserOut:
    """A person who came through `people_in_full`."""
    held: list[RoleOut] = user.held  # type: ignore[attr-defined]
    roles = list(dict.fromkeys(one["role"] for one in held))
    return {
        **stamp(user),
        "full_name": user.full_name,
        "given_name": user.given_name,
        "family_name": user.family_name,
        "email": user.email or None,
        "phone": user.phone,
        "role": [Role.SUPER_ADMIN.value, *roles] if user.is_superuser else roles,
        "branch_id": next((one["branch_id"] for one in held if one["branch_id"]), None),
        "department_id": next((one["department_id"] for one in held if one["department_id"]), None),
        "memberships": held,
        "student_number": user.student_number,  # type: ignore[attr-defined]
        "staff_number": user.staff_number,  # type: ignore[attr-defined]
        "active": user.active,  # type: ignore[attr-defined]
        "invited": user.awaited,  # type: ignore[attr-defined]
        "photo_url": photo_url(user.pk, user.photo.name),
    }


def _in_full(actor: Actor) -> Any:
    return people_in_full(actor.institution)


def _user_out(request: HttpRequest, user: User) -> UserOut:
    return user_json(_in_full(request_actor(request)).get(pk=user.pk))


def _branch(actor: Actor, body: UserIn | MembershipIn, within: str = "") -> Branch | None:
    return branches.get_named(actor, body.branch_id, f"{within}branch_id") if body.branch_id else None


def _department(actor: Actor, body: UserIn | MembershipIn, within: str = "") -> Department | None:
    return departments.get_named(actor, body.department_id, f"{within}department_id") if body.department_id else None


def _memberships(actor: Actor, body: UserIn) -> list[rules.RoleGrant]:
    """The roles that the body names one by one, as for somebody who manages two branches.

    What it names beside them is not used, and must be there all the same.
    """
    _branch(actor, body), _department(actor, body)
    return [
        rules.RoleGrant.narrow_to(one.role, _branch(actor, one, at), _department(actor, one, at))
        for at, one in ((f"memberships.{place}.", one) for place, one in enumerate(body.memberships or ()))
    ]


def _roles_given(actor: Actor, body: UserIn) -> list[rules.RoleGrant]:
    if body.memberships is not None:
        return _memberships(actor, body)
    branch, department = _branch(actor, body), _department(actor, body)
    return [rules.RoleGrant.narrow_to(role, branch, department) for role in dict.fromkeys(body.role or ())]


def _roles_changed(actor: Actor, user: User, body: UserIn) -> list[rules.RoleGrant] | None:
    """The roles that the person is to hold; None where the body says nothing about them."""
    sent = body.model_fields_set
    if body.memberships is not None:
        return _memberships(actor, body)
    if sent.isdisjoint({"role", "branch_id", "department_id"}):
        return None
    return rules.roles_changed(
        by=actor,
        user=user,
        roles=(body.role or []) if "role" in sent else None,
        branch=_branch(actor, body) if "branch_id" in sent else rules.AS_IT_IS,
        department=_department(actor, body) if "department_id" in sent else rules.AS_IT_IS,
    )


@router.get("", allow=users["list"], rows=UserOut)
def list_users(request: HttpRequest, narrowing: Query[UserQuery]) -> HttpResponse:
    """The people the caller can see, by name."""
    actor = request_actor(request)
    rows = narrowing.filter().of(actor, users.rows(actor, "list", _in_full(actor)))
    return page_of(rows, narrowing, user_json, COLUMNS)


@router.post("", allow=users["add"], limited=True, data=UserOut, status=201)
def add_user(request: HttpRequest, body: NewUserIn) -> HttpResponse:
    """Add a person with their roles. They get an email with a link to accept, or to choose a password.

    Branch managers and department administrators add students of their own part.
    """
    actor = request_actor(request)
    user = rules.add_person(
        by=actor,
        person=rules.PersonInput(
            full_name=body.full_name or "",
            given_name=body.given_name or "",
            family_name=body.family_name or "",
            email=body.email or "",
            roles=_roles_given(actor, body),
            phone=body.phone or "",
            password=body.password,
            student_number=body.student_number or "",
            staff_number=body.staff_number or "",
            invite=True,
        ),
    )
    return answer(_user_out(request, user), "User created successfully", status=201)


@router.get("/{user_id}", allow=users["see"], on="user_id", among=_in_full, data=UserOut)
def see_user(request: HttpRequest, user_id: str) -> HttpResponse:
    """One person."""
    return answer(user_json(request_object(request, User)))


@router.put("/{user_id}", allow=users["edit"], on="user_id", limited=True, data=UserOut)
def change_user(request: HttpRequest, user_id: str, body: UserIn) -> HttpResponse:
    """Change a person, or reactivate one with `active`. Everyone can change their own name and phone."""
    actor, user = request_actor(request), request_object(request, User)
    texts = {name: getattr(body, name) or "" for name in TEXTS if name in body.model_fields_set}
    change_person(
        by=actor,
        user=user,
        change=rules.PersonChange(
            **texts, password=body.password, roles=_roles_changed(actor, user, body), active=body.active
        ),
    )
    return answer(_user_out(request, user), "User updated successfully")


@router.delete("/{user_id}", allow=users["change"], on="user_id", data=UserOut)
def deactivate_user(request: HttpRequest, user_id: str) -> HttpResponse:
    """Deactivate a person. Their history stays. PUT with `active: true` reactivates them."""
    user = deactivate_person(by=request_actor(request), user=request_object(request, User))
    return answer(_user_out(request, user), "User deactivated successfully")


@router.post("/{user_id}/invitation", allow=users["invite"], on="user_id", repeatable=False, limited=True, data=None)
def invite_user_again(request: HttpRequest, user_id: str) -> HttpResponse:
    """Resend the invitation to someone who hasn't accepted it yet."""
    rules.invite_again(by=request_actor(request), user=request_object(request, User))
    return answer(None, "Invitation sent successfully")


@router.post("/{user_id}/end-sign-ins", allow=users["change"], on="user_id", repeatable=False, data=None)
def end_sign_ins_of_user(request: HttpRequest, user_id: str) -> HttpResponse:
    """End a person's sign-ins here: browsers, API tokens and calendar links."""
    rules.end_sign_ins_here(by=request_actor(request), user=request_object(request, User))
    return answer(None, "Signed out everywhere successfully")


# --- photos -----------------------------------------------------------------------------------------------------------
@router.get("/{user_id}/photo", allow=SIGNED_IN, files=("image/png", "image/jpeg"))  # type: ignore[arg-type]
def see_photo(request: HttpRequest, user_id: str, v: str = "") -> HttpResponseBase:
    """The photo of a person the caller can see. `v` in a person's `photo_url` changes with the photo."""
    photo = person_seen(request_actor(request), user_id).photo.name
    if not photo:
        raise Missing
    kind = "png" if photo.endswith(".png") else "jpeg"
    return response_of(attachment(photo, name=f"photo.{kind}", media_type=f"image/{kind}"))


@router.post("/{user_id}/photo", allow=users["edit"], on="user_id", data=UserOut)
def change_photo(request: HttpRequest, user_id: str, photo: File[UploadedFile]) -> HttpResponse:
    """Set a person's photo: PNG or JPEG, up to 1 MB. Everyone can set their own."""
    user = request_object(request, User)
    rules.change_picture(by=request_actor(request), of=user, picture=photo)
    return answer(_user_out(request, user), "Photo saved successfully")


@router.delete("/{user_id}/photo", allow=users["edit"], on="user_id", data=UserOut)
def remove_photo(request: HttpRequest, user_id: str) -> HttpResponse:
    """Remove a person's photo."""
    user = request_object(request, User)
    rules.change_picture(by=request_actor(request), of=user, picture=None)
    return answer(_user_out(request, user), "Photo removed successfully")
