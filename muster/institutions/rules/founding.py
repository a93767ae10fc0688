"""How an institution and its first administrator come to be."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils.text import slugify
from django.utils.translation import gettext as _

from muster.accounts.models import User
from muster.core.database import atomic, lock_word
from muster.core.errors import FieldError, Invalid
from muster.core.history import recorded
from muster.institutions.access import Actor
from muster.institutions.models import Affiliation, Institution, Membership, Role, validate_time_zone


@atomic
def found_institution(
    *, name: str, admin_email: str, admin_password: str, admin_name: str = "", time_zone: str = "UTC"
) -> Actor:
    """Make the institution if it is not there, and its administrator, who can then sign in. Repeating changes nothing.

    An existing person keeps their password. Locks on the institution's name. Raises Invalid naming the fields.
    """
    name, email = name.strip(), admin_email.strip().lower()
    found: list[FieldError] = []
    if not name:
        found.append(FieldError("institution", _("Give the institution a name.")))
    elif len(name) > 150:
        found.append(FieldError("institution", _("The name is longer than 150 characters.")))
    if "@" not in email:
        found.append(FieldError("email", _("Give an e-mail address.")))
    try:
        validate_time_zone(time_zone)
    except Exception:
        found.append(FieldError("time_zone", _("There is no time zone of this name.")))
    if found:
        raise Invalid.fields(found)
    lock_word("institution", name.lower())
    institution = Institution.objects.filter(name__iexact=name).first()
    if institution is None:
        institution = Institution(name=name, slug=_free_slug(Institution.objects.all(), name), time_zone=time_zone)
    house = Actor.house(institution)
    with recorded(house, "found_institution"):
        institution.save()
        user = User.objects.filter(email__iexact=email).first()
        if user is None:
            user = User.objects.create_user(
                email, admin_password, full_name=admin_name.strip() or email.partition("@")[0].replace(".", " ").title()
            )
        Affiliation.objects.get_or_create(institution=institution, user=user)
        Membership.objects.get_or_create(institution=institution, user=user, role=Role.ADMIN)
    actor = Actor.of(user, institution)
    assert actor is not None  # noqa: S101
    return actor


def _free_slug(taken: QuerySet[Institution], name: str) -> str:
    stem = slugify(name)[:50] or "institution"
    slugs = set(taken.filter(slug__startswith=stem).values_list("slug", flat=True))
    slug, number = stem, 1
    while slug in slugs:
        number += 1
        slug = f"{stem}-{number}"
    return slug
