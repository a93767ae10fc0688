"""What the API takes for courses and subjects."""

import re
from decimal import Decimal
from typing import Annotated, Any

from ninja import Field
from pydantic import BeforeValidator, StrictBool
from pydantic_core import PydanticCustomError

from muster.api.kit import In

NUMBER = re.compile(r"^-?\d{1,15}(\.\d{1,15})?$")


def _number(value: Any) -> Any:
    if isinstance(value, Decimal) or value is None:
        return value
    # 1e3 and NaN are no sums of money, and True is no number.
    if isinstance(value, (int, float, str)) and not isinstance(value, bool) and NUMBER.match(str(value).strip()):
        return Decimal(str(value).strip())
    raise PydanticCustomError("number", "Give a number such as 1250.00.")


# A decimal number, as a JSON number or as text, which keeps its last digit.
Number = Annotated[Decimal, BeforeValidator(_number)]


class CourseIn(In):
    """A course, whole or in part. What is sent is taken; what is not sent stays."""

    course_title: str | None = None
    code: str | None = None
    kind: str | None = Field(None, description="short_course, qualification or degree")
    department: str | None = Field(None, description="A department's id")
    dept_id: str | None = Field(None, description="The same, under the name batches use")
    semesters: int | None = None
    length_days: int | None = None
    assigned_instructor: str | None = Field(None, description="The id of the default instructor")
    default_capacity: int | None = None
    required_skills: list[str] | None = None
    teaching_styles: list[str] | None = Field(None, description="How it is taught, such as workshop or lecture")
    language: str | None = None
    price: Number | None = None
    currency: str | None = None
    active: StrictBool | None = None


class SubjectIn(In):
    """A subject, whole or in part."""

    code: str | None = None
    title: str | None = None
    semester: int | None = None
    credits: Number | None = None
    maximum_marks: int | None = None
    pass_marks: int | None = None
