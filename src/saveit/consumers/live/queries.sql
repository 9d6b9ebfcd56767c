-- keep_frame :one KeptRow
-- Keeps a frame of a web chat under its next number, or says which it has.
SELECT seq, is_new
FROM chat_keep_v1(
    :tenant_id::uuid, :line_id::uuid, :session_index::bytea, :frame_key::text, :message_id::uuid, :frame_sealed::bytea,
    :now::timestamptz)

-- frames_after :many FrameRow
-- What a session was shown after a number, in order.
SELECT seq, frame_key, frame_sealed
FROM chat_frames
WHERE tenant_id = :tenant_id::uuid
    AND line_id = :line_id::uuid
    AND session_index = :session_index::bytea
    AND seq > :after::bigint
ORDER BY seq
LIMIT :rows_max::integer

-- find_session :maybe SessionRow
-- How far a session is.
SELECT seq, delivered_seq, read_seq
FROM chat_sessions
WHERE tenant_id = :tenant_id::uuid
    AND line_id = :line_id::uuid
    AND session_index = :session_index::bytea

-- sessions_with_news :many NewsRow
-- Which sessions have had a frame since a transaction, and from which to ask next time; one row at least. Some may be named twice, none
-- is left out: whoever was still running is asked about again.
SELECT s.xmin::text::bigint AS next_txid, f.line_id, f.session_index
FROM (SELECT pg_snapshot_xmin(pg_current_snapshot()) AS xmin, pg_snapshot_xmax(pg_current_snapshot()) AS xmax) s
LEFT JOIN LATERAL (
    SELECT DISTINCT o.line_id, o.session_index
    FROM chat_frames o
    WHERE o.txid >= :since_txid::bigint::text::xid8
        AND o.txid < s.xmax
) f ON true

-- mark_session :maybe MarkedRow
-- Notes how far a guest has received and read; never back, and never beyond what there is. Nothing comes back where nothing moved.
UPDATE chat_sessions s
SET delivered_seq = greatest(b.delivered_seq, least(b.seq, greatest(:delivered_seq::bigint, :read_seq::bigint))),
    read_seq = greatest(b.read_seq, least(b.seq, :read_seq::bigint))
FROM (
    SELECT o.tenant_id, o.line_id, o.session_index, o.seq, o.delivered_seq, o.read_seq
    FROM chat_sessions o
    WHERE o.tenant_id = :tenant_id::uuid
        AND o.line_id = :line_id::uuid
        AND o.session_index = :session_index::bytea
    FOR NO KEY UPDATE
) b
WHERE s.tenant_id = b.tenant_id
    AND s.line_id = b.line_id
    AND s.session_index = b.session_index
    AND (b.delivered_seq < least(b.seq, greatest(:delivered_seq::bigint, :read_seq::bigint))
        OR b.read_seq < least(b.seq, :read_seq::bigint))
RETURNING b.delivered_seq AS delivered_before, b.read_seq AS read_before, s.delivered_seq, s.read_seq

-- messages_between :many MessageRow
-- What the house said between two numbers of a session.
SELECT seq, message_id
FROM chat_frames
WHERE tenant_id = :tenant_id::uuid
    AND line_id = :line_id::uuid
    AND session_index = :session_index::bytea
    AND seq > :after::bigint
    AND seq <= :up_to::bigint
    AND message_id IS NOT NULL
ORDER BY seq

-- talk_of :maybe TalkRow
-- What a session's open conversation is about at the moment, and whether the bot answers in it.
SELECT
    ai_attention, state -> 'dialogue' ->> 'restaurant_id' AS restaurant_id, state -> 'dialogue' -> 'draft' ->> 'date' AS service_on,
    (state -> 'dialogue' -> 'draft' ->> 'party_size')::integer AS party_size
FROM conversations
WHERE tenant_id = :tenant_id::uuid
    AND line_id = :line_id::uuid
    AND address_index = :session_index::bytea
    AND status = 'open'

-- chat_line :maybe LineIdRow
-- The line on which a restaurant's guests chat: its own, or else one of the house as a whole.
SELECT line_id
FROM lines
WHERE tenant_id = :tenant_id::uuid
    AND channel = 'webchat'
    AND active
    AND advisor_id IS NULL
    AND (restaurant_id = :restaurant_id::uuid OR restaurant_id IS NULL)
ORDER BY restaurant_id IS NULL, line_id
LIMIT 1

-- forget_frames :none
-- Removes what was shown in sessions that are over.
DELETE FROM chat_frames
WHERE kept_at < :before::timestamptz

-- forget_sessions :none
-- Removes sessions that are over.
DELETE FROM chat_sessions
WHERE used_at < :before::timestamptz
