-- How each restaurant wants its guests spoken to, and bookings found by the code that their guests were sent.

CREATE TABLE restaurant_manners (
    tenant_id uuid NOT NULL,
    restaurant_id uuid NOT NULL,
    manners jsonb NOT NULL,
    changed_by text NOT NULL,
    changed_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, restaurant_id),
    FOREIGN KEY (tenant_id, restaurant_id) REFERENCES restaurants
);
CALL saveit_isolate_v1('restaurant_manners', across_tenants => true);
GRANT SELECT, INSERT, UPDATE ON restaurant_manners TO saveit_app;

CREATE INDEX reservations_by_code ON reservations (tenant_id, code);
