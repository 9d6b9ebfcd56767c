-- find_manners :maybe MannersRow
-- How a restaurant wants its guests spoken to.
SELECT manners::text AS manners
FROM restaurant_manners
WHERE tenant_id = :tenant_id::uuid
    AND restaurant_id = :restaurant_id::uuid

-- save_manners :none
-- Writes how a restaurant wants its guests spoken to.
INSERT INTO restaurant_manners (tenant_id, restaurant_id, manners, changed_by, changed_at)
VALUES (:tenant_id::uuid, :restaurant_id::uuid, :manners::jsonb, :changed_by::text, :now::timestamptz)
ON CONFLICT (tenant_id, restaurant_id)
DO UPDATE SET manners = excluded.manners, changed_by = excluded.changed_by, changed_at = excluded.changed_at
