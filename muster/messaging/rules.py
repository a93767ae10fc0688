"""Writing to students."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID, uuid5

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from muster.accounts.models import User
from muster.batches.errors import BatchArchived
from muster.batches.models import Batch
from muster.core.database import atomic, refused_as
from muster.core.errors import FieldError, HasNul, Invalid
from muster.core.history import recorded
from muster.core.ids import new_id
from muster.core.text import clean_line, clean_lines
from muster.enrollments.models import Enrollment
from muster.institutions.access import Actor
from muster.institutions.models import Affiliation
from muster.messaging.models import MOST_SUBJECT, MOST_TEXT, Message, MessageRecipient
from muster.messaging.notices import tell_message


@atomic
def send_message(
    *,
    by: Actor,
    subject: str,
    text: str,
    batch: Batch | None = None,
    students: Collection[User] | None = None,
    once: UUID | None = None,
) -> Message:
    """Write to those who hold a seat in the batch, or to some `students`, of the batch where one is named.

    Keeps what was written and to whom, and tells each once: in Muster, and by a mail that leaves in the background.
    What was sent with the same `once` in the same words already is given back as it is. In as many statements for a
    thousand as for one. Locks nothing: the database holds the batch against being archived. Raises Invalid naming the
    fields, BatchArchived.
    """
    subject, text = clean_line(subject), clean_lines(text)
    _must_say_something(subject, text)
    people = _active_people(by, batch, students)
    if not people:
        raise Invalid(_("There is no active student to write to."), field="batch_id" if batch else "student_ids")
    # Whoever goes back to the form and writes something else sends another message.
    once = uuid5(once or new_id(), f"{subject}\n{text}")
    row = Message(institution=by.institution, batch=batch, subject=subject, text=text, sent_by=by.user, once=once)
    with recorded(by, "send_message"), refused_as(archived_batch_does_not_change=lambda: _archived_batch(batch)):
        Message.objects.bulk_create([row], ignore_conflicts=True)
    message = Message.objects.get(institution=by.institution, sent_by=by.user, once=once)
    if message.pk == row.pk:
        MessageRecipient.objects.bulk_create(
            MessageRecipient(institution=by.institution, message=message, user=person) for person in people
        )
        tell_message(by, message, people)
    return message


def _active_people(by: Actor, batch: Batch | None, students: Collection[User] | None) -> list[User]:
    """The active people among those written to, each once."""
    here = Affiliation.objects.filter(institution=by.institution, user=OuterRef("pk"), is_active=True)
    rows = User.objects.filter(Exists(here), is_active=True)
    if students is not None:
        rows = rows.filter(pk__in=[person.pk for person in students])
    elif batch is not None:
        seated = Enrollment.objects.holding_seats().filter(batch=batch)
        rows = rows.filter(pk__in=seated.values("student"))
    else:
        return []
    return list(rows.order_by("pk"))


def _must_say_something(subject: str, text: str) -> None:
    found = []
    for field, words, most in (("subject", subject, MOST_SUBJECT), ("text", text, MOST_TEXT)):
        if not words:
            found.append(FieldError(field, _("This field is required.")))
        elif len(words) > most:
            sentence = _("Keep this to %(most)d characters or fewer.") % {"most": most}
            found.append(FieldError(field, sentence))
        else:
            found += HasNul.at(field, words)
    if found:
        raise Invalid.fields(found)


def _archived_batch(batch: Batch | None) -> BatchArchived:
    assert batch is not None  # noqa: S101
    return BatchArchived(batch)
