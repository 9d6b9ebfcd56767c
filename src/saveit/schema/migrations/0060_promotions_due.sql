-- What is freed goes first to who waits for it.
--
-- A promotion gives freed tables to parties admitted beyond the tables and to the waitlist. It is due from the commit of whatever
-- frees a table, or of whoever begins to wait; until it was made, the ledger gives no table of that day to anybody else (verdict
-- `queue_first`), and the process that was refused makes it. So a newcomer cannot be quicker than who waits, however late the
-- consumer is.
--
-- Every cause is a row of its own, since causes of one day must not wait for each other: a promotion removes those that it read before
-- it looked at the tables.
CREATE TABLE promotions_due (
    tenant_id uuid NOT NULL,
    restaurant_id uuid NOT NULL,
    service_on date NOT NULL,
    cause_id uuid NOT NULL DEFAULT gen_random_uuid(),
    PRIMARY KEY (tenant_id, restaurant_id, service_on, cause_id)
);

CALL saveit_isolate_v1('promotions_due', across_tenants => true);
-- UPDATE only to lock a cause while it is removed.
GRANT SELECT, INSERT, UPDATE, DELETE ON promotions_due TO saveit_app, saveit_ledger;

-- Whoever waits already is promoted once.
INSERT INTO promotions_due (tenant_id, restaurant_id, service_on)
SELECT DISTINCT w.tenant_id, w.restaurant_id, w.service_on
FROM waitlist_entries w
WHERE w.status = 'waiting'
UNION
SELECT DISTINCT r.tenant_id, r.restaurant_id, r.service_on
FROM reservations r
WHERE r.overbooked
    AND r.status IN ('pending', 'confirmed');

-- Commits one act and says what became of it: `ledger_commit_v1` for a batch of one, which calls it and lends it its settings.
--
-- It takes its locks in the order of a batch: the restaurant (shared), the idempotency key, tables, loads, the address, the guest. So
-- it and a batch never wait for each other in a circle.
CREATE OR REPLACE FUNCTION ledger_commit_one_v1(
    a ledger_act_v1, acted_at timestamptz, OUT verdict text, OUT person_id uuid, OUT answer_sealed bytea)
LANGUAGE plpgsql
AS $$
#variable_conflict use_column
DECLARE
    person uuid;
    -- Nobody but this act has ever seen the person: there is nothing of his to count, and nobody to be kept from counting.
    newcomer boolean := false;
    taken integer;
