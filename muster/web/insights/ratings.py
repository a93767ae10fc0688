"""The feedback on a batch as it is drawn: a bar for each question, and some of the comments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from muster.feedback.queries import POINTS, QUESTIONS, FeedbackFigures, Rating

# The others are read on the page of the round.
MOST_COMMENTS = 3


class RatingSpan(NamedTuple):
    """How many gave so many points: its place in the bar in percent, from the left."""

    points: int
    number: int
    x: str
    width: str
    middle: str


class RatingBar(NamedTuple):
    """A question: its mean, and who gave 5, 4, 3, 2 and 1."""

    question: str
    mean: str
    label: str
    spans: Sequence[RatingSpan]


@dataclass(frozen=True)
class RatingsShown:
    """The bars, and the comments that are shown here, of how many."""

    bars: Sequence[RatingBar]
    comments: Sequence[str]
    number: int


def draw_ratings(found: FeedbackFigures) -> RatingsShown | None:
    """The bars, each as long as all answers; nothing where too few answered."""
    if found.ratings is None:
        return None
    bars = [_bar(str(QUESTIONS[name]), one, found.answers) for name, one in found.ratings.items()]
    return RatingsShown(bars, found.comments[:MOST_COMMENTS], len(found.comments))


def _bar(question: str, one: Rating, answers: int) -> RatingBar:
    spans, left = [], 0.0
    for points, number in reversed([*zip(POINTS, one.counts, strict=True)]):
        width = 100 * number / answers
        if number:
            spans.append(RatingSpan(points, number, f"{left:.2f}%", f"{width:.2f}%", f"{left + width / 2:.2f}%"))
        left += width
    said = ", ".join(_("%(number)s gave %(points)s") % {"number": of.number, "points": of.points} for of in spans)
    label = _("%(question)s: %(values)s.") % {"question": question, "values": said}
    return RatingBar(question, number_format(one.average, 1), label, spans)
