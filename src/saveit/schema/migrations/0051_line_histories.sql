-- Until when it is certain that nothing is missing of what came to a line, where its provider remembers and can be asked.
CREATE TABLE line_histories (
    tenant_id uuid NOT NULL,
    line_id uuid NOT NULL,
    complete_until timestamptz NOT NULL,
    asked_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, line_id)
);
CALL saveit_isolate_v1('line_histories', across_tenants => true);
GRANT SELECT, INSERT, UPDATE ON line_histories TO saveit_ledger;
