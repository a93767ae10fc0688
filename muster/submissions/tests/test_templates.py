"""Export templates: laid out as the authority wants it, all rows or none, every problem named."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from muster.core.errors import AlreadyTaken, Forbidden, Invalid, Missing
from muster.submissions.codes import read_codes
from muster.submissions.errors import RowsRefused
from muster.submissions.examples import EXAMPLES
from muster.submissions.filling import fill_template
from muster.submissions.models import ExportTemplate
from muster.submissions.resources import EXPORT_TEMPLATES
from muster.submissions.rules import add_example_template
from muster.submissions.tests.make import JANUARY, Reporting


def text_of(place: Reporting, template: ExportTemplate) -> str:
    return fill_template(template, [place.batch], *JANUARY).as_file("x").content.decode("utf-8")


def test_fixed_text_has_each_value_in_its_width(place: Reporting) -> None:
    template = place.template(
        {"source": "line", "width": 4, "align": "right", "padding": "0"},
        {"source": "full_name", "width": 12},
        {"source": "batch_start", "width": 8, "date_style": "%Y%m%d"},
        {"source": "fixed_text", "fixed_text": "X", "width": 2},
        {"source": "enrollment_status", "codes": "active = 01\ncancelled = 04", "width": 2},
    )
    assert text_of(place, template) == "0001Ada Byron   20300107X 01\r\n"


def test_headings_stand_in_the_widths_too(place: Reporting) -> None:
    template = place.template({"source": "line", "heading": "No", "width": 4}, has_headings=True)
    assert text_of(place, template) == "No  \r\n1   \r\n"


def test_months_count_a_day_once(place: Reporting) -> None:
    place.mark(date(2030, 1, 10), "LATE")
    place.mark(date(2030, 1, 11), "EXCUSED")
    place.mark(date(2030, 2, 4), "PRESENT")
    columns = ("month", "days_held", "days_attended", "days_absent", "days_excused")
    template = place.template(*({"source": source} for source in columns), format="csv", row_kind="months")
    filled = fill_template(template, [place.batch], date(2030, 1, 1), date(2030, 2, 28))
    assert filled.lines == [["2030-01", "4", "2", "1", "1"], ["2030-02", "1", "1", "0", "0"]]


def test_a_workbook_keeps_numbers_as_numbers(place: Reporting) -> None:
    template = place.template({"source": "full_name"}, {"source": "line"}, format="xlsx", has_headings=True)
    content = fill_template(template, [place.batch], *JANUARY).as_file("x").content
    rows = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    assert rows == [["full_name", "line"], ["Ada Byron", 1.0]]


def test_no_row_is_written_while_one_is_wrong_and_each_problem_is_named(place: Reporting) -> None:
    place.campus.enroll(place.batch, place.campus.student("Grace Hopper"))
    template = place.template(
        {"source": "phone", "heading": "Phone", "width": 10, "is_required": True},
        {"source": "full_name", "heading": "Name", "width": 10},
        {"source": "enrollment_type", "heading": "Type", "width": 10, "codes": "individual = 1"},
    )
    with pytest.raises(RowsRefused) as refused:
        text_of(place, template)
    found = [(one.line, one.who, one.heading, one.words) for one in refused.value.problems]
    assert found == [
        (1, "Ada Byron", "Phone", "This is required, and it's missing."),
        (1, "Ada Byron", "Type", "“batch” isn't in the code list."),
        (2, "Grace Hopper", "Phone", "This is required, and it's missing."),
        (2, "Grace Hopper", "Name", "“Grace Hopper” is longer than 10 characters."),
        (2, "Grace Hopper", "Type", "“batch” isn't in the code list."),
    ]
    assert next(one.field for one in refused.value.errors) == "rows.1.Phone"
    assert refused.value.message.startswith("Template 0: 5 values can't be written, so there is no file.")


def test_who_was_on_the_register_on_none_of_the_days_is_left_out(place: Reporting) -> None:
    template = place.template({"source": "full_name"}, format="csv")
    filled = fill_template(template, [place.batch], date(2020, 1, 1), date(2020, 1, 31))
    assert filled.lines == []


def test_statements_do_not_grow_with_students(place: Reporting, django_assert_num_queries: Any) -> None:
    columns = ("month", "days_attended", "full_name", "student_number", "course_code", "branch_code")
    template = place.template(*({"source": source} for source in columns), format="csv", row_kind="months")
    for number in (1, 5):
        for _each in range(number):
            place.campus.enroll(place.batch)
        with django_assert_num_queries(4):
            fill_template(template, [place.batch], *JANUARY)


def test_days_and_columns_are_asked_for(place: Reporting) -> None:
    template = place.template({"source": "line"}, format="csv")
    with pytest.raises(Invalid) as refused:
        fill_template(template, [place.batch], JANUARY[1], JANUARY[0])
    assert [one.field for one in refused.value.errors] == ["to"]
    with pytest.raises(Invalid):
        fill_template(template, [place.batch], date(2000, 1, 1), date(2030, 1, 1))
    with pytest.raises(Invalid):
        fill_template(place.template(format="csv"), [place.batch], *JANUARY)


@pytest.mark.parametrize(
    ("column", "field"),
    [
        ({"source": "days_attended", "width": 3}, "source"),
        ({"source": "full_name"}, "width"),
        ({"source": "fixed_text", "width": 3}, "fixed_text"),
        ({"source": "line", "fixed_text": "X", "width": 3}, "fixed_text"),
        ({"source": "line", "width": 3, "codes": "active"}, "codes"),
        ({"source": "line", "width": 3, "codes": "a = 1\nA = 2"}, "codes"),
        ({"source": "line", "width": 3, "codes": f"a = {'1' * 20_000}"}, "codes"),
        ({"source": "nothing", "width": 3}, "source"),
    ],
)
def test_a_column_that_cannot_work_is_refused_at_its_field(
    place: Reporting, column: dict[str, object], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        place.template(column)
    assert [one.field for one in refused.value.errors] == [field]


def test_rows_are_not_changed_to_students_under_monthly_columns(place: Reporting) -> None:
    template = place.template({"source": "month", "width": 7}, row_kind="months")
    with pytest.raises(Invalid) as refused:
        EXPORT_TEMPLATES.change(by=place.campus.admin, row=template, changes={"row_kind": "students"})
    assert [one.field for one in refused.value.errors] == ["row_kind"]


def test_a_format_that_is_changed_to_fixed_names_columns_without_a_width(place: Reporting) -> None:
    template = place.template({"source": "full_name", "heading": "Name"}, format="csv")
    EXPORT_TEMPLATES.change(by=place.campus.admin, row=template, changes={"format": "fixed"})
    template.refresh_from_db()
    with pytest.raises(RowsRefused) as refused:
        text_of(place, template)
    assert [(one.line, one.heading) for one in refused.value.problems] == [(0, "Name")]


@pytest.mark.parametrize("key", sorted(EXAMPLES))
def test_an_example_is_added_with_one_call_and_works(place: Reporting, key: str) -> None:
    template = add_example_template(by=place.campus.admin, key=key)
    filled = fill_template(template, [place.batch], *JANUARY)
    assert [column.place for column in filled.columns] == list(range(1, len(EXAMPLES[key].columns()) + 1))
    assert {one.heading for one in filled.problems} <= {"Student number"}
    with pytest.raises(AlreadyTaken):
        add_example_template(by=place.campus.admin, key=key)


def test_examples_are_for_administrators_and_known_by_name(place: Reporting) -> None:
    with pytest.raises(Missing):
        add_example_template(by=place.campus.admin, key="none")
    with pytest.raises(Forbidden):
        add_example_template(by=place.campus.actor(place.regulator), key="enrollment")


def test_a_submission_holds_a_file_made_by_a_template(place: Reporting) -> None:
    template = place.template({"source": "full_name", "width": 12}, name="Names")
    submission = place.submitted(place.item("TEMPLATE", template=template))
    [item] = submission.resources.all()
    assert (item.file_name, item.row_count) == ("names-da-jan-2030-2030-01-01-2030-01-31.txt", 1)
    with pytest.raises(Exception, match="can't be deleted"):
        EXPORT_TEMPLATES.remove(by=place.campus.admin, row=template)


def test_code_lists_are_read_line_by_line() -> None:
    assert read_codes("male = 1\n\nfemale = 2\nnone =").codes == {"male": "1", "female": "2", "none": ""}
    assert read_codes("male = 1").code_of("MALE") == "1"
    assert read_codes("male = 1\n  \nsingle = a=b").codes == {"male": "1", "single": "a=b"}


@pytest.mark.parametrize(
    ("lines", "refused"),
    [
        ("x", "Line 1: write value = code."),
        ("male = 1\n\n = 2", "Line 3: write value = code."),
        ("male = 1\nMale = 2", "Line 2: “Male” already has a code."),
    ],
)
def test_a_code_list_that_cannot_be_read_says_in_which_line(lines: str, refused: str) -> None:
    assert read_codes(lines).refused == refused
