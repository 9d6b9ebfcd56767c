/** Passes judged without the network. Pure but for the digest.
 *
 * A pass is signed with a key that must never leave the server, so a phone cannot check the signature itself. It keeps the day's list of
 * digests instead: SHA-256 of each pass that was issued. A forged pass has a digest that is not in the list; making one that is means
 * finding 32 octets of HMAC by chance. From the digests no pass can be made, so a lost phone opens no door.
 */

const VERSION = 1;
const OCTETS = 93;
const TOKEN = /[A-Za-z0-9_-]{124}/;

export interface Pass {
  reservationId: string;
  restaurantId: string;
  issuedAt: number;
  expiresAt: number;
}

export interface Expected {
  digest: string;
  reservation_id: string;
  opens_at: string;
  closes_at: string;
  status: string;
}

export type Verdict =
  | 'ok'
  | 'malformed'
  | 'other_restaurant'
  | 'expired'
  | 'unknown'
  | 'unlisted'
  | 'used'
  | 'not_standing'
  | 'too_early'
  | 'too_late';

export interface Judgement {
  verdict: Verdict;
  expected: Expected | null;
}

/** The pass in what was scanned: bare, or in a link. */
export function tokenIn(text: string): string | null {
  return TOKEN.exec(text)?.[0] ?? null;
}

function uuidAt(octets: Uint8Array, start: number): string {
  const hex = [...octets.subarray(start, start + 16)]
    .map((octet) => octet.toString(16).padStart(2, '0'))
    .join('');
  return [0, 8, 12, 16, 20].map((at, n, cuts) => hex.slice(at, cuts[n + 1] ?? 32)).join('-');
}

/** What a pass says; nothing of it is proven yet. */
export function readPass(token: string): Pass | null {
  const text = atob(token.replaceAll('-', '+').replaceAll('_', '/'));
  const octets = Uint8Array.from(text, (letter) => letter.charCodeAt(0));
  if (octets.length !== OCTETS || octets[0] !== VERSION) return null;
  const view = new DataView(octets.buffer);
  return {
    reservationId: uuidAt(octets, 1),
    restaurantId: uuidAt(octets, 17),
    issuedAt: Number(view.getBigUint64(33)) * 1000,
    expiresAt: Number(view.getBigUint64(41)) * 1000,
  };
}

export async function digestOf(token: string): Promise<string> {
  const octets = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(token));
  return [...new Uint8Array(octets)].map((each) => each.toString(16).padStart(2, '0')).join('');
}

/** Whether a pass lets its party in, as far as a phone can tell: the list is as old as its last reading. */
export async function judge(
  token: string,
  restaurantId: string,
  list: Expected[],
  seenDigests: readonly string[],
  now: number,
): Promise<Judgement> {
  const pass = readPass(token);
  if (pass === null) return { verdict: 'malformed', expected: null };
  if (pass.restaurantId !== restaurantId) return { verdict: 'other_restaurant', expected: null };
  const digest = await digestOf(token);
  const expected = list.find((each) => each.digest === digest) ?? null;
  const of = (verdict: Verdict): Judgement => ({ verdict, expected });
  if (expected === null) return of(pass.expiresAt <= now ? 'expired' : 'unknown');
  if (seenDigests.includes(digest) || expected.status === 'checked_in') return of('used');
  if (pass.expiresAt <= now) return of('expired');
  if (expected.status !== 'confirmed') return of('not_standing');
  if (now < Date.parse(expected.opens_at)) return of('too_early');
  return of(now > Date.parse(expected.closes_at) ? 'too_late' : 'ok');
}
