-- act_for_advisor :none
-- From here on the transaction sees one advisor's conversations.
SELECT set_config('saveit.advisor_id', :advisor::text, true)

-- recall :maybe RecallRow
-- What is remembered of a conversation.
SELECT (state -> 'dialogue')::text AS state, ai_epoch, ai_attention, person_id
FROM conversations
WHERE tenant_id = :tenant_id::uuid
    AND conversation_id = :conversation_id::uuid

-- recall_locked :maybe RecallRow
-- The same, kept from changing until the transaction ends: a human who takes over waits, or has come first.
SELECT (state -> 'dialogue')::text AS state, ai_epoch, ai_attention, person_id
FROM conversations
WHERE tenant_id = :tenant_id::uuid
    AND conversation_id = :conversation_id::uuid
FOR NO KEY UPDATE

-- remember :none
-- Writes the state of the dialogue beside whatever else is remembered, unless a human has taken over since the epoch.
UPDATE conversations
SET state = state || jsonb_build_object('dialogue', :state::jsonb),
    language = :language::text
WHERE tenant_id = :tenant_id::uuid
    AND conversation_id = :conversation_id::uuid
    AND ai_epoch = :epoch::bigint

-- note_inbound :maybe SeqRow
-- Takes the next number for a message of the guest's; the reply window counts from here.
UPDATE conversations
SET seq = seq + 1,
    last_inbound_at = greatest(last_inbound_at, :at::timestamptz),
    last_message_at = greatest(last_message_at, :now::timestamptz)
WHERE tenant_id = :tenant_id::uuid
    AND conversation_id = :conversation_id::uuid
RETURNING seq

-- find_inbound :maybe InboundRow
-- A message that was taken down before; it has an epoch once it has had its turn.
SELECT message_id, ai_epoch IS NOT NULL AS had_its_turn
FROM messages
WHERE tenant_id = :tenant_id::uuid
    AND line_id = :line_id::uuid
    AND channel_message_id = :channel_message_id::text
    AND conversation_id = :conversation_id::uuid
    AND direction = 'in'
LIMIT 1

-- note_turn :none
-- Notes that a message has had its turn.
UPDATE messages
SET ai_epoch = :epoch::bigint
WHERE tenant_id = :tenant_id::uuid
    AND message_id = :message_id::uuid
    AND direction = 'in'

-- attribute :none
-- Says whose conversation it is.
UPDATE conversations
SET person_id = :person_id::uuid
WHERE tenant_id = :tenant_id::uuid
    AND conversation_id = :conversation_id::uuid

-- mute :none
-- Begins a new conversation as the advisor, or the person's other conversations, have it.
UPDATE conversations
SET ai_attention = :ai_attention::boolean,
    handed_over_at = CASE WHEN :ai_attention::boolean THEN NULL ELSE :now::timestamptz END,
    handed_over_why = CASE WHEN :ai_attention::boolean THEN '' ELSE 'attended_by_a_human' END
WHERE tenant_id = :tenant_id::uuid
    AND conversation_id = :conversation_id::uuid
    AND seq = 0

-- save_inbound :none
-- Writes down what the guest sent.
INSERT INTO messages (
    tenant_id, message_id, created_at, conversation_id, advisor_id, line_id, channel, direction, seq, kind, author, content_sealed,
    channel_message_id, in_reply_to, status, status_at, planned_at, due_at, expires_at)
VALUES (
    :tenant_id::uuid, :message_id::uuid, :now::timestamptz, :conversation_id::uuid, :advisor_id::uuid, :line_id::uuid, :channel::text,
    'in', :seq::bigint, :kind::text, :author::text, :content_sealed::bytea, :channel_message_id::text, :in_reply_to::text, 'received',
    :at::timestamptz, :now::timestamptz, :now::timestamptz, :now::timestamptz)

-- transcript :many TranscriptRow
-- What was said in a conversation after a number, oldest first.
SELECT message_id, seq, direction, author, kind, content_sealed, part_sealed, status, created_at
FROM messages
WHERE tenant_id = :tenant_id::uuid
    AND conversation_id = :conversation_id::uuid
    AND seq > :after::bigint
ORDER BY seq
LIMIT :rows_max::integer

-- pay_attention :none
-- Says whether the bot answers a person for an advisor.
INSERT INTO attentions (tenant_id, advisor_id, person_id, ai_attention, audio_available, changed_at, changed_by)
VALUES (
    :tenant_id::uuid, :advisor_id::uuid, :person_id::uuid, :ai_attention::boolean, false, :now::timestamptz, :changed_by::text)
ON CONFLICT (tenant_id, advisor_id, person_id)
DO UPDATE SET ai_attention = excluded.ai_attention, changed_at = excluded.changed_at, changed_by = excluded.changed_by

