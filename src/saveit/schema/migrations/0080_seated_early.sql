-- A party that sits down before its start has its tables from then on; the start that it booked stays what it was.
ALTER TABLE reservations ADD COLUMN seated_from timestamptz
    CONSTRAINT seated_from_is_early CHECK (seated_from < starts_at);
COMMENT ON COLUMN reservations.seated_from IS 'Since when a party that was seated before its start has its tables; absent, from its start.';

CREATE OR REPLACE VIEW double_bookings WITH (security_invoker = true) AS
SELECT a.tenant_id, a.restaurant_id, t.table_id, a.reservation_id AS first_id, b.reservation_id AS second_id, a.service_on
FROM reservations a
CROSS JOIN LATERAL unnest(a.table_ids) AS t (table_id)
JOIN reservations b
    ON b.tenant_id = a.tenant_id
    AND b.restaurant_id = a.restaurant_id
    AND b.service_on BETWEEN a.service_on - 1 AND a.service_on + 1
    AND b.reservation_id > a.reservation_id
    AND t.table_id = ANY (b.table_ids)
    AND tstzrange(coalesce(a.seated_from, a.starts_at), a.ends_at) && tstzrange(coalesce(b.seated_from, b.starts_at), b.ends_at)
WHERE a.status IN ('pending', 'confirmed', 'checked_in')
    AND b.status IN ('pending', 'confirmed', 'checked_in');
