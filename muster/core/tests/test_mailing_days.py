"""When something that is mailed again and again is due."""

import datetime as dt

import pytest

from muster.core.mailing_days import Mailed, mailing_day


@pytest.mark.parametrize(
    ("often", "today", "due"),
    [
        (Mailed.NEVER, "2030-03-06", None),
        (Mailed.DAILY, "2030-03-06", "2030-03-06"),
        (Mailed.WEEKLY, "2030-03-04", "2030-03-04"),
        (Mailed.WEEKLY, "2030-03-10", "2030-03-04"),
        (Mailed.MONTHLY, "2030-03-31", "2030-03-01"),
        (Mailed.MONTHLY, "2030-03-01", "2030-03-01"),
    ],
)
def test_it_is_due_on_the_latest_such_morning(often, today, due):
    assert mailing_day(often, dt.date.fromisoformat(today)) == (due and dt.date.fromisoformat(due))
