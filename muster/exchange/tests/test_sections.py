"""Lines become sections whole or not at all, and combined teaching is recognised."""

from datetime import date, time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from muster.exchange.sections import units_of
from muster.exchange.sections.reading import clock
from muster.exchange.sections.terms import TERMS
from muster.exchange.tests.sample_files import read, row


def test_section_carries_what_its_line_says():
    sections, problems = read(
        row("12", section="al1", building="Main Hall", room="2", instructors="I0002; I0001;I0002", part_of_term="S2A")
    )
    assert problems == []
    [section] = sections
    [meeting] = section.meetings
    assert (section.code, section.key) == ("CS-101-AL1-12-SU26", "2026-SUMMER-12")
    assert (section.instructors, section.lead) == (["I0002", "I0001"], "I0002")
    assert section.dates == (date(2026, 6, 15), date(2026, 7, 10))
    assert (meeting.days, meeting.start, meeting.end, meeting.room) == ((1, 3), time(9), time(10, 50), "Main Hall 2")


def test_two_lines_of_a_crn_are_one_section():
    sections, problems = read(row("1", days="M", instructors="A"), row("1", days="R", instructors="B"), row("2"))
    assert problems == []
    assert [(section.crn, len(section.meetings), section.instructors) for section in sections] == [
        ("1", 2, ["A", "B"]),
        ("2", 1, []),
    ]


def test_section_may_meet_at_no_fixed_time():
    sections, problems = read(row("1", days="", start_time="", end_time=""))
    assert ([section.meetings for section in sections], problems) == ([[]], [])


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ({"days": "MX"}, "valid days"),
        ({"days": "MM"}, "valid days"),
        ({"days": ""}, "valid days"),
        ({"start_time": "nine"}, "a valid time"),
        ({"start_time": "25:00"}, "a valid time"),
        ({"start_time": "13:00 PM"}, "a valid time"),
        ({"start_time": ""}, "a valid time"),
        ({"end_time": "08:00 AM"}, "before it starts"),
        ({"end_time": "09:00 AM"}, "before it starts"),
        ({"part_of_term": "S9"}, "a known part of term"),
        ({"year": "2019"}, "no dates for Summer 2019"),
        ({"term": "Fall"}, "no dates for Fall 2026"),
        ({"subject": ""}, "no subject"),
        ({"title": ""}, "no title"),
        ({"crn": ""}, "no crn"),
        ({"subject": "ß" * 6}, "more than 10 characters"),
        ({"title": "x" * 201}, "more than 200 characters"),
        ({"section": "x" * 33}, "more than 32 characters"),
        ({"building": "x" * 100, "room": "1"}, "room has more than"),
        ({"instructors": ";".join(map(str, range(30)))}, "more than 20"),
        ({"instructors": "x" * 41}, "more than 40 characters"),
    ],
)
def test_bad_line_is_listed_and_left_out_whole(cells, words):
    sections, problems = read(row("7", **cells), row("8"))
    assert [section.crn for section in sections] == ["8"]
    [problem] = problems
    assert problem.line == 2
    assert words in problem.message


@pytest.mark.parametrize(
    ("second", "words"),
    [
        ({"days": "W"}, "overlaps another one of the same section"),
        ({"days": "F", "number": "102"}, "CRN 7 is already CS-101 A, in line 2"),
        ({"days": "F", "part_of_term": "S1"}, "CRN 7 is already CS-101 A, in line 2"),
    ],
)
def test_line_that_does_not_fit_its_section_is_left_out(second, words):
    sections, problems = read(row("7"), row("7", **second))
    assert [len(section.meetings) for section in sections] == [1]
    assert words in problems[0].message


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("12:30 PM", time(12, 30)),
        ("12:05 am", time(0, 5)),
        ("9:00PM", time(21)),
        ("13:30", time(13, 30)),
        ("9:60", None),
    ],
)
def test_clock(text, expected):
    assert clock(text) == expected


