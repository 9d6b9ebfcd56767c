-- keep_reservation :none
-- What a reservation is now; an older fact that is read later changes nothing.
INSERT INTO analytics_reservations AS a (
    tenant_id, reservation_id, restaurant_id, service_on, starts_at, leaves_at, party_size, status, source, revision, seated_at,
    left_at)
VALUES (
    :tenant_id::uuid, :reservation_id::uuid, :restaurant_id::uuid, :service_on::date, :starts_at::timestamptz,
    :leaves_at::timestamptz, :party_size::smallint, :status::text, :source::text, :revision::integer, :seated_at::timestamptz,
    :left_at::timestamptz)
ON CONFLICT (tenant_id, reservation_id) DO UPDATE
SET service_on = excluded.service_on,
    starts_at = excluded.starts_at,
    leaves_at = excluded.leaves_at,
    party_size = excluded.party_size,
    status = excluded.status,
    revision = excluded.revision,
    seated_at = CASE WHEN excluded.status IN ('checked_in', 'completed') THEN coalesce(excluded.seated_at, a.seated_at) END,
    left_at = CASE WHEN excluded.status = 'completed' THEN coalesce(excluded.left_at, a.left_at) END
WHERE excluded.revision > a.revision

-- note_waiting :none
-- One more of what became of who waits.
INSERT INTO analytics_waiting AS a (tenant_id, restaurant_id, service_on, joined, offered, booked, passed, gone)
VALUES (
    :tenant_id::uuid, :restaurant_id::uuid, :service_on::date, :joined::integer, :offered::integer, :booked::integer,
    :passed::integer, :gone::integer)
ON CONFLICT (tenant_id, restaurant_id, service_on) DO UPDATE
SET joined = a.joined + excluded.joined,
    offered = a.offered + excluded.offered,
    booked = a.booked + excluded.booked,
    passed = a.passed + excluded.passed,
    gone = a.gone + excluded.gone

-- go_on :none
-- Notes that a guest has written again in a talk that is not over.
UPDATE analytics_talks
SET last_in_at = greatest(last_in_at, :at::timestamptz)
WHERE tenant_id = :tenant_id::uuid
    AND conversation_id = :conversation_id::uuid
    AND opened_at <= :at::timestamptz
    AND last_in_at >= :at::timestamptz - interval '24 hours'

-- open_talk :none
-- A guest has begun to write.
INSERT INTO analytics_talks (tenant_id, conversation_id, opened_at, last_in_at, channel, line_id, advisor_id)
VALUES (
    :tenant_id::uuid, :conversation_id::uuid, :at::timestamptz, :at::timestamptz, :channel::text, :line_id::uuid,
    :advisor_id::uuid)
ON CONFLICT DO NOTHING

-- note_step :none
-- How far the talk came that is under way: each step is noted the first time.
UPDATE analytics_talks
SET replied_at = CASE WHEN :step::text = 'replied' THEN coalesce(replied_at, :at::timestamptz) ELSE replied_at END,
    offered_at = CASE WHEN :step::text IN ('offered', 'booked') THEN coalesce(offered_at, :at::timestamptz) ELSE offered_at END,
    booked_at = CASE WHEN :step::text = 'booked' THEN coalesce(booked_at, :at::timestamptz) ELSE booked_at END,
    handed_over_at = CASE
        WHEN :step::text = 'handed_over' THEN coalesce(handed_over_at, :at::timestamptz) ELSE handed_over_at END,
    restaurant_id = coalesce(:restaurant_id::uuid, restaurant_id)
WHERE tenant_id = :tenant_id::uuid
    AND conversation_id = :conversation_id::uuid
    AND opened_at <= :at::timestamptz
    AND last_in_at >= :at::timestamptz - interval '24 hours'

-- keep_talk_booking :none
-- By whose talk a reservation came.
INSERT INTO analytics_talk_bookings (tenant_id, reservation_id, conversation_id, channel, advisor_id)
VALUES (:tenant_id::uuid, :reservation_id::uuid, :conversation_id::uuid, :channel::text, :advisor_id::uuid)
ON CONFLICT DO NOTHING

