"""Every write around institutions and their people: one function per use case."""

from muster.institutions.rules.calendar import (
    add_holiday,
    add_term,
    change_holiday,
    change_term,
    delete_holiday,
    delete_term,
)
from muster.institutions.rules.departments import add_department, change_department, delete_department
from muster.institutions.rules.founding import (
    found_first_institution,
    found_institution,
)
from muster.institutions.rules.house import change_institution, change_logo
from muster.institutions.rules.people import (
    AS_IT_IS,
    PersonChange,
    PersonPlan,
    RoleGrant,
    add_person,
    change_person,
    deactivate_person,
    invite_again,
    roles_changed,
)
from muster.institutions.rules.places import (
    add_branch,
    add_room,
    change_branch,
    change_room,
    delete_branch,
    delete_room,
)
from muster.institutions.rules.tokens import make_token, revoke_token, sign_in

__all__ = [
    "AS_IT_IS",
    "PersonChange",
    "PersonPlan",
    "RoleGrant",
    "add_branch",
    "add_department",
    "add_holiday",
    "add_person",
    "add_room",
    "add_term",
    "change_branch",
    "change_department",
    "change_holiday",
    "change_institution",
    "change_logo",
    "change_person",
    "change_room",
    "change_term",
    "deactivate_person",
    "delete_branch",
    "delete_department",
    "delete_holiday",
    "delete_room",
    "delete_term",
    "found_first_institution",
    "found_institution",
    "invite_again",
    "make_token",
    "revoke_token",
    "roles_changed",
    "sign_in",
]
