-- Who is assigned must hold the role now. The affiliations are locked in the order of people, so that nobody loses a
-- role or is deactivated between the question and the commit.
BEGIN
    PERFORM FROM institutions_affiliation
    WHERE institution_id = NEW.institution_id AND user_id IN (NEW.student_id, NEW.instructor_id)
    ORDER BY user_id FOR SHARE;
    PERFORM FROM institutions_membership
    WHERE institution_id = NEW.institution_id AND user_id IN (NEW.student_id, NEW.instructor_id)
    ORDER BY id FOR KEY SHARE;
    IF NOT muster_holds_role(NEW.institution_id, NEW.instructor_id, '{instructor}') THEN
        RAISE EXCEPTION 'Assigned instructor must have instructor role'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'assigned_instructor_holds_the_role';
    ELSIF NOT muster_holds_role(NEW.institution_id, NEW.student_id, '{student,corporate-student}') THEN
        RAISE EXCEPTION 'Only a student is assigned an instructor'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'assigned_student_holds_the_role';
    END IF;
    RETURN NEW;
END;
