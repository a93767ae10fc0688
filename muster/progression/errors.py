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


class WasChosen(Conflict):
    """An elective that students chose is to leave, or to become another subject or a core one."""

    sentence = _("%(subject)s was chosen by students of %(batch)s. Move them to other electives first.")
    default_code = "was_chosen"


class TooFewSeats(Conflict):
    """More students chose the elective than it is to have seats."""

    sentence = _("More students have chosen %(subject)s than that. Give it more seats, or move some of them.")
    default_code = "too_few_seats"
    default_field = "seats"


class TooManyChosen(Conflict):
    """A group is to ask for fewer subjects than somebody has chosen of it."""

    sentence = _("A student has chosen %(most)d of %(group)s. Let students choose that many, or withdraw some first.")
    default_code = "too_many_chosen"
    default_field = "choose"


class GroupNameTaken(Conflict):
    """The semester has a group of that name."""

    sentence = _("Semester %(semester)d already has electives called %(name)s. Choose another name.")
    default_code = "taken"
    default_field = "name"


class ElectiveFull(Conflict):
    """All seats are taken."""

    sentence = _("%(subject)s is full. %(others)s")
    default_code = "elective_full"
    default_field = "mapping_id"


class EnoughChosen(Conflict):
    """The student has as many of the group as it asks for."""

    sentence = _("All %(number)d of %(group)s are chosen. Withdraw one before choosing %(subject)s.")
    default_code = "enough_chosen"
    default_field = "mapping_id"


class HeldBackFrom(Conflict):
    """The student was held back in a semester before the elective's."""

    sentence = _("%(name)s was held back, so they can't choose electives of semester %(number)d yet.")
    default_code = "held_back"
    default_field = "mapping_id"


class ChoiceClosed(Conflict):
    """It is not the time for students to choose."""

    default_code = "choice_closed"
    default_field = "mapping_id"


class NotAnElective(Invalid):
    """The subject is no elective of the student's batch, or they no longer hold a seat there."""

    sentence = _("Choose one of the electives of a batch that the student is enrolled in.")
    default_code = "not_an_elective"
    default_field = "mapping_id"


class ChoiceHasScores(Conflict):
    """The student has scores in the elective."""

    sentence = _("%(name)s has scores in %(subject)s, so it stays theirs.")
    default_code = "has_scores"
    default_field = "mapping_id"


class NothingOnRecord(Conflict):
    """There is nothing published that a document could say."""

    sentence = _("No results of %(name)s are published yet. Publish them first.")
    default_code = "no_results"


class NoSemesters(Conflict):
    """A batch of a course, dated and without semesters, is to be rolled over."""

    sentence = _("%(batch)s isn't a batch year, so it has no semesters to move through.")
    default_code = "no_semesters"


class RolloverPending(Conflict):
    """A rollover is asked for while one waits."""

    sentence = _("A rollover of %(batch)s is already waiting for a decision. Approve or reject that one.")
    default_code = "rollover_pending"


class NoRolloverPending(Conflict):
    """A rollover is to be rejected, and none waits."""

    sentence = _("No rollover of %(batch)s is waiting for a decision.")
    default_code = "no_rollover_pending"


class RolloverDecided(Conflict):
    """A rollover is decided a second time."""

    sentence = _("Someone has already decided this rollover. Reload the page to see what they decided.")
    default_code = "rollover_decided"


class RolloverOutdated(Conflict):
    """The course got more or fewer semesters after the rollover was asked for."""

    sentence = _("The course's semesters changed since this rollover was requested. Reject it, and request another.")
    default_code = "rollover_outdated"


class AnotherSemester(Conflict):
    """A rollover is meant for a semester that the batch has left, or not reached."""

    sentence = _(
        "%(batch)s is in semester %(now)d, not %(named)d. Reload and check whether it was already rolled over."
    )
    default_code = "another_semester"
    default_field = "from_semester"


class RolledOverToday(Conflict):
    """A second rollover on one day, by somebody who doesn't say from which semester."""

    sentence = _("%(batch)s was rolled over to semester %(now)d today. To roll it over again, name that semester.")
    default_code = "rolled_over_today"
    default_field = "from_semester"


class AnotherPersonApproves(Conflict):
    """Under four eyes whoever asked is to approve."""

    sentence = _("Someone other than the person who requested this rollover has to approve it.")
    default_code = "four_eyes"


class HeldBackAtTheEnd(Conflict):
    """A batch is to be completed while students are held back."""

    sentence = _(
        "%(batch)s is completed after semester %(now)d, so no one can be held back in it. Transfer %(names)s to "
        "another batch first, or let them finish with the batch."
    )
    default_code = "held_back_at_the_end"
    default_field = "held_back"


class SemesterHasBegun(Conflict):
    """A rollover is to be taken back, and the new semester has data, or something followed."""

    sentence = _("This rollover can't be undone: %(reasons)s")
    default_code = "semester_has_begun"
