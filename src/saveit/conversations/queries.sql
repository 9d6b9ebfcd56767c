-- open_conversation :one ConversationRow
-- The open conversation of an address on a line; made when there is none, by whoever comes first.
INSERT INTO conversations (
    tenant_id, conversation_id, advisor_id, line_id, channel, address_sealed, address_index, person_id, status, language, opened_at)
VALUES (
    :tenant_id::uuid, :conversation_id::uuid, :advisor_id::uuid, :line_id::uuid, :channel::text, :address_sealed::bytea,
    :address_index::bytea, :person_id::uuid, 'open', :language::text, :now::timestamptz)
ON CONFLICT (tenant_id, line_id, address_index) WHERE status = 'open'
DO UPDATE SET person_id = coalesce(conversations.person_id, excluded.person_id)
RETURNING conversation_id, advisor_id, line_id, channel, address_sealed, person_id, ai_epoch, ai_attention, language, last_inbound_at

-- note_heard :none
-- Notes that the guest spoke: the reply window counts from here.
UPDATE conversations
SET last_inbound_at = greatest(last_inbound_at, :at::timestamptz),
    last_message_at = greatest(last_message_at, :at::timestamptz)
WHERE tenant_id = :tenant_id::uuid
    AND conversation_id = :conversation_id::uuid

-- find_conversation :maybe ConversationRow
-- One conversation.
SELECT conversation_id, advisor_id, line_id, channel, address_sealed, person_id, ai_epoch, ai_attention, language, last_inbound_at
FROM conversations
WHERE tenant_id = :tenant_id::uuid
    AND conversation_id = :conversation_id::uuid

-- conversations_of_person :many ConversationRow
-- The open conversations of a person, the one that was used last first.
SELECT conversation_id, advisor_id, line_id, channel, address_sealed, person_id, ai_epoch, ai_attention, language, last_inbound_at
FROM conversations
WHERE tenant_id = :tenant_id::uuid
    AND person_id = :person_id::uuid
    AND status = 'open'
ORDER BY last_inbound_at DESC NULLS LAST, conversation_id
LIMIT 50

-- take_numbers :maybe NumberRow
-- Takes the next numbers of a conversation; nothing comes back when a human has taken over since the epoch.
UPDATE conversations
SET seq = seq + :count::bigint,
    last_message_at = :now::timestamptz
WHERE tenant_id = :tenant_id::uuid
    AND conversation_id = :conversation_id::uuid
    AND (:epoch::bigint IS NULL OR ai_epoch = :epoch::bigint)
RETURNING seq

-- plan_message :none
-- Writes down a message that is to go out.
INSERT INTO messages (
    tenant_id, message_id, created_at, conversation_id, advisor_id, line_id, channel, direction, seq, kind, author, author_id,
    part_sealed, in_reply_to, status, status_at, ai_epoch, priority, planned_at, due_at, expires_at, notice_id)
VALUES (
    :tenant_id::uuid, :message_id::uuid, :now::timestamptz, :conversation_id::uuid, :advisor_id::uuid, :line_id::uuid, :channel::text,
    'out', :seq::bigint, :kind::text, :author::text, :author_id::uuid, :part_sealed::bytea, :in_reply_to::text, 'planned', :now::timestamptz,
    :epoch::bigint, :priority::smallint, :now::timestamptz, :due_at::timestamptz, :expires_at::timestamptz, :notice_id::uuid)

-- raise_status_by_reference :maybe StatusRow
-- Moves a message of ours up the lattice, found by our own id; nothing comes back when it stands as high already.
UPDATE messages m
SET status = :status::text,
    status_at = :at::timestamptz,
    error = CASE WHEN :status::text = 'failed' THEN :error::text ELSE m.error END,
    channel_message_id = coalesce(m.channel_message_id, nullif(:channel_message_id::text, ''))
FROM (
    SELECT b.tenant_id, b.message_id, b.created_at, b.status AS was
    FROM messages b
    WHERE b.tenant_id = :tenant_id::uuid
        AND b.message_id = :message_id::uuid
        AND b.created_at BETWEEN :near_at::timestamptz - interval '1 day' AND :near_at::timestamptz + interval '1 day'
        AND b.line_id = :line_id::uuid
        AND b.direction = 'out'
    FOR NO KEY UPDATE
) f
WHERE m.tenant_id = f.tenant_id
    AND m.message_id = f.message_id
    AND m.created_at = f.created_at
    AND message_rises_v1(f.was, :status::text)
RETURNING m.message_id, m.conversation_id, m.line_id, m.channel, f.was, m.status, m.error, m.notice_id

-- raise_status_by_provider_id :maybe StatusRow
-- The same, found by the provider's id.
UPDATE messages m
SET status = :status::text,
    status_at = :at::timestamptz,
    error = CASE WHEN :status::text = 'failed' THEN :error::text ELSE m.error END
FROM (
    SELECT b.tenant_id, b.message_id, b.created_at, b.status AS was
    FROM messages b
    WHERE b.tenant_id = :tenant_id::uuid
        AND b.line_id = :line_id::uuid
        AND b.channel_message_id = :channel_message_id::text
        AND b.direction = 'out'
    FOR NO KEY UPDATE
) f
WHERE m.tenant_id = f.tenant_id
    AND m.message_id = f.message_id
    AND m.created_at = f.created_at
    AND message_rises_v1(f.was, :status::text)
RETURNING m.message_id, m.conversation_id, m.line_id, m.channel, f.was, m.status, m.error, m.notice_id

-- knows_message :one KnownRow
-- Says whether a message of ours has this id at its provider, or this id of ours.
SELECT EXISTS (
    SELECT
    FROM messages
    WHERE tenant_id = :tenant_id::uuid
        AND line_id = :line_id::uuid
        AND channel_message_id = :channel_message_id::text
        AND direction = 'out'
) AS known

-- keep_orphan :none
-- Keeps a status whose message is not known yet.
INSERT INTO orphan_statuses (tenant_id, line_id, channel_message_id, status, error, at, expires_at)
VALUES (
    :tenant_id::uuid, :line_id::uuid, :channel_message_id::text, :status::text, :error::text, :at::timestamptz, :expires_at::timestamptz)
ON CONFLICT DO NOTHING

-- take_orphans :many OrphanRow
-- The statuses that waited for a message, which is known now.
DELETE FROM orphan_statuses
WHERE tenant_id = :tenant_id::uuid
    AND line_id = :line_id::uuid
    AND channel_message_id = :channel_message_id::text
RETURNING status, error, at

-- forget_orphans :none
-- Removes statuses that nobody has claimed.
DELETE FROM orphan_statuses
WHERE expires_at < :now::timestamptz

-- messages_up_to :many MessageIdRow
-- The messages of a conversation that a watermark covers and that stand below its status.
SELECT message_id, created_at
FROM messages
WHERE tenant_id = :tenant_id::uuid
    AND conversation_id = :conversation_id::uuid
    AND direction = 'out'
    AND status IN ('accepted', 'sent', 'delivered', 'unknown')
    AND planned_at <= :up_to::timestamptz
ORDER BY seq DESC
LIMIT 200

-- find_open_conversation :maybe ConversationRow
-- The open conversation of an address on a line, if there is one.
SELECT conversation_id, advisor_id, line_id, channel, address_sealed, person_id, ai_epoch, ai_attention, language, last_inbound_at
FROM conversations
WHERE tenant_id = :tenant_id::uuid
    AND line_id = :line_id::uuid
    AND address_index = :address_index::bytea
    AND status = 'open'
