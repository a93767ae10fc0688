"""The week as a picture: what stands beside what, and where."""

from hypothesis import given, settings
from hypothesis import strategies as st

from muster.web.ui.week import Span, WeekPicture, hours_of, lanes_of


def span(start, end, weekday=1):
    return Span(weekday, start * 60, end * 60, None)


spans = st.lists(
    st.builds(
        lambda weekday, start, length: Span(weekday, start, start + length, None),
        st.integers(1, 7),
        st.integers(0, 600),
        st.integers(1, 300),
    ),
    max_size=12,
)


def test_what_meets_at_one_time_stands_side_by_side():
    assert lanes_of([span(8, 10), span(9, 11), span(11, 12), span(8, 10, 2)]) == [(0, 2), (1, 2), (0, 1), (0, 1)]


def test_a_lane_is_used_again_once_it_is_free():
    assert lanes_of([span(8, 10), span(9, 12), span(10, 11)]) == [(0, 2), (1, 2), (0, 2)]


@settings(deadline=None)
@given(spans)
def test_no_two_blocks_cover_each_other(those):
    blocks = WeekPicture(those, (0, 24), 7, gutter=7, head=8).blocks
    for number, one in enumerate(blocks):
        for other, beside in zip(blocks[:number], those, strict=False):
            apart = one.x >= other.x + other.width - 0.01 or other.x >= one.x + one.width - 0.01
            assert apart or not those[number].overlaps(beside)


@settings(deadline=None)
@given(spans)
def test_every_block_lies_in_the_picture(those):
    for block in WeekPicture(those, hours_of(those, 8, 17), 7, gutter=7, head=8).blocks:
        assert 7 <= block.x < block.x + block.width <= 100.01
        assert 7.99 <= block.y < block.y + block.height <= 100.01


def test_a_picture_in_pixels_grows_with_its_hours():
    picture = WeekPicture([span(8, 10)], (8, 11), 5, gutter=7, head=24, hour_height=40, lowest=18)
    assert (picture.y(9 * 60), picture.height) == (64, 144)
    assert [(block.y, block.height) for block in picture.blocks] == [(24, 80)]
    short = WeekPicture([Span(1, 480, 495, None)], (8, 11), 5, gutter=7, head=24, hour_height=40, lowest=18)
    assert short.blocks[0].height == 18


def test_a_half_hour_is_taken_by_what_touches_some_of_it():
    one = Span(1, 8 * 60 + 15, 9 * 60, None)
    assert [one.takes(1, at) for at in (450, 480, 510, 540)] == [False, True, True, False]
    assert not one.takes(2, 480)
