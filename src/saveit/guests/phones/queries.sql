-- lock_hold :none
-- Lets one request at a time ask for a code for a kept table.
SELECT pg_advisory_xact_lock(hashtextextended(:hold_id::text, 0))

-- count_for_hold :one CountRow
-- How many codes were sent for a kept table.
SELECT coalesce(sum(sends), 0)::bigint AS counted
FROM phone_codes
WHERE tenant_id = :tenant_id::uuid
    AND hold_id = :hold_id::uuid

-- drop_old :none
-- Forgets the codes whose time, and whose counting, is long over.
DELETE FROM phone_codes
WHERE tenant_id = :tenant_id::uuid
    AND expires_at < :before::timestamptz

-- keep_code :maybe SentRow
-- Keeps the digest of a code that is being sent in the place of the one before; nothing where as many as may be were sent lately.
INSERT INTO phone_codes AS known (
    tenant_id, phone_index, code_digest, tries_left, hold_id, sends, counted_from, expires_at)
VALUES (
    :tenant_id::uuid, :phone_index::bytea, :code_digest::bytea, :tries::smallint, :hold_id::uuid, 1, :now::timestamptz,
    :expires_at::timestamptz)
ON CONFLICT (tenant_id, phone_index) DO UPDATE
SET code_digest = excluded.code_digest,
    tries_left = excluded.tries_left,
    hold_id = excluded.hold_id,
    sends = CASE WHEN known.counted_from <= :since::timestamptz THEN 1 ELSE known.sends + 1 END,
    counted_from = CASE WHEN known.counted_from <= :since::timestamptz THEN excluded.counted_from ELSE known.counted_from END,
    expires_at = excluded.expires_at
WHERE known.counted_from <= :since::timestamptz OR known.sends < :sends_max::smallint
RETURNING sends

-- counted_from :maybe CountedRow
-- Since when a phone's codes are counted.
SELECT counted_from
FROM phone_codes
WHERE tenant_id = :tenant_id::uuid
    AND phone_index = :phone_index::bytea

-- try_code :maybe DigestRow
-- Uses one try of a phone's code, and shows its digest.
UPDATE phone_codes
SET tries_left = tries_left - 1
WHERE tenant_id = :tenant_id::uuid
    AND phone_index = :phone_index::bytea
    AND tries_left > 0
    AND expires_at > :now::timestamptz
RETURNING code_digest
