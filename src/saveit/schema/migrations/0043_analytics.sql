-- Figures, from facts alone: what became of each reservation, of who waited, and of each talk. Whatever is here can be made again by reading the log.

CREATE TABLE analytics_reservations (
    tenant_id uuid NOT NULL,
    reservation_id uuid NOT NULL,
    restaurant_id uuid NOT NULL,
    service_on date NOT NULL,
    starts_at timestamptz NOT NULL,
    leaves_at timestamptz NOT NULL,
    party_size smallint NOT NULL,
    status text NOT NULL,
    source text NOT NULL,
    -- Of the fact that told this: an older one, read later, changes nothing.
    revision integer NOT NULL,
    seated_at timestamptz,
    left_at timestamptz,
    PRIMARY KEY (tenant_id, reservation_id)
);
CREATE INDEX analytics_of_days ON analytics_reservations (tenant_id, restaurant_id, service_on);

CREATE TABLE analytics_waiting (
    tenant_id uuid NOT NULL,
    restaurant_id uuid NOT NULL,
    service_on date NOT NULL,
    joined integer NOT NULL DEFAULT 0,
    offered integer NOT NULL DEFAULT 0,
    booked integer NOT NULL DEFAULT 0,
    passed integer NOT NULL DEFAULT 0,
    gone integer NOT NULL DEFAULT 0,
    PRIMARY KEY (tenant_id, restaurant_id, service_on)
);

-- A talk is what a guest writes with no more than a day between two messages: a conversation is for good, and would be one for ever.
CREATE TABLE analytics_talks (
    tenant_id uuid NOT NULL,
    conversation_id uuid NOT NULL,
    opened_at timestamptz NOT NULL,
    last_in_at timestamptz NOT NULL,
    channel text NOT NULL,
    line_id uuid NOT NULL,
    advisor_id uuid,
    -- That it was about, as far as it came; absent, the line's own.
    restaurant_id uuid,
    replied_at timestamptz,
    offered_at timestamptz,
    booked_at timestamptz,
    handed_over_at timestamptz,
    PRIMARY KEY (tenant_id, conversation_id, opened_at)
);
CREATE INDEX analytics_talks_of_days ON analytics_talks (tenant_id, opened_at);

CREATE TABLE analytics_talk_bookings (
    tenant_id uuid NOT NULL,
    reservation_id uuid NOT NULL,
    conversation_id uuid NOT NULL,
    channel text NOT NULL,
    advisor_id uuid,
    PRIMARY KEY (tenant_id, reservation_id)
);

CALL saveit_isolate_v1('analytics_reservations', across_tenants => true);
CALL saveit_isolate_v1('analytics_waiting', across_tenants => true);
CALL saveit_isolate_v1('analytics_talks', across_tenants => true);
CALL saveit_isolate_v1('analytics_talk_bookings', across_tenants => true);

GRANT SELECT ON analytics_reservations, analytics_waiting, analytics_talks, analytics_talk_bookings TO saveit_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON analytics_reservations, analytics_waiting, analytics_talks, analytics_talk_bookings TO saveit_ledger;
