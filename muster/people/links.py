"""Where other apps' pages stand, for pages that lead to them; empty where there is no such page."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.urls import NoReverseMatch, Resolver404, resolve, reverse


def page_or_empty(*names: str, at: str = "", args: tuple[Any, ...] = ()) -> str:
    """The address of the first of the named pages that exists, else `at` if there is a page."""
    for name in names:
        try:
            return reverse(name, args=args)
        except NoReverseMatch:
            continue
    try:
        return at if at and resolve(at) else ""
    except Resolver404:
        return ""


def with_filters(url: str, **filters: Any) -> str:
    """The address of a list, narrowed."""
    return f"{url}?{urlencode(filters)}" if url and filters else url


def batches_url(**filters: Any) -> str:
    """The list of batches, narrowed."""
    return with_filters(page_or_empty("batches:list", at="/batches/"), **filters)


def new_batch_url() -> str:
    """The form that opens a batch."""
    return page_or_empty("batches:new", at="/batches/new/")


def batch_url(pk: object) -> str:
    """The page of a batch."""
    return page_or_empty("batches:batch", at=f"/batches/{pk}/", args=(pk,))


def batch_staff_url(pk: object) -> str:
    """Where a batch is staffed."""
    return page_or_empty("batches:instructors", at=f"/batches/{pk}/instructors/", args=(pk,)) or batch_url(pk)


def batch_edit_url(pk: object) -> str:
    """Where a batch is changed."""
    return page_or_empty("batches:edit", at=f"/batches/{pk}/edit/", args=(pk,)) or batch_url(pk)


def student_url(pk: object) -> str:
    """The page of a student."""
    return reverse("students:student", args=(pk,))


def instructor_url(pk: object) -> str:
    """The page of an instructor."""
    return reverse("instructors:instructor", args=(pk,))


def add_person_url(role: str) -> str:
    """The form that adds a person, with the role chosen."""
    return with_filters(page_or_empty("person-new", "user-new", at="/settings/users/new/"), role=role)


def students_url(**filters: Any) -> str:
    """The list of students, narrowed."""
    return with_filters(reverse("students:list"), **filters)


def instructors_url(**filters: Any) -> str:
    """The list of instructors, narrowed."""
    return with_filters(reverse("instructors:list"), **filters)


def department_url(pk: object) -> str:
    """The page of a department."""
    return page_or_empty("departments:department", at=f"/departments/{pk}/", args=(pk,))


def enroll_self_url(batch_pk: object) -> str:
    """Where a student takes a seat."""
    return page_or_empty("enrollments:enroll-self", at="", args=(batch_pk,))


def enrollment_url(action: str, pk: object) -> str:
    """Where an enrollment is put on hold, resumed or cancelled."""
    return page_or_empty(f"enrollments:{action}", at="", args=(pk,))


def enroll_student_url(pk: object) -> str:
    """Where a student is given a seat."""
    return reverse("students:enroll", args=(pk,))


def person_url(pk: object) -> str:
    """Where an administrator changes a person's account and roles."""
    return page_or_empty("person", "user", "users:user", at=f"/settings/users/{pk}/", args=(pk,))
