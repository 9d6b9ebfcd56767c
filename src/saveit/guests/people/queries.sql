-- claim_address :one AddressRow
-- Gives an address to a person, or says whose it is already.
INSERT INTO addresses (tenant_id, kind, blind_index, person_id, verified_at, created_at)
VALUES (:tenant_id::uuid, :kind::text, :blind_index::bytea, :person_id::uuid, :verified_at::timestamptz, :now::timestamptz)
ON CONFLICT (tenant_id, kind, blind_index)
DO UPDATE SET verified_at = coalesce(addresses.verified_at, excluded.verified_at)
RETURNING person_id

-- find_address :maybe AddressRow
-- Whose an address is.
SELECT person_id
FROM addresses
WHERE tenant_id = :tenant_id::uuid
    AND kind = :kind::text
    AND blind_index = :blind_index::bytea

-- insert_person :none
-- Writes down a person that was not known.
INSERT INTO people (tenant_id, person_id, details_sealed, language, created_at)
VALUES (:tenant_id::uuid, :person_id::uuid, :details_sealed::bytea, :language::text, :now::timestamptz)
ON CONFLICT DO NOTHING

-- find_person :maybe PersonRow
-- One person.
SELECT person_id, details_sealed, language, merged_into
FROM people
WHERE tenant_id = :tenant_id::uuid
    AND person_id = :person_id::uuid

-- list_people :many PersonRow
-- Some people.
SELECT person_id, details_sealed, language, merged_into
FROM people
WHERE tenant_id = :tenant_id::uuid
    AND person_id = ANY (:person_ids::uuid[])

-- save_details :none
-- Writes what a person said of themselves.
UPDATE people
SET details_sealed = :details_sealed::bytea,
    language = :language::text
WHERE tenant_id = :tenant_id::uuid
    AND person_id = :person_id::uuid

-- family :many FamilyRow
-- All people who are one with a person: whom it was merged into, and all whose addresses became that person's.
WITH RECURSIVE upwards AS (
    SELECT p.person_id, p.merged_into
    FROM people p
    WHERE p.tenant_id = :tenant_id::uuid
        AND p.person_id = :person_id::uuid
    UNION
    SELECT p.person_id, p.merged_into
    FROM people p
    JOIN upwards u ON p.person_id = u.merged_into
    WHERE p.tenant_id = :tenant_id::uuid
), family AS (
    SELECT u.person_id
    FROM upwards u
    WHERE u.merged_into IS NULL
    UNION
    SELECT p.person_id
    FROM people p
    JOIN family f ON p.merged_into = f.person_id
    WHERE p.tenant_id = :tenant_id::uuid
)
SELECT person_id
FROM family
LIMIT 50

-- lock_people :many FamilyRow
-- Keeps people from being linked or parted by somebody else, always in the same order.
SELECT person_id
FROM people
WHERE tenant_id = :tenant_id::uuid
    AND person_id = ANY (:person_ids::uuid[])
ORDER BY person_id
FOR NO KEY UPDATE

-- move_addresses :many MovedRow
-- Gives all addresses of one person to another.
UPDATE addresses
SET person_id = :into_person_id::uuid
WHERE tenant_id = :tenant_id::uuid
    AND person_id = :person_id::uuid
RETURNING kind, blind_index

-- return_address :none
-- Gives one address back.
UPDATE addresses
SET person_id = :person_id::uuid
WHERE tenant_id = :tenant_id::uuid
    AND kind = :kind::text
    AND blind_index = :blind_index::bytea
    AND person_id = :into_person_id::uuid

-- merge_person :none
-- Says into whom a person was merged, or that it stands for itself again.
UPDATE people
SET merged_into = :into_person_id::uuid
WHERE tenant_id = :tenant_id::uuid
    AND person_id = :person_id::uuid

-- insert_link :none
-- Writes down that two people are one, and how that is known.
INSERT INTO person_links (tenant_id, link_id, person_id, into_person_id, how, linked_by, linked_at, moved)
VALUES (
    :tenant_id::uuid, :link_id::uuid, :person_id::uuid, :into_person_id::uuid, :how::text, :linked_by::text, :now::timestamptz,
    :moved::text[])

-- find_link :maybe LinkRow
-- One link, locked.
SELECT link_id, person_id, into_person_id, how, linked_by, linked_at, moved, undone_by, undone_at
FROM person_links
WHERE tenant_id = :tenant_id::uuid
    AND link_id = :link_id::uuid
