"""What instructors say of themselves: profile, availability, time off; and what they carry."""

from tests.access.cases import ADMINS, MANAGERS, Case

NARROWED = "branch-manager dept-admin"
SEEN = {"own": f"{MANAGERS} instructor", "sibling": MANAGERS}
CHANGED = {"own": f"{ADMINS} instructor", "sibling": ADMINS}
PATH = "/api/instructors/{instructor_id}"
PAGE = "/instructors/{instructor_id}"

CASES = [
    Case(f"GET {PATH}/profile", **SEEN),
    Case(f"PUT {PATH}/profile", **CHANGED),
    Case(f"GET {PATH}/availability", **SEEN),
    Case(f"PUT {PATH}/availability", **CHANGED),
    Case(f"GET {PATH}/time-off", **SEEN),
    Case(f"POST {PATH}/time-off", **CHANGED),
    Case(f"DELETE {PATH}/time-off", **CHANGED),
    Case(f"GET {PATH}/workload", **SEEN),
    # --- pages
    Case("GET /instructors/me/", own="instructor"),
    Case(f"GET {PAGE}/profile/", **CHANGED),
    Case(f"POST {PAGE}/profile/", **CHANGED),
    Case(f"GET {PAGE}/availability/", **CHANGED),
    Case(f"POST {PAGE}/availability/", **CHANGED),
    Case(f"GET {PAGE}/time-off/", **CHANGED),
    Case(f"POST {PAGE}/time-off/", **CHANGED),
    # There is no such time off, as those who may change it are told.
    Case(
        f"GET {PAGE}/time-off/{{time_off_id}}/remove/", elsewhere=f"{ADMINS} instructor", words={"time_off_id": "none"}
    ),
]
