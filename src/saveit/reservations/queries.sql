-- find_reservation :maybe ReservationRow
-- One reservation of the tenant. The partition is not known from the id, so each is asked, by its index.
SELECT
    reservation_id, tenant_id, restaurant_id, code, status, person_id, guest_sealed, service_on, service, starts_at,
    leaves_at, ends_at, party_size, table_ids, pinned, overbooked, source, policy, loads, revision, calendar_sequence,
    created_at, updated_at, hold_id, confirm_by, confirmed_at, checked_in_at, completed_at, cancelled_at, no_show_at,
    cancel_reason, fee_minor
FROM reservations
WHERE tenant_id = :tenant_id::uuid
    AND reservation_id = :reservation_id::uuid

-- lock_reservation :maybe ReservationRow
-- The same, kept from changing until the transaction ends.
SELECT
    reservation_id, tenant_id, restaurant_id, code, status, person_id, guest_sealed, service_on, service, starts_at,
    leaves_at, ends_at, party_size, table_ids, pinned, overbooked, source, policy, loads, revision, calendar_sequence,
    created_at, updated_at, hold_id, confirm_by, confirmed_at, checked_in_at, completed_at, cancelled_at, no_show_at,
    cancel_reason, fee_minor
FROM reservations
WHERE tenant_id = :tenant_id::uuid
    AND reservation_id = :reservation_id::uuid
FOR NO KEY UPDATE

-- list_of_day :many ReservationRow
-- A restaurant's reservations of one service day after a place in the list, in the order they start.
SELECT
    reservation_id, tenant_id, restaurant_id, code, status, person_id, guest_sealed, service_on, service, starts_at,
    leaves_at, ends_at, party_size, table_ids, pinned, overbooked, source, policy, loads, revision, calendar_sequence,
    created_at, updated_at, hold_id, confirm_by, confirmed_at, checked_in_at, completed_at, cancelled_at, no_show_at,
    cancel_reason, fee_minor
FROM reservations
WHERE tenant_id = :tenant_id::uuid
    AND restaurant_id = :restaurant_id::uuid
    AND service_on = :service_on::date
    AND (:statuses::text[] IS NULL OR status = ANY (:statuses::text[]))
    AND (starts_at, reservation_id) > (:after_at::timestamptz, :after_id::uuid)
ORDER BY starts_at, reservation_id
LIMIT :rows_max::integer

-- list_of_person :many ReservationRow
-- A guest's reservations before a place in the list, the latest first.
SELECT
    reservation_id, tenant_id, restaurant_id, code, status, person_id, guest_sealed, service_on, service, starts_at,
    leaves_at, ends_at, party_size, table_ids, pinned, overbooked, source, policy, loads, revision, calendar_sequence,
    created_at, updated_at, hold_id, confirm_by, confirmed_at, checked_in_at, completed_at, cancelled_at, no_show_at,
    cancel_reason, fee_minor
FROM reservations
WHERE tenant_id = :tenant_id::uuid
    AND person_id = :person_id::uuid
    AND (service_on, reservation_id) < (:before_on::date, :before_id::uuid)
ORDER BY service_on DESC, reservation_id DESC
LIMIT :rows_max::integer

-- waiting_for_a_table :many ReservationRow
-- Parties of a day that were admitted beyond the tables, the first come first.
SELECT
    reservation_id, tenant_id, restaurant_id, code, status, person_id, guest_sealed, service_on, service, starts_at,
    leaves_at, ends_at, party_size, table_ids, pinned, overbooked, source, policy, loads, revision, calendar_sequence,
    created_at, updated_at, hold_id, confirm_by, confirmed_at, checked_in_at, completed_at, cancelled_at, no_show_at,
    cancel_reason, fee_minor
FROM reservations
WHERE tenant_id = :tenant_id::uuid
    AND restaurant_id = :restaurant_id::uuid
    AND service_on = :service_on::date
    AND overbooked
    AND status IN ('pending', 'confirmed')
ORDER BY created_at, reservation_id
FOR NO KEY UPDATE

-- standing_from :many ReservationRow
-- A restaurant's reservations from a day on that still hold something, locked in id order.
SELECT
    reservation_id, tenant_id, restaurant_id, code, status, person_id, guest_sealed, service_on, service, starts_at,
    leaves_at, ends_at, party_size, table_ids, pinned, overbooked, source, policy, loads, revision, calendar_sequence,
    created_at, updated_at, hold_id, confirm_by, confirmed_at, checked_in_at, completed_at, cancelled_at, no_show_at,
    cancel_reason, fee_minor
FROM reservations
WHERE tenant_id = :tenant_id::uuid
    AND restaurant_id = :restaurant_id::uuid
    AND service_on >= :first_on::date
    AND status IN ('pending', 'confirmed', 'checked_in')
ORDER BY reservation_id
FOR NO KEY UPDATE

