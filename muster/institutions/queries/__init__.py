"""Reads around institutions."""

from muster.institutions.queries.organisation import (
    branches_with_rooms,
    colleague_named,
    colleagues,
    departments_in_full,
    logo_of,
    person_named,
    rooms_with_branch,
    semester_terms,
)
from muster.institutions.queries.people import (
    Duties,
    PeopleFilter,
    admins_besides,
    duties_of,
    has_joined_others,
    people_in_full,
    permissions_of,
    recent_events_of,
)
