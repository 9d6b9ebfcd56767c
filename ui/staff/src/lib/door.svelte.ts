/** The door: passes let in, with the network or without; what was let in without it is told to the server as soon as it can be reached. */

import { Problem, get, post } from './api';
import { clock } from './clock.svelte';
import { judge, digestOf, tokenIn, type Expected, type Verdict } from './passes';
import { dayAt, isoOf } from './time';
import type { BoardAnswer, Reservation, Restaurant } from './types';

export interface Known {
  id: string;
  code: string;
  name: string;
  size: number;
  table: string;
  time: string;
  status: string;
  allergies: string[];
}

interface Kept {
  day: string;
  readAt: number;
  passes: Expected[];
  known: Known[];
}

export interface Entry {
  key: string;
  /** None for who was let in by the code of the booking. */
  token: string | null;
  digest: string;
  reservationId: string;
  restaurantId: string;
  at: number;
  name: string;
  refused: string[];
}

export type Result =
  | { kind: 'in'; known: Known; offline: boolean }
  | { kind: 'out'; verdict: Verdict | null; lines: string[]; known: Known | null };

const KEPT = 'saveit.staff.door';
/** Too many at once, or nobody signed in: neither says anything of the pass. */
const LATER = new Set([401, 429]);
const QUEUE = 'saveit.staff.door.queue';

function read<T>(name: string, nothing: T): T {
  const text = localStorage.getItem(name);
  return text === null ? nothing : (JSON.parse(text) as T);
}

export class Door {
  passes = $state.raw<Expected[]>([]);
  known = $state.raw<Known[]>([]);
  readAt = $state<number | null>(null);
  queue = $state.raw<Entry[]>(read<Entry[]>(QUEUE, []));
  /** Digests of what was told to the server since the list was read: the list does not know yet. */
  #told: string[] = [];
  readonly #restaurant: Restaurant;

  constructor(restaurant: Restaurant) {
    this.#restaurant = restaurant;
    const kept = read<Kept | null>(`${KEPT}.${restaurant.id}`, null);
    if (kept?.day === this.#day) {
      this.passes = kept.passes;
      this.known = kept.known;
      this.readAt = kept.readAt;
    } else {
      localStorage.removeItem(`${KEPT}.${restaurant.id}`);
    }
  }

  get #day(): string {
    return dayAt(clock.now, this.#restaurant.timezone);
  }

  /** Read who is expected today, for when the network is gone. */
  async prepare(): Promise<void> {
    const { id } = this.#restaurant;
    await this.#readKnown();
    const day = this.#day;
    const told = await get<{ passes: Expected[] }>(`/restaurants/${id}/passes`, { date: day });
    this.passes = told.passes;
    this.#told = [];
    this.readAt = clock.now;
    const kept: Kept = { day, readAt: this.readAt, passes: this.passes, known: this.known };
    localStorage.setItem(`${KEPT}.${id}`, JSON.stringify(kept));
  }

