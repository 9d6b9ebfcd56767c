-- talking_about :many TalkRow
-- Open conversations that were about this restaurant and day a moment ago, not those of whoever took the table.
SELECT conversation_id, channel, address_sealed, line_id, language, person_id, last_inbound_at, ai_attention
FROM conversations
WHERE tenant_id = :tenant_id::uuid
    AND status = 'open'
    AND last_inbound_at >= :since::timestamptz
    AND state ->> 'restaurant_id' = :restaurant_id::text
    AND state -> 'draft' ->> 'date' = :service_on::text
    AND (:person_id::uuid IS NULL OR person_id IS DISTINCT FROM :person_id::uuid)
ORDER BY last_inbound_at DESC
LIMIT 200

-- note_told :maybe ToldRow
-- Notes that a conversation was told that a slot is gone; nothing comes back when it was told of this one before.
INSERT INTO slot_news (tenant_id, conversation_id, restaurant_id, service_on, slot, told_at)
VALUES (
    :tenant_id::uuid, :conversation_id::uuid, :restaurant_id::uuid, :service_on::date, :slot::text, :now::timestamptz)
ON CONFLICT DO NOTHING
RETURNING slot

-- forget_news :none
-- Removes what was told of days that are over.
DELETE FROM slot_news
WHERE told_at < :before::timestamptz
