"""Candidates ranked for people to read: the score, each part in words, and who is left out and why."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from muster.accounts.models import User
from muster.allocation.queries import instructor_of
from muster.allocation.scoring.inputs import NOTHING_SAID, Candidate, Need, candidates_of, need_of, needs_of_students
from muster.allocation.scoring.points import KINDS, Weights, parts_of, score_of, total_of
from muster.allocation.scoring.words import LABELS, WORDS, load_of
from muster.batches.clashes import FreeInstructor, Timetable, clashes_of, free_leads, taken_at
from muster.batches.models import Batch
from muster.batches.queries import in_full
from muster.batches.rules.locks import current_people, slots_of, timetable_of
from muster.batches.warnings import SoftWarning, warnings_of
from muster.core.search import plain
from muster.institutions.access import Actor
from muster.timetable.weeks import HolidayCalendar


@dataclass(frozen=True)
class Part:
    """One part of a score: from 0 to 1000 points and how much it counts; the words are made when they are read."""

    kind: str
    points: int
    weight: int
    need: Need
    who: Candidate

    @property
    def label(self) -> str:
        return str(LABELS[self.kind])

    @property
    def sentence(self) -> str:
        """Why so many points."""
        return WORDS[self.kind](self.need, self.who)

    @property
    def percent(self) -> int:
        return self.points // 10

    @property
    def is_open(self) -> bool:
        """Whether colleagues may read it too: not what somebody carries, nor how students rate them."""
        return self.kind in ("skills", "language", "style", "familiarity")

    @property
    def speaks(self) -> str:
        """Whether it speaks `for` them, `against` them, or neither."""
        return "for" if self.points >= 600 else "against" if self.points < 400 else ""


@dataclass(frozen=True)
class Suggestion:
    """A candidate with their score from 0 to 100, and what makes it."""

    who: Candidate
    need: Need
    points: tuple[int | None, ...]
    weights: Weights
    # What a person who assigns them has to decide otherwise, with a reason.
    warnings: tuple[SoftWarning, ...] = ()

    @property
    def sum(self) -> int:
        """What candidates for one need are ranked by."""
        return total_of(self.points, self.weights)[0]

    @property
    def score(self) -> int:
        return score_of(self.points, self.weights)

    @property
    def parts(self) -> list[Part]:
        """The parts that count, the weightiest first."""
        found = [
            Part(kind, points, self.weights[kind], self.need, self.who)
            for kind, points in zip(KINDS, self.points, strict=True)
            if points is not None and self.weights[kind]
        ]
        return sorted(found, key=lambda part: -part.weight)

    @property
    def reasons(self) -> list[str]:
        """Each part in words."""
        return [part.sentence for part in self.parts]

    @property
    def against(self) -> list[str]:
        """What has to be overridden, in words."""
        return list(dict.fromkeys(warning.short for warning in self.warnings))


@dataclass(frozen=True)
class LeftOut:
    """Somebody who cannot be suggested, and why."""

    who: Candidate
    kind: str
    reason: str


@dataclass(frozen=True)
class Suggestions:
    """Who suits, the best first, and who is left out."""

    need: Need
    ranked: Sequence[Suggestion] = ()
    left_out: Sequence[LeftOut] = field(default_factory=tuple)


def rank_candidates(
    need: Need,
    candidates: Iterable[Candidate],
    weights: Weights,
    *,
    left_out: Mapping[UUID, tuple[str, str]] | None = None,
) -> Suggestions:
    """The candidates for one need, the best first; those of one score by name.

    `left_out` says of whom is not to be ranked why, as a kind and a sentence. No statement is sent.
    """
    out = left_out or {}
    found, left = [], []
    for who in candidates:
        if who.id in out:
            left.append(LeftOut(who, *out[who.id]))
        else:
            found.append(Suggestion(who, need, parts_of(need, who), weights))
    found.sort(key=lambda one: (-one.sum, plain(one.who.name), one.who.id))
    return Suggestions(need, found, sorted(left, key=lambda one: (plain(one.who.name), one.who.id)))


def suggestions_for_batch(actor: Actor, batch: Batch) -> Suggestions:
    """Who could teach the batch from today on. At most nine statements.

    Left out are who teaches in it already, who is booked at one of its hours on one of those days, and who has as many
    batches as they may.
    """
    batch = in_full(Batch.objects.filter(pk=batch.pk)).get()
    batch.institution = actor.institution
    need = need_of(batch)
    candidates = candidates_of(actor.institution, first=need.first, last=need.last)
    timetable = _timetable(batch, need)
    teaching = current_people(batch, need.first or batch.today())
    out = {person: ("teaches_it", _("already teaches this batch")) for person in teaching}
    out |= _busy(actor, timetable, candidates.keys() - out.keys())
    full = {pk: who for pk, who in candidates.items() if who.batches >= who.batch_limit}
    out = {pk: ("full", _limit_in_words(need, who)) for pk, who in full.items()} | out
    found = rank_candidates(need, candidates.values(), Weights.of(actor.institution), left_out=out)
    holidays = HolidayCalendar(actor.institution)
    return replace(found, ranked=[with_warnings(actor, batch, timetable, one, holidays) for one in found.ranked])


def leads_for_batches(actor: Actor, batches: Sequence[Batch]) -> dict[UUID, list[FreeInstructor]]:
    """For each batch everybody who is free at all its times from today on: those against whom nothing speaks first, in
    the order of `suggestions_for_batch`. As `free_leads`, and one statement more."""
    free = free_leads(batches, seen_by=actor)
    if not any(free.values()):
        return free
    weights = Weights.of(actor.institution)
    needs = {batch.pk: need_of(batch) for batch in batches}
    said = {one.id: one.said or NOTHING_SAID for those in free.values() for one in those}
    candidates = candidates_of(actor.institution, said=said)
    for batch, those in free.items():
        who = [candidates[one.id] for one in those if one.id in candidates]
        places = {one.who.id: place for place, one in enumerate(rank_candidates(needs[batch], who, weights).ranked)}
        those.sort(key=lambda one, places=places: (not one.fits, places.get(one.id, len(places))))  # type: ignore[misc]
    return free


def _limit_in_words(need: Need, who: Candidate) -> str:
    """They carry as much as they may, in words."""
    return _("has reached their limit: %(load)s") % {"load": load_of(need, who)}


def _timetable(batch: Batch, need: Need) -> Timetable | None:
    """What a new lead would be booked for, as a question about clashes; None where nothing would be."""
    slots = slots_of(batch)
    week = timetable_of(batch, slots, (), start=need.first, stored=batch)
    # Without people, the hours that somebody is named for are those with an instructor.
    hours = [hour for hour in week.hours if not hour.instructor_ids] if week else []
    return replace(week, hours=hours) if week and hours else None


def _busy(actor: Actor, timetable: Timetable | None, people: Collection[UUID]) -> dict[UUID, tuple[str, str]]:
    """Of those who are booked at one of the hours: where, as far as the actor may see it."""
    if timetable is None:
        return {}
    booked = {person for _index, person in taken_at(timetable, range(len(timetable.hours)), people=people)}
    if not booked:
        return {}
    asked = replace(timetable, hours=[replace(hour, instructor_ids=tuple(sorted(booked))) for hour in timetable.hours])
    sentences: dict[UUID, list[str]] = {}
    for clash in clashes_of(asked, seen_by=actor):
        sentences.setdefault(clash.who_id, []).append(clash.sentence)
    return {person: ("busy", _and_more(sentences.get(person, []))) for person in booked}


def _and_more(sentences: Sequence[str]) -> str:
    """The first, and how many there are besides."""
    if not sentences:
        return _("is busy during one of the slots")
    more = len(sentences) - 1
    if not more:
        return sentences[0]
    return f"{sentences[0]} " + ngettext(
        "%(count)d more of the slots is taken.", "%(count)d more of the slots are taken.", more
    ) % {"count": more}


def with_warnings(
    actor: Actor,
    batch: Batch,
    timetable: Timetable | None,
    one: Suggestion,
    holidays: HolidayCalendar,
    *,
    joins: bool = True,
) -> Suggestion:
    """The suggestion with what an assignment would ask a reason for; `joins` tells whether the batch is new to them."""
    who = one.who
    asked = timetable and replace(
        timetable, hours=[replace(hour, instructor_ids=(who.id,)) for hour in timetable.hours]
    )
    found = warnings_of(
        asked,
        {who.id: who.name},
        institution=actor.institution,
        course=batch.course,
        load={who.id: who.batches},
        joining={who.id} if joins else (),
        said={who.id: who.said},
        holidays=holidays,
    )
    return replace(one, warnings=tuple(found))


def suggestions_for_student(actor: Actor, student: User) -> Suggestions:
    """Who could accompany the student. Four statements.

    Left out are the student's own instructor, the student, and who has as many mentees as they may.
    """
    current = instructor_of(actor, student)
    need = needs_of_students(actor, [student])[0]
    candidates = candidates_of(actor.institution)
    out = {
        who.id: ("full", _limit_in_words(need, who)) for who in candidates.values() if who.mentees >= who.mentee_limit
    }
    out[student.pk] = ("themself", _("is the student"))
    if current is not None:
        out[current.instructor_id] = ("theirs", _("is already assigned to them"))
    return rank_candidates(need, candidates.values(), Weights.of(actor.institution), left_out=out)


def proposals_for_students(actor: Actor, students: Sequence[User]) -> dict[UUID, Suggestion]:
    """For each student the best instructor who still has room when those before have been given theirs. Three
    statements, whatever the number of students. A student for whom nobody has room is left out."""
    weights = Weights.of(actor.institution)
    candidates = candidates_of(actor.institution)
    chosen: dict[UUID, Suggestion] = {}
    for need in needs_of_students(actor, students):
        room = (who for who in candidates.values() if who.mentees < who.mentee_limit and who.id != need.id)
        best = next(iter(rank_candidates(need, room, weights).ranked), None)
        if best is not None:
            chosen[need.id] = best
            candidates[best.who.id] = replace(best.who, mentees=best.who.mentees + 1)
    return chosen
