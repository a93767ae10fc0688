"""Assessments of batches, and the categories that say what they count for."""

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Field, Query
from typing_extensions import TypedDict

from muster.api.kit import (
    Amount,
    Date,
    Day,
    Deleted,
    Door,
    In,
    Moment,
    Paging,
    Stamped,
    answer,
    key,
    page_of,
    request_actor,
    request_object,
    stamp,
    timestamp,
)
from muster.api.kit.fields import Number
from muster.assessment import rules
from muster.assessment.models import Assessment
from muster.assessment.permissions import assessments, batch_assessments
from muster.assessment.queries import categories_of, with_marked
from muster.assessment.rules import CategoryInput
from muster.assessment.totals import quantile_of
from muster.batches.models import Batch
from muster.core.permissions import as_id
from muster.core.search import with_words
from muster.institutions.access import Actor
from muster.progression.models import SubjectMapping
from muster.progression.permissions import results

router = Door()
batches = Door()
HALF = Fraction(1, 2)


class AssessmentCategoryOut(TypedDict):
    """A category of a batch, and what it weighs in the total, in percent. `_id` is null before the batch's first
    assessment, while these are suggested."""

    _id: str | None
    name: str
    weight: Amount


class AssessmentCategoriesOut(TypedDict):
    """The categories of a batch, and the sum of their weights, which should be 100."""

    categories: list[AssessmentCategoryOut]
    sum: Amount


class AssessmentOut(Stamped):
    """Something that students of a batch are marked by. `extra_credit` is what a mark may exceed the maximum by,
    `weight` its share within the category. Published marks are written to `component` of the subject of `mapping_id`.

    `marked` of `expected`, `published` and `median` are for staff, and null for students.
    """

    batch_id: str
    title: str
    category: str
    maximum: Amount
    extra_credit: Amount
    due_on: Date
    weight: Amount
    mapping_id: str | None
    component: str
    published_at: Moment | None
    expected: int | None
    marked: int | None
    published: int | None
    median: Amount | None


class AssessmentChanges(In):
    """What to change of it. What is not sent stays."""

    title: str | None = Field(None, max_length=120)
    category: str | None = Field(None, max_length=60, description="One of the batch's categories, by its name")
    maximum: Number | None = Field(None, description="Above 0")
    extra_credit: Number | None = Field(None, description="What a mark may exceed the maximum by")
    due_on: Day | None = None
    weight: Number | None = Field(None, description="Share within the category; with 0 it doesn't count")
    mapping_id: str | None = Field(None, max_length=60, description="A subject of the batch; null for none")
    component: str | None = Field(
        None, max_length=12, description="The component of its results, by its code; required with mapping_id"
    )


class AssessmentIn(AssessmentChanges):
    """An assessment to add. A batch without categories gets the suggested ones."""

    batch_id: str = Field(max_length=60)
    title: str = Field(max_length=120)
    category: str = Field(max_length=60, description="One of the batch's categories, by its name")
    maximum: Number = Field(description="Above 0")
    due_on: Day


class AssessmentCategoryIn(In):
    """A category as it is to be: one that stands, by its `_id`, or a new one."""

    id: str | None = Field(None, alias="_id", max_length=60)
    name: str = Field(max_length=60)
    weight: Number = Field(description="From 0 to 100")


class AssessmentCategoriesIn(In):
    """All categories of the batch; what is left out is removed."""

    categories: list[AssessmentCategoryIn] = Field(max_length=20)


class AssessmentsQuery(Paging):
    """Which assessments."""

    batch_id: str = Field("", max_length=60, description="Only those of this batch")


COLUMNS = {"title": "title__plain", "due_on": "due_on", "weight": "weight", "maximum": "maximum"}


def _assessment_json(actor: Actor) -> Callable[[Any], AssessmentOut]:
    is_staff = assessments.may(actor, "marks")

    def show(row: Any) -> AssessmentOut:
        return {
            **stamp(row),
            "batch_id": key(row.batch_id),
            "title": row.title,
            "category": row.category.name,
            "maximum": row.maximum,
            "extra_credit": row.extra_credit,
            "due_on": row.due_on.isoformat(),
            "weight": row.weight,
            "mapping_id": key(row.mapping_id),
            "component": row.component,
            "published_at": timestamp(row.published_at),
            "expected": row.expected if is_staff else None,
            "marked": row.marked if is_staff else None,
            "published": row.published if is_staff else None,
            "median": quantile_of(row.scores, HALF) if is_staff else None,
        }

    return show


