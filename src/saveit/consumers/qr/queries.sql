-- insert_pass :many PassIdRow
-- Issues a pass; nothing comes back when the reservation has one that counts.
INSERT INTO check_in_passes (tenant_id, pass_id, reservation_id, restaurant_id, nonce, issued_at, expires_at, revision)
VALUES (
    :tenant_id::uuid, :pass_id::uuid, :reservation_id::uuid, :restaurant_id::uuid, :nonce::bytea,
    :issued_at::timestamptz, :expires_at::timestamptz, :revision::integer)
ON CONFLICT (tenant_id, reservation_id) WHERE revoked_at IS NULL DO NOTHING
RETURNING pass_id

-- insert_first_passes :none
-- Issues the first passes of many reservations; none where there is one, nor where a later state of the reservation was seen already.
INSERT INTO check_in_passes (tenant_id, pass_id, reservation_id, restaurant_id, nonce, issued_at, expires_at, revision)
SELECT n.tenant_id, n.pass_id, n.reservation_id, n.restaurant_id, n.nonce, n.issued_at, n.expires_at, n.revision
FROM unnest(
    :tenant_ids::uuid[], :pass_ids::uuid[], :reservation_ids::uuid[], :restaurant_ids::uuid[], :nonces::bytea[],
    :issued_ats::timestamptz[], :expires_ats::timestamptz[], :revisions::integer[])
    AS n (tenant_id, pass_id, reservation_id, restaurant_id, nonce, issued_at, expires_at, revision)
WHERE NOT EXISTS (
    SELECT FROM check_in_passes p
    WHERE p.tenant_id = n.tenant_id
        AND p.reservation_id = n.reservation_id
        AND p.revision >= n.revision)
ORDER BY n.tenant_id, n.reservation_id
ON CONFLICT (tenant_id, reservation_id) WHERE revoked_at IS NULL DO NOTHING

-- pass_columns :part
-- All that a PassRow is made of.
pass_id, reservation_id, restaurant_id, nonce, issued_at, expires_at, used_at, revoked_at, revision

-- lock_latest_pass :maybe PassRow
-- The pass of a reservation that was issued last, kept from changing until the transaction ends.
SELECT {{pass_columns}}
FROM check_in_passes
WHERE tenant_id = :tenant_id::uuid
    AND reservation_id = :reservation_id::uuid
ORDER BY revoked_at IS NOT NULL, revision DESC, issued_at DESC
LIMIT 1
FOR NO KEY UPDATE

-- passes_of_day :many DayPassRow
-- The passes that count of a service day's parties, with when each lets its party in.
SELECT
    p.reservation_id, p.restaurant_id, p.nonce, p.issued_at, p.expires_at, r.status, r.starts_at, r.expected_at,
    (r.policy->>'tolerance_minutes')::integer AS tolerance_minutes
FROM reservations r
JOIN check_in_passes p ON p.tenant_id = r.tenant_id AND p.reservation_id = r.reservation_id
WHERE r.tenant_id = :tenant_id::uuid
    AND r.restaurant_id = :restaurant_id::uuid
    AND r.service_on = :service_on::date
    AND p.revoked_at IS NULL
ORDER BY r.starts_at, r.reservation_id

-- find_shown :many ShownRow
-- The reservation of a pass that says exactly this, as it stands, and whether the pass still counts.
SELECT
    r.reservation_id, r.tenant_id, r.restaurant_id, r.code, r.status, r.person_id, r.guest_sealed, r.service_on, r.service, r.starts_at,
    r.leaves_at, r.ends_at, r.party_size, r.table_ids, r.pinned, r.overbooked, r.source, r.policy, r.loads, r.revision,
    r.calendar_sequence, r.created_at, r.updated_at, r.hold_id, r.confirm_by, r.confirmed_at, r.checked_in_at, r.completed_at,
    r.cancelled_at, r.no_show_at, r.cancel_reason, r.fee_minor, r.expected_at, r.seated_from, p.used_at, p.revoked_at
FROM check_in_passes p
JOIN reservations r ON r.tenant_id = p.tenant_id AND r.reservation_id = p.reservation_id
WHERE p.tenant_id = :tenant_id::uuid
    AND p.nonce = :nonce::bytea
    AND p.reservation_id = :reservation_id::uuid
    AND p.restaurant_id = :restaurant_id::uuid
    AND p.issued_at = :issued_at::timestamptz
    AND p.expires_at = :expires_at::timestamptz

-- lock_pass :maybe PassRow
-- The pass with this nonce, kept from changing until the transaction ends: of two doors that scan it the second waits here.
SELECT {{pass_columns}}
FROM check_in_passes
WHERE tenant_id = :tenant_id::uuid
    AND nonce = :nonce::bytea
FOR NO KEY UPDATE

-- revoke_pass :none
-- Lets a pass count no longer, as of a revision of its reservation.
UPDATE check_in_passes
SET revoked_at = :revoked_at::timestamptz,
    revision = :revision::integer
WHERE tenant_id = :tenant_id::uuid
    AND pass_id = :pass_id::uuid

-- reopen_pass :none
-- Lets a pass count again that was revoked or used up by mistake, as of a revision of its reservation.
UPDATE check_in_passes
SET revoked_at = NULL,
    used_at = NULL,
    revision = :revision::integer
WHERE tenant_id = :tenant_id::uuid
    AND pass_id = :pass_id::uuid

-- use_pass :none
-- Notes that a pass has opened the door.
UPDATE check_in_passes
SET used_at = :used_at::timestamptz
WHERE tenant_id = :tenant_id::uuid
    AND pass_id = :pass_id::uuid

-- forget_passes :none
-- Removes passes whose stay is long over.
DELETE FROM check_in_passes p
USING (
    SELECT o.tenant_id, o.pass_id
    FROM check_in_passes o
    WHERE o.expires_at < :before::timestamptz
    ORDER BY o.expires_at
    LIMIT :rows_max::integer
    FOR UPDATE SKIP LOCKED
) g
WHERE p.tenant_id = g.tenant_id
    AND p.pass_id = g.pass_id
