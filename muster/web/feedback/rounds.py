"""Feedback as staff see it: rounds, what came of them, asking and reminding; and a student's own list."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, ClassVar
from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, ngettext_lazy
from django_tables2 import Column

from muster.allocation.permissions import mentees
from muster.batches.permissions import batches
from muster.feedback.models import LEAST, FeedbackInvitation, FeedbackRound, ShownAnswer
from muster.feedback.permissions import feedback_rounds
from muster.feedback.queries import (
    figures_of,
    is_open,
    response_rate,
    rounds_seen_by,
    shown_of_mentor,
    shown_of_round,
    students_to_ask,
)
from muster.feedback.rules import open_batch_round, open_mentoring_round, remind_of_round
from muster.institutions.models import Role
from muster.web.batches.dialogs import batch_dialog, batches_for_rules, tab_url
from muster.web.batches.frame import Frame, batch_for, tab_page
from muster.web.feedback.words import (
    answers_words,
    figures_view,
    name_of_round,
    own_line,
    rate_words,
    round_link,
    small_group_words,
    stars,
    state_pill,
)
from muster.web.mentoring.sessions import crumbs_of, page_of_student, pair_of_student
from muster.web.requests import ActorRequest
from muster.web.ui.dialogs import ConfirmForm, redirect_with_message, render_dialog, submit_form
from muster.web.ui.forms import Form, posted_data
from muster.web.ui.pages import page
from muster.web.ui.tables import Empty, Facet, Filters, NumberColumn, Table, TitleColumn, list_page
from muster.web.ui.widgets import date_range

# The tab under which the feedback of a batch stands, beside its certificates.
TAB = "completion"


# --- lists ------------------------------------------------------------------------------------------------------------
class RoundFilters(Filters):
    """By what rounds are; never by anything of an answer."""

    search: ClassVar[Sequence[str]] = ("batch__name", "batch__code", "instructor__full_name")
    search_hint = gettext_lazy("Batch or instructor")
    kind = Facet(gettext_lazy("Round"), value="kind", words=FeedbackRound.Kind.choices)
    branch = Facet(
        gettext_lazy("Branch"), value="batch__branch_id", text="batch__branch__name", none=gettext_lazy("No branch")
    )
    batch = Facet(gettext_lazy("Batch"), value="batch_id", text="batch__code", none=gettext_lazy("Mentoring"))
    instructor = Facet(
        gettext_lazy("Instructor"), value="instructor_id", text="instructor__full_name", none=gettext_lazy("No lead")
    )


class RoundTable(Table):
    """Rounds, those that last longest first, with what is shown of each."""

    counted = ngettext_lazy("%(count)s feedback round", "%(count)s feedback rounds", "count")
    caption = gettext_lazy("Feedback rounds")
    cards = {
        "name": "title",
        "answers": "meta",
        "content": "meta",
        "instructor": "meta",
        "value": "meta",
        "state": "status",
    }

    name = TitleColumn(
        accessor="kind",
        verbose_name=gettext_lazy("Round"),
        order_by=("kind", "batch__code"),
        url=round_link,
        sub=lambda row: row.instructor.full_name if row.instructor else "",
    )
    closes_on = Column(verbose_name=gettext_lazy("Last day"))
    answers = Column(verbose_name=gettext_lazy("Answers"), empty_values=())
    response_rate = NumberColumn(verbose_name=gettext_lazy("Response rate"), empty_values=(), orderable=False)
    content = NumberColumn(accessor="content_average", verbose_name=gettext_lazy("Content"), empty_values=())
    instructor = NumberColumn(accessor="instructor_average", verbose_name=gettext_lazy("Instructor"), empty_values=())
    value = NumberColumn(accessor="value_average", verbose_name=gettext_lazy("Value"), empty_values=())
    state = Column(verbose_name=gettext_lazy("State"), empty_values=(), order_by=("closed_at",))

    class Meta(Table.Meta):
        pass

    def render_name(self, record: Any) -> SafeString:
        name: SafeString = self.columns["name"].column.render(name_of_round(record), record)
        return name

    def value_name(self, record: Any) -> str:
        return name_of_round(record)

    def render_closes_on(self, value: Any) -> str:
        return date_range(value, value)

    def value_closes_on(self, value: Any) -> Any:
        return value

    def render_answers(self, record: Any) -> str:
        return answers_words(record)

    def value_answers(self, record: Any) -> Any:
        return record.answers

    def render_response_rate(self, record: Any) -> str:
        return rate_words(record)

    def value_response_rate(self, record: Any) -> float | None:
        return response_rate(record.asked, record.answers)

    def render_content(self, value: Any) -> str:
        return stars(value)

    def value_content(self, value: Any) -> float | None:
        return None if value is None else round(float(value), 2)

    def render_instructor(self, value: Any) -> str:
        return stars(value)

    def value_instructor(self, value: Any) -> float | None:
        return None if value is None else round(float(value), 2)

    def render_value(self, value: Any) -> str:
        return stars(value)

    def value_value(self, value: Any) -> float | None:
        return None if value is None else round(float(value), 2)

    def render_state(self, record: Any) -> SafeString:
        return state_pill(record)

    def value_state(self, record: Any) -> str:
        return str(_("Closed") if record.closed_at else _("Open"))


@page(feedback_rounds["see"])
def round_list(request: ActorRequest) -> HttpResponseBase:
    """The rounds that the reader may look into, with all of them together; a student's own."""
    actor = request.actor
    if not feedback_rounds.may(actor, "read"):
        return _own_rounds(request)
    rows = rounds_seen_by(actor)
    mentored = None
    if actor.is_any(Role.INSTRUCTOR):
        mentored = figures_view(figures_of(shown_of_mentor(actor.owner_id, actor.user and actor.user.pk)))
    shown = ShownAnswer.objects.filter(
        round__in=RoundFilters(request.GET, queryset=rows, request=request).rows().order_by().values("pk")
    )
    return list_page(
        request,
        table_class=RoundTable,
        filterset_class=RoundFilters,
        queryset=rows,
        template="feedback/list.html",
        context={
            "nav": "feedback",
            "mentored": mentored if mentored and mentored.questions else None,
            "together": figures_view(figures_of(shown, with_comments=False)),
            "least": LEAST,
        },
        empty=Empty(
            _("No feedback yet"),
            _("Students are asked at the midpoint and in the last week of a batch. You can also ask from the batch."),
            "note",
        ),
        export_name="feedback",
    )


