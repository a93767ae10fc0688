"""What instructors say of themselves: profile, weekly availability, time off."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, time
from typing import Any

from django.utils.translation import gettext as _
from typing_extensions import TypedDict

from muster.accounts.models import User
from muster.core.database import atomic, refused_as
from muster.core.errors import FieldError, Invalid
from muster.core.history import recorded
from muster.institutions.access import Actor
from muster.institutions.models import Affiliation
from muster.people.errors import TimeOffGone, TimeOffOverlap, WindowOverlap
from muster.people.models import AvailabilityWindow, InstructorProfile, InstructorSkill, TimeOff

MOST_BIO = 4000
MOST_WORDS = 20
MOST_SKILLS = 50
MOST_WINDOWS = 70
MOST_BATCHES = 100
MOST_MENTEES = 1000
LONGEST_DAYS = 366
HORIZON_DAYS = 3660


@dataclass(frozen=True)
class SkillInput:
    """A skill with its level from 1 to 5."""

    skill: str
    level: int


@dataclass(frozen=True)
class WindowInput:
    """Weekly hours at which somebody can teach."""

    weekday: int
    start_time: time
    end_time: time


class ProfileChanges(TypedDict, total=False):
    """What is to change; what is not named stays."""

    domain: str
    bio: str
    languages: Sequence[str]
    teaching_styles: Sequence[str]
    max_active_batches: int | None
    max_mentees: int | None
    skills: Sequence[SkillInput]


@atomic
def change_profile(*, by: Actor, instructor: User, changes: ProfileChanges) -> InstructorProfile:
    """Write what is named into the instructor's profile. `skills` are replaced as a whole.

    Locks the instructor. Raises Invalid naming every wrong field.
    """
    wrong = _problems(changes)
    if wrong:
        raise Invalid.fields(wrong)
    with recorded(by, "change_profile"):
        profile = _locked_profile(by, instructor)
        plain = {name: _tidy(value) for name, value in changes.items() if name != "skills"}
        if any(getattr(profile, name) != value for name, value in plain.items()):
            for name, value in plain.items():
                setattr(profile, name, value)
            profile.save()
        if "skills" in changes:
            _replace_skills(profile, changes["skills"])
    return profile


@atomic
def keep_rating(*, by: Actor, instructor: User, average: Any, number: int) -> None:
    """Write what students said of the instructor into their profile: the average from 1 to 5, and how many did.

    For the rule that closes a feedback round. Locks the instructor.
    """
    with recorded(by, "keep_rating"):
        profile = _locked_profile(by, instructor)
        profile.average_rating, profile.ratings = round(average, 2), number
        profile.save(update_fields=["average_rating", "ratings", "updated_at"])


@atomic
def replace_availability(*, by: Actor, instructor: User, windows: Sequence[WindowInput]) -> list[AvailabilityWindow]:
    """Make these the instructor's week; none at all means that they can always teach. Windows that touch become one.

    Locks the instructor. Raises Invalid and WindowOverlap, naming the window.
    """
    wrong = problems_of_windows(windows)
    if wrong:
        raise Invalid.fields(wrong)
    wanted = _join_windows(windows)
    with recorded(by, "replace_availability"), refused_as(windows_do_not_overlap=WindowOverlap):
        profile = _locked_profile(by, instructor)
        for window in profile.windows.all():
            plan = WindowInput(window.weekday, window.start_time, window.end_time)
            if plan in wanted:
                wanted.remove(plan)
            else:
                window.delete()
        for plan in wanted:
            AvailabilityWindow.objects.create(institution=by.institution, profile=profile, **asdict(plan))
    return list(profile.windows.all())


@atomic
def add_time_off(*, by: Actor, instructor: User, first_date: date, last_date: date, reason: str = "") -> TimeOff:
    """Put down that the instructor is away on these days, both included. Meetings stay as they are.

    Locks the instructor. Raises Invalid, TimeOffOverlap.
    """
    wrong = problems_of_days(by, first_date, last_date, too_long=_("Time off can last up to %(most)d days."))
    if len(reason) > 300:
        wrong.append(FieldError("reason", _("Keep the reason to %(most)d characters or fewer.") % {"most": 300}))
    if wrong:
        raise Invalid.fields(wrong)
    with (
        recorded(by, "add_time_off"),
        refused_as(times_off_do_not_overlap=lambda: TimeOffOverlap(instructor.full_name)),
    ):
        profile = _locked_profile(by, instructor)
        same = profile.times_off.filter(first_date__lte=last_date, last_date__gte=first_date).first()
        if same is not None:
            raise TimeOffOverlap(instructor.full_name, same.first_date, same.last_date)
        return TimeOff.objects.create(
            institution=by.institution,
            profile=profile,
            first_date=first_date,
            last_date=last_date,
            reason=reason.strip(),
        )


@atomic
def remove_time_off(*, by: Actor, instructor: User, time_off: TimeOff) -> None:
    """Take a time off back; the history keeps it. Locks the instructor. Raises TimeOffGone."""
    with recorded(by, "remove_time_off"):
        profile = _locked_profile(by, instructor)
        row = profile.times_off.filter(pk=time_off.pk).first()
        if row is None:
            raise TimeOffGone
        row.delete()


def _locked_profile(by: Actor, instructor: User) -> InstructorProfile:
    """The instructor's profile here, made where there is none; their affiliation is locked."""
    Affiliation.objects.select_for_update(no_key=True).get(institution=by.institution, user=instructor)
    profile, _made = InstructorProfile.objects.get_or_create(institution=by.institution, user=instructor)
    return profile