BEGIN
    PERFORM pg_advisory_xact_lock_shared(restaurant_lock_v1(a.restaurant_id));

    -- The same key never acts twice. An insert that meets a running transaction waits for it, so the answer is final.
    -- It comes first: a repeated request is answered as before even when the rules have changed since.
    IF a.key IS NOT NULL THEN
        INSERT INTO idempotency_keys (tenant_id, scope, key, body_digest, answer_sealed, reservation_id, created_at)
        VALUES (a.tenant_id, a.key_scope, a.key, a.body_digest, a.answer_sealed, a.holder_id, acted_at)
        ON CONFLICT DO NOTHING;
        IF NOT FOUND THEN
            SELECT CASE WHEN k.body_digest = a.body_digest THEN 'replayed' ELSE 'key_reused' END, r.person_id, k.answer_sealed
            INTO verdict, person_id, answer_sealed
            FROM idempotency_keys k
            LEFT JOIN reservations r ON r.tenant_id = k.tenant_id AND r.reservation_id = k.reservation_id
            WHERE k.tenant_id = a.tenant_id AND k.scope = a.key_scope AND k.key = a.key;
            verdict := coalesce(verdict, 'again');
            RETURN;
        END IF;
    END IF;

    -- Each step says first what becomes of the act if it ends there.
    <<decided>>
    BEGIN
        -- Decided under rules or a floor that are no longer so.
        verdict := 'rules_changed';
        EXIT decided WHEN NOT EXISTS (
            SELECT FROM restaurants r
            WHERE r.tenant_id = a.tenant_id
                AND r.restaurant_id = a.restaurant_id
                AND r.rules_version = a.rules_version
                AND r.floor_version = a.floor_version);

        -- A blocked guest is recognised by any address: the one that says who he is, and any he ever wrote down.
        IF a.no_shows_max IS NOT NULL THEN
            verdict := 'guest_blocked';
            EXIT decided WHEN (
                SELECT bool_or(g.blocked_at IS NOT NULL) OR (a.no_shows_max > 0 AND sum(g.no_shows) >= a.no_shows_max)
                FROM guest_standings g
                WHERE g.tenant_id = a.tenant_id
                    AND g.restaurant_id = a.restaurant_id
                    AND g.person_id = ANY (ARRAY(
                        SELECT d.person_id FROM addresses d
                        WHERE d.tenant_id = a.tenant_id AND d.kind = a.address_kind AND d.blind_index = a.address_index
                        UNION ALL
                        SELECT m.person_id FROM address_mentions m
                        WHERE m.tenant_id = a.tenant_id AND m.blind_index IN (a.mention_index, a.address_index)
                        UNION ALL
                        SELECT d.person_id FROM addresses d
                        WHERE d.tenant_id = a.tenant_id AND d.kind = 'email' AND d.blind_index = a.mention_index)));
        END IF;

        -- A hold becomes the reservation: the same rows, another holder. It was counted when it was made.
        IF a.hold_id IS NOT NULL THEN
            verdict := 'hold_gone';
            UPDATE holds h
            SET reservation_id = a.holder_id
            WHERE h.tenant_id = a.tenant_id
                AND h.hold_id = a.hold_id
                AND h.restaurant_id = a.restaurant_id
                AND h.released_at IS NULL
                AND h.reservation_id IS NULL
                AND h.expires_at > acted_at;
            EXIT decided WHEN NOT FOUND;
            UPDATE table_occupancy o
            SET holder_kind = 'reservation',
                holder_id = a.holder_id,
                movable = a.movable,
                expires_at = NULL
            WHERE o.tenant_id = a.tenant_id
                AND o.holder_id = a.hold_id;
        ELSE
            -- ON CONFLICT DO NOTHING asks the exclusion constraint; the tables taken before one that is not free go with the act.
            verdict := 'table_taken';
            INSERT INTO table_occupancy (
                tenant_id, table_id, restaurant_id, starts_at, ends_at, holder_kind, holder_id, party_size, movable, expires_at)
            SELECT
                a.tenant_id, t.table_id, a.restaurant_id, a.starts_at, a.ends_at,
                CASE a.kind WHEN 'hold' THEN 'hold' ELSE 'reservation' END,
                a.holder_id, a.party_size, a.movable, a.expires_at
            FROM unnest(a.table_ids) AS t (table_id)
            ORDER BY t.table_id
            ON CONFLICT DO NOTHING;
            GET DIAGNOSTICS taken = ROW_COUNT;
            EXIT decided WHEN taken < cardinality(a.table_ids);
            -- Who waits comes before who comes now. This is asked after the table is taken: an act that got a table because another freed
            -- it sees what the other left, since each statement here sees all that is committed.
            verdict := 'queue_first';
            EXIT decided WHEN a.actor NOT LIKE 'system:waitlist:%' AND cardinality(a.table_ids) > 0 AND EXISTS (
                SELECT FROM promotions_due p
                WHERE p.tenant_id = a.tenant_id
                    AND p.restaurant_id = a.restaurant_id
                    AND p.service_on BETWEEN a.service_on - 1 AND a.service_on + 1);
            -- One counter is moved or it is not. Of several some may be before one refuses: those go back with a savepoint, which
            -- costs a transaction number and is rarely needed.
            verdict := 'load_full';
            IF jsonb_array_length(a.loads) = 1 THEN
                EXIT decided WHEN slot_load_take_v1(a.tenant_id, a.restaurant_id, a.service_on, a.loads) = 0;
            ELSIF a.loads <> '[]' THEN
                EXIT decided WHEN cardinality(ledger_count_v1(ARRAY[a], '{}')) > 0;
            END IF;
        END IF;

        -- Who is it? The address decides; a new one belongs to the person the act brings along.
        IF a.address_index IS NOT NULL THEN
            INSERT INTO addresses (tenant_id, kind, blind_index, person_id, created_at)
            VALUES (a.tenant_id, a.address_kind, a.address_index, a.person_id, acted_at)
            ON CONFLICT DO NOTHING;
            IF FOUND THEN
                person := a.person_id;
            ELSE
                person := (
                    SELECT d.person_id FROM addresses d
                    WHERE d.tenant_id = a.tenant_id AND d.kind = a.address_kind AND d.blind_index = a.address_index);
            END IF;
            IF person = a.person_id THEN
                INSERT INTO people (tenant_id, person_id, details_sealed, language, created_at)
                VALUES (a.tenant_id, a.person_id, a.person_sealed, a.language, acted_at)
                ON CONFLICT DO NOTHING;
                newcomer := FOUND;
            END IF;
            IF a.mention_index IS NOT NULL THEN
                INSERT INTO address_mentions (tenant_id, blind_index, person_id)
                VALUES (a.tenant_id, a.mention_index, person)
                ON CONFLICT DO NOTHING;
            END IF;
            -- One guest, one place at a time.
            IF a.kind = 'book' THEN
                verdict := 'guest_overlap';
                INSERT INTO guest_stays (tenant_id, restaurant_id, person_id, reservation_id, starts_at, ends_at, overlap_allowed)
                VALUES (a.tenant_id, a.restaurant_id, person, a.holder_id, a.starts_at, a.leaves_at, a.overlap_allowed)
                ON CONFLICT DO NOTHING;
                EXIT decided WHEN NOT FOUND;
            END IF;
            -- At most so many reservations to come; the rules let anybody have one. The guest's row is locked first and counted
            -- after, so the count is exact. Whoever else acts for a newcomer waits at his address until this is committed.
            IF a.active_max IS NOT NULL AND NOT newcomer THEN
                verdict := 'guest_limit';
                INSERT INTO guest_standings AS s (tenant_id, restaurant_id, person_id)
                VALUES (a.tenant_id, a.restaurant_id, person)
                ON CONFLICT (tenant_id, restaurant_id, person_id) DO UPDATE SET no_shows = s.no_shows;
                EXIT decided WHEN a.active_max < (
                    SELECT count(*)
                    FROM guest_stays g
                    WHERE g.tenant_id = a.tenant_id
                        AND g.restaurant_id = a.restaurant_id
                        AND g.person_id = person
                        AND g.ends_at > acted_at);
            END IF;
        END IF;

        IF a.kind = 'book' THEN
            INSERT INTO reservations (
                tenant_id, service_on, reservation_id, restaurant_id, code, status, person_id, guest_sealed, language,
                party_size, service, starts_at, leaves_at, ends_at, table_ids, pinned, overbooked, source, hold_id, policy,
                loads, rules_version, confirm_by, created_at, updated_at, confirmed_at)
            VALUES (
                a.tenant_id, a.service_on, a.holder_id, a.restaurant_id, a.code, a.status, person, a.guest_sealed,
                a.language, a.party_size, a.service, a.starts_at, a.leaves_at, a.ends_at, a.table_ids, NOT a.movable,
                a.overbooked, a.source, a.hold_id, a.policy, a.loads, a.rules_version, a.confirm_by, a.made_at, a.made_at,
                CASE a.status WHEN 'confirmed' THEN a.made_at END);
            -- Admitted beyond the tables: it is the next to have one.
            IF a.overbooked THEN
                INSERT INTO promotions_due (tenant_id, restaurant_id, service_on)
                VALUES (a.tenant_id, a.restaurant_id, a.service_on);
            END IF;
        ELSIF a.kind = 'hold' THEN
            INSERT INTO holds (
                tenant_id, hold_id, restaurant_id, service_on, service, starts_at, leaves_at, ends_at, party_size, table_ids,
                loads, source, holder, created_at, expires_at)
            VALUES (
                a.tenant_id, a.holder_id, a.restaurant_id, a.service_on, a.service, a.starts_at, a.leaves_at, a.ends_at,
                a.party_size, a.table_ids, a.loads, a.source, a.actor, a.made_at, a.expires_at);
        END IF;
        INSERT INTO facts (
            fact_id, tenant_id, restaurant_id, kind, version, subject_kind, subject_id, service_on, actor, channel, trace_id,
            node, at, body)
        VALUES (
            a.fact_id, a.tenant_id, a.restaurant_id, a.fact_kind, 1,
            CASE a.kind WHEN 'hold' THEN 'hold' ELSE 'reservation' END,
            a.holder_id, a.service_on, a.actor, a.channel, a.trace_id, a.node, a.made_at,
            a.fact_body || jsonb_build_object('person_id', person));
        verdict := 'done';
        person_id := person;
        RETURN;
    END;
    person_id := person;
    PERFORM ledger_undo_v1(ARRAY[a], ARRAY[verdict]);
