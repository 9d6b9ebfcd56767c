-- People, the addresses they write from, and how they stand with a restaurant.

CREATE TABLE people (
    tenant_id uuid NOT NULL,
    person_id uuid NOT NULL,
    details_sealed bytea,
    language text NOT NULL DEFAULT 'es',
    created_at timestamptz NOT NULL,
    erased_at timestamptz,
    PRIMARY KEY (tenant_id, person_id)
);

-- An address belongs to one person. It is found by a keyed digest; the address itself is sealed with the person.
CREATE TABLE addresses (
    tenant_id uuid NOT NULL,
    kind text NOT NULL CONSTRAINT address_kind_is_known CHECK (kind IN ('phone', 'email')),
    blind_index bytea NOT NULL,
    person_id uuid NOT NULL,
    verified_at timestamptz,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, kind, blind_index)
);
CREATE INDEX addresses_of_person ON addresses (tenant_id, person_id);

-- An e-mail address a guest merely wrote down. It proves nothing, so it never says who somebody is; it only lets a
-- blocked guest be recognised under another phone number.
CREATE TABLE address_mentions (
    tenant_id uuid NOT NULL,
    blind_index bytea NOT NULL,
    person_id uuid NOT NULL,
    PRIMARY KEY (tenant_id, blind_index, person_id)
);

CREATE TABLE guest_standings (
    tenant_id uuid NOT NULL,
    restaurant_id uuid NOT NULL,
    person_id uuid NOT NULL,
    no_shows integer NOT NULL DEFAULT 0 CONSTRAINT no_shows_counted_up CHECK (no_shows >= 0),
    blocked_at timestamptz,
    blocked_reason text,
    PRIMARY KEY (tenant_id, restaurant_id, person_id)
);

-- One guest is in one place: a row per reservation that is not over. Where the restaurant lets a guest hold several
-- tables at once the row is kept all the same, to be counted, and forbids nothing.
CREATE TABLE guest_stays (
    tenant_id uuid NOT NULL,
    restaurant_id uuid NOT NULL,
    person_id uuid NOT NULL,
    reservation_id uuid NOT NULL,
    starts_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL,
    overlap_allowed boolean NOT NULL,
    during tstzrange GENERATED ALWAYS AS (tstzrange(starts_at, ends_at, '[)')) STORED,
    PRIMARY KEY (tenant_id, reservation_id),
    CONSTRAINT guest_stays_once EXCLUDE USING gist (
        person_id WITH =, during WITH &&, restaurant_id WITH =, tenant_id WITH =)
        WHERE (NOT overlap_allowed)
);
-- For the count of what a guest has to come; the constraint's index leaves out those who may overlap.
CREATE INDEX guest_stays_of_person ON guest_stays (tenant_id, person_id, ends_at);

CALL saveit_isolate_v1('people', across_tenants => true);
CALL saveit_isolate_v1('addresses', across_tenants => true);
CALL saveit_isolate_v1('address_mentions', across_tenants => true);
CALL saveit_isolate_v1('guest_standings', across_tenants => true);
CALL saveit_isolate_v1('guest_stays', across_tenants => true);

GRANT SELECT, INSERT, UPDATE ON people, addresses, address_mentions, guest_standings TO saveit_app, saveit_ledger;
GRANT SELECT, INSERT, UPDATE, DELETE ON guest_stays TO saveit_app, saveit_ledger;
