-- note_media :none
-- Notes a file of a message, to be copied; once.
INSERT INTO message_media (
    tenant_id, message_id, n, conversation_id, line_id, channel, kind, reference_sealed, media_type, status, error, due_at, created_at,
    hearing, hearing_language, hearing_due_at)
VALUES (
    :tenant_id::uuid, :message_id::uuid, :n::smallint, :conversation_id::uuid, :line_id::uuid, :channel::text, :kind::text,
    :reference_sealed::bytea, :media_type::text, :status::text, :error::text, :now::timestamptz, :now::timestamptz, :hearing::text,
    :hearing_language::text, :now::timestamptz)
ON CONFLICT DO NOTHING

-- claim_media :many WaitingMedia
-- Takes files to copy, the oldest first: each is one process's until the lease is over.
UPDATE message_media m
SET attempts = m.attempts + 1,
    due_at = :lease_until::timestamptz
FROM (
    SELECT w.tenant_id, w.message_id, w.n
    FROM message_media w
    WHERE w.status = 'waiting'
        AND w.due_at <= :now::timestamptz
    ORDER BY w.due_at
    LIMIT :rows_max::integer
    FOR NO KEY UPDATE SKIP LOCKED
) d
WHERE m.tenant_id = d.tenant_id
    AND m.message_id = d.message_id
    AND m.n = d.n
RETURNING m.tenant_id, m.message_id, m.n, m.line_id, m.channel, m.kind, m.reference_sealed, m.attempts

-- keep_media :none
-- Keeps a copied file.
UPDATE message_media
SET status = 'kept',
    content_sealed = :content_sealed::bytea,
    media_type = :media_type::text,
    size_octets = :size_octets::integer,
    error = ''
WHERE tenant_id = :tenant_id::uuid
    AND message_id = :message_id::uuid
    AND n = :n::smallint
    AND status = 'waiting'

-- put_media_off :none
-- Lets a file be tried again later, or no more.
UPDATE message_media
SET status = :status::text,
    error = :error::text,
    due_at = :due_at::timestamptz
WHERE tenant_id = :tenant_id::uuid
    AND message_id = :message_id::uuid
    AND n = :n::smallint
    AND status = 'waiting'

-- find_media :maybe MediaRow
-- One file of a message.
SELECT conversation_id, kind, media_type, status, content_sealed
FROM message_media
WHERE tenant_id = :tenant_id::uuid
    AND message_id = :message_id::uuid
    AND n = :n::smallint

-- claim_hearing :many WaitingSound
-- Takes copied sounds to hear, the oldest first: each is one process's until the lease is over.
UPDATE message_media m
SET hearing_attempts = m.hearing_attempts + 1,
    hearing_due_at = :lease_until::timestamptz
FROM (
    SELECT w.tenant_id, w.message_id, w.n
    FROM message_media w
    WHERE w.hearing = 'asked'
        AND w.status = 'kept'
        AND w.hearing_due_at <= :now::timestamptz
    ORDER BY w.hearing_due_at
    LIMIT :rows_max::integer
    FOR NO KEY UPDATE SKIP LOCKED
) d
WHERE m.tenant_id = d.tenant_id
    AND m.message_id = d.message_id
    AND m.n = d.n
RETURNING m.tenant_id, m.message_id, m.n, m.media_type, m.content_sealed, m.hearing_language, m.hearing_attempts

-- keep_heard :none
-- Keeps what was heard, or that nothing could be.
UPDATE message_media
SET hearing = :hearing::text,
    heard_sealed = :heard_sealed::bytea
WHERE tenant_id = :tenant_id::uuid
    AND message_id = :message_id::uuid
    AND n = :n::smallint
    AND hearing = 'asked'

-- put_hearing_off :none
-- Lets a sound be heard again a little later.
UPDATE message_media
SET hearing_due_at = :due_at::timestamptz
WHERE tenant_id = :tenant_id::uuid
    AND message_id = :message_id::uuid
    AND n = :n::smallint
    AND hearing = 'asked'

-- find_hearing :maybe HearingRow
-- How far a message's first file is on its way to be heard.
SELECT status, hearing, heard_sealed
FROM message_media
WHERE tenant_id = :tenant_id::uuid
    AND message_id = :message_id::uuid
    AND n = 1

-- forget_media :none
-- Removes old files; that there was one stays in the message's kind.
DELETE FROM message_media
WHERE (tenant_id, message_id, n) IN (
    SELECT tenant_id, message_id, n
    FROM message_media
    WHERE created_at < :before::timestamptz
    LIMIT :rows_max::integer
    FOR UPDATE SKIP LOCKED
)
