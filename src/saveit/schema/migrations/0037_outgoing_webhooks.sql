-- A restaurant's own systems that want to hear what happens, and what is under way to them.

CREATE TABLE webhook_endpoints (
    tenant_id uuid NOT NULL REFERENCES tenants,
    endpoint_id uuid NOT NULL,
    -- Absent: of all the tenant's restaurants.
    restaurant_id uuid,
    url text NOT NULL CONSTRAINT endpoint_url_is_bounded CHECK (length(url) BETWEEN 8 AND 2000),
    -- The newest secret first; an older one signs beside it while the other side changes over.
    secrets_sealed bytea NOT NULL,
    -- Empty: everything.
    kinds text[] NOT NULL DEFAULT '{}',
    active boolean NOT NULL DEFAULT true,
    -- Why it is off, where we turned it off.
    stopped_why text NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, endpoint_id)
);

CREATE TABLE webhook_deliveries (
    tenant_id uuid NOT NULL,
    delivery_id uuid NOT NULL,
    endpoint_id uuid NOT NULL,
    fact_id uuid NOT NULL,
    kind text NOT NULL,
    -- As it is signed and sent; facts hold no personal data.
    body bytea NOT NULL,
    status text NOT NULL CONSTRAINT delivery_status_is_known CHECK (status IN ('waiting', 'delivered', 'failed')),
    attempts smallint NOT NULL DEFAULT 0,
    due_at timestamptz NOT NULL,
    last_answer text NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL,
    settled_at timestamptz,
    PRIMARY KEY (tenant_id, delivery_id),
    FOREIGN KEY (tenant_id, endpoint_id) REFERENCES webhook_endpoints ON DELETE CASCADE,
    CONSTRAINT fact_goes_once_to_each UNIQUE (tenant_id, endpoint_id, fact_id)
);
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (due_at) WHERE status = 'waiting';
CREATE INDEX webhook_deliveries_settled ON webhook_deliveries (settled_at) WHERE status <> 'waiting';

CALL saveit_isolate_v1('webhook_endpoints', across_tenants => true);
CALL saveit_isolate_v1('webhook_deliveries', across_tenants => true);

GRANT SELECT, INSERT, UPDATE, DELETE ON webhook_endpoints TO saveit_app;
GRANT SELECT, UPDATE ON webhook_endpoints TO saveit_ledger;
GRANT SELECT, UPDATE, DELETE ON webhook_deliveries TO saveit_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON webhook_deliveries TO saveit_ledger;
