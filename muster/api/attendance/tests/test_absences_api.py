"""Absences, evidence and corrections over the API: files of all sorts, bad input, whose they are, repeats."""

import json
import os
from datetime import timedelta
from functools import partial

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from muster.attendance.models import AbsenceNotice, CorrectionRequest, Evidence, EvidenceLook
from muster.attendance.rules import add_evidence
from muster.attendance.tests.test_absences import NOTE, Class, today
from muster.core.files import MOST_BYTES
from tests.api.described import disagreement
from tests.client import Api
from tests.files import PDF, PLACE, heic, jpeg, photo, png, webp
from tests.make import NOBODY, Campus

pytestmark = pytest.mark.django_db


@pytest.fixture
def campus():
    return Campus.found()


@pytest.fixture
def room(campus):
    return Class(campus)


def api(room, user=None):
    return Api(room.campus.token(user))


def post(room, path, form, user=None, **headers):
    """A form, sent as a program sends it: status and content."""
    client = Client(headers={"Authorization": f"Bearer {room.campus.token(user)}", **headers})
    response = client.post(f"/api{path}", form)
    assert not (wrong := disagreement(response)), wrong
    return response.status_code, json.loads(response.content)


def file(content=PDF, name="note.pdf", media_type="application/pdf"):
    return SimpleUploadedFile(name, content, media_type)


def evidence_path(record):
    return f"/institution/attendance/records/{record.pk}/evidence"


# --- files ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "media_type", "ending"),
    [
        (PDF, "application/pdf", "pdf"),
        (photo(), "image/jpeg", "jpg"),
        (png(), "image/png", "png"),
        (webp(), "image/webp", "webp"),
        (heic(), "image/heic", "heic"),
    ],
)
def test_a_file_is_sent_listed_shown_on_the_register_and_given_back(room, content, media_type, ending):
    record = room.mark("ABSENT")
    student = room.learners[0].student
    status, body = post(
        room, evidence_path(record), {"file": file(content, "x.bin", "text/html"), "note": "Two days"}, student
    )
    assert (status, body["message"]) == (201, "Evidence uploaded successfully")
    sent = body["data"]
    assert (sent["file_name"], sent["media_type"], sent["kind"]) == (f"x.{ending}", media_type, "medical")
    assert (sent["record_id"], sent["absence_id"], sent["corrections"]) == (str(record.pk), None, [])
    assert api(room).get(evidence_path(record)).data == [{k: v for k, v in sent.items() if k != "corrections"}]
    shown = api(room, student).get(f"/institution/class-sessions/{room.session.pk}").data["register"]
    assert [row["evidence"] for row in shown] == [[{"_id": sent["_id"], "file_name": f"x.{ending}", "kind": "medical"}]]
    response = Client(headers={"Authorization": f"Bearer {room.campus.token(room.teacher)}"}).get(sent["url"])
    assert response["Content-Type"] == media_type
    assert response["Content-Disposition"] == f'attachment; filename="x.{ending}"'
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in response["Cache-Control"]
    assert PLACE not in b"".join(response.streaming_content)
    looks = api(room).get(f"/evidence/{sent['_id']}/looks").data
    assert [look["looked_by"]["full_name"] for look in looks] == [room.teacher.full_name]


@pytest.mark.parametrize(
    ("form", "status", "field"),
    [
        ({}, 400, "file"),
        ({"file": file(b"")}, 400, "file"),
        ({"file": file(b"MZ\x90", "note.pdf")}, 400, "file"),
        ({"file": file(b"<svg onload='alert(1)'/>", "note.png", "image/png")}, 400, "file"),
        ({"file": file(jpeg()[:30], "note.jpg", "image/jpeg")}, 400, "file"),
        ({"file": file(PDF + bytes(MOST_BYTES), "note.pdf")}, 413, "file"),
        ({"file": [file()] * 11}, 400, "file"),
        ({"file": file(), "kind": "x"}, 400, "kind"),
        ({"file": file(), "kind": ""}, 400, "kind"),
        ({"file": file(), "note": "x" * 301}, 400, "note"),
        ({"file": file(), "note": "a\x00b"}, 400, "note"),
        ({"file": "text"}, 400, "file"),
    ],
)
def test_what_cannot_be_evidence_is_refused_by_name_and_leaves_nothing(room, form, status, field):
    code, body = post(room, evidence_path(room.mark("ABSENT")), form)
    assert (code, [wrong["field"] for wrong in body["errors"]]) == (status, [field])
    assert not Evidence.objects.exists()


