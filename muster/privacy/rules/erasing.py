"""Taking the archive of a person, and erasing them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from muster.accounts.models import User
from muster.accounts.rules import hand_on_sign_in
from muster.allocation.rules import deactivate_person
from muster.core.database import atomic, refused_as
from muster.core.errors import Conflict, Invalid
from muster.core.files import forget
from muster.core.files.downloads import Download
from muster.core.history import recorded
from muster.core.rows import lock_row
from muster.core.text import clean_lines
from muster.institutions.access import Actor
from muster.institutions.models import STUDENT_ROLES, Affiliation, Membership
from muster.privacy.archive import archive_of
from muster.privacy.errors import AlreadyErased, ErasedWithoutReason, NotErasedYet, NotYourself
from muster.privacy.models import MOST_REASON, ArchiveLook, Erasure
from muster.privacy.queries import PERSON, ErasurePreview, blockers_of, erase, erasure_preview


@dataclass(frozen=True)
class ErasedPerson:
    """What was erased of a person, who they are called now, and what was kept."""

    called: str
    counts: Mapping[str, int]
    before: ErasurePreview


def take_archive(*, by: Actor, person: User) -> Download:
    """Everything about the person, whom the caller has found among those whose archive they may take.

    That it was taken is kept before its first byte leaves.
    """
    with transaction.atomic(), recorded(by, "take_archive"):
        ArchiveLook.objects.create(institution=by.institution, person=person, looked_by=by.user)
    return archive_of(by, person)


@atomic
def erase_person(*, by: Actor, person: User, reason: str) -> ErasedPerson:
    """Take from everything that is kept of a person who they were, for good, and leave what is counted.

    Deactivates them first, which ends their sign-ins; a sign-in that opens other institutions goes on there. Locks the
    person. Raises Invalid at `reason`, AlreadyErased, NotYourself, NotErasedYet saying what they still hold,
    LastAdministrator.
    """
    words = clean_lines(reason)
    if not words:
        raise ErasedWithoutReason
    if len(words) > MOST_REASON:
        raise Invalid(_("Keep the reason to %(most)d characters or fewer.") % {"most": MOST_REASON}, field="reason")
    person = lock_row(person)
    if person.is_superuser or (by.user is not None and by.user.pk == person.pk):
        raise NotYourself
    before = erasure_preview(by, person)
    if before.erased_at is not None:
        raise AlreadyErased
    if blockers := blockers_of(by, person):
        raise NotErasedYet(before.blockers_in_words(person.full_name), blockers)
    if Affiliation.objects.filter(institution=by.institution, user=person, is_active=True).exists():
        deactivate_person(by=by, user=person)
    called = erased_name(person)
    with (
        recorded(by, "erase_person"),
        refused_as(erased_person_is_deactivated=Conflict(_("Deactivate this person first."), code="still_active")),
    ):
        hand_on_sign_in(user=person)
        counts, files = erase(by=by, kind=PERSON, person=person.pk, called=called, reason=words)
    for name in files:
        forget(name)
    return ErasedPerson(called, counts, before)


def erased_name(person: User) -> str:
    """What an erased person is called: told apart in lists and figures, and nobody any more."""
    is_student = Membership.objects.filter(user=person, role__in=STUDENT_ROLES).exists()
    words = _("Erased student %(mark)s") if is_student else _("Erased person %(mark)s")
    return words % {"mark": person.pk.hex[-4:]}


def was_erased(actor: Actor, person: User) -> bool:
    """Whether the person is one who was erased."""
    return Erasure.objects.filter(institution=actor.institution, kind=PERSON, person=person).exists()
