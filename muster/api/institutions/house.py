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
    """The institution. Its settings are only shown to administrators."""
    actor = given(request)
    return answer(institution_json(actor.institution, actor))


@router.put("/institution", allow=institutions["change"], data=InstitutionOut)
def change_institution(request: HttpRequest, body: InstitutionIn) -> HttpResponse:
    """Change only the fields you send. Changing the time zone moves sessions with it."""
    actor = given(request)
    changes: dict[str, Any] = {name: getattr(body, name) for name in body.model_fields_set}
    institution = rules.change_institution(by=actor, changes=changes)
    return answer(institution_json(institution, actor), "Institution updated successfully")
