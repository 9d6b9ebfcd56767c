-- What a guest said aloud is heard apart from the message, as its file is copied: asked for with the file's note, in this language, done
-- once the file is here, and then read by the message's turn, which waits for it for some seconds.
ALTER TABLE message_media
    ADD COLUMN hearing text NOT NULL DEFAULT 'unasked'
        CONSTRAINT hearing_is_known CHECK (hearing IN ('unasked', 'asked', 'heard', 'unheard')),
    ADD COLUMN hearing_language text NOT NULL DEFAULT '',
    ADD COLUMN hearing_due_at timestamptz,
    ADD COLUMN hearing_attempts integer NOT NULL DEFAULT 0,
    ADD COLUMN heard_sealed bytea;
CREATE INDEX media_to_hear ON message_media (hearing_due_at) WHERE hearing = 'asked' AND status = 'kept';
