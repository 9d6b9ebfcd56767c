-- Who attends guests through numbers of their own, and every business address at which guests reach us.

CREATE TABLE advisors (
    tenant_id uuid NOT NULL REFERENCES tenants,
    advisor_id uuid NOT NULL,
    -- Name and phone.
    details_sealed bytea NOT NULL,
    user_id uuid,
    languages text[] NOT NULL CONSTRAINT advisor_speaks_what_we_do
        CHECK (languages <@ ARRAY['es', 'en'] AND cardinality(languages) BETWEEN 1 AND 2),
    -- What a conversation with a new guest begins with; afterwards it is the conversation's own.
    ai_attention boolean NOT NULL,
    audio_available boolean NOT NULL,
    active boolean NOT NULL,
    revision integer NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, advisor_id),
    FOREIGN KEY (tenant_id, user_id) REFERENCES staff_users
);
CREATE UNIQUE INDEX user_is_one_advisor ON advisors (tenant_id, user_id) WHERE user_id IS NOT NULL;

CREATE TABLE lines (
    tenant_id uuid NOT NULL REFERENCES tenants,
    line_id uuid NOT NULL,
    channel text NOT NULL CONSTRAINT line_names_its_channel CHECK (length(channel) BETWEEN 1 AND 40),
    account text NOT NULL CONSTRAINT line_account_is_bounded CHECK (length(account) BETWEEN 1 AND 200),
    address text NOT NULL CONSTRAINT line_address_is_bounded CHECK (length(address) BETWEEN 1 AND 200),
    -- Absent: several restaurants of the tenant, or all.
    restaurant_id uuid,
    advisor_id uuid,
    -- What follows the channel in the webhook's path, where a provider's request does not say which line it is for.
    opaque text CONSTRAINT line_opaque_fits_a_path CHECK (opaque ~ '^[A-Za-z0-9_-]{1,128}$'),
    credentials_sealed bytea NOT NULL,
    credential_names text[] NOT NULL,
    language text CONSTRAINT line_speaks_what_we_do CHECK (language IN ('es', 'en')),
    active boolean NOT NULL,
    revision integer NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, line_id),
    FOREIGN KEY (tenant_id, restaurant_id) REFERENCES restaurants,
    FOREIGN KEY (tenant_id, advisor_id) REFERENCES advisors,
    -- Over all tenants: a provider's request names no tenant, so an address must belong to one line alone.
    CONSTRAINT address_has_one_line UNIQUE (channel, account, address)
);
-- For the inbox, which knows a line by its id alone, and for requests that only the path tells apart.
CREATE UNIQUE INDEX line_id_is_unique ON lines (line_id);
CREATE INDEX lines_by_opaque ON lines (channel, opaque);
CREATE INDEX lines_of_advisor ON lines (tenant_id, advisor_id) WHERE advisor_id IS NOT NULL;

CALL saveit_isolate_v1('advisors', across_tenants => true);
CALL saveit_isolate_v1('lines', across_tenants => true);

GRANT SELECT, INSERT, UPDATE ON advisors, lines TO saveit_app;
GRANT SELECT ON advisors, lines TO saveit_ledger;