def test_what_is_no_form_is_refused(room):
    path = f"/api{evidence_path(room.mark('ABSENT'))}"
    client = Client(headers={"Authorization": f"Bearer {room.campus.token()}"})
    for content, kind in (
        (b"{}", "application/json"),
        (PDF, "application/pdf"),
        (b"--x\r\n", "multipart/form-data; boundary=x"),
        (b"nonsense", "multipart/form-data"),
        (b"nonsense", f"multipart/form-data; boundary={'z' * 300}"),
        (
            b'--x\r\nContent-Disposition: form-data; name="note"\r\n\r\na\x00b\r\n--x--',
            "multipart/form-data; boundary=x",
        ),
    ):
        response = client.generic("POST", path, content, content_type=kind)
        assert response.status_code == 400, kind
        assert json.loads(response.content)["success"] is False


def test_a_form_that_does_not_hold_what_its_boundary_says_lacks_the_file(room):
    path = f"/api{evidence_path(room.mark('ABSENT'))}"
    client = Client(headers={"Authorization": f"Bearer {room.campus.token()}"})
    part = b'--x\r\nContent-Disposition: form-data; name="file"; filename="n.pdf"\r\n\r\n' + PDF
    for content, boundary in ((part + b"\r\n--x--", "y"), (part, "x")):
        response = client.generic("POST", path, content, content_type=f"multipart/form-data; boundary={boundary}")
        assert (response.status_code, json.loads(response.content)["errors"][0]["field"]) == (400, "file")
        assert not Evidence.objects.exists()


def test_a_form_with_a_huge_field_is_refused_in_shape(room):
    status, body = post(room, evidence_path(room.mark("ABSENT")), {"file": file(), "note": "x" * 3_000_000})
    assert (status, body["code"]) == (413, "too_large")


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.one_of(st.binary(max_size=300), st.sampled_from([PDF, photo(), png(), webp(), heic()])),
    st.text(max_size=60),
    st.text(max_size=40),
    st.integers(0, 200),
)
def test_whatever_bytes_and_names_come_nothing_is_a_fault(room, content, name, note, cut):
    room.campus.token()
    path = evidence_path(room.mark("ABSENT"))
    with transaction.atomic():
        sent = file(content[: len(content) - cut] or content)
        # A name that ends with its folder is none, which Django refuses before it is sent.
        sent.name = name if os.path.basename(name) not in {"", ".", ".."} else "x"
        status, _body = post(room, path, {"file": sent, "note": note})
        assert status in (201, 400)
        transaction.set_rollback(True)


def test_a_repeat_with_a_key_is_kept_once(room):
    record = room.mark("ABSENT")
    send = partial(post, room, evidence_path(record), **{"Idempotency-Key": "one"})
    first, again = send({"file": file()}), send({"file": file()})
    assert first == again
    assert Evidence.objects.count() == 1
    assert send({"file": file(PDF + b"\n")})[0] == 400


def test_a_locked_register_keeps_the_file_with_an_absence_and_asks(room):
    record = room.mark("ABSENT")
    room.lock()
    status, body = post(room, evidence_path(record), {"file": file()}, room.learners[0].student)
    assert status == 201
    assert "Register is locked" in body["message"]
    assert body["data"]["record_id"] is None
    (asked,) = api(room).get("/institution/attendance/corrections?status=pending").data
    assert body["data"]["corrections"] == [asked["_id"]]
    assert (asked["from_status"], asked["to_status"], asked["learner"]["_id"]) == (
        "ABSENT",
        "EXCUSED",
        str(room.learners[0].student_id),
    )
    path = f"/institution/attendance/corrections/{asked['_id']}"
    assert api(room).put(path, {"decision": "maybe", "reason": "x"}).fields == ["decision"]
    assert api(room).put(path, {"decision": "approve"}).fields == ["reason"]
    decided = api(room).put(path, {"decision": "approve", "reason": "Seen"})
    assert (decided.status, decided.data["status"], decided.data["decision_reason"]) == (200, "approved", "Seen")
    (row,) = (
        one
        for one in api(room).get(f"/institution/class-sessions/{room.session.pk}").data["register"]
        if one["record_id"] == str(record.pk)
    )
    assert (row["status"], len(row["evidence"]), row["correction_pending"]) == ("EXCUSED", 1, False)
    refused = api(room).delete(f"/evidence/{body['data']['_id']}")
    assert (refused.status, refused.body["code"]) == (400, "register_locked")
    assert "Register is locked" in refused.message
    assert api(room).put(path, {"decision": "reject", "reason": "x"}).body["code"] == "already_decided"


