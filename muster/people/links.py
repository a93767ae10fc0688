"""Where the pages of other apps stand, for pages that lead there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse


def filtered_url(url: str, **filters: Any) -> str:
    """The address of a list, with filters."""
    return f"{url}?{urlencode(filters)}" if filters else url


def _url_of(name: str) -> Callable[..., str]:
    """The address of a page: takes the keys of the rows that it is about, and filters."""

    def url(*keys: object, **filters: Any) -> str:
        return filtered_url(reverse(name, args=keys), **filters)

    return url


batches_url, batch_url = _url_of("batches:list"), _url_of("batches:batch")
course_url, department_url = _url_of("courses:course"), _url_of("departments:department")
students_url, student_url = _url_of("students:list"), _url_of("students:student")
instructors_url, instructor_url = _url_of("instructors:list"), _url_of("instructors:instructor")
# The form that adds a person, with a `role` chosen, and the one that changes account and roles.
add_person_url, person_url = _url_of("user-new"), _url_of("user-edit")
invite_person_url = _url_of("user-invite")
# What an instructor brings, their week, and their days away, put down and taken back.
profile_url, availability_url = _url_of("instructors:profile"), _url_of("instructors:availability")
time_off_url, remove_time_off_url = _url_of("instructors:time-off"), _url_of("instructors:time-off-remove")
# What an instructor leaves open on some days, and who could stand in.
cover_url = _url_of("cover:for")
