"""Departments, places and calendars."""

from django.urls import reverse

from muster.api.kit import Door, Moment, WholeOrPaged, timestamp
from muster.api.kit.resources import Routes
from muster.institutions.resources import BRANCHES, DEPARTMENTS, HOLIDAYS, ROOMS, TERMS

router = Door()

Routes(
    DEPARTMENTS,
    "/departments",
    shape="A department with how many batches and courses it has.",
    own_id=True,
    also={
        # Whoever heads it, with a sign-in or without.
        "hod_name": (str, lambda department: department.head or ""),
        "logo_url": (
            str | None,
            lambda department: reverse("departments:logo", args=[department.pk]) if department.logo else None,
        ),
        "created_at": (Moment, lambda department: timestamp(department.created_at)),
        "updated_at": (Moment, lambda department: timestamp(department.updated_at)),
    },
    also_sorted={"created_at": "created_at"},
    paging=WholeOrPaged,
    fixed=True,
    says={
        "list": "The departments the caller can see, by name, all of them unless `page` is sent.",
        "change": "Change only the fields you send. Only administrators can choose its head.",
        "delete": "Delete a department without batches or courses.",
    },
).join(router)
Routes(
    BRANCHES,
    "/branches",
    shape="A branch with how many rooms and seats it has; without a time zone it keeps the institution's.",
    own_id=True,
    says={
        "list": "The branches, by name.",
        "change": "Change only the fields you send. Changing the time zone moves the branch's sessions with it.",
        "delete": "Delete a branch that nothing refers to. Deactivate others (`active`: false).",
    },
).join(router)
Routes(
    ROOMS,
    "/rooms",
    shape="A room with its branch.",
    own_id=True,
    says={
        "list": "The rooms of all branches, or of one, by name.",
        "add": "Add a room to a branch.",
        "delete": "Delete a room in which nothing was ever scheduled. Deactivate others (`active`: false).",
    },
).join(router)
Routes(
    HOLIDAYS,
    "/holidays",
    shape="A holiday; without a branch it is the whole institution's.",
    says={
        "list": "The holidays, by date.",
        "add": "Add a holiday for the whole institution, or for one branch.",
        "delete": "Delete a holiday.",
    },
).join(router)
Routes(
    TERMS,
    "/terms",
    shape="A term with the term it lies within.",
    says={
        "list": "The terms, by date.",
        "add": "Add a term, at the top level or within another one.",
        "delete": "Delete a term that has no terms within it.",
    },
).join(router)
