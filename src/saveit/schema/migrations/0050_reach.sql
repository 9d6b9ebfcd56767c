-- Who may still be written to, and what providers say about lines.

ALTER TABLE silenced_addresses
    -- The guest's own word (STOP, BAJA) ends only with START or ALTA; a provider's refusal (blocked, gone) ends when the guest writes.
    ADD COLUMN by_guest boolean NOT NULL DEFAULT false,
    -- The messages that may still go: those that say that nothing else will.
    ADD COLUMN farewell_ids uuid[] NOT NULL DEFAULT '{}';
GRANT UPDATE ON silenced_addresses TO saveit_app;
-- A provider says by a webhook that a line is shut, and a turn hears it.
GRANT INSERT ON delivery_pauses TO saveit_app;

-- What a provider said last about each thing of a line: the account, a template. A person reads it where the line is.
CREATE TABLE line_words (
    tenant_id uuid NOT NULL,
    line_id uuid NOT NULL,
    -- "account", or "template NAME LANGUAGE".
    subject text NOT NULL CONSTRAINT line_word_subject_is_bounded CHECK (length(subject) BETWEEN 1 AND 600),
    channel text NOT NULL,
    word text NOT NULL,
    detail text NOT NULL,
    needs_person boolean NOT NULL,
    said_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, line_id, subject)
);
CREATE INDEX line_words_of_persons ON line_words (tenant_id, said_at) WHERE needs_person;

CALL saveit_isolate_v1('line_words', across_tenants => true);
GRANT SELECT, INSERT, UPDATE, DELETE ON line_words TO saveit_app, saveit_ledger;
