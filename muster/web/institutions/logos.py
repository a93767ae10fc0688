"""The logos of the institution and of its departments: shown, and changed with what they stand for."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.validators import FileExtensionValidator
from django.db.models.fields.files import FieldFile
from django.http import FileResponse
from django.utils.translation import gettext_lazy as _

from muster.core.errors import Missing
from muster.institutions.access import Actor
from muster.institutions.permissions import departments, institutions
from muster.institutions.rules import change_logo
from muster.institutions.rules.logos import LARGEST_LOGO
from muster.web.requests import ActorRequest
from muster.web.ui.pages import page
from muster.web.ui.resources import ResourceForm


class LogoForm(ResourceForm):
    """The form of what has a logo."""

    logo = forms.FileField(
        label=_("Logo"),
        required=False,
        help_text=_("PNG or JPEG, up to 1 MB."),
        validators=[FileExtensionValidator(["png", "jpg", "jpeg"])],
        widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg"}),
    )
    remove_logo = forms.BooleanField(label=_("Remove logo"), required=False)
    below = {"contact_phone": ("logo", "remove_logo")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not getattr(self.row, "logo", None):
            del self.fields["remove_logo"]

    def clean_logo(self) -> Any:
        picture = self.cleaned_data["logo"]
        if picture and picture.size > LARGEST_LOGO:
            raise forms.ValidationError(_("The image is larger than 1 MB. Choose a smaller one."))
        return picture

    def save_beside(self, by: Actor, row: Any) -> None:
        picture = self.cleaned_data.get("logo")
        if picture or self.cleaned_data.get("remove_logo"):
            change_logo(by=by, of=row, picture=picture or None)


@page(institutions["see"])
def institution_logo(request: ActorRequest) -> FileResponse:
    """The logo of the reader's institution."""
    return picture_response(request.actor.institution.logo)


@page(departments["see"])
def department_logo(request: ActorRequest, department_id: str) -> FileResponse:
    """The logo of a department."""
    return picture_response(departments.get(request.actor, department_id).logo)


def picture_response(logo: FieldFile) -> FileResponse:
    """The picture as what its ending says, which was checked when it came. Raises Missing."""
    if not logo or not logo.storage.exists(logo.name or ""):
        raise Missing
    response = FileResponse(logo.open("rb"))
    response["Cache-Control"] = "private, max-age=300"
    return response
