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
  token: string;
  digest: string;
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
    const entry: Entry = {
      key: crypto.randomUUID(),
      token,
      digest: await digestOf(token),
      restaurantId: id,
      at: clock.now,
      name: known.name,
      refused: [],
    };
    this.#keep([...this.queue, entry]);
    return { kind: 'in', known, offline: true };
  }

  /** Let in by the code that stands in the guest's message. */
  async code(text: string): Promise<Result> {
    const wanted = text.trim().toUpperCase();
    let known = this.known.find((each) => each.code === wanted) ?? null;
    try {
      if (known === null) {
        // Booked since the list was read, perhaps.
        await this.#readKnown();
        known = this.known.find((each) => each.code === wanted) ?? null;
      }
      if (known === null) return { kind: 'out', verdict: 'unknown', lines: [], known };
      const told = await post<Reservation>(`/reservations/${known.id}/check-in`);
      return { kind: 'in', known: this.#knownOf(told), offline: false };
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      return { kind: 'out', verdict: null, lines: error.sentences, known };
    }
  }

  /** Tell the server of all that were let in without it. */
  async sync(): Promise<void> {
    for (const entry of this.queue.filter((each) => each.refused.length === 0)) {
      const scanned = isoOf(entry.at);
      const body = { restaurant_id: entry.restaurantId, token: entry.token, scanned_at: scanned };
      try {
        await post('/qr/checkin', body, entry.key);
        this.#told.push(entry.digest);
        this.#keep(this.queue.filter((each) => each.key !== entry.key));
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
        if (error.offline || error.status >= 500 || LATER.has(error.status)) return;
        const refused = error.sentences;
        this.#keep(this.queue.map((each) => (each.key === entry.key ? { ...each, refused } : each)));
      }
    }
  }

  dismiss(key: string): void {
    this.#keep(this.queue.filter((each) => each.key !== key));
  }

  #keep(queue: Entry[]): void {
    this.queue = queue;
    localStorage.setItem(QUEUE, JSON.stringify(queue));
  }
}
