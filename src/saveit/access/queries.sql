-- insert_user :none
-- Adds a staff user; email_signs_in_once refuses an email that somebody signs in with.
INSERT INTO staff_users (tenant_id, user_id, email_index, details_sealed, password_hash, language, created_at)
VALUES (
    :tenant_id::uuid, :user_id::uuid, :email_index::bytea, :details_sealed::bytea, :password_hash::text,
    :language::text, :created_at::timestamptz)

-- find_sign_in :maybe SignInRow
-- Who signs in with this email, under whichever of the platform's keys it was indexed, and whether they have done so from this address.
SELECT
    u.tenant_id, u.user_id, u.email_index, u.password_hash, u.language, u.disabled_at,
    EXISTS (
        SELECT
        FROM staff_sessions s
        WHERE s.tenant_id = u.tenant_id
            AND s.user_id = u.user_id
            AND s.address_index = ANY (:address_indexes::bytea[])
            AND s.created_at > :familiar_since::timestamptz) AS familiar
FROM staff_users u
WHERE u.email_index = ANY (:email_indexes::bytea[])
LIMIT 1

-- forget_tries :none
-- Removes tries that count no more, a few at a time, and none that another is just counting.
DELETE FROM sign_in_tries
WHERE try_index IN (
    SELECT try_index
    FROM sign_in_tries
    WHERE counted_from <= :over_before::timestamptz
    ORDER BY counted_from
    LIMIT 20
    FOR UPDATE SKIP LOCKED)

-- take_try :none
-- Counts one more try, unless there have been as many as there may be since the first that counts.
INSERT INTO sign_in_tries AS t (try_index, tries, counted_from)
VALUES (:try_index::bytea, 1, :now::timestamptz)
ON CONFLICT (try_index) DO UPDATE
SET tries = CASE WHEN t.counted_from <= :over_before::timestamptz THEN 1 ELSE t.tries + 1 END,
    counted_from = CASE WHEN t.counted_from <= :over_before::timestamptz THEN excluded.counted_from ELSE t.counted_from END
WHERE t.tries < :tries_max::integer
    OR t.counted_from <= :over_before::timestamptz

-- find_tries :maybe TriesRow
-- Since when tries are counted.
SELECT counted_from
FROM sign_in_tries
WHERE try_index = :try_index::bytea

-- give_try_back :none
-- Does not count a try that was right.
UPDATE sign_in_tries
SET tries = tries - 1
WHERE try_index = :try_index::bytea
    AND tries > 0

-- list_users :many StaffUserRow
-- The staff of a tenant with their roles, sealed; or one of them.
SELECT
    u.user_id, u.details_sealed, u.language, u.created_at, u.disabled_at,
    array_remove(array_agg(r.restaurant_id ORDER BY r.restaurant_id), NULL) AS restaurant_ids,
    array_remove(array_agg(r.role ORDER BY r.restaurant_id), NULL) AS roles
FROM staff_users u
LEFT JOIN staff_roles r ON r.tenant_id = u.tenant_id AND r.user_id = u.user_id
WHERE u.tenant_id = :tenant_id::uuid
    AND (:user_id::uuid IS NULL OR u.user_id = :user_id::uuid)
    AND (:after::uuid IS NULL OR u.user_id > :after::uuid)
GROUP BY u.tenant_id, u.user_id
ORDER BY u.user_id
LIMIT :limit::integer

-- renew_sign_in :none
-- Keeps a user findable under the current key, and their password hashed at today's cost, unless it was replaced meanwhile.
UPDATE staff_users
SET email_index = :email_index::bytea,
    password_hash = :password_hash::text
WHERE tenant_id = :tenant_id::uuid
    AND user_id = :user_id::uuid
    AND password_hash = :verified_hash::text

-- set_password :none
-- Replaces a password.
UPDATE staff_users
SET password_hash = :password_hash::text
WHERE tenant_id = :tenant_id::uuid
    AND user_id = :user_id::uuid

-- disable_user :none
-- Lets a user sign in no more.
UPDATE staff_users
SET disabled_at = :disabled_at::timestamptz
WHERE tenant_id = :tenant_id::uuid
    AND user_id = :user_id::uuid
    AND disabled_at IS NULL

-- find_role :maybe RoleRow
-- What a user is in a restaurant; waits for whoever is changing it.
SELECT role
FROM staff_roles
WHERE tenant_id = :tenant_id::uuid
    AND user_id = :user_id::uuid
    AND restaurant_id = :restaurant_id::uuid
FOR UPDATE

-- lock_owners :none
-- Lets acts that might leave a restaurant without an owner follow each other.
SELECT
FROM staff_roles
WHERE tenant_id = :tenant_id::uuid
    AND restaurant_id = :restaurant_id::uuid
    AND role = 'owner'
ORDER BY user_id
FOR UPDATE

-- list_owners :many OwnerRow
-- Who owns a restaurant and may sign in.
SELECT r.user_id
FROM staff_roles r
JOIN staff_users u
    ON u.tenant_id = r.tenant_id
    AND u.user_id = r.user_id
