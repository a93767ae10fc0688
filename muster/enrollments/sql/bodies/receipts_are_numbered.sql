-- Receipts are counted in each institution, without a gap while nothing is deleted. A number stays with its payment. The
-- lock of the count is the last that a transaction takes.
BEGIN
    IF TG_OP = 'UPDATE' THEN
        NEW.receipt_number := OLD.receipt_number;
        NEW.completed_at := OLD.completed_at;
        NEW.refunded_at := OLD.refunded_at;
    END IF;
    IF NEW.status IN ('completed', 'refunded') AND (TG_OP = 'INSERT' OR NEW.receipt_number IS NULL) THEN
        PERFORM pg_advisory_xact_lock(hashtextextended('receipts of ' || NEW.institution_id, 0));
        SELECT coalesce(max(receipt_number), 0) + 1 INTO NEW.receipt_number
        FROM enrollments_payment WHERE institution_id = NEW.institution_id;
        NEW.completed_at := NEW.updated_at;
    END IF;
    IF NEW.status = 'refunded' AND NEW.refunded_at IS NULL THEN
        NEW.refunded_at := NEW.updated_at;
    END IF;
    RETURN NEW;
END;