-- save_reservation :none
-- Writes all that an act may change. The day before the act finds the partition.
UPDATE reservations
SET service_on = :service_on::date,
    status = :status::text,
    guest_sealed = :guest_sealed::bytea,
    service = :service::text,
    starts_at = :starts_at::timestamptz,
    leaves_at = :leaves_at::timestamptz,
    ends_at = :ends_at::timestamptz,
    party_size = :party_size::smallint,
    table_ids = :table_ids::uuid[],
    pinned = :pinned::boolean,
    overbooked = :overbooked::boolean,
    policy = :policy::jsonb,
    loads = :loads::jsonb,
    revision = :revision::integer,
    calendar_sequence = :calendar_sequence::integer,
    updated_at = :updated_at::timestamptz,
    confirm_by = :confirm_by::timestamptz,
    confirmed_at = :confirmed_at::timestamptz,
    checked_in_at = :checked_in_at::timestamptz,
    completed_at = :completed_at::timestamptz,
    cancelled_at = :cancelled_at::timestamptz,
    no_show_at = :no_show_at::timestamptz,
    cancel_reason = :cancel_reason::text,
    fee_minor = :fee_minor::bigint
WHERE tenant_id = :tenant_id::uuid
    AND service_on = :was_on::date
    AND reservation_id = :reservation_id::uuid

-- save_loads :none
-- Writes what reservations are counted in after the rules have changed.
UPDATE reservations r
SET loads = n.loads
FROM unnest(:reservation_ids::uuid[], :service_days::date[], :loads::jsonb[]) AS n (reservation_id, service_on, loads)
WHERE r.tenant_id = :tenant_id::uuid
    AND r.service_on = n.service_on
    AND r.reservation_id = n.reservation_id

-- forget_counts_from :none
-- Empties the counters of a restaurant from a day on, to be counted anew under new rules.
DELETE FROM slot_load
WHERE tenant_id = :tenant_id::uuid
    AND restaurant_id = :restaurant_id::uuid
    AND service_on >= :first_on::date

-- count_anew :none
-- Counts what standing reservations and open holds say they are counted in.
INSERT INTO slot_load (tenant_id, restaurant_id, service_on, kind, counted_at, parties, covers, parties_max, covers_max)
SELECT c.tenant_id, c.restaurant_id, c.service_on, l.kind, l.counted_at, sum(l.parties), sum(l.covers),
    min(l.parties_max), min(l.covers_max)
FROM (
    SELECT r.tenant_id, r.restaurant_id, r.service_on, r.loads
    FROM reservations r
    WHERE r.tenant_id = :tenant_id::uuid
        AND r.restaurant_id = :restaurant_id::uuid
        AND r.service_on >= :first_on::date
        AND r.status IN ('pending', 'confirmed', 'checked_in', 'completed')
    UNION ALL
    SELECT h.tenant_id, h.restaurant_id, h.service_on, h.loads
    FROM holds h
    WHERE h.tenant_id = :tenant_id::uuid
        AND h.restaurant_id = :restaurant_id::uuid
        AND h.service_on >= :first_on::date
        AND h.released_at IS NULL
        AND h.reservation_id IS NULL
) c
CROSS JOIN LATERAL jsonb_to_recordset(c.loads) AS l (
    kind text, counted_at timestamptz, parties integer, covers integer, parties_max integer, covers_max integer)
GROUP BY 1, 2, 3, 4, 5

-- lock_restaurant :none
-- Waits until no booking of the restaurant is under way, and lets none begin before this transaction ends.
SELECT pg_advisory_xact_lock(restaurant_lock_v1(:restaurant_id::uuid))

-- share_restaurant :none
-- Keeps rules and floor as they are until this transaction ends, together with every booking under way.
SELECT pg_advisory_xact_lock_shared(restaurant_lock_v1(:restaurant_id::uuid))

-- share_restaurant_of_reservation :none
-- The same, for the restaurant of a reservation; taken before the reservation is locked, as a change of rules takes them.
SELECT pg_advisory_xact_lock_shared(restaurant_lock_v1(restaurant_id))
FROM reservations
WHERE tenant_id = :tenant_id::uuid
    AND reservation_id = :reservation_id::uuid

-- share_restaurant_of_hold :none
-- The same, for the restaurant of a hold.
SELECT pg_advisory_xact_lock_shared(restaurant_lock_v1(restaurant_id))
FROM holds
WHERE tenant_id = :tenant_id::uuid
    AND hold_id = :hold_id::uuid

-- versions :one VersionsRow
-- The versions of rules and floor now in force.
SELECT rules_version, floor_version
FROM restaurants
WHERE tenant_id = :tenant_id::uuid
    AND restaurant_id = :restaurant_id::uuid

-- lock_day :none
-- Lets the rarer acts of one service day follow each other instead of colliding. Traffic control; no promise rests on it.
SELECT pg_advisory_xact_lock(hashtextextended(:restaurant_id::uuid::text || :service_on::date::text, 9311))

