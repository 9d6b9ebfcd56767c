-- A guest waits once, an offer is found by its hold's holder, and a reservation has one pass that counts.

-- Keyed digest of the guest's phone or e-mail; absent when the guest gave neither.
ALTER TABLE waitlist_entries ADD COLUMN guest_index bytea;
CREATE UNIQUE INDEX guest_waits_once ON waitlist_entries (tenant_id, restaurant_id, service_on, guest_index)
    WHERE status IN ('waiting', 'offered');
CREATE INDEX waitlist_days ON waitlist_entries (service_on, tenant_id, restaurant_id) WHERE status IN ('waiting', 'offered');
CREATE INDEX waitlist_past ON waitlist_entries (service_on);
GRANT DELETE ON waitlist_entries TO saveit_ledger;

-- The table kept for an entry names the entry as its holder: what a crash left without its entry knowing is found by this.
CREATE INDEX holds_for_waiting ON holds (tenant_id, holder)
    WHERE source = 'waitlist' AND released_at IS NULL AND reservation_id IS NULL;

-- The reservation's revision that the pass was issued for, or revoked by: an older fact read later changes nothing.
ALTER TABLE check_in_passes ADD COLUMN revision integer NOT NULL DEFAULT 0;
CREATE UNIQUE INDEX one_pass_counts ON check_in_passes (tenant_id, reservation_id) WHERE revoked_at IS NULL;
CREATE INDEX passes_by_end ON check_in_passes (expires_at);
GRANT DELETE ON check_in_passes TO saveit_ledger;
