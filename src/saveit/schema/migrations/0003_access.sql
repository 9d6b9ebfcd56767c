-- Staff users, what they may do where, their sessions, and the keys of programs.

CREATE TABLE staff_users (
    tenant_id uuid NOT NULL REFERENCES tenants,
    user_id uuid NOT NULL,
    -- Keyed by the platform, not the tenant: signing in happens before the tenant is known.
    email_index bytea NOT NULL CONSTRAINT email_signs_in_once UNIQUE,
    details_sealed bytea NOT NULL,
    password_hash text NOT NULL,
    language text NOT NULL DEFAULT 'es',
    created_at timestamptz NOT NULL,
    disabled_at timestamptz,
    PRIMARY KEY (tenant_id, user_id)
);

CREATE TABLE staff_roles (
    tenant_id uuid NOT NULL,
    user_id uuid NOT NULL,
    restaurant_id uuid NOT NULL,
    role text NOT NULL CONSTRAINT role_is_known CHECK (role IN ('owner', 'manager', 'host', 'viewer')),
    PRIMARY KEY (tenant_id, user_id, restaurant_id),
    FOREIGN KEY (tenant_id, user_id) REFERENCES staff_users,
    FOREIGN KEY (tenant_id, restaurant_id) REFERENCES restaurants
);

CREATE TABLE staff_sessions (
    tenant_id uuid NOT NULL,
    session_id uuid NOT NULL,
    user_id uuid NOT NULL,
    token_digest bytea NOT NULL CONSTRAINT session_token_once UNIQUE,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    revoked_at timestamptz,
    PRIMARY KEY (tenant_id, session_id),
    FOREIGN KEY (tenant_id, user_id) REFERENCES staff_users
);

CREATE TABLE api_keys (
    tenant_id uuid NOT NULL,
    api_key_id uuid NOT NULL,
    -- Absent: every restaurant of the tenant.
    restaurant_id uuid,
    name text NOT NULL CONSTRAINT key_has_a_name CHECK (length(name) BETWEEN 1 AND 80),
    token_digest bytea NOT NULL CONSTRAINT key_token_once UNIQUE,
    scopes text[] NOT NULL,
    quota_per_minute integer NOT NULL CONSTRAINT quota_is_positive CHECK (quota_per_minute > 0),
    created_at timestamptz NOT NULL,
    expires_at timestamptz,
    revoked_at timestamptz,
    PRIMARY KEY (tenant_id, api_key_id),
    FOREIGN KEY (tenant_id, restaurant_id) REFERENCES restaurants
);

CALL saveit_isolate_v1('staff_users');
CALL saveit_isolate_v1('staff_roles');
CALL saveit_isolate_v1('staff_sessions');
CALL saveit_isolate_v1('api_keys');

CREATE POLICY gate_reads ON staff_users FOR SELECT TO saveit_gate USING (true);
CREATE POLICY gate_reads ON staff_roles FOR SELECT TO saveit_gate USING (true);
CREATE POLICY gate_reads ON staff_sessions FOR SELECT TO saveit_gate USING (true);
CREATE POLICY gate_reads ON api_keys FOR SELECT TO saveit_gate USING (true);

GRANT SELECT ON staff_users, staff_roles, staff_sessions, api_keys TO saveit_gate;
GRANT SELECT, INSERT, UPDATE ON staff_users, staff_sessions, api_keys TO saveit_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON staff_roles TO saveit_app;
