"""Pictures of institutions, departments and people: their fields in a form, and the files as they are shown."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.db.models.fields.files import FieldFile
from django.http import FileResponse
from django.utils.translation import gettext_lazy as _

from muster.core.errors import Missing
from muster.institutions.access import Actor
from muster.institutions.permissions import departments, institutions
from muster.institutions.rules import change_picture
from muster.web.requests import ActorRequest
from muster.web.ui.forms import Form, PictureField
from muster.web.ui.pages import page
from muster.web.ui.resources import ResourceForm


class WithPicture(Form):
    """A form with a `picture` field of a row, and a tick `remove_<picture>` where the row has one."""

    picture: ClassVar[str]

    def of_row(self, row: Any) -> None:
        """Offer to take away only what is there."""
        if not getattr(row, self.picture, None):
            del self.fields[f"remove_{self.picture}"]

    @property
    def has_picture(self) -> bool:
        """Whether one is sent, or taken away."""
        return bool(self.cleaned_data.get(self.picture) or self.cleaned_data.get(f"remove_{self.picture}"))

    def save_beside(self, by: Actor, row: Any) -> None:
        """Put what was sent in the place of the row's picture."""
        if self.has_picture:
            change_picture(by=by, of=row, picture=self.cleaned_data.get(self.picture) or None)


class LogoForm(WithPicture, ResourceForm):
    """The form of what has a logo."""

    picture = "logo"
    logo = PictureField(label=_("Logo"))
    remove_logo = forms.BooleanField(label=_("Remove logo"), required=False)
    below: ClassVar = {"contact_phone": ("logo", "remove_logo")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.of_row(self.row)


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
