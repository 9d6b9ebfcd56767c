-- insert_events :many StoredRow
-- Keeps what was delivered, in one statement; what is there already stays, and is not told of.
INSERT INTO inbox (
    tenant_id, line_id, event_key, inbox_id, position, sender_index, envelope_sealed, trace_id, received_at, due_at)
SELECT
    n.tenant_id, n.line_id, n.event_key, n.inbox_id, n.position, n.sender_index, n.envelope_sealed, n.trace_id,
    n.received_at, n.received_at
FROM (
    -- Numbered as they came, and written below in the order of their keys: two that write the same events never wait in a circle.
    SELECT
        u.tenant_id, u.line_id, u.event_key, u.inbox_id, nextval('inbox_position') AS position, u.sender_index,
        u.envelope_sealed, u.trace_id, u.received_at
    FROM unnest(
        :tenant_ids::uuid[], :line_ids::uuid[], :event_keys::bytea[], :inbox_ids::uuid[], :sender_indexes::bytea[],
        :envelopes::bytea[], :trace_ids::text[], :received_ats::timestamptz[]
    ) AS u (
        tenant_id, line_id, event_key, inbox_id, sender_index, envelope_sealed, trace_id, received_at)
) n
ORDER BY n.tenant_id, n.line_id, n.event_key, n.position
ON CONFLICT ON CONSTRAINT event_is_kept_once DO NOTHING
RETURNING inbox_id

-- claim_events :many EventRow
-- Takes the next events, the oldest of each sender alone and none while another of the same sender is in somebody's hands.
WITH due AS MATERIALIZED (
    SELECT i.inbox_id
    FROM inbox i
    WHERE i.status IN ('waiting', 'claimed')
        AND i.due_at <= :now::timestamptz
        AND (
            -- A claim that is over goes first: an older event may have been committed after it was claimed.
            i.status = 'claimed'
            OR i.sender_index = ''
            OR NOT EXISTS (
                SELECT
                FROM inbox o
                WHERE o.tenant_id = i.tenant_id
                    AND o.line_id = i.line_id
                    AND o.sender_index = i.sender_index
                    AND o.status IN ('waiting', 'claimed')
                    AND (o.position < i.position OR (o.status = 'claimed' AND o.position <> i.position))
            )
        )
    ORDER BY i.position
    LIMIT :events_max::integer
    FOR NO KEY UPDATE SKIP LOCKED
)
UPDATE inbox t
SET status = 'claimed',
    attempts = t.attempts + 1,
    due_at = :until::timestamptz
FROM due d
WHERE t.inbox_id = d.inbox_id
RETURNING
    t.tenant_id, t.line_id, t.inbox_id, t.position, t.sender_index, t.envelope_sealed, t.trace_id, t.received_at, t.attempts,
    t.sender_index <> '' AND EXISTS (
        SELECT
        FROM inbox o
        WHERE o.tenant_id = t.tenant_id
            AND o.line_id = t.line_id
            AND o.sender_index = t.sender_index
            AND o.status IN ('waiting', 'claimed')
            AND o.position > t.position
    ) AS is_followed

-- events_behind :many BehindRow
-- What waits behind an event of the same sender, the oldest first.
SELECT inbox_id, envelope_sealed
FROM inbox
WHERE tenant_id = :tenant_id::uuid
    AND line_id = :line_id::uuid
    AND sender_index = :sender_index::bytea
    AND status IN ('waiting', 'claimed')
    AND position > :position::bigint
ORDER BY position
LIMIT 20

-- finish_event :none
-- Notes that an event was taken, unless somebody else has it by now.
UPDATE inbox
SET status = 'done',
    error = '',
    settled_at = :now::timestamptz
WHERE tenant_id = :tenant_id::uuid
    AND inbox_id = :inbox_id::uuid
    AND status = 'claimed'
    AND attempts = :claim::integer

-- park_event :none
-- Puts an event aside for a person, unless somebody else has it by now; the next of its sender goes on.
UPDATE inbox
SET status = 'parked',
    error = :error::text,
    settled_at = :now::timestamptz
