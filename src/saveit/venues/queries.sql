-- insert_tenant :many TenantIdRow
-- Writes down a new customer; the platform does this as the gate. Nothing comes back when one was opened under the key before.
INSERT INTO tenants (tenant_id, name, created_at, opened_scope, opened_key)
VALUES (:tenant_id::uuid, :name::text, :created_at::timestamptz, :opened_scope::text, :opened_key::text)
ON CONFLICT ON CONSTRAINT customer_opened_once DO NOTHING
RETURNING tenant_id

-- find_opened_tenant :maybe Tenant
-- The customer who was opened under a key.
SELECT tenant_id, name, created_at
FROM tenants
WHERE opened_scope = :opened_scope::text
    AND opened_key = :opened_key::text

-- list_tenants :many Tenant
-- The customers after a given one, in the order they came.
SELECT tenant_id, name, created_at
FROM tenants
WHERE :after::uuid IS NULL OR tenant_id > :after::uuid
ORDER BY tenant_id
LIMIT :limit::integer

-- insert_tenant_key :none
-- Keeps a tenant's data key, wrapped, unless it has one of this version.
INSERT INTO tenant_keys (tenant_id, version, wrapped_key, created_at)
VALUES (:tenant_id::uuid, :version::integer, :wrapped_key::bytea, :created_at::timestamptz)
ON CONFLICT DO NOTHING

-- list_tenant_keys :many TenantKeyRow
-- The wrapped keys of a tenant, the newest first.
SELECT version, wrapped_key
FROM tenant_keys
WHERE tenant_id = :tenant_id::uuid
ORDER BY version DESC

-- newest_tenant_key :maybe OwnedKeyRow
-- The wrapped key that was made last, whosever it is: whoever can open it has this installation's secret.
SELECT tenant_id, version, wrapped_key
FROM tenant_keys
ORDER BY created_at DESC, tenant_id
LIMIT 1

-- find_directory_entry :maybe DirectoryEntry
-- Whose a restaurant is, by its id.
SELECT tenant_id, restaurant_id
FROM restaurant_directory
WHERE restaurant_id = :restaurant_id::uuid

-- find_slug :maybe DirectoryEntry
-- Whose a restaurant is, by its address on the booking page.
SELECT tenant_id, restaurant_id
FROM restaurant_directory
WHERE slug = :slug::text

-- insert_directory_entry :none
-- Makes a restaurant findable before its tenant is known; slug_taken_once refuses an address that is in use.
INSERT INTO restaurant_directory (restaurant_id, slug, tenant_id)
VALUES (:restaurant_id::uuid, :slug::text, :tenant_id::uuid)

-- update_directory_slug :none
-- Moves a restaurant to another address.
UPDATE restaurant_directory
SET slug = :slug::text
WHERE tenant_id = :tenant_id::uuid
    AND restaurant_id = :restaurant_id::uuid

-- insert_restaurant :none
-- Writes down a restaurant at version 1 of its rules and its floor.
INSERT INTO restaurants (
    tenant_id, restaurant_id, slug, name, timezone, language, currency, region, address, phone, created_at)
VALUES (
    :tenant_id::uuid, :restaurant_id::uuid, :slug::text, :name::text, :timezone::text, :language::text,
    :currency::text, :region::text, :address::text, :phone::text, :created_at::timestamptz)

-- update_restaurant :none
-- Writes what a restaurant's owner may change of it.
UPDATE restaurants
SET slug = :slug::text,
    name = :name::text,
    timezone = :timezone::text,
    language = :language::text,
    currency = :currency::text,
    region = :region::text,
    address = :address::text,
    phone = :phone::text,
    rules_version = :rules_version::integer,
    revision = :revision::integer
WHERE tenant_id = :tenant_id::uuid
    AND restaurant_id = :restaurant_id::uuid

-- restaurant_columns :part
-- All that a Restaurant is made of.
restaurant_id, tenant_id, slug, name, timezone, language, currency, region, address, phone, rules_version,
floor_version, revision

