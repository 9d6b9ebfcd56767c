-- What a host sets right: a status that was set by mistake goes back, and a party that said it comes late is waited for.

ALTER TABLE reservations ADD COLUMN expected_at timestamptz;
COMMENT ON COLUMN reservations.expected_at IS 'When a party that is late said it comes; absent, at its start.';

-- Beside the arrows forward, those that undo one. Which may be followed, how long and on what conditions, the acts say.
CREATE FUNCTION reservation_status_moves_legally_v2() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
    IF NEW.status = OLD.status OR (OLD.status, NEW.status) IN (
        ('pending', 'confirmed'), ('pending', 'cancelled'),
        ('confirmed', 'checked_in'), ('confirmed', 'cancelled'), ('confirmed', 'no_show'),
        ('checked_in', 'completed'),
        ('checked_in', 'confirmed'), ('completed', 'checked_in'),
        ('cancelled', 'pending'), ('cancelled', 'confirmed'),
        ('no_show', 'confirmed'), ('no_show', 'completed')
    ) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a reservation does not go from % to %', OLD.status, NEW.status
        USING ERRCODE = 'check_violation', CONSTRAINT = 'status_moves_legally', TABLE = 'reservations';
END
$$;
DROP TRIGGER status_moves_legally ON reservations;
CREATE TRIGGER status_moves_legally BEFORE UPDATE OF status ON reservations
    FOR EACH ROW EXECUTE FUNCTION reservation_status_moves_legally_v2();
