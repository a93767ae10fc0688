"""Forms of mentoring. The names of fields are those of the API."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from muster.mentoring.models import MentoringCheckIn, MentoringGoal, MentoringSession
from muster.mentoring.rules import LENGTHS, MOST_COMMENT, MOST_GOAL, MOST_NOTES, MOST_REASON
from muster.web.ui.forms import Form, Grid, wide


class MomentForm(Form):
    """When the two meet, by their clock."""

    date = forms.DateField(label=gettext_lazy("Day"))
    start_time = forms.TimeField(label=gettext_lazy("From"))

    def wanted(self) -> dict[str, Any]:
        """What the rule is told."""
        given = dict(self.cleaned_data)
        return {"starts_at": datetime.combine(given.pop("date"), given.pop("start_time")), **given}


class TimeForm(MomentForm):
    """When and how the two meet."""

    minutes = forms.TypedChoiceField(
        label=gettext_lazy("Length"),
        coerce=int,
        choices=[(number, gettext_lazy("%(count)d minutes") % {"count": number}) for number in LENGTHS],
    )
    channel = forms.ChoiceField(label=gettext_lazy("How you meet"), choices=MentoringSession.Channel.choices)


class AskTimeForm(MomentForm):
    """When a student would rather meet."""

    note = forms.CharField(
        label=gettext_lazy("Note"),
        required=False,
        max_length=MOST_REASON,
        help_text=gettext_lazy("Your mentor sees it."),
    )


class DeclineTimeForm(Form):
    """Why the session stays when it is."""

    note = forms.CharField(label=gettext_lazy("Note to the student"), required=False, max_length=MOST_REASON)


class CallForm(MomentForm):
    """A session that was held without being scheduled."""

    minutes = forms.IntegerField(label=gettext_lazy("Minutes"))
    channel = forms.ChoiceField(label=gettext_lazy("How you met"), choices=MentoringSession.Channel.choices)
    summary = forms.CharField(
        label=gettext_lazy("Summary"),
        required=False,
        max_length=MOST_NOTES,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("The student sees this."),
    )
    private_notes = forms.CharField(
        label=gettext_lazy("Private notes"),
        required=False,
        max_length=MOST_NOTES,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("Only you and administrators can read this."),
    )
    layout = (
        Grid(
            wide("date", "half"),
            wide("start_time", "half"),
            wide("minutes", "half"),
            wide("channel", "half"),
            "summary",
            "private_notes",
        ),
    )


class ScheduleForm(TimeForm):
    """The same, once or every week or two."""

    repeat_weekly_until = forms.DateField(
        label=gettext_lazy("Repeat until"),
        required=False,
        help_text=gettext_lazy("Leave blank for a single session. Holidays are skipped."),
    )
    repeat_every_weeks = forms.TypedChoiceField(
        label=gettext_lazy("Repeats"),
        coerce=int,
        required=False,
        choices=[(1, gettext_lazy("Every week")), (2, gettext_lazy("Every two weeks"))],
    )

    def wanted(self) -> dict[str, Any]:
        given = super().wanted()
        until, weeks = given.pop("repeat_weekly_until"), given.pop("repeat_every_weeks") or 1
        return {"repeat_until": until, "every_weeks": weeks, **given}


class CancelMentoringForm(Form):
    """Why, and whether the rest of the series too."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        required=False,
        max_length=MOST_REASON,
        help_text=gettext_lazy("The other person sees it."),
    )
    following = forms.BooleanField(label=gettext_lazy("Cancel all later sessions of this series too"), required=False)

    def __init__(self, *args: Any, in_series: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not in_series:
            del self.fields["following"]


class WriteUpForm(Form):
    """What came of a session."""

    status = forms.ChoiceField(
        label=gettext_lazy("Outcome"), choices=MentoringSession.Outcome.choices, widget=forms.RadioSelect
    )
    summary = forms.CharField(
        label=gettext_lazy("Summary"),
        required=False,
        max_length=MOST_NOTES,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("The student sees this."),
    )
    private_notes = forms.CharField(
        label=gettext_lazy("Private notes"),
        required=False,
        max_length=MOST_NOTES,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy(
            "Only you and administrators can read this. Each time an administrator does is recorded."
        ),
    )
    goal = forms.CharField(label=gettext_lazy("New goal"), required=False, max_length=MOST_GOAL)
    due_on = forms.DateField(label=gettext_lazy("Due"), required=False)

    def wanted(self) -> dict[str, Any]:
        """What the rule is told."""
        given = dict(self.cleaned_data)
        goal, due_on = given.pop("goal"), given.pop("due_on")
        return {"outcome": given.pop("status"), "goals": [(goal, due_on)] if goal else [], **given}


class GoalForm(Form):
    """What is agreed, and until when."""

    title = forms.CharField(label=gettext_lazy("Goal"), max_length=MOST_GOAL)
    due_on = forms.DateField(label=gettext_lazy("Due"), required=False)


class GoalChangeForm(GoalForm):
    """The same, and what became of it."""

    status = forms.ChoiceField(label=gettext_lazy("Status"), choices=MentoringGoal.Status.choices)


def _scale(label: Any, words: Sequence[Any]) -> forms.TypedChoiceField:
    choices = list(zip(MentoringCheckIn.SCALE, words, strict=True))
    return forms.TypedChoiceField(label=label, coerce=int, choices=choices, widget=forms.RadioSelect)


class CheckInForm(Form):
    """How it goes, from 1 to 5."""

    mood = _scale(gettext_lazy("Mood"), MentoringCheckIn.MOODS)
    progress = _scale(gettext_lazy("Progress"), MentoringCheckIn.PACES)
    comment = forms.CharField(label=gettext_lazy("Anything to add"), required=False, max_length=MOST_COMMENT)

    @property
    def scales(self) -> list[forms.BoundField]:
        """The two that are chosen from 1 to 5."""
        return [self["mood"], self["progress"]]


class QuestionForm(Form):
    """What a student asks."""

    question = forms.CharField(
        label=gettext_lazy("Your question"), max_length=MOST_NOTES, widget=forms.Textarea(attrs={"rows": 3})
    )


class MentorAnswerForm(Form):
    """What the mentor answers."""

    answer = forms.CharField(
        label=gettext_lazy("Your answer"), max_length=MOST_NOTES, widget=forms.Textarea(attrs={"rows": 3})
    )


class AskMentorForm(Form):
    """Why a student would like another mentor."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=MOST_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Only administrators read it."),
    )


class ChooseMentorForm(Form):
    """Who is the next mentor."""

    instructor_id = forms.ChoiceField(label=gettext_lazy("Instructor"), help_text=gettext_lazy("Best match first."))

    def __init__(self, *args: Any, choices: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["instructor_id"].choices = choices  # type: ignore[attr-defined]


class RejectMentorForm(Form):
    """Why the student keeps their mentor."""

    note = forms.CharField(
        label=gettext_lazy("Note to the student"), max_length=MOST_REASON, widget=forms.Textarea(attrs={"rows": 3})
    )


class HandoverForm(Form):
    """What the next mentor should know."""

    note = forms.CharField(
        label=gettext_lazy("Note to the next mentor"),
        required=False,
        max_length=MOST_NOTES,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("The student doesn't see it."),
    )
    notes_released = forms.BooleanField(
        label=gettext_lazy("Let the next mentor read my private notes"),
        required=False,
        help_text=gettext_lazy("Each time they do is recorded. You can take this back."),
    )