def test_a_removed_file_is_gone_and_its_row_says_so(room):
    (row,) = add_evidence(by=room.student(), to=room.mark("ABSENT"), uploads=[NOTE]).evidence
    removed = api(room, room.learners[0].student).delete(f"/evidence/{row.pk}")
    assert (removed.status, removed.data["url"]) == (200, None)
    gone = api(room).get(f"/evidence/{row.pk}")
    assert (gone.status, gone.body["code"]) == (404, "removed")
    assert api(room).get(evidence_path(row.record)).data == []


# --- absences ------------------------------------------------------------------------------------------------------


def absence(**given):
    return {"first_date": today().isoformat(), "reason": "Flu", **given}


def test_a_student_announces_as_json_and_as_a_form_with_files(room):
    mine = api(room, room.learners[0].student)
    first = mine.post("/institution/absences", absence())
    assert (first.status, first.message) == (201, "Absence announced successfully")
    assert first.data["learner"]["_id"] == str(room.learners[0].student_id)
    assert [one["session_id"] for one in first.data["sessions"]] == [str(room.session.pk)]
    status, body = post(
        room,
        "/institution/absences",
        absence(first_date=(today() + timedelta(days=1)).isoformat(), file=[file(), file(photo(), "b.jpg")]),
        room.learners[0].student,
    )
    assert status == 201
    assert [one["file_name"] for one in body["data"]["evidence"]] == ["note.pdf", "b.jpg"]
    again = mine.post("/institution/absences", absence())
    assert (again.status, again.body["code"]) == (400, "already_announced")
    assert again.data == {"absence_id": first.data["_id"]}
    assert mine.get("/institution/absences").body["total"] == 2


def test_staff_name_an_enrolment_a_session_or_a_student(room):
    teacher = api(room, room.teacher)
    learner = room.learners[0]
    one = teacher.post("/institution/absences", absence(enrolment_id=str(learner.pk)))
    assert (one.data["enrolment_id"], one.data["cohort_id"]) == (str(learner.pk), str(room.batch.pk))
    two = teacher.post("/institution/absences", absence(student_id=str(learner.student_id)))
    assert two.data["enrolment_id"] is None
    three = teacher.post(
        "/institution/absences",
        {"student_id": str(learner.student_id), "session_id": str(room.session.pk), "reason": "Left early"},
    )
    assert (three.data["session_id"], three.data["first_date"]) == (str(room.session.pk), today().isoformat())
    listed = teacher.get(f"/institution/absences?session_id={room.session.pk}").data
    assert {row["_id"] for row in listed} == {reply.data["_id"] for reply in (one, two, three)}


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"reason": ""}, "reason"),
        ({"reason": 5}, "reason"),
        ({"first_date": None}, "first_date"),
        ({"first_date": "tomorrow"}, "first_date"),
        ({"last_date": "0001-01-01"}, "last_date"),
        ({"enrolment_id": NOBODY}, "enrolment_id"),
        ({"enrolment_id": "x"}, "enrolment_id"),
        ({"enrolment_id": None}, "enrolment_id"),
        ({"enrolment_id": None, "student_id": NOBODY}, "student_id"),
        ({"student_id": NOBODY}, "enrolment_id"),
        ({"session_id": NOBODY}, "session_id"),
        ({"session_id": "\x00"}, "session_id"),
    ],
)
def test_what_cannot_be_announced_is_named(room, given, field):
    body = absence(enrolment_id=str(room.learners[0].pk)) | given
    reply = api(room).post("/institution/absences", body)
    assert (reply.status, reply.fields) == (400, [field] if field else [])
    assert not AbsenceNotice.objects.exists()


