"""What students and their mentors do: sessions, goals, check-ins, questions, and from one mentor to the next."""

from muster.mentoring.rules.changing import (
    approve_mentor_request,
    ask_for_another_mentor,
    ask_for_handovers,
    hand_over,
    reject_mentor_request,
    withdraw_mentor_request,
)
from muster.mentoring.rules.check_ins import MOST_COMMENT, change_check_in, check_in, withdraw_check_in
from muster.mentoring.rules.goals import MOST_GOAL, agree_goal, change_goal
from muster.mentoring.rules.pairs import MOST_NOTES, MOST_REASON
from muster.mentoring.rules.questions import answer_question, ask_question, reword_question, withdraw_question
from muster.mentoring.rules.sessions import (
    LENGTHS,
    cancel_sessions,
    change_session,
    move_session,
    read_private_notes,
    remind_of_sessions,
    restore_session,
    restore_sessions,
    schedule_sessions,
    tell_of_holidays,
    write_up_session,
)
from muster.mentoring.rules.times import (
    CALL_MINUTES,
    accept_time_request,
    ask_for_another_time,
    decline_time_request,
    log_call,
    withdraw_time_request,
)

__all__ = [
    "CALL_MINUTES",
    "LENGTHS",
    "MOST_COMMENT",
    "MOST_GOAL",
    "MOST_NOTES",
    "MOST_REASON",
    "accept_time_request",
    "agree_goal",
    "answer_question",
    "approve_mentor_request",
    "ask_for_another_mentor",
    "ask_for_another_time",
    "ask_for_handovers",
    "ask_question",
    "cancel_sessions",
    "change_check_in",
    "change_goal",
    "change_session",
    "check_in",
    "decline_time_request",
    "hand_over",
    "log_call",
    "move_session",
    "read_private_notes",
    "reject_mentor_request",
    "remind_of_sessions",
    "restore_session",
    "restore_sessions",
    "reword_question",
    "schedule_sessions",
    "tell_of_holidays",
    "withdraw_check_in",
    "withdraw_mentor_request",
    "withdraw_question",
    "withdraw_time_request",
    "write_up_session",
]
