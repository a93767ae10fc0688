PERFORM muster_keep_meetings_of(ARRAY[NEW.id]);
IF NEW.status = 'Cancelled' AND OLD.status <> 'Cancelled' THEN
    PERFORM muster_cancel_sessions(NEW.id);
END IF;
RETURN NULL;
