-- seats_offered = open offers, always. The check on the batch refuses the offer of a seat that is not there.
DECLARE
    before integer := 0;
    after integer := 0;
BEGIN
    IF TG_OP <> 'INSERT' THEN before := (OLD.status = 'offered')::integer; END IF;
    IF TG_OP <> 'DELETE' THEN after := (NEW.status = 'offered')::integer; END IF;
    IF after <> before THEN
        UPDATE batches_batch SET seats_offered = seats_offered + after - before
        WHERE id = CASE WHEN TG_OP = 'DELETE' THEN OLD.batch_id ELSE NEW.batch_id END;
    END IF;
    RETURN NULL;
END;
