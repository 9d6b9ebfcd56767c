-- claim_messages :many ClaimRow
-- Takes what is due, the most urgent first: of each conversation the oldest alone, of a paused line nothing. Committed before any call.
WITH heads AS (
    SELECT m.tenant_id, m.message_id, m.created_at, m.conversation_id
    FROM messages m
    WHERE m.status = 'planned'
        AND m.due_at <= :now::timestamptz
        AND m.expires_at > :now::timestamptz
        AND m.priority <= :priority_max::smallint
        AND m.channel = ANY (:channels::text[])
        AND NOT EXISTS (
            SELECT
            FROM messages e
            WHERE e.tenant_id = m.tenant_id
                AND e.conversation_id = m.conversation_id
                AND e.seq < m.seq
                AND e.status IN ('planned', 'sending'))
        AND NOT EXISTS (
            SELECT
            FROM delivery_pauses p
            WHERE p.tenant_id = m.tenant_id
                AND p.line_id = m.line_id
                AND (p.until_at IS NULL OR p.until_at > :now::timestamptz))
    ORDER BY m.priority, m.due_at
    LIMIT :rows_max::integer
    FOR NO KEY UPDATE OF m SKIP LOCKED
)
UPDATE messages m
SET status = 'sending',
    status_at = :now::timestamptz,
    due_at = :lease_until::timestamptz,
    attempts = m.attempts + 1
FROM heads h
JOIN conversations c ON c.tenant_id = h.tenant_id AND c.conversation_id = h.conversation_id
WHERE m.tenant_id = h.tenant_id
    AND m.message_id = h.message_id
    AND m.created_at = h.created_at
RETURNING m.tenant_id, m.message_id, m.created_at, m.conversation_id, m.line_id, m.channel, m.author, m.part_sealed, m.attempts,
    m.expires_at, c.last_inbound_at, c.address_index, m.ai_epoch IS NOT NULL AND m.ai_epoch <> c.ai_epoch AS overtaken, m.notice_id

-- take_rate :maybe RateRow
-- Uses up one place in a rate; nothing comes back when there is none.
INSERT INTO delivery_rates AS r (tenant_id, line_id, subject_id, used_until)
VALUES (:tenant_id::uuid, :line_id::uuid, :subject_id::uuid, :now::timestamptz + :each_s::float8 * interval '1 second')
ON CONFLICT (tenant_id, line_id, subject_id)
DO UPDATE SET used_until = greatest(r.used_until, :now::timestamptz) + :each_s::float8 * interval '1 second'
WHERE r.used_until <= :now::timestamptz + :burst_s::float8 * interval '1 second'
RETURNING r.used_until

-- find_rate :maybe RateRow
-- Until when a rate is used up.
SELECT used_until
FROM delivery_rates
WHERE tenant_id = :tenant_id::uuid
    AND line_id = :line_id::uuid
    AND subject_id = :subject_id::uuid

-- settle_accepted :maybe SettledRow
-- Notes that the provider has it. Its first status may have come before its answer, and stands.
UPDATE messages m
SET status = CASE WHEN f.was IN ('sending', 'unknown', 'planned') THEN 'accepted' ELSE f.was END,
    status_at = :now::timestamptz,
    error = '',
    channel_message_id = coalesce(nullif(:channel_message_id::text, ''), m.channel_message_id)
FROM (
    SELECT b.tenant_id, b.message_id, b.created_at, b.status AS was
    FROM messages b
    WHERE b.tenant_id = :tenant_id::uuid
        AND b.message_id = :message_id::uuid
        AND b.created_at = :created_at::timestamptz
    FOR NO KEY UPDATE
) f
WHERE m.tenant_id = f.tenant_id
    AND m.message_id = f.message_id
    AND m.created_at = f.created_at
RETURNING f.was, m.status

-- settle :maybe SettledRow
-- Gives a message that is being sent its next status. One that its provider has spoken of meanwhile is left as it is.
UPDATE messages
SET status = :status::text,
    status_at = :now::timestamptz,
    due_at = :due_at::timestamptz,
    attempts = attempts - :attempts_back::integer,
    error = :error::text
WHERE tenant_id = :tenant_id::uuid
    AND message_id = :message_id::uuid
    AND created_at = :created_at::timestamptz
    AND status = 'sending'
RETURNING 'sending' AS was, status

-- resume_stale :none
-- Whoever was sending these is dead, and on these channels a message that goes out twice is one: it is sent again.
UPDATE messages m
SET status = 'planned',
    status_at = :now::timestamptz,
    due_at = :now::timestamptz,
    error = 'sender_lost'
FROM (
    SELECT s.tenant_id, s.message_id, s.created_at
    FROM messages s
    WHERE s.status = 'sending'
        AND s.due_at < :now::timestamptz
        AND s.channel = ANY (:channels::text[])
        AND s.attempts < :attempts_max::integer
    ORDER BY s.due_at
    LIMIT 200
    FOR NO KEY UPDATE SKIP LOCKED
) f
WHERE m.tenant_id = f.tenant_id
    AND m.message_id = f.message_id
    AND m.created_at = f.created_at

