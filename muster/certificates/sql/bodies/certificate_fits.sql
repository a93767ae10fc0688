-- A certificate is a document of its kind for the student of the enrollment, and the only valid one; whoever left or
-- pauses gets none. The enrollment is locked, so that no other certificate of it, and no end, comes in between.
BEGIN
    PERFORM FROM enrollments_enrollment WHERE id = NEW.enrollment_id FOR NO KEY UPDATE;
    IF NOT EXISTS (
        SELECT FROM documents_issueddocument AS document
        JOIN enrollments_enrollment AS enrollment ON enrollment.student_id = document.holder_id
        WHERE document.id = NEW.document_id AND enrollment.id = NEW.enrollment_id AND document.kind = 'certificate'
    ) THEN
        RAISE EXCEPTION 'A certificate is a document of its kind for the student of the enrollment'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'certificate_is_of_its_student';
    END IF;
    IF EXISTS (SELECT FROM enrollments_enrollment WHERE id = NEW.enrollment_id AND status IN ('cancelled', 'on_hold')) THEN
        RAISE EXCEPTION 'Whoever left or pauses gets no certificate'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'certificate_is_of_who_takes_part';
    END IF;
    IF EXISTS (
        SELECT FROM certificates_certificate AS other
        JOIN documents_issueddocument AS document ON document.id = other.document_id
        WHERE other.enrollment_id = NEW.enrollment_id AND document.ended_at IS NULL
    ) THEN
        RAISE EXCEPTION 'An enrollment has one valid certificate'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'one_valid_certificate_of_an_enrollment';
    END IF;
    RETURN NEW;
END;
