-- Two people who change the same thing: the second sees that it is no longer what was read, and nothing is lost.

ALTER TABLE restaurants ADD COLUMN revision integer NOT NULL DEFAULT 1;
ALTER TABLE areas ADD COLUMN revision integer NOT NULL DEFAULT 1;
ALTER TABLE dining_tables ADD COLUMN revision integer NOT NULL DEFAULT 1;
ALTER TABLE table_combinations ADD COLUMN revision integer NOT NULL DEFAULT 1;
