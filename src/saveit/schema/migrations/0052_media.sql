-- Files that guests sent, copied from their providers, whose addresses die within minutes or days.
CREATE TABLE message_media (
    tenant_id uuid NOT NULL,
    message_id uuid NOT NULL,
    -- Its place among the message's files, from 1.
    n smallint NOT NULL CONSTRAINT media_has_a_place CHECK (n BETWEEN 1 AND 30),
    conversation_id uuid NOT NULL,
    line_id uuid NOT NULL,
    channel text NOT NULL,
    kind text NOT NULL,
    -- Where it lies at the provider's, which may hold a secret; and the file itself.
    reference_sealed bytea NOT NULL,
    content_sealed bytea,
    media_type text NOT NULL,
    size_octets integer,
    status text NOT NULL CONSTRAINT media_status_is_known CHECK (status IN ('waiting', 'kept', 'failed')),
    error text NOT NULL DEFAULT '',
    attempts integer NOT NULL DEFAULT 0,
    due_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, message_id, n)
);
CREATE INDEX media_to_copy ON message_media (due_at) WHERE status = 'waiting';
CREATE INDEX media_by_age ON message_media (created_at);
-- Sealed octets do not get smaller.
ALTER TABLE message_media ALTER COLUMN content_sealed SET STORAGE EXTERNAL;

CALL saveit_isolate_v1('message_media', across_tenants => true);
GRANT SELECT, INSERT ON message_media TO saveit_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON message_media TO saveit_ledger;
