-- What a web chat has shown and been told, numbered for its session: so that a socket goes on after the last frame it had, in whatever
-- process, after whatever break. The words are sealed; the messages themselves stay in `messages`, which knows who answers whom.

CREATE TABLE chat_sessions (
    tenant_id uuid NOT NULL,
    line_id uuid NOT NULL,
    -- The keyed digest of the session, the same as of the conversation's address.
    session_index bytea NOT NULL,
    -- Of the last frame, and up to which the guest has received and read them.
    seq bigint NOT NULL DEFAULT 0,
    delivered_seq bigint NOT NULL DEFAULT 0,
    read_seq bigint NOT NULL DEFAULT 0,
    used_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, line_id, session_index),
    CONSTRAINT chat_is_read_after_it_arrives CHECK (read_seq <= delivered_seq AND delivered_seq <= seq)
);
CREATE INDEX chat_sessions_by_age ON chat_sessions (used_at);

CREATE TABLE chat_frames (
    tenant_id uuid NOT NULL,
    line_id uuid NOT NULL,
    session_index bytea NOT NULL,
    seq bigint NOT NULL,
    -- The widget's own id of what a guest wrote, our message's of what we said: sent again, it is the same frame.
    frame_key text NOT NULL,
    message_id uuid,
    frame_sealed bytea NOT NULL,
    kept_at timestamptz NOT NULL,
    -- By which other processes find what is new.
    txid xid8 NOT NULL DEFAULT pg_current_xact_id(),
    PRIMARY KEY (tenant_id, line_id, session_index, seq),
    CONSTRAINT chat_frame_kept_once UNIQUE (tenant_id, line_id, session_index, frame_key),
    CONSTRAINT chat_frame_names_itself CHECK (length(frame_key) BETWEEN 1 AND 140)
);
CREATE INDEX chat_frames_by_txid ON chat_frames (txid);
CREATE INDEX chat_frames_by_age ON chat_frames (kept_at);

CALL saveit_isolate_v1('chat_sessions', across_tenants => true);
CALL saveit_isolate_v1('chat_frames', across_tenants => true);

GRANT SELECT ON chat_sessions, chat_frames TO saveit_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON chat_sessions TO saveit_ledger;
GRANT SELECT, INSERT, DELETE ON chat_frames TO saveit_ledger;

-- Keeps a frame under the session's next number, or says which number it has. The session's row is held until the end of the
-- transaction, so numbers have no gaps and become visible in their order.
CREATE FUNCTION chat_keep_v1(
    tenant uuid, line uuid, session bytea, key text, message uuid, sealed bytea, kept timestamptz,
    OUT seq bigint, OUT is_new boolean)
LANGUAGE plpgsql
AS $$
#variable_conflict use_column
DECLARE
    known bigint;
    next bigint;
BEGIN
    INSERT INTO chat_sessions AS s (tenant_id, line_id, session_index, used_at)
    VALUES (tenant, line, session, kept)
    ON CONFLICT (tenant_id, line_id, session_index) DO UPDATE SET used_at = greatest(s.used_at, excluded.used_at)
    RETURNING s.seq + 1 INTO next;
    SELECT f.seq INTO known
    FROM chat_frames f
    WHERE f.tenant_id = tenant AND f.line_id = line AND f.session_index = session AND f.frame_key = key;
    IF known IS NOT NULL THEN
        seq := known;
        is_new := false;
        RETURN;
    END IF;
    UPDATE chat_sessions s
    SET seq = next
    WHERE s.tenant_id = tenant AND s.line_id = line AND s.session_index = session;
    INSERT INTO chat_frames (tenant_id, line_id, session_index, seq, frame_key, message_id, frame_sealed, kept_at)
    VALUES (tenant, line, session, next, key, message, sealed, kept);
    seq := next;
    is_new := true;
END
$$;
