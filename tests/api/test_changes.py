"""Reading what changed: `updated_since`, the order by `updatedAt`, and what is gone, on every list."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest
from django.db import transaction
from django.test import Client, TestCase
from django.utils import timezone

from muster.batches.models import Batch
from muster.enrollments.rules import delete_batch
from muster.institutions.models import Role
from muster.institutions.resources import BRANCHES
from tests.access.world import World
from tests.api.described import disagreement, operations
from tests.api.examples import EXAMPLES
from tests.client import Api
from tests.make import Campus, slot

# What happened stays: these lists only grow. Events are what takes place in a span of days.
GROWING = {
    "list_looks",
    "list_scans",
    "list_access_looks",
    "list_submission_looks",
    "see_history",
    "see_note_history",
    "see_calendar",
    "see_student_timetable",
    # What a regulator may ask for and was granted goes by days, too.
    "list_askable_batches",
    "list_granted_registers",
}


def parameters(operation: dict[str, Any]) -> set[str]:
    return {one["name"] for one in operation.get("parameters", ())}


class EveryPagedList(TestCase):
    world: World

    @classmethod
    def setUpTestData(cls) -> None:
        cls.world = World.built()

    def test_every_list_tells_what_changed(self) -> None:
        own = self.world.objects["own"]
        found: dict[str, Any] = {}
        client = Client(headers={"Authorization": f"Bearer {self.world.tokens['admin']}"})
        for method, path, operation in operations():
            name = operation["operationId"]
            if method != "GET" or "page" not in parameters(operation) or name in GROWING:
                continue
            example = EXAMPLES[name]
            with transaction.atomic():
                objects = {**own, **(example.objects(own["campus"]) if example.objects else {})}
                address = f"{path.format(**objects)}?{example.query}&page=1&page_size=200".replace("?&", "?")
                whole = client.get(f"{address}&sort=updatedAt").json()
                moments = ("2000-01-01", "2999-01-01T00:00:00Z")
                told = [client.get(f"{address}&updated_since={moment}") for moment in moments]
                assert "data" in whole, (address, whole)
                wrong = client.get(f"{address}&updated_since=yesterday")
                transaction.set_rollback(True)
            early, late = (response.json() for response in told)
            times = [row["updatedAt"] for row in whole["data"] if "updatedAt" in row]
            found[path] = (
                " ".join(disagreement(response) for response in told).strip(),
                [row for row in early["data"] if not row.get("deleted")] == whole["data"],
                late["data"],
                times == sorted(times),
                [one["field"] for one in wrong.json()["errors"]],
            )
        right: Any = ("", True, [], True, ["updated_since"])
        self.assertEqual({path: said for path, said in found.items() if said != right}, {})
        self.assertGreater(len(found), 25)


def gone(reply: Any) -> list[str]:
    assert reply.status == 200
    return [row["_id"] for row in reply.data if row.get("deleted")]


def rows(reply: Any) -> list[str]:
    assert reply.status == 200
    return [row["_id"] for row in reply.data if not row.get("deleted")]


def now() -> str:
    return quote(timezone.now().isoformat())


@pytest.fixture
def campus(db: Any) -> Campus:
    return Campus.found()


def test_only_what_changed_is_told_and_what_was_deleted_comes_last(campus):
    api, branches = Api(campus.token()), [campus.branch() for _each in range(4)]
    since = now()
    BRANCHES.change(by=campus.admin, row=branches[0], changes={"name": "Renamed"})
    BRANCHES.remove(by=campus.admin, row=branches[1])
    BRANCHES.remove(by=campus.admin, row=branches[2])
    path = f"/branches?updated_since={since}"
    reply = api.get(path)
    assert (rows(reply), gone(reply)) == ([str(branches[0].pk)], [str(one.pk) for one in branches[1:3]])
    assert reply.data[-1].keys() == {"_id", "updatedAt", "deleted"}
    pages = [api.get(f"{path}&page={page}&page_size=2") for page in (1, 2, 3)]
    assert [(page.body["count"], page.body["total"]) for page in pages] == [(2, 3), (1, 3), (0, 3)]
    assert [row["_id"] for page in pages for row in page.data] == [row["_id"] for row in reply.data]
    # Whoever comes back is a row like any other.
    BRANCHES.restore(by=campus.admin, pk=branches[1].pk)
    assert gone(api.get(path)) == [str(branches[2].pk)]
    assert str(branches[1].pk) in rows(api.get(path))


def test_a_row_has_changed_when_a_part_of_it_has(campus):
    api, student = Api(campus.token()), campus.student()
    batch = campus.batch()
    since = now()
    campus.enroll(batch, student)
    assert rows(api.get(f"/batches?updated_since={since}")) == [str(batch.pk)]


def test_a_deleted_batch_is_gone_for_who_could_see_it(campus):
    branch = campus.branch()
    batch, other = campus.batch(branch=branch), campus.batch(branch=campus.branch())
    manager = Api(campus.token(campus.person(Role.BRANCH_MANAGER, branch=branch)))
    since = now()
    for one in (batch, other):
        delete_batch(by=campus.admin, batch=Batch.objects.get(pk=one.pk))
    for path in ("/batches", "/institution/cohorts"):
        assert gone(Api(campus.token()).get(f"{path}?updated_since={since}")) == [str(batch.pk), str(other.pk)], path
        assert gone(manager.get(f"{path}?updated_since={since}")) == [str(batch.pk)], path


def test_nobody_is_told_of_what_is_gone_elsewhere(campus):
    other = Campus.found()
    since = now()
    branch = campus.branch()
    BRANCHES.remove(by=campus.admin, row=branch)
    assert gone(Api(campus.token()).get(f"/branches?updated_since={since}")) == [str(branch.pk)]
    assert Api(other.token()).get(f"/branches?updated_since={since}").data == []


def test_sessions_that_are_gone_are_told_with_their_batch(campus):
    batch = campus.batch(slots=[slot(1, "08:00", "09:00")])
    other = campus.batch(slots=[slot(2, "08:00", "09:00")])
    since = now()
    session = batch.sessions.first()
    key = str(session.pk)
    session.delete()
    api = Api(campus.token())
    assert gone(api.get(f"/batches/{batch.pk}/sessions?updated_since={since}")) == [key]
    assert gone(api.get(f"/batches/{other.pk}/sessions?updated_since={since}")) == []
