-- What reading facts forward needs besides a cursor: how often the next fact failed, where a parked one lies, and a way to
-- bring the log in order after it was restored into another server.

-- Failed attempts at the fact that follows the cursor; a fact that moves the cursor sets it back.
ALTER TABLE consumer_cursors ADD COLUMN attempts integer NOT NULL DEFAULT 0;

ALTER TABLE parked_facts ADD COLUMN txid xid8 NOT NULL DEFAULT '0';
CREATE INDEX parked_facts_open ON parked_facts (consumer) WHERE settled_at IS NULL;

-- Transaction numbers belong to a server. Facts restored into another one carry numbers that it has not reached: they would
-- not be read until it has, and new facts would sort before the cursors and be skipped. So the whole log is laid under one
-- small transaction number, in the order in which it was read before, and cursors and parked facts move along. Only to be
-- called while nobody writes: right after a restore, or before a process begins to serve. Returns how many facts moved.
CREATE FUNCTION renumber_facts_v1() RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
DECLARE
    reached CONSTANT xid8 := pg_snapshot_xmax(pg_current_snapshot());
    -- The first number that a server gives to anybody.
    first CONSTANT xid8 := '3';
    moved bigint := 0;
BEGIN
    -- Takes the tables alone until the end, and lets their owner see all rows.
    ALTER TABLE facts NO FORCE ROW LEVEL SECURITY;
    ALTER TABLE parked_facts NO FORCE ROW LEVEL SECURITY;
    IF EXISTS (SELECT FROM facts f WHERE f.txid >= reached)
        OR EXISTS (SELECT FROM consumer_cursors c WHERE c.txid > reached) THEN
        UPDATE consumer_cursors c
        SET position = (SELECT count(*) FROM facts f WHERE (f.txid, f.position) <= (c.txid, c.position)),
            txid = first;
        -- Negative on the way, so that no row meets another's former place.
        UPDATE parked_facts p
        SET position = -(SELECT count(*) FROM facts f WHERE (f.txid, f.position) <= (p.txid, p.position)),
            txid = first;
        UPDATE parked_facts p
        SET position = -p.position;
        UPDATE facts f
        SET position = n.place,
            txid = first
        FROM (
            SELECT o.txid, o.position, o.recorded_at, row_number() OVER (ORDER BY o.txid, o.position) AS place
            FROM facts o
        ) n
        WHERE f.txid = n.txid
            AND f.position = n.position
            AND f.recorded_at = n.recorded_at;
        GET DIAGNOSTICS moved = ROW_COUNT;
        PERFORM setval('facts_position', greatest((SELECT last_value FROM facts_position), moved, 1));
    END IF;
    ALTER TABLE facts FORCE ROW LEVEL SECURITY;
    ALTER TABLE parked_facts FORCE ROW LEVEL SECURITY;
    RETURN moved;
END
$$;
REVOKE ALL ON FUNCTION renumber_facts_v1() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION renumber_facts_v1() TO saveit_ledger;