def _own_rounds(request: ActorRequest) -> HttpResponse:
    """What a student is asked and has answered: that they did, and no more."""
    rows = FeedbackInvitation.objects.filter(
        institution=request.actor.institution,
        student=request.actor.user,
        round__in=feedback_rounds.rows(request.actor).order_by().values("pk"),
    ).select_related(
        "round__batch__institution", "round__batch__branch", "round__instructor", "round__assignment__institution"
    )
    mine = [
        {"row": one.round, "line": own_line(one.round), "answered": one.answered, "is_open": is_open(one.round)}
        for one in rows.order_by("-round__closes_on", "-round_id")[:100]
    ]
    return render(request, "feedback/own.html", {"nav": "feedback", "mine": mine})


# --- one round --------------------------------------------------------------------------------------------------------
def _context_of(request: ActorRequest, row: Any) -> dict[str, Any]:
    """What `feedback/round_body.html` shows of a round."""
    takes = is_open(row)
    may_ask = feedback_rounds.allows(request.actor, "open", row)
    return {
        "row": row,
        "name": name_of_round(row),
        "state": state_pill(row),
        "answers": answers_words(row),
        "rate": rate_words(row),
        "figures": figures_view(figures_of(shown_of_round(row))),
        "least": LEAST,
        "is_open": takes,
        "remind_url": reverse("feedback:remind", args=[row.pk])
        if takes and may_ask and row.reminded_on is None
        else "",
        "is_small": row.asked is not None and row.asked < LEAST,
        "small_words": small_group_words(row.asked or 0),
    }


@page(feedback_rounds["read"])
def round_page(request: ActorRequest, round_id: UUID) -> HttpResponse:
    """What came of a round, as far as it is shown."""
    feedback_rounds.get(request.actor, round_id, "read")
    row: Any = rounds_seen_by(request.actor).get(pk=round_id)
    batch_url = reverse("feedback:batch", args=[row.batch_id]) if row.batch_id else ""
    return render(
        request, "feedback/round.html", {"nav": "feedback", "batch_url": batch_url, **_context_of(request, row)}
    )


@page(feedback_rounds["open"])
def remind_page(request: ActorRequest, round_id: UUID) -> HttpResponse:
    """Remind those who have not answered, without saying who they are."""
    actor = request.actor
    row = feedback_rounds.get(actor, round_id, "open", among=FeedbackRound.objects.select_related("batch"))
    form = ConfirmForm(posted_data(request))
    back = reverse("feedback:round", args=[row.pk])
    if submit_form(form, lambda: remind_of_round(by=actor, row=row)):
        return redirect_with_message(request, back, _("Reminder sent to everyone who hasn't answered."))
    text = [_("Only students who haven't answered get it. You can send one reminder for each round.")]
    return render_dialog(
        request,
        form,
        title=_("Remind students?"),
        button=_("Send reminder"),
        back=back,
        text=text,
        crumbs=[_("Feedback"), reverse("feedback:list")],
        context={"nav": "feedback"},
    )