-- abandon_stale :many StaleRow
-- Whoever was sending these is dead: nobody knows whether they arrived. A provider that remembers is asked from half a minute on.
UPDATE messages m
SET status = 'unknown',
    status_at = :now::timestamptz,
    due_at = :now::timestamptz + interval '30 seconds',
    error = 'sender_lost'
FROM (
    SELECT s.tenant_id, s.message_id, s.created_at
    FROM messages s
    WHERE s.status = 'sending'
        AND s.due_at < :now::timestamptz
    ORDER BY s.due_at
    LIMIT 200
    FOR NO KEY UPDATE SKIP LOCKED
) f
WHERE m.tenant_id = f.tenant_id
    AND m.message_id = f.message_id
    AND m.created_at = f.created_at
RETURNING m.tenant_id, m.message_id, m.created_at, m.conversation_id, m.line_id, m.channel, m.attempts, m.notice_id

-- expire_planned :many StaleRow
-- Gives up what is no longer worth sending: an answer of yesterday would only puzzle.
UPDATE messages m
SET status = 'failed',
    status_at = :now::timestamptz,
    error = 'expired:' || m.error
FROM (
    SELECT s.tenant_id, s.message_id, s.created_at
    FROM messages s
    WHERE s.status = 'planned'
        AND s.expires_at <= :now::timestamptz
        AND s.channel = ANY (:channels::text[])
    LIMIT 200
    FOR NO KEY UPDATE SKIP LOCKED
) f
WHERE m.tenant_id = f.tenant_id
    AND m.message_id = f.message_id
    AND m.created_at = f.created_at
RETURNING m.tenant_id, m.message_id, m.created_at, m.conversation_id, m.line_id, m.channel, m.attempts, m.notice_id

-- bury_unknown :none
-- Puts before a person what nobody has told us about for so long.
INSERT INTO dead_letters (
    tenant_id, message_id, message_created_at, conversation_id, line_id, channel, reason, code, attempts, died_at)
SELECT m.tenant_id, m.message_id, m.created_at, m.conversation_id, m.line_id, m.channel, 'outcome_unknown', m.error, m.attempts,
    :now::timestamptz
FROM messages m
WHERE m.status = 'unknown'
    AND m.status_at < :before::timestamptz
    AND NOT EXISTS (
        SELECT
        FROM dead_letters d
        WHERE d.tenant_id = m.tenant_id
            AND d.message_id = m.message_id
            AND d.settled_at IS NULL)
ORDER BY m.status_at
LIMIT 200
ON CONFLICT (tenant_id, message_id) DO UPDATE
SET settled_at = NULL,
    settled_how = NULL,
    died_at = excluded.died_at,
    reason = excluded.reason,
    code = excluded.code

-- settle_arrived :none
-- Takes off the list what its provider has told us of after all.
UPDATE dead_letters d
SET settled_at = :now::timestamptz,
    settled_how = 'arrived'
FROM messages m
WHERE d.settled_at IS NULL
    AND d.reason = 'outcome_unknown'
    AND m.tenant_id = d.tenant_id
    AND m.message_id = d.message_id
    AND m.created_at = d.message_created_at
    AND m.status <> 'unknown'

-- bury :none
-- Puts a message before a person.
INSERT INTO dead_letters (
    tenant_id, message_id, message_created_at, conversation_id, line_id, channel, reason, code, attempts, died_at)
VALUES (
    :tenant_id::uuid, :message_id::uuid, :created_at::timestamptz, :conversation_id::uuid, :line_id::uuid, :channel::text,
    :reason::text, :code::text, :attempts::integer, :now::timestamptz)
ON CONFLICT (tenant_id, message_id) DO UPDATE
SET settled_at = NULL,
    settled_how = NULL,
    died_at = excluded.died_at,
    reason = excluded.reason,
    code = excluded.code,
    attempts = excluded.attempts

-- settle_dead_letter :maybe DeadLetterRow
-- Ends a dead letter's wait for a person.
UPDATE dead_letters
SET settled_at = :now::timestamptz,
    settled_how = :how::text
WHERE tenant_id = :tenant_id::uuid
    AND message_id = :message_id::uuid
    AND settled_at IS NULL
RETURNING message_id, message_created_at, conversation_id, line_id, channel, reason, code, attempts, died_at

-- list_dead_letters :many DeadLetterRow
-- What waits for a person, the oldest first.
SELECT message_id, message_created_at, conversation_id, line_id, channel, reason, code, attempts, died_at
FROM dead_letters
WHERE tenant_id = :tenant_id::uuid
    AND settled_at IS NULL
ORDER BY died_at, message_id
LIMIT :rows_max::integer

-- replan :none
-- Lets a message that was given up be sent again, as if it were new.
UPDATE messages
SET status = 'planned',
    status_at = :now::timestamptz,
    due_at = :now::timestamptz,
    expires_at = :expires_at::timestamptz,
    attempts = 0,
    error = ''
WHERE tenant_id = :tenant_id::uuid
    AND message_id = :message_id::uuid
    AND created_at = :created_at::timestamptz
    AND status IN ('failed', 'unknown')

