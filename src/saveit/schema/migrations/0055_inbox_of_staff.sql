-- What people who attend guests need: a role that sees its own conversations alone, who has taken which conversation, how far it was read,
-- answers at hand, and why tables are out of service.

ALTER TABLE staff_roles DROP CONSTRAINT role_is_known;
ALTER TABLE staff_roles ADD CONSTRAINT role_is_known CHECK (role IN ('owner', 'manager', 'host', 'advisor', 'viewer'));

-- Handed over and taken by nobody yet: a person is needed. All three are empty while the bot answers.
ALTER TABLE conversations ADD COLUMN handed_over_at timestamptz;
ALTER TABLE conversations ADD COLUMN handed_over_why text NOT NULL DEFAULT '';
ALTER TABLE conversations ADD COLUMN taken_at timestamptz;
-- The member of staff; absent where it was taken on a phone of the house, or by a program.
ALTER TABLE conversations ADD COLUMN taken_by uuid;
ALTER TABLE conversations ADD COLUMN closed_at timestamptz;
-- Up to which number somebody of the house has read.
ALTER TABLE conversations ADD COLUMN read_seq bigint NOT NULL DEFAULT 0;
CREATE INDEX conversations_by_last_word ON conversations (tenant_id, coalesce(last_message_at, opened_at), conversation_id);
CREATE INDEX conversations_needing_a_human ON conversations (tenant_id, handed_over_at)
    WHERE status = 'open' AND handed_over_at IS NOT NULL AND taken_at IS NULL;
CREATE INDEX conversations_of_person_ever ON conversations (tenant_id, person_id) WHERE person_id IS NOT NULL;

-- The member of staff who wrote it.
ALTER TABLE messages ADD COLUMN author_id uuid;

CREATE TABLE quick_answers (
    tenant_id uuid NOT NULL,
    quick_answer_id uuid NOT NULL,
    restaurant_id uuid NOT NULL,
    language text NOT NULL CONSTRAINT quick_answer_language_is_spoken CHECK (language IN ('es', 'en')),
    shortcut text NOT NULL CONSTRAINT shortcut_is_bounded CHECK (length(shortcut) BETWEEN 1 AND 40),
    text text NOT NULL CONSTRAINT quick_answer_is_bounded CHECK (length(text) BETWEEN 1 AND 2000),
    revision integer NOT NULL DEFAULT 1,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, quick_answer_id),
    FOREIGN KEY (tenant_id, restaurant_id) REFERENCES restaurants,
    CONSTRAINT shortcut_stands_for_one_answer UNIQUE (tenant_id, restaurant_id, language, shortcut)
);
CALL saveit_isolate_v1('quick_answers', across_tenants => true);
GRANT SELECT, INSERT, UPDATE, DELETE ON quick_answers TO saveit_app;

-- Why staff took tables out of service. What holds the tables is in table_occupancy.
CREATE TABLE block_notes (
    tenant_id uuid NOT NULL,
    block_id uuid NOT NULL,
    restaurant_id uuid NOT NULL,
    reason text NOT NULL CONSTRAINT block_reason_is_bounded CHECK (length(reason) <= 200),
    noted_by text NOT NULL,
    noted_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, block_id)
);
CALL saveit_isolate_v1('block_notes', across_tenants => true);
GRANT SELECT, INSERT, DELETE ON block_notes TO saveit_app, saveit_ledger;
