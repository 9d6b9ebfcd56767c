-- What delivery remembers beside the messages: how fast each line and guest may be written to, what is stopped, who wants to hear no more,
-- and what a person must look at.

-- A line's or a conversation's place in its rate: the instant until which its allowance is used up (the generic cell rate algorithm).
CREATE TABLE delivery_rates (
    tenant_id uuid NOT NULL,
    line_id uuid NOT NULL,
    -- The line's own row has its own id here, a conversation's the conversation's.
    subject_id uuid NOT NULL,
    used_until timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, line_id, subject_id)
) WITH (fillfactor = 50);

-- Lines that must not be used for a while, or until a person says so.
CREATE TABLE delivery_pauses (
    tenant_id uuid NOT NULL,
    line_id uuid NOT NULL,
    -- Absent where the provider has stopped the line: then a person must act.
    until_at timestamptz,
    code text NOT NULL,
    since_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, line_id)
);

-- Addresses that a provider says want nothing from us. A keyed digest: the address itself is nobody's business here.
CREATE TABLE silenced_addresses (
    tenant_id uuid NOT NULL,
    channel text NOT NULL,
    address_index bytea NOT NULL,
    code text NOT NULL,
    silenced_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, channel, address_index)
);

-- Messages that were given up, or of which nobody knows what became: a person replays or dismisses them.
CREATE TABLE dead_letters (
    tenant_id uuid NOT NULL,
    message_id uuid NOT NULL,
    message_created_at timestamptz NOT NULL,
    conversation_id uuid NOT NULL,
    line_id uuid NOT NULL,
    channel text NOT NULL,
    reason text NOT NULL CONSTRAINT dead_letter_reason_is_known CHECK (reason IN (
        'attempts_used_up', 'expired', 'bug', 'unreadable', 'outcome_unknown', 'undeliverable', 'window_closed')),
    code text NOT NULL,
    attempts integer NOT NULL,
    died_at timestamptz NOT NULL,
    settled_at timestamptz,
    settled_how text CONSTRAINT dead_letter_end_is_known CHECK (settled_how IN ('replayed', 'dismissed', 'arrived')),
    PRIMARY KEY (tenant_id, message_id)
);
CREATE INDEX dead_letters_open ON dead_letters (tenant_id, died_at) WHERE settled_at IS NULL;

CALL saveit_isolate_v1('delivery_rates', across_tenants => true);
CALL saveit_isolate_v1('delivery_pauses', across_tenants => true);
CALL saveit_isolate_v1('silenced_addresses', across_tenants => true);
CALL saveit_isolate_v1('dead_letters', across_tenants => true);

GRANT SELECT, INSERT, UPDATE, DELETE ON delivery_rates, delivery_pauses, silenced_addresses TO saveit_ledger;
GRANT SELECT, UPDATE, DELETE ON delivery_pauses TO saveit_app;
GRANT SELECT, INSERT, DELETE ON silenced_addresses TO saveit_app;
GRANT SELECT, INSERT, UPDATE ON dead_letters TO saveit_app, saveit_ledger;
