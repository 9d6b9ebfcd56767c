-- Months ahead, months gone, and the views that people read.

-- Makes the monthly partitions of reservations and facts that are missing between two months. Runs with the owner's
-- rights because only an owner can attach a partition; it takes dates, never names.
CREATE FUNCTION make_partitions_v1(first_month date, months integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
DECLARE
    parent text;
    month date;
    partition text;
    made integer := 0;
BEGIN
    FOREACH parent IN ARRAY ARRAY['reservations', 'facts'] LOOP
        FOR month IN
            SELECT (date_trunc('month', first_month) + make_interval(months => n))::date
            FROM generate_series(0, months - 1) AS n
        LOOP
            partition := format('%s_%s', parent, to_char(month, 'YYYY_MM'));
            CONTINUE WHEN to_regclass(partition) IS NOT NULL;
            EXECUTE format(
                'CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (%L) TO (%L)',
                partition, parent, month, (month + interval '1 month')::date);
            made := made + 1;
        END LOOP;
    END LOOP;
    RETURN made;
END
$$;
REVOKE ALL ON FUNCTION make_partitions_v1(date, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION make_partitions_v1(date, integer) TO saveit_ledger;

-- The detector behind the alarm: pairs of stays on one table that overlap, read from reservations alone, so that it would
-- see what a lost constraint let through. Empty, always.
CREATE VIEW double_bookings WITH (security_invoker = true) AS
SELECT a.tenant_id, a.restaurant_id, t.table_id, a.reservation_id AS first_id, b.reservation_id AS second_id, a.service_on
FROM reservations a
CROSS JOIN LATERAL unnest(a.table_ids) AS t (table_id)
JOIN reservations b
    ON b.tenant_id = a.tenant_id
    AND b.restaurant_id = a.restaurant_id
    AND b.service_on BETWEEN a.service_on - 1 AND a.service_on + 1
    AND b.reservation_id > a.reservation_id
    AND t.table_id = ANY (b.table_ids)
    AND tstzrange(a.starts_at, a.ends_at) && tstzrange(b.starts_at, b.ends_at)
WHERE a.status IN ('pending', 'confirmed', 'checked_in')
    AND b.status IN ('pending', 'confirmed', 'checked_in');

CREATE VIEW daily_reservations WITH (security_invoker = true) AS
SELECT
    tenant_id,
    restaurant_id,
    service_on,
    source,
    count(*) AS reservations,
    sum(party_size) FILTER (WHERE status IN ('pending', 'confirmed', 'checked_in', 'completed')) AS covers,
    count(*) FILTER (WHERE status = 'cancelled') AS cancelled,
    count(*) FILTER (WHERE status = 'no_show') AS no_shows
FROM reservations
GROUP BY tenant_id, restaurant_id, service_on, source;

GRANT SELECT ON double_bookings, daily_reservations TO saveit_app, saveit_ledger;

-- The months around now, so that a fresh database serves at once; a timer keeps making those ahead.
SELECT make_partitions_v1((date_trunc('month', now()) - interval '1 month')::date, 14);
