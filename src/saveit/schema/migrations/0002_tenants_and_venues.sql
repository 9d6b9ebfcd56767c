-- Who the customers are, their restaurants, floors and rules.

CREATE TABLE tenants (
    tenant_id uuid PRIMARY KEY,
    name text NOT NULL CONSTRAINT tenant_has_a_name CHECK (length(name) BETWEEN 1 AND 120),
    created_at timestamptz NOT NULL
);

-- A data key per tenant, wrapped by the master key: losing the master key loses the personal data, and nothing else.
CREATE TABLE tenant_keys (
    tenant_id uuid NOT NULL REFERENCES tenants,
    version integer NOT NULL,
    wrapped_key bytea NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, version)
);

CREATE TABLE restaurants (
    tenant_id uuid NOT NULL REFERENCES tenants,
    restaurant_id uuid NOT NULL,
    slug text NOT NULL CONSTRAINT slug_fits_an_address CHECK (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' AND length(slug) <= 60),
    name text NOT NULL CONSTRAINT restaurant_has_a_name CHECK (length(name) BETWEEN 1 AND 120),
    timezone text NOT NULL,
    language text NOT NULL CONSTRAINT language_is_spoken_here CHECK (language IN ('es', 'en')),
    currency text NOT NULL CONSTRAINT currency_is_iso_4217 CHECK (currency ~ '^[A-Z]{3}$'),
    region text NOT NULL CONSTRAINT region_is_iso_3166 CHECK (region ~ '^[A-Z]{2}$'),
    address text NOT NULL DEFAULT '',
    phone text NOT NULL DEFAULT '',
    -- Every act carries the two versions it was decided under; the ledger refuses one that is no longer current.
    rules_version integer NOT NULL DEFAULT 1,
    floor_version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, restaurant_id)
);

-- The only directory across tenants: which tenant a restaurant id or an address in the booking page belongs to.
CREATE TABLE restaurant_directory (
    restaurant_id uuid PRIMARY KEY,
    slug text NOT NULL CONSTRAINT slug_taken_once UNIQUE,
    tenant_id uuid NOT NULL,
    FOREIGN KEY (tenant_id, restaurant_id) REFERENCES restaurants
);

CREATE TABLE restaurant_rules (
    tenant_id uuid NOT NULL,
    restaurant_id uuid NOT NULL,
    version integer NOT NULL,
    rules jsonb NOT NULL,
    changed_by text NOT NULL,
    changed_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, restaurant_id, version),
    FOREIGN KEY (tenant_id, restaurant_id) REFERENCES restaurants
);

CREATE TABLE areas (
    tenant_id uuid NOT NULL,
    area_id uuid NOT NULL,
    restaurant_id uuid NOT NULL,
    name text NOT NULL CONSTRAINT area_has_a_name CHECK (length(name) BETWEEN 1 AND 60),
    position integer NOT NULL DEFAULT 0,
    PRIMARY KEY (tenant_id, area_id),
    FOREIGN KEY (tenant_id, restaurant_id) REFERENCES restaurants,
    CONSTRAINT area_named_once UNIQUE (tenant_id, restaurant_id, name)
);

CREATE TABLE dining_tables (
    tenant_id uuid NOT NULL,
    table_id uuid NOT NULL,
    restaurant_id uuid NOT NULL,
    area_id uuid,
    number text NOT NULL CONSTRAINT table_has_a_number CHECK (length(number) BETWEEN 1 AND 12),
    covers_min smallint NOT NULL,
    covers_max smallint NOT NULL,
    x double precision NOT NULL DEFAULT 0,
    y double precision NOT NULL DEFAULT 0,
    width double precision NOT NULL DEFAULT 1,
    height double precision NOT NULL DEFAULT 1,
    rotation double precision NOT NULL DEFAULT 0,
    shape text NOT NULL DEFAULT 'square' CONSTRAINT shape_is_known CHECK (shape IN ('square', 'round', 'rectangle', 'bar')),
    online boolean NOT NULL DEFAULT true,
    priority smallint NOT NULL DEFAULT 0,
    retired_at timestamptz,
    PRIMARY KEY (tenant_id, table_id),
    FOREIGN KEY (tenant_id, restaurant_id) REFERENCES restaurants,
    FOREIGN KEY (tenant_id, area_id) REFERENCES areas,
    CONSTRAINT covers_in_order CHECK (covers_min BETWEEN 1 AND covers_max AND covers_max <= 100)
);
CREATE UNIQUE INDEX table_number_once ON dining_tables (tenant_id, restaurant_id, number) WHERE retired_at IS NULL;

CREATE TABLE table_combinations (
    tenant_id uuid NOT NULL,
    combination_id uuid NOT NULL,
    restaurant_id uuid NOT NULL,
    table_ids uuid[] NOT NULL CONSTRAINT combination_joins_two_or_more CHECK (cardinality(table_ids) BETWEEN 2 AND 8),
    covers_min smallint NOT NULL,
    covers_max smallint NOT NULL,
    online boolean NOT NULL DEFAULT true,
    priority smallint NOT NULL DEFAULT 0,
    retired_at timestamptz,
    PRIMARY KEY (tenant_id, combination_id),
    FOREIGN KEY (tenant_id, restaurant_id) REFERENCES restaurants,
    CONSTRAINT combination_covers_in_order CHECK (covers_min BETWEEN 1 AND covers_max AND covers_max <= 200)
);

CALL saveit_isolate_v1('tenant_keys', across_tenants => true);
CALL saveit_isolate_v1('restaurants', across_tenants => true);
CALL saveit_isolate_v1('restaurant_directory');
CALL saveit_isolate_v1('restaurant_rules', across_tenants => true);
CALL saveit_isolate_v1('areas', across_tenants => true);
CALL saveit_isolate_v1('dining_tables', across_tenants => true);
CALL saveit_isolate_v1('table_combinations', across_tenants => true);

-- A tenant may read its own line and nobody writes it but the platform, which opens tenants as saveit_gate.
ALTER TABLE tenants ENABLE ROW LEVEL SECURITY;
ALTER TABLE tenants FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant_only ON tenants FOR SELECT TO saveit_app USING (tenant_id = saveit_tenant_v1());
CREATE POLICY gate_opens_tenants ON tenants FOR ALL TO saveit_gate USING (true) WITH CHECK (true);
CREATE POLICY gate_reads ON restaurant_directory FOR SELECT TO saveit_gate USING (true);

GRANT SELECT ON tenants TO saveit_app;
GRANT SELECT, INSERT ON tenants TO saveit_gate;
GRANT SELECT ON restaurant_directory TO saveit_gate;
GRANT SELECT, INSERT ON tenant_keys TO saveit_app;
GRANT SELECT, INSERT, UPDATE ON restaurants, areas, dining_tables, table_combinations, restaurant_directory TO saveit_app;
GRANT SELECT, INSERT ON restaurant_rules TO saveit_app;
GRANT DELETE ON areas TO saveit_app;
GRANT SELECT ON tenant_keys, restaurants, restaurant_rules, areas, dining_tables, table_combinations TO saveit_ledger;
