-- What timers look for, what they may remove, and months ahead even when something lies in their way.

-- A reminder is told once for each start of a reservation and each number of hours; who inserts the row tells it.
CREATE TABLE reminders_sent (
    tenant_id uuid NOT NULL,
    reservation_id uuid NOT NULL,
    -- Moved to another time, a party is reminded of that one too.
    starts_at timestamptz NOT NULL,
    hours_before double precision NOT NULL,
    sent_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, reservation_id, starts_at, hours_before)
);
CREATE INDEX reminders_by_start ON reminders_sent (starts_at);
CALL saveit_isolate_v1('reminders_sent', across_tenants => true);
GRANT SELECT, INSERT ON reminders_sent TO saveit_app;
GRANT SELECT, INSERT, DELETE ON reminders_sent TO saveit_ledger;

CREATE INDEX reservations_unconfirmed ON reservations (confirm_by) WHERE status = 'pending';
CREATE INDEX reservations_seated ON reservations (ends_at) WHERE status = 'checked_in';
CREATE INDEX reservations_overbooked ON reservations (service_on, tenant_id, restaurant_id)
    WHERE overbooked AND status IN ('pending', 'confirmed');
CREATE INDEX holds_over ON holds (expires_at) WHERE released_at IS NOT NULL OR reservation_id IS NOT NULL;
GRANT DELETE ON holds TO saveit_ledger;

-- As make_partitions_v1, and when rows of a missing month have fallen into the default partition they are moved: with them
-- there the month could never be made. `made` partitions, `moved` rows, `strays` that lie in a default partition still.
CREATE FUNCTION make_partitions_v2(first_month date, months integer)
RETURNS TABLE (made integer, moved bigint, strays bigint)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    parent text;
    key text;
    month date;
    next_month date;
    partition text;
    here bigint;
BEGIN
    made := 0;
    moved := 0;
    strays := 0;
    -- Two callers at once: the second finds everything made.
    PERFORM pg_advisory_xact_lock(hashtextextended('make_partitions', 0));
    FOR parent, key IN VALUES ('reservations', 'service_on'), ('facts', 'recorded_at') LOOP
        FOR month IN
            SELECT (date_trunc('month', first_month) + make_interval(months => n))::date
            FROM generate_series(0, months - 1) AS n
        LOOP
            partition := format('%s_%s', parent, to_char(month, 'YYYY_MM'));
            next_month := (month + interval '1 month')::date;
            CONTINUE WHEN to_regclass(partition) IS NOT NULL;
            EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', partition, parent);
            EXECUTE format(
                'WITH taken AS (DELETE FROM %I WHERE %I >= %L AND %I < %L RETURNING *) INSERT INTO %I TABLE taken',
                parent || '_default', key, month, key, next_month, partition);
            GET DIAGNOSTICS here = ROW_COUNT;
            moved := moved + here;
            EXECUTE format(
                'ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', parent, partition, month, next_month);
            made := made + 1;
        END LOOP;
        EXECUTE format('SELECT count(*) FROM %I', parent || '_default') INTO here;
        strays := strays + here;
    END LOOP;
    RETURN NEXT;
END
$$;
REVOKE ALL ON FUNCTION make_partitions_v2(date, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION make_partitions_v2(date, integer) TO saveit_ledger;

-- The server gathers statistics of each month by itself but never of a partitioned table as a whole, which plans of queries
-- over many months rest on.
CREATE FUNCTION analyze_partitioned_v1() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
BEGIN
    ANALYZE reservations;
    ANALYZE facts;
END
$$;
REVOKE ALL ON FUNCTION analyze_partitioned_v1() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION analyze_partitioned_v1() TO saveit_ledger;
