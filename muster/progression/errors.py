"""Refusals around semesters, subjects and results."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from muster.core.errors import Conflict, Invalid


class NoCourse(Conflict):
    """A batch without a course is to be taught subjects."""

    sentence = _("%(batch)s has no course, so there are no subjects to choose from. Give it a course first.")
    default_code = "no_course"


class NotOfTheCourse(Invalid):
    """The subject is of another course than the batch."""

    sentence = _("%(subject)s isn't a subject of this batch's course. Choose one of %(course)s.")
    default_code = "other_course"
    default_field = "subject_id"


class MappedAlready(Conflict):
    """The batch has the subject."""

    sentence = _("%(batch)s already has %(subject)s. Edit it there, or choose another subject.")
    default_code = "already_mapped"
    default_field = "subject_id"


class NoSuchSemester(Invalid):
    """The course does not last that long."""

    sentence = _("Choose a semester from 1 to %(last)d: that's how many the course has.")
    default_code = "no_such_semester"
    default_field = "semester"


class NothingToCopyFrom(Invalid):
    """The batch to copy from is the same, or of another course."""

    sentence = _("Choose another batch of the same course to copy from.")
    default_code = "other_course"
    default_field = "from_batch"


class HasScores(Conflict):
    """A subject whose students have scores is to leave the batch, or to be another one."""

    sentence = _("%(subject)s has scores in %(batch)s, so its semester and subject stay as they are.")
    default_code = "has_scores"


class ResultPublished(Conflict):
    """A score behind a published result is to change."""

    sentence = _("%(name)s's result is published. Reopen it with a reason to change its scores.")
    default_code = "published"


class NothingToPublish(Conflict):
    """Nobody has a result that is not published."""

    sentence = _("No result of %(subject)s is ready to publish. Enter the missing scores first.")
    default_code = "nothing_to_publish"
    default_field = "subject_id"


class NothingToReopen(Conflict):
    """None of those named has a published result."""

    sentence = _("No published result of %(subject)s to reopen.")
    default_code = "nothing_to_reopen"
    default_field = "subject_id"