def _replace_skills(profile: InstructorProfile, plans: Sequence[SkillInput]) -> None:
    wanted = {plan.skill.strip(): plan.level for plan in plans}
    for row in profile.skills.all():
        level = wanted.pop(row.skill, None)
        if level is None:
            row.delete()
        elif level != row.level:
            row.level = level
            row.save()
    for skill, level in wanted.items():
        InstructorSkill.objects.create(institution_id=profile.institution_id, profile=profile, skill=skill, level=level)


def _tidy(value: Any) -> Any:
    """A text without the blanks around it; words without blanks and repeats, in their order."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, Sequence):
        return list({word.strip().lower(): word.strip() for word in reversed(value) if word.strip()}.values())[::-1]
    return value


# --- what is wrong ------------------------------------------------------------------------------------------------
def _problems(changes: ProfileChanges) -> list[FieldError]:
    wrong: list[FieldError] = []
    said: Mapping[str, Any] = changes
    for name, most in (("domain", 100), ("bio", MOST_BIO)):
        if len(said.get(name, "").strip()) > most:
            wrong.append(FieldError(name, _("Keep this to %(most)d characters or fewer.") % {"most": most}))
    for name, longest in (("languages", 35), ("teaching_styles", 60)):
        if len(words := said.get(name, ())) > MOST_WORDS:
            wrong.append(FieldError(name, _("List up to %(most)d.") % {"most": MOST_WORDS}))
        elif any(len(word.strip()) > longest for word in words):
            wrong.append(FieldError(name, _("Each can have up to %(most)d characters.") % {"most": longest}))
    for name, most in (("max_active_batches", MOST_BATCHES), ("max_mentees", MOST_MENTEES)):
        if (limit := said.get(name)) is not None and not 0 <= limit <= most:
            wrong.append(FieldError(name, _("Enter a number from 0 to %(most)d.") % {"most": most}))
    return wrong + _problems_of_skills(changes.get("skills", ()))


def _problems_of_skills(skills: Sequence[SkillInput]) -> list[FieldError]:
    if len(skills) > MOST_SKILLS:
        return [FieldError("skills", _("List up to %(most)d.") % {"most": MOST_SKILLS})]
    wrong: list[FieldError] = []
    named: set[str] = set()
    for index, plan in enumerate(skills):
        skill = plan.skill.strip()
        if not skill:
            wrong.append(FieldError(f"skills.{index}.skill", _("Enter the skill.")))
        elif len(skill) > 60:
            wrong.append(
                FieldError(f"skills.{index}.skill", _("Each can have up to %(most)d characters.") % {"most": 60})
            )
        elif skill.lower() in named:
            wrong.append(FieldError(f"skills.{index}.skill", _("This skill is listed twice.")))
        if not 1 <= plan.level <= 5:
            wrong.append(FieldError(f"skills.{index}.level", _("Enter a level from 1 to 5.")))
        named.add(skill.lower())
    return wrong


def problems_of_windows(windows: Sequence[WindowInput]) -> list[FieldError]:
    """What is wrong with a week, each named as `windows.0.end_time`."""
    if len(windows) > MOST_WINDOWS:
        return [FieldError("windows", _("List up to %(most)d.") % {"most": MOST_WINDOWS})]
    wrong: list[FieldError] = []
    for index, window in enumerate(windows):
        if not 1 <= window.weekday <= 7:
            wrong.append(FieldError(f"windows.{index}.day", _("Choose a day from Monday to Sunday.")))
        elif window.end_time <= window.start_time:
            wrong.append(FieldError(f"windows.{index}.end_time", _("The end must be after the start.")))
        elif any(
            other.weekday == window.weekday
            and other.start_time < window.end_time
            and window.start_time < other.end_time
            for other in windows[:index]
        ):
            wrong += WindowOverlap(field=f"windows.{index}.start_time").errors
    return wrong


def _join_windows(windows: Sequence[WindowInput]) -> list[WindowInput]:
    """The windows in the order of the week, those that touch as one."""
    joined: list[WindowInput] = []
    for window in sorted(windows, key=lambda one: (one.weekday, one.start_time)):
        last = joined[-1] if joined else None
        if last is not None and last.weekday == window.weekday and last.end_time == window.start_time:
            joined[-1] = WindowInput(last.weekday, last.start_time, window.end_time)
        else:
            joined.append(window)
    return joined


def problems_of_days(by: Actor, first: date, last: date, *, too_long: str) -> list[FieldError]:
    """What is wrong with days that somebody is away: their order, their number (`too_long`), how far they lie."""
    if abs((first - by.today()).days) > HORIZON_DAYS:
        return [FieldError("first_date", _("Choose a first day within ten years of today."))]
    if last < first:
        return [FieldError("last_date", _("The last day is before the first."))]
    if (last - first).days >= LONGEST_DAYS:
        return [FieldError("last_date", too_long % {"most": LONGEST_DAYS})]
    return []