-- keep_guest_stay :many KeptRow
-- Says that the guest is here at this time; nothing comes back when he is elsewhere at the same time.
INSERT INTO guest_stays (tenant_id, restaurant_id, person_id, reservation_id, starts_at, ends_at, overlap_allowed)
VALUES (
    :tenant_id::uuid, :restaurant_id::uuid, :person_id::uuid, :reservation_id::uuid, :starts_at::timestamptz,
    :ends_at::timestamptz, :overlap_allowed::boolean)
ON CONFLICT DO NOTHING
RETURNING reservation_id

-- find_guest_stay :maybe OverlapRow
-- Whether a reservation's guest may be elsewhere at the same time, as it was when it was booked.
SELECT overlap_allowed
FROM guest_stays
WHERE tenant_id = :tenant_id::uuid
    AND reservation_id = :reservation_id::uuid

-- end_guest_stay :none
-- The reservation is over for the guest.
DELETE FROM guest_stays
WHERE tenant_id = :tenant_id::uuid
    AND reservation_id = :reservation_id::uuid

-- count_no_show :none
-- One more no-show of this guest at this restaurant.
INSERT INTO guest_standings AS s (tenant_id, restaurant_id, person_id, no_shows)
VALUES (:tenant_id::uuid, :restaurant_id::uuid, :person_id::uuid, 1)
ON CONFLICT (tenant_id, restaurant_id, person_id) DO UPDATE
SET no_shows = s.no_shows + 1

-- block_guest :none
-- Takes no more bookings from this guest, until unblocked.
INSERT INTO guest_standings AS s (tenant_id, restaurant_id, person_id, blocked_at, blocked_reason)
VALUES (:tenant_id::uuid, :restaurant_id::uuid, :person_id::uuid, :blocked_at::timestamptz, :reason::text)
ON CONFLICT (tenant_id, restaurant_id, person_id) DO UPDATE
SET blocked_at = excluded.blocked_at,
    blocked_reason = excluded.blocked_reason

-- unblock_guest :none
-- Takes bookings from this guest again and forgets his no-shows.
UPDATE guest_standings
SET blocked_at = NULL,
    blocked_reason = NULL,
    no_shows = 0
WHERE tenant_id = :tenant_id::uuid
    AND restaurant_id = :restaurant_id::uuid
    AND person_id = :person_id::uuid

-- retable_occupancy :none
-- Says whether a reservation's tables may be given to others while it is not seated.
UPDATE table_occupancy
SET movable = :movable::boolean
WHERE tenant_id = :tenant_id::uuid
    AND holder_id = :holder_id::uuid

-- extend_occupancy :none
-- Lets a holder stay longer on the tables it has; the constraint refuses when the next party is in the way.
UPDATE table_occupancy
SET ends_at = :ends_at::timestamptz
WHERE tenant_id = :tenant_id::uuid
    AND holder_id = :holder_id::uuid

-- find_hold :maybe HoldRow
-- One hold of the tenant.
SELECT
    hold_id, restaurant_id, service_on, service, starts_at, leaves_at, ends_at, party_size, table_ids, loads, expires_at,
    renewed_at, released_at, reservation_id
FROM holds
WHERE tenant_id = :tenant_id::uuid
    AND hold_id = :hold_id::uuid

-- lock_hold :maybe HoldRow
-- The same, kept from changing until the transaction ends.
SELECT
    hold_id, restaurant_id, service_on, service, starts_at, leaves_at, ends_at, party_size, table_ids, loads, expires_at,
    renewed_at, released_at, reservation_id
FROM holds
WHERE tenant_id = :tenant_id::uuid
    AND hold_id = :hold_id::uuid
FOR NO KEY UPDATE

-- renew_hold :none
-- Keeps a held table a little longer.
UPDATE holds
SET expires_at = :expires_at::timestamptz,
    renewed_at = :renewed_at::timestamptz
WHERE tenant_id = :tenant_id::uuid
    AND hold_id = :hold_id::uuid

-- renew_occupancy :none
-- The same on the table itself.
UPDATE table_occupancy
SET expires_at = :expires_at::timestamptz
WHERE tenant_id = :tenant_id::uuid
    AND holder_id = :holder_id::uuid

-- release_hold :none
-- Gives a held table back.
UPDATE holds
SET released_at = :released_at::timestamptz
WHERE tenant_id = :tenant_id::uuid
    AND hold_id = :hold_id::uuid

-- move_hold :none
-- Keeps another table than before for the same hold.
UPDATE holds
SET table_ids = :table_ids::uuid[]
WHERE tenant_id = :tenant_id::uuid
    AND hold_id = :hold_id::uuid

-- find_block :many BlockedRow
-- What one block of staff's holds: a row a table, and a row a day where it is longer.
SELECT restaurant_id, table_id, starts_at, ends_at
FROM table_occupancy
WHERE tenant_id = :tenant_id::uuid
    AND holder_id = :block_id::uuid
    AND holder_kind = 'block'
