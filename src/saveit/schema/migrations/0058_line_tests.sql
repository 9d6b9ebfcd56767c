-- Messages that were sent to see whether a line works, so that they are few and can be followed.

CREATE TABLE line_tests (
    tenant_id uuid NOT NULL,
    message_id uuid NOT NULL,
    line_id uuid NOT NULL,
    tested_by text NOT NULL,
    tested_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, message_id)
);
CREATE INDEX line_tests_of_line ON line_tests (tenant_id, line_id, tested_at);
CALL saveit_isolate_v1('line_tests', across_tenants => true);
GRANT SELECT, INSERT ON line_tests TO saveit_app;
