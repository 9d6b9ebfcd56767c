-- A party that waits is told for when the table is that is kept for it.

ALTER TABLE waitlist_entries ADD COLUMN offered_starts_at timestamptz;
