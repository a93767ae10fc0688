"""Assessments of a batch, and the categories that say what they count for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Field, Model, Q
from django.utils.translation import gettext as _

from muster.assessment.errors import AssessmentHasMarks, CategoryInUse, MarksArePublished, MarkTooHigh
from muster.assessment.models import MOST_SCORE, Assessment, AssessmentCategory
from muster.assessment.queries.assessments import ENTERED, categories_of
from muster.batches.errors import BatchArchived
from muster.batches.models import Batch
from muster.batches.rules.locks import locked_batch
from muster.core.database import atomic, refused_as
from muster.core.errors import AlreadyTaken, FieldError, Invalid
from muster.core.history import recorded
from muster.core.rows import lock_row, set_value
from muster.core.text import clean_line
from muster.institutions.access import Actor
from muster.progression.queries import scheme_of

MOST_CATEGORIES = 20
# How far from the batch's days the day may be on which something is due.
FAR = timedelta(days=366)
# What an assessment is given, by the names of its columns; the category by its name.
FIELDS = ("title", "maximum", "extra_credit", "due_on", "weight", "mapping", "component")
SCALE = ("maximum", "mapping", "component")


class CategoryInput(NamedTuple):
    """A category as it is to be: one that stands, by its id, or a new one."""

    name: str
    weight: Decimal
    id: UUID | None = None


@atomic
def weigh_categories(*, by: Actor, batch: Batch, categories: Sequence[CategoryInput]) -> list[AssessmentCategory]:
    """Have the batch these categories, with these weights; others go. That they sum to 100 is said, not required.

    Locks the batch. Raises BatchArchived, CategoryInUse, and Invalid naming fields.
    """
    batch = locked_batch(batch)
    standing = {one.pk: one for one in batch.assessment_categories.all()}
    if found := list(_category_problems(standing, categories)):
        raise Invalid.fields(found)
    kept = {one.id for one in categories}
    for gone in [one for pk, one in standing.items() if pk not in kept]:
        if gone.assessments.exists():
            raise CategoryInUse(name=gone.name)
    with recorded(by, "weigh_categories"), _explain_refusals(batch):
        batch.assessment_categories.exclude(pk__in=[pk for pk in kept if pk]).delete()
        # Names may be swapped, so those that change make room first.
        for place, one in enumerate(categories):
            row = standing.get(one.id) if one.id else None
            if row and row.name != clean_line(one.name):
                AssessmentCategory.objects.filter(pk=row.pk).update(name=f"{place} {row.pk}")
        for one in categories:
            row = standing.get(one.id) if one.id else None
            row = row or AssessmentCategory(institution_id=batch.institution_id, batch=batch)
            row.name, row.weight = clean_line(one.name), one.weight
            row.save()
    return list(batch.assessment_categories.all())


def _category_problems(
    standing: Mapping[UUID, AssessmentCategory], categories: Sequence[CategoryInput]
) -> Iterator[FieldError]:
    if not 1 <= len(categories) <= MOST_CATEGORIES:
        words = _("Give the batch from 1 to %(most)d categories.") % {"most": MOST_CATEGORIES}
        yield FieldError("categories", words)
        return
    seen: set[str] = set()
    for place, one in enumerate(categories):
        at, row, name = f"categories.{place}", AssessmentCategory(), clean_line(one.name)
        if one.id is not None and one.id not in standing:
            yield FieldError(f"{at}._id", _("This category isn't one of this batch."))
        for field, value in (("name", name), ("weight", one.weight)):
            if problem := set_value(row, _column_of(row, field), value):
                yield FieldError(f"{at}.{field}", problem)
        if name.casefold() in seen:
            yield FieldError(f"{at}.name", _("Give each category a name of its own."))
        seen.add(name.casefold())


@atomic
def add_assessment(*, by: Actor, batch: Batch, category: str, fields: Mapping[str, Any]) -> Assessment:
    """Have the students of the batch assessed by something further, in the category of this name.

    A batch without categories gets those that it would begin with. Locks the batch. Raises BatchArchived,
    AlreadyTaken, and Invalid naming fields.
    """
    batch = locked_batch(batch)
    row = Assessment(institution_id=batch.institution_id, batch=batch)
    with recorded(by, "add_assessment"), _explain_refusals(batch, row):
        _fill(row, category, fields)
        row.save(force_insert=True)
    return row


@atomic
def change_assessment(
    *, by: Actor, assessment: Assessment, fields: Mapping[str, Any], category: str | None = None
) -> Assessment:
    """Change what is named. What published marks rest on stays: the maximum, and what they are written to.

    Another day is announced anew. Locks the batch. Raises Missing, BatchArchived, AlreadyTaken, MarksArePublished,
    MarkTooHigh, and Invalid naming fields.
    """
    batch = locked_batch(assessment.batch)
    row = lock_row(assessment)
    row.batch, before = batch, {name: getattr(row, name) for name in (*SCALE, "due_on")}
    with recorded(by, "change_assessment"), _explain_refusals(batch, row):
        _fill(row, row.category.name if category is None else category, fields)
        if row.due_on != before["due_on"]:
            row.announced_at = row.chased_at = None
        rescaled = any(getattr(row, name) != before[name] for name in SCALE)
        if rescaled and row.marks.filter(published_at__isnull=False).exists():
            raise MarksArePublished(title=row.title)
        row.save()
    return row


@atomic
def remove_assessment(*, by: Actor, assessment: Assessment) -> None:
    """Take an assessment away in which nobody has a mark. Locks the batch. Raises Missing, BatchArchived,
    AssessmentHasMarks."""
    batch = locked_batch(assessment.batch)
    row = lock_row(assessment, for_delete=True)
    if row.marks.filter(ENTERED | ~Q(comment="")).exists():
        raise AssessmentHasMarks(title=row.title)
    with recorded(by, "remove_assessment"), _explain_refusals(batch, row):
        row.marks.all().delete()
        row.delete()


def _fill(row: Assessment, category: str, fields: Mapping[str, Any]) -> None:
    """Set the fields, and make the categories that a batch begins with. Raises Invalid naming what is wrong."""
    found = [
        FieldError(name, problem)
        for name, value in fields.items()
        if name not in ("mapping",) and (problem := set_value(row, _column_of(row, name), value))
    ]
    if "mapping" in fields:
        row.mapping = fields["mapping"]
    categories = categories_of(row.batch)
    chosen = next((one for one in categories if one.name.casefold() == clean_line(category).casefold()), None)
    if chosen is None:
        known = ", ".join(one.name for one in categories)
        found.append(FieldError("category", _("Choose one of these categories: %(known)s.") % {"known": known}))
    found += [] if any(one.field in ("maximum", "extra_credit") for one in found) else _scale_problems(row)
    found += _mapping_problems(row)
    found += [] if any(one.field == "due_on" for one in found) else _day_problems(row)
    if found:
        raise Invalid.fields(found)
    if chosen is not None and chosen._state.adding:
        AssessmentCategory.objects.bulk_create(categories)
    row.category = chosen


def _column_of(row: Model, name: str) -> Field[Any, Any]:
    return next(one for one in row._meta.concrete_fields if one.name == name)


def _scale_problems(row: Assessment) -> Iterator[FieldError]:
    if row.most > MOST_SCORE:
        words = _("Keep the maximum and the extra credit together at %(most)s or below.") % {"most": MOST_SCORE}
        yield FieldError("extra_credit", words)


def _mapping_problems(row: Assessment) -> Iterator[FieldError]:
    if row.mapping is None:
        if row.component:
            yield FieldError("component", _("Choose the subject whose results this component is of."))
        return
    if row.mapping.batch_id != row.batch_id:
        yield FieldError("mapping_id", _("Choose a subject that this batch is taught."))
        return
    codes = [one.code for one in scheme_of(row.mapping.subject).components]
    if row.component not in codes:
        words = _("Choose one of these components: %(known)s.") % {"known": ", ".join(codes)}
        yield FieldError("component", words)
    if not row.weight:
        yield FieldError("weight", _("Give a weight above 0, or remove the subject: what has no weight isn't counted."))


def _day_problems(row: Assessment) -> Iterator[FieldError]:
    start, end = row.batch.start_date, row.batch.end_date
    if (start and row.due_on < start - FAR) or (end and row.due_on > end + FAR):
        yield FieldError("due_on", _("Choose a day within a year of the batch's dates."))


def _explain_refusals(batch: Batch, row: Assessment | None = None) -> AbstractContextManager[None]:
    title = row.title if row else ""
    return refused_as(
        archived_batch_does_not_change=partial(BatchArchived, batch),
        one_category_for_each_name=AlreadyTaken(_("Give each category a name of its own."), field="categories"),
        one_assessment_for_each_title=partial(
            AlreadyTaken, _("This batch already has an assessment with this title."), field="title"
        ),
        published_assessment_keeps_its_scale=partial(MarksArePublished, title=title),
        mark_fits_the_assessment=partial(MarkTooHigh, title=title),
    )
