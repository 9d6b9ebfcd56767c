-- Codes sent to a phone, to be typed into the booking page by whoever holds it. One a phone: a newer one takes the place of an older.
-- Only digests are kept, of the number as of the code.
CREATE TABLE phone_codes (
    tenant_id uuid NOT NULL,
    phone_index bytea NOT NULL,
    code_digest bytea NOT NULL,
    tries_left smallint NOT NULL CONSTRAINT phone_code_is_not_guessed CHECK (tries_left >= 0),
    -- For which kept table it was asked: who keeps none is sent none, and few are sent for one.
    hold_id uuid NOT NULL,
    sends smallint NOT NULL CONSTRAINT phone_codes_are_few CHECK (sends BETWEEN 1 AND 3),
    counted_from timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, phone_index)
);
CREATE INDEX phone_codes_of_hold ON phone_codes (tenant_id, hold_id);
CREATE INDEX phone_codes_by_age ON phone_codes (tenant_id, expires_at);

CALL saveit_isolate_v1('phone_codes', across_tenants => true);
GRANT SELECT, INSERT, UPDATE, DELETE ON phone_codes TO saveit_app;
GRANT SELECT ON phone_codes TO saveit_ledger;
