"""Marks to grades: by hand, by published examples, and against a plain reckoning of its own."""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from muster.progression.grading import (
    Band,
    Component,
    Outcome,
    Rounding,
    Scheme,
    State,
    Weighted,
    grade_point_average,
    round_exactly,
    work_out,
)

D = Decimal
PARTS = (
    Component("IN1", D(15), D(0), D(15)),
    Component("IN2", D(15), D(0), D(15)),
    Component("PR", D(20), D(8), D(20)),
    Component("END", D(50), D(20), D(50)),
)
BANDS = tuple(
    Band(grade, D(cut), D(points))
    for grade, cut, points in (("A+", 90, 10), ("A", 80, 9), ("B", 70, 8), ("C", 60, 7), ("D", 50, 6), ("F", 0, 0))
)
SCHEME = Scheme(PARTS, BANDS)


def outcome(*cells: object, scheme: Scheme = SCHEME, worth: int = 16) -> Outcome:
    """Of scores and states in the order of the components; None is nothing at all."""
    given = {
        one.code: cell if isinstance(cell, State) else D(str(cell))
        for one, cell in zip(scheme.components, cells, strict=True)
        if cell is not None
    }
    return work_out(scheme, given, D(worth))


def told(found: Outcome) -> tuple[object, ...]:
    return found.verdict, found.total, found.grade, found.points, found.credits, found.reasons


def test_a_total_has_its_grade_points_and_credits() -> None:
    assert told(outcome(9, 10, 15, 38)) == ("passed", 72, "B", 8, 16, ())


def test_too_low_a_total_fails_and_earns_nothing() -> None:
    assert told(outcome(7, 6, 10, 22)) == ("failed", 45, "F", 0, 0, ("below_total",))


def test_below_the_minimum_of_a_component_no_total_helps() -> None:
    assert told(outcome(12, 11, 15, 17)) == ("failed", 55, "F", 0, 0, ("below_minimum",))


def test_a_blank_is_never_zero() -> None:
    for cells in ((10, 12, 14, None), (10, 12, 14, State.BLANK), (None, None, None, None)):
        assert told(outcome(*cells)) == ("missing", None, "", None, 0, ())


def test_who_was_absent_fails_with_what_the_rest_comes_to() -> None:
    assert told(outcome(9, 8, 11, State.ABSENT)) == ("failed", 28, "F", 0, 0, ("absent", "below_total"))
    assert told(outcome(State.ABSENT, 15, 20, 50)) == ("failed", 85, "F", 0, 0, ("absent",))


def test_what_somebody_is_exempt_from_counts_neither_for_nor_against_them() -> None:
    # 70 of 85 are 82.35 %.
    assert told(outcome(State.EXEMPT, 12, 17, 41)) == ("passed", 82, "A", 9, 16, ())
    assert told(outcome(*[State.EXEMPT] * 4)) == ("exempt", None, "", None, 0, ())


def test_what_is_withheld_says_nothing_before_it_is_released() -> None:
    assert told(outcome(11, 10, None, State.WITHHELD)) == ("withheld", None, "", None, 0, ())


def test_grace_marks_are_given_where_all_of_them_make_the_difference() -> None:
    kind = Scheme(PARTS, BANDS, grace_marks=D(3))
    total = outcome(10, 10, 10, 20, scheme=kind)
    assert (told(total)[:3], total.grace) == (("passed", 50, "D"), D(0))
    lifted = outcome(8, 8, 10, 22, scheme=kind)
    assert (told(lifted)[:3], lifted.grace) == (("passed", 50, "D"), D(2))
    # One to the practical's minimum, one to the total.
    both = outcome(10, 11, 7, 21, scheme=kind)
    assert (told(both)[:3], both.grace) == (("passed", 50, "D"), D(1))
    assert outcome(7, 8, 9, 22, scheme=kind).reasons == ("below_total",)
    assert outcome(State.ABSENT, 8, 10, 30, scheme=kind).reasons == ("absent", "below_total")


def test_a_total_that_rounds_up_to_the_pass_mark_passes() -> None:
    assert told(outcome(9.5, 10, 10, 20))[:3] == ("passed", 50, "D")
    strict = Scheme(PARTS, BANDS, rounding=Rounding.DOWN)
    assert told(outcome(9.5, 10, 10, 20, scheme=strict))[:3] == ("failed", 49, "F")


def test_without_bands_a_subject_is_passed_or_failed_and_has_no_points() -> None:
    plain = Scheme((Component("MARK", D(40)),), pass_percent=D("37.5"), decimals=1)
    assert told(outcome(15, scheme=plain)) == ("passed", D("37.5"), "", None, 16, ())
    assert (outcome(14, scheme=plain).passed, outcome(15, scheme=plain).counts) == (False, False)


def test_failed_subjects_count_in_averages_as_the_scheme_says() -> None:
    lenient = Scheme(PARTS, BANDS, counts_failed=False)
    assert [outcome(5, 5, 10, 22, scheme=one).counts for one in (SCHEME, lenient)] == [True, False]


def test_lowest_grade_at_the_pass_mark_leaves_f_to_who_failed() -> None:
    few = Scheme(PARTS, (Band("P", D(50), D(5)),))
    assert told(outcome(5, 5, 10, 22, scheme=few))[2:4] == ("F", 0)


def test_who_passes_below_all_grades_has_the_lowest_of_those_who_pass() -> None:
    few = Scheme(PARTS, (Band("A", D(80), D(10)), Band("B", D(60), D(8)), Band("F", D(0), D(0))))
    assert told(outcome(10, 10, 15, 20, scheme=few))[2:4] == ("B", 8)


