-- What guests are told of their reservations: restaurants' own words for it, and a row for each thing that was told.

CREATE TABLE notice_templates (
    tenant_id uuid NOT NULL,
    restaurant_id uuid NOT NULL,
    kind text NOT NULL,
    language text NOT NULL CONSTRAINT template_language_is_spoken CHECK (language IN ('es', 'en')),
    text text NOT NULL CONSTRAINT template_text_is_bounded CHECK (length(text) BETWEEN 1 AND 2000),
    subject text NOT NULL CONSTRAINT template_subject_is_bounded CHECK (length(subject) BETWEEN 1 AND 200),
    -- The template that WhatsApp has approved, for guests who wrote more than a day ago; empty where there is none.
    provider_name text NOT NULL DEFAULT '',
    provider_reference text NOT NULL DEFAULT '',
    provider_parameters text[] NOT NULL DEFAULT '{}',
    revision integer NOT NULL DEFAULT 1,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, restaurant_id, kind, language)
);

CREATE TABLE notices (
    tenant_id uuid NOT NULL,
    notice_id uuid NOT NULL,
    -- What it follows from: a fact is told of once, whoever reads it how often.
    fact_id uuid NOT NULL,
    kind text NOT NULL,
    restaurant_id uuid NOT NULL,
    subject_id uuid NOT NULL,
    person_id uuid,
    -- Through how many conversations; each has its messages, and they name this row.
    reached smallint NOT NULL,
    planned_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, notice_id),
    CONSTRAINT fact_is_told_once UNIQUE (tenant_id, fact_id)
);
CREATE INDEX notices_of_subject ON notices (tenant_id, subject_id, planned_at);

CALL saveit_isolate_v1('notice_templates', across_tenants => true);
CALL saveit_isolate_v1('notices', across_tenants => true);

GRANT SELECT, INSERT, UPDATE, DELETE ON notice_templates TO saveit_app;
GRANT SELECT ON notice_templates TO saveit_ledger;
GRANT SELECT ON notices TO saveit_app;
GRANT SELECT, INSERT ON notices TO saveit_ledger;
