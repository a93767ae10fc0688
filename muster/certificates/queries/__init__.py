"""Reads of certificates and of what is missing for one."""

from muster.certificates.queries.certificates import (
    certificates_in_full,
    certificates_seen_by,
    own_certificates,
    valid_certificates,
)
from muster.certificates.queries.completion import (
    ISSUED,
    Completion,
    Requirement,
    completion_of,
    course_of,
    needs_of,
    seats_of_certificates,
)
