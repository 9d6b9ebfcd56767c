-- insert_endpoint :none
-- Adds a system that wants to hear.
INSERT INTO webhook_endpoints (tenant_id, endpoint_id, restaurant_id, url, secrets_sealed, kinds, created_at, updated_at)
VALUES (
    :tenant_id::uuid, :endpoint_id::uuid, :restaurant_id::uuid, :url::text, :secrets_sealed::bytea, :kinds::text[], :now::timestamptz,
    :now::timestamptz)

-- find_endpoint :maybe EndpointRow
-- One of the tenant's endpoints.
SELECT endpoint_id, restaurant_id, url, secrets_sealed, kinds, active, stopped_why, created_at
FROM webhook_endpoints
WHERE tenant_id = :tenant_id::uuid
    AND endpoint_id = :endpoint_id::uuid

-- list_endpoints :many EndpointRow
-- All of the tenant's endpoints.
SELECT endpoint_id, restaurant_id, url, secrets_sealed, kinds, active, stopped_why, created_at
FROM webhook_endpoints
WHERE tenant_id = :tenant_id::uuid
ORDER BY endpoint_id
LIMIT 100

-- change_endpoint :none
-- Replaces secrets, or switches on or off.
UPDATE webhook_endpoints
SET secrets_sealed = :secrets_sealed::bytea,
    active = :active::boolean,
    stopped_why = :stopped_why::text,
    updated_at = :now::timestamptz
WHERE tenant_id = :tenant_id::uuid
    AND endpoint_id = :endpoint_id::uuid

-- remove_endpoint :none
-- Removes an endpoint, and what is under way to it.
DELETE FROM webhook_endpoints
WHERE tenant_id = :tenant_id::uuid
    AND endpoint_id = :endpoint_id::uuid

-- list_listeners :many TenantRow
-- Which of some tenants have an endpoint at all.
SELECT DISTINCT e.tenant_id
FROM webhook_endpoints e
WHERE e.tenant_id = ANY (:tenant_ids::uuid[])
    AND e.active

-- plan_deliveries :none
-- Plans facts for every endpoint that wants them, once for each.
INSERT INTO webhook_deliveries (tenant_id, delivery_id, endpoint_id, fact_id, kind, body, status, due_at, created_at)
SELECT e.tenant_id, gen_random_uuid(), e.endpoint_id, f.fact_id, f.kind, f.body, 'waiting', :now::timestamptz, :now::timestamptz
FROM unnest(:tenant_ids::uuid[], :restaurant_ids::uuid[], :fact_ids::uuid[], :kinds::text[], :bodies::bytea[])
    AS f (tenant_id, restaurant_id, fact_id, kind, body)
JOIN webhook_endpoints e ON e.tenant_id = f.tenant_id
WHERE e.active
    AND (e.restaurant_id IS NULL OR e.restaurant_id = f.restaurant_id)
    AND (e.kinds = '{}' OR f.kind = ANY (e.kinds))
ORDER BY e.tenant_id, e.endpoint_id, f.fact_id
ON CONFLICT (tenant_id, endpoint_id, fact_id) DO NOTHING

-- claim_deliveries :many DueRow
-- Takes what is due. Until the lease is over nobody else does; after it the delivery is made again, under the same id.
UPDATE webhook_deliveries d
SET due_at = :lease_until::timestamptz,
    attempts = d.attempts + 1
FROM (
    SELECT w.tenant_id, w.delivery_id, w.endpoint_id
    FROM webhook_deliveries w
    WHERE w.status = 'waiting'
        AND w.due_at <= :now::timestamptz
    ORDER BY w.due_at
    LIMIT :rows_max::integer
    FOR NO KEY UPDATE SKIP LOCKED
) f
JOIN webhook_endpoints e ON e.tenant_id = f.tenant_id AND e.endpoint_id = f.endpoint_id
WHERE d.tenant_id = f.tenant_id
    AND d.delivery_id = f.delivery_id
RETURNING d.tenant_id, d.delivery_id, d.endpoint_id, d.body, d.attempts, e.url, e.secrets_sealed, e.active

-- settle_delivery :none
-- Writes down what came of a delivery.
UPDATE webhook_deliveries
SET status = :status::text,
    due_at = :due_at::timestamptz,
    last_answer = :last_answer::text,
    settled_at = CASE WHEN :status::text = 'waiting' THEN NULL ELSE :now::timestamptz END
WHERE tenant_id = :tenant_id::uuid
    AND delivery_id = :delivery_id::uuid

-- stop_endpoint :none
-- Turns an endpoint off, because it asked for it.
UPDATE webhook_endpoints
SET active = false,
    stopped_why = :why::text,
    updated_at = :now::timestamptz
WHERE tenant_id = :tenant_id::uuid
    AND endpoint_id = :endpoint_id::uuid

-- list_deliveries :many DeliveryRow
-- What went to an endpoint, or is under way, the latest first.
SELECT delivery_id, endpoint_id, kind, status, attempts, due_at, last_answer, created_at, settled_at
FROM webhook_deliveries
WHERE tenant_id = :tenant_id::uuid
    AND endpoint_id = :endpoint_id::uuid
ORDER BY created_at DESC
LIMIT :rows_max::integer

-- replay_delivery :none
-- Makes a delivery again, now, under the same id.
UPDATE webhook_deliveries
SET status = 'waiting',
    attempts = 0,
    due_at = :now::timestamptz,
    settled_at = NULL
WHERE tenant_id = :tenant_id::uuid
    AND delivery_id = :delivery_id::uuid
    AND status <> 'waiting'

-- forget_deliveries :none
-- Removes what is long over.
DELETE FROM webhook_deliveries
WHERE status <> 'waiting'
    AND settled_at < :before::timestamptz
