/** The day on screen: read whole, kept up to date, and acted upon. Every act is the server's; what it refuses is told in its words. */

import { Problem, call, get, post } from './api';
import { clock } from './clock.svelte';
import { expectedAt, standingOf, totalsOf, type Standing } from './day';
import { language, t, tn, word } from './i18n.svelte';
import { Live, type Fact } from './live.svelte';
import { session } from './session.svelte';
import { MINUTE, clockAt, dayAt, isoOf, sayDay } from './time';
import {
  axisOf,
  bandsOf,
  partyOf,
  reseatedBetween,
  rowsOf,
  spanOf,
  standsAsBefore,
  STANDS,
  tablesAfterDrop,
} from './timeline';
import { toasts } from './toasts.svelte';
import type {
  Area,
  Block,
  BoardAnswer,
  Combination,
  Config,
  Forecast,
  Hold,
  Interval,
  Reservation,
  Restaurant,
  Rules,
  Table,
  Waiting,
} from './types';

interface Undoable {
  title: string;
  actedId: string;
  undo: () => Promise<unknown>;
}

const SOON_MS = 120;

export class Board {
  restaurant = $state.raw<Restaurant | null>(null);
  day = $state('');
  rules = $state.raw<Rules | null>(null);
  areas = $state.raw<Area[]>([]);
  tables = $state.raw<Table[]>([]);
  combinations = $state.raw<Combination[]>([]);
  reservations = $state.raw<Reservation[]>([]);
  blocks = $state.raw<Block[]>([]);
  holds = $state.raw<Hold[]>([]);
  intervals = $state.raw<Interval[]>([]);
  forecast = $state.raw<Forecast | null>(null);
  masked = $state(false);
  waitlist = $state.raw<Waiting[]>([]);
  loading = $state(true);
  /** When what is shown was read, and whether the server has been out of reach since. */
  readAt = $state(0);
  lost = $state(false);
  error = $state<string[] | null>(null);
  undoable = $state.raw<Undoable[]>([]);
  live = new Live();
  #soon: ReturnType<typeof setTimeout> | undefined;
  #turn = 0;

  zone = $derived(this.restaurant?.timezone ?? 'UTC');
  today = $derived(dayAt(clock.now, this.zone));
  isToday = $derived(this.day === this.today);
  bands = $derived(this.rules === null ? [] : bandsOf(this.rules, this.day, this.zone));
  standing = $derived(this.reservations.filter((each) => STANDS.has(each.status)));
  axis = $derived(
    axisOf(
      this.bands,
      this.standing.map((each) => spanOf(each)),
      this.day,
      this.zone,
    ),
  );
  rows = $derived(
    rowsOf(this.tables, this.areas, this.reservations, this.blocks, this.holds),
  );
  unseated = $derived(this.standing.filter((each) => each.table === null));
  totals = $derived(totalsOf(this.reservations, clock.now));
  mayHost = $derived(session.may('host', this.restaurant?.id ?? null));
  /** Whether what guests may ask for is theirs to do; the rest is for who hosts. */
  mayBook = $derived(session.may('book', this.restaurant?.id ?? null));

  reservation(id: string): Reservation | null {
    return this.reservations.find((each) => each.id === id) ?? null;
  }

  tableNumber(id: string): string {
    return this.tables.find((each) => each.id === id)?.number ?? '?';
  }

  clock(instant: string | number): string {
    return clockAt(typeof instant === 'number' ? instant : Date.parse(instant), this.zone);
  }

