"""What is saved of a list, by whom, and who finds it again."""

from datetime import timedelta

import pytest
from django.db import IntegrityError
from django.utils import timezone

from muster.core.errors import AlreadyTaken, Forbidden, Invalid, Missing
from muster.institutions.models import Membership, Role
from muster.saved_views import rules
from muster.saved_views.errors import TooManyViews
from muster.saved_views.models import SavedView, ViewMailing
from muster.saved_views.permissions import removed_views, views
from muster.saved_views.queries import views_of_list
from muster.saved_views.rules import change_view, forget_removed_views, remove_view, restore_view, save_view
from tests.make import NOBODY, Campus

pytestmark = pytest.mark.django_db


@pytest.fixture
def campus():
    return Campus.found()


@pytest.fixture
def instructor(campus):
    return campus.actor(campus.instructor())


def names_for(actor):
    return sorted(views.rows(actor).values_list("name", flat=True))


def test_a_view_keeps_filters_and_order_in_one_order_without_empty_ones(campus):
    row = save_view(by=campus.admin, page="batches:list", name=" Full ", query="?status=active&sort=-name&q=&archived=")
    assert (row.name, row.query) == ("Full", "sort=-name&status=active")
    assert row.url == "/batches/?sort=-name&status=active"
    assert not ViewMailing.objects.exists()


@pytest.mark.parametrize(
    ("fields", "wrong", "says"),
    [
        ({"query": "colour=red"}, "query", "no filter “colour”"),
        ({"query": "sort=colour"}, "query", "sort this list by"),
        ({"query": "as=poem"}, "query", "as=cards"),
        ({"query": "page=2"}, "query", "no filter “page”"),
        ({"query": "&".join(f"q{n}=1" for n in range(60))}, "query", "as an address has them"),
        ({"query": "q=" + "x" * 1000}, "query", "at most 1000"),
        ({"query": "q=" + "é" * 400}, "query", "too long"),
        ({"query": "q=\x00"}, "query", "NUL"),
        ({"page": "batches:new"}, "page", "no list"),
        ({"page": "https://example.org"}, "page", "no list"),
        ({"within": NOBODY}, "within", "doesn't exist"),
        ({"page": "batches:students"}, "page", "doesn't exist"),
        ({"page": "batches:students", "within": NOBODY}, "within", "doesn't exist"),
        ({"name": " "}, "name", "required"),
        ({"name": "x" * 61}, "name", "at most 60"),
        ({"often": "hourly"}, "often", "never, daily"),
    ],
)
def test_what_a_list_does_not_know_is_refused_by_its_field(campus, fields, wrong, says):
    with pytest.raises(Invalid) as refused:
        save_view(**{"by": campus.admin, "page": "batches:list", "name": "Mine", **fields})
    [error] = refused.value.errors
    assert error.field == wrong
    assert says in error.message


def test_nobody_saves_a_view_of_a_list_they_may_not_open(campus, instructor):
    with pytest.raises(Invalid, match="no list"):
        save_view(by=instructor, page="audit", name="Mine")
    batch = campus.batch()
    with pytest.raises(Invalid, match="can't open it"):
        save_view(by=instructor, page="batches:students", within=batch.pk, name="Mine")


def test_a_shared_view_is_there_for_all_staff_who_may_open_its_list(campus, instructor):
    student = campus.actor(campus.student())
    manager = campus.actor(campus.person(Role.BRANCH_MANAGER, branch=campus.branch()))
    save_view(by=campus.admin, page="audit", name="Looks", is_shared=True)
    save_view(by=campus.admin, page="batches:list", name="Full", is_shared=True)
    save_view(by=campus.admin, page="batches:list", name="Private")
    save_view(by=instructor, page="batches:list", name="Shared", is_shared=True)
    assert names_for(campus.admin) == ["Full", "Looks", "Private", "Shared"]
    assert names_for(instructor) == names_for(manager) == ["Full", "Shared"]
    assert names_for(student) == []
    assert names_for(Campus.found("Other").admin) == []
    assert [row.name for row in views_of_list(instructor, "batches:list")] == ["Shared", "Full"]


