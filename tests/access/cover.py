"""Cover: what an instructor leaves open, asking for somebody, and settling it."""

from datetime import date
from typing import Any

from muster.allocation.rules import ask_for_cover
from tests.access.cases import ADMINS, MANAGERS, Case
from tests.access.world import FURTHER
from tests.make import House, slot

DAYS = {"first_date": date(2030, 2, 1), "last_date": date(2030, 2, 28)}


def asked(house: House, found: dict[str, Any]) -> dict[str, Any]:
    """The teacher asks for cover in the part's batch, and is asked in another's."""
    teacher, colleague = found["teacher"], house.instructor()
    own = ask_for_cover(by=house.actor(teacher), batch=batch_of(found), instructor=teacher, **DAYS)
    other = house.batch(
        lead=colleague, branch=found["branch"], department=found["department"], slots=[slot(7, "06:00", "07:00")]
    )
    wanted = ask_for_cover(by=house.actor(colleague), batch=other, instructor=colleague, asked=teacher, **DAYS)
    return {"cover_id": own.pk, "asked_cover_id": wanted.pk}


def batch_of(found: dict[str, Any]) -> Any:
    """The batch that the teacher leads."""
    return found["teacher"].instructor_assignments.select_related("batch").get(batch=found["batch_id"]).batch


FURTHER.append(asked)
CHANGED = {"own": f"{ADMINS} instructor", "sibling": ADMINS}
ASKED = {"cover_id": "asked_cover_id"}


def settled(path: str) -> list[Case]:
    """A form of those who manage the batch."""
    return [Case(f"{method} {path}", own=MANAGERS, sibling=ADMINS) for method in ("GET", "POST")]


CASES = [
    Case("GET /api/instructors/{instructor_id}/cover", **CHANGED, query="first_date=2030-01-07&last_date=2030-01-20"),
    Case("POST /api/instructors/{instructor_id}/cover", **CHANGED),
    Case("GET /api/cover-requests", own=f"{MANAGERS} instructor"),
    Case("GET /api/cover-requests/{cover_id}", own=f"{MANAGERS} instructor", sibling=ADMINS),
    Case("GET /api/cover-requests/{cover_id}/substitutes", own=MANAGERS, sibling=ADMINS),
    Case("POST /api/cover-requests/{cover_id}/fill", own=MANAGERS, sibling=ADMINS),
    Case("POST /api/cover-requests/{cover_id}/decline", own=MANAGERS, sibling=ADMINS, body={"reason": 1}),
    Case("POST /api/cover-requests/{cover_id}/withdraw", own="instructor"),
    Case("POST /api/cover-requests/{cover_id}/answer", own="instructor", fill=ASKED),
    # --- the pages
    Case("GET /cover/", own=f"{MANAGERS} instructor"),
    Case("GET /cover/for/{instructor_id}/", **CHANGED),
    Case("POST /cover/for/{instructor_id}/", **CHANGED),
    Case("GET /cover/{cover_id}/", own=f"{MANAGERS} instructor", sibling=ADMINS),
    *settled("/cover/{cover_id}/fill/"),
    *settled("/cover/{cover_id}/decline/"),
    Case("POST /cover/{cover_id}/withdraw/", own="instructor"),
    Case("POST /cover/{cover_id}/answer/", own="instructor", fill=ASKED),
]