WHERE r.tenant_id = :tenant_id::uuid
    AND r.restaurant_id = :restaurant_id::uuid
    AND r.role = 'owner'
    AND u.disabled_at IS NULL

-- list_owned :many OwnedRow
-- The restaurants that a user owns, in the order of their ids.
SELECT restaurant_id
FROM staff_roles
WHERE tenant_id = :tenant_id::uuid
    AND user_id = :user_id::uuid
    AND role = 'owner'
ORDER BY restaurant_id

-- put_role :none
-- Makes a user something in a restaurant.
INSERT INTO staff_roles (tenant_id, user_id, restaurant_id, role)
VALUES (:tenant_id::uuid, :user_id::uuid, :restaurant_id::uuid, :role::text)
ON CONFLICT (tenant_id, user_id, restaurant_id) DO UPDATE
SET role = excluded.role

-- delete_role :none
-- Makes a user nothing in a restaurant.
DELETE FROM staff_roles
WHERE tenant_id = :tenant_id::uuid
    AND user_id = :user_id::uuid
    AND restaurant_id = :restaurant_id::uuid

-- insert_session :none
-- Begins a session, unless the password that was verified has been replaced meanwhile or the user disabled.
INSERT INTO staff_sessions (tenant_id, session_id, user_id, token_digest, created_at, expires_at, address_index)
SELECT
    tenant_id, :session_id::uuid, user_id, :token_digest::bytea, :created_at::timestamptz, :expires_at::timestamptz,
    :address_index::bytea
FROM staff_users
WHERE tenant_id = :tenant_id::uuid
    AND user_id = :user_id::uuid
    AND password_hash = :verified_hash::text
    AND disabled_at IS NULL
FOR SHARE

-- revoke_session :maybe DigestRow
-- Ends a session, once.
UPDATE staff_sessions
SET revoked_at = :revoked_at::timestamptz
WHERE tenant_id = :tenant_id::uuid
    AND session_id = :session_id::uuid
    AND revoked_at IS NULL
RETURNING token_digest

-- revoke_sessions_of_user :none
-- Ends every session of a user.
UPDATE staff_sessions
SET revoked_at = :revoked_at::timestamptz
WHERE tenant_id = :tenant_id::uuid
    AND user_id = :user_id::uuid
    AND revoked_at IS NULL

-- insert_api_key :none
-- Keeps a key's digest and what it may do.
INSERT INTO api_keys (
    tenant_id, api_key_id, restaurant_id, name, token_digest, scopes, quota_per_minute, created_at, expires_at)
VALUES (
    :tenant_id::uuid, :api_key_id::uuid, :restaurant_id::uuid, :name::text, :token_digest::bytea, :scopes::text[],
    :quota_per_minute::integer, :created_at::timestamptz, :expires_at::timestamptz)

-- revoke_api_key :maybe DigestRow
-- Ends a key; it keeps the instant at which it was first ended.
UPDATE api_keys
SET revoked_at = coalesce(revoked_at, :revoked_at::timestamptz)
WHERE tenant_id = :tenant_id::uuid
    AND api_key_id = :api_key_id::uuid
RETURNING token_digest

-- list_api_keys :many ApiKeyRow
-- The keys of a tenant, ended ones too; or one of them, or those of one restaurant.
SELECT api_key_id, restaurant_id, name, scopes, quota_per_minute, created_at, expires_at, revoked_at
FROM api_keys
WHERE tenant_id = :tenant_id::uuid
    AND (:api_key_id::uuid IS NULL OR api_key_id = :api_key_id::uuid)
    AND (:restaurant_id::uuid IS NULL OR restaurant_id = :restaurant_id::uuid)
    AND (:after::uuid IS NULL OR api_key_id > :after::uuid)
ORDER BY api_key_id
LIMIT :limit::integer

-- identify_api_key :maybe KeyHolderRow
-- Whose key this is, while it may be used.
SELECT tenant_id, api_key_id, restaurant_id, scopes, quota_per_minute, expires_at
FROM api_keys
WHERE token_digest = :token_digest::bytea
    AND revoked_at IS NULL
    AND (expires_at IS NULL OR expires_at > :now::timestamptz)

-- identify_session :maybe SessionHolderRow
-- Whose session this is, while it lasts, and what they are where.
SELECT
    s.tenant_id, s.user_id, s.session_id, u.language, s.expires_at,
    array_remove(array_agg(r.restaurant_id ORDER BY r.restaurant_id), NULL) AS restaurant_ids,
    array_remove(array_agg(r.role ORDER BY r.restaurant_id), NULL) AS roles
FROM staff_sessions s
JOIN staff_users u ON u.tenant_id = s.tenant_id AND u.user_id = s.user_id
LEFT JOIN staff_roles r ON r.tenant_id = s.tenant_id AND r.user_id = s.user_id
WHERE s.token_digest = :token_digest::bytea
    AND s.revoked_at IS NULL
    AND s.expires_at > :now::timestamptz
    AND u.disabled_at IS NULL
GROUP BY s.tenant_id, s.session_id, u.language
