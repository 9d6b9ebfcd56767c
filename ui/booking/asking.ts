/** What the page asks of the server, in the words of the API's own description. */
import { client, done, newKey, Refused, type Problem } from '../shared/api';
import type { components } from '../shared/api-types';
import { language } from '../shared/language.svelte';

type Schemas = components['schemas'];
export type House = Schemas['HouseCard'];
export type Day = Schemas['DayAnswer'];
export type Slot = Schemas['Slot'];
export type Kept = Schemas['GuestHold'];
export type Own = Schemas['GuestReservation'];
export type Waiting = Schemas['GuestWait'];
export type Place = Schemas['GuestPlace'];
export type Guest = Schemas['GuestRequest'];
/** How far the proof of a phone has come; `phone` is the one that it is of. */
export type Proof = { stage: 'none' | 'sent' | 'proved' | 'unavailable'; phone: string; code: string; token: string };
export const noProof = (): Proof => ({ stage: 'none', phone: '', code: '', token: '' });
export type Near = { date: string; time: string };
export { newKey, Refused, type Problem };

/** Return a part of the page that comes later, or throw that the server could not be reached. */
export const part = <T>(coming: Promise<T>): Promise<T> =>
  coming.catch(() => {
    throw new Refused({ status: 0, code: 'unreachable', title: 'unreachable' });
  });

const api = client(() => null, language);

/** What the page came with, as the server put it in. */
export type Given = { house: House; language: string; party_size: number; days: Day[] };

/** Return what the page came with, once: what is asked later is to be asked anew. */
export function given(): Given | null {
  const found = document.getElementById('given');
  found?.remove();
  return found?.textContent ? (JSON.parse(found.textContent) as Given) : null;
}

/** Say whether the days that came with the page are those asked for, in the language of the page. */
export const isListed = (it: Given, first: string, count: number, partySize: number): boolean =>
  it.language === language() && it.party_size === partySize && it.days[0]?.date === first && it.days.length === count;

export const house = (slug: string): Promise<House> =>
  done(api.GET('/api/v1/public/restaurants/{slug}', { params: { path: { slug } } }));

/** With the link of a reservation: the days to which it may be moved, its own table being free for it. */
export async function days(slug: string, first: string, count: number, partySize: number, link: string | null): Promise<Day[]> {
  const asked = { path: { slug }, query: { date: first, party_size: partySize, days: count, ...(link === null ? {} : { link }) } };
  const answer = await done(api.GET('/api/v1/public/restaurants/{slug}/availability', { params: asked }));
  return 'days' in answer ? answer.days : [answer];
}

export const keep = (slug: string, at: Near, partySize: number): Promise<Kept> =>
  done(
    api.POST('/api/v1/public/restaurants/{slug}/holds', {
      params: { path: { slug }, header: { 'Idempotency-Key': newKey() } },
      body: { ...at, party_size: partySize },
    }),
  );

/** Give a table back. Nobody waits for it: what is not given back is free by itself soon. */
export function giveBack(slug: string, holdId: string): void {
  const given = fetch(`/api/v1/public/restaurants/${encodeURIComponent(slug)}/holds/${holdId}`, { method: 'DELETE', keepalive: true });
  given.catch(() => undefined);
}

export const book = (slug: string, key: string, body: Schemas['GuestBookingRequest']): Promise<Own> =>
  done(
    api.POST('/api/v1/public/restaurants/{slug}/reservations', {
      params: { path: { slug }, header: { 'Idempotency-Key': key } },
      body,
    }),
  );

export const sendCode = (slug: string, holdId: string, phone: string): Promise<unknown> =>
  done(api.POST('/api/v1/public/restaurants/{slug}/phone-codes', { params: { path: { slug } }, body: { hold_id: holdId, phone } }));

export const sayCode = (slug: string, phone: string, code: string): Promise<Schemas['PhoneProved']> =>
  done(api.POST('/api/v1/public/restaurants/{slug}/phone-codes/check', { params: { path: { slug } }, body: { phone, code } }));

export const wait = (slug: string, key: string, body: Schemas['GuestWaitRequest']): Promise<Waiting> =>
  done(
    api.POST('/api/v1/public/restaurants/{slug}/waitlist', {
      params: { path: { slug }, header: { 'Idempotency-Key': key } },
      body,
    }),
  );

export const place = (link: string): Promise<Place> => done(api.GET('/api/v1/public/waiting', { params: { query: { link } } }));

export const takeOffer = (link: string): Promise<Place> =>
  done(api.POST('/api/v1/public/waiting/accept', { params: { query: { link } } }));

