"""What one process of a parallel run gets together."""

from types import SimpleNamespace

import pytest

from tests.sharing import longest_first, together


@pytest.mark.parametrize(
    ("name", "group"),
    [
        ("tests/access/test_access.py::RolesOnRoutes::test_get", "tests/access/test_access.py::RolesOnRoutes"),
        ("muster/a/tests/test_a.py::Parts::test_a[x::y]", "muster/a/tests/test_a.py::Parts"),
        ("tests/browser/test_sheets.py::test_a[WIDE]", "tests/browser/test_sheets.py"),
        ("tests/browser/test_every_page.py::test_page[admin/home]", "tests/browser/test_every_page.py[admin]"),
        ("tests/test_scale.py::test_a", "tests/test_scale.py"),
        ("muster/a/tests/test_a.py::test_a[x::y]", "muster/a/tests/test_a.py::test_a[x::y]"),
    ],
)
def test_what_is_built_for_a_class_or_a_module_is_shared_and_all_else_is_dealt_out(name, group):
    assert together(name) == group


def test_what_takes_longest_begins():
    names = ["a.py::test_a", "tests/browser/test_b.py::test_b", "a.py::C::test_a", "a.py::C::test_b"]
    items = [SimpleNamespace(nodeid=name) for name in names]
    longest_first(items)
    assert [names.index(item.nodeid) for item in items] == [1, 2, 3, 0]
