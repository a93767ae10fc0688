"""Signing in and out, and named tokens."""

from datetime import UTC, datetime
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Field
from pydantic import BeforeValidator, StrictBool
from pydantic_core import PydanticCustomError
from typing_extensions import TypedDict

from muster.accounts.rules import join_institution
from muster.api.kit import (
    Door,
    In,
    Moment,
    Stamped,
    answer,
    in_shape,
    key,
    request_actor,
    request_object,
    stamp,
    timestamp,
)
from muster.core.errors import Invalid, Missing
from muster.core.isolation import enter
from muster.core.permissions import ANYONE, SIGNED_IN, as_id
from muster.institutions import rules
from muster.institutions.access import Actor
from muster.institutions.models import ApiToken
from muster.institutions.permissions import tokens
from muster.institutions.queries import permissions_of
from muster.institutions.sign_in import institutions_of, invitations_of

router = Door()


def _moment(value: Any) -> Any:
    if value is None:
        return None
    if isinstance(value, str):
        try:
            moment = datetime.fromisoformat(value)
            return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
        except (ValueError, OverflowError):
            pass
    raise PydanticCustomError("moment", "Give a moment such as 2030-01-31T12:00:00Z.")


class SignIn(In):
    email: str
    password: str
    institution: str = ""
    otp: str = ""


class NewToken(In):
    name: str
    expires_at: Annotated[datetime | None, BeforeValidator(_moment)] = Field(None, description="90 days when absent")
    read_only: StrictBool = Field(False, description="Whether every writing call is refused to it")
    scopes: list[str] = Field(
        [], max_length=20, description="The parts of the API that it is for, as GET tells; all when empty"
    )
    password: str = Field("", description="Your own, unless you signed in to the API in the last five minutes")
    otp: str = Field("", description="A code, where you are asked for one when you sign in")


class NewEmailIn(In):
    """Another email to sign in with. The password is your own, as for a new token."""

    email: str = Field(max_length=254)
    password: str = Field("", description="Your own, unless you signed in to the API in the last five minutes")
    otp: str = Field("", description="A code, where you are asked for one when you sign in")


class LinkKeyIn(In):
    """What the link in the email ends with."""

    key: str = Field(max_length=1000)


class StartIn(In):
    institution: str | None = Field(description="The id of one of yours; null to be asked at each sign-in")


class PlaceOut(TypedDict):
    """An institution in which the caller may work."""

    _id: str
    name: str
    slug: str


class MembershipOut(TypedDict):
    """A role, narrowed to a branch or a department where it is so narrowed."""

    role: str
    branch_id: str | None
    department_id: str | None


class OfferOut(TypedDict):
    """An institution that has invited the caller, who has not joined it yet."""

    _id: str
    institution: PlaceOut


class CallerOut(Stamped):
    """The caller with what they hold and may do here."""

    full_name: str
    email: str
    phone: str
    role: list[str]
    institution: PlaceOut
    memberships: list[MembershipOut]
    institutions: list[PlaceOut]
    starts_in: str | None
    invitations: list[OfferOut]
    permissions: list[str]


class SignedInOut(TypedDict):
    """A token to send as `Authorization: Bearer <token>`, told this once."""

    token: str
    expires_at: Moment | None
    user: CallerOut


class TokenOut(Stamped):
    """A named token of the caller, without its secret."""

    name: str
    expires_at: Moment | None
    last_used_at: Moment | None
    read_only: bool
    scopes: list[str]


class NewTokenOut(TokenOut):
    """A new token with its secret, which is told this once."""

    token: str


def person_of(actor: Actor) -> CallerOut:
    """The caller: who they are and what they hold here."""
    user = actor.user
    assert user is not None  # noqa: S101
    account = user.account or user
    return {
        **stamp(user),
        "full_name": user.full_name,
        "email": user.email,
        "phone": user.phone,
        "role": sorted(actor.roles),
        "institution": in_shape(PlaceOut, actor.institution),
        "memberships": [
            {"role": grant.role, "branch_id": key(grant.branch_id), "department_id": key(grant.department_id)}
            for grant in actor.grants
        ],
        # The others are chosen at sign-in, with `institution`.
        "institutions": [in_shape(PlaceOut, place) for place in institutions_of(account)],
        "starts_in": key(account.starts_in),
        # Each is accepted by POST .../join/<_id>.
        "invitations": [
            {"_id": key(person.pk), "institution": in_shape(PlaceOut, person.place)}  # type: ignore[attr-defined]
            for person in invitations_of(account)
        ],
        "permissions": permissions_of(actor),
    }


@router.post("/login", allow=ANYONE, repeatable=False, limited=True, data=SignedInOut)
def login(request: HttpRequest, body: SignIn) -> HttpResponse:
    """Sign in with email and password. Returns a token to send as `Authorization: Bearer <token>`."""
    actor, token, secret = rules.sign_in(
        request=request, email=body.email, password=body.password, institution=body.institution, otp=body.otp
    )
    enter(actor.institution.pk)
    data = {"token": secret, "expires_at": timestamp(token.expires_at), "user": person_of(actor)}
    return answer(data, "Signed in successfully")


