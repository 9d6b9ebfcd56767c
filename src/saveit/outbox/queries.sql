-- append_fact :none
-- Writes what happened, in the transaction in which it happened.
INSERT INTO facts (
    fact_id, tenant_id, restaurant_id, kind, version, subject_kind, subject_id, service_on, actor, channel, trace_id,
    node, at, body)
VALUES (
    :fact_id::uuid, :tenant_id::uuid, :restaurant_id::uuid, :kind::text, :version::smallint, :subject_kind::text,
    :subject_id::uuid, :service_on::date, :actor::text, :channel::text, :trace_id::text, :node::text,
    :at::timestamptz, :body::jsonb)

-- facts_out_of_reach :one AnswerRow
-- Whether the log came from a server that had counted further than this one.
SELECT
    EXISTS (SELECT FROM facts f WHERE f.txid >= pg_snapshot_xmax(pg_current_snapshot()))
    OR EXISTS (SELECT FROM consumer_cursors c WHERE c.txid > pg_snapshot_xmax(pg_current_snapshot())) AS answer

-- renumber_facts :one CountRow
-- Lays a restored log under one small transaction number, cursors and parked facts with it.
SELECT renumber_facts_v1() AS counted

-- make_cursor :none
-- Lets a consumer begin; one that has begun goes on from where it is.
INSERT INTO consumer_cursors (consumer, txid, position, moved_at)
VALUES (
    :consumer::text,
    CASE WHEN :from_now::boolean THEN pg_snapshot_xmin(pg_current_snapshot()) ELSE '0'::xid8 END,
    0,
    :now::timestamptz)
ON CONFLICT (consumer) DO NOTHING

-- lock_cursor :maybe CursorRow
-- A consumer's cursor, for this transaction alone; none when another process is reading for the same consumer.
SELECT txid::text::bigint AS txid, position, attempts
FROM consumer_cursors
WHERE consumer = :consumer::text
FOR NO KEY UPDATE SKIP LOCKED

-- move_cursor :none
-- Notes how far a consumer has read, and how often it failed at what comes next.
UPDATE consumer_cursors
SET txid = :txid::bigint::text::xid8,
    position = :position::bigint,
    attempts = :attempts::integer,
    moved_at = :now::timestamptz
WHERE consumer = :consumer::text

-- read_facts :many RecordedFact
-- What follows a place in the log, up to the oldest transaction that is still running: whatever commits late comes after it.
SELECT
    f.txid::text::bigint AS txid, f.position, f.fact_id, f.tenant_id, f.restaurant_id, f.kind, f.version,
    f.subject_kind, f.subject_id, f.service_on, f.actor, f.channel, f.trace_id, f.node, f.at,
    CASE WHEN f.kind = ANY (:kinds::text[]) THEN f.body::text ELSE '{}' END AS body
FROM facts f
WHERE (f.txid, f.position) > (:txid::bigint::text::xid8, :position::bigint)
    AND f.txid < pg_snapshot_xmin(pg_current_snapshot())
ORDER BY f.txid, f.position
LIMIT :rows_max::integer

-- fact_columns :part
-- All that a RecordedFact is made of.
f.txid::text::bigint AS txid, f.position, f.fact_id, f.tenant_id, f.restaurant_id, f.kind, f.version,
f.subject_kind, f.subject_id, f.service_on, f.actor, f.channel, f.trace_id, f.node, f.at, f.body::text AS body

-- read_fact :maybe RecordedFact
-- The fact at one place of the log.
SELECT {{fact_columns}}
FROM facts f
WHERE f.txid = :txid::bigint::text::xid8
    AND f.position = :position::bigint

-- peek :many PeekRow
-- For each consumer how old the next fact is, whether it may be read yet, and how many are parked.
SELECT
    c.consumer,
    coalesce(extract(epoch FROM clock_timestamp() - n.recorded_at), 0)::double precision AS lag_s,
    coalesce(n.readable, false) AS readable,
    (SELECT count(*) FROM parked_facts p WHERE p.consumer = c.consumer AND p.settled_at IS NULL) AS parked
FROM consumer_cursors c
LEFT JOIN LATERAL (
    SELECT f.recorded_at, f.txid < pg_snapshot_xmin(pg_current_snapshot()) AS readable
    FROM facts f
    WHERE (f.txid, f.position) > (c.txid, c.position)
    ORDER BY f.txid, f.position
    LIMIT 1
) n ON true
WHERE c.consumer = ANY (:consumers::text[])

-- park_fact :none
-- Puts a fact aside that a consumer could not take; one that was settled before is open again.
INSERT INTO parked_facts (tenant_id, consumer, txid, position, fact_id, kind, reason, attempts, parked_at)
VALUES (
    :tenant_id::uuid, :consumer::text, :txid::bigint::text::xid8, :position::bigint, :fact_id::uuid, :kind::text,
    :reason::text, :attempts::integer, :parked_at::timestamptz)
