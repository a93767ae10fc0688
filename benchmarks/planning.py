"""A staffing plan: asked for over the API, worked out by the worker, followed until it is ready."""

from __future__ import annotations

import json
import random
import time as clock
import urllib.request
from datetime import date, time, timedelta
from typing import Any

from benchmarks.data import Campus, Places, founded, people
from benchmarks.environment import Environment
from benchmarks.report import Row
from muster.accounts.models import User
from muster.batches.rules import BatchInput, SlotInput, open_batch
from muster.institutions.models import Role
from muster.notifications.rules import quietly
from muster.people.models import InstructorProfile, InstructorSkill

BATCHES, INSTRUCTORS, TAUGHT = 300, 120, 60
SKILLS = [f"skill {number}" for number in range(12)]
WITHIN, GAP = 20.0, 0.01
# When to give up waiting.
PATIENCE = 120.0
SEED = 1


def plan(place: Environment) -> list[Row]:
    """Leads for 300 batches of which none has one, among 120 instructors who teach 60 others."""
    campus = _filled()
    begun = clock.monotonic()
    asked = _call(place, campus, "POST", "/api/allocation/plans", {"kind": "batches"})
    found: dict[str, Any] = {"status": "queued"}
    while found["status"] in ("queued", "running") and clock.monotonic() - begun < PATIENCE:
        clock.sleep(0.25)
        found = _call(place, campus, "GET", f"/api/allocation/plans/{asked['_id']}")
    took = clock.monotonic() - begun
    if found["status"] != "ready":
        raise RuntimeError(f"The plan is {found['status']} after {took:.0f} s.")
    gap = found["gap"]
    known = "gap not known" if gap is None else "proved optimal" if gap == 0 else f"gap {gap:.2%}"
    return [
        Row(
            f"plan {found['wanted']} batches x {INSTRUCTORS} instructors",
            f"{took:.1f} s, {found['staffed']} staffed, {known}",
            target=f"< {WITHIN:.0f} s, optimal or within 1 %",
            met=took < WITHIN and gap is not None and gap <= GAP,
            numbers={
                name: found[name]
                for name in ("seconds", "staffed", "staffed_bound", "objective", "bound", "gap", "solver")
            },
        )
    ]


def _filled() -> Campus:
    """Batches of different lengths and days, and people of different skills and limits."""
    dice = random.Random(SEED)
    campus = founded("Planning")
    places = Places.of(campus, rooms=1, courses=24)
    for number, course in enumerate(places.courses):
        course.required_skills = [SKILLS[number % len(SKILLS)]]
        course.save()
    teachers = people(campus, Role.INSTRUCTOR, INSTRUCTORS, "planned")
    own = {"institution": campus.institution}
    profiles = InstructorProfile.objects.bulk_create(
        InstructorProfile(**own, user=teacher, max_active_batches=dice.choice([2, 3, 4, 5])) for teacher in teachers
    )
    InstructorSkill.objects.bulk_create(
        InstructorSkill(**own, profile=profile, skill=skill, level=dice.randint(1, 5))
        for profile in profiles
        for skill in dice.sample(SKILLS, 3)
    )
    with quietly():
        for number in range(BATCHES + TAUGHT):
            lead = teachers[number] if number < TAUGHT else None
            open_batch(by=campus.admin, fields=_batch(dice, places, number, lead, campus.admin.today()))
    return campus


def _batch(dice: random.Random, places: Places, number: int, lead: User | None, today: date) -> BatchInput:
    hours = [(weekday, hour) for weekday in range(1, 6) for hour in range(8, 20, 2)]
    starts = today + timedelta(weeks=dice.randint(1, 20))
    return BatchInput(
        name=f"Planned {number:03d}",
        course=dice.choice(places.courses),
        branch=dice.choice(places.branches),
        department=dice.choice(places.departments),
        start_date=starts,
        end_date=starts + timedelta(weeks=dice.choice([4, 8, 12, 16])),
        capacity=20,
        lead=lead,
        slots=[
            SlotInput(weekday, time(hour), time(hour + 1, 50))
            for weekday, hour in sorted(dice.sample(hours, dice.choice([1, 2, 3])))
        ],
    )


def _call(place: Environment, campus: Campus, method: str, path: str, body: Any = None) -> Any:
    request = urllib.request.Request(
        f"{place.address}{path}",
        method=method,
        data=json.dumps(body).encode() if body is not None else None,
        headers={**campus.bearer, "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)["data"]
