-- open_holds_of_day :many OpenHoldRow
-- What is kept on a service day for somebody who makes up his mind, and by whom.
SELECT hold_id, table_ids, starts_at, ends_at, expires_at, party_size, holder
FROM holds
WHERE tenant_id = :tenant_id::uuid
    AND restaurant_id = :restaurant_id::uuid
    AND service_on = :service_on::date
    AND released_at IS NULL
    AND reservation_id IS NULL
    AND expires_at > :now::timestamptz
ORDER BY starts_at, hold_id

-- note_block :none
-- Keeps why tables are out of service.
INSERT INTO block_notes (tenant_id, block_id, restaurant_id, reason, noted_by, noted_at)
VALUES (
    :tenant_id::uuid, :block_id::uuid, :restaurant_id::uuid, :reason::text, :noted_by::text, :now::timestamptz)

-- forget_block_note :none
-- Forgets why tables were out of service.
DELETE FROM block_notes
WHERE tenant_id = :tenant_id::uuid
    AND block_id = :block_id::uuid

-- block_notes_of :many BlockNoteRow
-- Why tables are out of service.
SELECT block_id, reason
FROM block_notes
WHERE tenant_id = :tenant_id::uuid
    AND block_id = ANY (:block_ids::uuid[])

-- guest_figures :many GuestFiguresRow
-- How often guests came to a restaurant, did not come, and cancelled.
SELECT
    person_id,
    count(*) FILTER (WHERE status IN ('checked_in', 'completed')) AS visits,
    count(*) FILTER (WHERE status = 'no_show') AS no_shows,
    count(*) FILTER (WHERE status = 'cancelled') AS cancellations,
    max(service_on) FILTER (WHERE status IN ('checked_in', 'completed')) AS last_visit_on
FROM reservations
WHERE tenant_id = :tenant_id::uuid
    AND restaurant_id = :restaurant_id::uuid
    AND person_id = ANY (:person_ids::uuid[])
GROUP BY person_id

-- covers_of_days :many DayCoversRow
-- How many came on some service days, and how many of them walked in.
SELECT
    service_on,
    coalesce(sum(party_size), 0)::bigint AS covers,
    coalesce(sum(party_size) FILTER (WHERE source = 'walk_in'), 0)::bigint AS walk_in_covers
FROM reservations
WHERE tenant_id = :tenant_id::uuid
    AND restaurant_id = :restaurant_id::uuid
    AND service_on = ANY (:days::date[])
    AND status IN ('checked_in', 'completed')
GROUP BY service_on

-- guests_of :many GuestOfRow
-- Who booked some reservations, over all tenants.
SELECT r.tenant_id, r.restaurant_id, r.reservation_id, r.person_id, r.guest_sealed
FROM unnest(:tenant_ids::uuid[], :days::date[], :reservation_ids::uuid[]) AS f (tenant_id, service_on, reservation_id)
JOIN reservations r
    ON r.tenant_id = f.tenant_id
    AND r.service_on = f.service_on
    AND r.reservation_id = f.reservation_id
WHERE r.person_id IS NOT NULL
