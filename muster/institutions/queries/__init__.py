"""Reads around institutions."""

from muster.institutions.queries.organisation import (
    branches_with_rooms,
    colleagues,
    departments_in_full,
    person_named,
    rooms_with_branch,
)
from muster.institutions.queries.people import (
    Duties,
    PeopleFilter,
    admins_besides,
    belongs_elsewhere,
    duties_of,
    people_in_full,
    permissions_of,
)
