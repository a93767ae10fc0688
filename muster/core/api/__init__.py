"""The API's conventions, written once: answers, errors, sign-in and permission of a route, paging, repeats.

Modules that declare routes do not postpone annotations: django-ninja reads them as objects.
"""

from muster.core.api.answers import answer, day_stamp, failure, key, listing, stamp, timestamp
from muster.core.api.door import (
    Door,
    NotSignedIn,
    Paging,
    WholeOrPaged,
    found,
    given,
    page_of,
    sign_in_with,
    sorted_rows,
)
from muster.core.api.fields import Clock, Day, Failure, In, Listed, Out, Success, expected_version

__all__ = [
    "Clock",
    "Day",
    "Door",
    "Failure",
    "In",
    "Listed",
    "Out",
    "Paging",
    "Success",
    "WholeOrPaged",
    "NotSignedIn",
    "answer",
    "day_stamp",
    "expected_version",
    "failure",
    "found",
    "given",
    "key",
    "listing",
    "page_of",
    "sign_in_with",
    "sorted_rows",
    "stamp",
    "timestamp",
]
