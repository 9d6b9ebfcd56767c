-- reservation_columns :part
-- All that a ReservationRow is made of.
reservation_id, tenant_id, restaurant_id, code, status, person_id, guest_sealed, service_on, service, starts_at,
leaves_at, ends_at, party_size, table_ids, pinned, overbooked, source, policy, loads, revision, calendar_sequence,
created_at, updated_at, hold_id, confirm_by, confirmed_at, checked_in_at, completed_at, cancelled_at, no_show_at,
cancel_reason, fee_minor, expected_at, seated_from

-- find_reservation :maybe ReservationRow
-- One reservation of the tenant. The partition is not known from the id, so each is asked, by its index.
SELECT {{reservation_columns}}
FROM reservations
WHERE tenant_id = :tenant_id::uuid
    AND reservation_id = :reservation_id::uuid

-- lock_reservation :maybe ReservationRow
-- The same, kept from changing until the transaction ends.
SELECT {{reservation_columns}}
FROM reservations
WHERE tenant_id = :tenant_id::uuid
    AND reservation_id = :reservation_id::uuid
FOR NO KEY UPDATE

-- list_of_day :many ReservationRow
-- A restaurant's reservations of one service day after a place in the list, in the order they start.
SELECT {{reservation_columns}}
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
SELECT {{reservation_columns}}
FROM reservations
WHERE tenant_id = :tenant_id::uuid
    AND person_id = :person_id::uuid
    AND (service_on, reservation_id) < (:before_on::date, :before_id::uuid)
ORDER BY service_on DESC, reservation_id DESC
LIMIT :rows_max::integer

-- list_of_code :many ReservationRow
-- The reservations of a code from a day on: one, unless two restaurants drew the same.
SELECT
    reservation_id, tenant_id, restaurant_id, code, status, person_id, guest_sealed, service_on, service, starts_at,
    leaves_at, ends_at, party_size, table_ids, pinned, overbooked, source, policy, loads, revision, calendar_sequence,
    created_at, updated_at, hold_id, confirm_by, confirmed_at, checked_in_at, completed_at, cancelled_at, no_show_at,
    cancel_reason, fee_minor, expected_at, seated_from
FROM reservations
WHERE tenant_id = :tenant_id::uuid
    AND code = :code::text
    AND service_on >= :from_on::date
ORDER BY service_on, reservation_id
LIMIT 5

-- waiting_for_a_table :many ReservationRow
-- Parties of a day that were admitted beyond the tables, the first come first.
SELECT {{reservation_columns}}
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
SELECT {{reservation_columns}}
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
    fee_minor = :fee_minor::bigint,
    expected_at = :expected_at::timestamptz,
    seated_from = :seated_from::timestamptz
WHERE tenant_id = :tenant_id::uuid
    AND service_on = :was_on::date
    AND reservation_id = :reservation_id::uuid

-- hold_columns :part
-- All that a HoldRow is made of.
hold_id, restaurant_id, service_on, service, starts_at, leaves_at, ends_at, party_size, table_ids, loads, expires_at,
renewed_at, released_at, reservation_id

-- open_holds_from :many HoldRow
-- A restaurant's holds from a day on that still hold something, locked in id order.
SELECT {{hold_columns}}
FROM holds
WHERE tenant_id = :tenant_id::uuid
    AND restaurant_id = :restaurant_id::uuid
    AND service_on >= :first_on::date
    AND released_at IS NULL
    AND reservation_id IS NULL
ORDER BY hold_id
FOR NO KEY UPDATE

-- holds_beyond_over :many HoldIdRow
-- Holds of places beyond the tables of a day whose time is over; no table shows them.
SELECT hold_id
FROM holds
WHERE tenant_id = :tenant_id::uuid
    AND restaurant_id = :restaurant_id::uuid
    AND service_on = :service_on::date
    AND table_ids = '{}'
    AND released_at IS NULL
    AND reservation_id IS NULL
    AND expires_at <= :now::timestamptz
