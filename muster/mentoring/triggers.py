"""What the database itself keeps around mentoring sessions."""

from __future__ import annotations

import pgtrigger

from muster.core.triggers import Trigger, refusing_trigger

# The mentor comes to every session of the pair, so that each books them as any other session does.
mentor_comes = Trigger(
    name="mentor_comes_to_the_meeting",
    when=pgtrigger.After,
    operation=pgtrigger.Insert,
    func="""
        INSERT INTO timetable_meetingperson
            (id, created_at, updated_at, institution_id, meeting_id, instructor_id, role, days, books)
        SELECT muster_new_id(), now(), now(), institution_id, NEW.meeting_id, instructor_id, 'lead',
            daterange(NULL, NULL), TRUE
        FROM allocation_individualassignment WHERE id = NEW.assignment_id;
        RETURN NULL;
    """,
)

session_is_of_a_current_pair = refusing_trigger(
    "mentoring_session_is_of_a_current_pair",
    operation=pgtrigger.Insert,
    # Held in share mode, so that nobody ends it meanwhile.
    first="PERFORM FROM allocation_individualassignment WHERE id = NEW.assignment_id FOR SHARE;",
    when="""
        NOT EXISTS (
            SELECT FROM allocation_individualassignment WHERE id = NEW.assignment_id AND ended_at IS NULL
        ) OR NOT EXISTS (
            SELECT FROM timetable_classsession WHERE id = NEW.session_id AND meeting_id = NEW.assignment_id
        )
    """,
    reason="A mentoring session is of a pair that is assigned to each other",
)


def of_a_current_pair(name: str) -> pgtrigger.Trigger:
    """What is added is of two who are assigned to each other."""
    return refusing_trigger(
        name,
        operation=pgtrigger.Insert,
        first="PERFORM FROM allocation_individualassignment WHERE id = NEW.assignment_id FOR SHARE;",
        when="""
            NOT EXISTS (
                SELECT FROM allocation_individualassignment WHERE id = NEW.assignment_id AND ended_at IS NULL
            )
        """,
        reason="This is of a pair that is assigned to each other",
    )


student_is_not_in_a_class = refusing_trigger(
    "mentored_student_is_in_one_place_at_a_time",
    operation=pgtrigger.Insert,
    when="muster_student_is_elsewhere(NEW.session_id)",
    reason="The student of a mentoring session has a class then",
)

session_stays_with_its_pair = refusing_trigger(
    "mentoring_session_stays_with_its_pair",
    operation=pgtrigger.Update,
    when="(OLD.session_id, OLD.assignment_id) IS DISTINCT FROM (NEW.session_id, NEW.assignment_id)",
    reason="A mentoring session stays with its pair",
)

written_up_once_it_began = refusing_trigger(
    "mentoring_session_is_written_up_once_it_began",
    operation=pgtrigger.Insert | pgtrigger.UpdateOf("outcome"),
    when="""
        NEW.outcome <> '' AND EXISTS (
            SELECT FROM timetable_classsession AS session
            JOIN timetable_meeting AS meeting ON meeting.id = session.meeting_id
            WHERE session.id = NEW.session_id
            AND muster_beginning(session.date, session.start_time, meeting.time_zone) > clock_timestamp()
        )
    """,
    reason="A mentoring session is not held before it begins",
)

mentor_request_is_decided_once = refusing_trigger(
    "mentor_request_is_decided_once",
    operation=pgtrigger.Update,
    when="""OLD.status <> 'pending'
        OR (OLD.institution_id, OLD.assignment_id, OLD.reason)
        IS DISTINCT FROM (NEW.institution_id, NEW.assignment_id, NEW.reason)""",
    reason="A request for another mentor stays as it was asked, and is decided once",
)

time_request_is_decided_once = refusing_trigger(
    "time_request_is_decided_once",
    operation=pgtrigger.Update,
    when="""OLD.status <> 'pending'
        OR (OLD.institution_id, OLD.session_id, OLD.date, OLD.start_time, OLD.note)
        IS DISTINCT FROM (NEW.institution_id, NEW.session_id, NEW.date, NEW.start_time, NEW.note)""",
    reason="A request for another time stays as it was asked, and is decided once",
)

looks_are_only_added_to = refusing_trigger(
    "looks_at_notes_are_only_added_to",
    operation=pgtrigger.Update | pgtrigger.Delete,
    when="TRUE",
    reason="Who looked at private notes is only added to",
)