export const leaveQueue = (link: string): Promise<Place> => done(api.DELETE('/api/v1/public/waiting', { params: { query: { link } } }));

export const own = (link: string): Promise<Own> => done(api.GET('/api/v1/public/reservation', { params: { query: { link } } }));

export const moveTo = (link: string, key: string, body: Schemas['GuestChangeRequest']): Promise<Own> =>
  done(api.PUT('/api/v1/public/reservation', { params: { query: { link }, header: { 'Idempotency-Key': key } }, body }));

export const cancel = (link: string, revision: number): Promise<Own> =>
  done(api.DELETE('/api/v1/public/reservation', { params: { query: { link, revision } } }));

const FIRST_TRY_AGAIN_MS = 1_000;
const LAST_TRY_AGAIN_MS = 15_000;

/**
 * Ask, and while the server is out of reach ask again: after a while, or as soon as the network is back. `unheard` is called each time it
 * was not reached; null once the guest has gone another way. What is asked is the same each time, so that under its key it is done once.
 */
export async function insist<T>(ask: () => Promise<T>, unheard: () => void, given: AbortSignal): Promise<T | null> {
  for (let pause = FIRST_TRY_AGAIN_MS; !given.aborted; pause = Math.min(2 * pause, LAST_TRY_AGAIN_MS)) {
    try {
      return await ask();
    } catch (error) {
      if (problemOf(error).status !== 0) throw error;
      if (given.aborted) break;
      unheard();
      await networkOr(pause, given);
    }
  }
  return null;
}

/** Wait for so long, for the network, or for the guest to give up, whatever comes first. */
function networkOr(pause: number, given: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const over = new AbortController();
    const done = (): void => {
      clearTimeout(timer);
      over.abort();
      resolve();
    };
    const timer = setTimeout(done, pause);
    addEventListener('online', done, { signal: over.signal });
    given.addEventListener('abort', done, { signal: over.signal });
  });
}

/** Return the problem behind whatever was thrown. */
export function problemOf(error: unknown): Problem {
  if (error instanceof Refused) return error.problem;
  throw error;
}

/** Every sentence that a refusal has for the guest: what is wrong with each field, or the refusal itself. */
export function sentences(problem: Problem): string[] {
  const said = (problem.errors ?? []).map((each) => each.message).filter(Boolean);
  return said.length ? said : [problem.detail ?? problem.title];
}

/** What the server offers instead. */
export function alternatives(problem: Problem): Near[] {
  const offered = problem['alternatives'];
  return Array.isArray(offered) ? (offered as Near[]).map(({ date, time }) => ({ date, time })) : [];
}

/** The nearest starts that are free, by how far they are from the one that was wished for. */
export function nearest(known: readonly Day[], wished: Near, most = 4): Near[] {
  const minutes = ({ date, time }: Near) => Date.parse(`${date}T${time}:00Z`) / 60_000;
  const at = minutes(wished);
  return known
    .flatMap((day) => day.slots.filter((slot) => slot.available).map((slot) => ({ date: day.date, time: slot.time })))
    .sort((one, other) => Math.abs(minutes(one) - at) - Math.abs(minutes(other) - at))
    .slice(0, most);
}

/** What somebody else's cancellation can mend: whoever wishes for a time outside the hours waits in vain. */
const MAY_FREE = new Set(['full', 'pacing_parties', 'pacing_covers', 'online_held_back']);
const mayFree = (slot: Slot | undefined): boolean => slot !== undefined && !slot.available && MAY_FREE.has(slot.reason ?? '');

/**
 * Between which times to wait: what is full without a gap around the time that was tapped, or all that is full that day where none was.
 * Null for what no cancellation frees.
 */
export function toWaitFor(slots: readonly Slot[], tapped: string | null): { from: string; to: string } | null {
  let [first, last] = [slots.findIndex(mayFree), slots.findLastIndex(mayFree)];
  if (tapped !== null) {
    first = last = slots.findIndex((slot) => slot.time === tapped);
    if (!mayFree(slots[first])) return null;
    while (mayFree(slots[first - 1])) first -= 1;
    while (mayFree(slots[last + 1])) last += 1;
  }
  const [from, to] = [slots[first], slots[last]];
  return from && to ? { from: from.time, to: to.time } : null;
}

/** Whether the end of a wait comes before its beginning; a time before the day's first is after its midnight. */
export function isReversed(slots: readonly Slot[], { from, to }: { from: string; to: string }): boolean {
  const opens = slots[0]?.time ?? '00:00';
  const order = (time: string): string => (time < opens ? `1 ${time}` : `0 ${time}`);
  return order(to) < order(from);
}
