-- retable_occupancy :none
-- Says whether a reservation's tables may be given to others while it is not seated.
UPDATE table_occupancy
SET movable = :movable::boolean
WHERE tenant_id = :tenant_id::uuid
    AND holder_id = :holder_id::uuid

-- advance_occupancy :many OccupiedFromRow
-- Lets a holder have its tables from an instant before its start, or from when the last who is at one of them leaves.
UPDATE table_occupancy o
SET starts_at = e.starts_at
FROM (
    SELECT greatest(:earliest_at::timestamptz, max(before.ends_at)) AS starts_at
    FROM table_occupancy own
    LEFT JOIN table_occupancy before
        ON before.tenant_id = own.tenant_id
        AND before.table_id = own.table_id
        AND before.ends_at > :earliest_at::timestamptz
        AND before.ends_at <= own.starts_at
    WHERE own.tenant_id = :tenant_id::uuid
        AND own.holder_id = :holder_id::uuid
) e
WHERE o.tenant_id = :tenant_id::uuid
    AND o.holder_id = :holder_id::uuid
RETURNING o.starts_at

-- restart_occupancy :none
-- Lets a holder have its tables from a later instant on.
UPDATE table_occupancy
SET starts_at = :starts_at::timestamptz
WHERE tenant_id = :tenant_id::uuid
    AND holder_id = :holder_id::uuid

-- extend_occupancy :none
-- Lets a holder stay longer on the tables it has; the constraint refuses when the next party is in the way.
UPDATE table_occupancy
SET ends_at = :ends_at::timestamptz
WHERE tenant_id = :tenant_id::uuid
    AND holder_id = :holder_id::uuid

-- find_block :many BlockedRow
-- What one block of staff's holds: a row a table, and a row a day where it is longer.
SELECT restaurant_id, table_id, starts_at, ends_at
FROM table_occupancy
WHERE tenant_id = :tenant_id::uuid
    AND holder_id = :block_id::uuid
    AND holder_kind = 'block'

-- find_overlaps :many OverlappingRow
-- Who else has some of these tables in a time, the first first.
SELECT table_id, holder_kind, holder_id, starts_at, ends_at
FROM table_occupancy
WHERE tenant_id = :tenant_id::uuid
    AND table_id = ANY (:table_ids::uuid[])
    AND tstzrange(starts_at, ends_at) && tstzrange(:starts_at::timestamptz, :ends_at::timestamptz)
    AND holder_id <> :holder_id::uuid
ORDER BY starts_at, table_id
LIMIT :rows_max::integer