ORDER BY hold_id

-- save_hold_loads :none
-- Writes what holds are counted in after the rules have changed.
UPDATE holds h
SET loads = n.loads
FROM unnest(:hold_ids::uuid[], :loads::jsonb[]) AS n (hold_id, loads)
WHERE h.tenant_id = :tenant_id::uuid
    AND h.hold_id = n.hold_id

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

-- forgive_no_show :none
-- One no-show less of this guest at this restaurant; none when they were forgotten meanwhile.
UPDATE guest_standings
SET no_shows = no_shows - 1
WHERE tenant_id = :tenant_id::uuid
    AND restaurant_id = :restaurant_id::uuid
    AND person_id = :person_id::uuid
    AND no_shows > 0

-- block_guest :none
-- Takes no more bookings from this guest, until unblocked.
INSERT INTO guest_standings AS s (tenant_id, restaurant_id, person_id, blocked_at, blocked_reason)
VALUES (:tenant_id::uuid, :restaurant_id::uuid, :person_id::uuid, :blocked_at::timestamptz, :reason::text)
ON CONFLICT (tenant_id, restaurant_id, person_id) DO UPDATE
SET blocked_at = excluded.blocked_at,
    blocked_reason = excluded.blocked_reason

-- lock_standing :one StandingRow
-- How a guest stands with a restaurant, kept from changing: whoever acts for him meanwhile waits.
INSERT INTO guest_standings AS s (tenant_id, restaurant_id, person_id)
VALUES (:tenant_id::uuid, :restaurant_id::uuid, :person_id::uuid)
ON CONFLICT (tenant_id, restaurant_id, person_id) DO UPDATE SET no_shows = s.no_shows
RETURNING blocked_at IS NOT NULL AS is_blocked, no_shows

-- count_stays_to_come :one StaysRow
-- How many reservations of a guest are not over.
SELECT count(*) AS stays
FROM guest_stays
WHERE tenant_id = :tenant_id::uuid
    AND restaurant_id = :restaurant_id::uuid
    AND person_id = :person_id::uuid
    AND ends_at > :now::timestamptz

-- unblock_guest :none
-- Takes bookings from this guest again and forgets his no-shows.
UPDATE guest_standings
SET blocked_at = NULL,
    blocked_reason = NULL,
    no_shows = 0
WHERE tenant_id = :tenant_id::uuid
    AND restaurant_id = :restaurant_id::uuid
    AND person_id = :person_id::uuid

-- find_hold :maybe HoldRow
-- One hold of the tenant.
SELECT {{hold_columns}}
FROM holds
WHERE tenant_id = :tenant_id::uuid
    AND hold_id = :hold_id::uuid

-- lock_hold :maybe HoldRow
-- The same, kept from changing until the transaction ends.
SELECT {{hold_columns}}
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

-- count_open_holds :one OpenHoldsRow
-- How many tables of a restaurant a caller keeps.
SELECT count(*) AS counted
FROM holds
WHERE tenant_id = :tenant_id::uuid
    AND restaurant_id = :restaurant_id::uuid
    AND holder = :holder::text
    AND released_at IS NULL
    AND reservation_id IS NULL
    AND expires_at > :now::timestamptz

-- lock_caller :none
-- Lets the holds of one caller in a restaurant be counted one after the other.
SELECT pg_advisory_xact_lock(hashtextextended(:restaurant_id::uuid::text || :holder::text, 9313))

-- holds_due :many DueRow
-- Holds whose time is over and that nobody ended, of all tenants, the longest over first.
SELECT tenant_id, hold_id AS id
FROM holds
WHERE released_at IS NULL
    AND reservation_id IS NULL
    AND expires_at <= :now::timestamptz
ORDER BY expires_at
LIMIT :rows_max::integer

