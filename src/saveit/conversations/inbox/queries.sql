-- inbox_columns :part
-- All that an InboxRow is made of: a conversation, its last words, and how many of the guest's nobody has read.
c.conversation_id, c.advisor_id, c.line_id, c.channel, c.address_sealed, c.person_id, c.status, c.ai_epoch, c.ai_attention, c.language, c.seq,
    c.opened_at, c.closed_at, c.last_inbound_at, coalesce(c.last_message_at, c.opened_at) AS last_at, c.handed_over_at,
    c.handed_over_why, c.taken_at, c.taken_by, (
        SELECT count(*)
        FROM messages u
        WHERE u.tenant_id = c.tenant_id
            AND u.conversation_id = c.conversation_id
            AND u.seq > c.read_seq
            AND u.direction = 'in') AS unread, (
        SELECT l.message_id
        FROM messages l
        WHERE l.tenant_id = c.tenant_id
            AND l.conversation_id = c.conversation_id
            AND l.kind NOT IN ('typing', 'readmark', 'tapanswer')
        ORDER BY l.seq DESC
        LIMIT 1) AS last_message_id

-- list_inbox :many InboxRow
-- Conversations before a place in the list, the latest word first.
SELECT {{inbox_columns}}
FROM conversations c
WHERE c.tenant_id = :tenant_id::uuid
    AND (:line_ids::uuid[] IS NULL OR c.line_id = ANY (:line_ids::uuid[]))
    AND (:status::text IS NULL OR c.status = :status::text)
    AND (:channel::text IS NULL OR c.channel = :channel::text)
    AND (:advisor_id::uuid IS NULL OR c.advisor_id = :advisor_id::uuid)
    AND (:person_ids::uuid[] IS NULL OR c.person_id = ANY (:person_ids::uuid[]))
    AND (NOT :needs_human::boolean OR (c.status = 'open' AND c.handed_over_at IS NOT NULL AND c.taken_at IS NULL))
    AND (coalesce(c.last_message_at, c.opened_at), c.conversation_id) < (:before_at::timestamptz, :before_id::uuid)
ORDER BY coalesce(c.last_message_at, c.opened_at) DESC, c.conversation_id DESC
LIMIT :rows_max::integer

-- find_in_inbox :maybe InboxRow
-- One conversation as the list shows it.
SELECT {{inbox_columns}}
FROM conversations c
WHERE c.tenant_id = :tenant_id::uuid
    AND c.conversation_id = :conversation_id::uuid

-- count_inbox :one CountsRow
-- How many conversations are open, how many need a human, and in how many that a human attends something is unread.
SELECT
    count(*) AS open,
    count(*) FILTER (WHERE handed_over_at IS NOT NULL AND taken_at IS NULL) AS needs_human,
    count(*) FILTER (WHERE NOT ai_attention AND EXISTS (
        SELECT
        FROM messages u
        WHERE u.tenant_id = c.tenant_id
            AND u.conversation_id = c.conversation_id
            AND u.seq > c.read_seq
            AND u.direction = 'in')) AS unread
FROM conversations c
WHERE c.tenant_id = :tenant_id::uuid
    AND c.status = 'open'
    AND (:line_ids::uuid[] IS NULL OR c.line_id = ANY (:line_ids::uuid[]))

-- message_columns :part
-- All that a MessageRow is made of.
m.message_id, m.conversation_id, m.line_id, m.channel, m.seq, m.direction, m.author, m.author_id, m.kind, m.content_sealed, m.part_sealed,
    m.status, m.error, m.created_at, m.status_at

-- last_heard :maybe HeardRow
-- The provider's id of the guest's last message in a conversation.
SELECT channel_message_id
FROM messages
WHERE tenant_id = :tenant_id::uuid
    AND conversation_id = :conversation_id::uuid
    AND direction = 'in'
    AND channel_message_id IS NOT NULL
ORDER BY seq DESC
LIMIT 1

-- messages_by_id :many MessageRow
-- Some messages.
SELECT {{message_columns}}
FROM messages m
WHERE m.tenant_id = :tenant_id::uuid
    AND m.message_id = ANY (:message_ids::uuid[])

-- messages_before :many MessageRow
-- What was said in a conversation before a number, the latest first.
SELECT {{message_columns}}
FROM messages m
WHERE m.tenant_id = :tenant_id::uuid
    AND m.conversation_id = :conversation_id::uuid
    AND m.seq < :before::bigint
    AND m.kind NOT IN ('typing', 'readmark', 'tapanswer')
ORDER BY m.seq DESC
LIMIT :rows_max::integer

-- messages_after :many MessageRow
-- What was said in a conversation after a number, the first first.
SELECT {{message_columns}}
FROM messages m
WHERE m.tenant_id = :tenant_id::uuid
    AND m.conversation_id = :conversation_id::uuid
    AND m.seq > :after::bigint
    AND m.kind NOT IN ('typing', 'readmark', 'tapanswer')
ORDER BY m.seq
LIMIT :rows_max::integer

