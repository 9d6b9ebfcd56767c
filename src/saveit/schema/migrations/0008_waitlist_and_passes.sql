-- Who waits for a table, and the passes that open the door.

CREATE TABLE waitlist_entries (
    tenant_id uuid NOT NULL,
    entry_id uuid NOT NULL,
    restaurant_id uuid NOT NULL,
    service_on date NOT NULL,
    party_size smallint NOT NULL CONSTRAINT waiting_party_has_people CHECK (party_size BETWEEN 1 AND 200),
    -- The starts that suit the guest, as instants; both ends count.
    earliest_at timestamptz NOT NULL,
    latest_at timestamptz NOT NULL,
    guest_sealed bytea NOT NULL,
    language text NOT NULL,
    status text NOT NULL CONSTRAINT waiting_status_is_known
        CHECK (status IN ('waiting', 'offered', 'booked', 'passed', 'left')),
    hold_id uuid,
    offered_until timestamptz,
    reservation_id uuid,
    source text NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, entry_id),
    CONSTRAINT wish_runs_forward CHECK (earliest_at <= latest_at),
    CONSTRAINT offer_names_its_hold CHECK ((status = 'offered') = (offered_until IS NOT NULL) AND (status <> 'offered' OR hold_id IS NOT NULL))
);
CREATE INDEX waitlist_of_the_day ON waitlist_entries (tenant_id, restaurant_id, service_on, created_at) WHERE status IN ('waiting', 'offered');

CREATE TABLE check_in_passes (
    tenant_id uuid NOT NULL,
    pass_id uuid NOT NULL,
    reservation_id uuid NOT NULL,
    restaurant_id uuid NOT NULL,
    nonce bytea NOT NULL,
    issued_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at timestamptz,
    revoked_at timestamptz,
    PRIMARY KEY (tenant_id, pass_id),
    CONSTRAINT nonce_used_once UNIQUE (tenant_id, nonce)
);
CREATE INDEX passes_of_reservation ON check_in_passes (tenant_id, reservation_id);

CALL saveit_isolate_v1('waitlist_entries', across_tenants => true);
CALL saveit_isolate_v1('check_in_passes', across_tenants => true);

GRANT SELECT, INSERT, UPDATE ON waitlist_entries, check_in_passes TO saveit_app, saveit_ledger;