-- no_shows_due :many DueRow
-- Parties whose time to come is over by the terms of their booking; one that was given no table is not blamed.
SELECT tenant_id, reservation_id AS id
FROM reservations
WHERE status = 'confirmed'
    AND NOT overbooked
    AND service_on BETWEEN :now::timestamptz::date - 60 AND :now::timestamptz::date + 1
    AND starts_at <= :now::timestamptz
    AND coalesce(expected_at, starts_at) + make_interval(mins => (policy ->> 'no_show_after_minutes')::integer)
        <= :now::timestamptz
ORDER BY starts_at
LIMIT :rows_max::integer

-- unconfirmed_due :many DueRow
-- Bookings that nobody confirmed in time.
SELECT tenant_id, reservation_id AS id
FROM reservations
WHERE status = 'pending'
    AND confirm_by <= :now::timestamptz
ORDER BY confirm_by
LIMIT :rows_max::integer

-- forgotten_due :many DueRow
-- Parties that left long ago without anybody having noted it.
SELECT tenant_id, reservation_id AS id
FROM reservations
WHERE status = 'checked_in'
    AND ends_at <= :ended_before::timestamptz
ORDER BY ends_at
LIMIT :rows_max::integer

-- reminders_due :many ReminderRow
-- Reminders whose hour has come within the last half day and that were not told; not to who booked after that hour.
WITH wanted AS (
    SELECT o.tenant_id, o.restaurant_id, h.hours::double precision AS hours
    FROM restaurants o
    JOIN restaurant_rules u
        ON u.tenant_id = o.tenant_id
        AND u.restaurant_id = o.restaurant_id
        AND u.version = o.rules_version
    CROSS JOIN LATERAL jsonb_array_elements_text(u.rules #> '{reminders,hours_before}') AS h (hours)
), distances AS (
    SELECT DISTINCT hours
    FROM wanted
)
SELECT r.tenant_id, r.reservation_id, r.starts_at, d.hours AS hours_before
FROM distances d
JOIN reservations r
    ON r.starts_at > :now::timestamptz + make_interval(secs => d.hours * 3600) - interval '12 hours'
    AND r.starts_at <= :now::timestamptz + make_interval(secs => d.hours * 3600)
JOIN wanted w
    ON w.tenant_id = r.tenant_id
    AND w.restaurant_id = r.restaurant_id
    AND w.hours = d.hours
WHERE r.status = 'confirmed'
    AND r.service_on BETWEEN :now::timestamptz::date - 2 AND :now::timestamptz::date + 32
    AND r.starts_at > :now::timestamptz
    AND r.created_at <= r.starts_at - make_interval(secs => d.hours * 3600)
    AND NOT EXISTS (
        SELECT
        FROM reminders_sent s
        WHERE s.tenant_id = r.tenant_id
            AND s.reservation_id = r.reservation_id
            AND s.starts_at = r.starts_at
            AND s.hours_before = d.hours)
ORDER BY r.starts_at, d.hours
LIMIT :rows_max::integer

-- keep_reminder :many KeptRow
-- Notes that a reminder is told; nothing comes back when it was told before.
INSERT INTO reminders_sent (tenant_id, reservation_id, starts_at, hours_before, sent_at)
VALUES (
    :tenant_id::uuid, :reservation_id::uuid, :starts_at::timestamptz, :hours_before::double precision,
    :sent_at::timestamptz)
ON CONFLICT DO NOTHING
RETURNING reservation_id

-- find_double_bookings :many DoubleBookingRow
-- Pairs of stays that share a table at the same time, from a day on. There are none, always.
SELECT tenant_id, restaurant_id, table_id, first_id, second_id, service_on
FROM double_bookings
WHERE service_on >= :first_on::date
LIMIT :rows_max::integer

-- forget_keys :none
-- Removes idempotency keys that nobody repeats any more.
DELETE FROM idempotency_keys k
USING (
    SELECT o.tenant_id, o.scope, o.key
    FROM idempotency_keys o
    WHERE o.created_at < :before::timestamptz
    ORDER BY o.created_at
    LIMIT :rows_max::integer
    FOR UPDATE SKIP LOCKED
) g
WHERE k.tenant_id = g.tenant_id
    AND k.scope = g.scope
    AND k.key = g.key

-- forget_holds :none
-- Removes holds that ended long ago, whichever way.
DELETE FROM holds h
USING (
    SELECT o.tenant_id, o.hold_id
    FROM holds o
    WHERE (o.released_at IS NOT NULL OR o.reservation_id IS NOT NULL)
        AND o.expires_at < :before::timestamptz
    ORDER BY o.expires_at
    LIMIT :rows_max::integer
    FOR UPDATE SKIP LOCKED
) g
WHERE h.tenant_id = g.tenant_id
    AND h.hold_id = g.hold_id

-- forget_occupancy :none
-- Removes what held a table in the past, unless its party is not known to have left.
DELETE FROM table_occupancy t
USING (
    SELECT o.tenant_id, o.holder_id, o.table_id, o.starts_at
    FROM table_occupancy o
    WHERE o.ends_at < :before::timestamptz
        AND NOT EXISTS (
            SELECT
            FROM reservations r
            WHERE r.tenant_id = o.tenant_id
                AND r.service_on BETWEEN o.starts_at::date - 2 AND o.starts_at::date + 2
                AND r.reservation_id = o.holder_id
                AND r.status IN ('pending', 'confirmed', 'checked_in'))
    LIMIT :rows_max::integer
    FOR UPDATE SKIP LOCKED
) g
WHERE t.tenant_id = g.tenant_id
    AND t.holder_id = g.holder_id
    AND t.table_id = g.table_id
    AND t.starts_at = g.starts_at

-- forget_promotions :none
-- Removes causes of promotions of days gone by, on which nobody came to ask any more.
DELETE FROM promotions_due p
USING (
    SELECT o.tenant_id, o.restaurant_id, o.service_on, o.cause_id
    FROM promotions_due o
    WHERE o.service_on < :before_on::date
    LIMIT :rows_max::integer
    FOR UPDATE SKIP LOCKED
) g
WHERE p.tenant_id = g.tenant_id
    AND p.restaurant_id = g.restaurant_id
    AND p.service_on = g.service_on
    AND p.cause_id = g.cause_id

-- forget_counts :none
-- Removes counters of service days gone by.
DELETE FROM slot_load l
USING (
    SELECT o.tenant_id, o.restaurant_id, o.service_on, o.kind, o.counted_at
    FROM slot_load o
    WHERE o.service_on < :before_on::date
    LIMIT :rows_max::integer
    FOR UPDATE SKIP LOCKED
) g
WHERE l.tenant_id = g.tenant_id
    AND l.restaurant_id = g.restaurant_id
    AND l.service_on = g.service_on
    AND l.kind = g.kind
    AND l.counted_at = g.counted_at

-- forget_reminders :none
-- Removes the notes of reminders whose party has long been.
DELETE FROM reminders_sent m
USING (
    SELECT o.tenant_id, o.reservation_id, o.starts_at, o.hours_before
    FROM reminders_sent o
    WHERE o.starts_at < :before::timestamptz
    ORDER BY o.starts_at
    LIMIT :rows_max::integer
) g
WHERE m.tenant_id = g.tenant_id
    AND m.reservation_id = g.reservation_id
    AND m.starts_at = g.starts_at
    AND m.hours_before = g.hours_before

-- overbooked_days :many OverbookedDayRow
-- The service days on which parties wait that were admitted beyond the tables; of one restaurant, or of all.
SELECT DISTINCT tenant_id, restaurant_id, service_on
FROM reservations
WHERE overbooked
    AND status IN ('pending', 'confirmed')
    AND service_on >= :first_on::date
    AND (:restaurant_id::uuid IS NULL OR restaurant_id = :restaurant_id::uuid)
ORDER BY service_on, tenant_id, restaurant_id
LIMIT :rows_max::integer
