IF OLD.is_own THEN
    PERFORM muster_drop_meeting(OLD.meeting_id);
ELSE
    PERFORM muster_keep_meetings(ARRAY[OLD.meeting_id]);
END IF;
RETURN NULL;
