"""Refusals around assessments and their marks."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from muster.core.errors import Conflict


class CategoryInUse(Conflict):
    """A category is to go, and has assessments."""

    sentence = _("%(name)s has assessments. Move them to another category first.")
    default_code = "category_in_use"
    default_field = "categories"


class AssessmentHasMarks(Conflict):
    """An assessment is to go, and somebody has a mark in it."""

    sentence = _("%(title)s has marks. Clear them first, or give it the weight 0 so that it doesn't count.")
    default_code = "has_marks"


class MarksArePublished(Conflict):
    """What published marks rest on is to change."""

    sentence = _("Marks of %(title)s are published. Reopen them to change this.")
    default_code = "marks_published"


class MarkPublished(Conflict):
    """A mark that a student sees is to change."""

    sentence = _("The mark of %(name)s is published. Reopen it to correct it.")
    default_code = "mark_published"


class MarkTooHigh(Conflict):
    """A mark is higher than the assessment gives."""

    sentence = _("Some marks of %(title)s are higher than that. Change them first.")
    default_code = "mark_too_high"
    default_field = "maximum"


class NothingNewToPublish(Conflict):
    """Marks are to be published, and all that were entered are."""

    sentence = _("There are no marks of %(title)s to publish. Enter marks first.")
    default_code = "nothing_to_publish"


class NoMarksToReopen(Conflict):
    """Marks are to be opened again, and none is published."""

    sentence = _("No marks of %(title)s are published, so there is nothing to reopen.")
    default_code = "nothing_to_reopen"


class SubjectResultsPublished(Conflict):
    """Marks are to be written to results that are published."""

    sentence = _(
        "Results of %(subject)s are published, so these marks can't be added to them. Reopen the results first, or "
        "remove the subject from this assessment."
    )
    default_code = "results_published"