  async open(restaurant: Restaurant, day: string): Promise<void> {
    this.#turn += 1;
    const turn = this.#turn;
    this.live.stop();
    this.loading = true;
    this.error = null;
    this.undoable = [];
    this.restaurant = restaurant;
    this.day = day;
    this.reservations = [];
    this.blocks = [];
    this.holds = [];
    this.waitlist = [];
    try {
      const [sequence] = await Promise.all([this.#readDay(turn), this.#readHouse(turn)]);
      if (turn !== this.#turn) return;
      this.live.follow({
        topic: { restaurant_id: restaurant.id, days: [day] },
        after: sequence,
        onFact: (fact) => this.#hear(fact),
        onGap: () => this.refreshSoon(),
        onLive: () => {
          if (this.lost) this.refreshSoon();
        },
      });
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      if (turn === this.#turn) this.error = error.sentences;
    } finally {
      if (turn === this.#turn) this.loading = false;
    }
  }

  close(): void {
    this.#turn += 1;
    clearTimeout(this.#soon);
    this.live.stop();
  }

  /** Read the rules: the hours of a day reach as far as they say. */
  async #readHouse(turn: number): Promise<void> {
    const config = await get<Config>(`/restaurants/${this.restaurant?.id ?? ''}/config`);
    if (turn === this.#turn) this.rules = config.rules;
  }

  async #readDay(turn: number): Promise<string | null> {
    const restaurant = this.restaurant?.id ?? '';
    const told = await get<BoardAnswer>(`/restaurants/${restaurant}/board`, { date: this.day }).catch(
      (error: unknown) => {
        const away = error instanceof Problem && (error.status === 0 || error.status >= 500);
        if (away && turn === this.#turn) this.lost = true;
        throw error;
      },
    );
    if (turn !== this.#turn) return null;
    clock.set(Date.parse(told.now));
    this.readAt = clock.now;
    this.lost = false;
    this.areas = told.areas;
    this.tables = told.tables.filter((each) => each.retired_at == null);
    this.combinations = told.combinations;
    this.masked = told.masked;
    this.reservations = told.reservations.map((row) => partyOf(row, told.tables));
    this.blocks = told.blocks;
    this.holds = told.holds.map((each) => ({ ...each, leaves_at: each.ends_at }));
    this.waitlist = told.waitlist;
    this.intervals = told.intervals;
    this.forecast = told.forecast;
    return told.sequence;
  }

  /** Read the day again, a moment later, once for all that asked meanwhile. */
  refreshSoon(): void {
    clearTimeout(this.#soon);
    this.#soon = setTimeout(() => {
      this.refresh().catch((error: unknown) => {
        if (!(error instanceof Problem)) throw error;
      });
    }, SOON_MS);
  }

  /** Read the day again, and tell who was moved to make room. */
  async refresh(actedId: string | null = null): Promise<void> {
    const before = this.reservations;
    await this.#readDay(this.#turn);
    const moved = reseatedBetween(before, this.reservations, actedId);
    if (actedId === null || moved.length === 0) return;
    toasts.show({
      tone: 'news',
      title: t('done'),
      lines: moved.map((each) => {
        const facts = { name: each.name, size: each.partySize, from: each.from, to: each.to };
        if (each.from === '') return t('reseated_from_none', facts);
        return each.to === '' ? t('reseated_to_none', facts) : t('reseated', facts);
      }),
    });
  }

  #hear(fact: Fact): void {
    this.refreshSoon();
    if (fact.kind === 'rules.changed') {
      this.#readHouse(this.#turn).catch((error: unknown) => {
        if (!(error instanceof Problem)) throw error;
      });
    }
    if (fact.actor === `staff:${session.kept?.user_id}`) return;
    if (fact.subject_kind === 'reservation' && fact.subject_id !== null) {
      void this.#announce(fact.kind, fact.subject_id);
    }
  }

  async #announce(kind: string, id: string): Promise<void> {
    if (!['reservation.created', 'reservation.cancelled', 'reservation.checked_in'].includes(kind)) {
      return;
    }
    const told = await get<Reservation>(`/reservations/${id}`).catch(() => null);
    if (told === null || told.restaurant_id !== this.restaurant?.id) return;
    const people = tn('people', told.party_size);
    const facts = { name: told.guest.name, people, table: told.table?.number ?? '–' };
    if (kind === 'reservation.checked_in') {
      toasts.show({
        tone: 'good',
        title: t('arrived_title', facts),
        lines: [t('arrived_line', facts)],
      });
      return;
    }
    if (kind === 'reservation.created' && told.source === 'walk_in') return;
    const line = t('new_line', {
      date: sayDay(told.date, language(), 'short'),
      time: told.time,
      people,
      source: word('source', told.source),
    });
    const title = kind === 'reservation.created' ? 'new_title' : 'cancelled_title';
    toasts.show({ tone: 'news', title: t(title, facts), lines: [line] });
  }

  /** Do something, tell how it went, and read the day again. Returns what the server answered, or null when it refused. */
  async act<T>(
    title: (told: T) => string,
    work: () => Promise<T>,
    options: { actedId?: string; undo?: (told: T) => Promise<unknown>; lines?: string[] } = {},
  ): Promise<T | null> {
    try {
      const told = await work();
      const said = title(told);
      const undo = this.mayHost ? options.undo : undefined;
      if (undo !== undefined) {
        const kept = { title: said, actedId: options.actedId ?? '', undo: () => undo(told) };
        this.undoable = [...this.undoable.slice(-19), kept];
        toasts.show({
          tone: 'good',
          title: said,
          lines: options.lines ?? [],
          action: { label: t('undo'), run: () => void this.undo() },
        });
      } else {
        toasts.show({ tone: 'good', title: said });
      }
      await this.refresh(options.actedId ?? '');
      return told;
    } catch (error) {
      toasts.refuse(error, error instanceof Problem ? this.#whose(error) : []);
      this.refreshSoon();
      return null;
    }
  }

  /** Who is in the way, by what the board knows of them: whose booking it is, why a table is blocked. */
  #whose(problem: Problem): string[] {
    return problem.taken.flatMap(({ id }) => {
      const party = this.reservation(id);
      const said = party?.guest.name ?? this.blocks.find((each) => each.id === id)?.reason ?? '';
      return said === '' ? [] : [said];
    });
  }

  /** Take the last act back. */
  async undo(): Promise<void> {
    const last = this.undoable.at(-1);
    if (last === undefined) {
      toasts.show({ tone: 'news', title: t('undo_nothing') });
      return;
    }
    this.undoable = this.undoable.slice(0, -1);
    try {
      await last.undo();
      toasts.show({ tone: 'good', title: t('undone'), lines: [last.title] });
    } catch (error) {
      toasts.refuse(error);
    }
    await this.refresh(last.actedId);
  }

  #on(id: string, verb: string, body?: unknown): Promise<Reservation> {
    return post<Reservation>(`/reservations/${id}/${verb}`, body);
  }

  /** Change a party by the revision that is on screen; when only something else of it was changed meanwhile, by the newest. */
  async #revise(
    before: Reservation,
    work: (revision: number) => Promise<Reservation>,
  ): Promise<Reservation> {
    try {
      return await work(before.revision);
    } catch (error) {
      if (!(error instanceof Problem) || error.code !== 'revision_conflict') throw error;
      const now = await get<Reservation>(`/reservations/${before.id}`);
      if (!standsAsBefore(before, now)) throw error;
      return work(now.revision);
    }
  }

