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
export type Guest = Schemas['GuestRequest'];
export type Near = { date: string; time: string };
export { newKey, Refused, type Problem };

const api = client(() => null, language);

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

export const wait = (slug: string, key: string, body: Schemas['GuestWaitRequest']): Promise<Waiting> =>
  done(
    api.POST('/api/v1/public/restaurants/{slug}/waitlist', {
      params: { path: { slug }, header: { 'Idempotency-Key': key } },
      body,
    }),
  );

export const own = (link: string): Promise<Own> => done(api.GET('/api/v1/public/reservation', { params: { query: { link } } }));

export const moveTo = (link: string, body: Schemas['GuestChangeRequest']): Promise<Own> =>
  done(api.PUT('/api/v1/public/reservation', { params: { query: { link } }, body }));

export const cancel = (link: string, revision: number): Promise<Own> =>
  done(api.DELETE('/api/v1/public/reservation', { params: { query: { link, revision } } }));

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
