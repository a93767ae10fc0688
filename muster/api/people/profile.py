"""What instructors bring, when they can teach, when they are away, and what they carry."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Field, Query
from typing_extensions import TypedDict

from muster.accounts.models import User
from muster.allocation.queries import mentee_counts
from muster.api.kit import (
    Clock,
    Date,
    Day,
    Deleted,
    Door,
    In,
    Stamped,
    WholeOrPaged,
    answer,
    in_shape,
    page_of,
    request_actor,
    request_object,
)
from muster.batches.queries import DAYS
from muster.batches.workload import booked_meetings, workload_of
from muster.core.permissions import any_id
from muster.institutions.access import Actor
from muster.people import rules
from muster.people.errors import TimeOffGone
from muster.people.models import AvailabilityWindow, InstructorProfile, TimeOff
from muster.people.permissions import instructors
from muster.people.queries import profile_of, skills_of, times_off_of, windows_of

router = Door()


class SkillIn(In):
    """A skill, and how well it is mastered."""

    skill: str
    level: int = Field(description="From 1 (beginner) to 5 (expert)")


class ProfileIn(In):
    """What is sent is taken, what is not sent stays; skills are replaced as a whole."""

    domain: str = Field("", description="The field in which they teach")
    bio: str = ""
    skills: list[SkillIn] = Field([], max_length=rules.MOST_SKILLS)
    languages: list[str] = Field([], max_length=rules.MOST_WORDS)
    teaching_styles: list[str] = Field([], max_length=rules.MOST_WORDS)
    max_active_batches: int | None = Field(None, description="Null for the institution's default")
    max_mentees: int | None = Field(None, description="Null for the institution's default")


class SkillOut(TypedDict):
    """A skill, and how well it is mastered, from 1 to 5."""

    skill: str
    level: int


class LimitsOut(TypedDict):
    """How many batches and mentees are advised at most, the institution's numbers where there are no own."""

    batches: int
    mentees: int


class ProfileOut(TypedDict):
    """What an instructor brings; `_id` is the instructor's."""

    _id: str
    full_name: str
    domain: str
    bio: str
    skills: list[SkillOut]
    languages: list[str]
    teaching_styles: list[str]
    max_active_batches: int | None
    max_mentees: int | None
    limits: LimitsOut


class WindowIn(In):
    """Weekly hours; one that lasts until midnight ends at 23:59."""

    day: str = Field(description="Monday to Sunday")
    start_time: Clock
    end_time: Clock


class AvailabilityIn(In):
    """The whole week. No window at all means that they can always teach."""

    windows: list[WindowIn] = Field(max_length=rules.MOST_WINDOWS)


class WindowOut(TypedDict):
    """Weekly hours at which they can teach."""

    day: str
    start_time: str
    end_time: str


class AvailabilityOut(TypedDict):
    """The week in which an instructor can teach; `always` where they named no hours."""

    always: bool
    windows: list[WindowOut]


class TimeOffIn(In):
    """Days away, both included."""

    first_date: Day
    last_date: Day
    reason: str = ""


class TimeOffGoneIn(In):
    time_off_id: str


class TimeOffOut(Stamped):
    """Days away, both included."""

    first_date: Date
    last_date: Date
    reason: str


class NewTimeOffOut(TimeOffOut):
    """Days away, and how many of the instructor's own meetings fall into them."""

    meetings: int


class WorkloadOut(TypedDict):
    """What an instructor carries: batches now and to come, current students of their own, active enrollments in those
    batches, hours of this week. `utilization` is batches as a share of the limit, null where that is 0."""

    batchCount: int
    individualCount: int
    totalStudents: int
    weekly_hours: float
    limits: LimitsOut
    utilization: float | None


@router.get("/{instructor_id}/profile", allow=instructors["see"], on="instructor_id", data=ProfileOut)
def see_profile(request: HttpRequest, instructor_id: str) -> HttpResponse:
    """An instructor's teaching profile."""
    return answer(_profile(request_actor(request), request_object(request, User)))


@router.put("/{instructor_id}/profile", allow=instructors["change"], on="instructor_id", data=ProfileOut)
def change_profile(request: HttpRequest, instructor_id: str, body: ProfileIn) -> HttpResponse:
    """Change only the profile fields you send."""
    actor, person = request_actor(request), request_object(request, User)
    changes: Any = body.sent()
    if "skills" in changes:
        changes["skills"] = [rules.SkillInput(one.skill, one.level) for one in body.skills]
    rules.change_profile(by=actor, instructor=person, changes=changes)
    return answer(_profile(actor, person), "Profile updated successfully")


