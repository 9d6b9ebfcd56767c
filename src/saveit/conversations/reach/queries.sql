-- silence :none
-- Remembers that an address wants to hear no more; the guest's own word outlasts a provider's refusal.
INSERT INTO silenced_addresses AS s (tenant_id, channel, address_index, code, by_guest, silenced_at)
VALUES (:tenant_id::uuid, :channel::text, :address_index::bytea, :code::text, :by_guest::boolean, :now::timestamptz)
ON CONFLICT (tenant_id, channel, address_index)
DO UPDATE SET by_guest = true, code = excluded.code
WHERE excluded.by_guest AND NOT s.by_guest

-- say_farewell :none
-- Lets these messages still go to an address that has just said that it wants to hear no more.
UPDATE silenced_addresses
SET farewell_ids = :message_ids::uuid[]
WHERE tenant_id = :tenant_id::uuid
    AND channel = :channel::text
    AND address_index = :address_index::bytea

-- unsilence :none
-- The address wants to hear from us again; a guest's own word is only taken back by another one.
DELETE FROM silenced_addresses
WHERE tenant_id = :tenant_id::uuid
    AND channel = :channel::text
    AND address_index = :address_index::bytea
    AND (:by_guest::boolean OR NOT by_guest)

-- find_silence :maybe SilenceRow
-- How an address said that it wants to hear no more.
SELECT by_guest, farewell_ids
FROM silenced_addresses
WHERE tenant_id = :tenant_id::uuid
    AND channel = :channel::text
    AND address_index = :address_index::bytea

-- pause_line :maybe PauseRow
-- Keeps a line from being used until an instant, or until a person acts; nothing comes back when it is paused as long already.
INSERT INTO delivery_pauses AS p (tenant_id, line_id, until_at, code, since_at)
VALUES (:tenant_id::uuid, :line_id::uuid, :until_at::timestamptz, :code::text, :now::timestamptz)
ON CONFLICT (tenant_id, line_id)
DO UPDATE SET until_at = excluded.until_at, code = excluded.code, since_at = excluded.since_at
WHERE p.until_at IS NOT NULL
    AND (excluded.until_at IS NULL OR excluded.until_at > p.until_at)
RETURNING p.line_id, p.until_at, p.code, p.since_at

-- resume_line :none
-- Lets a line be used again.
DELETE FROM delivery_pauses
WHERE tenant_id = :tenant_id::uuid
    AND line_id = :line_id::uuid

-- list_pauses :many PauseRow
-- The lines that are not used at present.
SELECT line_id, until_at, code, since_at
FROM delivery_pauses
WHERE tenant_id = :tenant_id::uuid
    AND (until_at IS NULL OR until_at > :now::timestamptz)
ORDER BY since_at
LIMIT 500

-- note_word :none
-- Keeps what a provider said last about one thing of a line.
INSERT INTO line_words AS w (tenant_id, line_id, subject, channel, word, detail, needs_person, said_at)
VALUES (
    :tenant_id::uuid, :line_id::uuid, :subject::text, :channel::text, :word::text, :detail::text, :needs_person::boolean,
    :now::timestamptz)
ON CONFLICT (tenant_id, line_id, subject)
DO UPDATE SET
    word = excluded.word,
    detail = excluded.detail,
    needs_person = excluded.needs_person,
    said_at = excluded.said_at

-- list_words :many LineWord
-- What providers said about a tenant's lines, what needs a person first.
SELECT line_id, channel, subject, word, detail, needs_person, said_at
FROM line_words
WHERE tenant_id = :tenant_id::uuid
ORDER BY needs_person DESC, said_at DESC
LIMIT 500
