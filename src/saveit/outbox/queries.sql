-- append_fact :none
-- Writes what happened, in the transaction in which it happened.
INSERT INTO facts (
    fact_id, tenant_id, restaurant_id, kind, version, subject_kind, subject_id, service_on, actor, channel, trace_id,
    node, at, body)
VALUES (
    :fact_id::uuid, :tenant_id::uuid, :restaurant_id::uuid, :kind::text, :version::smallint, :subject_kind::text,
    :subject_id::uuid, :service_on::date, :actor::text, :channel::text, :trace_id::text, :node::text,
    :at::timestamptz, :body::jsonb)
