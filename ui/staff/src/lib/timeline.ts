/** Where things stand on the day's timeline. Pure: instants in, minutes and rows out. */

import { MINUTE, instantOf, minutesOfClock, weekdayOf } from './time';
import type {
  Area,
  Block,
  BoardRow,
  Combination,
  Hold,
  Reservation,
  Rules,
  Service,
  Table,
} from './types';
import { WEEKDAYS } from './types';

export interface Span {
  from: number;
  until: number;
}

export interface Band extends Span {
  name: string;
}

export interface Axis extends Span {
  bands: Band[];
}

export type Kind = 'reservation' | 'block' | 'hold';

/** One bar in one table's row. A party at joined tables has one in each. */
export interface Bar extends Span {
  key: string;
  kind: Kind;
  id: string;
  tableId: string;
  lane: number;
  lanes: number;
}

export interface Row {
  table: Table;
  area: string;
  firstOfArea: boolean;
  bars: Bar[];
  lanes: number;
}

const QUANTUM = 15 * MINUTE;
const HOURS_MIN = 6;
const ORDER = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

/** The services of a date: its own when it is special, else its weekday's. */
export function servicesOn(rules: Rules, day: string): Service[] {
  const special = rules.special_dates.find((each) => each.date === day);
  const usual = rules.business_hours[WEEKDAYS[weekdayOf(day)] ?? 'monday'];
  if (special === undefined) return usual;
  if (special.type === 'closed') return [];
  return special.custom_hours ?? usual;
}

export function bandsOf(rules: Rules, day: string, zone: string): Band[] {
  return servicesOn(rules, day).map((service) => {
    const opens = minutesOfClock(service.opens);
    const closes = minutesOfClock(service.closes);
    return {
      name: service.name,
      from: instantOf(day, opens, zone),
      until: instantOf(day, closes > opens ? closes : closes + 1440, zone),
    };
  });
}

/** From the first opening to the last close, and whatever stands outside of both. */
export function axisOf(bands: Band[], spans: Span[], day: string, zone: string): Axis {
  const froms = [...bands, ...spans].map((each) => each.from);
  const untils = [...bands, ...spans].map((each) => each.until);
  const from = froms.length > 0 ? Math.min(...froms) : instantOf(day, 12 * 60, zone);
  const until = untils.length > 0 ? Math.max(...untils) : instantOf(day, 23 * 60, zone);
  const hour = 60 * MINUTE;
  const first = Math.floor(from / hour) * hour;
  const last = Math.ceil((until + 1) / hour) * hour;
  return { from: first, until: Math.max(last, first + HOURS_MIN * hour), bands };
}

/** Since when a party has its tables: from its start, or from when it sat down before. */
export function heldFrom(reservation: Reservation): number {
  return Date.parse(reservation.seated_from ?? reservation.starts_at);
}

export function spanOf(reservation: Reservation): Span {
  const ended = reservation.completed_at;
  const until = Date.parse(reservation.leaves_at);
  const from = heldFrom(reservation);
  return {
    from,
    until: ended == null ? until : Math.max(from + QUANTUM, Math.min(until, Date.parse(ended))),
  };
}

export const STANDS = new Set(['pending', 'confirmed', 'checked_in', 'completed']);

/** Tables by area, then by number as people count: 2 before 10. */
export function sortedTables(tables: Table[], areas: Area[]): Table[] {
  const place = new Map(areas.map((area) => [area.id, area.position]));
  const at = (table: Table): number =>
    table.area_id === null ? 1e9 : (place.get(table.area_id) ?? 1e9);
  return [...tables].sort((a, b) => at(a) - at(b) || ORDER.compare(a.number, b.number));
}

