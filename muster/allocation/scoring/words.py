"""What each part says of a candidate, in words."""

from __future__ import annotations

from collections.abc import Callable

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from muster.allocation.scoring.inputs import Candidate, Need
from muster.allocation.scoring.points import missed_meetings
from muster.batches.warnings import covers

LABELS = {
    "skills": gettext_lazy("Skills"),
    "availability": gettext_lazy("Availability"),
    "workload": gettext_lazy("Capacity"),
    "language": gettext_lazy("Language"),
    "style": gettext_lazy("Teaching style"),
    "rating": gettext_lazy("Rating"),
    "familiarity": gettext_lazy("Experience"),
}


def _skills(need: Need, who: Candidate) -> str:
    works = _("works in %(field)s") % {"field": who.said.domain} if who.field and need.is_about(who.field) else ""
    if not need.skills:
        return works or _("no skills required")
    if not who.said.skills:
        return ", ".join(filter(None, (_("no skills listed"), works)))
    levels = {skill: who.said.skills.get(asked) for skill, asked in zip(need.skills, need.asked_skills, strict=True)}
    has = [
        _("%(skill)s (%(level)d of 5)") % {"skill": skill, "level": level} for skill, level in levels.items() if level
    ]
    lacks = [skill for skill, level in levels.items() if not level]
    return ", ".join(
        filter(
            None,
            (
                ", ".join(has),
                _("missing %(skills)s") % {"skills": ", ".join(lacks)} if lacks else "",
                works,
            ),
        )
    )


def _availability(need: Need, who: Candidate) -> str:
    outside = [str(hour) for hour in need.hours if who.said.windows and not covers(who.said, hour)]
    if not who.said.windows:
        words = _("no weekly availability set")
    elif not outside:
        words = ngettext(
            "available for the weekly slot", "available for all %(count)d weekly slots", len(need.hours)
        ) % {"count": len(need.hours)}
    else:
        words = _("not available %(hours)s") % {"hours": ", ".join(outside)}
    missed, meetings = missed_meetings(need, who)
    if missed:
        away = _("away for %(missed)d of %(all)d sessions") % {"missed": missed, "all": meetings}
        return f"{words}, {away}"
    return words


def load_of(need: Need, who: Candidate) -> str:
    """What they carry of what they may: batches, or mentees where a student asks."""
    if need.of_student:
        return ngettext("%(count)d of %(most)d student", "%(count)d of %(most)d students", who.mentee_limit) % {
            "count": who.mentees,
            "most": who.mentee_limit,
        }
    return ngettext("%(count)d of %(most)d batch", "%(count)d of %(most)d batches", who.batch_limit) % {
        "count": who.batches,
        "most": who.batch_limit,
    }


def _workload(need: Need, who: Candidate) -> str:
    if need.of_student:
        return load_of(need, who)
    hours = _("%(held)s of %(all)s hours in the busiest week") % {
        "held": f"{who.minutes / 60:g}" if who.minutes % 60 == 0 else f"{who.minutes / 60:.1f}",
        "all": f"{who.week / 60:g}" if who.week % 60 == 0 else f"{who.week / 60:.1f}",
    }
    return f"{load_of(need, who)}, {hours}"


def _language(need: Need, who: Candidate) -> str:
    asked = ", ".join(need.languages)
    if not who.languages:
        return _("no languages listed")
    if need.asked_languages.isdisjoint(who.languages):
        return _("does not teach in %(language)s") % {"language": asked}
    both = ", ".join(word for word in need.languages if word.strip().lower() in who.languages)
    return _("teaches in %(language)s") % {"language": both}


def _style(need: Need, who: Candidate) -> str:
    if not who.styles:
        return _("no teaching styles listed")
    shared = ", ".join(style for style in need.styles if style.strip().lower() in who.styles)
    if shared:
        return _("matches the preferred teaching style: %(styles)s") % {"styles": shared}
    return _("teaches differently than preferred (%(styles)s)") % {"styles": ", ".join(need.styles)}


def _rating(need: Need, who: Candidate) -> str:
    if who.said.rating is None or not who.said.ratings:
        return _("not rated yet")
    return ngettext(
        "rated %(stars)s out of 5 (%(count)d rating)", "rated %(stars)s out of 5 (%(count)d ratings)", who.said.ratings
    ) % {"stars": f"{who.said.rating:.1f}", "count": who.said.ratings}


def _familiarity(need: Need, who: Candidate) -> str:
    if who.id in need.teachers:
        return _("teaches them in %(batch)s") % {"batch": need.teachers[who.id]}
    if not need.courses.isdisjoint(who.taught):
        return _("has taught one of their courses before") if need.of_student else _("has taught this course before")
    if who.id in need.defaults:
        return _("is the course's default instructor")
    return _("has not taught any of their courses yet") if need.of_student else _("has not taught this course yet")


WORDS: dict[str, Callable[[Need, Candidate], str]] = {
    "skills": _skills,
    "availability": _availability,
    "workload": _workload,
    "language": _language,
    "style": _style,
    "rating": _rating,
    "familiarity": _familiarity,
}
