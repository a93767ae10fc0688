"""Reading again what has not changed costs nothing: ETag and If-None-Match on every reading call."""

from __future__ import annotations

import pytest
from django.db import transaction
from django.test import Client, TestCase

from muster.institutions.models import Branch
from tests.access.world import World
from tests.api.described import disagreement, operations
from tests.api.examples import EXAMPLES
from tests.client import Api
from tests.make import PASSWORD, Campus


class Unchanged(TestCase):
    world: World

    @classmethod
    def setUpTestData(cls) -> None:
        cls.world = World.built()

    def test_every_reading_call_answers_304_to_who_knows_the_answer(self) -> None:
        own, wrong = self.world.objects["own"], []
        client = Client(headers={"Authorization": f"Bearer {self.world.tokens['admin']}"})
        for method, path, operation in operations():
            if method != "GET":
                continue
            example = EXAMPLES[operation["operationId"]]
            with transaction.atomic():
                objects = {**own, "open_batch_id": own["batch_id"]}
                objects |= example.objects(own["campus"]) if example.objects else {}
                address = path.format(**objects) + (f"?{example.query}" if example.query else "")
                first = client.get(address)
                if not first.streaming:
                    again = client.get(address, headers={"If-None-Match": f"W/{first.headers.get('ETag')}"})
                    other = client.get(address, headers={"If-None-Match": '"another"'})
                    said = (again.status_code, again.content, again.headers.get("ETag"), other.status_code)
                    if said != (304, b"", first.headers["ETag"], 200) or disagreement(first):
                        wrong.append((path, said))
                transaction.set_rollback(True)
        self.assertEqual(wrong, [])


@pytest.mark.django_db
def test_what_changed_is_told_whole_and_its_tag_is_a_version():
    campus = Campus.found()
    api, batch = Api(campus.token()), campus.batch()
    first = api.get(f"/batches/{batch.pk}")
    campus.enroll(batch)
    # The batch's own version stays, and yet it has a student more.
    second = api.get(f"/batches/{batch.pk}", If_None_Match=first.headers["ETag"])
    assert (second.status, second.data["enrolled_students"]) == (200, 1)
    assert api.put(f"/batches/{batch.pk}", {"batch_notes": "a"}, If_Match=second.headers["ETag"]).status == 200
    assert api.put(f"/batches/{batch.pk}", {"batch_notes": "b"}, If_Match=second.headers["ETag"]).status == 412


@pytest.mark.django_db
def test_a_list_with_a_row_more_is_another_answer():
    campus = Campus.found()
    api = Api(campus.token())
    first = api.get("/branches")
    Branch.objects.create(institution=campus.institution, name="North", code="N")
    second = api.get("/branches", If_None_Match=first.headers["ETag"])
    assert (second.status, second.body["total"]) == (200, 1)


@pytest.mark.django_db
def test_limited_calls_tell_what_is_left():
    campus = Campus.found()
    email = campus.admin.user.email
    wrong = [Api().post("/v1/auth/login", {"email": email, "password": "no"}).headers for _each in range(2)]
    left = [int(headers["RateLimit-Remaining"]) for headers in wrong]
    assert left[0] - left[1] == 1
    assert int(wrong[1]["RateLimit-Limit"]) == left[1] + 2
    assert 0 < int(wrong[1]["RateLimit-Reset"]) <= 3600
    right = Api().post("/v1/auth/login", {"email": email, "password": PASSWORD}).headers
    assert int(right["RateLimit-Remaining"]) > 0
