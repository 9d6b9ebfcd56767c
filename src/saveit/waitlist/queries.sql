-- insert_entry :none
-- Writes down a party that waits. Whatever is free is now for it before it is for those who come later.
WITH due AS (
    INSERT INTO promotions_due (tenant_id, restaurant_id, service_on)
    VALUES (:tenant_id::uuid, :restaurant_id::uuid, :service_on::date)
)
INSERT INTO waitlist_entries (
    tenant_id, entry_id, restaurant_id, service_on, party_size, earliest_at, latest_at, guest_sealed, guest_index, language,
    status, source, created_at, updated_at)
VALUES (
    :tenant_id::uuid, :entry_id::uuid, :restaurant_id::uuid, :service_on::date, :party_size::smallint,
    :earliest_at::timestamptz, :latest_at::timestamptz, :guest_sealed::bytea, :guest_index::bytea, :language::text,
    'waiting', :source::text, :created_at::timestamptz, :created_at::timestamptz)

-- entry_columns :part
-- All that an EntryRow is made of.
entry_id, tenant_id, restaurant_id, service_on, party_size, earliest_at, latest_at, guest_sealed, status, hold_id,
offered_until, reservation_id, source, created_at, updated_at, offered_starts_at

-- find_entry :maybe EntryRow
-- One entry of the tenant.
SELECT {{entry_columns}}
FROM waitlist_entries
WHERE tenant_id = :tenant_id::uuid
    AND entry_id = :entry_id::uuid

-- lock_entry :maybe EntryRow
-- The same, kept from changing until the transaction ends.
SELECT {{entry_columns}}
FROM waitlist_entries
WHERE tenant_id = :tenant_id::uuid
    AND entry_id = :entry_id::uuid
FOR NO KEY UPDATE

-- claim_entry :maybe EntryRow
-- The same, unless somebody else is at it: its guest accepts or leaves, or another worker offers it a table.
SELECT {{entry_columns}}
FROM waitlist_entries
WHERE tenant_id = :tenant_id::uuid
    AND entry_id = :entry_id::uuid
FOR NO KEY UPDATE SKIP LOCKED

-- list_queue :many EntryRow
-- Who waits on a day, or has an offer, the first come first.
SELECT {{entry_columns}}
FROM waitlist_entries
WHERE tenant_id = :tenant_id::uuid
    AND restaurant_id = :restaurant_id::uuid
    AND service_on = :service_on::date
    AND status IN ('waiting', 'offered')
ORDER BY created_at, entry_id
LIMIT :rows_max::integer

-- count_queue :one CountRow
-- How many wait on a day or have an offer.
SELECT count(*) AS counted
FROM waitlist_entries
WHERE tenant_id = :tenant_id::uuid
    AND restaurant_id = :restaurant_id::uuid
    AND service_on = :service_on::date
    AND status IN ('waiting', 'offered')

-- save_entry :none
-- Writes what has become of an entry.
UPDATE waitlist_entries
SET status = :status::text,
    hold_id = :hold_id::uuid,
    offered_until = :offered_until::timestamptz,
    offered_starts_at = :offered_starts_at::timestamptz,
    reservation_id = :reservation_id::uuid,
    updated_at = :updated_at::timestamptz
WHERE tenant_id = :tenant_id::uuid
    AND entry_id = :entry_id::uuid

-- lock_queue :none
-- Lets promotions of one service day follow each other, so that the first who fits is served first.
SELECT pg_advisory_xact_lock(hashtextextended(:restaurant_id::uuid::text || :service_on::date::text, 9312))

-- find_kept_hold :maybe KeptHoldRow
-- The table kept for an entry that does not know of it, because a process died in between.
SELECT hold_id
FROM holds
WHERE tenant_id = :tenant_id::uuid
    AND holder = :holder::text
    AND source = 'waitlist'
    AND released_at IS NULL
    AND reservation_id IS NULL
    AND expires_at > :now::timestamptz
ORDER BY expires_at
LIMIT 1

-- list_kept :many KeptRow
-- For whom tables are kept on a day, and until when.
SELECT holder, expires_at
FROM holds
WHERE tenant_id = :tenant_id::uuid
    AND restaurant_id = :restaurant_id::uuid
    AND service_on = :service_on::date
    AND source = 'waitlist'
    AND released_at IS NULL
    AND reservation_id IS NULL
    AND expires_at > :now::timestamptz

-- waiting_days :many WaitingDay
-- The service days of all tenants on which somebody waits, those soonest first.
SELECT DISTINCT tenant_id, restaurant_id, service_on
FROM waitlist_entries
WHERE status IN ('waiting', 'offered')
    AND service_on >= :first_on::date
    AND (:restaurant_id::uuid IS NULL OR restaurant_id = :restaurant_id::uuid)
ORDER BY service_on, tenant_id, restaurant_id
LIMIT :rows_max::integer

-- forget_entries :none
-- Removes entries of service days long gone by, with what they say of their guests.
DELETE FROM waitlist_entries w
USING (
    SELECT o.tenant_id, o.entry_id
    FROM waitlist_entries o
    WHERE o.service_on < :before_on::date
    ORDER BY o.service_on
    LIMIT :rows_max::integer
    FOR UPDATE SKIP LOCKED
) g
WHERE w.tenant_id = g.tenant_id
    AND w.entry_id = g.entry_id
