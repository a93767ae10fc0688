"""Asking to unlock a register, deciding that, and reminding of registers not taken, over the API."""

from __future__ import annotations

from datetime import time, timedelta
from typing import Any

import pytest

from muster.attendance.models import UnlockRequest
from muster.attendance.rules import lock_register
from muster.attendance.tests.test_marking import Class, session_of
from muster.notifications.models import Notification
from tests.client import Api
from tests.make import NOBODY, Campus

pytestmark = pytest.mark.django_db
PATH, REMIND = "/institution/unlock-requests", "/institution/registers/remind"


@pytest.fixture
def campus() -> Campus:
    return Campus.found(time_zone="UTC")


@pytest.fixture
def room(campus: Campus) -> Class:
    room = Class(campus, 2)
    lock_register(by=campus.actor(room.teacher), session=room.session)
    return room


def ask(room: Class, **body: Any) -> Any:
    whole = {"session_id": str(room.session.pk), "reason": "Row 3 was late", **body}
    return Api(room.campus.token(room.teacher)).post(PATH, whole)


def test_whoever_asked_sees_the_answer(campus: Campus, room: Class) -> None:
    asked = ask(room)
    assert (asked.status, asked.data["status"], asked.data["cohort_id"]) == (201, "pending", str(room.batch.pk))
    path = f"{PATH}/{asked.data['_id']}"
    admin, teacher = Api(campus.token()), Api(campus.token(room.teacher))
    assert [row["_id"] for row in admin.get(f"{PATH}?status=pending").data] == [asked.data["_id"]]
    assert teacher.put(path, {"decision": "approve", "reason": "Mine"}).status == 403
    assert Api(campus.token(campus.instructor())).get(path).status == 404
    decided = admin.put(path, {"decision": "approve", "reason": "The note is in order"})
    assert (decided.status, decided.message) == (200, "Unlock request approved successfully")
    room.session.refresh_from_db()
    assert not room.session.is_locked
    told = teacher.get(path).data
    assert (told["status"], told["decision_reason"]) == ("approved", "The note is in order")
    assert Notification.objects.filter(user=room.teacher, text="The note is in order").count() == 1
    assert admin.put(path, {"decision": "reject", "reason": "Too late"}).status == 400


def test_rejected_it_stays_locked(campus: Campus, room: Class) -> None:
    path = f"{PATH}/{ask(room).data['_id']}"
    admin = Api(campus.token())
    assert admin.put(path, {"decision": "perhaps", "reason": "No"}).fields == ["decision"]
    assert admin.put(path, {"decision": "reject"}).fields == ["reason"]
    assert admin.put(path, {"decision": "reject", "reason": "Nothing shows it"}).data["status"] == "rejected"
    room.session.refresh_from_db()
    assert room.session.is_locked
    # What was rejected can be asked again.
    assert ask(room).status == 201


def test_what_cannot_be_asked_is_refused(campus: Campus, room: Class) -> None:
    assert ask(room, reason=" ").fields == ["reason"]
    assert ask(room, session_id=NOBODY).fields == ["session_id"]
    assert ask(room, session_id=str(Class(Campus.found()).session.pk)).fields == ["session_id"]
    assert ask(room).status == 201
    assert ask(room).status == 400
    assert UnlockRequest.objects.count() == 1
    assert Api(campus.token()).get(f"{PATH}?status=open").fields == ["status"]


def test_instructors_are_reminded_once_a_day(campus: Campus) -> None:
    today = campus.admin.today()
    room = Class(campus, 2)
    yesterday = session_of(room.batch, today - timedelta(days=1), start_time=time(8), end_time=time(10))
    admin = Api(campus.token())
    body = {"session_ids": [str(yesterday.pk)]}
    assert Api(campus.token(room.teacher)).post(REMIND, body).status == 403
    first, second = admin.post(REMIND, body), admin.post(REMIND, body)
    assert (first.status, first.data) == (200, {"registers": 1, "people": 1, "already": 0})
    assert second.data == {"registers": 0, "people": 0, "already": 1}
    assert admin.post(REMIND, {"session_ids": [str(yesterday.pk), NOBODY]}).fields == ["session_ids.1"]
    assert admin.post(REMIND, {"session_ids": []}).status == 400