def _as_stored(actor: Actor, row: Assessment) -> AssessmentOut:
    return _assessment_json(actor)(with_marked(Assessment.objects.filter(pk=row.pk)).select_related("category").get())


@router.get("", allow=assessments["see"], rows=AssessmentOut)
def list_assessments(request: HttpRequest, asked: Query[AssessmentsQuery]) -> HttpResponse:
    """The assessments of your batches, by the day they're due."""
    actor = request_actor(request)
    rows = with_marked(assessments.rows(actor)).select_related("category")
    batch = batch_assessments.get_named(actor, asked.batch_id, "batch_id", "list") if asked.batch_id else None
    rows = with_words(rows.filter(batch=batch) if batch else rows, asked.q, "title")
    return page_of(rows, asked, _assessment_json(actor), COLUMNS, within=batch.pk if batch else None)


@router.post("", allow=batch_assessments["assess"], data=AssessmentOut, status=201)
def add_assessment(request: HttpRequest, body: AssessmentIn) -> HttpResponse:
    """Add an assessment to a batch."""
    actor = request_actor(request)
    batch = batch_assessments.get_named(actor, body.batch_id, "batch_id", "assess")
    row = rules.add_assessment(by=actor, batch=batch, category=body.category, fields=_fields_of(actor, body))
    return answer(_as_stored(actor, row), _("Assessment added."), status=201)


@router.put("/{assessment_id}", allow=assessments["change"], on="assessment_id", data=AssessmentOut)
def change_assessment(request: HttpRequest, assessment_id: str, body: AssessmentChanges) -> HttpResponse:
    """Change only the fields you send. The maximum and the subject stay while marks are published."""
    actor, row = request_actor(request), request_object(request, Assessment)
    rules.change_assessment(by=actor, assessment=row, fields=_fields_of(actor, body), category=body.category)
    return answer(_as_stored(actor, row), _("Assessment saved."))


@router.delete("/{assessment_id}", allow=assessments["change"], on="assessment_id", data=Deleted)
def remove_assessment(request: HttpRequest, assessment_id: str) -> HttpResponse:
    """Remove an assessment that has no marks."""
    row = request_object(request, Assessment)
    rules.remove_assessment(by=request_actor(request), assessment=row)
    return answer({"_id": key(row.pk)}, _("Assessment removed."))


def _fields_of(actor: Actor, body: AssessmentChanges) -> dict[str, Any]:
    """What is sent of the columns; the subject is one whose results the caller enters. Raises Invalid."""
    sent = {name: value for name, value in body.sent().items() if name in rules.FIELDS and value is not None}
    if "mapping_id" in body.model_fields_set:
        among = SubjectMapping.objects.select_related("subject", "batch")
        sent["mapping"] = None
        if body.mapping_id is None:
            sent["component"] = ""
        else:
            sent["mapping"] = results.get_named(actor, body.mapping_id, "mapping_id", "mark", among=among)
    return sent


@batches.get(
    "/{batch_id}/assessment-categories", allow=batch_assessments["list"], on="batch_id", data=AssessmentCategoriesOut
)
def list_assessment_categories(request: HttpRequest, batch_id: str) -> HttpResponse:
    """The categories of a batch, and what each weighs in the total."""
    return answer(_categories_json(request_object(request, Batch)))


@batches.put(
    "/{batch_id}/assessment-categories", allow=batch_assessments["assess"], on="batch_id", data=AssessmentCategoriesOut
)
def weigh_categories(request: HttpRequest, batch_id: str, body: AssessmentCategoriesIn) -> HttpResponse:
    """Set the categories of a batch as a whole. One with assessments can't be left out."""
    batch = request_object(request, Batch)
    given = [CategoryInput(one.name, one.weight, _id_of(one.id)) for one in body.categories]
    rules.weigh_categories(by=request_actor(request), batch=batch, categories=given)
    return answer(_categories_json(batch), _("Weights saved."))


def _id_of(text: str | None) -> Any:
    """The id; one that no category has where it is none, so that it is refused."""
    return None if text is None else as_id(text) or text


def _categories_json(batch: Batch) -> AssessmentCategoriesOut:
    rows = categories_of(batch)
    return {
        "categories": [
            {"_id": None if one._state.adding else key(one.pk), "name": one.name, "weight": one.weight} for one in rows
        ],
        "sum": sum((one.weight for one in rows), start=rows[0].weight * 0),
    }
