"""What marks come to, against plain reckonings."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from math import floor
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from muster.assessment.totals import Given, Total, component_of, quantile_of, total_of
from muster.progression.grading import State

D = Decimal
TESTS, WORK = UUID(int=1), UUID(int=2)
WEIGHTS = {UUID(int=number): D(number * 10) for number in range(4)}


def hundredths(least: int, most: int) -> st.SearchStrategy[Decimal]:
    return st.integers(least, most).map(lambda number: D(number) / 100)


scores = hundredths(0, 13000)
cells = st.one_of(scores, st.sampled_from(State))
marks = st.builds(
    lambda category, weight, maximum, cell: Given(category, WEIGHTS[category], weight, maximum, cell),
    st.sampled_from(list(WEIGHTS)),
    hundredths(0, 1000),
    hundredths(50, 12000),
    cells,
)


def half_up(value: Fraction) -> Decimal:
    return D(floor(value * 100 + Fraction(1, 2))) / 100


def plain_total(marks: list[Given]) -> Decimal | None:
    """Row by row: each counted mark by its part of its category's part of the whole."""
    counted = [one for one in marks if one.cell not in (State.BLANK, State.EXEMPT, State.WITHHELD)]
    counted = [one for one in counted if one.weight and one.category_weight]
    if not counted:
        return None
    of_category = {one.category: Fraction(0) for one in counted}
    for one in counted:
        of_category[one.category] += Fraction(one.weight)
    whole = sum(Fraction(WEIGHTS[category]) for category in of_category)
    total = Fraction(0)
    for one in counted:
        reached = Fraction(0) if one.cell == State.ABSENT else Fraction(one.cell)
        part = Fraction(one.weight) / of_category[one.category] * Fraction(one.category_weight) / whole
        total += part * reached / Fraction(one.maximum)
    return half_up(total * 100)


@given(st.lists(marks, max_size=12))
def test_a_total_equals_the_plain_reckoning(marks: list[Given]) -> None:
    assert total_of(marks).percent == plain_total(marks)


@given(st.lists(marks, max_size=12), st.randoms())
def test_the_order_of_marks_changes_nothing(marks: list[Given], random: object) -> None:
    shuffled = list(marks)
    random.shuffle(shuffled)
    assert total_of(shuffled) == total_of(marks)


def test_a_total_is_of_what_counts_so_far() -> None:
    half = Given(TESTS, D(30), D(1), D(20), D(10))
    assert total_of([half]) == Total(D(50), {TESTS: D(50)}, D(30))
    # 30 of 40 percent at 50, and 10 of 40 at 100.
    assert total_of([half, Given(WORK, D(10), D(1), D(5), D(5))]).percent == D("62.5")
    blank = Given(WORK, D(10), D(1), D(5), State.BLANK)
    assert total_of([half, blank]) == total_of([half])
    assert total_of([blank]) == Total()


def test_an_absence_scores_nothing_and_an_exemption_is_left_out() -> None:
    full = Given(TESTS, D(100), D(1), D(20), D(20))
    assert total_of([full, full._replace(cell=State.ABSENT)]).percent == D(50)
    assert total_of([full, full._replace(cell=State.EXEMPT)]).percent == D(100)


def test_extra_credit_counts_whole() -> None:
    assert total_of([Given(TESTS, D(100), D(1), D(20), D(22))]).percent == D(110)


@given(st.lists(scores, min_size=1, max_size=30), st.fractions(0, 1))
def test_a_quantile_lies_among_the_scores_that_it_parts(scores: list[Decimal], part: Fraction) -> None:
    found = quantile_of(scores, part)
    below = sum(score <= found + D("0.01") for score in scores)
    assert min(scores) <= found <= max(scores)
    assert Fraction(below, len(scores)) >= part * (len(scores) - 1) / len(scores)


def test_quartiles_are_as_spreadsheets_reckon_them() -> None:
    # QUARTILE.INC of 1, 2, 4, 7, 11.
    given = [D(11), D(1), D(7), D(2), D(4)]
    assert [quantile_of(given, Fraction(part, 4)) for part in range(5)] == [1, 2, 4, 7, 11]
    assert quantile_of([D(1), D(2)], Fraction(1, 4)) == D("1.25")
    assert quantile_of([], Fraction(1, 2)) is None


def test_what_is_written_to_results_never_exceeds_the_component() -> None:
    assert component_of([(D(1), D(20), D(15)), (D(3), D(10), D(10))], D(40)) == D("37.5")
    assert component_of([(D(1), D(20), D(25))], D(40)) == D(40)
    assert component_of([(D(1), D(20), State.ABSENT), (D(1), D(20), State.EXEMPT)], D(40)) == State.ABSENT
    assert component_of([(D(1), D(20), State.ABSENT), (D(1), D(20), D(20))], D(40)) == D(20)
    assert component_of([(D(1), D(20), State.EXEMPT)], D(40)) == State.EXEMPT
    assert component_of([(D(1), D(20), State.BLANK)], D(40)) is None
    assert component_of([], D(40)) is None
