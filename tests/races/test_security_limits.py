"""Exports of one person at one moment: none slips through beside another."""

from __future__ import annotations

from functools import partial

import pytest

from muster.institutions import security
from muster.institutions.errors import TooManyThisHour
from muster.institutions.models import SecurityEvent
from tests.make import Campus
from tests.races.rush import none_before_another, refused, rush, won

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def campus(monkeypatch):
    monkeypatch.setattr(security, "MOST_IN_AN_HOUR", {SecurityEvent.Kind.EXPORTED: 1})
    return Campus.found()


def export(campus):
    security.note_export(by=campus.admin, name="students")
    return True


def test_of_exports_at_once_no_more_than_the_limit_are_made(campus):
    outcomes = rush([partial(export, campus)] * 6)
    assert won(outcomes) == [True]
    assert {type(one) for one in refused(outcomes)} == {TooManyThisHour}
    assert SecurityEvent.objects.filter(kind="exported").count() == 1


def test_control_without_the_lock_two_count_none_and_both_export(campus, monkeypatch):
    monkeypatch.setattr(security, "lock_word", lambda *words: None)
    with none_before_another("institutions_securityevent"):
        outcomes = rush([partial(export, campus)] * 2)
    assert won(outcomes) == [True, True]