def test_parts_of_term_lie_within_their_summer():
    for _name, parts in TERMS.values():
        for first, last in parts.values():
            assert date(2026, 5, 1) < first < last < date(2026, 9, 1)


# --- one meeting ----------------------------------------------------------------------------------------------------
ROOM = {"building": "Hall", "room": "1"}
OTHER_ROOM = {"building": "Hall", "room": "2"}


def shared(*rows: dict[str, str]) -> list[list[str]]:
    """The CRNs of the sections of each shared meeting."""
    sections, problems = read(*rows)
    assert problems == []
    return [[section.crn for section in plan.sections] for unit in units_of(sections) for plan in unit.shared]


@pytest.mark.parametrize(
    ("one", "other", "is_shared"),
    [
        (ROOM | {"instructors": "A"}, ROOM | {"instructors": "B"}, True),
        (ROOM, ROOM, True),
        ({"instructors": "A"}, {"instructors": "A", "title": "Another"}, True),
        (ROOM | {"instructors": "A"}, {"instructors": "A"}, True),
        (ROOM | {"instructors": "A"}, OTHER_ROOM | {"instructors": "A"}, False),
        ({"instructors": "A;C"}, {"instructors": "B;C"}, True),
        ({"instructors": "A;C"}, {"instructors": "B;C", "title": "Another"}, False),
        ({}, {}, False),
        ({"instructors": "A"}, {"instructors": "B"}, False),
        (ROOM, ROOM | {"part_of_term": "S2A"}, False),
        (ROOM, ROOM | {"days": "MWF"}, False),
        (ROOM, ROOM | {"end_time": "11:00 AM"}, False),
        (ROOM, ROOM | {"start_time": "09:30 AM"}, False),
    ],
)
def test_sections_are_one_meeting_at_one_time_in_one_room_or_with_one_instructor(one, other, is_shared):
    assert shared(row("1", **one), row("2", section="B", **other)) == ([["1", "2"]] if is_shared else [])


def test_one_meeting_is_transitive():
    rows = [row("1", **ROOM), row("2", **ROOM, instructors="A"), row("3", instructors="A")]
    assert shared(*rows) == [["1", "2", "3"]]


def test_section_that_would_fit_two_rooms_joins_neither():
    rows = [
        row("1", **ROOM, instructors="A"),
        row("2", **OTHER_ROOM, instructors="A"),
        row("3", instructors="A"),
        row("4", **OTHER_ROOM),
    ]
    assert shared(*rows) == [["2", "4"]]


def test_lecture_is_shared_and_laboratories_stay_own():
    sections, _problems = read(
        row("1", instructors="A"),
        row("2", section="B", instructors="A"),
        row("1", days="F", instructors="A"),
        row("2", section="B", days="R", instructors="A"),
    )
    [unit] = units_of(sections)
    [plan] = unit.shared
    assert [meeting.days for meeting in plan.meetings] == [(1, 3)]
    assert [[meeting.days for meeting in unit.own_meetings(section)] for section in unit.sections] == [[(5,)], [(4,)]]


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.fixed_dictionaries(
            {
                "days": st.sampled_from(["M", "MW"]),
                "room": st.sampled_from(["", "1", "2"]),
                "title": st.sampled_from(["X", "Y"]),
                "instructors": st.sampled_from(["", "A", "B", "A;B", "B;C", "C;A"]),
            }
        ),
        max_size=8,
    )
)
def test_every_section_is_in_one_unit_and_no_meeting_in_two_rooms(cells):
    sections, _problems = read(*(row(str(index), building="Hall", **one) for index, one in enumerate(cells)))
    units = units_of(sections)
    assert sorted(section.crn for unit in units for section in unit.sections) == sorted(s.crn for s in sections)
    for unit in units:
        for plan in unit.shared:
            assert len(plan.sections) > 1
            for meeting in plan.meetings:
                at = [one for section in plan.sections for one in section.meetings if one.days == meeting.days]
                assert {one.room for one in at} <= {"", meeting.room}
