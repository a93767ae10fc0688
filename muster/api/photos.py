"""Where people's photos are."""

from uuid import UUID

from django.urls import reverse


def photo_url(person_id: UUID, photo: str | None) -> str | None:
    """The address of somebody's photo, which changes with it; null where there is none."""
    return f"{reverse('api:see_photo', args=[person_id])}?v={photo.rsplit('/', 1)[-1]}" if photo else None