export function rowsOf(
  tables: Table[],
  areas: Area[],
  reservations: Reservation[],
  blocks: Block[],
  holds: Hold[],
): Row[] {
  const bars = new Map<string, Bar[]>();
  const put = (kind: Kind, id: string, tableIds: string[], span: Span): void => {
    for (const tableId of tableIds) {
      const row = bars.get(tableId) ?? [];
      row.push({ key: `${kind}:${id}:${tableId}`, kind, id, tableId, ...span, lane: 0, lanes: 1 });
      bars.set(tableId, row);
    }
  };
  for (const each of reservations) {
    if (each.table !== null && STANDS.has(each.status)) {
      put('reservation', each.id, each.table.ids, spanOf(each));
    }
  }
  for (const each of blocks) {
    const span = { from: Date.parse(each.starts_at), until: Date.parse(each.ends_at) };
    put('block', each.id, each.table_ids, span);
  }
  for (const each of holds) {
    const span = { from: Date.parse(each.starts_at), until: Date.parse(each.leaves_at) };
    put('hold', each.id, each.table_ids, span);
  }
  const names = new Map(areas.map((area) => [area.id, area.name]));
  let before: string | null | undefined;
  return sortedTables(tables, areas).map((table) => {
    const own = laned(bars.get(table.id) ?? []);
    const firstOfArea = before === undefined || before !== table.area_id;
    before = table.area_id;
    return {
      table,
      area: table.area_id === null ? '' : (names.get(table.area_id) ?? ''),
      firstOfArea,
      bars: own,
      lanes: own[0]?.lanes ?? 1,
    };
  });
}

/** Bars of one row, those that overlap one above the other: a party that stays on beside the one that came. */
function laned(bars: Bar[]): Bar[] {
  const sorted = [...bars].sort((a, b) => a.from - b.from || a.until - b.until);
  const ends: number[] = [];
  const placed = sorted.map((bar) => {
    let lane = ends.findIndex((end) => end <= bar.from);
    if (lane < 0) lane = ends.length;
    ends[lane] = bar.until;
    return { ...bar, lane };
  });
  return placed.map((bar) => ({ ...bar, lanes: Math.max(1, ends.length) }));
}

export function snap(instant: number, quantum = QUANTUM): number {
  return Math.round(instant / quantum) * quantum;
}

export interface Clash {
  kind: Kind;
  id: string;
}

/** What already stands in a span of a row, but for one thing. */
export function clashesIn(row: Row, span: Span, butId: string): Clash[] {
  return row.bars
    .filter((bar) => bar.id !== butId && bar.from < span.until && span.from < bar.until)
    .map((bar) => ({ kind: bar.kind, id: bar.id }));
}

export interface Reseated {
  name: string;
  partySize: number;
  from: string;
  to: string;
}

/** Who sits elsewhere than before without having been touched: they made room. */
export function reseatedBetween(
  before: Reservation[],
  after: Reservation[],
  actedId: string | null,
): Reseated[] {
  const was = new Map(before.map((each) => [each.id, each]));
  return after.flatMap((now) => {
    const then = was.get(now.id);
    if (now.id === actedId || then === undefined || !STANDS.has(now.status)) return [];
    const from = then.table?.number ?? '';
    const to = now.table?.number ?? '';
    if (from === to || then.starts_at !== now.starts_at) return [];
    return [{ name: now.guest.name, partySize: now.party_size, from, to }];
  });
}

/** Whether a party is still where and when it was, and as many: what else was changed is no reason to ask again. */
export function standsAsBefore(before: Reservation, now: Reservation): boolean {
  return (
    before.status === now.status &&
    before.date === now.date &&
    before.time === now.time &&
    before.party_size === now.party_size &&
    Date.parse(before.leaves_at) === Date.parse(now.leaves_at) &&
    before.table?.ids.join() === now.table?.ids.join()
  );
}

/** A party as screens use it: its tables with the numbers that stand on them. */
export function partyOf(row: BoardRow, tables: Table[]): Reservation {
  const { table_ids: ids, person_id: userId, ...rest } = row;
  const numbers = ids.map((id) => tables.find((each) => each.id === id)?.number ?? '?');
  const [first] = ids;
  const table =
    first === undefined ? null : { id: first, ids, numbers, number: numbers.join('+') };
  return { ...rest, user_id: userId, table };
}

/** Which tables a party has after one of its bars was dropped on a table: that one if it seats them, else joined with others. */
export function tablesAfterDrop(
  party: Reservation,
  fromTable: string,
  toTable: string,
  place: { tables: Table[]; combinations: Combination[] },
): string[] {
  const now = party.table?.ids ?? [];
  if (now.includes(toTable)) return now;
  const target = place.tables.find((each) => each.id === toTable);
  if (now.length < 2 || (target !== undefined && target.covers_max >= party.party_size)) {
    return [toTable];
  }
  const joined = place.combinations
    .filter((each) => each.table_ids.includes(toTable) && each.covers_max >= party.party_size)
    .sort((a, b) => a.covers_max - b.covers_max)[0];
  return joined?.table_ids ?? now.map((id) => (id === fromTable ? toTable : id));
}