-- settle_by_person :maybe StaleRow
-- Notes what a person found out about a message of which nobody knew whether it arrived.
UPDATE messages
SET status = CASE WHEN :arrived::boolean THEN 'accepted' ELSE 'failed' END,
    status_at = :now::timestamptz,
    error = CASE WHEN :arrived::boolean THEN '' ELSE 'not_arrived' END
WHERE tenant_id = :tenant_id::uuid
    AND message_id = :message_id::uuid
    AND created_at = :created_at::timestamptz
    AND status = 'unknown'
RETURNING tenant_id, message_id, created_at, conversation_id, line_id, channel, attempts, notice_id

-- forget_rates :none
-- Removes rates that nobody uses any more.
DELETE FROM delivery_rates
WHERE used_until < :before::timestamptz

-- count_dead :one DeadRow
-- What an operator watches: what waits for a person, lines that are stopped, and the age of the oldest message that is due.
SELECT
    (SELECT count(*) FROM dead_letters WHERE settled_at IS NULL) AS dead,
    (SELECT count(*) FROM delivery_pauses WHERE until_at IS NULL) AS stopped,
    coalesce((
        SELECT extract(epoch FROM :now::timestamptz - min(due_at))::float8
        FROM messages
        WHERE status = 'planned' AND due_at <= :now::timestamptz), 0) AS lag_s

-- spoken_parts :many SpokenRow
-- What was planned lately to be said into a call, in order: taken already or not, and nobody else takes it meanwhile.
SELECT m.tenant_id, m.message_id, m.created_at, m.conversation_id, m.line_id, m.channel, m.attempts, m.notice_id, m.status, m.part_sealed
FROM messages m
WHERE m.tenant_id = :tenant_id::uuid
    AND m.conversation_id = :conversation_id::uuid
    AND m.direction = 'out'
    AND m.status IN ('planned', 'accepted')
    AND m.planned_at > :since::timestamptz
ORDER BY m.seq
FOR NO KEY UPDATE

-- accept_spoken :none
-- Notes that words were spoken.
UPDATE messages
SET status = 'accepted',
    status_at = :now::timestamptz,
    error = '',
    attempts = attempts + 1
WHERE tenant_id = :tenant_id::uuid
    AND message_id = ANY (:message_ids::uuid[])
    AND created_at > :now::timestamptz - interval '1 day'
    AND status = 'planned'

-- drop_unheard :many StaleRow
-- Takes back what was to be said into calls of which nobody asked for it any more.
UPDATE messages m
SET status = 'dropped',
    status_at = :now::timestamptz,
    error = 'nobody_listened'
FROM (
    SELECT s.tenant_id, s.message_id, s.created_at
    FROM messages s
    WHERE s.status = 'planned'
        AND s.due_at < :before::timestamptz
        AND s.channel = ANY (:channels::text[])
    LIMIT 200
    FOR NO KEY UPDATE SKIP LOCKED
) f
WHERE m.tenant_id = f.tenant_id
    AND m.message_id = f.message_id
    AND m.created_at = f.created_at
RETURNING m.tenant_id, m.message_id, m.created_at, m.conversation_id, m.line_id, m.channel, m.attempts, m.notice_id

-- claim_unknown :many ClaimRow
-- Takes sends of which nobody knows, to be asked about: one process each, and not again for a while.
WITH lost AS (
    SELECT m.tenant_id, m.message_id, m.created_at
    FROM messages m
    WHERE m.status = 'unknown'
        AND m.due_at <= :now::timestamptz
        AND m.channel = ANY (:channels::text[])
        AND m.expires_at > :now::timestamptz
    ORDER BY m.status_at
    LIMIT :rows_max::integer
    FOR NO KEY UPDATE SKIP LOCKED
)
UPDATE messages m
SET due_at = :again_at::timestamptz
FROM lost l
JOIN messages k ON k.tenant_id = l.tenant_id AND k.message_id = l.message_id AND k.created_at = l.created_at
JOIN conversations c ON c.tenant_id = k.tenant_id AND c.conversation_id = k.conversation_id
WHERE m.tenant_id = l.tenant_id
    AND m.message_id = l.message_id
    AND m.created_at = l.created_at
RETURNING m.tenant_id, m.message_id, m.created_at, m.conversation_id, m.line_id, m.channel, m.author, m.part_sealed, m.attempts,
    m.expires_at, c.last_inbound_at, c.address_index, m.ai_epoch IS NOT NULL AND m.ai_epoch <> c.ai_epoch AS overtaken, m.notice_id

-- replan_unknown :maybe SettledRow
-- Plans anew what was certainly not sent, unless its provider has spoken of it meanwhile.
UPDATE messages
SET status = 'planned',
    status_at = :now::timestamptz,
    due_at = :now::timestamptz,
    error = 'not_found'
WHERE tenant_id = :tenant_id::uuid
    AND message_id = :message_id::uuid
    AND created_at = :created_at::timestamptz
    AND status = 'unknown'
RETURNING 'unknown' AS was, status
