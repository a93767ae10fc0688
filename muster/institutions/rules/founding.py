"""Founding an institution with its first administrator."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from muster.accounts.models import User
from muster.accounts.rules import set_password
from muster.core.clocks import known_zones
from muster.core.database import atomic, lock_word
from muster.core.errors import FieldError, HasNul, Invalid
from muster.core.history import recorded
from muster.core.isolation import across_institutions
from muster.institutions.access import Actor
from muster.institutions.errors import FirstRunOver
from muster.institutions.models import Affiliation, Institution, Membership, Role
from muster.institutions.passwords import is_made_of
from muster.institutions.rules.person_input import problems_of_email, problems_of_password


@atomic
def found_first_institution(
    *, name: str, time_zone: str, admin_name: str, admin_email: str, admin_password: str
) -> Actor:
    """Set up an installation that nobody has used: its institution and administrator.

    Works once: locks on the founding, so that of two at once one is told that it is over. Raises FirstRunOver, Invalid
    naming the fields.
    """
    lock_word("first institution")
    if Institution.objects.exists():
        raise FirstRunOver
    if not admin_name.strip():
        raise Invalid(_("Enter a name."), field="full_name")
    return found_institution(
        name=name, admin_email=admin_email, admin_password=admin_password, admin_name=admin_name, time_zone=time_zone
    )


@across_institutions("it is not there before")
@atomic
def found_institution(
    *, name: str, admin_email: str, admin_password: str, admin_name: str = "", time_zone: str = "UTC"
) -> Actor:
    """Make the institution if it is not there, and its administrator, who can then sign in. Repeating changes nothing.

    Whoever proved that the e-mail is theirs keeps their password, and works in this institution too. One that another
    institution gave for it is replaced, and what it had opened ends. Locks on the institution's name and on the e-mail.
    Raises Invalid naming the fields.
    """
    name, email, called = name.strip(), admin_email.strip().lower(), admin_name.strip()
    if found := _problems(name, email, admin_password, called, time_zone):
        raise Invalid.fields(found)
    lock_word("institution", name.lower())
    lock_word("person", email)
    institution = Institution.objects.filter(name__iexact=name).first()
    is_new = institution is None
    if institution is None:
        institution = Institution(name=name, slug=_free_slug(Institution.objects.all(), name), time_zone=time_zone)
    house = Actor.system(institution)
    with recorded(house, "found_institution"):
        if is_new:
            institution.save()
        user = User.objects.filter(home=institution.pk, email__iexact=email).first()
        if user is None:
            account = User.objects.sign_in_of(email)
            if account is not None and not account.has_proved_email:
                set_password(user=account, password=admin_password, by=house)
            user = User.objects.create_user(
                email,
                None if account else admin_password,
                full_name=called or _name_in(email),
                home=institution.pk,
                account=account,
                signs_in=account is None,
                accepted_at=timezone.now() if account else None,
            )
        here, _made = Affiliation.objects.get_or_create(institution=institution, user=user)
        if not here.is_active:
            here.is_active = True
            here.save(update_fields=["is_active", "updated_at"])
        for one in filter(None, (user, user.account)):
            if not one.is_active:
                one.is_active = True
                one.save(update_fields=["is_active", "updated_at"])
        Membership.objects.get_or_create(institution=institution, user=user, role=Role.ADMIN)
    actor = Actor.of(user, institution)
    assert actor is not None  # noqa: S101
    return actor


@atomic
def make_super_admin(*, email: str, password: str, full_name: str = "") -> User:
    """Make a person of the platform, who may do everything in every institution. Repeating changes nothing.

    Locks on the e-mail. Raises Invalid naming the fields; also where the e-mail already signs in somebody else: who
    runs the platform is nobody's student or staff, and an institution must not be able to change their sign-in.
    """
    email, called = email.strip().lower(), full_name.strip()
    lock_word("person", email)
    known = User.objects.sign_in_of(email)
    if known is not None and known.is_superuser:
        return known
    found = problems_of_email(email) + _problems_of_name(called)
    if known is not None:
        words = _("This email already signs in a person of an institution. Use another one for the platform.")
        found.append(FieldError("email", words))
    if found := found or problems_of_password(password, User(full_name=called, email=email)):
        raise Invalid.fields(found)
    with recorded(Actor.system(Institution()), "make_super_admin"):
        return User.objects.create_superuser(
            email, password, full_name=called or _name_in(email), accepted_at=timezone.now()
        )


def _problems_of_name(called: str) -> list[FieldError]:
    found = []
    if len(called) > 150:
        found.append(FieldError("full_name", _("Keep the name to 150 characters or fewer.")))
    return found + HasNul.at("full_name", called)


def _problems(name: str, email: str, password: str, called: str, time_zone: str) -> list[FieldError]:
    found: list[FieldError] = []
    if not name:
        found.append(FieldError("institution", _("Enter the institution's name.")))
    elif len(name) > 150:
        found.append(FieldError("institution", _("Keep the name to 150 characters or fewer.")))
    if time_zone not in known_zones():
        found.append(FieldError("time_zone", _("This time zone doesn't exist. Choose one from the list.")))
    found += _problems_of_name(called)
    found += problems_of_email(email)
    account = None if found else User.objects.sign_in_of(email)
    if account is None or not account.has_proved_email:
        found += problems_of_password(password, User(full_name=called, email=email))
        if is_made_of(password, name):
            found.append(FieldError("password", _("The password is too close to the institution's name.")))
    return found + HasNul.at("institution", name)


def _name_in(email: str) -> str:
    return email.partition("@")[0].replace(".", " ").title()[:150]


def _free_slug(taken: QuerySet[Institution], name: str) -> str:
    stem = slugify(name)[:50] or "institution"
    slugs = set(taken.filter(slug__startswith=stem).values_list("slug", flat=True))
    slug, number = stem, 1
    while slug in slugs:
        number += 1
        slug = f"{stem}-{number}"
    return slug
