"""Feedback in words and bars, the same wherever it stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.formats import date_format, number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from muster.feedback.models import LEAST, FeedbackRound
from muster.feedback.notices import subject_of
from muster.feedback.queries import POINTS, QUESTIONS, FeedbackFigures, is_open, recent_rounds, response_rate
from muster.institutions.access import Actor
from muster.web.ui.widgets import percent, pill


@dataclass(frozen=True)
class Bar:
    """How many gave so many points."""

    points: int
    number: int
    share: int


@dataclass(frozen=True)
class RatedQuestion:
    """What came of one question, as it is drawn."""

    label: str
    average: str
    bars: Sequence[Bar]


@dataclass(frozen=True)
class FiguresView:
    """The figures of rounds as a page draws them; without questions a lock and why."""

    answers: int
    questions: Sequence[RatedQuestion]
    comments: Sequence[str]

    @property
    def table(self) -> list[tuple[int, list[int]]]:
        """The same in numbers: for each number of points how many gave it, question by question."""
        return [(points, [one.bars[place].number for one in self.questions]) for place, points in enumerate(POINTS)]


def stars(average: float | None) -> str:
    """An average as "4.3"; a dash where nothing is shown."""
    return "–" if average is None else number_format(average, 1)


def figures_view(figures: FeedbackFigures) -> FiguresView:
    """How the figures are drawn: the most points first."""
    questions = [
        RatedQuestion(
            str(QUESTIONS[name]),
            stars(one.average),
            [
                Bar(points, number, number * 100 // figures.answers)
                for points, number in zip(POINTS, one.counts, strict=True)
            ],
        )
        for name, one in (figures.ratings or {}).items()
    ]
    return FiguresView(figures.answers, questions, figures.comments)


def name_of_round(row: Any) -> str:
    """What a round is called: "Data analytics (midpoint)"."""
    words = {"kind": row.get_kind_display().lower()}
    if row.batch is None:
        return _("Mentoring of %(who)s (%(kind)s)") % {**words, "who": row.assignment.student.full_name}
    return _("%(batch)s (%(kind)s)") % {**words, "batch": row.batch.name}


def state_pill(row: Any) -> SafeString:
    """Whether it takes answers, and if not whether something is shown."""
    if is_open(row):
        return pill(_("Open until %(day)s") % {"day": date_format(row.closes_on, "j M")}, "accent", "half")
    if row.closed_at is None:
        return pill(_("Closing"), "", "half")
    if row.batch is not None and row.answers < LEAST:
        return pill(_("Hidden until %(least)d answers") % {"least": LEAST}, "", "lock")
    return pill(_("Closed"), "good", "okc")


def answers_words(row: Any) -> str:
    """How many answered; while the round is open in steps of five."""
    if row.asked is None:
        return _("Combined with others of the same mentor")
    words = {"answers": row.answers, "asked": row.asked}
    if row.closed_at is None:
        if not row.answers:
            return _("Fewer than %(least)d of %(asked)d so far") % {"least": LEAST, **words}
        return _("At least %(answers)d of %(asked)d so far") % words
    return _("%(answers)d of %(asked)d answered") % words


def rate_words(row: Any) -> str:
    """The response rate, once it is settled."""
    rate = response_rate(row.asked, row.answers) if row.closed_at else None
    return "–" if rate is None else percent(rate)


MOST_ON_HOME = 3


def home_rounds(actor: Actor) -> list[tuple[Any, str, str, SafeString]]:
    """What Home shows of rounds: each with its name, what came of it so far, and its state."""
    return [
        (row, name_of_round(row), averages_words(row) or answers_words(row), state_pill(row))
        for row in recent_rounds(actor)[:MOST_ON_HOME]
    ]


def averages_words(row: Any) -> str:
    """The three averages in a line; empty where they aren't shown."""
    if row.content_average is None:
        return ""
    words = {name: stars(getattr(row, f"{name}_average")) for name in QUESTIONS}
    return _("Content %(content)s, instructor %(instructor)s, value %(value)s of 5") % words


def small_group_words(number: int) -> str:
    """Why nothing will be shown of so few."""
    return ngettext(
        "Only %(count)d student can answer. Results are shown from %(least)d answers on, so no one will see these.",
        "Only %(count)d students can answer. Results are shown from %(least)d answers on, so no one will see these.",
        number,
    ) % {"count": number, "least": LEAST}


def round_link(row: FeedbackRound) -> str:
    return reverse("feedback:round", args=[row.pk])


def about_line(row: Any) -> SafeString:
    """Whom the question about the instructor means."""
    if row.instructor is None:
        return SafeString("")
    return format_html('<span class="s">{}</span>', row.instructor.full_name)


def own_line(row: FeedbackRound) -> str:
    """What a student is asked about, and until when."""
    names = {"subject": subject_of(row), "day": date_format(row.closes_on, "l j F")}
    return _("%(subject)s, open until the end of %(day)s") % names
