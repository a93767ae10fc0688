"""The institution itself."""

from typing import Any, NotRequired, cast

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from typing_extensions import TypedDict

from muster.api.kit import Door, In, Stamped, answer, request_actor, stamp
from muster.api.kit.resources import fields_taken, fields_told, make_model
from muster.institutions.access import Actor
from muster.institutions.models import Institution, Role
from muster.institutions.permissions import institutions
from muster.institutions.resources import INSTITUTION

router = Door()

TOLD = {
    **dict(fields_told(INSTITUTION)),
    "logo_url": (str | None, lambda institution: reverse("institution-logo") if institution.logo else None),
}
# What everybody may know of it, and what all but regulators; administrators know its settings too.
NAMES = ("name", "slug", "kind")
CONTACTS = (*NAMES, "time_zone", "contact_email", "contact_phone", "logo_url")


class InstitutionIn(make_model("InstitutionFields", In, dict(fields_taken(INSTITUTION)))):  # type: ignore[misc]
    """The institution and its settings, in part."""


InstitutionOut = cast("Any", TypedDict)(
    "InstitutionOut",
    {
        **Stamped.__annotations__,
        **{name: kind if name in NAMES else NotRequired[kind] for name, (kind, _how) in TOLD.items()},
    },
)
InstitutionOut.__doc__ = (
    "The institution as far as the caller may see it: contacts for its people, settings for administrators."
)


def institution_json(institution: Institution, actor: Actor) -> dict[str, Any]:
    """The institution as far as the actor may see it."""
    shown = TOLD if actor.is_admin else NAMES if actor.roles == {Role.REGULATOR} else CONTACTS
    return {**stamp(institution), **{name: TOLD[name][1](institution) for name in shown}}


@router.get("/institution", allow=institutions["see"], data=InstitutionOut)
def see_institution(request: HttpRequest) -> HttpResponse:
    """The institution. Its settings are only shown to administrators."""
    actor = request_actor(request)
    return answer(institution_json(actor.institution, actor))


@router.put("/institution", allow=institutions["change"], data=InstitutionOut)
def change_institution(request: HttpRequest, body: InstitutionIn) -> HttpResponse:
    """Change only the fields you send. Changing the time zone moves sessions with it."""
    actor = request_actor(request)
    institution = INSTITUTION.change(by=actor, row=actor.institution, changes=body.sent())
    return answer(institution_json(institution, actor), "Institution updated successfully")
