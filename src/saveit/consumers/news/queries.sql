-- talking_about :many TalkRow
-- Open conversations that were about this restaurant and day a moment ago, not those of whoever took the table.
SELECT c.conversation_id, c.channel, c.address_sealed, c.line_id, c.language, c.person_id, c.last_inbound_at, c.ai_attention
FROM conversations c
LEFT JOIN lines l ON l.line_id = c.line_id AND l.tenant_id = c.tenant_id
WHERE c.tenant_id = :tenant_id::uuid
    AND c.status = 'open'
    AND c.last_inbound_at >= :since::timestamptz
    AND coalesce(c.state -> 'dialogue' ->> 'restaurant_id', l.restaurant_id::text) = :restaurant_id::text
    AND c.state -> 'dialogue' -> 'draft' ->> 'date' = :service_on::text
    AND (:person_id::uuid IS NULL OR c.person_id IS DISTINCT FROM :person_id::uuid)
ORDER BY c.last_inbound_at DESC
LIMIT 200

-- first_talked_about :one NumberRow
-- The number of the first of some restaurants' days that an open conversation was about a moment ago; absent when of none.
SELECT min(n.number)::integer AS number
FROM unnest(:tenant_ids::uuid[], :restaurant_ids::text[], :service_ons::text[])
    WITH ORDINALITY AS n (tenant_id, restaurant_id, service_on, number)
WHERE EXISTS (
    SELECT
    FROM conversations c
    LEFT JOIN lines l ON l.line_id = c.line_id AND l.tenant_id = c.tenant_id
    WHERE c.tenant_id = n.tenant_id
        AND c.status = 'open'
        AND c.last_inbound_at >= :since::timestamptz
        AND coalesce(c.state -> 'dialogue' ->> 'restaurant_id', l.restaurant_id::text) = n.restaurant_id
        AND c.state -> 'dialogue' -> 'draft' ->> 'date' = n.service_on)

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
