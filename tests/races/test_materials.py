"""A material opened, ordered and told of at one moment, with and without what guards it."""

from functools import partial

import pytest

from muster.materials import rules
from muster.materials.models import Material, MaterialView
from muster.materials.queries import materials_of
from muster.materials.rules import add_material, change_material, open_material, tell_of_materials
from muster.notifications.models import Notification
from tests.make import Campus
from tests.races.rush import in_the_middle, rush, without, won

pytestmark = pytest.mark.django_db(transaction=True)
LINK = "https://example.org/video"


@pytest.fixture
def campus():
    return Campus.found()


@pytest.fixture
def batch(campus):
    return campus.batch()


def test_ten_looks_at_once_are_one_view_of_one_day(campus, batch):
    row = add_material(by=campus.admin, to=batch, title="Video", url=LINK)
    student = campus.actor(campus.enroll(batch).student)
    assert len(won(rush([partial(open_material, by=student, material=row)] * 10))) == 10
    assert list(MaterialView.objects.values_list("days", flat=True)) == [1]


def test_control_without_the_constraint_there_are_many(campus, batch):
    row = add_material(by=campus.admin, to=batch, title="Video", url=LINK)
    view = {"institution": campus.institution, "material": row, "user": campus.enroll(batch).student}
    stored = partial(MaterialView.objects.create, last_on=batch.today(), **view)
    with without("materials_materialview", constraints=["one_row_of_views_for_each_person"]):
        assert len(won(rush([stored] * 10))) == MaterialView.objects.count() == 10


def test_whoever_orders_at_once_leaves_one_order(campus, batch):
    rows = [add_material(by=campus.admin, to=batch, title=title, url=LINK) for title in "ABCD"]
    calls = [partial(change_material, by=campus.admin, material=row, changes={"position": 1}) for row in rows]
    assert len(won(rush(calls))) == 4
    assert sorted(materials_of(batch).values_list("position", flat=True)) == [1, 2, 3, 4]


def test_students_are_told_once_by_however_many_workers(campus, batch, monkeypatch):
    monkeypatch.setattr(rules, "TOLD_FROM", 0)
    campus.enroll(batch)
    add_material(by=campus.admin, to=batch, title="Video", url=LINK)
    tell = partial(tell_of_materials, by=campus.admin)
    assert sorted(in_the_middle(tell, tell)) == [0, 1]
    assert Notification.objects.filter(kind="new_material").count() == 1


def test_control_without_the_lock_they_are_told_twice(campus, batch, monkeypatch):
    monkeypatch.setattr(rules, "TOLD_FROM", 0)
    monkeypatch.setattr(Material._default_manager._queryset_class, "select_for_update", lambda rows, **_options: rows)
    campus.enroll(batch)
    add_material(by=campus.admin, to=batch, title="Video", url=LINK)
    tell = partial(tell_of_materials, by=campus.admin)
    assert in_the_middle(tell, tell) == [1, 1]
