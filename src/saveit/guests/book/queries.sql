-- enter_guests :none
-- Enters guests into restaurants' books, or the names that were booked under last.
INSERT INTO guest_cards (tenant_id, restaurant_id, person_id, name_sealed, first_seen_at, updated_at, updated_by)
SELECT n.tenant_id, n.restaurant_id, n.person_id, n.name_sealed, :now::timestamptz, :now::timestamptz, :by::text
FROM unnest(:tenant_ids::uuid[], :restaurant_ids::uuid[], :person_ids::uuid[], :names_sealed::bytea[])
    AS n (tenant_id, restaurant_id, person_id, name_sealed)
ORDER BY n.tenant_id, n.restaurant_id, n.person_id
ON CONFLICT (tenant_id, restaurant_id, person_id)
DO UPDATE SET name_sealed = excluded.name_sealed

-- mark_guests :none
-- Keeps what guests are found by; what was kept before stays.
INSERT INTO guest_marks (tenant_id, restaurant_id, mark, person_id, kind)
SELECT n.tenant_id, n.restaurant_id, n.mark, n.person_id, n.kind
FROM unnest(:tenant_ids::uuid[], :restaurant_ids::uuid[], :person_ids::uuid[], :marks::bytea[], :kinds::text[])
    AS n (tenant_id, restaurant_id, person_id, mark, kind)
ORDER BY n.tenant_id, n.restaurant_id, n.mark, n.person_id
ON CONFLICT DO NOTHING

-- add_marks :none
-- Keeps what a guest is found by; what was kept before stays.
INSERT INTO guest_marks (tenant_id, restaurant_id, mark, person_id, kind)
SELECT :tenant_id::uuid, :restaurant_id::uuid, m.mark, :person_id::uuid, m.kind
FROM unnest(:marks::bytea[], :kinds::text[]) AS m (mark, kind)
ON CONFLICT DO NOTHING

-- forget_tags :none
-- Removes the tags a guest is found by.
DELETE FROM guest_marks
WHERE tenant_id = :tenant_id::uuid
    AND restaurant_id = :restaurant_id::uuid
    AND person_id = :person_id::uuid
    AND kind = 'tag'

-- lock_card :maybe CardRow
-- A guest's card in one book, kept from changing until the transaction ends.
SELECT person_id AS wanted_id, restaurant_id, person_id, card_sealed, name_sealed, revision, first_seen_at
FROM guest_cards
WHERE tenant_id = :tenant_id::uuid
    AND restaurant_id = :restaurant_id::uuid
    AND person_id = :person_id::uuid
FOR NO KEY UPDATE

-- cards_of :many CardRow
-- The cards of some people, and of those who are one with them, in every book of the customer.
SELECT w.wanted_id, c.restaurant_id, c.person_id, c.card_sealed, c.name_sealed, c.revision, c.first_seen_at
FROM (
    SELECT p.person_id AS wanted_id, coalesce(p.merged_into, p.person_id) AS root_id
    FROM people p
    WHERE p.tenant_id = :tenant_id::uuid
        AND p.person_id = ANY (:person_ids::uuid[])
) w
CROSS JOIN LATERAL (
    SELECT w.root_id AS person_id
    UNION
    SELECT w.wanted_id
    UNION
    SELECT m.person_id
    FROM people m
    WHERE m.tenant_id = :tenant_id::uuid
        AND m.merged_into = w.root_id
) f
JOIN guest_cards c
    ON c.tenant_id = :tenant_id::uuid
    AND c.person_id = f.person_id
ORDER BY c.first_seen_at, c.person_id

-- save_card :none
-- Writes what staff noted of a guest.
INSERT INTO guest_cards (
    tenant_id, restaurant_id, person_id, card_sealed, revision, first_seen_at, updated_at, updated_by)
VALUES (
    :tenant_id::uuid, :restaurant_id::uuid, :person_id::uuid, :card_sealed::bytea, :revision::integer, :now::timestamptz,
    :now::timestamptz, :by::text)
ON CONFLICT (tenant_id, restaurant_id, person_id)
DO UPDATE SET card_sealed = excluded.card_sealed, revision = excluded.revision, updated_at = excluded.updated_at,
    updated_by = excluded.updated_by

-- list_book :many BookRow
-- The guests of a restaurant's book after a place in it, in the order in which they first came.
SELECT c.person_id, c.name_sealed, c.first_seen_at
FROM guest_cards c
WHERE c.tenant_id = :tenant_id::uuid
    AND c.restaurant_id = :restaurant_id::uuid
    AND (c.first_seen_at, c.person_id) > (:after_at::timestamptz, :after_id::uuid)
    AND (:person_ids::uuid[] IS NULL OR c.person_id = ANY (:person_ids::uuid[]))
ORDER BY c.first_seen_at, c.person_id
LIMIT :rows_max::integer

-- named_in_books :many BookRow
-- Under which names some people booked, in the books of some restaurants or of all; the last book they came into counts.
SELECT DISTINCT ON (c.person_id) c.person_id, c.name_sealed, c.first_seen_at
FROM guest_cards c
WHERE c.tenant_id = :tenant_id::uuid
    AND c.person_id = ANY (:person_ids::uuid[])
    AND (:restaurant_ids::uuid[] IS NULL OR c.restaurant_id = ANY (:restaurant_ids::uuid[]))
    AND c.name_sealed IS NOT NULL
ORDER BY c.person_id, c.first_seen_at DESC

-- search_book :many BookRow
-- The guests of a restaurant's book who have all of some marks, after a place in it.
SELECT c.person_id, c.name_sealed, c.first_seen_at
FROM (
    SELECT m.person_id
    FROM guest_marks m
    WHERE m.tenant_id = :tenant_id::uuid
        AND m.restaurant_id = :restaurant_id::uuid
        AND m.mark = ANY (:marks::bytea[])
    GROUP BY m.person_id
    HAVING count(*) = cardinality(:marks::bytea[])
) f
JOIN guest_cards c
    ON c.tenant_id = :tenant_id::uuid
    AND c.restaurant_id = :restaurant_id::uuid
    AND c.person_id = f.person_id
WHERE (c.first_seen_at, c.person_id) > (:after_at::timestamptz, :after_id::uuid)
ORDER BY c.first_seen_at, c.person_id
LIMIT :rows_max::integer

-- standings_of :many StandingRow
-- How some guests stand with a restaurant.
SELECT person_id, no_shows, blocked_at, blocked_reason
FROM guest_standings
WHERE tenant_id = :tenant_id::uuid
    AND restaurant_id = :restaurant_id::uuid
    AND person_id = ANY (:person_ids::uuid[])

-- owners_of :many OwnerRow
-- Whose a phone or a mail is, and who wrote the mail down without proving it: for a search, and never for saying who somebody is.
SELECT person_id
FROM addresses
WHERE tenant_id = :tenant_id::uuid
    AND kind = :kind::text
    AND blind_index = :blind_index::bytea
UNION
SELECT person_id
FROM address_mentions
WHERE tenant_id = :tenant_id::uuid
    AND blind_index = :blind_index::bytea
LIMIT 50
