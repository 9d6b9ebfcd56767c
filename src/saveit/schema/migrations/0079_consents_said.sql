-- Each word of a person about what they want to hear, as it was said: by which text, in which language, when and how. A later word takes
-- none of them away, so that it can be shown what somebody agreed to.
CREATE TABLE consents_said (
    tenant_id uuid NOT NULL,
    person_id uuid NOT NULL,
    scope text NOT NULL CONSTRAINT said_scope_is_known CHECK (scope IN ('all', 'marketing')),
    said_at timestamptz NOT NULL,
    allowed boolean NOT NULL,
    how text NOT NULL,
    -- Which of our texts was agreed to; nothing where the person used words of their own.
    text_version smallint,
    language text,
    -- The restaurant as the text named it: it may be called otherwise by now, and its sister is.
    house text,
    PRIMARY KEY (tenant_id, person_id, scope, said_at),
    CONSTRAINT text_is_whole CHECK (num_nulls(text_version, language, house) IN (0, 3))
);

CALL saveit_isolate_v1('consents_said', across_tenants => true);
GRANT SELECT, INSERT ON consents_said TO saveit_app, saveit_ledger;