# --- published examples ----------------------------------------------------------------------------------------------
def average(*subjects: tuple[object, object]) -> Decimal | None:
    return grade_point_average(Weighted(D(str(points)), D(str(worth))) for worth, points in subjects)


def test_example_of_prince_sultan_university() -> None:
    """Rules and Regulations of Undergraduate Study and Examinations, Appendix B, page 45: "Example of the Calculation
    of Semester and Cumulative GPA" (info.psu.edu.sa/OP/StHandbooks/rules_regulations)."""
    first = [(2, "3.50"), (3, "2.00"), (3, "3.75"), (4, "3.00")]
    second = [(2, "4.00"), (3, "3.00"), (4, "2.00"), (3, "3.00")]
    assert [average(*first), average(*second), average(*first, *second)] == [D("3.02"), D("2.83"), D("2.93")]


def test_example_of_american_international_university_bangladesh() -> None:
    """Academic regulations, "Computation of CGPA" (www.aiub.edu/academic-regulations/computation-of-cgpa), which rounds
    3.575 to 3.58."""
    first = [(3, points) for points in ("4.00", "3.50", "3.75", "4.00", "3.75")]
    second = [(3, points) for points in ("3.75", "3.25", "4.00", "3.50", "2.25")]
    assert [average(*first), average(*second), average(*first, *second)] == [D("3.80"), D("3.35"), D("3.58")]


# --- against a plain reckoning ---------------------------------------------------------------------------------------
MODES = {
    Rounding.HALF_UP: ROUND_HALF_UP,
    Rounding.HALF_EVEN: ROUND_HALF_EVEN,
    Rounding.DOWN: ROUND_FLOOR,
    Rounding.UP: ROUND_CEILING,
}
halves = st.integers(0, 200).map(lambda number: D(number) / 2)


@st.composite
def cases(draw: st.DrawFn) -> tuple[Scheme, dict[str, Decimal | State]]:
    parts: list[Component] = []
    cells: dict[str, Decimal | State] = {}
    for number in range(draw(st.integers(1, 5))):
        maximum = draw(st.sampled_from([10, 15, 20, 25, 40, 50, 100]))
        minimum = draw(st.integers(0, maximum // 2))
        parts.append(Component(f"C{number}", D(maximum), D(minimum), D(draw(st.integers(1, 100)))))
        score: st.SearchStrategy[Decimal | State] = halves.filter(lambda value, most=maximum: value <= most)
        cells[f"C{number}"] = draw(st.one_of(score, score, score, st.sampled_from(list(State))))
    scheme = Scheme(
        tuple(parts),
        BANDS,
        pass_percent=D(draw(st.integers(1, 80))),
        decimals=draw(st.integers(0, 2)),
        rounding=draw(st.sampled_from(list(Rounding))),
    )
    return scheme, cells


def plain_percent(scheme: Scheme, cells: dict[str, Decimal | State]) -> Decimal | None:
    """In integers over one denominator, and Python's own rounding of decimals with forty digits."""
    if State.WITHHELD in cells.values() or State.BLANK in cells.values():
        return None
    top, bottom, weights = 0, 1, 0
    for one in scheme.components:
        cell = cells[one.code]
        if cell == State.EXEMPT:
            continue
        twice = 0 if cell == State.ABSENT else int(cell * 2)
        top = top * 2 * int(one.maximum) + twice * int(one.weight) * bottom
        bottom *= 2 * int(one.maximum)
        weights += int(one.weight)
    if not weights:
        return None
    with localcontext() as context:
        context.prec = 60
        return (D(top * 100) / D(bottom * weights)).quantize(D(1).scaleb(-scheme.decimals), MODES[scheme.rounding])


@given(cases())
def test_percent_and_verdict_are_those_of_a_plain_reckoning(case: tuple[Scheme, dict[str, Decimal | State]]) -> None:
    scheme, cells = case
    found, percent = work_out(scheme, cells, D(4)), plain_percent(scheme, cells)
    assert found.percent == percent
    if percent is None:
        assert (found.passed, found.grade, found.counts) == (False, "", False)
        return
    short = any(
        cells[one.code] == State.ABSENT or (cells[one.code] != State.EXEMPT and cells[one.code] < one.minimum)
        for one in scheme.components
    )
    assert found.passed == (percent >= scheme.pass_percent and not short)
    assert found.credits == (4 if found.passed else 0)


@given(st.lists(st.tuples(st.integers(0, 100), st.integers(0, 12)), max_size=12))
def test_an_average_is_that_of_integers(subjects: list[tuple[int, int]]) -> None:
    found = grade_point_average(Weighted(D(points) / 10, D(worth)) for points, worth in subjects)
    total = sum(worth for _points, worth in subjects)
    if not total:
        assert found is None
        return
    hundredths = sum(points * worth for points, worth in subjects) * 10
    assert found == D((2 * hundredths + total) // (2 * total)) / 100


@given(st.integers(0, 10**6), st.integers(1, 997), st.sampled_from(list(Rounding)))
def test_rounding_is_that_of_the_decimal_module(top: int, bottom: int, mode: Rounding) -> None:
    with localcontext() as context:
        context.prec = 60
        expected = (D(top) / D(bottom)).quantize(D("0.01"), MODES[mode])
    assert round_exactly(Fraction(top, bottom), 2, mode) == expected
