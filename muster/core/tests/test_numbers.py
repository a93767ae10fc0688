"""Numbers are grouped for people, and stay plain for programs."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.template import Context, Template
from django.utils.translation import ngettext_lazy

from muster.core.numbers import GroupedNumber, group_digits, in_figures

COUNTED: Any = ngettext_lazy("%(count)s row", "%(count)s rows", "count")
TEMPLATE = Template(
    "{% load muster i18n %}{{ n|grouped }};"
    "{% blocktranslate count number=n|grouped %}{{ number }} row{% plural %}{{ number }} rows{% endblocktranslate %};"
    "{{ n }}"
)


@pytest.mark.parametrize(
    ("number", "written"),
    [(0, "0"), (1, "1"), (999, "999"), (1000, "1,000"), (12500, "12,500"), (1234567, "1,234,567")],
)
def test_counts_are_grouped_in_words_and_templates_and_choose_their_plural(number: int, written: str) -> None:
    word = "row" if number == 1 else "rows"
    assert f"{GroupedNumber(number)}" == str(group_digits(number)) == in_figures(number) == written
    assert COUNTED % {"count": GroupedNumber(number)} == f"{written} {word}"
    assert TEMPLATE.render(Context({"n": number})) == f"{written};{written} {word};{number}"


def test_programs_get_plain_numbers() -> None:
    assert json.dumps({"n": GroupedNumber(12500)}) == '{"n": 12500}'
    assert GroupedNumber(12500) + 1 == 12501
    assert f"{GroupedNumber(12500):d}" == repr(GroupedNumber(12500)) == "12500"


def test_values_have_at_most_one_decimal_and_what_is_no_number_stays() -> None:
    assert [in_figures(one) for one in (4.5, 4.0, 12500.5)] == ["4.5", "4", "12,500.5"]
    assert in_figures(4, 1) == "4.0"
    assert [group_digits(one) for one in (None, "12500", "", True)] == [None, "12500", "", True]
