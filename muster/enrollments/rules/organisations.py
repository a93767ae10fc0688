"""Who signs in for an organisation."""

from __future__ import annotations

from django.utils.translation import gettext as _

from muster.accounts.models import User
from muster.core.database import atomic, lock_word
from muster.core.errors import FieldError, Invalid, Missing
from muster.core.history import recorded
from muster.core.text import clean_line
from muster.enrollments.models import Organisation
from muster.institutions.access import Actor
from muster.institutions.models import Affiliation
from muster.institutions.rules import PersonInput, add_person


@atomic
def name_contact(*, by: Actor, organisation: Organisation, full_name: str, email: str) -> Organisation:
    """Let somebody sign in to see the organisation's people, and what is owed and paid for them.

    Who is known here by that email is taken as they are; anybody else is added without a role, and invited. Locks the
    email's word, then the organisation. Raises Invalid naming the fields, Missing, PersonDeactivated.
    """
    email = clean_line(email).lower()
    if not email:
        raise Invalid.fields([FieldError("email", _("Enter an email address, such as name@example.org."))])
    lock_word("person", email)
    row = _lock_organisation(organisation)
    here = Affiliation.objects.filter(institution=by.institution, is_active=True)
    person = User.objects.filter(
        home=by.institution.pk, email=email, is_active=True, pk__in=here.values("user")
    ).first()
    if person is None:
        guest = PersonInput(full_name=clean_line(full_name), email=email, roles=[], invite=True, is_guest=True)
        person = add_person(by=by, person=guest)
    return _store(by, row, person, "name_contact")


@atomic
def remove_contact(*, by: Actor, organisation: Organisation) -> Organisation:
    """Let nobody sign in for the organisation. Locks it. Raises Missing."""
    return _store(by, _lock_organisation(organisation), None, "remove_contact")


def _lock_organisation(organisation: Organisation) -> Organisation:
    row = Organisation.objects.select_for_update(of=("self",), no_key=True).filter(pk=organisation.pk).first()
    if row is None:
        raise Missing
    return row


def _store(by: Actor, row: Organisation, person: User | None, use_case: str) -> Organisation:
    row.contact = person
    with recorded(by, use_case):
        row.save(update_fields=["contact", "updated_at"])
    return row
