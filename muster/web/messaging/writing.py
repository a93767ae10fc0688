"""Writing to a batch, to selected students, or to one."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from muster.accounts.models import User
from muster.batches.models import Batch
from muster.batches.permissions import batches
from muster.core.ids import new_id
from muster.enrollments.models import Enrollment
from muster.enrollments.permissions import enrollments
from muster.messaging import rules
from muster.messaging.models import MOST_SUBJECT, MOST_TEXT, Message
from muster.messaging.permissions import messages
from muster.people.links import student_url, students_url
from muster.people.permissions import students
from muster.web.batches.dialogs import batches_for_rules, tab_url
from muster.web.requests import ActorRequest
from muster.web.ui.bulk import names_in_words, picked_rows
from muster.web.ui.dialogs import redirect_with_message, render_dialog, submit_form
from muster.web.ui.forms import Form, posted_data
from muster.web.ui.pages import page


class MessageForm(Form):
    """What to write; the hidden field makes of two clicks one message."""

    subject = forms.CharField(label=gettext_lazy("Subject"), max_length=MOST_SUBJECT)
    text = forms.CharField(
        label=gettext_lazy("Message"),
        max_length=MOST_TEXT,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=gettext_lazy("Plain text. Students get it in Muster and by email."),
    )
    once = forms.UUIDField(required=False, widget=forms.HiddenInput)


@page(batches["roster"])
def write_to_batch(request: ActorRequest, batch_id: UUID) -> HttpResponse:
    """Write to everybody who holds a seat in the batch."""
    batch = batches.get(request.actor, batch_id, "roster", among=batches_for_rules())
    number = batch.enrolled_students
    words = ngettext("Goes to %(count)d student of %(batch)s.", "Goes to %(count)d students of %(batch)s.", number)
    return _dialog(
        request,
        batch=batch,
        number=number,
        title=_("Write to %(batch)s") % {"batch": batch.code},
        text=[words % {"count": number, "batch": batch.name}],
        back=tab_url(batch, "messages"),
        crumbs=[_("Batches"), reverse("batches:list"), batch.code, tab_url(batch)],
        nav="batches",
    )


@page(messages["send"])
def write_to_enrolled(request: ActorRequest) -> HttpResponse:
    """Write to the students of the selected enrollments; where these are of one batch, the message is of that batch."""
    actor = request.actor
    among = Enrollment.objects.select_related("student", "batch__institution")
    rows = picked_rows(request, enrollments.rows(actor, among=among))
    found = {row.batch_id: row.batch for row in rows}
    batch = next(iter(found.values())) if len(found) == 1 else None
    people = list({row.student_id: row.student for row in rows}.values())
    back = tab_url(batch, "students") if batch else students_url()
    return _to_people(request, people, batch=batch, back=back, crumbs=[_("Students"), back], nav="batches")


@page(messages["send"])
def write_to_students(request: ActorRequest) -> HttpResponse:
    """Write to the selected students, or to one."""
    people = picked_rows(request, students.rows(request.actor, "list"))
    back = student_url(people[0].pk) if len(people) == 1 else students_url()
    return _to_people(request, people, back=back, crumbs=[_("Students"), students_url()], nav="students")


def _to_people(request: ActorRequest, people: Sequence[User], batch: Batch | None = None, **shown: Any) -> HttpResponse:
    number = len(people)
    title = (
        _("Write to %(name)s") % {"name": people[0].full_name}
        if number == 1
        else ngettext("Write to %(count)d student", "Write to %(count)d students", number) % {"count": number}
    )
    text = [names_in_words(people, lambda person: person.full_name)] if number > 1 else []
    return _dialog(request, batch=batch, people=people, number=number, title=title, text=text, **shown)


def _dialog(
    request: ActorRequest,
    *,
    number: int,
    back: str,
    nav: str,
    batch: Batch | None = None,
    people: Collection[User] | None = None,
    **shown: Any,
) -> HttpResponse:
    form = MessageForm(posted_data(request), initial={"once": new_id()})

    def send() -> Message:
        return rules.send_message(by=request.actor, batch=batch, students=people, **form.cleaned_data)

    if done := submit_form(form, send):
        reached = done.result.recipients.count()
        said = ngettext("Message sent to %(count)d student.", "Message sent to %(count)d students.", reached)
        return redirect_with_message(request, back, said % {"count": reached})
    button = ngettext("Send to %(count)d student", "Send to %(count)d students", number) % {"count": number}
    return render_dialog(request, form, button=button, back=back, context={"nav": nav}, **shown)
