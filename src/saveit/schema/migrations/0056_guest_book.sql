-- What a restaurant keeps of its guests, and how a guest is found by the beginnings of their names without a name being readable.

CREATE TABLE guest_cards (
    tenant_id uuid NOT NULL,
    restaurant_id uuid NOT NULL,
    person_id uuid NOT NULL,
    -- Tags, notes and allergies, sealed for this row; absent until somebody writes some.
    card_sealed bytea,
    -- The name that was booked under last, sealed: names differ from one booking to the next.
    name_sealed bytea,
    revision integer NOT NULL DEFAULT 1,
    first_seen_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    updated_by text NOT NULL,
    PRIMARY KEY (tenant_id, restaurant_id, person_id),
    FOREIGN KEY (tenant_id, restaurant_id) REFERENCES restaurants
);
CREATE INDEX guest_cards_of_person ON guest_cards (tenant_id, person_id);

-- Keyed digests of the beginnings of each word of a guest's name, of the last four digits of the phone, and of each tag: eight octets, in
-- one restaurant's book. Who reads them learns which guests share a beginning, and no letter of it.
CREATE TABLE guest_marks (
    tenant_id uuid NOT NULL,
    restaurant_id uuid NOT NULL,
    mark bytea NOT NULL,
    person_id uuid NOT NULL,
    kind text NOT NULL CONSTRAINT mark_kind_is_known CHECK (kind IN ('name', 'digits', 'tag')),
    PRIMARY KEY (tenant_id, restaurant_id, mark, person_id)
);
CREATE INDEX guest_marks_of_person ON guest_marks (tenant_id, restaurant_id, person_id);

CALL saveit_isolate_v1('guest_cards', across_tenants => true);
CALL saveit_isolate_v1('guest_marks', across_tenants => true);
GRANT SELECT, INSERT, UPDATE ON guest_cards TO saveit_app, saveit_ledger;
GRANT SELECT, INSERT, DELETE ON guest_marks TO saveit_app, saveit_ledger;
