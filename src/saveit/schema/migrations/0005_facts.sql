-- What happened: the audit trail, the outbox, the source of analytics and the replay buffer, in one append-only log.

CREATE SEQUENCE facts_position;

CREATE TABLE facts (
    -- Readers go in (txid, position) order and stop before the oldest transaction still running, so that nothing that
    -- commits late is ever skipped. A position alone would be: it is drawn before the commit.
    txid xid8 NOT NULL DEFAULT pg_current_xact_id(),
    position bigint NOT NULL DEFAULT nextval('facts_position'),
    recorded_at timestamptz NOT NULL DEFAULT now(),
    fact_id uuid NOT NULL,
    tenant_id uuid NOT NULL,
    restaurant_id uuid,
    kind text NOT NULL,
    version smallint NOT NULL,
    subject_kind text NOT NULL,
    subject_id uuid NOT NULL,
    service_on date,
    actor text NOT NULL,
    channel text NOT NULL,
    trace_id text NOT NULL,
    -- The process that wrote it: a process keeps its own picture in step without reading back its own facts.
    node text NOT NULL,
    at timestamptz NOT NULL,
    body jsonb NOT NULL,
    PRIMARY KEY (txid, position, recorded_at)
) PARTITION BY RANGE (recorded_at);
CREATE INDEX facts_of_subject ON facts (tenant_id, subject_id, position);
CREATE TABLE facts_default PARTITION OF facts DEFAULT;

CREATE TABLE consumer_cursors (
    consumer text PRIMARY KEY,
    txid xid8 NOT NULL,
    position bigint NOT NULL,
    moved_at timestamptz NOT NULL
);

CREATE TABLE parked_facts (
    tenant_id uuid NOT NULL,
    consumer text NOT NULL,
    position bigint NOT NULL,
    fact_id uuid NOT NULL,
    kind text NOT NULL,
    reason text NOT NULL,
    attempts integer NOT NULL,
    parked_at timestamptz NOT NULL,
    settled_at timestamptz,
    PRIMARY KEY (tenant_id, consumer, position)
);

CALL saveit_isolate_v1('facts', across_tenants => true);
CALL saveit_isolate_v1('parked_facts', across_tenants => true);

GRANT SELECT, INSERT ON facts TO saveit_app, saveit_ledger;
GRANT USAGE ON SEQUENCE facts_position TO saveit_app, saveit_ledger;
GRANT SELECT, INSERT, UPDATE ON consumer_cursors TO saveit_ledger;
GRANT SELECT, UPDATE ON parked_facts TO saveit_app;
GRANT SELECT, INSERT, UPDATE ON parked_facts TO saveit_ledger;