  /** How an act is taken back: what has a way back of its own by that, a change by the change that puts all as it was. */
  #undoOf(before: Reservation, act?: string): (told: Reservation) => Promise<unknown> {
    if (act !== undefined) {
      return (told) => this.#on(before.id, 'undo', { act, revision: told.revision });
    }
    return async (told) => {
      let now = told;
      if (now.date !== before.date || now.time !== before.time || now.party_size !== before.party_size) {
        now = await call<Reservation>('PUT', `/reservations/${before.id}`, {
          body: {
            date: before.date,
            time: before.time,
            party_size: before.party_size,
            beyond_pacing: true,
            revision: now.revision,
          },
        });
      }
      const tables = before.table?.ids ?? [];
      if (tables.length > 0 && now.table?.ids.join() !== tables.join()) {
        const body = { table_ids: tables, pinned: before.pinned, revision: now.revision };
        now = await this.#on(before.id, 'move', body);
      }
      if (Date.parse(now.leaves_at) !== Date.parse(before.leaves_at)) {
        const body = { leaves_at: before.leaves_at, revision: now.revision };
        now = await this.#on(before.id, 'extend', body);
      }
      return now;
    };
  }

  step(before: Reservation, verb: 'confirm' | 'check-in' | 'complete' | 'no-show'): Promise<unknown> {
    const name = before.guest.name;
    const title = {
      confirm: t('act_confirmed', { name }),
      'check-in': t('act_seated', { name }),
      complete: t('act_completed', { name }),
      'no-show': t('act_no_show', { name }),
    }[verb];
    const undone = { 'check-in': 'check_in', complete: 'completion', 'no-show': 'no_show' } as const;
    return this.act<Reservation>(
      () => title,
      () => this.#on(before.id, verb),
      verb === 'confirm'
        ? { actedId: before.id }
        : { actedId: before.id, undo: this.#undoOf(before, undone[verb]) },
    );
  }

  cancel(before: Reservation, waiveFee: boolean): Promise<unknown> {
    return this.act(
      () => t('act_cancelled', { name: before.guest.name }),
      () =>
        call<Reservation>('DELETE', `/reservations/${before.id}`, {
          query: { reason: 'restaurant', waive_fee: waiveFee || undefined },
        }),
      { actedId: before.id, undo: this.#undoOf(before, 'cancellation') },
    );
  }

  /** What is worth knowing of tables that staff chose for a party all the same. */
  #doubts(before: Reservation, tableIds: string[]): string[] {
    const chosen = this.tables.filter((each) => tableIds.includes(each.id));
    const max = chosen.reduce((sum, each) => sum + each.covers_max, 0);
    if (chosen.length === 0 || max >= before.party_size) return [];
    return [t('seated_small', { max, size: before.party_size })];
  }

  move(before: Reservation, tableIds: string[]): Promise<unknown> {
    return this.act(
      (told) =>
        t('act_moved', { name: before.guest.name, table: told.table?.number ?? t('no_table') }),
      () =>
        this.#revise(before, (revision) =>
          this.#on(before.id, 'move', { table_ids: tableIds, revision }),
        ),
      { actedId: before.id, undo: this.#undoOf(before), lines: this.#doubts(before, tableIds) },
    );
  }

  extend(before: Reservation, until: number): Promise<unknown> {
    return this.act(
      () => t('act_extended', { name: before.guest.name, time: this.clock(until) }),
      () =>
        this.#revise(before, (revision) =>
          this.#on(before.id, 'extend', { leaves_at: isoOf(until), revision }),
        ),
      { actedId: before.id, undo: this.#undoOf(before) },
    );
  }

  /** Change what was asked in a form; what was only `dragged` goes there whatever else was noted meanwhile. */
  change(
    before: Reservation,
    changes: Record<string, unknown>,
    dragged = false,
  ): Promise<Reservation | null> {
    const put = (revision: number): Promise<Reservation> =>
      call<Reservation>('PUT', `/reservations/${before.id}`, { body: { ...changes, revision } });
    return this.act(
      (told) => {
        const facts = { name: told.guest.name, time: told.time, table: told.table?.number ?? '' };
        if (told.time === before.time) return t('act_changed', facts);
        const elsewhere = facts.table !== '' && facts.table !== before.table?.number;
        return t(elsewhere ? 'act_retimed_moved' : 'act_retimed', facts);
      },
      () => (dragged ? this.#revise(before, put) : put(before.revision)),
      {
        actedId: before.id,
        undo: this.#undoOf(before),
        lines: this.#doubts(before, [changes['table_id'] ?? []].flat() as string[]),
      },
    );
  }

  /** Put a party where it was dropped: other tables, another time, or both. */
  async drop(before: Reservation, fromTable: string, toTable: string, from: number): Promise<void> {
    const time = this.clock(from);
    const place = { tables: this.tables, combinations: this.combinations };
    const ids = tablesAfterDrop(before, fromTable, toTable, place);
    const sameTables = before.table !== null && ids.join() === before.table.ids.join();
    if (time === before.time && sameTables) return;
    if (time === before.time) {
      await this.move(before, ids);
      return;
    }
    const changes: Record<string, unknown> = { time, beyond_pacing: true };
    const [only] = ids;
    if (ids.length === 1 && !sameTables) changes['table_id'] = only;
    const after = await this.change(before, changes, true);
    if (after !== null && ids.length > 1 && !sameTables) await this.move(after, ids);
  }

  /** Tell that a booking was made, and read the day with it. */
  async booked(made: Reservation): Promise<void> {
    await this.act(
      () => t('act_booked', { name: made.guest.name, time: made.time }),
      () => Promise.resolve(made),
      {
        actedId: made.id,
        undo: (told) => call('DELETE', `/reservations/${told.id}`, { query: { waive_fee: true } }),
      },
    );
  }

  /** Note when a party says that it comes, in minutes after its start. */
  late(before: Reservation, minutes: number): Promise<unknown> {
    const start = Date.parse(before.starts_at);
    const told = (expectedAt(before) - start) / MINUTE;
    return this.act(
      () => t('act_late', { name: before.guest.name, time: this.clock(start + minutes * MINUTE) }),
      () => this.#on(before.id, 'late', { minutes }),
      { actedId: before.id, undo: () => this.#on(before.id, 'late', { minutes: told }) },
    );
  }

  /** How a table stands at an instant, with what is blocked and held. */
  stateOf(table: Table, at: number): Standing {
    const within = (each: { table_ids: string[]; starts_at: string }, end: string): boolean =>
      each.table_ids.includes(table.id) && Date.parse(each.starts_at) <= at && at < Date.parse(end);
    return standingOf(
      table,
      this.reservations,
      this.blocks.some((each) => within(each, each.ends_at)),
      this.holds.some((each) => within(each, each.leaves_at)),
      at,
    );
  }

  block(tableIds: string[], from: string, until: string, reason: string): Promise<Block | null> {
    return this.act(
      () => t('act_blocked'),
      () =>
        post<Block>('/blocks', {
          restaurant_id: this.restaurant?.id,
          table_ids: tableIds,
          starts_at: from,
          ends_at: until,
          reason,
        }),
      { undo: (made) => call('DELETE', `/blocks/${made.id}`) },
    );
  }

  unblock(block: Block): Promise<unknown> {
    return this.act(
      () => t('act_unblocked'),
      () => call('DELETE', `/blocks/${block.id}`),
    );
  }
}

export const board = new Board();
