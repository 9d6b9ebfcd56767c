-- A restaurant's words for one channel alone, where those for all channels do not serve: a shorter text for SMS, a template of its own.

CREATE TABLE channel_templates (
    tenant_id uuid NOT NULL,
    restaurant_id uuid NOT NULL,
    kind text NOT NULL,
    language text NOT NULL CONSTRAINT channel_template_language_is_spoken CHECK (language IN ('es', 'en')),
    channel text NOT NULL CONSTRAINT channel_template_names_its_channel CHECK (length(channel) BETWEEN 1 AND 40),
    text text NOT NULL CONSTRAINT channel_template_text_is_bounded CHECK (length(text) BETWEEN 1 AND 2000),
    subject text NOT NULL CONSTRAINT channel_template_subject_is_bounded CHECK (length(subject) BETWEEN 1 AND 200),
    provider_name text NOT NULL DEFAULT '',
    provider_reference text NOT NULL DEFAULT '',
    provider_parameters text[] NOT NULL DEFAULT '{}',
    revision integer NOT NULL DEFAULT 1,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, restaurant_id, kind, language, channel)
);
CALL saveit_isolate_v1('channel_templates', across_tenants => true);
GRANT SELECT, INSERT, UPDATE, DELETE ON channel_templates TO saveit_app;
GRANT SELECT ON channel_templates TO saveit_ledger;
