"""The points of each part, as numbers: pure functions of a need and a candidate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from muster.allocation.scoring.inputs import Candidate, Need
from muster.batches.warnings import covers
from muster.institutions.models import Institution
from muster.timetable.weeks import times_between

FULL, NEUTRAL, FIELD_FITS = 1000, 500, 700
KINDS = ("skills", "availability", "workload", "language", "style", "rating", "familiarity")
# Towards how many ratings of 3 stars an average is drawn.
DRAWN_BY = 3
# How far ahead a batch without a last day is looked at for days away.
OPEN_END = timedelta(days=180)


@dataclass(frozen=True)
class Weights:
    """How much each part counts: whole numbers from 0 to 10."""

    skills: int = 4
    availability: int = 4
    workload: int = 3
    language: int = 2
    style: int = 1
    rating: int = 2
    familiarity: int = 2

    @classmethod
    def of(cls, institution: Institution) -> Weights:
        """The institution's settings."""
        return cls(**{kind: getattr(institution, f"weight_{kind}") for kind in KINDS})

    def __getitem__(self, kind: str) -> int:
        return int(getattr(self, kind))


def skill_points(need: Need, who: Candidate) -> int | None:
    """None where no skill is asked for and the field says nothing."""
    fits = bool(who.field) and need.is_about(who.field)
    if not need.skills:
        return (FULL if fits else NEUTRAL) if need.about else None
    if not who.said.skills:
        return FIELD_FITS if fits else NEUTRAL
    had = [who.said.skills.get(skill) for skill in need.asked_skills]
    points = sum(NEUTRAL + level * 100 for level in had if level) // len(had)
    # Who names other skills in the field is no stranger to it, though nothing says that they have these.
    return max(points, NEUTRAL) if fits else points


def availability_points(need: Need, who: Candidate) -> int | None:
    """None where there are no hours to keep."""
    if not need.hours:
        return None
    said = who.said
    points = NEUTRAL
    if said.windows:
        points = FULL * sum(covers(said, hour) for hour in need.hours) // len(need.hours)
    missed, meetings = missed_meetings(need, who)
    return points * (meetings - missed) // meetings if missed else points


def missed_meetings(need: Need, who: Candidate) -> tuple[int, int]:
    """On how many of the need's meetings the candidate is away, and how many there are."""
    if need.first is None:
        return 0, 0
    ahead = [(first, until) for first, until in who.said.times_off if until >= need.first]
    if not ahead:
        return 0, 0
    last = need.last or need.first + OPEN_END
    missed = sum(_times(need, max(first, need.first), min(until, last)) for first, until in ahead)
    return missed, _times(need, need.first, last) if missed else 0


def _times(need: Need, first: date, last: date) -> int:
    return sum(times_between(hour.weekday, first, last) for hour in need.hours)


def workload_points(need: Need, who: Candidate) -> int:
    """What is left before it is taken on; a student takes no hours of the week."""
    if need.of_student:
        return _room_left(who.mentees, who.mentee_limit)
    return min(_room_left(who.batches, who.batch_limit), _room_left(who.minutes + need.minutes, who.week))


def _room_left(held: int, most: int) -> int:
    return FULL * max(most - held, 0) // most if most else 0


def language_points(need: Need, who: Candidate) -> int | None:
    """None where no language is asked for."""
    if not need.languages:
        return None
    if not who.languages:
        return NEUTRAL
    return 0 if need.asked_languages.isdisjoint(who.languages) else FULL


def style_points(need: Need, who: Candidate) -> int | None:
    """None where no style is asked for."""
    if not need.styles:
        return None
    if not who.styles:
        return NEUTRAL
    return FULL * len(need.asked_styles & who.styles) // len(need.asked_styles)


def rating_points(need: Need, who: Candidate) -> int:
    """Past ratings; the same whatever is asked for."""
    if who.said.rating is None or not who.said.ratings:
        return NEUTRAL
    drawn = (who.said.rating * who.said.ratings + 3 * DRAWN_BY) / (who.said.ratings + DRAWN_BY)
    return round((drawn - 1) / 4 * FULL)


def familiarity_points(need: Need, who: Candidate) -> int | None:
    """None where there is neither a course nor somebody who teaches the student."""
    if not need.courses and not need.teachers:
        return None
    known = who.id in need.teachers or who.id in need.defaults or not need.courses.isdisjoint(who.taught)
    return FULL if known else 0


PARTS = (
    skill_points,
    availability_points,
    workload_points,
    language_points,
    style_points,
    rating_points,
    familiarity_points,
)


def parts_of(need: Need, who: Candidate) -> tuple[int | None, ...]:
    """The points in each part, in the order of `KINDS`; None for a part for which nothing is asked."""
    return tuple(part(need, who) for part in PARTS)


def total_of(parts: Sequence[int | None], weights: Weights) -> tuple[int, int]:
    """The weighed sum of the points, and the weights of the parts that count.

    The second depends on the need alone, so sums compare between candidates exactly.
    """
    total = counted = 0
    for kind, points in zip(KINDS, parts, strict=True):
        if points is not None:
            total += points * weights[kind]
            counted += weights[kind]
    return total, counted


def score_of(parts: Sequence[int | None], weights: Weights) -> int:
    """The mean of the parts that count, weighed: from 0 to 100."""
    total, counted = total_of(parts, weights)
    return round(total / counted / 10) if counted else 0
