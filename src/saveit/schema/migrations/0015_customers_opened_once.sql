-- A customer is opened once under a key, however often and by how many at once the platform asks.

-- There is no customer yet in whose rows the key could be kept, so the customer's own row keeps it. Absent where no key was given.
ALTER TABLE tenants ADD COLUMN opened_scope text, ADD COLUMN opened_key text;
ALTER TABLE tenants ADD CONSTRAINT customer_opened_once UNIQUE (opened_scope, opened_key);
