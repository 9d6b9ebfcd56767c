-- Who said what: one open conversation for an address on a line, and every message of it, in and out.

CREATE TABLE conversations (
    tenant_id uuid NOT NULL REFERENCES tenants,
    conversation_id uuid NOT NULL,
    advisor_id uuid,
    line_id uuid NOT NULL,
    channel text NOT NULL,
    -- The reply's target as the provider spells it, and its keyed digest, by which it is found.
    address_sealed bytea NOT NULL,
    address_index bytea NOT NULL,
    person_id uuid,
    status text NOT NULL CONSTRAINT conversation_status_is_known CHECK (status IN ('open', 'closed')),
    state jsonb NOT NULL DEFAULT '{}',
    ai_epoch bigint NOT NULL DEFAULT 0,
    ai_attention boolean NOT NULL DEFAULT true,
    language text NOT NULL DEFAULT 'es',
    -- The number of its latest message.
    seq bigint NOT NULL DEFAULT 0,
    opened_at timestamptz NOT NULL,
    last_inbound_at timestamptz,
    last_message_at timestamptz,
    PRIMARY KEY (tenant_id, conversation_id)
);
CREATE UNIQUE INDEX one_open_conversation ON conversations (tenant_id, line_id, address_index) WHERE status = 'open';
CREATE INDEX conversations_of_person ON conversations (tenant_id, person_id, last_inbound_at) WHERE status = 'open';
-- For news that concerns whoever spoke a moment ago.
CREATE INDEX conversations_lately ON conversations (tenant_id, last_inbound_at) WHERE status = 'open';

CREATE TABLE messages (
    tenant_id uuid NOT NULL,
    message_id uuid NOT NULL,
    created_at timestamptz NOT NULL,
    conversation_id uuid NOT NULL,
    advisor_id uuid,
    line_id uuid NOT NULL,
    channel text NOT NULL,
    direction text NOT NULL CONSTRAINT message_goes_in_or_out CHECK (direction IN ('in', 'out')),
    seq bigint NOT NULL,
    kind text NOT NULL,
    author text NOT NULL CONSTRAINT message_author_is_known CHECK (author IN ('guest', 'bot', 'staff', 'system')),
    content_sealed bytea,
    -- Of a message that goes out: what the provider is asked to send, in one call.
    part_sealed bytea,
    channel_message_id text,
    in_reply_to text,
    status text NOT NULL CONSTRAINT message_status_is_known CHECK (status IN (
        'received', 'planned', 'sending', 'accepted', 'sent', 'delivered', 'read', 'failed', 'unknown', 'dropped')),
    status_at timestamptz NOT NULL,
    ai_epoch bigint,
    -- 0 goes before 1: an answer to somebody who waits before a reminder for tomorrow.
    priority smallint NOT NULL DEFAULT 0,
    planned_at timestamptz NOT NULL,
    -- When it may be tried; while it is being sent, when whoever sends it must be taken for dead.
    due_at timestamptz NOT NULL,
    -- After this it is not worth sending.
    expires_at timestamptz NOT NULL,
    attempts integer NOT NULL DEFAULT 0,
    error text NOT NULL DEFAULT '',
    notice_id uuid,
    PRIMARY KEY (tenant_id, message_id, created_at)
) PARTITION BY RANGE (created_at);
CREATE TABLE messages_default PARTITION OF messages DEFAULT;
CREATE INDEX messages_of_conversation ON messages (tenant_id, conversation_id, seq);
CREATE INDEX messages_to_do ON messages (priority, due_at) WHERE status = 'planned';
CREATE INDEX messages_under_way ON messages (tenant_id, conversation_id, seq) WHERE status IN ('planned', 'sending');
CREATE INDEX messages_being_sent ON messages (due_at) WHERE status = 'sending';
CREATE INDEX messages_unsettled ON messages (status_at) WHERE status = 'unknown';
CREATE INDEX messages_by_provider_id ON messages (tenant_id, line_id, channel_message_id) WHERE channel_message_id IS NOT NULL;
ALTER TABLE messages_default SET (autovacuum_vacuum_scale_factor = 0.02);

-- Whether a message may go from one status to another by a word of its provider: only up, and to failed only from below delivered.
-- A message that waits to be tried again, and of which its provider says that it arrived, is not tried again.
-- "unknown" stands below "accepted": any word settles it. "failed" is left only by proof of the contrary.
CREATE FUNCTION message_rises_v1(was text, told text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT CASE
        WHEN was IN ('received', 'dropped') THEN false
        WHEN told = 'failed' THEN was IN ('sending', 'unknown', 'accepted', 'sent')
        ELSE array_position(ARRAY['planned', 'sending', 'unknown', 'failed', 'accepted', 'sent', 'delivered', 'read'], told)
            > array_position(ARRAY['planned', 'sending', 'unknown', 'failed', 'accepted', 'sent', 'delivered', 'read'], was)
            AND (was <> 'failed' OR told IN ('delivered', 'read'))
    END
$$;

-- A status that came before its message was known to have been sent; it waits for it, and not for ever.
CREATE TABLE orphan_statuses (
    tenant_id uuid NOT NULL,
    line_id uuid NOT NULL,
    channel_message_id text NOT NULL,
    status text NOT NULL,
    error text NOT NULL,
    at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, line_id, channel_message_id, status)
);
CREATE INDEX orphan_statuses_over ON orphan_statuses (expires_at);

CALL saveit_isolate_v1('conversations', across_tenants => true);
CALL saveit_isolate_v1('messages', across_tenants => true);
CALL saveit_isolate_v1('orphan_statuses', across_tenants => true);

GRANT SELECT, INSERT, UPDATE ON conversations, messages TO saveit_app, saveit_ledger;
GRANT SELECT, INSERT, DELETE ON orphan_statuses TO saveit_app, saveit_ledger;
