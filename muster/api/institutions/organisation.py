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
    says={
        "list": "The departments that the caller may see, by name, whole unless `page` is sent.",
        "change": "Change what is sent, and nothing else. Only administrators name its head.",
        "delete": "Delete a department that has no batches and no courses.",
    },
).join(router)
Routes(
    BRANCHES,
    "/branches",
    shape="A branch with how many rooms and seats it has; without a time zone it keeps the institution's.",
    own_id=True,
    says={
        "list": "The branches, by name.",
        "change": "Change what is sent, and nothing else. Another time zone moves the branch's classes with the clock.",
        "delete": "Delete a branch that nothing refers to; others are deactivated (`active`: false).",
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
        "delete": "Delete a room in which nothing was ever scheduled; others are deactivated (`active`: false).",
    },
).join(router)
Routes(
    HOLIDAYS,
    "/holidays",
    shape="A holiday; without a branch it is the whole institution's.",
    says={
        "list": "The holidays, by date.",
        "add": "Add a holiday for the whole institution, or for one branch.",
        "delete": "Make its days ordinary again.",
    },
).join(router)
Routes(
    TERMS,
    "/terms",
    shape="A term with the term it lies within.",
    says={
        "list": "The terms, by date.",
        "add": "Add a term, on its own or within another.",
        "delete": "Delete a term that has no terms within it.",
    },
).join(router)
