"""What the database itself refuses around individual assignments."""

from __future__ import annotations

import pgtrigger

from muster.core.triggers import refusal, refusing

# Who is assigned must hold the role now. The affiliations are locked in the order of people, so that nobody loses a
# role or is deactivated between the question and the commit.
roles_are_held = pgtrigger.Trigger(
    name="assigned_people_hold_their_roles",
    when=pgtrigger.Before,
    operation=pgtrigger.Insert | pgtrigger.UpdateOf("ended_at"),
    condition=pgtrigger.Condition("NEW.ended_at IS NULL"),
    func=f"""
        PERFORM FROM institutions_affiliation
        WHERE institution_id = NEW.institution_id AND user_id IN (NEW.student_id, NEW.instructor_id)
        ORDER BY user_id FOR SHARE;
        PERFORM FROM institutions_membership
        WHERE institution_id = NEW.institution_id AND user_id IN (NEW.student_id, NEW.instructor_id)
        ORDER BY id FOR KEY SHARE;
        IF NOT muster_holds_role(NEW.institution_id, NEW.instructor_id, '{{instructor}}') THEN
            {refusal("assigned_instructor_holds_the_role", "Assigned instructor must have instructor role")}
        ELSIF NOT muster_holds_role(NEW.institution_id, NEW.student_id, '{{student,corporate-student}}') THEN
            {refusal("assigned_student_holds_the_role", "Only a student is assigned an instructor")}
        END IF;
        RETURN NEW;
    """,
)

past_stays = refusing(
    "assignment_is_ended_and_never_rewritten",
    operation=pgtrigger.Update | pgtrigger.Delete,
    when="""
        TG_OP = 'DELETE' OR OLD.ended_at IS NOT NULL
        OR (NEW.institution_id, NEW.student_id, NEW.instructor_id, NEW.assignment_type, NEW.assigned_at)
            IS DISTINCT FROM
            (OLD.institution_id, OLD.student_id, OLD.instructor_id, OLD.assignment_type, OLD.assigned_at)
    """,
    reason="An individual assignment is ended, and never rewritten or deleted",
)
