-- commit_acts :many VerdictRow
-- Commits a batch of acts and answers for each.
SELECT act_no, verdict, person_id, answer_sealed
FROM ledger_commit_v1(
    ARRAY(SELECT a FROM json_populate_recordset(NULL::ledger_act_v1, :acts::json) AS a),
    :acted_at::timestamptz)

-- read_stays :many StayRow
-- What holds the tables of a restaurant between two instants; no row is longer than a day, so the start bounds the search.
SELECT
    holder_kind, holder_id, table_id, date_part('epoch', starts_at) AS starts_s, date_part('epoch', ends_at) AS ends_s, party_size,
    movable, expires_at
FROM table_occupancy
WHERE tenant_id = :tenant_id::uuid
    AND restaurant_id = :restaurant_id::uuid
    AND starts_at > :first_at::timestamptz - interval '24 hours'
    AND starts_at < :last_at::timestamptz
    AND ends_at > :first_at::timestamptz
ORDER BY starts_at, holder_id, table_id

-- read_counts :many CountedRow
-- The versions of rules and floor in force and the counters of some service days; a row even when nothing is counted.
SELECT r.rules_version, r.floor_version, l.service_on, l.kind, l.counted_at, l.parties, l.covers
FROM restaurants r
LEFT JOIN slot_load l
    ON l.tenant_id = r.tenant_id
    AND l.restaurant_id = r.restaurant_id
    AND l.service_on BETWEEN :first_on::date AND :last_on::date
WHERE r.tenant_id = :tenant_id::uuid
    AND r.restaurant_id = :restaurant_id::uuid

-- take_tables :many TableIdRow
-- Takes tables for one holder, in table order; those that another holds are not among the answer.
INSERT INTO table_occupancy (
    tenant_id, table_id, restaurant_id, starts_at, ends_at, holder_kind, holder_id, party_size, movable, expires_at)
SELECT
    :tenant_id::uuid, t.table_id, :restaurant_id::uuid, :starts_at::timestamptz, :ends_at::timestamptz,
    :holder_kind::text, :holder_id::uuid, :party_size::smallint, :movable::boolean, :expires_at::timestamptz
FROM unnest(:table_ids::uuid[]) AS t (table_id)
ORDER BY t.table_id
ON CONFLICT DO NOTHING
RETURNING table_id

-- who_waits_around :part
-- The service days around an instant on which anybody waits for a table, on the list or admitted beyond the tables.
SELECT w.service_on
FROM waitlist_entries w
WHERE w.tenant_id = f.tenant_id
    AND w.restaurant_id = f.restaurant_id
    AND w.status = 'waiting'
    AND w.service_on BETWEEN f.freed_on - 1 AND f.freed_on + 1
UNION
SELECT r.service_on
FROM reservations r
WHERE r.tenant_id = f.tenant_id
    AND r.restaurant_id = f.restaurant_id
    AND r.overbooked
    AND r.status IN ('pending', 'confirmed')
    AND r.service_on BETWEEN f.freed_on - 1 AND f.freed_on + 1

-- release_tables :none
-- Frees whatever a holder holds. Where anybody waits for a table, a promotion is due before others take it.
WITH released AS (
    DELETE FROM table_occupancy
    WHERE tenant_id = :tenant_id::uuid
        AND holder_id = :holder_id::uuid
    RETURNING tenant_id, restaurant_id, starts_at
)
INSERT INTO promotions_due (tenant_id, restaurant_id, service_on)
SELECT f.tenant_id, f.restaurant_id, d.service_on
FROM (SELECT DISTINCT tenant_id, restaurant_id, (starts_at AT TIME ZONE 'UTC')::date AS freed_on FROM released) f
CROSS JOIN LATERAL (
    {{who_waits_around}}
) d

-- vacate_tables :none
-- Lets a party stand up that sits down elsewhere in the same transaction.
DELETE FROM table_occupancy
WHERE tenant_id = :tenant_id::uuid
    AND holder_id = :holder_id::uuid

-- note_freed :none
-- Where anybody waits for a table on a day or those beside it, a promotion is due before others take what was freed.
INSERT INTO promotions_due (tenant_id, restaurant_id, service_on)
SELECT f.tenant_id, f.restaurant_id, d.service_on
FROM (SELECT :tenant_id::uuid AS tenant_id, :restaurant_id::uuid AS restaurant_id, :freed_on::date AS freed_on) f
CROSS JOIN LATERAL (
    {{who_waits_around}}
) d

-- promotions_due :many DuePromotionRow
-- Why promotions are due on the days around one.
SELECT service_on, cause_id
FROM promotions_due
WHERE tenant_id = :tenant_id::uuid
    AND restaurant_id = :restaurant_id::uuid
    AND service_on BETWEEN :first_on::date AND :last_on::date

-- settle_promotions :none
-- Removes causes that a promotion has answered. Two that have answered the same do not wait for each other.
DELETE FROM promotions_due
WHERE (tenant_id, restaurant_id, service_on, cause_id) IN (
    SELECT p.tenant_id, p.restaurant_id, p.service_on, p.cause_id
    FROM promotions_due p
    WHERE p.tenant_id = :tenant_id::uuid
        AND p.restaurant_id = :restaurant_id::uuid
        AND p.service_on = :service_on::date
        AND p.cause_id = ANY (:cause_ids::uuid[])
    FOR UPDATE SKIP LOCKED)

-- take_loads :one GrantedRow
-- Counts loads against their limits; fewer granted than given means that one is reached.
SELECT slot_load_take_v1(:tenant_id::uuid, :restaurant_id::uuid, :service_on::date, :loads::jsonb) AS granted

-- release_loads :none
-- Uncounts what an act counted.
SELECT slot_load_release_v1(:tenant_id::uuid, :restaurant_id::uuid, :service_on::date, :loads::jsonb)

-- claim_key :many ClaimedRow
-- Claims an idempotency key for an act of this transaction; nothing comes back when it has acted already. Waits for one that is acting.
INSERT INTO idempotency_keys (tenant_id, scope, key, body_digest, answer_sealed, created_at)
VALUES (:tenant_id::uuid, :scope::text, :key::text, :body_digest::bytea, ''::bytea, :created_at::timestamptz)
ON CONFLICT DO NOTHING
RETURNING key

-- find_key :maybe AnsweredRow
-- What an idempotency key was used for, and what was answered.
SELECT k.body_digest, k.answer_sealed, r.person_id
FROM idempotency_keys k
LEFT JOIN reservations r ON r.tenant_id = k.tenant_id AND r.reservation_id = k.reservation_id
WHERE k.tenant_id = :tenant_id::uuid
    AND k.scope = :scope::text
    AND k.key = :key::text

-- keep_answer :none
-- Keeps what was answered to a key, sealed, for whoever asks again.
UPDATE idempotency_keys
SET answer_sealed = :answer_sealed::bytea
WHERE tenant_id = :tenant_id::uuid
    AND scope = :scope::text
    AND key = :key::text

-- forget_key :none
-- Lets a key act again whose act was taken back.
DELETE FROM idempotency_keys
WHERE tenant_id = :tenant_id::uuid
    AND scope = :scope::text
    AND key = :key::text
