-- Commits a batch of acts (bookings and holds, of any tenants) and says what became of each.
--
-- One round trip and one commit for the whole batch is what makes the ledger fast; the constraints make it right. An act
-- that is refused takes nothing with it: what it wrote is removed before the commit and its neighbours stand.
--
-- Every batch takes its locks in the same order, each kind sorted: restaurants (shared), idempotency keys, tables,
-- loads, addresses, guests. Two batches therefore never wait for each other in a circle.
--
-- Verdicts: done · replayed · key_reused · rules_changed · guest_blocked · hold_gone · table_taken · load_full ·
-- guest_overlap · guest_limit · again (the key's other act vanished meanwhile).
CREATE FUNCTION ledger_commit_v1(acts ledger_act_v1[], acted_at timestamptz)
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
    each record;
BEGIN
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
        RETURNING tenant_id, scope, key
    )
    SELECT array_agg(a.act_no) INTO lost
    FROM unnest(acts) a
    WHERE a.key IS NOT NULL
        AND NOT EXISTS (
            SELECT FROM claimed c WHERE c.tenant_id = a.tenant_id AND c.scope = a.key_scope AND c.key = a.key);
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
        SELECT array_agg(b.act_no) INTO lost
        FROM (
            SELECT a.act_no
            FROM unnest(acts) a
            CROSS JOIN LATERAL (
                SELECT d.person_id FROM addresses d
                WHERE d.tenant_id = a.tenant_id AND d.kind = a.address_kind AND d.blind_index = a.address_index
                UNION
                SELECT m.person_id FROM address_mentions m
                WHERE m.tenant_id = a.tenant_id AND m.blind_index IN (a.mention_index, a.address_index)
                UNION
                SELECT d.person_id FROM addresses d
                WHERE d.tenant_id = a.tenant_id AND d.kind = 'email' AND d.blind_index = a.mention_index
            ) p
            CROSS JOIN LATERAL (
                -- The limit keeps the planner from turning the probe of one guest into a join with all of them.
                SELECT g.blocked_at, g.no_shows FROM guest_standings g
                WHERE g.tenant_id = a.tenant_id AND g.restaurant_id = a.restaurant_id AND g.person_id = p.person_id
                LIMIT 1
            ) s
            WHERE a.no_shows_max IS NOT NULL
                AND NOT a.act_no = ANY (gone)
            GROUP BY a.act_no, a.no_shows_max
            HAVING bool_or(s.blocked_at IS NOT NULL) OR (a.no_shows_max > 0 AND sum(s.no_shows) >= a.no_shows_max)
        ) b;
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
    WITH taken AS (
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
    SELECT array_agg(a.act_no) INTO lost
    FROM unnest(acts) a
    LEFT JOIN (SELECT t.holder_id, count(*) AS tables FROM taken t GROUP BY t.holder_id) w ON w.holder_id = a.holder_id
    WHERE a.hold_id IS NULL
        AND NOT a.act_no = ANY (gone)
        AND coalesce(w.tables, 0) < cardinality(a.table_ids);
    IF lost IS NOT NULL THEN
        gone := gone || lost;
        verdicts := ledger_mark_v1(verdicts, lost, 'table_taken');
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
    INSERT INTO people (tenant_id, person_id, details_sealed, language, created_at)
    SELECT a.tenant_id, a.person_id, a.person_sealed, a.language, acted_at
    FROM unnest(acts) a
    WHERE a.person_id = persons[a.act_no]
        AND NOT a.act_no = ANY (gone)
    ON CONFLICT DO NOTHING;
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

    -- At most so many reservations to come. The guest's row is locked first and counted after, so the count is exact.
    IF EXISTS (SELECT FROM unnest(acts) a WHERE a.active_max IS NOT NULL) THEN
        INSERT INTO guest_standings AS s (tenant_id, restaurant_id, person_id)
        SELECT DISTINCT a.tenant_id, a.restaurant_id, persons[a.act_no]
        FROM unnest(acts) a
        WHERE a.active_max IS NOT NULL
            AND persons[a.act_no] IS NOT NULL
            AND NOT a.act_no = ANY (gone)
        ORDER BY 1, 2, 3
        ON CONFLICT (tenant_id, restaurant_id, person_id) DO UPDATE SET no_shows = s.no_shows;
        SELECT array_agg(a.act_no) INTO lost
        FROM unnest(acts) a
        WHERE a.active_max IS NOT NULL
            AND persons[a.act_no] IS NOT NULL
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

    RETURN QUERY
    SELECT n.no, verdicts[n.no], persons[n.no], answers[n.no]
    FROM generate_series(1, cardinality(acts)) AS n (no);
END
$$;

CREATE FUNCTION ledger_mark_v1(verdicts text[], lost integer[], verdict text) RETURNS text[]
LANGUAGE plpgsql IMMUTABLE
AS $$
DECLARE
    marked integer;
BEGIN
    FOREACH marked IN ARRAY lost LOOP
        verdicts[marked] := verdict;
    END LOOP;
    RETURN verdicts;
END
$$;

-- Removes what refused acts wrote before they were refused, and nothing of an earlier act with the same key.
CREATE FUNCTION ledger_undo_v1(acts ledger_act_v1[], verdicts text[]) RETURNS void
LANGUAGE plpgsql
AS $$
DECLARE
    each record;
BEGIN
    UPDATE table_occupancy o
    SET holder_kind = 'hold',
        holder_id = h.hold_id,
        movable = true,
        expires_at = h.expires_at
    FROM unnest(acts) a
    JOIN holds h ON h.tenant_id = a.tenant_id AND h.hold_id = a.hold_id AND h.reservation_id = a.holder_id
    WHERE verdicts[a.act_no] <> 'done'
        AND o.tenant_id = a.tenant_id
        AND o.holder_id = a.holder_id;
    UPDATE holds h
    SET reservation_id = NULL
    FROM unnest(acts) a
    WHERE verdicts[a.act_no] <> 'done'
        AND h.tenant_id = a.tenant_id
        AND h.hold_id = a.hold_id
        AND h.reservation_id = a.holder_id;
    DELETE FROM table_occupancy o
    USING unnest(acts) a
    WHERE verdicts[a.act_no] <> 'done'
        AND o.tenant_id = a.tenant_id
        AND o.holder_id = a.holder_id;
    DELETE FROM guest_stays g
    USING unnest(acts) a
    WHERE verdicts[a.act_no] <> 'done'
        AND g.tenant_id = a.tenant_id
        AND g.reservation_id = a.holder_id;
    FOR each IN
        SELECT a.tenant_id, a.restaurant_id, a.service_on, a.loads
        FROM unnest(acts) a
        WHERE verdicts[a.act_no] IN ('guest_overlap', 'guest_limit')
            AND a.hold_id IS NULL
    LOOP
        PERFORM slot_load_release_v1(each.tenant_id, each.restaurant_id, each.service_on, each.loads);
    END LOOP;
    DELETE FROM idempotency_keys k
    USING unnest(acts) a
    WHERE verdicts[a.act_no] NOT IN ('done', 'replayed', 'key_reused', 'again')
        AND k.tenant_id = a.tenant_id
        AND k.scope = a.key_scope
        AND k.key = a.key;
END
$$;

-- Counts the loads of a batch; answers the acts that do not fit. A batch that fits costs one statement.
CREATE FUNCTION ledger_count_v1(acts ledger_act_v1[], gone integer[]) RETURNS integer[]
LANGUAGE plpgsql
AS $$
DECLARE
    refused integer[] := '{}';
    granted integer;
    wanted integer;
    each record;
BEGIN
    BEGIN
        WITH asked AS (
            SELECT
                a.tenant_id, a.restaurant_id, a.service_on, l.kind, l.counted_at, sum(l.parties)::integer AS parties,
                sum(l.covers)::integer AS covers, min(l.parties_max) AS parties_max, min(l.covers_max) AS covers_max
            FROM unnest(acts) a
            CROSS JOIN LATERAL jsonb_to_recordset(a.loads) AS l (
                kind text, counted_at timestamptz, parties integer, covers integer, parties_max integer, covers_max integer)
            WHERE a.hold_id IS NULL
                AND NOT a.act_no = ANY (gone)
            GROUP BY 1, 2, 3, 4, 5
        ), counted AS (
            INSERT INTO slot_load AS s (
                tenant_id, restaurant_id, service_on, kind, counted_at, parties, covers, parties_max, covers_max)
            SELECT
                q.tenant_id, q.restaurant_id, q.service_on, q.kind, q.counted_at, q.parties, q.covers, q.parties_max, q.covers_max
            FROM asked q
            WHERE q.parties <= coalesce(q.parties_max, q.parties)
                AND q.covers <= coalesce(q.covers_max, q.covers)
            ORDER BY 1, 2, 3, 4, 5
            ON CONFLICT (tenant_id, restaurant_id, service_on, kind, counted_at) DO UPDATE
            SET parties = s.parties + excluded.parties,
                covers = s.covers + excluded.covers,
                parties_max = excluded.parties_max,
                covers_max = excluded.covers_max
            WHERE s.parties + excluded.parties <= coalesce(excluded.parties_max, s.parties + excluded.parties)
                AND s.covers + excluded.covers <= coalesce(excluded.covers_max, s.covers + excluded.covers)
            RETURNING 1
        )
        SELECT (SELECT count(*) FROM counted), (SELECT count(*) FROM asked) INTO granted, wanted;
        IF granted < wanted THEN
            -- The block is a savepoint: what was counted is undone with it.
            RAISE EXCEPTION USING ERRCODE = 'SV001';
        END IF;
        RETURN refused;
    EXCEPTION
        WHEN SQLSTATE 'SV001' THEN NULL;
    END;
    FOR each IN
        SELECT a.act_no, a.tenant_id, a.restaurant_id, a.service_on, a.loads
        FROM unnest(acts) a
        WHERE a.loads <> '[]'
            AND a.hold_id IS NULL
            AND NOT a.act_no = ANY (gone)
        ORDER BY a.tenant_id, a.restaurant_id, a.service_on, a.loads -> 0 ->> 'kind', a.loads -> 0 ->> 'counted_at'
    LOOP
        BEGIN
            IF slot_load_take_v1(each.tenant_id, each.restaurant_id, each.service_on, each.loads)
                < jsonb_array_length(each.loads) THEN
                RAISE EXCEPTION USING ERRCODE = 'SV001';
            END IF;
        EXCEPTION
            WHEN SQLSTATE 'SV001' THEN refused := refused || each.act_no;
        END;
    END LOOP;
    RETURN refused;
END
$$;
