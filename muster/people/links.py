"""Where the pages of other apps stand, for pages that lead there."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.urls import reverse


def filtered_url(url: str, **filters: Any) -> str:
    """The address of a list, with filters."""
    return f"{url}?{urlencode(filters)}" if filters else url


def batches_url(**filters: Any) -> str:
    """The list of batches, narrowed."""
    return filtered_url(reverse("batches:list"), **filters)


def batch_url(pk: object) -> str:
    """The page of a batch."""
    return reverse("batches:batch", args=(pk,))


def course_url(pk: object) -> str:
    """The page of a course."""
    return reverse("courses:course", args=(pk,))


def department_url(pk: object) -> str:
    """The page of a department."""
    return reverse("departments:department", args=(pk,))


def student_url(pk: object) -> str:
    """The page of a student."""
    return reverse("students:student", args=(pk,))


def students_url(**filters: Any) -> str:
    """The list of students, narrowed."""
    return filtered_url(reverse("students:list"), **filters)


def instructor_url(pk: object) -> str:
    """The page of an instructor."""
    return reverse("instructors:instructor", args=(pk,))


def instructors_url(**filters: Any) -> str:
    """The list of instructors, narrowed."""
    return filtered_url(reverse("instructors:list"), **filters)


def add_person_url(role: str) -> str:
    """The form that adds a person, with the role chosen."""
    return filtered_url(reverse("user-new"), role=role)


def person_url(pk: object) -> str:
    """Where an administrator changes a person's account and roles."""
    return reverse("user-edit", args=(pk,))


def profile_url(pk: object) -> str:
    """Where what an instructor brings is changed."""
    return reverse("instructors:profile", args=(pk,))


def availability_url(pk: object) -> str:
    """Where an instructor's week is painted."""
    return reverse("instructors:availability", args=(pk,))


def time_off_url(pk: object) -> str:
    """Where an instructor's days away are put down."""
    return reverse("instructors:time-off", args=(pk,))


def remove_time_off_url(pk: object, time_off: object) -> str:
    """Where days away are taken back."""
    return reverse("instructors:time-off-remove", args=(pk, time_off))


def cover_url(pk: object, **days: Any) -> str:
    """What an instructor leaves open on some days, and who could stand in."""
    return filtered_url(reverse("cover:for", args=(pk,)), **days)