-- find_restaurant :maybe Restaurant
-- The restaurant with this id.
SELECT {{restaurant_columns}}
FROM restaurants
WHERE tenant_id = :tenant_id::uuid
    AND restaurant_id = :restaurant_id::uuid

-- list_restaurants :many Restaurant
-- The restaurants of a tenant after a given one, or those of them that are named.
SELECT {{restaurant_columns}}
FROM restaurants
WHERE tenant_id = :tenant_id::uuid
    AND (:after::uuid IS NULL OR restaurant_id > :after::uuid)
    AND (:within::uuid[] IS NULL OR restaurant_id = ANY (:within::uuid[]))
ORDER BY restaurant_id
LIMIT :limit::integer

-- lock_restaurant :none
-- Keeps every act on the restaurant's tables out until this transaction ends; locks nothing that is not the tenant's.
SELECT pg_advisory_xact_lock(restaurant_lock_v1(restaurant_id))
FROM restaurants
WHERE tenant_id = :tenant_id::uuid
    AND restaurant_id = :restaurant_id::uuid

-- set_rules_version :none
-- Puts a version of the rules in force.
UPDATE restaurants
SET rules_version = :version::integer
WHERE tenant_id = :tenant_id::uuid
    AND restaurant_id = :restaurant_id::uuid

-- raise_floor_version :one FloorVersion
-- Makes every decision on the former floor out of date.
UPDATE restaurants
SET floor_version = floor_version + 1
WHERE tenant_id = :tenant_id::uuid
    AND restaurant_id = :restaurant_id::uuid
RETURNING floor_version

-- insert_rules :none
-- Keeps a version of the rules for good.
INSERT INTO restaurant_rules (tenant_id, restaurant_id, version, rules, changed_by, changed_at)
VALUES (
    :tenant_id::uuid, :restaurant_id::uuid, :version::integer, :rules::jsonb, :changed_by::text,
    :changed_at::timestamptz)

-- find_rules :maybe RulesRow
-- A version of a restaurant's rules, or the one in force when none is named.
SELECT k.version, k.rules, k.changed_by, k.changed_at
FROM restaurants r
JOIN restaurant_rules k
    ON k.tenant_id = r.tenant_id
    AND k.restaurant_id = r.restaurant_id
    AND k.version = coalesce(:version::integer, r.rules_version)
WHERE r.tenant_id = :tenant_id::uuid
    AND r.restaurant_id = :restaurant_id::uuid

-- list_rules :many RulesRow
-- The versions of a restaurant's rules before a given one, the newest first.
SELECT version, rules, changed_by, changed_at
FROM restaurant_rules
WHERE tenant_id = :tenant_id::uuid
    AND restaurant_id = :restaurant_id::uuid
    AND (:before::integer IS NULL OR version < :before::integer)
ORDER BY version DESC
LIMIT :limit::integer

-- list_areas :many Area
-- The areas of a restaurant in the order it wants.
SELECT area_id, restaurant_id, name, position, revision
FROM areas
WHERE tenant_id = :tenant_id::uuid
    AND restaurant_id = :restaurant_id::uuid
ORDER BY position, name

-- insert_area :none
-- Adds an area; area_named_once refuses a name that is in use.
INSERT INTO areas (tenant_id, area_id, restaurant_id, name, position)
VALUES (:tenant_id::uuid, :area_id::uuid, :restaurant_id::uuid, :name::text, :position::integer)

-- update_area :none
-- Writes what may change of an area.
UPDATE areas
SET name = :name::text,
    position = :position::integer,
    revision = :revision::integer
WHERE tenant_id = :tenant_id::uuid
    AND area_id = :area_id::uuid

-- delete_area :none
-- Forgets an area.
DELETE FROM areas
WHERE tenant_id = :tenant_id::uuid
    AND area_id = :area_id::uuid

-- leave_area :none
-- Takes the retired tables out of an area that is about to go.
UPDATE dining_tables
SET area_id = NULL
WHERE tenant_id = :tenant_id::uuid
    AND area_id = :area_id::uuid
    AND retired_at IS NOT NULL