def test_nobody_announces_for_learners_out_of_their_reach(room, campus):
    other = Class(campus)
    elsewhere = Class(Campus.found())
    for user, learner in (
        (room.teacher, other.learners[0]),
        (room.learners[0].student, room.learners[1]),
        (None, elsewhere.learners[0]),
    ):
        mine = api(room, user)
        assert mine.post("/institution/absences", absence(enrolment_id=str(learner.pk))).fields == ["enrolment_id"]
        assert mine.post("/institution/absences", absence(student_id=str(learner.student_id))).status == 400
    assert not AbsenceNotice.objects.exists()


def test_the_list_is_narrowed(room, campus):
    other = Class(campus)
    room.announce()
    room.announce(1, first_date=today() + timedelta(days=10), last_date=today() + timedelta(days=12))
    other.announce()
    day = (today() + timedelta(days=5)).isoformat()
    for query, number in (
        ("", 3),
        (f"cohort_id={room.batch.pk}", 2),
        (f"student_id={room.learners[0].student_id}", 1),
        (f"from={day}", 1),
        (f"to={day}", 2),
        ("status=withdrawn", 0),
        (f"q={room.learners[0].student.full_name}", 1),
        (f"session_id={room.session.pk}", 1),
        ("cohort_id=x", 0),
        (f"session_id={NOBODY}", 0),
    ):
        assert api(room).get(f"/institution/absences?{query}").body["total"] == number, query
    for query, field in (("status=x", "status"), ("from=x", "from"), ("sort=x", "sort")):
        assert api(room).get(f"/institution/absences?{query}").fields == [field]
    assert api(room, room.teacher).get("/institution/absences").body["total"] == 2


def test_withdrawing_keeps_the_notice(room):
    notice = room.announce().notice
    assert api(room, room.teacher).delete(f"/institution/absences/{notice.pk}").status == 403
    gone = api(room, room.learners[0].student).delete(f"/institution/absences/{notice.pk}")
    assert (gone.status, gone.data["status"]) == (200, "withdrawn")
    refused, _body = post(room, f"/institution/absences/{notice.pk}/evidence", {"file": file()})
    assert refused == 400


# --- whose ---------------------------------------------------------------------------------------------------------


def test_somebody_elses_evidence_is_not_there(room, campus):
    (row,) = add_evidence(by=room.student(), to=room.mark("ABSENT"), uploads=[NOTE]).evidence
    paths = [f"/evidence/{row.pk}", evidence_path(row.record)]
    strangers = [api(room, user) for user in (room.learners[1].student, Class(campus).teacher)]
    for stranger in (*strangers, Api(Campus.found().token())):
        assert [stranger.get(path).status for path in paths] == [404, 404]
        assert stranger.delete(f"/evidence/{row.pk}").status == 404
    assert [api(room, campus.person("regulator")).get(path).status for path in paths] == [403, 403]
    assert [Api().get(path).status for path in paths] == [401, 401]
    assert api(room, room.teacher).get(f"/evidence/{row.pk}/looks").status == 403
    assert not EvidenceLook.objects.exists()


# --- statements ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "most"),
    [
        ("/institution/absences", 4),
        ("/institution/attendance/corrections", 3),
        ("/institution/class-sessions/{session}", 6),
    ],
)
def test_statements_do_not_grow_with_rows(campus, django_assert_max_num_queries, path, most):
    counts = []
    for number in (1, 8):
        room = Class(campus, learners=number)
        for learner in range(number):
            record = room.mark("ABSENT", learner)
            add_evidence(by=room.by, to=record, uploads=[NOTE])
        room.lock()
        for learner in range(number):
            room.announce(learner, uploads=[NOTE])
        mine = api(room, room.teacher)
        asked = path.format(session=room.session.pk)
        mine.get(asked)
        with django_assert_max_num_queries(most) as counted:
            assert mine.get(asked).status == 200
        counts.append(len(counted))
    assert counts[0] == counts[1]
    assert CorrectionRequest.objects.count() == 9


def test_sending_a_file_takes_a_fixed_number_of_statements(room, django_assert_max_num_queries):
    record = room.mark("ABSENT")
    post(room, evidence_path(record), {"file": file()})
    with django_assert_max_num_queries(14):
        assert post(room, evidence_path(record), {"file": file()})[0] == 201