-- allow_audio :none
-- Says whether the bot may answer a person with audio.
INSERT INTO attentions (tenant_id, advisor_id, person_id, ai_attention, audio_available, changed_at, changed_by)
VALUES (
    :tenant_id::uuid, :advisor_id::uuid, :person_id::uuid, true, :audio_available::boolean, :now::timestamptz, :changed_by::text)
ON CONFLICT (tenant_id, advisor_id, person_id)
DO UPDATE SET audio_available = excluded.audio_available, changed_at = excluded.changed_at, changed_by = excluded.changed_by

-- find_attention :maybe AttentionRow
-- Whether the bot answers a person for an advisor, where anybody ever said.
SELECT ai_attention, audio_available
FROM attentions
WHERE tenant_id = :tenant_id::uuid
    AND advisor_id = :advisor_id::uuid
    AND person_id = :person_id::uuid

-- set_attention :many TurnedRow
-- Turns the bot on or off in a conversation and in the person's others of the same advisor; what it was thinking of is void.
UPDATE conversations
SET ai_attention = :ai_attention::boolean,
    ai_epoch = ai_epoch + 1,
    handed_over_at = CASE WHEN :ai_attention::boolean THEN NULL ELSE :now::timestamptz END,
    handed_over_why = CASE WHEN :ai_attention::boolean THEN '' ELSE :why::text END,
    taken_at = CASE WHEN :is_taken::boolean THEN :now::timestamptz END,
    taken_by = NULL
WHERE tenant_id = :tenant_id::uuid
    AND status = 'open'
    AND ai_attention <> :ai_attention::boolean
    AND (conversation_id = :conversation_id::uuid
        OR (person_id = :person_id::uuid AND advisor_id IS NOT DISTINCT FROM :advisor_id::uuid))
RETURNING conversation_id

-- drop_planned :none
-- Takes back what the bot was about to say in a conversation.
UPDATE messages
SET status = 'dropped',
    status_at = :now::timestamptz
WHERE tenant_id = :tenant_id::uuid
    AND conversation_id = :conversation_id::uuid
    AND status = 'planned'
    AND author = 'bot'

-- find_guest_message :maybe GuestMessageRow
-- A guest's message by its provider's id: where it stands, what it says, and whether it had its turn.
SELECT message_id, content_sealed, ai_epoch IS NOT NULL AS had_its_turn
FROM messages
WHERE tenant_id = :tenant_id::uuid
    AND line_id = :line_id::uuid
    AND channel_message_id = :channel_message_id::text
    AND conversation_id = :conversation_id::uuid
    AND direction = 'in'
LIMIT 1

-- rewrite_inbound :none
-- Lets a guest's message read as the guest has it now: other words, or none.
UPDATE messages
SET content_sealed = :content_sealed::bytea,
    kind = :kind::text
WHERE tenant_id = :tenant_id::uuid
    AND message_id = :message_id::uuid
    AND direction = 'in'

-- unanswered_sends :many SendRow
-- What may still become known under a provider's id that nobody has told us: sends under way, and those whose answer was lost.
SELECT message_id, created_at, status, part_sealed
FROM messages
WHERE tenant_id = :tenant_id::uuid
    AND conversation_id = :conversation_id::uuid
    AND direction = 'out'
    AND channel_message_id IS NULL
    AND (status IN ('sending', 'unknown') OR (status = 'accepted' AND status_at > :since::timestamptz))
ORDER BY seq DESC
LIMIT 20

-- readdress_conversation :none
-- Lets the open conversation of an address go on at another, unless one is open there.
UPDATE conversations c
SET address_sealed = :address_sealed::bytea,
    address_index = :address_index::bytea
WHERE c.tenant_id = :tenant_id::uuid
    AND c.conversation_id = :conversation_id::uuid
    AND NOT EXISTS (
        SELECT
        FROM conversations o
        WHERE o.tenant_id = c.tenant_id
            AND o.line_id = c.line_id
            AND o.address_index = :address_index::bytea
            AND o.status = 'open')

-- forget_state :none
-- Forgets what a conversation has proved and was about.
UPDATE conversations
SET state = state - 'dialogue'
WHERE tenant_id = :tenant_id::uuid
    AND conversation_id = :conversation_id::uuid

-- drop_unspoken :none
-- Takes back what was to be said into a call that is over.
UPDATE messages
SET status = 'dropped',
    status_at = :now::timestamptz,
    error = 'call_over'
WHERE tenant_id = :tenant_id::uuid
    AND conversation_id = :conversation_id::uuid
    AND direction = 'out'
    AND status = 'planned'