# --- a batch ----------------------------------------------------------------------------------------------------------
@page(batches["roster"])
def batch_rounds(request: ActorRequest, batch_id: UUID) -> HttpResponse:
    """The rounds of a batch: the latest in full, the others as a list."""
    actor = request.actor
    frame = Frame(actor, batch_for(actor, batch_id, "roster"), TAB)
    rows = list(rounds_seen_by(actor).filter(batch=frame.batch))
    latest = rows[0] if rows else None
    number = students_to_ask(frame.batch).count()
    can_ask = frame.may_change and feedback_rounds.may(actor, "open") and all(one.closed_at for one in rows)
    context = {
        "rows": [(one, one.get_kind_display(), answers_words(one), state_pill(one)) for one in rows[1:]],
        "latest": latest,
        "completion_url": tab_url(frame.batch, TAB),
        "ask_url": reverse("feedback:ask", args=[frame.batch.pk]) if can_ask else "",
        "few_words": small_group_words(number) if number < LEAST else "",
        "opens_by_itself": actor.institution.feedback_opens_by_itself and number >= LEAST,
        **(_context_of(request, latest) | {"name": latest.get_kind_display()} if latest else {}),
    }
    return tab_page(request, frame, "feedback/batch.html", context)


class RoundKindForm(Form):
    """Which round."""

    kind = forms.ChoiceField(label=gettext_lazy("Round"), choices=FeedbackRound.Kind.choices, widget=forms.RadioSelect)


class FeedbackAskForm(RoundKindForm):
    """Until when too, and where nothing will be shown of it, knowing that."""

    closes_on = forms.DateField(label=gettext_lazy("Last day to answer"))

    def __init__(self, *args: Any, number: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if number < LEAST:
            label = _("Ask although no one will see the answers")
            self.fields["accept_small_group"] = forms.BooleanField(label=label, required=False)


@page(feedback_rounds["open"])
def ask_page(request: ActorRequest, batch_id: UUID) -> HttpResponse:
    """Ask the students of a batch, by hand."""
    actor = request.actor
    batch = batches.get(actor, batch_id, "change", among=batches_for_rules())
    number = students_to_ask(batch).count()
    today = batch.today()
    half = batch.start_date and batch.end_date and today - batch.start_date > batch.end_date - today
    kinds = FeedbackRound.Kind
    last = today + timedelta(days=actor.institution.feedback_days)
    initial = {"kind": kinds.END if half else kinds.MIDPOINT, "closes_on": last}
    form = FeedbackAskForm(posted_data(request), number=number, initial=initial)
    done = submit_form(form, lambda: open_batch_round(by=actor, batch=batch, **form.cleaned_data))
    if done:
        asked = ngettext("%(count)d student asked.", "%(count)d students asked.", number) % {"count": number}
        return redirect_with_message(request, reverse("feedback:batch", args=[batch.pk]), asked)
    text = [_("They get three questions, which take less than a minute. Results are shown after the last day.")]
    if number < LEAST:
        text = [small_group_words(number)]
    button = ngettext("Ask %(count)d student", "Ask %(count)d students", number) % {"count": number}
    return batch_dialog(
        request,
        form,
        batch,
        TAB,
        title=_("Ask for feedback"),
        button=button,
        text=text,
        back=reverse("feedback:batch", args=[batch.pk]),
    )


# --- a mentoring ------------------------------------------------------------------------------------------------------
@page(mentees["assign"])
def ask_mentored_page(request: ActorRequest, student_id: UUID) -> HttpResponse:
    """Ask a student about their mentoring, by hand."""
    actor = request.actor
    student = mentees.get(actor, student_id, "assign")
    pair, back = pair_of_student(actor, student), page_of_student(student.pk)
    form = RoundKindForm(posted_data(request), initial={"kind": FeedbackRound.Kind.MIDPOINT})
    if submit_form(form, lambda: open_mentoring_round(by=actor, pair=pair, **form.cleaned_data)):
        said = _("Feedback requested from %(name)s.") % {"name": student.full_name}
        return redirect_with_message(request, back, said)
    words = {"name": pair.instructor.full_name, "least": LEAST}
    return render_dialog(
        request,
        form,
        title=_("Ask %(name)s for feedback?") % {"name": student.full_name},
        button=_("Ask for feedback"),
        back=back,
        text=[
            _("Three questions about the mentoring, which take less than a minute."),
            _("The answer is shown only with those of at least %(least)d students whom %(name)s mentors.") % words,
        ],
        crumbs=crumbs_of(actor, student),
        context={"nav": "mentoring"},
    )
