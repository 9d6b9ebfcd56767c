import { describe, expect, it } from 'vitest';
import { matches, standingOf, totalsOf } from './day';
import { share, ticksOf } from './figures';
import { digestOf, judge, readPass, tokenIn } from './passes';
import { merged, type Message } from './talk';
import { axisOf, clashesIn, reseatedBetween, rowsOf, snap, spanOf, tablesAfterDrop } from './timeline';
import type { Reservation, Table } from './types';

const HOUR = 3_600_000;
const EIGHT = Date.parse('2026-11-23T20:00:00-05:00');

function table(number: string, most: number): Table {
  return {
    id: `t${number}`,
    area_id: null,
    number,
    covers_min: 1,
    covers_max: most,
    x: 0,
    y: 0,
    width: 1,
    height: 1,
    rotation: 0,
    shape: 'square',
    online: true,
    priority: 0,
    retired_at: null,
  };
}

function party(id: string, tables: string[], changes: Partial<Reservation> = {}): Reservation {
  const ids = tables.map((each) => `t${each}`);
  const [first] = ids;
  return {
    id,
    code: 'K7M2QX',
    status: 'confirmed',
    date: '2026-11-23',
    time: '20:00',
    service: 'cena',
    starts_at: new Date(EIGHT).toISOString(),
    leaves_at: new Date(EIGHT + 1.5 * HOUR).toISOString(),
    party_size: 2,
    table: first === undefined ? null : { id: first, ids, numbers: tables, number: tables.join('+') },
    pinned: false,
    overbooked: false,
    guest: { name: 'José Nuñez', phone: '+57 300 123 4567', email: null, language: 'es' },
    user_id: null,
    special_requests: null,
    source: 'staff',
    fee_minor: 0,
    revision: 1,
    created_at: new Date(EIGHT).toISOString(),
    ...changes,
  };
}

describe('the timeline', () => {
  it('lists tables as people count, and joined parties in each of their rows', () => {
    const tables = [table('10', 4), table('2', 4)];
    const rows = rowsOf(tables, [], [party('a', ['2', '10'])], [], []);
    expect(rows.map((row) => row.table.number)).toEqual(['2', '10']);
    expect(rows.map((row) => row.bars.length)).toEqual([1, 1]);
  });

  it('lets nobody who cancelled take a place', () => {
    const gone = party('a', ['1'], { status: 'cancelled' });
    expect(rowsOf([table('1', 4)], [], [gone], [], [])[0]?.bars).toEqual([]);
  });

  it('tells what stands where something is to be dropped, but not the thing itself', () => {
    const [row] = rowsOf([table('1', 4)], [], [party('a', ['1'])], [], []);
    if (row === undefined) throw new Error('there is a row');
    const span = { from: EIGHT + HOUR, until: EIGHT + 2 * HOUR };
    expect(clashesIn(row, span, 'b')).toEqual([{ kind: 'reservation', id: 'a' }]);
    expect(clashesIn(row, span, 'a')).toEqual([]);
    const after = { from: EIGHT + 1.5 * HOUR, until: EIGHT + 3 * HOUR };
    expect(clashesIn(row, after, 'b')).toEqual([]);
  });

  it('reaches from the first opening to the last close, six hours at least', () => {
    const axis = axisOf([], [{ from: EIGHT, until: EIGHT + HOUR }], '2026-11-23', 'America/Bogota');
    expect(axis.from).toBe(EIGHT);
    expect(axis.until - axis.from).toBe(6 * HOUR);
    expect(snap(EIGHT + 8 * 60_000)).toBe(EIGHT + 15 * 60_000);
  });

  it('names who was moved to make room, and not who was dragged', () => {
    const before = [party('a', ['1']), party('b', ['2'])];
    const after = [party('a', ['2']), party('b', ['3'])];
    expect(reseatedBetween(before, after, 'a')).toEqual([
      { name: 'José Nuñez', partySize: 2, from: '2', to: '3' },
    ]);
  });

  it('keeps a large party at joined tables when it is dropped on one of them', () => {
    const tables = [table('1', 4), table('2', 4), table('3', 4), table('9', 10)];
    const combinations = [
      { id: 'c', table_ids: ['t2', 't3'], covers_min: 5, covers_max: 8, online: true, priority: 0 },
    ];
    const eight = party('a', ['1', '2'], { party_size: 8 });
    const place = { tables, combinations };
    expect(tablesAfterDrop(eight, 't1', 't3', place)).toEqual(['t2', 't3']);
    expect(tablesAfterDrop(eight, 't1', 't9', place)).toEqual(['t9']);
    expect(tablesAfterDrop(party('b', ['1']), 't1', 't3', place)).toEqual(['t3']);
  });
});

