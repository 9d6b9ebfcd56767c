-- Roles that own nothing, and the one way a table becomes visible to them.
--
-- saveit_app     acts for one tenant; sees only rows whose tenant_id is the transaction's saveit.tenant_id
-- saveit_ledger  gathers acts of many tenants in one commit, runs timers and consumers; ledger tables only
-- saveit_gate    finds out who is calling, before a tenant is known; reads sign-in tables only
--
-- They cannot log in. The application connects with its own login and takes one of them as its role for the whole
-- connection. Roles belong to the cluster, so they may exist already.

CREATE EXTENSION IF NOT EXISTS btree_gist;

DO $$
DECLARE
    wanted text;
BEGIN
    FOREACH wanted IN ARRAY ARRAY['saveit_app', 'saveit_ledger', 'saveit_gate'] LOOP
        BEGIN
            EXECUTE format('CREATE ROLE %I NOLOGIN', wanted);
        EXCEPTION
            -- Another database of this cluster made it, perhaps at this very moment.
            WHEN duplicate_object OR unique_violation THEN NULL;
        END;
        -- Since PostgreSQL 16 whoever makes a role administers it, but may not yet act as it.
        IF NOT pg_has_role(current_user, wanted, CASE WHEN current_setting('server_version_num')::integer >= 160000 THEN 'SET' ELSE 'MEMBER' END) THEN
            EXECUTE format('GRANT %I TO %I', wanted, current_user);
        END IF;
        EXECUTE format('GRANT USAGE ON SCHEMA public TO %I', wanted);
    END LOOP;
END
$$;

REVOKE CREATE ON SCHEMA public FROM PUBLIC;

-- The tenant of this transaction. Fails when none is set: a forgotten tenant is an error, never "all rows".
CREATE FUNCTION saveit_tenant_v1() RETURNS uuid
LANGUAGE sql STABLE PARALLEL SAFE
AS $$ SELECT current_setting('saveit.tenant_id')::uuid $$;

-- Puts a table behind forced row-level security: the application sees its tenant's rows and no others.
-- Tables in the ledger are open to saveit_ledger across tenants as well (grants still decide which verbs).
CREATE PROCEDURE saveit_isolate_v1(isolated regclass, across_tenants boolean DEFAULT false)
LANGUAGE plpgsql
AS $$
BEGIN
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', isolated);
    EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', isolated);
    EXECUTE format(
        'CREATE POLICY own_tenant_only ON %s FOR ALL TO saveit_app '
        'USING (tenant_id = saveit_tenant_v1()) WITH CHECK (tenant_id = saveit_tenant_v1())', isolated);
    IF across_tenants THEN
        EXECUTE format('CREATE POLICY ledger_across_tenants ON %s FOR ALL TO saveit_ledger USING (true) WITH CHECK (true)', isolated);
    END IF;
END
$$;
