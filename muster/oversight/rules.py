"""Every write around access of regulators: asked for, decided, extended, revoked, and each look at what is granted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

import structlog
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from muster.attendance.models import Evidence
from muster.attendance.rules import look_at
from muster.batches.models import Batch, BatchMeeting
from muster.core.database import atomic, lock_word, refused_as
from muster.core.errors import FieldError, Invalid, Missing
from muster.core.history import recorded
from muster.core.permissions import any_id
from muster.core.rows import set_value
from muster.institutions.access import Actor
from muster.oversight import notices
from muster.oversight.errors import AccessDecided, AccessNotGranted
from muster.oversight.models import AccessBatch, AccessLook, AccessRequest
from muster.oversight.permissions import covered_by
from muster.oversight.queries import GrantedRegister, batches_in_words, granted_register
from muster.timetable.models import ClassSession

MOST_BATCHES, MOST_WAITING = 200, 20
LONGEST = timedelta(days=731)
# So long before the end whoever has the grant is told.
SAID_BEFORE = timedelta(days=3)
MOST_CODES = 300
NEEDED = gettext_lazy("Give a reason. It's kept and shared with the person who asked.")


# --- asked for and decided -----------------------------------------------------------------------------------------
@atomic
def ask_for_access(
    *,
    by: Actor,
    first_date: date,
    last_date: date,
    purpose: str,
    batches: Sequence[Batch] | None = None,
    with_evidence: bool = False,
    needed_until: date | None = None,
) -> AccessRequest:
    """Ask to see the registers of these batches, or of all, over these days. The administrators are told.

    Locks the asker's word, so that no more than a handful wait. Raises Invalid naming the fields.
    """
    assert by.user is not None  # noqa: S101
    wrong: list[FieldError] = []
    if last_date < first_date:
        wrong.append(FieldError("to", _("Choose a last day that isn't before the first.")))
    if batches is not None and not batches:
        wrong.append(FieldError("batch_ids", _("Choose at least one batch, or all batches.")))
    if batches is not None and len(batches) > MOST_BATCHES:
        too_many = _("Choose up to %(most)d batches, or all batches.") % {"most": MOST_BATCHES}
        wrong.append(FieldError("batch_ids", too_many))
    if needed_until is not None and not by.today() <= needed_until <= by.today() + LONGEST:
        wrong.append(FieldError("needed_until", _("Choose a day within the next two years.")))
    row = AccessRequest(
        institution=by.institution,
        asked_by=by.user,
        all_batches=batches is None,
        first_date=first_date,
        last_date=last_date,
        with_evidence=with_evidence,
        needed_until=needed_until,
    )
    if said := _set(row, "purpose", purpose, _("Say what you need the registers for.")):
        wrong.append(FieldError("purpose", said))
    if wrong:
        raise Invalid.fields(wrong)
    lock_word("access", by.institution.pk, by.user.pk)
    if AccessRequest.objects.pending().filter(institution=by.institution, asked_by=by.user).count() >= MOST_WAITING:
        raise Invalid(_("You already have %(most)d requests waiting. Withdraw one first.") % {"most": MOST_WAITING})
    with recorded(by, "ask_for_access"):
        row.save()
        _name_batches(row, batches or ())
    notices.tell_asked(by, row)
    return row


@atomic
def withdraw_access_request(*, by: Actor, request: AccessRequest) -> None:
    """Take back what nobody has decided yet: it goes, and history alone keeps it. Locks it. Raises AccessDecided."""
    row = _lock(request)
    if not row.is_pending:
        raise AccessDecided
    with recorded(by, "withdraw_access_request"):
        row.delete()


@atomic
def grant_access(
    *,
    by: Actor,
    request: AccessRequest,
    expires_at: datetime,
    batches: Sequence[Batch] | None = None,
    first_date: date | None = None,
    last_date: date | None = None,
    with_evidence: bool | None = None,
    note: str = "",
) -> AccessRequest:
    """Grant what is asked, or less of it: some of the batches, fewer days, no evidence. The asker is told.

    Locks the request. Raises Invalid naming the fields, AccessDecided.
    """
    row = _lock(request)
    if not row.is_pending:
        raise AccessDecided
    wrong = _wrong_end(expires_at)
    named = {link.batch_id for link in row.batch_links.all()}
    if batches is not None:
        if not batches:
            wrong.append(FieldError("batch_ids", _("Choose at least one batch, or reject the request.")))
        if not row.all_batches and not {batch.pk for batch in batches} <= named:
            wrong.append(FieldError("batch_ids", _("Choose among the requested batches.")))
    first, last = first_date or row.first_date, last_date or row.last_date
    if first < row.first_date:
        wrong.append(FieldError("from", _("Choose a day that was requested.")))
    if last > row.last_date:
        wrong.append(FieldError("to", _("Choose a day that was requested.")))
    if last < first:
        wrong.append(FieldError("to", _("Choose a last day that isn't before the first.")))
    if with_evidence and not row.with_evidence:
        wrong.append(FieldError("with_evidence", _("Evidence wasn't requested.")))
    if said := _set(row, "decision_note", note):
        wrong.append(FieldError("note", said))
    if wrong:
        raise Invalid.fields(wrong)
    with recorded(by, "grant_access", reason=row.decision_note):
        if batches is not None:
            kept = {batch.pk for batch in batches}
            for link in row.batch_links.exclude(batch__in=kept).order_by("pk"):
                link.delete()
            _name_batches(row, [batch for batch in batches if batch.pk not in named])
            row.all_batches = False
        row.first_date, row.last_date, row.expires_at = first, last, expires_at
        row.with_evidence = row.with_evidence if with_evidence is None else with_evidence
        _decide(by, row, AccessRequest.Status.APPROVED)
    notices.tell_granted(by, row)
    return row


@atomic
def reject_access(*, by: Actor, request: AccessRequest, note: str) -> AccessRequest:
    """Refuse it, with the reason. The asker is told. Locks it. Raises Invalid without a reason, AccessDecided."""
    row = _lock(request)
    if not row.is_pending:
        raise AccessDecided
    _must_say(row, "decision_note", note)
    with recorded(by, "reject_access", reason=row.decision_note):
        _decide(by, row, AccessRequest.Status.REJECTED)
    notices.tell_rejected(by, row)
    return row


@atomic
def revoke_access(*, by: Actor, request: AccessRequest, note: str) -> AccessRequest:
    """End a grant now, with the reason. The asker is told. Waits for whoever is looking at this moment.

    Raises Invalid without a reason, AccessNotGranted where it is not in force.
    """
    row = _lock(request)
    now = timezone.now()
    if row.status != AccessRequest.Status.APPROVED or row.expires_at is None or row.expires_at <= now:
        raise AccessNotGranted
    _must_say(row, "revoke_note", note)
    row.status, row.revoked_by, row.revoked_at = AccessRequest.Status.REVOKED, by.user, now
    with recorded(by, "revoke_access", reason=row.revoke_note):
        row.save()
    notices.tell_revoked(by, row)
    return row


@atomic
def extend_access(*, by: Actor, request: AccessRequest, expires_at: datetime, note: str) -> AccessRequest:
    """Let a grant end later, with the reason. The asker is told, and once more before the new end. Locks it.

    Raises Invalid naming the fields, AccessNotGranted where it is not in force.
    """
    row = _lock(request)
    if row.status != AccessRequest.Status.APPROVED or row.expires_at is None or row.expires_at <= timezone.now():
        raise AccessNotGranted
    wrong = _wrong_end(expires_at)
    if not wrong and expires_at <= row.expires_at:
        wrong.append(FieldError("expires_at", _("Choose a time after the current end.")))
    if said := _set(row, "decision_note", note, str(NEEDED)):
        wrong.append(FieldError("note", said))
    if wrong:
        raise Invalid.fields(wrong)
    row.expires_at, row.reminded_at = expires_at, None
    with recorded(by, "extend_access", reason=row.decision_note):
        row.save()
    notices.tell_extended(by, row)
    return row


@atomic
def remind_of_endings(*, by: Actor) -> int:
    """Tell those whose access ends soon, once; answers how many. Each is claimed by the statement that says so."""
    now, told = timezone.now(), 0
    rows = AccessRequest.objects.in_force().filter(
        institution=by.institution,
        reminded_at__isnull=True,
        expires_at__lte=now + SAID_BEFORE,
        # Who was granted no more than these days knows.
        expires_at__gt=F("decided_at") + SAID_BEFORE,
    )
    for row in rows.select_related("asked_by").order_by("pk"):
        if AccessRequest.objects.in_force().filter(pk=row.pk, reminded_at__isnull=True).update(reminded_at=now):
            told += notices.tell_ending(by, row)
    return told


# --- each look -----------------------------------------------------------------------------------------------------
@atomic
def look_at_register(*, by: Actor, session_id: object, how: str = AccessLook.How.OPENED) -> GrantedRegister:
    """Record that somebody is shown the register, or given it as a file, and answer what of it is granted.

    The database holds the grant meanwhile. Raises Missing where none is in force that covers it.
    """
    found = granted_register(by, session_id)
    _record(by, found, found.access, how)
    return found


@atomic
def look_at_granted_evidence(*, by: Actor, session_id: object, evidence_id: object) -> Evidence:
    """Record that somebody is given a file behind a register: by the grant, and beside all other looks at the file.

    Raises Missing where evidence is not granted, or the file is not behind this register, and EvidenceGone.
    """
    found = granted_register(by, session_id)
    file = next((one for one in found.evidence() if one.pk == any_id(evidence_id)), None)
    if file is None or found.files_by is None:
        raise Missing
    _record(by, found, found.files_by, AccessLook.How.EVIDENCE, evidence_id=file.pk)
    look_at(by=by, evidence=file)
    return file


@atomic
def look_at_granted_marks(*, by: Actor, grants: Sequence[AccessRequest], how: str) -> None:
    """Record that somebody is given the marks of all registers of these grants at once. Raises Missing."""
    for grant in sorted(grants, key=lambda one: one.pk):
        rows = ClassSession.objects.filter(
            covered_by(AccessRequest.objects.in_force().filter(pk=grant.pk)), institution=by.institution
        )
        codes = "" if grant.all_batches else batches_in_words(grant, MOST_BATCHES)
        _add_look(by, how=how, access=grant, registers=rows.count(), batch_codes=codes)


@atomic
def record_denied_look(*, by: Actor, session_id: object) -> None:
    """Record that somebody tried to open a register of the institution that is not granted, or not any more."""
    session = ClassSession.objects.filter(institution=by.institution, pk=any_id(session_id)).first()
    codes = BatchMeeting.objects.filter(meeting=session.meeting_id if session else None).order_by("batch__code")
    if session is None or not (named := list(codes.values_list("batch__code", flat=True))):
        return
    where = {"session_id": session.pk, "session_date": session.date}
    _add_look(by, how=AccessLook.How.DENIED, batch_codes=", ".join(named), **where)


def _record(by: Actor, found: GrantedRegister, grant: AccessRequest, how: str, **more: Any) -> None:
    where = {"session_id": found.session.pk, "session_date": found.session.date}
    codes = ", ".join(batch.code for batch in found.batches.values())
    _add_look(by, how=how, access=grant, batch_codes=codes, **where, **more)


def _add_look(by: Actor, *, how: str, batch_codes: str, **fields: Any) -> None:
    assert by.user is not None  # noqa: S101
    request = str(structlog.contextvars.get_contextvars().get("request_id", ""))
    is_denied = how == AccessLook.How.DENIED
    with (
        recorded(by, "look_at_denied" if is_denied else "look_at_granted"),
        refused_as(look_is_within_its_grant=Missing()),
    ):
        AccessLook.objects.create(
            institution=by.institution,
            looked_by=by.user,
            how=how,
            batch_codes=batch_codes[:MOST_CODES],
            request_id=request[:100],
            **fields,
        )


def _lock(request: AccessRequest) -> AccessRequest:
    """The request as it now stands, held. Raises Missing where it was withdrawn."""
    rows = AccessRequest.objects.select_for_update(of=("self",)).select_related("asked_by", "institution")
    row = rows.filter(pk=request.pk).first()
    if row is None:
        raise Missing
    return row


def _decide(by: Actor, row: AccessRequest, status: str) -> None:
    row.status, row.decided_by, row.decided_at = status, by.user, timezone.now()
    row.save()


def _name_batches(row: AccessRequest, batches: Sequence[Batch]) -> None:
    for batch in sorted(batches, key=lambda one: one.pk):
        AccessBatch.objects.create(institution_id=row.institution_id, access=row, batch=batch)


def _wrong_end(expires_at: datetime) -> list[FieldError]:
    now = timezone.now()
    if expires_at <= now:
        return [FieldError("expires_at", _("Choose a time that is still to come."))]
    if expires_at > now + LONGEST:
        return [FieldError("expires_at", _("Choose a time within the next two years."))]
    return []


def _set(row: AccessRequest, name: str, value: str, needed: str = "") -> str:
    """Set a text; answers what is wrong with it."""
    field: Any = row._meta.get_field(name)
    wrong = set_value(row, field, value)
    return wrong or ("" if getattr(row, name) else needed)


def _must_say(row: AccessRequest, name: str, note: str) -> None:
    if wrong := _set(row, name, note, str(NEEDED)):
        raise Invalid(wrong, field="note", code="required")
