-- Documents are counted in each institution. Whoever issues them holds this lock already, so that no two numbers meet.
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('documents:' || NEW.institution_id, 0));
    SELECT coalesce(max(number), 0) + 1 INTO NEW.number
    FROM documents_issueddocument WHERE institution_id = NEW.institution_id;
    RETURN NEW;
END;
