"""Asking for consent, version by version, and answering."""

from __future__ import annotations

from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from muster.core.database import atomic, refused_as
from muster.core.errors import FieldError, Forbidden, Invalid
from muster.core.history import recorded
from muster.core.rows import lock_row
from muster.core.text import clean_line, clean_lines
from muster.institutions.access import Actor
from muster.privacy.errors import AnotherVersion, ConsentClosed, PurposeTaken
from muster.privacy.models import MOST_CONSENT, ConsentAnswer, ConsentPurpose, ConsentText

MOST_TITLE = 100


@atomic
def write_consent(
    *, by: Actor, title: str, text: str, audience: str, purpose: ConsentPurpose | None = None
) -> ConsentPurpose:
    """Ask for a consent, or change what is asked: another text is the next version, which everybody is asked anew.

    Locks the consent. Raises Invalid naming every wrong field, PurposeTaken, ConsentClosed.
    """
    title, text = clean_line(title), clean_lines(text)
    if wrong := list(_problems(title, text, audience)):
        raise Invalid.fields(wrong)
    with recorded(by, "write_consent"), refused_as(one_consent_for_each_purpose=PurposeTaken):
        if purpose is None:
            purpose = ConsentPurpose.objects.create(institution=by.institution, title=title, audience=audience)
        else:
            purpose = lock_row(purpose)
            if not purpose.is_open:
                raise ConsentClosed
            purpose.title, purpose.audience = title, audience
            purpose.save(update_fields=["title", "audience", "updated_at"])
        newest = purpose.texts.first()
        if newest is None or newest.text != text:
            version = (purpose.texts.aggregate(last=Max("version"))["last"] or 0) + 1
            ConsentText.objects.create(
                institution=by.institution, purpose=purpose, version=version, text=text, written_by=by.user
            )
    return purpose


def _problems(title: str, text: str, audience: str) -> list[FieldError]:
    wrong = []
    too_long = _("Keep this to %(most)d characters or fewer.")
    for field, words, most in (("title", title, MOST_TITLE), ("text", text, MOST_CONSENT)):
        if not words:
            wrong.append(FieldError(field, _("This field is required.")))
        elif len(words) > most:
            wrong.append(FieldError(field, too_long % {"most": most}))
    if audience not in ConsentPurpose.Audience.values:
        wrong.append(FieldError("audience", _("Choose one of students, staff, everyone.")))
    return wrong


@atomic
def close_consent(*, by: Actor, purpose: ConsentPurpose) -> ConsentPurpose:
    """Ask nobody any more; what people said stays. Again without change. Locks the consent."""
    return _set_closed(by, purpose, "close_consent", closed=True)


@atomic
def reopen_consent(*, by: Actor, purpose: ConsentPurpose) -> ConsentPurpose:
    """Ask again. Again without change. Locks the consent."""
    return _set_closed(by, purpose, "reopen_consent", closed=False)


def _set_closed(by: Actor, purpose: ConsentPurpose, use_case: str, *, closed: bool) -> ConsentPurpose:
    purpose = lock_row(purpose)
    if purpose.is_open == closed:
        with recorded(by, use_case):
            purpose.closed_at = timezone.now() if closed else None
            purpose.save(update_fields=["closed_at", "updated_at"])
    return purpose


@atomic
def answer_consent(*, by: Actor, purpose: ConsentPurpose, given: bool, version: int) -> ConsentAnswer:
    """Say yes or no to the version that one has read, or take back what one said. The same again adds nothing.

    Locks the consent against another version. Raises Forbidden, ConsentClosed, AnotherVersion.
    """
    if by.user is None:
        raise Forbidden
    purpose = lock_row(purpose)
    if not purpose.is_open:
        raise ConsentClosed
    text = purpose.texts.first()
    if text is None or text.version != version:
        raise AnotherVersion
    last = ConsentAnswer.objects.filter(text__purpose=purpose, person=by.user).first()
    if last is not None and last.text_id == text.pk and last.given == given:
        return last
    return ConsentAnswer.objects.create(institution=by.institution, text=text, person=by.user, given=given)
