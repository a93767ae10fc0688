"""The institution itself."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from ninja import Field
from pydantic import StrictBool

from muster.api.kit import Door, In, Stamped, answer, request_actor, stamp
from muster.institutions import rules
from muster.institutions.access import Actor
from muster.institutions.models import Institution, Role
from muster.institutions.permissions import institutions
from muster.institutions.rules.settings import SETTINGS, WEIGHTS

router = Door()


class InstitutionIn(In):
    """The institution and its settings, in part."""

    name: str | None = None
    slug: str | None = None
    kind: str | None = None
    time_zone: str | None = None
    contact_email: str | None = None
    contact_phone: str | None = None
    late_after_minutes: int | None = None
    minimum_attendance_percent: int | None = None
    register_lock_hours: int | None = Field(None, description="Null: registers aren't locked automatically")
    session_horizon_days: int | None = None
    waitlist_mode: str | None = Field(None, description="auto or offer")
    waitlist_offer_hours: int | None = None
    seat_buffer_percent: int | None = None
    access_grace_days: int | None = None
    archived_disables_access: StrictBool | None = None
    advised_size_min: int | None = None
    advised_size_max: int | None = None
    max_active_batches: int | None = None
    max_mentees: int | None = None
    rollover_approval: str | None = Field(None, description="confirm or four-eyes")
    last_semester: int | None = None
    weight_skills: int | None = Field(None, description="How much skills count in suggestions: 0 (not) to 10")
    weight_availability: int | None = Field(None, description="The same for availability and time off")
    weight_workload: int | None = Field(None, description="The same for capacity")
    weight_language: int | None = None
    weight_style: int | None = None
    weight_rating: int | None = None
    weight_familiarity: int | None = Field(None, description="The same for knowing the course or the student")


class InstitutionSeenOut(Stamped):
    """The institution as everybody may see it."""

    name: str
    slug: str
    kind: str


class InstitutionOut(InstitutionSeenOut, total=False):
    """The institution as far as the caller may see it: contacts for its people, settings for administrators."""

    time_zone: str
    contact_email: str
    contact_phone: str
    logo_url: str | None
    late_after_minutes: int
    minimum_attendance_percent: int
    register_lock_hours: int | None
    session_horizon_days: int
    waitlist_mode: str
    waitlist_offer_hours: int
    seat_buffer_percent: int
    access_grace_days: int
    archived_disables_access: bool
    advised_size_min: int | None
    advised_size_max: int | None
    max_active_batches: int | None
    max_mentees: int | None
    rollover_approval: str
    last_semester: int
    weight_skills: int
    weight_availability: int
    weight_workload: int
    weight_language: int
    weight_style: int
    weight_rating: int
    weight_familiarity: int


def institution_json(institution: Institution, actor: Actor) -> dict[str, Any]:
    """The institution as far as the actor may see it: names for a regulator, settings for administrators."""
    shown = {**stamp(institution), "name": institution.name, "slug": institution.slug, "kind": institution.kind}
    if actor.roles == {Role.REGULATOR}:
        return shown
    shown |= {
        "time_zone": institution.time_zone,
        "contact_email": institution.contact_email,
        "contact_phone": institution.contact_phone,
        "logo_url": reverse("institution-logo") if institution.logo else None,
    }
    if actor.is_admin:
        shown |= {name: getattr(institution, name) for name in (*SETTINGS, *WEIGHTS)}
    return shown


@router.get("/institution", allow=institutions["see"], data=InstitutionOut)
def see_institution(request: HttpRequest) -> HttpResponse:
    """The institution. Its settings are only shown to administrators."""
    actor = request_actor(request)
    return answer(institution_json(actor.institution, actor))


@router.put("/institution", allow=institutions["change"], data=InstitutionOut)
def change_institution(request: HttpRequest, body: InstitutionIn) -> HttpResponse:
    """Change only the fields you send. Changing the time zone moves sessions with it."""
    actor = request_actor(request)
    changes: dict[str, Any] = {name: getattr(body, name) for name in body.model_fields_set}
    institution = rules.change_institution(by=actor, changes=changes)
    return answer(institution_json(institution, actor), "Institution updated successfully")