-- messages_of_people :many MessageRow
-- What was said in all conversations of some people before a place, the latest first.
SELECT {{message_columns}}
FROM conversations c
CROSS JOIN LATERAL (
    SELECT
        o.message_id, o.conversation_id, o.line_id, o.channel, o.seq, o.direction, o.author, o.author_id, o.kind, o.content_sealed,
        o.part_sealed, o.status, o.error, o.created_at, o.status_at
    FROM messages o
    WHERE o.tenant_id = c.tenant_id
        AND o.conversation_id = c.conversation_id
        AND o.kind NOT IN ('typing', 'readmark', 'tapanswer')
        AND (o.created_at, o.message_id) < (:before_at::timestamptz, :before_id::uuid)
    ORDER BY o.seq DESC
    LIMIT :rows_max::integer
) m
WHERE c.tenant_id = :tenant_id::uuid
    AND c.person_id = ANY (:person_ids::uuid[])
    AND (:line_ids::uuid[] IS NULL OR c.line_id = ANY (:line_ids::uuid[]))
ORDER BY m.created_at DESC, m.message_id DESC
LIMIT :rows_max::integer

-- messages_unsettled :many MessageRow
-- What was not sent, or may not have been, the latest first.
SELECT {{message_columns}}
FROM messages m
WHERE m.tenant_id = :tenant_id::uuid
    AND m.status = :status::text
    AND m.direction = 'out'
    AND (:conversation_id::uuid IS NULL OR m.conversation_id = :conversation_id::uuid)
    AND (:line_ids::uuid[] IS NULL OR m.line_id = ANY (:line_ids::uuid[]))
    AND (m.created_at, m.message_id) < (:before_at::timestamptz, :before_id::uuid)
ORDER BY m.created_at DESC, m.message_id DESC
LIMIT :rows_max::integer

-- take_conversation :many TakenRow
-- A human attends these from here on: the conversation, and the person's others of the same advisor. What the bot thinks of is void.
UPDATE conversations
SET taken_at = :now::timestamptz,
    taken_by = :taken_by::uuid,
    handed_over_at = coalesce(handed_over_at, :now::timestamptz),
    ai_epoch = ai_epoch + 1
WHERE tenant_id = :tenant_id::uuid
    AND status = 'open'
    AND NOT ai_attention
    AND (taken_at IS NULL OR taken_by IS DISTINCT FROM :taken_by::uuid)
    AND (conversation_id = :conversation_id::uuid
        OR (person_id = :person_id::uuid AND advisor_id IS NOT DISTINCT FROM :advisor_id::uuid))
RETURNING conversation_id

-- note_read :none
-- Notes up to which number somebody of the house has read; it only rises.
UPDATE conversations
SET read_seq = greatest(read_seq, least(:seq::bigint, seq))
WHERE tenant_id = :tenant_id::uuid
    AND conversation_id = :conversation_id::uuid

-- close_conversation :maybe TakenRow
-- Ends a conversation: what the guest says next begins another.
UPDATE conversations
SET status = 'closed',
    closed_at = :now::timestamptz,
    read_seq = seq,
    ai_epoch = ai_epoch + 1
WHERE tenant_id = :tenant_id::uuid
    AND conversation_id = :conversation_id::uuid
    AND status = 'open'
RETURNING conversation_id

-- list_quick_answers :many QuickAnswerRow
-- A restaurant's answers at hand.
SELECT quick_answer_id, restaurant_id, language, shortcut, text, revision
FROM quick_answers
WHERE tenant_id = :tenant_id::uuid
    AND restaurant_id = :restaurant_id::uuid
    AND (:language::text IS NULL OR language = :language::text)
ORDER BY language DESC, shortcut
LIMIT 500

-- find_quick_answer :maybe QuickAnswerRow
-- One answer at hand, kept from changing until the transaction ends.
SELECT quick_answer_id, restaurant_id, language, shortcut, text, revision
FROM quick_answers
WHERE tenant_id = :tenant_id::uuid
    AND quick_answer_id = :quick_answer_id::uuid
FOR NO KEY UPDATE

-- save_quick_answer :none
-- Writes an answer at hand.
INSERT INTO quick_answers (
    tenant_id, quick_answer_id, restaurant_id, language, shortcut, text, revision, updated_at)
VALUES (
    :tenant_id::uuid, :quick_answer_id::uuid, :restaurant_id::uuid, :language::text, :shortcut::text, :text::text,
    :revision::integer, :now::timestamptz)
ON CONFLICT (tenant_id, quick_answer_id)
DO UPDATE SET shortcut = excluded.shortcut, text = excluded.text, revision = excluded.revision, updated_at = excluded.updated_at

-- remove_quick_answer :none
-- Removes an answer at hand.
DELETE FROM quick_answers
WHERE tenant_id = :tenant_id::uuid
    AND quick_answer_id = :quick_answer_id::uuid

-- lock_line_tests :none
-- Lets the tests of one customer be counted one after the other.
SELECT pg_advisory_xact_lock(hashtextextended(:tenant_id::uuid::text, 9317))

-- count_line_tests :one CountRow
-- How many test messages a customer sent since an instant.
SELECT count(*) AS counted
FROM line_tests
WHERE tenant_id = :tenant_id::uuid
    AND tested_at > :since::timestamptz

-- note_line_test :none
-- Notes that a message is a test.
INSERT INTO line_tests (tenant_id, message_id, line_id, tested_by, tested_at)
VALUES (:tenant_id::uuid, :message_id::uuid, :line_id::uuid, :tested_by::text, :now::timestamptz)

-- list_line_tests :many LineTestRow
-- The latest test messages of a line.
SELECT message_id
FROM line_tests
WHERE tenant_id = :tenant_id::uuid
    AND line_id = :line_id::uuid
ORDER BY tested_at DESC, message_id DESC
LIMIT 10
