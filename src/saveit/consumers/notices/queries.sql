-- find_templates :many TemplateRow
-- A restaurant's own words for one kind of notice: for all channels, and for single ones.
SELECT kind, language, '' AS channel, text, subject, provider_name, provider_reference, provider_parameters, revision
FROM notice_templates
WHERE tenant_id = :tenant_id::uuid
    AND restaurant_id = :restaurant_id::uuid
    AND kind = :kind::text
    AND language = :language::text
UNION ALL
SELECT kind, language, channel, text, subject, provider_name, provider_reference, provider_parameters, revision
FROM channel_templates
WHERE tenant_id = :tenant_id::uuid
    AND restaurant_id = :restaurant_id::uuid
    AND kind = :kind::text
    AND language = :language::text

-- list_templates :many TemplateRow
-- All of a restaurant's own words.
SELECT kind, language, '' AS channel, text, subject, provider_name, provider_reference, provider_parameters, revision
FROM notice_templates
WHERE tenant_id = :tenant_id::uuid
    AND restaurant_id = :restaurant_id::uuid
UNION ALL
SELECT kind, language, channel, text, subject, provider_name, provider_reference, provider_parameters, revision
FROM channel_templates
WHERE tenant_id = :tenant_id::uuid
    AND restaurant_id = :restaurant_id::uuid
ORDER BY kind, language, channel

-- save_template :one TemplateRow
-- Replaces a restaurant's words.
INSERT INTO notice_templates AS t (
    tenant_id, restaurant_id, kind, language, text, subject, provider_name, provider_reference, provider_parameters, updated_at)
VALUES (
    :tenant_id::uuid, :restaurant_id::uuid, :kind::text, :language::text, :text::text, :subject::text, :provider_name::text,
    :provider_reference::text, :provider_parameters::text[], :now::timestamptz)
ON CONFLICT (tenant_id, restaurant_id, kind, language)
DO UPDATE SET text = excluded.text,
    subject = excluded.subject,
    provider_name = excluded.provider_name,
    provider_reference = excluded.provider_reference,
    provider_parameters = excluded.provider_parameters,
    revision = t.revision + 1,
    updated_at = excluded.updated_at
RETURNING kind, language, '' AS channel, text, subject, provider_name, provider_reference, provider_parameters, revision

-- remove_template :none
-- Goes back to our words.
DELETE FROM notice_templates
WHERE tenant_id = :tenant_id::uuid
    AND restaurant_id = :restaurant_id::uuid
    AND kind = :kind::text
    AND language = :language::text

-- save_channel_template :one TemplateRow
-- Replaces a restaurant's words for one channel.
INSERT INTO channel_templates AS t (
    tenant_id, restaurant_id, kind, language, channel, text, subject, provider_name, provider_reference, provider_parameters,
    updated_at)
VALUES (
    :tenant_id::uuid, :restaurant_id::uuid, :kind::text, :language::text, :channel::text, :text::text, :subject::text,
    :provider_name::text, :provider_reference::text, :provider_parameters::text[], :now::timestamptz)
ON CONFLICT (tenant_id, restaurant_id, kind, language, channel)
DO UPDATE SET text = excluded.text,
    subject = excluded.subject,
    provider_name = excluded.provider_name,
    provider_reference = excluded.provider_reference,
    provider_parameters = excluded.provider_parameters,
    revision = t.revision + 1,
    updated_at = excluded.updated_at
RETURNING kind, language, channel, text, subject, provider_name, provider_reference, provider_parameters, revision

-- remove_channel_template :none
-- Goes back to the words for all channels.
DELETE FROM channel_templates
WHERE tenant_id = :tenant_id::uuid
    AND restaurant_id = :restaurant_id::uuid
    AND kind = :kind::text
    AND language = :language::text
    AND channel = :channel::text

-- keep_notice :maybe NoticeIdRow
-- Writes down that a fact is told of; nothing comes back when it was told before.
INSERT INTO notices (tenant_id, notice_id, fact_id, kind, restaurant_id, subject_id, person_id, reached, planned_at)
VALUES (
    :tenant_id::uuid, :notice_id::uuid, :fact_id::uuid, :kind::text, :restaurant_id::uuid, :subject_id::uuid, :person_id::uuid,
    :reached::smallint, :now::timestamptz)
ON CONFLICT (tenant_id, fact_id) DO NOTHING
RETURNING notice_id

-- pass_over :one CountRow
-- Of reservations that were just made, those up to the first whose guest can be reached: writes down that the others are reached nowhere.
WITH made AS MATERIALIZED (
    SELECT
        n.number, n.tenant_id, n.fact_id, n.notice_id, r.restaurant_id, r.reservation_id, r.person_id, r.status, r.source,
        r.reservation_id IS NULL
            OR EXISTS (SELECT FROM lines l WHERE l.tenant_id = n.tenant_id AND l.active)
            OR EXISTS (
                SELECT FROM conversations c
                WHERE c.tenant_id = n.tenant_id AND c.person_id = r.person_id AND c.status = 'open') AS within_reach
    FROM unnest(:tenant_ids::uuid[], :fact_ids::uuid[], :notice_ids::uuid[], :service_ons::date[], :reservation_ids::uuid[])
        WITH ORDINALITY AS n (tenant_id, fact_id, notice_id, service_on, reservation_id, number)
    LEFT JOIN reservations r
        ON r.tenant_id = n.tenant_id
        AND r.service_on = n.service_on
        AND r.reservation_id = n.reservation_id
), passed AS MATERIALIZED (
    SELECT m.*
    FROM made m
    WHERE m.number < ALL (SELECT o.number FROM made o WHERE o.within_reach)
), kept AS (
    INSERT INTO notices (tenant_id, notice_id, fact_id, kind, restaurant_id, subject_id, person_id, reached, planned_at)
    SELECT
        p.tenant_id, p.notice_id, p.fact_id, CASE p.status WHEN 'pending' THEN 'pending' ELSE 'confirmed' END, p.restaurant_id,
        p.reservation_id, p.person_id, 0, :now::timestamptz
    FROM passed p
    WHERE p.status IN ('pending', 'confirmed')
        AND p.source <> 'walk_in'
    ON CONFLICT (tenant_id, fact_id) DO NOTHING
)
SELECT count(*)::integer AS counted FROM passed

-- notices_of_subject :many NoticeRow
-- What was told of a reservation, and what became of each message.
SELECT n.notice_id, n.kind, n.planned_at, m.channel, m.status, m.error
FROM notices n
JOIN conversations c ON c.tenant_id = n.tenant_id
JOIN messages m ON m.tenant_id = n.tenant_id AND m.conversation_id = c.conversation_id AND m.notice_id = n.notice_id
WHERE n.tenant_id = :tenant_id::uuid
    AND n.subject_id = :subject_id::uuid
    AND (c.person_id = n.person_id OR n.person_id IS NULL)
ORDER BY n.planned_at, m.channel, m.seq
LIMIT 500