WHERE tenant_id = :tenant_id::uuid
    AND inbox_id = :inbox_id::uuid
    AND status = 'claimed'
    AND attempts = :claim::integer

-- delay_event :none
-- Gives an event back to be taken again later, unless somebody else has it by now; those of its sender wait behind it.
UPDATE inbox
SET status = 'waiting',
    error = :error::text,
    due_at = :due_at::timestamptz
WHERE tenant_id = :tenant_id::uuid
    AND inbox_id = :inbox_id::uuid
    AND status = 'claimed'
    AND attempts = :claim::integer

-- put_off_event :none
-- Gives an event back that waits for something of its own, unless somebody else has it by now; that this was tried does not count.
UPDATE inbox
SET status = 'waiting',
    attempts = attempts - 1,
    due_at = :due_at::timestamptz
WHERE tenant_id = :tenant_id::uuid
    AND inbox_id = :inbox_id::uuid
    AND status = 'claimed'
    AND attempts = :claim::integer

-- hold_event :none
-- Keeps a claim for longer, unless somebody else has it by now.
UPDATE inbox
SET due_at = :until::timestamptz
WHERE tenant_id = :tenant_id::uuid
    AND inbox_id = :inbox_id::uuid
    AND status = 'claimed'
    AND attempts = :claim::integer

-- park_exhausted :none
-- Puts aside what was claimed so often without ever being given back: whoever took it died of it.
UPDATE inbox
SET status = 'parked',
    error = 'claim_lost',
    settled_at = :now::timestamptz
WHERE inbox_id IN (
    SELECT i.inbox_id
    FROM inbox i
    WHERE i.status = 'claimed'
        AND i.due_at <= :now::timestamptz
        AND i.attempts >= :attempts_max::integer
    ORDER BY i.position
    LIMIT 100
    FOR NO KEY UPDATE SKIP LOCKED
)

-- list_parked :many ParkedEvent
-- What a tenant's people must look at, the oldest first; a line's alone if one is named.
SELECT inbox_id AS id, line_id, position, received_at, attempts, error, settled_at AS parked_at
FROM inbox
WHERE tenant_id = :tenant_id::uuid
    AND status = 'parked'
    AND (:line_id::uuid IS NULL OR line_id = :line_id::uuid)
    AND (:after::bigint IS NULL OR position > :after::bigint)
ORDER BY position
LIMIT :limit::integer

-- line_of_event :maybe EventLine
-- Which line an event came by, and how it stands.
SELECT line_id, status
FROM inbox
WHERE tenant_id = :tenant_id::uuid
    AND inbox_id = :inbox_id::uuid

-- parked_event :maybe ParkedRow
-- One parked event with what came, sealed.
SELECT inbox_id AS id, line_id, position, received_at, attempts, error, settled_at AS parked_at, envelope_sealed
FROM inbox
WHERE tenant_id = :tenant_id::uuid
    AND inbox_id = :inbox_id::uuid
    AND status = 'parked'

-- discard_event :none
-- Lets a parked event rest: it is not taken again, and its error stays with it until it is forgotten.
UPDATE inbox
SET status = 'done',
    error = left('discarded: ' || error, 200),
    settled_at = :now::timestamptz
WHERE tenant_id = :tenant_id::uuid
    AND inbox_id = :inbox_id::uuid
    AND status = 'parked'

-- replay_event :none
-- Lets a parked event be taken again, with all its attempts.
UPDATE inbox
SET status = 'waiting',
    attempts = 0,
    error = '',
    due_at = :now::timestamptz,
    settled_at = NULL
WHERE tenant_id = :tenant_id::uuid
    AND inbox_id = :inbox_id::uuid
    AND status = 'parked'