  async #readKnown(): Promise<void> {
    const path = `/restaurants/${this.#restaurant.id}/board`;
    const board = await get<BoardAnswer>(path);
    clock.set(Date.parse(board.now));
    const numbers = Object.fromEntries(board.tables.map((each) => [each.id, each.number]));
    this.known = board.reservations.map((row) => ({
      id: row.id,
      code: row.code,
      name: row.guest.name,
      size: row.party_size,
      table: row.table_ids.map((each) => numbers[each] ?? '?').join('+'),
      time: row.time,
      status: row.status,
      allergies: row.person?.allergies ?? [],
    }));
  }

  #knownOf(reservation: Reservation): Known {
    const before = this.known.find((each) => each.id === reservation.id);
    return {
      id: reservation.id,
      code: reservation.code,
      name: reservation.guest.name,
      size: reservation.party_size,
      table: reservation.table?.number ?? '',
      time: reservation.time,
      status: reservation.status,
      allergies: before?.allergies ?? [],
    };
  }

  /** Let in whoever shows this. */
  async show(text: string): Promise<Result> {
    const token = tokenIn(text);
    if (token === null) return { kind: 'out', verdict: 'malformed', lines: [], known: null };
    try {
      const body = { restaurant_id: this.#restaurant.id, token };
      const told = await post<{ reservation: Reservation }>('/qr/checkin', body);
      this.#told.push(await digestOf(token));
      return { kind: 'in', known: this.#knownOf(told.reservation), offline: false };
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      if (!error.offline) {
        return { kind: 'out', verdict: null, lines: error.sentences, known: null };
      }
      return this.#showOffline(token);
    }
  }

  async #showOffline(token: string): Promise<Result> {
    const { id } = this.#restaurant;
    const seen = [...this.#told, ...this.queue.map((each) => each.digest)];
    const { verdict, expected } = await judge(token, id, this.passes, seen, clock.now);
    const known = this.known.find((each) => each.id === expected?.reservation_id) ?? null;
    if (verdict !== 'ok' || known === null) return { kind: 'out', verdict, lines: [], known };
    if (this.#queued(known)) return { kind: 'out', verdict: 'used', lines: [], known };
    return this.#letIn(known, token, await digestOf(token));
  }

  #queued(known: Known): boolean {
    return this.queue.some((each) => each.reservationId === known.id);
  }

  #letIn(known: Known, token: string | null, digest: string): Result {
    const entry: Entry = {
      key: crypto.randomUUID(),
      token,
      digest,
      reservationId: known.id,
      restaurantId: this.#restaurant.id,
      at: clock.now,
      name: known.name,
      refused: [],
    };
    this.#keep([...this.queue, entry]);
    return { kind: 'in', known, offline: true };
  }

  /** Judge a code by the list that was read before the network went: who stands on it, and when each is let in. */
  #codeOffline(known: Known | null): Result {
    const out = (verdict: Verdict): Result => ({ kind: 'out', verdict, lines: [], known });
    if (known === null) return out('unlisted');
    const expected = this.passes.find((each) => each.reservation_id === known.id);
    const used = expected !== undefined && this.#told.includes(expected.digest);
    if (used || known.status === 'checked_in' || this.#queued(known)) return out('used');
    if (known.status !== 'confirmed') return out('not_standing');
    if (expected !== undefined && clock.now < Date.parse(expected.opens_at)) return out('too_early');
    if (expected !== undefined && clock.now > Date.parse(expected.closes_at)) return out('too_late');
    return this.#letIn(known, null, '');
  }

  /** Let in by the code that stands in the guest's message. */
  async code(text: string): Promise<Result> {
    const wanted = text.trim().toUpperCase();
    const find = (): Known | null => this.known.find((each) => each.code === wanted) ?? null;
    try {
      // Booked or seated since the list was read, perhaps.
      await this.prepare();
      const known = find();
      if (known === null) return { kind: 'out', verdict: 'unknown', lines: [], known };
      if (known.status === 'checked_in') return { kind: 'out', verdict: 'used', lines: [], known };
      // As the pass itself is judged: one mistyped letter would seat a party of the evening at noon.
      const opensAt = this.passes.find((each) => each.reservation_id === known.id)?.opens_at;
      if (opensAt !== undefined && clock.now < Date.parse(opensAt)) {
        return { kind: 'out', verdict: 'too_early', lines: [], known };
      }
      const told = await post<Reservation>(`/reservations/${known.id}/check-in`);
      return { kind: 'in', known: this.#knownOf(told), offline: false };
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      if (error.offline) return this.#codeOffline(find());
      return { kind: 'out', verdict: null, lines: error.sentences, known: find() };
    }
  }

  /** Tell the server of all that were let in without it. */
  async sync(): Promise<void> {
    for (const entry of this.queue.filter((each) => each.refused.length === 0)) {
      try {
        await this.#tell(entry);
        if (entry.token !== null) this.#told.push(entry.digest);
        this.#keep(this.queue.filter((each) => each.key !== entry.key));
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
        if (error.offline || error.status >= 500 || LATER.has(error.status)) return;
        const refused = error.sentences;
        this.#keep(this.queue.map((each) => (each.key === entry.key ? { ...each, refused } : each)));
      }
    }
  }

  #tell(entry: Entry): Promise<unknown> {
    const { token, restaurantId, reservationId, key } = entry;
    if (token === null) return post(`/reservations/${reservationId}/check-in`, undefined, key);
    const body = { restaurant_id: restaurantId, token, scanned_at: isoOf(entry.at) };
    return post('/qr/checkin', body, key);
  }

  dismiss(key: string): void {
    this.#keep(this.queue.filter((each) => each.key !== key));
  }

  #keep(queue: Entry[]): void {
    this.queue = queue;
    localStorage.setItem(QUEUE, JSON.stringify(queue));
  }
}
