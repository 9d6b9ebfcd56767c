-- That a conversation has heard that a time it asked for is gone: it hears of each once.

CREATE TABLE slot_news (
    tenant_id uuid NOT NULL,
    conversation_id uuid NOT NULL,
    restaurant_id uuid NOT NULL,
    service_on date NOT NULL,
    -- HH:MM of the service day.
    slot text NOT NULL,
    told_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, conversation_id, restaurant_id, service_on, slot)
);
CREATE INDEX slot_news_by_age ON slot_news (told_at);

CALL saveit_isolate_v1('slot_news', across_tenants => true);

GRANT SELECT ON slot_news TO saveit_app;
GRANT SELECT, INSERT, DELETE ON slot_news TO saveit_ledger;