FOR NO KEY UPDATE

-- list_links :many LinkRow
-- The links into a person, the latest first, undone ones too.
SELECT link_id, person_id, into_person_id, how, linked_by, linked_at, moved, undone_by, undone_at
FROM person_links
WHERE tenant_id = :tenant_id::uuid
    AND into_person_id = :person_id::uuid
ORDER BY linked_at DESC
LIMIT 100

-- undo_link :none
-- Writes down that a link was wrong.
UPDATE person_links
SET undone_at = :now::timestamptz,
    undone_by = :undone_by::text
WHERE tenant_id = :tenant_id::uuid
    AND link_id = :link_id::uuid
    AND undone_at IS NULL

-- save_consent :none
-- Writes what a person wants to hear.
INSERT INTO consents (tenant_id, person_id, scope, allowed, how, changed_at)
VALUES (:tenant_id::uuid, :person_id::uuid, :scope::text, :allowed::boolean, :how::text, :now::timestamptz)
ON CONFLICT (tenant_id, person_id, scope)
DO UPDATE SET allowed = excluded.allowed, how = excluded.how, changed_at = excluded.changed_at

-- keep_consent :none
-- Keeps a word as it was said; said again unchanged, it is the same word.
INSERT INTO consents_said (tenant_id, person_id, scope, said_at, allowed, how, text_version, language, house)
SELECT
    :tenant_id::uuid, :person_id::uuid, :scope::text, :now::timestamptz, :allowed::boolean, :how::text,
    :text_version::smallint, :language::text, :house::text
WHERE NOT EXISTS (
    SELECT
    FROM (
        SELECT allowed, how, text_version, language, house
        FROM consents_said
        WHERE tenant_id = :tenant_id::uuid
            AND person_id = :person_id::uuid
            AND scope = :scope::text
        ORDER BY said_at DESC
        LIMIT 1
    ) latest
    WHERE latest.allowed = :allowed::boolean
        AND latest.how = :how::text
        AND latest.text_version IS NOT DISTINCT FROM :text_version::smallint
        AND latest.language IS NOT DISTINCT FROM :language::text
        AND latest.house IS NOT DISTINCT FROM :house::text
)
ON CONFLICT ON CONSTRAINT consents_said_pkey DO NOTHING

-- list_consents_said :many SaidRow
-- What the people of a family said of what they want to hear, the latest first.
SELECT scope, allowed, how, said_at, text_version, language, house
FROM consents_said
WHERE tenant_id = :tenant_id::uuid
    AND person_id = ANY (:person_ids::uuid[])
ORDER BY said_at DESC
LIMIT :rows_max::int

-- list_consents :many ConsentRow
-- What the people of a family want to hear.
SELECT scope, allowed, how, changed_at
FROM consents
WHERE tenant_id = :tenant_id::uuid
    AND person_id = ANY (:person_ids::uuid[])
ORDER BY changed_at DESC

-- count_codes :one CountRow
-- How many codes a person asked for lately.
SELECT count(*) AS counted
FROM link_codes
WHERE tenant_id = :tenant_id::uuid
    AND asking_person_id = :asking_person_id::uuid
    AND expires_at > :since::timestamptz

-- insert_code :none
-- Keeps the digest of a code that is being sent.
INSERT INTO link_codes (tenant_id, code_id, asking_person_id, person_id, code_digest, tries_left, expires_at)
VALUES (
    :tenant_id::uuid, :code_id::uuid, :asking_person_id::uuid, :person_id::uuid, :code_digest::bytea, :tries::smallint,
    :expires_at::timestamptz)

-- try_codes :many CodeRow
-- Uses one try of every code that a person may still say, and shows their digests.
UPDATE link_codes
SET tries_left = tries_left - 1
WHERE tenant_id = :tenant_id::uuid
    AND asking_person_id = :asking_person_id::uuid
    AND used_at IS NULL
    AND tries_left > 0
    AND expires_at > :now::timestamptz
RETURNING code_id, person_id, code_digest

-- use_code :none
-- Notes that a code was said rightly.
UPDATE link_codes
SET used_at = :now::timestamptz
WHERE tenant_id = :tenant_id::uuid
    AND code_id = :code_id::uuid
