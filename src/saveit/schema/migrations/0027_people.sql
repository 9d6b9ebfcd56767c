-- One person, many addresses: those of channels too; links between people that can be undone; what a person wants to hear.

ALTER TABLE addresses DROP CONSTRAINT address_kind_is_known;
-- "channel" is an address on one line's channel, such as an Instagram account's id of a guest: it means something only there.
ALTER TABLE addresses ADD CONSTRAINT address_kind_is_known CHECK (kind IN ('phone', 'email', 'channel'));

-- Whose addresses this person's became; its bookings stay its own, so that the link can be undone.
ALTER TABLE people ADD COLUMN merged_into uuid;
ALTER TABLE people ADD COLUMN preferences_sealed bytea;
CREATE INDEX people_merged ON people (tenant_id, merged_into) WHERE merged_into IS NOT NULL;

CREATE TABLE person_links (
    tenant_id uuid NOT NULL,
    link_id uuid NOT NULL,
    person_id uuid NOT NULL,
    into_person_id uuid NOT NULL,
    how text NOT NULL CONSTRAINT link_is_proved CHECK (how IN ('same_phone', 'same_email', 'code', 'staff')),
    linked_by text NOT NULL,
    linked_at timestamptz NOT NULL,
    -- The addresses that moved, "kind:digest": they go back when the link is undone.
    moved text[] NOT NULL,
    undone_by text,
    undone_at timestamptz,
    PRIMARY KEY (tenant_id, link_id),
    CONSTRAINT nobody_is_linked_to_himself CHECK (person_id <> into_person_id)
);
CREATE INDEX links_of_person ON person_links (tenant_id, into_person_id, linked_at);
-- One link at a time takes a person somewhere.
CREATE UNIQUE INDEX person_is_linked_once ON person_links (tenant_id, person_id) WHERE undone_at IS NULL;

-- What a person wants to hear of us unasked; no row is no word. Answers to what they ask always come.
CREATE TABLE consents (
    tenant_id uuid NOT NULL,
    person_id uuid NOT NULL,
    scope text NOT NULL CONSTRAINT consent_scope_is_known CHECK (scope IN ('all', 'marketing')),
    allowed boolean NOT NULL,
    how text NOT NULL,
    changed_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, person_id, scope)
);

-- Codes sent to one address of a person, to be said from another. Only their digests are kept.
CREATE TABLE link_codes (
    tenant_id uuid NOT NULL,
    code_id uuid NOT NULL,
    asking_person_id uuid NOT NULL,
    person_id uuid NOT NULL,
    code_digest bytea NOT NULL,
    tries_left smallint NOT NULL CONSTRAINT code_is_not_guessed CHECK (tries_left >= 0),
    expires_at timestamptz NOT NULL,
    used_at timestamptz,
    PRIMARY KEY (tenant_id, code_id)
);
CREATE INDEX codes_of_asking ON link_codes (tenant_id, asking_person_id, expires_at);

CALL saveit_isolate_v1('person_links', across_tenants => true);
CALL saveit_isolate_v1('consents', across_tenants => true);
CALL saveit_isolate_v1('link_codes', across_tenants => true);
GRANT SELECT, INSERT, UPDATE ON person_links, consents, link_codes TO saveit_app, saveit_ledger;