END
$$;

-- Commits a batch of acts (bookings and holds, of any tenants) and says what became of each.
--
-- One round trip and one commit for the whole batch is what makes the ledger fast; the constraints make it right. An act
-- that is refused takes nothing with it: what it wrote is removed before the commit and its neighbours stand.
--
-- Every batch takes its locks in the same order, each kind sorted: restaurants (shared), idempotency keys, tables,
-- loads, addresses, guests. Two batches therefore never wait for each other in a circle.
--
-- Verdicts: done · replayed · key_reused · rules_changed · guest_blocked · hold_gone · table_taken · queue_first · load_full ·
-- guest_overlap · guest_limit · again (the key's other act vanished meanwhile).
CREATE OR REPLACE FUNCTION ledger_commit_v1(acts ledger_act_v1[], acted_at timestamptz)
RETURNS TABLE (act_no integer, verdict text, person_id uuid, answer_sealed bytea)
LANGUAGE plpgsql
-- Every statement below probes keys, one act at a time. A plan made while the tables are young prefers to scan them, is kept,
-- and grows slow with them: 80 ms a batch at three thousand guests. So only the plans that stay good are allowed.
SET enable_seqscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
SET plan_cache_mode = force_generic_plan
AS $$
#variable_conflict use_column
DECLARE
    verdicts text[] := array_fill('done'::text, ARRAY[cardinality(acts)]);
    persons uuid[] := array_fill(NULL::uuid, ARRAY[cardinality(acts)]);
    answers bytea[] := array_fill(NULL::bytea, ARRAY[cardinality(acts)]);
    gone integer[] := '{}';
    lost integer[];
    -- Persons whom nobody but these acts has ever seen: there is nothing of theirs to count.
    newcomers uuid[];
    taken uuid[];
    each record;
BEGIN
    IF cardinality(acts) = 1 THEN
        each := ledger_commit_one_v1(acts[1], acted_at);
        act_no := 1;
        verdict := each.verdict;
        person_id := each.person_id;
        answer_sealed := each.answer_sealed;
        RETURN NEXT;
        RETURN;
    END IF;

    PERFORM pg_advisory_xact_lock_shared(r.lock)
    FROM (SELECT DISTINCT restaurant_lock_v1(a.restaurant_id) AS lock FROM unnest(acts) a ORDER BY 1) r;

    -- The same key never acts twice. An insert that meets a running transaction waits for it, so the answer is final.
    -- It comes first: a repeated request is answered as before even when the rules have changed since.
    WITH claimed AS (
        INSERT INTO idempotency_keys (tenant_id, scope, key, body_digest, answer_sealed, reservation_id, created_at)
        SELECT a.tenant_id, a.key_scope, a.key, a.body_digest, a.answer_sealed, a.holder_id, acted_at
        FROM unnest(acts) a
        WHERE a.key IS NOT NULL
        ORDER BY a.tenant_id, a.key_scope, a.key
        ON CONFLICT DO NOTHING
        RETURNING reservation_id
    )
    SELECT array_agg(a.act_no) INTO lost
    FROM unnest(acts) a
    WHERE a.key IS NOT NULL
        AND NOT a.holder_id IN (SELECT c.reservation_id FROM claimed c);
    IF lost IS NOT NULL THEN
        gone := gone || lost;
        verdicts := ledger_mark_v1(verdicts, lost, 'again');
        FOR each IN
            SELECT a.act_no, k.body_digest = a.body_digest AS same, r.person_id, k.answer_sealed
            FROM unnest(acts) a
            JOIN idempotency_keys k ON k.tenant_id = a.tenant_id AND k.scope = a.key_scope AND k.key = a.key
            LEFT JOIN reservations r ON r.tenant_id = k.tenant_id AND r.reservation_id = k.reservation_id
            WHERE a.act_no = ANY (lost)
        LOOP
            verdicts[each.act_no] := CASE WHEN each.same THEN 'replayed' ELSE 'key_reused' END;
            persons[each.act_no] := each.person_id;
            answers[each.act_no] := each.answer_sealed;
        END LOOP;
    END IF;

    -- Decided under rules or a floor that are no longer so.
    SELECT array_agg(a.act_no) INTO lost
    FROM unnest(acts) a
    WHERE NOT a.act_no = ANY (gone)
        AND NOT EXISTS (
            SELECT FROM restaurants r
            WHERE r.tenant_id = a.tenant_id
                AND r.restaurant_id = a.restaurant_id
                AND r.rules_version = a.rules_version
                AND r.floor_version = a.floor_version);
    IF lost IS NOT NULL THEN
        gone := gone || lost;
        verdicts := ledger_mark_v1(verdicts, lost, 'rules_changed');
    END IF;

    -- A blocked guest is recognised by any address: the one that says who he is, and any he ever wrote down.
    IF EXISTS (SELECT FROM unnest(acts) a WHERE a.no_shows_max IS NOT NULL) THEN
        SELECT array_agg(a.act_no) INTO lost
        FROM unnest(acts) a
        WHERE a.no_shows_max IS NOT NULL
            AND NOT a.act_no = ANY (gone)
            AND (
                SELECT bool_or(g.blocked_at IS NOT NULL) OR (a.no_shows_max > 0 AND sum(g.no_shows) >= a.no_shows_max)
                FROM guest_standings g
                WHERE g.tenant_id = a.tenant_id
                    AND g.restaurant_id = a.restaurant_id
                    AND g.person_id = ANY (ARRAY(
                        SELECT d.person_id FROM addresses d
                        WHERE d.tenant_id = a.tenant_id AND d.kind = a.address_kind AND d.blind_index = a.address_index
                        UNION ALL
                        SELECT m.person_id FROM address_mentions m
                        WHERE m.tenant_id = a.tenant_id AND m.blind_index IN (a.mention_index, a.address_index)
                        UNION ALL
                        SELECT d.person_id FROM addresses d
                        WHERE d.tenant_id = a.tenant_id AND d.kind = 'email' AND d.blind_index = a.mention_index)));
        IF lost IS NOT NULL THEN
            gone := gone || lost;
            verdicts := ledger_mark_v1(verdicts, lost, 'guest_blocked');
        END IF;
    END IF;

    -- A hold becomes the reservation: the same rows, another holder.
    IF EXISTS (SELECT FROM unnest(acts) a WHERE a.hold_id IS NOT NULL) THEN
        WITH opened AS (
            UPDATE holds h
            SET reservation_id = a.holder_id
            FROM unnest(acts) a
            WHERE h.tenant_id = a.tenant_id
                AND h.hold_id = a.hold_id
                AND h.restaurant_id = a.restaurant_id
                AND h.released_at IS NULL
                AND h.reservation_id IS NULL
                AND h.expires_at > acted_at
                AND NOT a.act_no = ANY (gone)
            RETURNING a.act_no
        )
        SELECT array_agg(a.act_no) INTO lost
        FROM unnest(acts) a
        WHERE a.hold_id IS NOT NULL
            AND NOT a.act_no = ANY (gone)
            AND NOT a.act_no IN (SELECT o.act_no FROM opened o);
        IF lost IS NOT NULL THEN
            gone := gone || lost;
            verdicts := ledger_mark_v1(verdicts, lost, 'hold_gone');
        END IF;
        UPDATE table_occupancy o
        SET holder_kind = 'reservation',
            holder_id = a.holder_id,
            movable = a.movable,
            expires_at = NULL
        FROM unnest(acts) a
        WHERE o.tenant_id = a.tenant_id
            AND o.holder_id = a.hold_id
            AND NOT a.act_no = ANY (gone);
    END IF;

    -- The tables. ON CONFLICT DO NOTHING asks the exclusion constraint without spoiling the batch.
    WITH inserted AS (
        INSERT INTO table_occupancy (
            tenant_id, table_id, restaurant_id, starts_at, ends_at, holder_kind, holder_id, party_size, movable, expires_at)
        SELECT
            a.tenant_id, t.table_id, a.restaurant_id, a.starts_at, a.ends_at,
            CASE a.kind WHEN 'hold' THEN 'hold' ELSE 'reservation' END,
            a.holder_id, a.party_size, a.movable, a.expires_at
        FROM unnest(acts) a
        CROSS JOIN LATERAL unnest(a.table_ids) AS t (table_id)
        WHERE a.hold_id IS NULL
            AND NOT a.act_no = ANY (gone)
        ORDER BY t.table_id, a.starts_at
        ON CONFLICT DO NOTHING
        RETURNING holder_id
    )
    SELECT array_agg(i.holder_id) INTO taken FROM inserted i;
    SELECT array_agg(a.act_no) INTO lost
    FROM unnest(acts) a
    WHERE a.hold_id IS NULL
        AND NOT a.act_no = ANY (gone)
        AND coalesce(cardinality(array_positions(taken, a.holder_id)), 0) < cardinality(a.table_ids);
    IF lost IS NOT NULL THEN
        gone := gone || lost;
        verdicts := ledger_mark_v1(verdicts, lost, 'table_taken');
    END IF;

    -- Who waits comes before who comes now. This is asked after the tables are taken: an act that got a table because another freed it
    -- sees what the other left, since each statement here sees all that is committed.
    IF EXISTS (SELECT FROM promotions_due) THEN
        SELECT array_agg(a.act_no) INTO lost
        FROM unnest(acts) a
        WHERE a.hold_id IS NULL
            AND a.actor NOT LIKE 'system:waitlist:%'
            AND cardinality(a.table_ids) > 0
            AND NOT a.act_no = ANY (gone)
            AND EXISTS (
                SELECT FROM promotions_due p
                WHERE p.tenant_id = a.tenant_id
                    AND p.restaurant_id = a.restaurant_id
                    AND p.service_on BETWEEN a.service_on - 1 AND a.service_on + 1);
        IF lost IS NOT NULL THEN
            gone := gone || lost;
            verdicts := ledger_mark_v1(verdicts, lost, 'queue_first');
        END IF;
    END IF;

    -- The counters, summed over the batch. When the sum goes over a limit the acts are counted one by one instead, and
    -- only those that go over it are refused.
    IF EXISTS (SELECT FROM unnest(acts) a WHERE a.loads <> '[]' AND a.hold_id IS NULL AND NOT a.act_no = ANY (gone)) THEN
        lost := ledger_count_v1(acts, gone);
        IF cardinality(lost) > 0 THEN
            gone := gone || lost;
            verdicts := ledger_mark_v1(verdicts, lost, 'load_full');
        END IF;
    END IF;

    -- Who is it? The address decides; a new one belongs to the person the act brings along.
    INSERT INTO addresses (tenant_id, kind, blind_index, person_id, created_at)
    SELECT DISTINCT ON (a.tenant_id, a.address_kind, a.address_index)
        a.tenant_id, a.address_kind, a.address_index, a.person_id, acted_at
    FROM unnest(acts) a
    WHERE a.address_index IS NOT NULL
        AND NOT a.act_no = ANY (gone)
    ORDER BY a.tenant_id, a.address_kind, a.address_index
    ON CONFLICT DO NOTHING;
    FOR each IN
        SELECT a.act_no, d.person_id
        FROM unnest(acts) a
        JOIN addresses d ON d.tenant_id = a.tenant_id AND d.kind = a.address_kind AND d.blind_index = a.address_index
        WHERE NOT a.act_no = ANY (gone)
    LOOP
        persons[each.act_no] := each.person_id;
    END LOOP;
    WITH met AS (
        INSERT INTO people (tenant_id, person_id, details_sealed, language, created_at)
        SELECT a.tenant_id, a.person_id, a.person_sealed, a.language, acted_at
        FROM unnest(acts) a
        WHERE a.person_id = persons[a.act_no]
            AND NOT a.act_no = ANY (gone)
        ON CONFLICT DO NOTHING
        RETURNING person_id
    )
    SELECT array_agg(m.person_id) INTO newcomers FROM met m;
    INSERT INTO address_mentions (tenant_id, blind_index, person_id)
    SELECT DISTINCT a.tenant_id, a.mention_index, persons[a.act_no]
    FROM unnest(acts) a
    WHERE a.mention_index IS NOT NULL
        AND persons[a.act_no] IS NOT NULL
        AND NOT a.act_no = ANY (gone)
    ORDER BY 1, 2, 3
    ON CONFLICT DO NOTHING;

    -- One guest, one place at a time.
    WITH kept AS (
        INSERT INTO guest_stays (tenant_id, restaurant_id, person_id, reservation_id, starts_at, ends_at, overlap_allowed)
        SELECT a.tenant_id, a.restaurant_id, persons[a.act_no], a.holder_id, a.starts_at, a.leaves_at, a.overlap_allowed
        FROM unnest(acts) a
        WHERE persons[a.act_no] IS NOT NULL
            AND a.kind = 'book'
            AND NOT a.act_no = ANY (gone)
        ORDER BY a.tenant_id, a.restaurant_id, persons[a.act_no], a.starts_at
        ON CONFLICT DO NOTHING
        RETURNING reservation_id
    )
    SELECT array_agg(a.act_no) INTO lost
    FROM unnest(acts) a
    WHERE persons[a.act_no] IS NOT NULL
        AND a.kind = 'book'
        AND NOT a.act_no = ANY (gone)
        AND NOT a.holder_id IN (SELECT k.reservation_id FROM kept k);
    IF lost IS NOT NULL THEN
        gone := gone || lost;
        verdicts := ledger_mark_v1(verdicts, lost, 'guest_overlap');
    END IF;

    -- At most so many reservations to come; the rules let anybody have one. The guest's row is locked first and counted after, so the
    -- count is exact. Whoever else acts for a newcomer waits at his address until this is committed.
    IF EXISTS (SELECT FROM unnest(acts) a WHERE a.active_max IS NOT NULL) THEN
        INSERT INTO guest_standings AS s (tenant_id, restaurant_id, person_id)
        SELECT DISTINCT a.tenant_id, a.restaurant_id, persons[a.act_no]
        FROM unnest(acts) a
        WHERE a.active_max IS NOT NULL
            AND persons[a.act_no] IS NOT NULL
            AND (a.person_id = ANY (newcomers)) IS NOT TRUE
            AND NOT a.act_no = ANY (gone)
        ORDER BY 1, 2, 3
        ON CONFLICT (tenant_id, restaurant_id, person_id) DO UPDATE SET no_shows = s.no_shows;
        SELECT array_agg(a.act_no) INTO lost
        FROM unnest(acts) a
        WHERE a.active_max IS NOT NULL
            AND persons[a.act_no] IS NOT NULL
            AND (a.person_id = ANY (newcomers)) IS NOT TRUE
            AND NOT a.act_no = ANY (gone)
            AND a.active_max < (
                SELECT count(*)
                FROM guest_stays g
                WHERE g.tenant_id = a.tenant_id
                    AND g.restaurant_id = a.restaurant_id
                    AND g.person_id = persons[a.act_no]
                    AND g.ends_at > acted_at);
        IF lost IS NOT NULL THEN
            gone := gone || lost;
            verdicts := ledger_mark_v1(verdicts, lost, 'guest_limit');
        END IF;
    END IF;

    IF cardinality(gone) > 0 THEN
        PERFORM ledger_undo_v1(acts, verdicts);
    END IF;

    INSERT INTO reservations (
        tenant_id, service_on, reservation_id, restaurant_id, code, status, person_id, guest_sealed, language, party_size,
        service, starts_at, leaves_at, ends_at, table_ids, pinned, overbooked, source, hold_id, policy, loads,
        rules_version, confirm_by, created_at, updated_at, confirmed_at)
    SELECT
        a.tenant_id, a.service_on, a.holder_id, a.restaurant_id, a.code, a.status, persons[a.act_no], a.guest_sealed,
        a.language, a.party_size, a.service, a.starts_at, a.leaves_at, a.ends_at, a.table_ids, NOT a.movable,
        a.overbooked, a.source, a.hold_id, a.policy, a.loads, a.rules_version, a.confirm_by, a.made_at, a.made_at,
        CASE a.status WHEN 'confirmed' THEN a.made_at END
    FROM unnest(acts) a
    WHERE a.kind = 'book'
        AND NOT a.act_no = ANY (gone);
    -- Admitted beyond the tables: it is the next to have one.
    INSERT INTO promotions_due (tenant_id, restaurant_id, service_on)
    SELECT a.tenant_id, a.restaurant_id, a.service_on
    FROM unnest(acts) a
    WHERE a.overbooked
        AND a.kind = 'book'
        AND NOT a.act_no = ANY (gone);
    IF EXISTS (SELECT FROM unnest(acts) a WHERE a.kind = 'hold') THEN
        INSERT INTO holds (
            tenant_id, hold_id, restaurant_id, service_on, service, starts_at, leaves_at, ends_at, party_size, table_ids,
            loads, source, holder, created_at, expires_at)
        SELECT
            a.tenant_id, a.holder_id, a.restaurant_id, a.service_on, a.service, a.starts_at, a.leaves_at, a.ends_at,
            a.party_size, a.table_ids, a.loads, a.source, a.actor, a.made_at, a.expires_at
        FROM unnest(acts) a
        WHERE a.kind = 'hold'
            AND NOT a.act_no = ANY (gone);
    END IF;
    INSERT INTO facts (
        fact_id, tenant_id, restaurant_id, kind, version, subject_kind, subject_id, service_on, actor, channel, trace_id,
        node, at, body)
    SELECT
        a.fact_id, a.tenant_id, a.restaurant_id, a.fact_kind, 1,
        CASE a.kind WHEN 'hold' THEN 'hold' ELSE 'reservation' END,
        a.holder_id, a.service_on, a.actor, a.channel, a.trace_id, a.node, a.made_at,
        a.fact_body || jsonb_build_object('person_id', persons[a.act_no])
    FROM unnest(acts) a
    WHERE NOT a.act_no = ANY (gone);

    FOR number IN 1..cardinality(acts) LOOP
        act_no := number;
        verdict := verdicts[number];
        person_id := persons[number];
        answer_sealed := answers[number];
        RETURN NEXT;
    END LOOP;
END
$$;
