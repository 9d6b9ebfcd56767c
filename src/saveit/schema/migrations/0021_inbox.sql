-- What providers delivered, kept before it is acknowledged, and what came for nobody.

CREATE SEQUENCE inbox_position;

CREATE TABLE inbox (
    tenant_id uuid NOT NULL,
    line_id uuid NOT NULL,
    -- A digest: providers' own keys hold phone numbers.
    event_key bytea NOT NULL,
    inbox_id uuid NOT NULL,
    -- The order of arrival; events of one sender are taken in it.
    position bigint NOT NULL DEFAULT nextval('inbox_position'),
    -- Keyed digest of whom it is from, empty for nobody: what is shared by events that must follow each other.
    sender_index bytea NOT NULL,
    envelope_sealed bytea NOT NULL,
    trace_id text NOT NULL,
    received_at timestamptz NOT NULL,
    status text NOT NULL DEFAULT 'waiting'
        CONSTRAINT inbox_status_is_known CHECK (status IN ('waiting', 'claimed', 'done', 'parked')),
    -- When it may be taken: at once, after a failure's wait, or, while claimed, once the claim is over.
    due_at timestamptz NOT NULL,
    attempts integer NOT NULL DEFAULT 0,
    error text NOT NULL DEFAULT '',
    settled_at timestamptz,
    CONSTRAINT event_is_kept_once PRIMARY KEY (tenant_id, line_id, event_key)
);
CREATE UNIQUE INDEX inbox_ids ON inbox (inbox_id);
CREATE INDEX inbox_to_do ON inbox (position) WHERE status IN ('waiting', 'claimed');
CREATE INDEX inbox_of_sender ON inbox (tenant_id, line_id, sender_index, position) WHERE status IN ('waiting', 'claimed');
-- Two events of one sender are never in two hands at once, whatever the workers believe.
CREATE UNIQUE INDEX one_event_of_a_sender_at_a_time ON inbox (tenant_id, line_id, sender_index)
    WHERE status = 'claimed' AND sender_index <> '';
CREATE INDEX inbox_claims ON inbox (due_at) WHERE status = 'claimed';
CREATE INDEX inbox_parked ON inbox (tenant_id, position) WHERE status = 'parked';
CREATE INDEX inbox_settled ON inbox (settled_at) WHERE status IN ('done', 'parked');
-- Rows come and go all day, and the partial indexes with them.
ALTER TABLE inbox SET (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.05);

-- Addresses at which something arrived that no line took: one row each, however often. What was said is not kept, because nobody has
-- signed for it.
CREATE TABLE quarantine (
    quarantine_id uuid PRIMARY KEY,
    -- Absent: nobody's.
    tenant_id uuid,
    line_id uuid,
    channel text NOT NULL,
    account text NOT NULL,
    address text NOT NULL,
    reason text NOT NULL CONSTRAINT quarantine_reason_is_known
        CHECK (reason IN ('line_unknown', 'line_inactive', 'line_ambiguous', 'unreadable')),
    seen bigint NOT NULL,
    octets_last integer NOT NULL,
    first_at timestamptz NOT NULL,
    last_at timestamptz NOT NULL,
    CONSTRAINT address_is_quarantined_once UNIQUE (channel, account, address, reason)
);
CREATE INDEX quarantine_by_age ON quarantine (last_at);

CALL saveit_isolate_v1('inbox', across_tenants => true);
CALL saveit_isolate_v1('quarantine', across_tenants => true);

GRANT SELECT, UPDATE ON inbox TO saveit_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON inbox TO saveit_ledger;
GRANT USAGE ON SEQUENCE inbox_position TO saveit_ledger;
GRANT SELECT ON quarantine TO saveit_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON quarantine TO saveit_ledger;
