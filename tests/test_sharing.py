"""What one process of a parallel run gets together."""

import pytest

from tests.sharing import together


@pytest.mark.parametrize(
    ("name", "group"),
    [
        ("tests/access/test_access.py::RolesOnRoutes::test_get", "tests/access/test_access.py::RolesOnRoutes"),
        ("muster/a/tests/test_a.py::Parts::test_a[x::y]", "muster/a/tests/test_a.py::Parts"),
        ("tests/browser/test_sheets.py::test_a[WIDE]", "tests/browser/test_sheets.py"),
        ("muster/a/tests/test_a.py::test_a[x::y]", "muster/a/tests/test_a.py::test_a[x::y]"),
    ],
)
def test_what_is_built_for_a_class_or_a_browser_is_shared_and_all_else_is_dealt_out(name, group):
    assert together(name) == group
