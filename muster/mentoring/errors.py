"""Refusals around mentoring sessions."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from muster.core.errors import Conflict


class NoMentor(Conflict):
    """The student has nobody to meet."""

    sentence = _("%(student)s has no mentor. Assign one first.")
    default_code = "no_mentor"
    default_field = "student_id"


class BusyThen(Conflict):
    """One of the two is somewhere else at that time."""

    sentence = _("%(who)s is busy on %(day)s: %(what)s, %(start)s to %(end)s. Choose another time.")
    default_code = "schedule_conflict"
    default_field = "starts_at"


class TakenMeanwhile(Conflict):
    """The mentor was booked at that moment."""

    sentence = _("Someone has just booked the mentor at this time. Choose another time.")
    default_code = "schedule_conflict"
    default_field = "starts_at"


class StudentTakenMeanwhile(Conflict):
    """The student has a class at that moment."""

    sentence = _("The student has another session at this time. Choose another time.")
    default_code = "schedule_conflict"
    default_field = "starts_at"


class OnHoliday(Conflict):
    """Nobody is there on that day."""

    sentence = _("%(day)s is a holiday (%(holiday)s). Choose another day.")
    default_code = "holiday"
    default_field = "starts_at"


class NotBegun(Conflict):
    """Something is to be written up that has not begun."""

    sentence = _("This session hasn't started yet. Write it up once it has.")
    default_code = "not_begun"
    default_field = "status"


class NoLongerPlanned(Conflict):
    """What is over or cancelled is neither moved nor cancelled."""

    sentence = _("This session was already held, missed or cancelled. Schedule a new one instead.")
    default_code = "not_planned"
    default_field = "status"


class PairEnded(Conflict):
    """The two are no longer assigned to each other."""

    sentence = _("This mentoring has ended, so its sessions can't be scheduled anymore.")
    default_code = "mentoring_ended"


class AlreadyAskedForMentor(Conflict):
    """One request waits."""

    sentence = _("You already requested another mentor. Wait for the answer, or withdraw that request first.")
    default_code = "already_asked"


class AlreadyAskedForTime(Conflict):
    """One request waits for each session."""

    sentence = _("You already requested another time for this session. Withdraw that request first.")
    default_code = "already_asked"


class TimeRequestDecided(Conflict):
    """Decided once, or overtaken by the session."""

    sentence = _("This request was already decided or withdrawn, or the session has been moved. Reload the page.")
    default_code = "already_decided"


class MentorRequestDecided(Conflict):
    """Decided once."""

    sentence = _("This request was already decided or withdrawn. Reload the page.")
    default_code = "already_decided"


class AlreadyAnswered(Conflict):
    """A question that has its answer stays as it was asked."""

    sentence = _("This question was already answered. Ask a new one instead.")
    default_code = "already_answered"
    default_field = "question"