ON CONFLICT (tenant_id, consumer, position) DO UPDATE
SET reason = excluded.reason,
    attempts = excluded.attempts,
    parked_at = excluded.parked_at,
    settled_at = NULL

-- parked_columns :part
-- All that a ParkedFact is made of.
consumer, tenant_id, txid::text::bigint AS txid, position, fact_id, kind, reason, attempts, parked_at

-- list_parked :many ParkedFact
-- What is parked and not settled, the oldest first.
SELECT {{parked_columns}}
FROM parked_facts
WHERE settled_at IS NULL
ORDER BY parked_at, position
LIMIT :rows_max::integer

-- lock_parked :maybe ParkedFact
-- One parked fact that is not settled, for this transaction alone.
SELECT {{parked_columns}}
FROM parked_facts
WHERE consumer = :consumer::text
    AND fact_id = :fact_id::uuid
    AND settled_at IS NULL
FOR NO KEY UPDATE

-- settle_parked :none
-- Notes that a parked fact was taken after all.
UPDATE parked_facts
SET settled_at = :now::timestamptz
WHERE tenant_id = :tenant_id::uuid
    AND consumer = :consumer::text
    AND position = :position::bigint

-- read_history :many RecordedFact
-- What happened to one subject of a tenant after a position, in order.
SELECT {{fact_columns}}
FROM facts f
WHERE f.tenant_id = :tenant_id::uuid
    AND f.subject_id = :subject_id::uuid
    AND f.position > :after::bigint
ORDER BY f.position
LIMIT :rows_max::integer

-- read_changes :many ChangeRow
-- What other processes did after a place in the log, and how far the log may be read now; one row at least.
SELECT
    s.xmin::text::bigint AS readable_before, f.txid::text::bigint AS txid, f.position, f.kind, f.restaurant_id,
    f.service_on, (f.body #>> '{before,starts_at}')::timestamptz::date AS was_on, f.subject_id
FROM (SELECT pg_snapshot_xmin(pg_current_snapshot()) AS xmin) s
LEFT JOIN LATERAL (
    SELECT o.txid, o.position, o.kind, o.restaurant_id, o.service_on, o.body, o.subject_id
    FROM facts o
    WHERE (o.txid, o.position) > (:txid::bigint::text::xid8, :position::bigint)
        AND o.txid < s.xmin
        AND o.node <> :node::text
    ORDER BY o.txid, o.position
    LIMIT :rows_max::integer
) f ON true
ORDER BY f.txid, f.position

-- read_log :many LogRow
-- What follows a place in the log, whoever wrote it, and how far the log may be read now; one row at least.
SELECT
    s.xmin::text::bigint AS readable_before, f.txid::text::bigint AS txid, f.position, f.fact_id, f.tenant_id, f.restaurant_id,
    f.kind, f.version, f.subject_kind, f.subject_id, f.service_on, f.actor, f.channel, f.trace_id, f.node, f.at, f.body::text AS body
FROM (SELECT pg_snapshot_xmin(pg_current_snapshot()) AS xmin) s
LEFT JOIN LATERAL (
    SELECT o.*
    FROM facts o
    WHERE (o.txid, o.position) > (:txid::bigint::text::xid8, :position::bigint)
        AND o.txid < s.xmin
    ORDER BY o.txid, o.position
    LIMIT :rows_max::integer
) f ON true
ORDER BY f.txid, f.position

-- tenant_of_subject :maybe TenantRow
-- Whose a thing is: one look into the index for each customer, from the first to the last.
WITH RECURSIVE customers AS (
    (SELECT f.tenant_id FROM facts f ORDER BY f.tenant_id LIMIT 1)
    UNION ALL
    SELECT n.tenant_id
    FROM customers c
    CROSS JOIN LATERAL (SELECT f.tenant_id FROM facts f WHERE f.tenant_id > c.tenant_id ORDER BY f.tenant_id LIMIT 1) n
)
SELECT c.tenant_id
FROM customers c
WHERE EXISTS (SELECT FROM facts f WHERE f.tenant_id = c.tenant_id AND f.subject_id = :subject_id::uuid)
LIMIT 1

-- read_latest :many RecordedFact
-- The newest facts after a place, over all tenants, newest first: for looking on, never for acting on, for one that commits late may be missed.
SELECT {{fact_columns}}
FROM facts f
WHERE (f.txid, f.position) > (:txid::bigint::text::xid8, :position::bigint)
ORDER BY f.txid DESC, f.position DESC
LIMIT :rows_max::integer
