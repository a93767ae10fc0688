"""Access of regulators: asked for, decided once, within what was asked, until it ends; each look recorded before."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.formats import date_format

from muster.attendance.models import EvidenceLook
from muster.core.audit_log import LogFilter, log_of
from muster.core.database import violated_constraint
from muster.core.errors import Conflict, Forbidden, Invalid, Missing
from muster.institutions.models import Role
from muster.notifications.models import Notification
from muster.oversight.jobs import remind_of_access_endings
from muster.oversight.models import AccessBatch, AccessLook, AccessRequest
from muster.oversight.permissions import access_requests, looks, registers_granted_to
from muster.oversight.queries import (
    granted_register,
    reach_of,
    requests_in_full,
    status_of,
    waiting_access,
    with_status,
)
from muster.oversight.rules import (
    ask_for_access,
    extend_access,
    grant_access,
    look_at_granted_evidence,
    look_at_granted_marks,
    look_at_register,
    record_denied_look,
    reject_access,
    remind_of_endings,
    revoke_access,
    withdraw_access_request,
)
from muster.oversight.tests.make import Inspected, as_if_long_ago

pytestmark = pytest.mark.django_db


@pytest.fixture
def place():
    return Inspected()


def refused_by(write):
    """The constraint that refuses what this writes."""
    with pytest.raises(IntegrityError) as raised, transaction.atomic():
        write()
    return violated_constraint(raised.value)


# --- asked for -----------------------------------------------------------------------------------------------------
def test_asked_for_it_waits_and_the_administrators_are_told(place):
    batch = place.batch("ECD")
    asked = ask_for_access(
        by=place.by, batches=[batch], first_date=place.day(0), last_date=place.day(9), purpose="  Visit\u200b 114 "
    )
    assert (asked.status, asked.purpose, asked.all_batches, asked.with_evidence) == (
        "pending",
        "Visit 114",
        False,
        False,
    )
    assert list(waiting_access(place.campus.admin)) == [asked]
    told = Notification.objects.get(kind="access_asked")
    assert (told.user, told.title) == (place.campus.admin.user, "Lindiwe Radebe asks to see registers")
    assert "ECD" in told.text
    # Nothing is granted by asking.
    assert not registers_granted_to(place.by).exists()


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"first": 10, "last": 9}, "to"),
        ({"purpose": " "}, "purpose"),
        ({"purpose": "x" * 501}, "purpose"),
        ({"batches": []}, "batch_ids"),
        ({"needed": -1}, "needed_until"),
        ({"needed": 800}, "needed_until"),
    ],
)
def test_what_makes_no_sense_is_refused_at_its_field(place, fields, field):
    fields = dict(fields)
    if "needed" in fields:
        fields["needed_until"] = place.today + timedelta(days=fields.pop("needed"))
    with pytest.raises(Invalid) as raised:
        place.ask(**fields)
    assert [error.field for error in raised.value.errors] == [field]
    assert not AccessRequest.objects.exists()


def test_only_so_many_wait(place, monkeypatch):
    monkeypatch.setattr("muster.oversight.rules.MOST_WAITING", 2)
    first, _second = place.ask(), place.ask()
    with pytest.raises(Invalid, match="2 requests"):
        place.ask()
    withdraw_access_request(by=place.by, request=first)
    place.ask()


def test_withdrawn_it_is_gone_unless_decided(place):
    asked, granted = place.ask(), place.grant()
    withdraw_access_request(by=place.by, request=asked)
    with pytest.raises(Conflict):
        withdraw_access_request(by=place.by, request=granted)
    with pytest.raises(Missing):
        grant_access(by=place.campus.admin, request=asked, expires_at=place.later(1))
    assert list(AccessRequest.objects.all()) == [granted]


# --- decided -------------------------------------------------------------------------------------------------------
def test_granted_in_part_it_is_that_part(place):
    one, two = place.batch("ONE"), place.batch("TWO")
    asked = place.ask(one, two, with_evidence=True)
    row = grant_access(
        by=place.campus.admin,
        request=asked,
        expires_at=place.later(5),
        batches=[one],
        first_date=place.day(3),
        last_date=place.day(6),
        with_evidence=False,
        note="The sample",
    )
    assert [link.batch for link in row.batch_links.all()] == [one]
    assert (row.first_date, row.last_date, row.with_evidence, row.status) == (
        place.day(3),
        place.day(6),
        False,
        "approved",
    )
    told = Notification.objects.get(kind="access_answered")
    assert told.user == place.regulator
    assert "ONE" in told.text
    assert "TWO" not in told.text


def test_of_all_some_may_be_granted(place):
    one = place.batch("ONE")
    row = grant_access(by=place.campus.admin, request=place.ask(), expires_at=place.later(5), batches=[one])
    assert (row.all_batches, [link.batch for link in row.batch_links.all()]) == (False, [one])


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"days": -1}, "expires_at"),
        ({"days": 800}, "expires_at"),
        ({"batches": []}, "batch_ids"),
        ({"first": -1}, "from"),
        ({"last": 61}, "to"),
        ({"first": 9, "last": 3}, "to"),
        ({"with_evidence": True}, "with_evidence"),
        ({"note": "x" * 501}, "note"),
    ],
)
def test_more_than_was_asked_is_not_granted(place, fields, field):
    asked = place.ask(place.batch("ONE"))
    given = {"expires_at": place.later(fields.get("days", 5))}
    given |= {f"{name}_date": place.day(fields[name]) for name in ("first", "last") if name in fields}
    given |= {name: value for name, value in fields.items() if name in ("batches", "with_evidence", "note")}
    with pytest.raises(Invalid) as raised:
        grant_access(by=place.campus.admin, request=asked, **given)
    assert [error.field for error in raised.value.errors] == [field]
    with pytest.raises(Invalid):
        grant_access(by=place.campus.admin, request=asked, expires_at=place.later(5), batches=[place.batch("TWO")])


def test_rejected_and_revoked_with_a_reason_once(place):
    asked, granted, by = place.ask(), place.grant(), place.campus.admin
    for reason in ("", " ", "x" * 501):
        for refuse in (reject_access, revoke_access):
            with pytest.raises(Invalid):
                refuse(by=by, request=asked if refuse is reject_access else granted, note=reason)
    reject_access(by=by, request=asked, note="Before our accreditation")
    revoke_access(by=by, request=granted, note="The visit is over")
    titles = list(Notification.objects.filter(kind="access_answered").order_by("pk").values_list("text", flat=True))
    assert titles == ["Before our accreditation", "The visit is over"]
    for row in (asked, granted):
        for again in (
            lambda row=row: grant_access(by=by, request=row, expires_at=place.later(1)),
            lambda row=row: reject_access(by=by, request=row, note="No"),
            lambda row=row: revoke_access(by=by, request=row, note="No"),
        ):
            with pytest.raises(Conflict):
                again()
    expired = place.grant()
    place.expire(expired)
    with pytest.raises(Conflict):
        revoke_access(by=by, request=expired, note="Too late")


def test_a_grant_in_force_is_extended_with_a_reason(place):
    granted, by = place.grant(), place.campus.admin
    AccessRequest.objects.filter(pk=granted.pk).update(reminded_at=timezone.now())
    wrong = [
        (place.later(99), "", "note"),
        (place.later(99), "x" * 501, "note"),
        (granted.expires_at, "Moved", "expires_at"),
        (place.later(1), "Moved", "expires_at"),
        (place.later(-1), "Moved", "expires_at"),
        (place.later(800), "Moved", "expires_at"),
    ]
    for end, note, field in wrong:
        with pytest.raises(Invalid) as refused:
            extend_access(by=by, request=granted, expires_at=end, note=note)
        assert [one.field for one in refused.value.errors] == [field]
    end = place.later(99)
    extended = extend_access(by=by, request=granted, expires_at=end, note="The visit was moved")
    assert (extended.expires_at, extended.decision_note) == (end, "The visit was moved")
    # They are told once more before the new end.
    assert extended.reminded_at is None
    told = Notification.objects.get(kind="access_answered")
    assert told.text.endswith("The visit was moved")
    revoke_access(by=by, request=granted, note="Over")
    expired, waiting = place.grant(), place.ask()
    place.expire(expired)
    for row in (granted, expired, waiting):
        with pytest.raises(Conflict):
            extend_access(by=by, request=row, expires_at=place.later(99), note="Too late")


def test_statuses_are_found_with_what_expired_among_them(place):
    found = {"pending": place.ask(), "approved": place.grant(), "expired": place.grant()}
    place.expire(found["expired"])
    found["expired"].refresh_from_db()
    found["revoked"] = revoke_access(by=place.campus.admin, request=place.grant(), note="Over")
    found["rejected"] = reject_access(by=place.campus.admin, request=place.ask(), note="No")
    for status, row in found.items():
        assert list(with_status(AccessRequest.objects.all(), status)) == [row]
        assert status_of(row, timezone.now()) == status


# --- what the database refuses -------------------------------------------------------------------------------------
def test_the_database_decides_once_and_never_more_than_was_asked(place):
    asked, granted = place.ask(place.batch("ONE")), place.grant(place.batch("TWO"))

    def change(row, **fields):
        return lambda: AccessRequest.objects.filter(pk=row.pk).update(**fields)

    now = timezone.now()
    approved = {"status": "approved", "decided_at": now, "expires_at": place.later(1)}
    once = "access_is_decided_once"
    for write in (
        change(asked, purpose="Another"),
        change(asked, first_date=place.day(-1)),
        change(asked, last_date=place.day(61)),
        change(asked, with_evidence=True),
        change(asked, all_batches=True),
        change(asked, asked_by=place.campus.person(Role.REGULATOR)),
        change(asked, status="revoked", revoked_at=now, revoke_note="No", decided_at=now, expires_at=place.later(1)),
        change(granted, expires_at=place.later(1)),
        change(granted, expires_at=place.later(99), decision_note=""),
        change(granted, decision_note="Another"),
        change(granted, last_date=place.day(5)),
        change(granted, status="pending", decided_at=None, expires_at=None),
        change(granted, status="rejected", expires_at=None, decision_note="No"),
        place.grant().delete,
        lambda: AccessRequest.objects.create(
            institution=place.campus.institution,
            asked_by=place.regulator,
            all_batches=True,
            first_date=place.today,
            last_date=place.today,
            purpose="Now",
            **approved,
        ),
    ):
        assert refused_by(write) == once
    assert (
        refused_by(change(asked, status="approved", decided_at=now)) == "access_is_decided_with_an_expiry_or_a_reason"
    )
    assert (
        refused_by(change(asked, status="approved", decided_at=now, expires_at=now))
        == "access_is_decided_with_an_expiry_or_a_reason"
    )
    assert refused_by(change(granted, status="revoked")) == "access_is_revoked_with_a_reason"
    assert refused_by(change(asked, last_date=place.day(-5))) == "access_ends_after_it_begins"


def test_the_database_keeps_the_batches_of_a_grant(place):
    granted, other = place.grant(place.batch("ONE")), place.batch("TWO")
    [link] = granted.batch_links.all()
    for write in (
        link.delete,
        lambda: AccessBatch.objects.filter(pk=link.pk).update(batch=other),
        lambda: AccessBatch.objects.create(institution=granted.institution, access=granted, batch=other),
    ):
        assert refused_by(write) == "granted_batches_stay"


def test_the_database_lets_nobody_look_without_a_grant_in_force(place):
    batch = place.batch("ONE")
    granted, expired = place.grant(batch, first=5, last=9), place.grant(batch)
    place.expire(expired)
    revoked = revoke_access(by=place.campus.admin, request=place.grant(batch), note="Over")
    here = {"institution": place.campus.institution, "looked_by": place.regulator, "how": "opened"}

    def look(**fields):
        return lambda: AccessLook.objects.create(**(here | fields))

    other = place.campus.person(Role.REGULATOR)
    for write in (
        look(access=expired),
        look(access=revoked),
        look(access=place.ask(batch)),
        look(access=granted, looked_by=other),
        look(access=granted, session_date=place.day(4)),
        look(access=granted, session_date=place.day(10)),
        look(access=granted, how="evidence"),
    ):
        assert refused_by(write) == "look_is_within_its_grant"
    assert refused_by(look(access=None)) == "look_has_its_grant_unless_denied"
    made = look(access=granted, session_date=place.day(5))()
    for write in (made.delete, lambda: AccessLook.objects.update(how="pdf")):
        with pytest.raises(Exception, match=r"(?i)permission denied|only added to"), transaction.atomic():
            write()


# --- what is seen --------------------------------------------------------------------------------------------------
def test_exactly_the_registers_that_are_granted_until_it_ends(place):
    one, two = place.batch("ONE"), place.batch("TWO")
    rows = {number: place.session(one, number) for number in (4, 5, 9, 10)}
    place.session(two, 6)
    cancelled = place.session(one, 7)
    cancelled.status, cancelled.is_edited = "cancelled", True
    cancelled.save()
    grant = place.grant(one, first=5, last=9)
    assert list(registers_granted_to(place.by).order_by("date")) == [rows[5], rows[9]]
    # Another regulator, and the same person elsewhere, see nothing.
    other = place.campus.actor(place.campus.person(Role.REGULATOR))
    assert not registers_granted_to(other).exists()
    place.expire(grant)
    assert not registers_granted_to(place.by).exists()
    again = place.grant(one, first=5, last=9)
    revoke_access(by=place.campus.admin, request=again, note="Over")
    assert not registers_granted_to(place.by).exists()


def test_of_a_shared_session_the_students_of_the_granted_batch_alone(place):
    one, two = place.batch("ONE"), place.batch("TWO")
    ada, ben = place.seat(one, "Ada"), place.seat(two, "Ben")
    place.share(one, two)
    session = place.session(one, 5, ada, ben)
    place.grant(one)
    register = look_at_register(by=place.by, session_id=session.pk).read(place.by)
    assert [(row.full_name, row.batch_code, row.status, row.notes, row.email) for row in register.rows] == [
        ("Ada", "ONE", "ABSENT", "", "")
    ]
    assert register.summary.total == 1
    place.grant(two)
    register = granted_register(place.by, session.pk).read(place.by)
    assert [row.full_name for row in register.rows] == ["Ada", "Ben"]


def test_evidence_is_seen_where_it_is_granted(place):
    one, two = place.batch("ONE"), place.batch("TWO")
    ada, ben = place.seat(one, "Ada"), place.seat(two, "Ben")
    place.share(one, two)
    session, other = place.session(one, 5, ada, ben), place.session(one, 6, ada)
    own, noted = place.evidence(session, ada), place.evidence(session, ada, on_notice=True)
    bens, later = place.evidence(session, ben), place.evidence(other, ada)
    place.grant(one)
    for file in (own, noted, bens, later):
        with pytest.raises(Missing):
            look_at_granted_evidence(by=place.by, session_id=session.pk, evidence_id=file.pk)
    assert not AccessLook.objects.exists()
    place.grant(one, with_evidence=True, first=5, last=5)
    assert granted_register(place.by, session.pk).evidence() == [own, noted]
    for file in (own, noted):
        assert look_at_granted_evidence(by=place.by, session_id=session.pk, evidence_id=file.pk) == file
    for where, file in ((session, bens), (session, later), (other, later), (other, own)):
        with pytest.raises(Missing):
            look_at_granted_evidence(by=place.by, session_id=where.pk, evidence_id=file.pk)
    # Both by the grant, and beside everybody else's looks at the file.
    assert list(AccessLook.objects.order_by("pk").values_list("how", "evidence_id")) == [
        ("evidence", own.pk),
        ("evidence", noted.pk),
    ]
    assert set(EvidenceLook.objects.values_list("looked_by", flat=True)) == {place.regulator.pk}


def test_each_look_is_recorded_and_what_was_denied(place):
    one, two = place.batch("ONE"), place.batch("TWO")
    session, denied = place.session(one, 5), place.session(two, 5)
    grant = place.grant(one)
    look_at_register(by=place.by, session_id=session.pk)
    look_at_register(by=place.by, session_id=session.pk, how="pdf")
    look_at_granted_marks(by=place.by, grants=[grant], how="csv")
    for unknown in (denied.pk, uuid4(), "nothing"):
        with pytest.raises(Missing):
            look_at_register(by=place.by, session_id=unknown)
        record_denied_look(by=place.by, session_id=unknown)
    found = AccessLook.objects.order_by("pk").values_list("how", "session_id", "registers", "batch_codes", "access")
    assert list(found) == [
        ("opened", session.pk, 1, "ONE", grant.pk),
        ("pdf", session.pk, 1, "ONE", grant.pk),
        ("csv", None, 1, "ONE", grant.pk),
        ("denied", denied.pk, 1, "TWO", None),
    ]
    assert looks.rows(place.by).count() == looks.rows(place.campus.admin).count() == 4
    day = date_format(session.date, "j F Y")
    told = [
        (entry.title, entry.by_name, entry.is_look, entry.about[0].name, entry.lines[0].text)
        for entry in log_of(LogFilter(place.campus.institution.pk, what="accesslook")).entries
    ]
    assert told == [
        (f"was denied the register of TWO, {day}", "Lindiwe Radebe", True, "", "Denied, not granted: Register of TWO"),
        ("saved 1 register of ONE as CSV", "Lindiwe Radebe", True, "", "Saved as CSV: Registers of ONE, 1 at once"),
        (f"saved the register of ONE, {day} as PDF", "Lindiwe Radebe", True, "", "Saved as PDF: Register of ONE"),
        (f"opened the register of ONE, {day}", "Lindiwe Radebe", True, "", "Opened: Register of ONE"),
    ]
    assert not looks.rows(place.campus.actor(place.campus.person(Role.REGULATOR))).exists()
    with pytest.raises(Forbidden):
        access_requests.get(place.campus.actor(place.campus.student()), grant.pk)


def test_how_much_it_is_agrees_with_what_is_seen(place):
    one, two, three = place.batch("ONE"), place.batch("TWO"), place.batch("THREE")
    place.seat(one), place.seat(one), place.seat(two), place.seat(three)
    place.share(one, two)
    for number in (4, 5, 6):
        place.session(one, number)
    place.session(two, 5)
    asked = place.grant(one, two, first=5, last=9)
    whole = place.grant(first=4, last=4)
    found = reach_of([asked, whole])
    reach = found[asked.pk]
    assert (reach.registers, reach.students) == (3, 3)
    assert {pk: (own.registers, own.students) for pk, own in reach.of_batches.items()} == {
        one.pk: (2, 2),
        two.pk: (3, 1),
    }
    assert (found[whole.pk].registers, found[whole.pk].students) == (1, 4)
    assert registers_granted_to(place.by).count() == 4
    assert requests_in_full(AccessRequest.objects.filter(pk=asked.pk)).get().look_count == 0


# --- told ----------------------------------------------------------------------------------------------------------
def test_whose_access_ends_soon_is_told_once(place):
    soon, _late, short = place.grant(days=30), place.grant(days=30), place.grant(days=2)
    with_end = {"decided_at": place.later(-20), "expires_at": place.later(2)}
    with as_if_long_ago():
        AccessRequest.objects.filter(pk=soon.pk).update(**with_end)
    remind_of_access_endings(0)
    remind_of_access_endings(0)
    assert remind_of_endings(by=place.campus.admin) == 0
    assert Notification.objects.filter(kind="access_ending").count() == 1
    short.refresh_from_db()
    assert short.reminded_at is None
