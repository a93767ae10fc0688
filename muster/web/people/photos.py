"""Photos of people: shown to whoever may see the person, and changed by themself or an administrator."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from django import forms
from django.http import FileResponse, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from muster.accounts.models import User
from muster.core.errors import Missing
from muster.core.permissions import SIGNED_IN
from muster.institutions.access import Actor
from muster.institutions.permissions import users
from muster.people.permissions import person_seen
from muster.web.institutions.pictures import WithPicture, picture_response
from muster.web.requests import ActorRequest
from muster.web.ui.dialogs import redirect_with_message, render_dialog, submit_form
from muster.web.ui.forms import PictureField, posted_data
from muster.web.ui.pages import own_path, page


class PhotoForm(WithPicture):
    """A new photo, or none any more."""

    picture = "photo"
    photo = PictureField(label=gettext_lazy("Photo"))
    remove_photo = forms.BooleanField(label=gettext_lazy("Remove photo"), required=False)

    def __init__(self, *args: Any, person: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.of_row(person)

    def clean(self) -> dict[str, Any] | None:
        found = super().clean()
        if not (self.errors or self.has_picture):
            self.add_error("photo", _("Choose a picture."))
        return found


def face(person: Any) -> SafeString:
    """A person's photo, or their initials."""
    return draw_face(person.pk, person.initials, person.photo.name)


def draw_face(pk: UUID, initials: str, photo: str | None) -> SafeString:
    """The photo over the initials: these show where there is none, or where it can't be loaded, as offline."""
    picture = SafeString("")
    if photo:
        # With its name in the address a new one is shown at once.
        url = f"{reverse('people:photo', args=[pk])}?{photo.rsplit('/', 1)[-1]}"
        picture = format_html('<img src="{}" alt="" width="40" height="40" loading="lazy">', url)
    return format_html('<span class="face" aria-hidden="true">{}{}</span>', initials, picture)


def photo_url_of(actor: Actor, person: User) -> str:
    """Where the photo is changed; empty for whoever may not."""
    may = actor.is_admin or (actor.user is not None and actor.user.pk == person.pk)
    return reverse("people:change-photo", args=[person.pk]) if may else ""


@page(SIGNED_IN)
def photo_file(request: HttpRequest, user_id: str) -> FileResponse:
    """The photo of somebody whom the reader may see; whoever signs in for an organisation alone sees nobody."""
    actor = cast("Actor | None", getattr(request, "actor", None))
    if actor is None:
        raise Missing
    return picture_response(person_seen(actor, user_id).photo)


@page(users["edit"])
def photo_page(request: ActorRequest, user_id: str) -> HttpResponse:
    """Choose the photo of a person, or take it away."""
    actor = request.actor
    person = users.get(actor, user_id, "edit")
    back = own_path(request, request.GET.get("next", "")) or reverse("me")
    form = PhotoForm(posted_data(request), request.FILES or None, person=person)
    if submit_form(form, lambda: form.save_beside(actor, person)):
        return redirect_with_message(request, back, _("Photo saved."))
    return render_dialog(
        request,
        form,
        title=_("Photo of %(name)s") % {"name": person.full_name},
        button=_("Save photo"),
        back=back,
        crumbs=[],
    )
