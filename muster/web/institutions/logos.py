"""The logos of the institution and of its departments."""

from __future__ import annotations

from django.db.models.fields.files import FieldFile
from django.http import FileResponse

from muster.core.errors import Missing
from muster.institutions.permissions import departments, institutions
from muster.institutions.rules.settings import PICTURES
from muster.web.requests import ActorRequest
from muster.web.ui.pages import page


@page(institutions["see"])
def institution_logo(request: ActorRequest) -> FileResponse:
    """The logo of the reader's institution."""
    actor = request.actor
    return _picture(actor.institution.logo)


@page(departments["see"])
def department_logo(request: ActorRequest, department_id: str) -> FileResponse:
    """The logo of a department."""
    return _picture(departments.get(request.actor, department_id).logo)


def _picture(logo: FieldFile) -> FileResponse:
    """The picture as what its ending says, which was checked when it came. Raises Missing."""
    if not logo or not logo.storage.exists(logo.name or ""):
        raise Missing
    _beginning, media_type = PICTURES[str(logo.name).rpartition(".")[2]]
    response = FileResponse(logo.open("rb"), content_type=media_type)
    response["Cache-Control"] = "private, max-age=300"
    return response
