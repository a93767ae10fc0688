"""Who signed a register, and the sheets that were signed on paper."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import OuterRef, QuerySet, TextField
from django.db.models.functions import Cast, JSONObject
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from muster.attendance.models import RegisterScan, RegisterSignature
from muster.core.json_rows import JSONList
from muster.institutions.models import Institution
from muster.timetable.models import ClassSession


@dataclass(frozen=True)
class Signature:
    """A signature below a register: it `stands` until that is unlocked."""

    name: str
    statement: str
    at: datetime
    stands: bool
    by_id: str | None


def last_signature() -> JSONList:
    """The last signature below a session's register, as a list of at most one: an annotation."""
    rows = RegisterSignature.objects.filter(session=OuterRef("pk")).order_by("-signed_at")
    said = JSONObject(name="name", statement="statement", at=Cast("signed_at", TextField()), by="signed_by_id")
    return JSONList(rows.values(row=said)[:1])


def signature_of(session: ClassSession) -> Signature | None:
    """The last signature below the register of a session out of `sessions_in_full`, whether it stands or not."""
    for said in session.signed:  # type: ignore[attr-defined]
        at = parse_datetime(said["at"])
        if at is not None:
            stands = session.is_locked and session.locked_at == at
            return Signature(said["name"], said["statement"], at, stands, said["by"])
    return None


def statement_of(institution: Institution) -> str:
    """What an instructor states by signing."""
    default = _("I confirm that this register is complete and shows who attended this session.")
    return institution.sign_off_statement.strip() or default


def scans_of(session: ClassSession) -> QuerySet[RegisterScan]:
    """The signed sheets of a register, the one that counts first."""
    return RegisterScan.objects.filter(session=session).select_related("added_by").order_by("-pk")