def _profile(actor: Actor, person: User) -> Any:
    house = actor.institution
    profile = profile_of(house.pk, person.pk)
    batches, mentees = profile.max_active_batches, profile.max_mentees
    limits = {
        "batches": house.max_active_batches if batches is None else batches,
        "mentees": house.max_mentees if mentees is None else mentees,
    }
    skills = list(skills_of(house.pk, person.pk))
    return in_shape(ProfileOut, profile, _id=person.pk, full_name=person.full_name, skills=skills, limits=limits)


@router.get("/{instructor_id}/availability", allow=instructors["see"], on="instructor_id", data=AvailabilityOut)
def see_availability(request: HttpRequest, instructor_id: str) -> HttpResponse:
    """The week in which the instructor can teach."""
    return answer(_week(list(windows_of(request_actor(request).institution.pk, request_object(request, User).pk))))


@router.put(
    "/{instructor_id}/availability",
    allow=instructors["change"],
    on="instructor_id",
    data=AvailabilityOut,
)
def replace_availability(request: HttpRequest, instructor_id: str, body: AvailabilityIn) -> HttpResponse:
    """Replace the whole week."""
    # A day that is none is refused by the rule, as the others are.
    days = {day: number for number, day in enumerate(DAYS) if day}
    plans = [rules.WindowInput(days.get(one.day, 0), one.start_time, one.end_time) for one in body.windows]
    windows = rules.replace_availability(
        by=request_actor(request), instructor=request_object(request, User), windows=plans
    )
    return answer(_week(windows), "Availability updated successfully")


def _week(windows: list[AvailabilityWindow]) -> AvailabilityOut:
    shown = [in_shape(WindowOut, one, day=DAYS[one.weekday]) for one in windows]
    return {"always": not windows, "windows": shown}


@router.get("/{instructor_id}/time-off", allow=instructors["see"], on="instructor_id", rows=TimeOffOut)
def list_time_off(request: HttpRequest, instructor_id: str, paging: Query[WholeOrPaged]) -> HttpResponse:
    """The instructor's time off, past and future, in order. Reasons are for themself and for who manages them."""
    actor, person = request_actor(request), request_object(request, User)
    told = instructors.rows(actor, "reasons", among=User.objects.filter(pk=person.pk)).exists()

    def shown(row: TimeOff) -> Any:
        if not told:
            row.reason = ""
        return _time_off(row)

    profile = InstructorProfile.objects.filter(institution=actor.institution, user=person).values("pk")[:1]
    return page_of(times_off_of(actor.institution.pk, person.pk), paging, shown, within=profile)


@router.post(
    "/{instructor_id}/time-off",
    allow=instructors["change"],
    on="instructor_id",
    data=NewTimeOffOut,
    status=201,
)
def add_time_off(request: HttpRequest, instructor_id: str, body: TimeOffIn) -> HttpResponse:
    """Add time off. Sessions aren't changed; `meetings` is the number that need cover."""
    actor, person = request_actor(request), request_object(request, User)
    row = rules.add_time_off(by=actor, instructor=person, **body.sent())
    meetings = booked_meetings(actor, person.pk, row.first_date, row.last_date)
    return answer({**_time_off(row), "meetings": len(meetings)}, "Time off added successfully", status=201)


@router.delete("/{instructor_id}/time-off", allow=instructors["change"], on="instructor_id", data=Deleted)
def remove_time_off(request: HttpRequest, instructor_id: str, body: TimeOffGoneIn) -> HttpResponse:
    """Remove time off. It stays in the history."""
    actor, person = request_actor(request), request_object(request, User)
    row = times_off_of(actor.institution.pk, person.pk).filter(pk=any_id(body.time_off_id)).first()
    if row is None:
        raise TimeOffGone
    rules.remove_time_off(by=actor, instructor=person, time_off=row)
    return answer({"_id": body.time_off_id}, "Time off removed successfully")


def _time_off(row: TimeOff) -> Any:
    return in_shape(TimeOffOut, row)


@router.get("/{instructor_id}/workload", fixed=True, allow=instructors["see"], on="instructor_id", data=WorkloadOut)
def see_workload(request: HttpRequest, instructor_id: str) -> HttpResponse:
    """The instructor's workload against their limits."""
    actor, person = request_actor(request), request_object(request, User)
    load = workload_of(actor, person.pk)
    data: WorkloadOut = {
        "batchCount": load.batches,
        "individualCount": mentee_counts(actor.institution, [person.pk]).get(person.pk, 0),
        "totalStudents": load.students,
        "weekly_hours": load.hours,
        "limits": {"batches": load.batch_limit, "mentees": load.mentee_limit},
        "utilization": load.utilization,
    }
    return answer(data)