@router.post("/logout", allow=SIGNED_IN, repeatable=False, data=None)
def logout(request: HttpRequest) -> HttpResponse:
    """End the token used for this call."""
    if token := getattr(request, "api_token", None):
        rules.revoke_token(by=request_actor(request), token=token)
    return answer(None, "Signed out successfully")


@router.post("/end-sign-ins", allow=SIGNED_IN, repeatable=False, data=None)
def end_sign_ins(request: HttpRequest) -> HttpResponse:
    """End all your sign-ins: browsers, API tokens (this one as well) and calendar links."""
    user = request_actor(request).user
    rules.end_own_sign_ins(user=user.account or user)
    return answer(None, "Signed out everywhere successfully")


@router.get("/me", allow=SIGNED_IN, data=CallerOut)
def me(request: HttpRequest) -> HttpResponse:
    """The caller with memberships and permissions."""
    return answer(person_of(request_actor(request)))


@router.post("/join/{person_id}", allow=SIGNED_IN, repeatable=False, data=CallerOut)
def join(request: HttpRequest, person_id: str) -> HttpResponse:
    """Accept the invitation of another institution, one of those that GET `/auth/me` names. Sign in to work there."""
    actor = request_actor(request)
    account = actor.user.account or actor.user
    person = next((one for one in invitations_of(account) if one.pk == as_id(person_id)), None)
    if person is None:
        raise Missing
    join_institution(person=person, by=account)
    return answer(person_of(actor), "Joined successfully")


@router.post("/me/email", allow=SIGNED_IN, repeatable=False, limited=True, data=None)
def ask_for_email(request: HttpRequest, body: NewEmailIn) -> HttpResponse:
    """Ask for another email to sign in with. A link is sent to it; until it is used, nothing changes."""
    actor = request_actor(request)
    rules.prove_again(request=request, by=actor, password=body.password, otp=body.otp)
    rules.ask_for_email(user=actor.user.account or actor.user, email=body.email)
    return answer(None, "Link sent successfully")


@router.post("/new-email", allow=ANYONE, repeatable=False, limited=True, data=None)
def confirm_email(request: HttpRequest, body: LinkKeyIn) -> HttpResponse:
    """Sign in with this email from now on: the one that the link with this key was sent to."""
    rules.take_email(key=body.key)
    return answer(None, "Email changed successfully")


@router.put("/me/institution", allow=SIGNED_IN, data=CallerOut)
def choose_default_institution(request: HttpRequest, body: StartIn) -> HttpResponse:
    """Choose the institution where signing in leads when none is named."""
    actor = request_actor(request)
    account = actor.user.account or actor.user
    chosen = as_id(body.institution) if body.institution else None
    place = next((one for one in institutions_of(account) if one.pk == chosen), None)
    if body.institution and place is None:
        raise Invalid(_("You have no institution with this id."), field="institution", code="unknown")
    rules.start_in(user=account, institution=place)
    account.starts_in = place and place.pk
    return answer(person_of(actor), "Default institution changed successfully")


def token_out(token: ApiToken) -> TokenOut:
    return {
        **stamp(token),
        "name": token.name,
        "expires_at": timestamp(token.expires_at),
        "last_used_at": timestamp(token.last_used_at),
        "read_only": token.read_only,
        "scopes": token.scopes,
    }


@router.get("/tokens", allow=tokens["see"], rows=TokenOut)
def list_tokens(request: HttpRequest) -> HttpResponse:
    """The caller's own named tokens."""
    rows = [token_out(token) for token in tokens.rows(request_actor(request)).filter(from_sign_in=False)]
    return answer(rows, count=len(rows), total=len(rows), page=1, page_size=max(len(rows), 1))


@router.post("/tokens", allow=tokens["change"], repeatable=False, limited=True, data=NewTokenOut, status=201)
def add_token(request: HttpRequest, body: NewToken) -> HttpResponse:
    """Create a named token. Its secret is only shown in this answer."""
    actor = request_actor(request)
    rules.prove_again(request=request, by=actor, password=body.password, otp=body.otp)
    token, secret = rules.make_token(
        by=actor, name=body.name, expires_at=body.expires_at, read_only=body.read_only, scopes=body.scopes
    )
    return answer({**token_out(token), "token": secret}, "Token created successfully", status=201)


@router.delete("/tokens/{token_id}", allow=tokens["change"], on="token_id", data=None)
def delete_token(request: HttpRequest, token_id: str) -> HttpResponse:
    """Revoke a token immediately."""
    rules.revoke_token(by=request_actor(request), token=request_object(request, ApiToken))
    return answer(None, "Token revoked successfully")
