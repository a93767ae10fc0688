"""What a refused batch costs: the question is asked once, whichever door it comes through."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.client import Api
from tests.make import Campus, slot
from tests.pages import Browser, words_of

pytestmark = pytest.mark.django_db
HOURS = {"start_time": "18:00", "end_time": "20:00"}


class Evening:
    """An instructor and a room that are taken on Mondays, and others that are free."""

    def __init__(self) -> None:
        self.campus = Campus.found()
        self.course, self.branch = self.campus.course(code="PY"), self.campus.branch()
        self.lead, self.other = self.campus.instructor("Farid Rahimi"), self.campus.instructor("Other")
        self.room, self.free_room = self.campus.room(self.branch), self.campus.room(self.branch)
        self.campus.batch(lead=self.lead, branch=self.branch, slots=[slot(1, "17:00", "19:00", room=self.room)])
        self.browser, self.api = Browser(self.campus), Api(self.campus.token())

    def typed(self, **changes):
        """A batch on Mondays as the form sends it."""
        return {
            "kind": "course",
            "course_id": str(self.course.pk),
            "branch_id": str(self.branch.pk),
            "batch_name": "Python, evenings",
            "start_date": "2030-01-07",
            "end_date": "2030-01-31",
            "capacity": "15",
            "assigned_instructor": str(self.lead.pk),
            "schedule.0.day": "Monday",
            **{f"schedule.0.{name}": value for name, value in HOURS.items()},
            **changes,
        }

    def sent(self, **changes):
        """The same batch as a program sends it."""
        return {
            "batch_name": "Python, evenings",
            "branch_id": str(self.branch.pk),
            "start_date": "2030-01-07",
            "end_date": "2030-01-31",
            "capacity": 15,
            "assigned_instructor": str(self.lead.pk),
            "schedule": [{"day": "Monday", **HOURS, "room": str(self.room.pk)}],
            **changes,
        }

    def refused(self, path, typed):
        """How many statements the page takes to refuse what is typed."""
        with CaptureQueriesContext(connection) as statements:
            response = self.browser.post(path, typed)
        words = words_of(response)
        assert response.status_code == 400, words
        assert "move Monday to" in words
        assert "Keep the times and choose Other" in words
        return len(statements)

    def answered(self, path, sent, status):
        """How many statements the API takes to name what clashes."""
        with CaptureQueriesContext(connection) as statements:
            reply = self.api.post(path, sent)
        assert reply.status == status, reply.body
        assert reply.body["data"]["conflicts"]
        assert reply.body["data"]["alternatives"]["instructors"]
        return len(statements)


@pytest.fixture
def evening():
    return Evening()


@pytest.mark.parametrize(("with_room", "most"), [(False, 22), (True, 25)])
def test_a_page_that_refuses_a_new_batch_asks_once(evening, with_room, most):
    typed = evening.typed(**({"schedule.0.room": str(evening.room.pk)} if with_room else {}))
    evening.refused("/batches/new/", typed)
    assert evening.refused("/batches/new/", typed) == most


def test_a_page_that_refuses_a_change_asks_once(evening):
    batch = evening.campus.batch(
        course=evening.course, lead=evening.other, branch=evening.branch, slots=[slot(2, "18:00", "20:00")]
    )
    evening.campus.instructor("Other")
    typed = evening.typed(
        version=str(batch.version), batch_code=batch.code, status=batch.status, capacity=str(batch.capacity)
    )
    assert evening.refused(f"/batches/{batch.pk}/edit/", typed) == 32


def test_the_api_asks_once(evening):
    path = f"/batches/courses/{evening.course.pk}/batches"
    evening.answered(path, evening.sent(), 400)
    assert evening.answered(path, evening.sent(), 400) == 17
    asked = {name: evening.sent()[name] for name in ("assigned_instructor", "schedule", "start_date", "end_date")}
    asked |= {"course_id": str(evening.course.pk), "branch_id": str(evening.branch.pk)}
    assert evening.answered("/batches/check-conflicts", asked, 200) == 11


def test_more_clashes_cost_no_more(evening):
    few = evening.typed(**{"schedule.0.room": str(evening.room.pk)})
    many = dict(few)
    for place, day in enumerate(("Tuesday", "Wednesday", "Thursday"), 1):
        many |= {f"schedule.{place}.day": day, f"schedule.{place}.room": str(evening.room.pk)}
        many |= {f"schedule.{place}.{name}": value for name, value in HOURS.items()}
        taken = slot(place + 1, "18:00", "20:00", room=evening.room)
        evening.campus.batch(lead=evening.campus.instructor(), slots=[taken])
    evening.refused("/batches/new/", few)
    assert evening.refused("/batches/new/", few) == evening.refused("/batches/new/", many)
