"""Which tests one process of a parallel run gets together."""

from __future__ import annotations

from xdist.scheduler import LoadScopeScheduling

# Modules whose tests share a browser or a server, which is started for the module.
SHARING = ("tests/browser/", "tests/platform/test_serve.py")


class TogetherWhatShares(LoadScopeScheduling):
    """Tests that share what is built for their class or module go to one process, so that it is built once.

    It is costly: a world of two institutions, an imported timetable, a served demonstration. The largest groups are
    given out first; all other tests come one by one and fill what the processes have left.
    """

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
