-- How many tables one caller keeps at once is bounded, so they are counted by caller.

CREATE INDEX holds_of_caller ON holds (tenant_id, restaurant_id, holder)
    WHERE released_at IS NULL AND reservation_id IS NULL;
