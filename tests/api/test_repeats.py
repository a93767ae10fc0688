"""`Idempotency-Key`: a repeat gets the first answer, and happens once."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError
from django.test import Client
from django.utils import timezone

from muster.core.database import violated_constraint
from muster.core.jobs import forget_answers
from muster.core.models import RememberedAnswer
from muster.courses.models import Course
from muster.enrollments.models import Enrollment
from muster.enrollments.rules import delete_batch
from muster.exchange.models import ImportRun
from muster.institutions.models import ApiToken, Branch, Holiday
from tests.client import Api
from tests.make import PASSWORD, Campus
from tests.races.rush import none_before_another, rush, without, won

pytestmark = pytest.mark.django_db
CONSTRAINT = "one_answer_for_each_idempotency_key"
HOLIDAY = {"name": "Founders' day", "start_date": "2031-05-01"}
COURSE = {"course_title": "Welding", "code": "WELD"}


@pytest.fixture
def campus():
    return Campus.found()


@pytest.fixture
def api(campus):
    return Api(campus.token())


def test_a_repeat_gets_the_first_answer_and_happens_once(api):
    first = api.post("/courses", COURSE, Idempotency_Key="k1")
    again = api.post("/courses", COURSE, Idempotency_Key="k1")
    assert (first.status, again.status) == (201, 201)
    assert again.body == first.body
    assert again.headers["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first.headers
    assert Course.objects.count() == 1


def test_the_key_with_another_body_or_query_is_refused(api):
    api.post("/courses", COURSE, Idempotency_Key="k1")
    for path, body in (("/courses", {**COURSE, "code": "OTHER"}), ("/courses?x=1", COURSE)):
        other = api.post(path, body, Idempotency_Key="k1")
        assert (other.status, other.fields, other.body["code"]) == (400, ["Idempotency-Key"], "key_reused")


def test_failures_are_not_kept(api):
    refused = api.post("/courses", {**COURSE, "semesters": -1}, Idempotency_Key="k1")
    assert refused.status == 400
    assert api.post("/courses", COURSE, Idempotency_Key="k1").status == 201
    assert RememberedAnswer.objects.count() == 1


def test_the_key_belongs_to_the_caller_and_the_path(campus, api):
    assert api.post("/courses", COURSE, Idempotency_Key="k1").status == 201
    colleague = Api(campus.token(campus.person("admin")))
    assert colleague.post("/courses", {**COURSE, "code": "TWO"}, Idempotency_Key="k1").status == 201
    assert api.post("/branches", {"name": "North", "code": "N"}, Idempotency_Key="k1").status == 201
    assert (Course.objects.count(), Branch.objects.count()) == (2, 1)


def test_the_key_belongs_to_one_institution(campus, api):
    """One person with two tokens, one for each institution: the first answer of the one is nothing to the other."""
    elsewhere = Campus.found()
    there = Api(elsewhere.token(elsewhere.joined_by(campus.admin.user, "admin")))
    here = api.post("/courses", COURSE, Idempotency_Key="k1")
    other = there.post("/courses", COURSE, Idempotency_Key="k1")
    assert (here.status, other.status) == (201, 201)
    assert here.data["_id"] != other.data["_id"]


def test_a_repeat_of_what_moved_the_object_out_of_reach_gets_the_first_answer(campus, api):
    batch = campus.batch()
    delete_batch(by=campus.admin, batch=batch)
    first = api.post(f"/batches/{batch.pk}/restore", Idempotency_Key="k1")
    again = api.post(f"/batches/{batch.pk}/restore", Idempotency_Key="k1")
    assert (first.status, again.status) == (200, 200)
    assert again.body == first.body
    # Without the key, or with a new one, it is what it is: there is nothing deleted here.
    assert api.post(f"/batches/{batch.pk}/restore").status == 404
    assert api.post(f"/batches/{batch.pk}/restore", Idempotency_Key="k2").status == 404


def test_who_lost_the_role_is_not_given_the_answer_again(campus, api):
    admin = campus.person("admin")
    theirs = Api(campus.token(admin))
    assert theirs.post("/courses", COURSE, Idempotency_Key="k1").status == 201
    admin.memberships.update(role="student")
    assert theirs.post("/courses", COURSE, Idempotency_Key="k1").status == 403


def test_an_answer_is_forgotten_after_a_day(api):
    api.post("/courses", COURSE, Idempotency_Key="k1")
    RememberedAnswer.objects.update(created_at=timezone.now() - timedelta(hours=24, seconds=1))
    refused = api.post("/courses", COURSE, Idempotency_Key="k1")
    assert (refused.status, refused.fields) == (400, ["code"])
    forget_answers.func(0)
    assert not RememberedAnswer.objects.exists()


def test_younger_answers_outlive_the_cleaning(api):
    api.post("/courses", COURSE, Idempotency_Key="k1")
    forget_answers.func(0)
    assert RememberedAnswer.objects.count() == 1


def test_a_key_that_is_none_is_refused(api):
    for key in ("x" * 201, "with space", "nul\x00", "ключ"):
        refused = api.post("/courses", COURSE, Idempotency_Key=key)
        assert (refused.status, refused.fields) == (400, ["Idempotency-Key"]), key


def test_secrets_are_never_kept(campus, api):
    """The secret of a token is told once: a repeat makes another token."""
    for _each in range(2):
        assert (
            api.post("/v1/auth/tokens", {"name": "Reports", "password": PASSWORD}, Idempotency_Key="k1").status == 201
        )
    assert ApiToken.objects.filter(name="Reports").count() == 2
    assert not RememberedAnswer.objects.exists()


def test_an_upload_is_repeated_whatever_its_boundary(campus):
    content = b"CRN,Subject,Course,Section,Title,Part,Start,End,Days,Time,Room,Instructor\n"
    client = Client(headers={"Authorization": f"Bearer {campus.token()}", "Idempotency-Key": "k1"})
    answers = [
        client.post(
            "/api/imports",
            {"kind": "sections", "dry_run": "true", "file": SimpleUploadedFile("a.csv", body, "text/csv")},
        )
        for body in (content, content, content + b"x")
    ]
    assert len({reply.status_code for reply in answers[:2]}) == 1
    assert ImportRun.objects.count() <= 1


@pytest.mark.django_db(transaction=True)
def test_ten_repeats_at_once_happen_once(campus):
    batch, student, token = campus.batch(), campus.student(), campus.token()
    path, body = f"/enrollments/students/{student.pk}/enroll", {"batchId": str(batch.pk)}
    replies = won(rush([partial(Api(token).post, path, body, Idempotency_Key="k1") for _each in range(10)]))
    assert [reply.status for reply in replies] == [201] * 10
    assert len({reply.data["_id"] for reply in replies}) == 1
    assert sum("Idempotency-Replayed" not in reply.headers for reply in replies) == 1
    assert Enrollment.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_with_the_lock_taken_away_the_constraint_keeps_one(campus, monkeypatch):
    monkeypatch.setattr("muster.api.kit.repeats.lock_word", lambda *words: None)
    calls = [partial(Api(campus.token()).post, "/holidays", HOLIDAY, Idempotency_Key="k1") for _each in range(10)]
    outcomes = rush(calls)
    assert {violated_constraint(error) for error in outcomes if isinstance(error, IntegrityError)} <= {CONSTRAINT}
    assert (Holiday.objects.count(), RememberedAnswer.objects.count()) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_control_without_lock_and_constraint_it_happens_more_than_once(campus, monkeypatch):
    monkeypatch.setattr("muster.api.kit.repeats.lock_word", lambda *words: None)
    calls = [partial(Api(campus.token()).post, "/holidays", HOLIDAY, Idempotency_Key="k1") for _each in range(10)]
    with without("core_rememberedanswer", constraints=[CONSTRAINT]), none_before_another("core_rememberedanswer"):
        rush(calls)
        assert Holiday.objects.count() > 1
