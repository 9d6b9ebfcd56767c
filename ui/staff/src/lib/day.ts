/** What is said of a day and its parties. Pure. */

import { MINUTE } from './time';
import { STANDS, heldFrom } from './timeline';
import type { Reservation, Table } from './types';

export interface Totals {
  parties: number;
  covers: number;
  expected: number;
  expectedCovers: number;
  seated: number;
  seatedCovers: number;
  done: number;
  doneCovers: number;
  late: number;
  pending: number;
  noShows: number;
  cancelled: number;
  unseated: number;
}

/** When a party that has not come is expected: at its start, or when it said. */
export function expectedAt({ starts_at: start, expected_at: told }: Reservation): number {
  return Math.max(Date.parse(start), told == null ? 0 : Date.parse(told));
}

/** When a party said that it comes, where that is later than its start and it is still to come. */
export function announcedAt(reservation: Reservation): number | null {
  const waits = reservation.status === 'confirmed' || reservation.status === 'pending';
  const at = expectedAt(reservation);
  return waits && at > Date.parse(reservation.starts_at) ? at : null;
}

/** Minutes after it was expected that a party that has not come is; 0 for one that is not late. */
export function lateMinutes(reservation: Reservation, now: number): number {
  if (reservation.status !== 'confirmed' && reservation.status !== 'pending') return 0;
  return Math.max(0, Math.floor((now - expectedAt(reservation)) / MINUTE));
}

/** Minutes that a party sits beyond when it was to leave. */
export function overMinutes(reservation: Reservation, now: number): number {
  if (reservation.status !== 'checked_in') return 0;
  return Math.max(0, Math.floor((now - Date.parse(reservation.leaves_at)) / MINUTE));
}

export function totalsOf(reservations: Reservation[], now: number): Totals {
  const totals: Totals = {
    parties: 0,
    covers: 0,
    expected: 0,
    expectedCovers: 0,
    seated: 0,
    seatedCovers: 0,
    done: 0,
    doneCovers: 0,
    late: 0,
    pending: 0,
    noShows: 0,
    cancelled: 0,
    unseated: 0,
  };
  for (const each of reservations) {
    if (each.status === 'cancelled') totals.cancelled += 1;
    if (each.status === 'no_show') totals.noShows += 1;
    if (!STANDS.has(each.status)) continue;
    totals.parties += 1;
    totals.covers += each.party_size;
    if (each.table === null) totals.unseated += 1;
    if (each.status === 'checked_in') {
      totals.seated += 1;
      totals.seatedCovers += each.party_size;
    } else if (each.status === 'completed') {
      totals.done += 1;
      totals.doneCovers += each.party_size;
    } else {
      totals.expected += 1;
      totals.expectedCovers += each.party_size;
      if (each.status === 'pending') totals.pending += 1;
      if (lateMinutes(each, now) > 0) totals.late += 1;
    }
  }
  return totals;
}

function plain(text: string): string {
  return text
    .normalize('NFD')
    .replace(/\p{Diacritic}/gu, '')
    .toLowerCase();
}

/** Whether every word that is looked for stands somewhere in what is known of the party. */
export function matches(reservation: Reservation, looked: string): boolean {
  const known = plain(
    [
      reservation.guest.name,
      reservation.guest.phone ?? '',
      reservation.guest.email ?? '',
      reservation.code,
      reservation.table?.number ?? '',
      reservation.special_requests ?? '',
      reservation.time,
    ].join(' '),
  );
  return plain(looked)
    .split(/\s+/)
    .filter((word) => word !== '')
    .every((word) => known.includes(word) || known.replace(/\s/g, '').includes(word));
}

export type TableState =
  'free' | 'soon' | 'expected' | 'late' | 'seated' | 'over' | 'blocked' | 'held';

export interface Standing {
  state: TableState;
  reservation: Reservation | null;
  next: Reservation | null;
}

/** How a table stands at an instant, and who comes next to it. */
export function standingOf(
  table: Table,
  reservations: Reservation[],
  blocked: boolean,
  held: boolean,
  at: number,
): Standing {
  const mine = reservations
    .filter((each) => STANDS.has(each.status) && each.table?.ids.includes(table.id) === true)
    .sort((a, b) => a.starts_at.localeCompare(b.starts_at));
  const coming = mine.filter((each) => each.status === 'confirmed' || each.status === 'pending');
  const seated = mine.find(
    (each) => each.status === 'checked_in' && heldFrom(each) <= at + 15 * MINUTE,
  );
  if (seated !== undefined) {
    const next = coming.find((each) => each.id !== seated.id) ?? null;
    return { state: overMinutes(seated, at) > 0 ? 'over' : 'seated', reservation: seated, next };
  }
  if (blocked) return { state: 'blocked', reservation: null, next: coming[0] ?? null };
  const now = coming.find(
    (each) => Date.parse(each.starts_at) <= at && at < Date.parse(each.leaves_at),
  );
  if (now !== undefined) {
    const next = coming.find((each) => each.id !== now.id && each.starts_at > now.starts_at);
    return {
      state: lateMinutes(now, at) > 5 ? 'late' : 'expected',
      reservation: now,
      next: next ?? null,
    };
  }
  if (held) return { state: 'held', reservation: null, next: coming[0] ?? null };
  const next = coming.find((each) => Date.parse(each.starts_at) > at) ?? null;
  const soon = next !== null && Date.parse(next.starts_at) - at <= 60 * MINUTE;
  return { state: soon ? 'soon' : 'free', reservation: null, next };
}