-- list_tables :many DiningTable
-- The tables of a restaurant, retired ones only when asked for.
SELECT
    table_id, restaurant_id, area_id, number, covers_min, covers_max,
    -- A real holds 0.8 as 0.800000012; its text is the number that was written.
    x::text::double precision AS x, y::text::double precision AS y, width::text::double precision AS width,
    height::text::double precision AS height, rotation::text::double precision AS rotation,
    shape, online, priority, retired_at, revision
FROM dining_tables
WHERE tenant_id = :tenant_id::uuid
    AND restaurant_id = :restaurant_id::uuid
    AND (retired_at IS NULL OR :with_retired::boolean)
ORDER BY table_id

-- insert_table :none
-- Adds a table; table_number_once refuses a number that is in use.
INSERT INTO dining_tables (
    tenant_id, table_id, restaurant_id, area_id, number, covers_min, covers_max, x, y, width, height, rotation, shape,
    online, priority)
VALUES (
    :tenant_id::uuid, :table_id::uuid, :restaurant_id::uuid, :area_id::uuid, :number::text, :covers_min::smallint,
    :covers_max::smallint, :x::double precision, :y::double precision,
    :width::double precision, :height::double precision, :rotation::double precision, :shape::text,
    :online::boolean, :priority::smallint)

-- update_table :none
-- Writes what may change of a table.
UPDATE dining_tables
SET area_id = :area_id::uuid,
    number = :number::text,
    covers_min = :covers_min::smallint,
    covers_max = :covers_max::smallint,
    x = :x::double precision,
    y = :y::double precision,
    width = :width::double precision,
    height = :height::double precision,
    rotation = :rotation::double precision,
    shape = :shape::text,
    online = :online::boolean,
    priority = :priority::smallint,
    revision = :revision::integer
WHERE tenant_id = :tenant_id::uuid
    AND table_id = :table_id::uuid

-- retire_table :none
-- Takes a table off the floor and keeps it for the reservations that sat there.
UPDATE dining_tables
SET retired_at = :retired_at::timestamptz
WHERE tenant_id = :tenant_id::uuid
    AND table_id = :table_id::uuid

-- count_stays :one StayCount
-- How many parties, holds and blocks still take a table from now on. The ledger's rows are read here and never written.
SELECT count(DISTINCT holder_id) AS stays
FROM table_occupancy
WHERE tenant_id = :tenant_id::uuid
    AND table_id = :table_id::uuid
    AND during && tstzrange(:now::timestamptz, NULL)
    AND (expires_at IS NULL OR expires_at > :now::timestamptz)

-- list_combinations :many CombinationRow
-- The combinations of a restaurant, retired ones only when asked for.
SELECT combination_id, restaurant_id, table_ids, covers_min, covers_max, online, priority, retired_at, revision
FROM table_combinations
WHERE tenant_id = :tenant_id::uuid
    AND restaurant_id = :restaurant_id::uuid
    AND (retired_at IS NULL OR :with_retired::boolean)
ORDER BY combination_id

-- insert_combination :none
-- Adds a combination.
INSERT INTO table_combinations (
    tenant_id, combination_id, restaurant_id, table_ids, covers_min, covers_max, online, priority)
VALUES (
    :tenant_id::uuid, :combination_id::uuid, :restaurant_id::uuid, :table_ids::uuid[], :covers_min::smallint,
    :covers_max::smallint, :online::boolean, :priority::smallint)

-- update_combination :none
-- Writes what may change of a combination.
UPDATE table_combinations
SET table_ids = :table_ids::uuid[],
    covers_min = :covers_min::smallint,
    covers_max = :covers_max::smallint,
    online = :online::boolean,
    priority = :priority::smallint,
    revision = :revision::integer
WHERE tenant_id = :tenant_id::uuid
    AND combination_id = :combination_id::uuid

-- retire_combination :none
-- Lets tables be joined so no more.
UPDATE table_combinations
SET retired_at = :retired_at::timestamptz
WHERE tenant_id = :tenant_id::uuid
    AND combination_id = :combination_id::uuid
