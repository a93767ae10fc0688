"""The institution and its settings."""

from typing import Any

from django.http import HttpRequest, HttpResponse

from muster.api.institutions.bodies import InstitutionIn
from muster.api.institutions.organisation_shapes import InstitutionOut, institution_json
from muster.api.kit import Door, answer, given
from muster.institutions import rules
from muster.institutions.permissions import institutions

router = Door()


@router.get("/institution", allow=institutions["see"], data=InstitutionOut)
def see_institution(request: HttpRequest) -> HttpResponse:
    """The institution; its settings for administrators alone."""
    actor = given(request)
    return answer(institution_json(actor.institution, actor))


@router.put("/institution", allow=institutions["change"], data=InstitutionOut)
def change_institution(request: HttpRequest, body: InstitutionIn) -> HttpResponse:
    """Change what is sent, and nothing else. Another time zone moves the classes with the clock."""
    actor = given(request)
    changes: dict[str, Any] = {name: getattr(body, name) for name in body.model_fields_set}
    institution = rules.change_institution(by=actor, changes=changes)
    return answer(institution_json(institution, actor), "Institution updated successfully")
