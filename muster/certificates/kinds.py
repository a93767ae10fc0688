"""The certificate as a kind of document: what it says, and how that reads."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from muster.certificates.queries import Completion
from muster.core.days import days_in_words
from muster.courses.models import Course
from muster.documents.kinds import Certified, DocumentKind, register_document_kind

CERTIFICATE = "certificate"
Content = Mapping[str, Any]


def content_of(completion: Completion) -> dict[str, Any]:
    """What the certificate of this enrollment says, in plain values: of the requirements those that are met."""
    seat, batch, course = completion.enrollment, completion.enrollment.batch, completion.course
    place, head = seat.institution, course.department if course else None
    met = {one.key: one.figure for one in completion.requirements if one.is_met}
    first, last = (batch.start_date, batch.end_date) if batch else (seat.enrollment_date, None)
    name = head and (head.hod.full_name if head.hod else head.hod_name)
    return {
        "institution": {"name": place.name, "email": place.contact_email, "phone": place.contact_phone},
        "student": {"full_name": seat.student.full_name},
        "course": {"title": course.title if course else batch.name, "kind": course.kind if course else ""},
        "batch": {"name": batch.name, "code": batch.code} if batch else None,
        "branch": batch.branch.name if batch and batch.branch else "",
        "held": [first.isoformat() if first else None, last.isoformat() if last else None],
        "attendance": {"percent": met["attendance"], "sessions": completion.attendance.counted}
        if "attendance" in met
        else None,
        "marks": met.get("marks"),
        "progress": met.get("progress"),
        "results": "results" in met,
        "head": {"name": name, "department": head.name} if head and name else None,
    }


def kind_words(content: Content) -> str:
    """What kind of course it was."""
    return str(Course.Kind(content["course"]["kind"]).label) if content["course"]["kind"] else ""


def held_words(content: Content) -> str:
    """When it was held, and where."""
    first, last = (date.fromisoformat(one) if one else None for one in content["held"])
    return ", ".join(filter(None, (days_in_words(first, last), content["branch"])))


def attendance_words(content: Content) -> str:
    """How often the student came."""
    if not (came := content["attendance"]):
        return ""
    words = ngettext("%(percent)s of %(count)d session", "%(percent)s of %(count)d sessions", came["sessions"])
    return words % {"percent": came["percent"], "count": came["sessions"]}


def signer_words(content: Content) -> str:
    """Who signs beside the registrar."""
    words = _("%(name)s, head of %(department)s")
    return words % content["head"] if content["head"] else ""


def certified(content: Content) -> Certified:
    """Each line of the paper."""
    batch = content["batch"]
    facts = [
        (_("Awarded to"), content["student"]["full_name"]),
        (_("Course"), content["course"]["title"]),
        (_("Kind"), kind_words(content)),
        (_("Batch"), f"{batch['name']} ({batch['code']})" if batch else ""),
        (_("Held"), held_words(content)),
        (_("Attendance"), attendance_words(content)),
        (_("Marks"), content["marks"] or ""),
        (_("Progress"), content["progress"] or ""),
        (_("Results"), _("Every subject passed") if content["results"] else ""),
        (_("Signed by"), "; ".join(filter(None, (signer_words(content), _("Registrar"))))),
    ]
    return Certified([(term, value) for term, value in facts if value])


register_document_kind(DocumentKind(CERTIFICATE, gettext_lazy("Certificate"), certified))
