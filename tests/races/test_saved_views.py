"""A saved view that several workers would mail at one moment, with and without what guards it."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest

from muster.institutions.access import Actor
from muster.notifications.models import Notification
from muster.saved_views import rules
from muster.saved_views.models import SavedView, ViewMailing
from muster.saved_views.rules import mail_view, mail_views, save_view
from tests.make import Campus
from tests.races.rush import in_the_middle, refused, rush, won

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def campus(monkeypatch: pytest.MonkeyPatch) -> Campus:
    monkeypatch.setattr(rules, "MORNING", 0)
    campus = Campus.found()
    save_view(by=campus.admin, page="batches:list", name="Batches", often="daily")
    ViewMailing.objects.update(mailed_on=campus.admin.today() - timedelta(days=1))
    return campus


def test_a_view_is_mailed_once_by_however_many_workers(campus: Campus) -> None:
    tell = partial(mail_views, by=Actor.system(campus.institution))
    assert sorted(in_the_middle(tell, tell)) == [0, 1]
    assert Notification.objects.filter(kind="mailed_view").count() == 1


def test_control_without_asking_again_it_is_mailed_twice(campus: Campus, monkeypatch: pytest.MonkeyPatch) -> None:
    class Unasked(type(ViewMailing.objects.all())):
        def update(self, **values: object) -> int:
            return len(self) or 1

    monkeypatch.setattr(ViewMailing._default_manager, "_queryset_class", Unasked)
    tell = partial(mail_views, by=Actor.system(campus.institution))
    assert in_the_middle(tell, tell) == [1, 1]


def test_whoever_asks_ten_times_at_once_is_mailed_once(campus: Campus) -> None:
    view = save_view(by=campus.admin, page="batches:list", name="More")
    calls = [partial(mail_view, by=campus.admin, view=view, often="weekly")] * 10
    assert len(won(rush(calls))) == 10
    assert ViewMailing.objects.filter(view=view).count() == 1


def test_nobody_passes_the_most_views_by_saving_several_at_once(
    campus: Campus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "MOST_VIEWS", 3)
    calls = [partial(save_view, by=campus.admin, page="batches:list", name=f"View {number}") for number in range(6)]
    outcomes = rush(calls)
    assert len(won(outcomes)) == 2
    assert {error.code for error in refused(outcomes)} == {"too_many_views"}
    assert SavedView.objects.filter(owner=campus.admin.user).count() == 3


def test_control_without_the_lock_several_pass_the_most(campus: Campus, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "MOST_VIEWS", 2)
    monkeypatch.setattr(rules, "lock_row", lambda row: row)
    one, other = (partial(save_view, by=campus.admin, page="batches:list", name=name) for name in ("First", "Second"))
    assert len(won(in_the_middle(one, other))) == 2
