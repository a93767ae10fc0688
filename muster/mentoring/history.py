"""What the use cases of mentoring are called in histories, and how looks at private notes read."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from muster.core.audit import HistoryEvent, HistoryLine, describe, name_use_cases
from muster.mentoring.models import NoteLook


def _look(event: HistoryEvent) -> Iterable[HistoryLine]:
    name = {"name": event.names.of(event.row["session_id"])}
    alone = gettext("read the private notes of a session with %(name)s") % name
    yield HistoryLine(gettext("Private notes read: %(name)s") % name, "look", alone=alone)


describe(NoteLook, _look)
name_use_cases(
    {
        "schedule_mentoring": _("scheduled a mentoring session"),
        "move_mentoring": _("moved a mentoring session"),
        "cancel_mentoring": _("cancelled a mentoring session"),
        "restore_mentoring": _("restored a mentoring session"),
        "write_up_mentoring": _("wrote up a mentoring session"),
        "log_call": _("logged a call"),
        "ask_for_another_time": _("requested another time"),
        "accept_time_request": _("accepted another time"),
        "decline_time_request": _("declined another time"),
        "withdraw_time_request": _("withdrew a request for another time"),
        "agree_goal": _("agreed a goal"),
        "change_goal": _("changed a goal"),
        "check_in": _("sent a check-in"),
        "change_check_in": _("changed a check-in"),
        "withdraw_check_in": _("withdrew a check-in"),
        "ask_question": _("asked a question"),
        "reword_question": _("changed a question"),
        "withdraw_question": _("withdrew a question"),
        "answer_question": _("answered a question"),
        "ask_for_another_mentor": _("requested another mentor"),
        "approve_mentor_request": _("approved a request for another mentor"),
        "reject_mentor_request": _("rejected a request for another mentor"),
        "withdraw_mentor_request": _("withdrew a request for another mentor"),
        "read_private_notes": _("read private notes"),
        "hand_over": _("handed over to the next mentor"),
    }
)
