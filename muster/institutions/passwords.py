"""What a password must not be made of: the names that everybody there knows."""

from __future__ import annotations

import re
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from muster.accounts.models import User
from muster.institutions.models import Institution

PRODUCT = "Muster"
# How much of a password has to be left without them.
LEAST_OF_ITS_OWN = 8
SHORTEST_WORD = 4


def is_made_of(password: str, *names: str) -> bool:
    """Whether the password is little more than these names or words of them."""
    parts = {_letters(part) for name in names for part in (name, *re.split(r"\W+", name))}
    left = _letters(password)
    for part in sorted(parts, key=len, reverse=True):
        if len(part) >= SHORTEST_WORD:
            left = left.replace(part, "")
    return left != _letters(password) and len(left) < LEAST_OF_ITS_OWN


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text.casefold()))


class PlaceNameValidator:
    """Refuses passwords made of the product's name, or of that of an institution of the person."""

    def validate(self, password: str, user: Any = None) -> None:
        """Raises ValidationError."""
        if is_made_of(password, PRODUCT, *_names_of(user)):
            raise ValidationError(
                _("The password is too close to the name of the institution or of Muster."), code="place_name"
            )

    def get_help_text(self) -> str:
        """For people who choose one."""
        return _("Don't use the name of your institution or of Muster.")


def _names_of(user: Any) -> list[str]:
    if not isinstance(user, User):
        return []
    homes = User.objects.behind(user).values_list("home", flat=True)
    places = Institution.objects.filter(pk__in=[user.home, *homes])
    return [name for row in places.values_list("name", "slug") for name in row]
