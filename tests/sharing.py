"""Which tests one process of a parallel run gets together, and which it gets first."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

# Modules whose tests share a browser, a server or a data set, which is there for the module. Two processes that ask for
# the data set at once would both wait for one of them to make it.
SHARING = ("tests/browser/", "tests/platform/test_serve.py", "tests/platform/test_replica.py", "tests/test_scale.py")
# Seconds that a test takes, roughly, where it is more than a moment.
TAKES = {
    "tests/platform/test_serve.py": 10,
    "tests/platform/test_wheel.py": 60,
    "tests/platform/test_replica.py": 10,
    "tests/platform/": 3,
    "tests/browser/test_every_page.py": 1,
    "tests/browser/": 5,
    "tests/races/": 2,
    "tests/api/test_bad_values.py": 2,
    "tests/api/test_fuzz.py": 3,
    "tests/test_fuzzed_pages.py": 8,
    "tests/test_scale.py": 60,
    "tests/test_budgets.py": 30,
    "tests/test_thousand_sessions.py": 10,
    "tests/test_insights.py": 5,
    "tests/workflows/": 5,
    "tests/access/": 0.3,
    "muster/exchange/tests/test_import.py": 5,
    "muster/core/tests/test_backups.py": 5,
    "": 0.2,
}


class TogetherWhatShares(LoadScopeScheduling):
    """Tests that share what is built for their class or module go to one process, so that it is built once.

    It is costly: a world of two institutions, an imported timetable, a served demonstration. Groups are given out in
    the order of `longest_first`.
    """

    def __init__(self, config: pytest.Config, log: Any = None) -> None:
        super().__init__(config, log)
        config.option.loadscopereorder = False

    def _split_scope(self, nodeid: str) -> str:
        return together(nodeid)


def together(nodeid: str) -> str:
    """What the tests of a group have in common: a class, a module, or with no other the whole name.

    In modules that share something, variants named `group/name` form groups of their own.
    """
    name, _bracket, variant = nodeid.partition("[")
    module, *inner = name.split("::")
    if len(inner) > 1:
        return "::".join([module, *inner[:-1]])
    if not module.startswith(SHARING):
        return nodeid
    group, slash, _name = variant.partition("/")
    return f"{module}[{group}]" if slash else module


def longest_first(items: list[pytest.Item]) -> None:
    """Put the groups that take longest first: the short ones then fill what the processes have left."""
    weights: Counter[str] = Counter()
    for item in items:
        weights[together(item.nodeid)] += next(took for start, took in TAKES.items() if item.nodeid.startswith(start))
    items.sort(key=lambda item: -weights[together(item.nodeid)])
