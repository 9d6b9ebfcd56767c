-- route_columns :part
-- All that a LineRow is made of, over all tenants; a line of an advisor who is switched off is not answered.
l.line_id, l.tenant_id, l.channel, l.account, l.address, l.restaurant_id, l.advisor_id, l.opaque, l.language,
    l.credentials_sealed, l.credential_names, l.active, l.active AND coalesce(a.active, true) AS answering, l.revision,
    l.created_at, l.updated_at
FROM lines l
LEFT JOIN advisors a ON a.tenant_id = l.tenant_id AND a.advisor_id = l.advisor_id

-- insert_advisor :none
-- Adds an advisor; user_is_one_advisor refuses a member of staff who is one already.
INSERT INTO advisors (
    tenant_id, advisor_id, details_sealed, user_id, languages, ai_attention, audio_available, active, revision,
    created_at, updated_at)
VALUES (
    :tenant_id::uuid, :advisor_id::uuid, :details_sealed::bytea, :user_id::uuid, :languages::text[],
    :ai_attention::boolean, :audio_available::boolean, :active::boolean, 1, :now::timestamptz, :now::timestamptz)

-- update_advisor :none
-- Writes what may change of an advisor.
UPDATE advisors
SET details_sealed = :details_sealed::bytea,
    user_id = :user_id::uuid,
    languages = :languages::text[],
    ai_attention = :ai_attention::boolean,
    audio_available = :audio_available::boolean,
    active = :active::boolean,
    revision = :revision::integer,
    updated_at = :now::timestamptz
WHERE tenant_id = :tenant_id::uuid
    AND advisor_id = :advisor_id::uuid

-- list_advisors :many AdvisorRow
-- The advisors of a tenant after a given one, sealed; or one of them.
SELECT
    advisor_id, details_sealed, user_id, languages, ai_attention, audio_available, active, revision, created_at,
    updated_at
FROM advisors
WHERE tenant_id = :tenant_id::uuid
    AND (:advisor_id::uuid IS NULL OR advisor_id = :advisor_id::uuid)
    AND (:after::uuid IS NULL OR advisor_id > :after::uuid)
ORDER BY advisor_id
LIMIT :limit::integer

-- advisor_of_user :maybe AdvisorIdRow
-- Which advisor a member of staff is; an advisor who is switched off still sees what was said.
SELECT advisor_id
FROM advisors
WHERE tenant_id = :tenant_id::uuid
    AND user_id = :user_id::uuid

-- lock_advisor :none
-- Keeps an advisor for this transaction.
SELECT 1
FROM advisors
WHERE tenant_id = :tenant_id::uuid
    AND advisor_id = :advisor_id::uuid
FOR NO KEY UPDATE

-- insert_line :none
-- Adds a line; address_has_one_line refuses an address that is one, at whichever tenant.
INSERT INTO lines (
    tenant_id, line_id, channel, account, address, restaurant_id, advisor_id, opaque, credentials_sealed,
    credential_names, language, active, revision, created_at, updated_at)
VALUES (
    :tenant_id::uuid, :line_id::uuid, :channel::text, :account::text, :address::text, :restaurant_id::uuid,
    :advisor_id::uuid, :opaque::text, :credentials_sealed::bytea, :credential_names::text[], :language::text,
    :active::boolean, 1, :now::timestamptz, :now::timestamptz)

-- update_line :none
-- Writes what may change of a line.
UPDATE lines
SET account = :account::text,
    address = :address::text,
    restaurant_id = :restaurant_id::uuid,
    advisor_id = :advisor_id::uuid,
    opaque = :opaque::text,
    credentials_sealed = :credentials_sealed::bytea,
    credential_names = :credential_names::text[],
    language = :language::text,
    active = :active::boolean,
    revision = :revision::integer,
    updated_at = :now::timestamptz
WHERE tenant_id = :tenant_id::uuid
    AND line_id = :line_id::uuid

-- list_lines :many LineRow
-- The lines of a tenant after a given one; or one of them, or those of one restaurant or advisor.
SELECT
    line_id, tenant_id, channel, account, address, restaurant_id, advisor_id, opaque, language, credentials_sealed,
    credential_names, active, active AS answering, revision, created_at, updated_at
FROM lines
WHERE tenant_id = :tenant_id::uuid
    AND (:line_id::uuid IS NULL OR line_id = :line_id::uuid)
    AND (:restaurant_id::uuid IS NULL OR restaurant_id = :restaurant_id::uuid)
    AND (:advisor_id::uuid IS NULL OR advisor_id = :advisor_id::uuid)
    AND (:after::uuid IS NULL OR line_id > :after::uuid)
ORDER BY line_id
LIMIT :limit::integer

-- lock_line :none
-- Keeps a line for this transaction.
SELECT 1
FROM lines
WHERE tenant_id = :tenant_id::uuid
    AND line_id = :line_id::uuid
FOR NO KEY UPDATE

-- route_by_address :maybe LineRow
-- Whose address this is, over all tenants; a line of an advisor who is switched off is not answered.
SELECT {{route_columns}}
WHERE l.channel = :channel::text
    AND l.account = :account::text
    AND l.address = :address::text

-- route_by_id :maybe LineRow
-- The line with this id, over all tenants.
SELECT {{route_columns}}
WHERE l.line_id = :line_id::uuid

-- routes_like :many LineRow
-- The answered lines of a channel that a request may be for, over all tenants: those of an account, or of a path, or all.
SELECT {{route_columns}}
WHERE l.channel = :channel::text
    AND (:account::text IS NULL OR l.account = :account::text)
    AND (:opaque::text IS NULL OR l.opaque = :opaque::text)
    AND l.active
    AND coalesce(a.active, true)
ORDER BY l.line_id
LIMIT :limit::integer