describe('the day', () => {
  it('counts who is to come, late, seated and gone', () => {
    const now = EIGHT + 10 * 60_000;
    const seated = party('b', ['2'], { status: 'checked_in', party_size: 4 });
    const told = totalsOf([party('a', ['1']), seated, party('c', ['3'], { status: 'no_show' })], now);
    expect(told).toMatchObject({ covers: 6, expectedCovers: 2, seatedCovers: 4, late: 1, noShows: 1 });
  });

  it('finds a guest without accents, by part of the phone, and by code', () => {
    expect(matches(party('a', ['1']), 'jose nunez')).toBe(true);
    expect(matches(party('a', ['1']), '3001234')).toBe(true);
    expect(matches(party('a', ['1']), 'k7m2')).toBe(true);
    expect(matches(party('a', ['1']), 'maria')).toBe(false);
  });

  it('says how a table stands', () => {
    const late = standingOf(table('1', 4), [party('a', ['1'])], false, false, EIGHT + 20 * 60_000);
    expect(late.state).toBe('late');
    const soon = standingOf(table('1', 4), [party('a', ['1'])], false, false, EIGHT - HOUR / 2);
    expect(soon).toMatchObject({ state: 'soon', next: { id: 'a' } });
    expect(standingOf(table('2', 4), [], true, false, EIGHT).state).toBe('blocked');
    const early = party('a', ['1'], {
      status: 'checked_in',
      seated_from: new Date(EIGHT - HOUR).toISOString(),
    });
    expect(standingOf(table('1', 4), [early], false, false, EIGHT - HOUR / 2)).toMatchObject({
      state: 'seated',
      reservation: { id: 'a' },
    });
    expect(spanOf(early).from).toBe(EIGHT - HOUR);
  });
});

describe('a pass without the network', () => {
  const restaurant = '00112233-4455-6677-8899-aabbccddeeff';

  function made(expiresAt: number): string {
    const octets = new Uint8Array(93).fill(7);
    octets[0] = 1;
    octets.set(Uint8Array.from(restaurant.replaceAll('-', '').match(/../g) ?? [], (hex) => parseInt(hex, 16)), 17);
    const view = new DataView(octets.buffer);
    view.setBigUint64(33, BigInt(EIGHT / 1000 - 86_400));
    view.setBigUint64(41, BigInt(expiresAt / 1000));
    return btoa(String.fromCharCode(...octets)).replaceAll('+', '-').replaceAll('/', '_');
  }

  it('is found in a link, and read', () => {
    const token = made(EIGHT + HOUR);
    expect(tokenIn(`https://tables.example/api/v1/qr/${token}.png`)).toBe(token);
    expect(tokenIn('https://elsewhere.example/menu')).toBeNull();
    expect(readPass(token)).toMatchObject({ restaurantId: restaurant, expiresAt: EIGHT + HOUR });
  });

  it('opens only if it was issued, once, in its time and at its door', async () => {
    const token = made(EIGHT + HOUR);
    const digest = await digestOf(token);
    const expected = {
      digest,
      reservation_id: 'a',
      opens_at: new Date(EIGHT - HOUR / 4).toISOString(),
      closes_at: new Date(EIGHT + HOUR / 4).toISOString(),
      status: 'confirmed',
    };
    const verdict = async (
      now: number,
      list = [expected],
      seen: string[] = [],
      door = restaurant,
    ): Promise<string> => (await judge(token, door, list, seen, now)).verdict;
    expect(await verdict(EIGHT)).toBe('ok');
    expect(await verdict(EIGHT, [])).toBe('unknown');
    expect(await verdict(EIGHT, [expected], [digest])).toBe('used');
    expect(await verdict(EIGHT - HOUR)).toBe('too_early');
    expect(await verdict(EIGHT + HOUR / 2)).toBe('too_late');
    expect(await verdict(EIGHT + 2 * HOUR)).toBe('expired');
    expect(await verdict(EIGHT, [{ ...expected, status: 'cancelled' }])).toBe('not_standing');
    expect(await verdict(EIGHT, [expected], [], 'another')).toBe('other_restaurant');
  });
});

describe('a thread', () => {
  it('has each message once, in its newest state and in order', () => {
    const said = (id: string, at: string, status: Message['status']): Message => ({
      id,
      conversation_id: 'c',
      channel: 'telegram',
      seq: 1,
      direction: 'out',
      author: 'bot',
      kind: 'text',
      text: '',
      choices: [],
      attachments: [],
      status,
      error: '',
      at,
    });
    const told = merged([said('b', '2', 'sent'), said('a', '1', 'read')], [said('b', '2', 'delivered')]);
    expect(told.map((each) => [each.id, each.status])).toEqual([
      ['a', 'read'],
      ['b', 'delivered'],
    ]);
  });
});

describe('figures', () => {
  it('has an axis that holds the greatest value', () => {
    expect(ticksOf(0)).toEqual([0, 1]);
    expect(ticksOf(37).at(-1)).toBeGreaterThanOrEqual(37);
    expect(share(1, 0)).toBeNull();
  });
});