-- count_reservations :many CountedRow
-- What became of the reservations of some restaurants and days, by restaurant, day, hour and source; of one advisor's, if one is named.
SELECT
    a.restaurant_id, a.service_on, extract(hour FROM a.starts_at AT TIME ZONE r.timezone)::integer AS hour, a.source,
    count(*) FILTER (WHERE a.source <> 'walk_in') AS bookings,
    coalesce(sum(a.party_size) FILTER (WHERE a.source <> 'walk_in' AND a.status NOT IN ('cancelled', 'no_show')), 0) AS covers,
    count(*) FILTER (WHERE a.source = 'walk_in') AS walk_ins,
    coalesce(sum(a.party_size) FILTER (WHERE a.source = 'walk_in'), 0) AS walk_in_covers,
    count(*) FILTER (WHERE a.source <> 'walk_in' AND a.status IN ('checked_in', 'completed')) AS check_ins,
    count(*) FILTER (WHERE a.status = 'cancelled') AS cancellations,
    count(*) FILTER (WHERE a.status = 'no_show') AS no_shows,
    coalesce(
        sum(
            a.party_size
            * least(greatest(extract(
                epoch FROM coalesce(a.left_at, a.leaves_at) - coalesce(a.seated_at, a.starts_at)) / 60, 0), 1440))
            FILTER (WHERE a.status IN ('checked_in', 'completed')),
        0)::bigint AS seat_minutes
FROM analytics_reservations a
JOIN restaurants r
    ON r.tenant_id = a.tenant_id
    AND r.restaurant_id = a.restaurant_id
WHERE a.tenant_id = :tenant_id::uuid
    AND a.restaurant_id = ANY (:restaurant_ids::uuid[])
    AND a.service_on BETWEEN :from_on::date AND :to_on::date
    AND (
        :advisor_id::uuid IS NULL
        OR EXISTS (
            SELECT
            FROM analytics_talk_bookings b
            WHERE b.tenant_id = a.tenant_id
                AND b.reservation_id = a.reservation_id
                AND b.advisor_id = :advisor_id::uuid))
GROUP BY a.restaurant_id, a.service_on, hour, a.source
ORDER BY a.restaurant_id, a.service_on, hour, a.source

-- count_waiting :one WaitingRow
-- What became of who waited at some restaurants on some days.
SELECT
    coalesce(sum(joined), 0) AS joined, coalesce(sum(offered), 0) AS offered, coalesce(sum(booked), 0) AS booked,
    coalesce(sum(passed), 0) AS passed, coalesce(sum(gone), 0) AS gone
FROM analytics_waiting
WHERE tenant_id = :tenant_id::uuid
    AND restaurant_id = ANY (:restaurant_ids::uuid[])
    AND service_on BETWEEN :from_on::date AND :to_on::date

-- count_talks :many TalksRow
-- How far talks came that were opened on some days: all, by channel, and by advisor. Those about no restaurant yet count for the whole house.
WITH talks AS (
    SELECT
        t.channel, t.advisor_id, t.offered_at, t.booked_at, t.handed_over_at, t.replied_at,
        extract(epoch FROM t.replied_at - t.opened_at)::double precision AS response_s
    FROM analytics_talks t
    LEFT JOIN lines l
        ON l.tenant_id = t.tenant_id
        AND l.line_id = t.line_id
    LEFT JOIN restaurants r
        ON r.tenant_id = t.tenant_id
        AND r.restaurant_id = coalesce(t.restaurant_id, l.restaurant_id)
    WHERE t.tenant_id = :tenant_id::uuid
        AND t.opened_at >= (:from_on::date - interval '1 day')::timestamptz
        AND t.opened_at < (:to_on::date + interval '2 days')::timestamptz
        AND (t.opened_at AT TIME ZONE coalesce(r.timezone, :timezone::text))::date BETWEEN :from_on::date AND :to_on::date
        AND (
            r.restaurant_id = ANY (:restaurant_ids::uuid[])
            OR (r.restaurant_id IS NULL AND :of_the_house::boolean))
        AND (:advisor_id::uuid IS NULL OR t.advisor_id = :advisor_id::uuid)
)
SELECT
    CASE WHEN grouping(channel) = 0 THEN 'channel' WHEN grouping(advisor_id) = 0 THEN 'advisor' ELSE 'all' END AS part,
    channel, advisor_id, count(*) AS conversations, count(offered_at) AS offered, count(booked_at) AS booked,
    count(handed_over_at) AS handed_over, count(replied_at) AS answered,
    percentile_cont(0.5) WITHIN GROUP (ORDER BY response_s) AS response_median_s,
    percentile_cont(0.9) WITHIN GROUP (ORDER BY response_s) AS response_p90_s
FROM talks
GROUP BY GROUPING SETS ((), (channel), (advisor_id))
ORDER BY part, channel, advisor_id

-- forget_reservations :none
-- Empties the figures, to be made again from the log.
DELETE FROM analytics_reservations

-- forget_waiting :none
-- The same of who waited.
DELETE FROM analytics_waiting

-- forget_talks :none
-- The same of talks.
DELETE FROM analytics_talks

-- forget_talk_bookings :none
-- The same of what came by them.
DELETE FROM analytics_talk_bookings