-- inbox_state :one InboxState
-- How long the oldest event waits, how many wait, and how many are parked.
SELECT
    coalesce(
        extract(
            epoch FROM :now::timestamptz - (
                SELECT i.received_at
                FROM inbox i
                WHERE i.status IN ('waiting', 'claimed')
                ORDER BY i.position
                LIMIT 1
            )
        ),
        0
    )::double precision AS lag_s,
    (SELECT count(*) FROM inbox i WHERE i.status IN ('waiting', 'claimed')) AS waiting,
    (SELECT count(*) FROM inbox i WHERE i.status = 'parked') AS parked

-- forget_events :none
-- Removes what has been settled for longer than any provider delivers again, and parked events that nobody looked at for much longer.
DELETE FROM inbox
WHERE inbox_id IN (
    SELECT i.inbox_id
    FROM inbox i
    WHERE i.status IN ('done', 'parked')
        AND i.settled_at < :done_before::timestamptz
        AND (i.status = 'done' OR i.settled_at < :parked_before::timestamptz)
    LIMIT :rows_max::integer
    FOR UPDATE SKIP LOCKED
)

-- quarantine :none
-- Notes that something came for nobody: one row for each address and reason, and no new one when there are too many.
INSERT INTO quarantine AS q (
    quarantine_id, tenant_id, line_id, channel, account, address, reason, seen, octets_last, first_at, last_at)
SELECT
    :quarantine_id::uuid, :tenant_id::uuid, :line_id::uuid, :channel::text, :account::text, :address::text,
    :reason::text, :seen::bigint, :octets::integer, :now::timestamptz, :now::timestamptz
WHERE EXISTS (
        SELECT
        FROM quarantine k
        WHERE k.channel = :channel::text
            AND k.account = :account::text
            AND k.address = :address::text
            AND k.reason = :reason::text
    )
    OR (SELECT count(*) FROM quarantine) < :rows_max::integer
ON CONFLICT ON CONSTRAINT address_is_quarantined_once DO UPDATE
SET tenant_id = excluded.tenant_id,
    line_id = excluded.line_id,
    seen = q.seen + excluded.seen,
    octets_last = excluded.octets_last,
    last_at = excluded.last_at

-- list_quarantine :many Quarantined
-- What came for nobody, the latest first: all of it for the platform, the tenant's own otherwise.
SELECT
    quarantine_id AS id, tenant_id, line_id, channel, account, address, reason, seen, octets_last, first_at, last_at
FROM quarantine
WHERE (:tenant_id::uuid IS NULL OR tenant_id = :tenant_id::uuid)
ORDER BY last_at DESC, quarantine_id
LIMIT :limit::integer

-- forget_quarantine :none
-- Removes what nobody has sent to for long.
DELETE FROM quarantine
WHERE quarantine_id IN (
    SELECT quarantine_id
    FROM quarantine
    WHERE last_at < :before::timestamptz
    LIMIT :rows_max::integer
)

-- claim_histories :many HistoryRow
-- The lines whose providers are to be asked what we missed: one process each, and not again for a while.
INSERT INTO line_histories AS h (tenant_id, line_id, complete_until, asked_at)
SELECT d.tenant_id, d.line_id, d.created_at, :now::timestamptz
FROM (
    SELECT l.tenant_id, l.line_id, l.created_at
    FROM lines l
    LEFT JOIN line_histories k ON k.tenant_id = l.tenant_id AND k.line_id = l.line_id
    WHERE l.active
        AND l.channel = ANY (:channels::text[])
        AND (k.asked_at IS NULL OR k.asked_at < :before::timestamptz)
    ORDER BY k.asked_at NULLS FIRST
    LIMIT :rows_max::integer
) d
ON CONFLICT (tenant_id, line_id) DO UPDATE
SET asked_at = excluded.asked_at
WHERE h.asked_at < :before::timestamptz
RETURNING h.tenant_id, h.line_id, h.complete_until

-- complete_history :none
-- Notes that nothing is missing until then.
UPDATE line_histories
SET complete_until = greatest(complete_until, :until::timestamptz)
WHERE tenant_id = :tenant_id::uuid
    AND line_id = :line_id::uuid