def test_whoever_loses_the_role_loses_its_views(campus):
    user = campus.instructor()
    actor = campus.actor(user)
    save_view(by=actor, page="batches:list", name="Mine")
    save_view(by=actor, page="students:list", name="Students")
    Membership.objects.create(institution=campus.institution, user=user, role=Role.STUDENT)
    Membership.objects.filter(user=user, role=Role.INSTRUCTOR).delete()
    assert names_for(campus.actor(user)) == ["Mine"]


def test_students_save_for_themselves_and_share_nothing(campus):
    student = campus.actor(campus.student())
    save_view(by=student, page="batches:list", name="Mine")
    with pytest.raises(Forbidden):
        save_view(by=student, page="batches:list", name="Ours", is_shared=True)


def test_a_list_of_one_thing_is_saved_for_oneself(campus):
    batch = campus.batch()
    row = save_view(by=campus.admin, page="batches:students", within=batch.pk, name="On hold", query="sort=since")
    assert row.url == f"/batches/{batch.pk}/students/?sort=since"
    with pytest.raises(Invalid) as refused:
        change_view(by=campus.admin, view=row, changes={"is_shared": True})
    assert refused.value.errors[0].field == "is_shared"
    with pytest.raises(IntegrityError):
        SavedView.objects.filter(pk=row.pk).update(is_shared=True)


def test_names_are_one_of_a_kind_for_each_list_and_person(campus, instructor):
    save_view(by=campus.admin, page="batches:list", name="Mine")
    save_view(by=campus.admin, page="students:list", name="Mine")
    save_view(by=instructor, page="batches:list", name="Mine")
    with pytest.raises(AlreadyTaken) as refused:
        save_view(by=campus.admin, page="batches:list", name="mine")
    assert refused.value.errors[0].field == "name"


def test_one_person_has_so_many_and_no_more(campus, monkeypatch):
    monkeypatch.setattr(rules, "MOST_VIEWS", 2)
    first = save_view(by=campus.admin, page="batches:list", name="1")
    save_view(by=campus.admin, page="batches:list", name="2")
    with pytest.raises(TooManyViews, match="2 saved views"):
        save_view(by=campus.admin, page="batches:list", name="3")
    remove_view(by=campus.admin, view=first)
    save_view(by=campus.admin, page="batches:list", name="3")
    with pytest.raises(TooManyViews):
        restore_view(by=campus.admin, view=first)


def test_a_removed_view_comes_back_as_it_was_for_its_owner_alone(campus, instructor):
    row = save_view(by=instructor, page="batches:list", name="Mine", query="sort=name", is_shared=True, often="weekly")
    remove_view(by=campus.admin, view=row)
    assert names_for(instructor) == names_for(campus.admin) == []
    assert not removed_views.rows(campus.admin).exists()
    with pytest.raises(Missing):
        change_view(by=instructor, view=row, changes={"name": "New"})
    restore_view(by=instructor, view=removed_views.rows(instructor).get())
    assert names_for(instructor) == names_for(campus.admin) == ["Mine"]
    assert ViewMailing.objects.get().often == "weekly"


def test_a_name_that_was_given_again_meanwhile_keeps_a_view_from_coming_back(campus):
    row = save_view(by=campus.admin, page="batches:list", name="Mine")
    remove_view(by=campus.admin, view=row)
    save_view(by=campus.admin, page="batches:list", name="Mine")
    with pytest.raises(AlreadyTaken):
        restore_view(by=campus.admin, view=row)


def test_views_of_others_are_changed_by_administrators_where_they_are_shared(campus, instructor):
    other = campus.actor(campus.instructor())
    shared = save_view(by=instructor, page="batches:list", name="Shared", is_shared=True)
    own = save_view(by=instructor, page="batches:list", name="Own")
    assert not views.allows(other, "change", shared)
    assert views.allows(campus.admin, "change", shared)
    assert not views.allows(campus.admin, "change", own)


def test_what_was_removed_is_forgotten_after_thirty_days(campus):
    rows = [save_view(by=campus.admin, page="batches:list", name=name, often="daily") for name in "ABC"]
    for row, days in zip(rows, (29, 31), strict=False):
        SavedView.objects.filter(pk=row.pk).update(removed_at=timezone.now() - timedelta(days=days))
    assert forget_removed_views() == 1
    assert sorted(SavedView.objects.values_list("name", flat=True)) == ["A", "C"]
    assert ViewMailing.objects.count() == 2
