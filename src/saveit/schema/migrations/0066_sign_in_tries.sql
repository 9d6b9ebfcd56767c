-- Tries to sign in, counted by email in any house and none: so that a thousand addresses together guess no more often than one.

CREATE TABLE sign_in_tries (
    -- The keyed digest of an email, or of an email and an address from which it has signed in before. Whether anybody has the email is not
    -- told here: it is no tenant's row, and nobody but the gate reads it.
    try_index bytea PRIMARY KEY,
    tries integer NOT NULL CONSTRAINT tries_are_counted CHECK (tries >= 0),
    counted_from timestamptz NOT NULL
);
CREATE INDEX sign_in_tries_by_age ON sign_in_tries (counted_from);
GRANT SELECT, INSERT, UPDATE, DELETE ON sign_in_tries TO saveit_gate;

-- From where a session was begun, as a keyed digest that is good for one email: a stranger who guesses does not shut out who was here before.
ALTER TABLE staff_sessions ADD COLUMN address_index bytea;
CREATE INDEX staff_sessions_by_address ON staff_sessions (tenant_id, user_id, address_index, created_at) WHERE address_index IS NOT NULL;
