"""Which part of the API a call belongs to, for tokens that are for some parts alone."""

from __future__ import annotations

import re
from functools import cache

from muster.institutions.models import TokenScope

# What the path of a route says, the first that fits: what is done counts for more than with what.
PARTS = (
    (
        r"/(attendance|register|registers|absences|evidence|unlock|unlock-requests|records|lock|sign-in-sheet)\b"
        r"|/class-sessions/{session_id}/export$",
        TokenScope.ATTENDANCE,
    ),
    (r"^/(people|consents|erasures)\b", TokenScope.PEOPLE),
    (
        r"/(exports|imports|analytics|reports|report-schedules|oversight|export-templates|template-columns|export-template-examples)\b"
        r"|/export$",
        TokenScope.REPORTS,
    ),
    (
        r"/(results|marks|assessments|assessment-categories|certificates|completion|grading-schemes|components|bands"
        r"|electives|rollover|rollovers)\b",
        TokenScope.RESULTS,
    ),
    (
        r"/(mentoring|risk|feedback|staff-notes|allocation|assign-instructor-to-student|instructor-students"
        r"|unassign-instructor-from-student|get-all-students-with-instructors)\b",
        TokenScope.SUPPORT,
    ),
    (r"/(materials|messages|notifications)\b", TokenScope.MESSAGES),
    (
        r"/(enrollments|waitlist|transfers|transfer-requests|payments|applications|catalogue|organisation"
        r"|organisations)\b",
        TokenScope.ENROLLMENTS,
    ),
    (r"^/(students|instructors|users)\b", TokenScope.PEOPLE),
    (
        r"^/(batches|courses|subjects|cover-requests|institution/(class-sessions|cohorts|calendar-links))\b",
        TokenScope.BATCHES,
    ),
    (
        r"^/(institution|branches|rooms|holidays|terms|departments|document-templates|maintenance|security-events|audit|retention"
        r"|v1/auth|views)\b",
        TokenScope.SETTINGS,
    ),
)
# Who one is, and signing out, are for every token; what a document says is for everybody.
EVERY_TOKEN = re.compile(r"^/(v1/auth/(login|logout|me|new-email)$|verify\b)")


@cache
def scope_of(route: str) -> str:
    """The part of a route (`/batches/{batch_id}`, without `/api`); "" for what is open to every token."""
    if EVERY_TOKEN.search(route):
        return ""
    return next(str(scope) for pattern, scope in PARTS if re.search(pattern, route))
