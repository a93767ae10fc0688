"""Home writes thousands as other pages do."""

from __future__ import annotations

import pytest

from muster.attendance.queries.missing import RegisterStates
from muster.batches.queries import BatchOverview
from muster.web.attendance.missing import remind_words
from muster.web.home.needs import ALERTS, missing_registers_item, needs_of
from muster.web.home.waiting import WaitingCard
from muster.web.risk.widgets import RiskCard
from tests.make import Campus

pytestmark = pytest.mark.django_db
MANY = 12500


def test_thousands_in_the_sentences_of_home_are_grouped() -> None:
    campus = Campus.found()
    registers = RegisterStates({}, MANY, MANY, [])
    kinds = [*ALERTS, "due"]
    found = BatchOverview(dict.fromkeys(kinds, MANY), {key: [] for key in kinds})
    risk, waiting = RiskCard([], MANY, MANY, "", ""), WaitingCard([], MANY, "")
    titles = [str(one.title) for one in needs_of(campus.admin, found, registers, risk, [], waiting)]
    assert len(titles) == 4 + len(ALERTS)
    assert [one for one in titles if "12,500" not in one] == []
    item = missing_registers_item(campus.admin, registers)
    assert item is not None
    assert (item.act, item.text) == (remind_words(MANY), "And 12,500 more.")
    assert "12,500" in item.act
