-- What a turn needs of a conversation: whose eyes may see it, who answers, and what was said.

-- A transaction that acts for an advisor sees that advisor's conversations and no others: "" is the restaurant's own staff, who see all,
-- "none" a line that is no advisor's. The policy is restrictive, so that the tenant's own is never loosened by it.
CREATE FUNCTION saveit_advisor_sees_v1(row_advisor uuid) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE
AS $$
    SELECT CASE coalesce(current_setting('saveit.advisor_id', true), '')
        WHEN '' THEN true
        WHEN 'none' THEN row_advisor IS NULL
        ELSE row_advisor = nullif(nullif(current_setting('saveit.advisor_id', true), ''), 'none')::uuid
    END
$$;
CREATE POLICY own_advisor_only ON conversations AS RESTRICTIVE FOR ALL TO saveit_app
    USING (saveit_advisor_sees_v1(advisor_id)) WITH CHECK (saveit_advisor_sees_v1(advisor_id));
CREATE POLICY own_advisor_only ON messages AS RESTRICTIVE FOR ALL TO saveit_app
    USING (saveit_advisor_sees_v1(advisor_id)) WITH CHECK (saveit_advisor_sees_v1(advisor_id));

-- Whether the bot answers a person, and may answer with audio: it belongs to an advisor and a person, whatever the channel. The nil
-- UUID stands for the restaurant itself.
CREATE TABLE attentions (
    tenant_id uuid NOT NULL,
    advisor_id uuid NOT NULL,
    person_id uuid NOT NULL,
    ai_attention boolean NOT NULL,
    audio_available boolean NOT NULL,
    changed_at timestamptz NOT NULL,
    changed_by text NOT NULL,
    PRIMARY KEY (tenant_id, advisor_id, person_id)
);
CALL saveit_isolate_v1('attentions', across_tenants => true);
GRANT SELECT, INSERT, UPDATE ON attentions TO saveit_app, saveit_ledger;
