/** The sandbox's own API: what guests do, what their phones show, and what stands behind it. */

export type Button = { id: string; title: string };
export type Attachment = { kind: string; url?: string; file_name?: string };
export type Line = {
  seq: number;
  direction: 'in' | 'out';
  text: string;
  buttons: Button[];
  attachments: Attachment[];
  at: string;
};
export type Conversation = { messages: Line[]; asked: string | null; ai_attention: boolean };
export type House = { id: string; slug: string; name: string; timezone: string; lines: Record<string, string> };
export type Login = { email: string; password: string; role: string; restaurants: string[] };
export type Whole = { restaurants: House[]; staff: Login[]; now: string };
export type Fact = { id: string; kind: string; channel: string; restaurant_id: string | null; service_on: string | null; at: string };
export type Call = { seq: number; channel: string; method: string; url: string; status: number; verdict: string; to: string; at: string };
export type Faults = Partial<Record<'duplicates' | 'reorder' | 'delay_s' | 'throttled' | 'broken' | 'lost_answer' | 'unreachable' | 'lost_status', number>>;

const ROOT = '/sandbox/api';

async function ask<T>(path: string, body?: unknown): Promise<T> {
  const answer = await fetch(`${ROOT}/${path}`, body === undefined ? {} : { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(((await answer.json().catch(() => ({}))) as { detail?: string }).detail ?? `${answer.status}`);
  return (await answer.json()) as T;
}

export const whole = (): Promise<Whole> => ask('stage');
export type News = { facts: Fact[]; after: string; faults: Faults; now: string };
export const facts = (after: string): Promise<News> => ask(`facts?after=${encodeURIComponent(after)}`);
export const calls = (after: number): Promise<{ calls: Call[] }> => ask(`calls?after=${after}`);
export const moveClock = (now: string | null): Promise<{ now: string }> => ask('clock', { now });
export const setFaults = (wanted: Faults): Promise<Faults> => ask('faults', wanted);

/** What a guest's phone shows of the thread with one line. */
export function conversation(channel: string, guest: string, line: string, after: number): Promise<Conversation> {
  return ask(`${channel}/conversations/${encodeURIComponent(guest)}?after=${after}&line=${encodeURIComponent(line)}`);
}

export function say(channel: string, said: { from: string; to: string; name: string; text?: string; button?: string; media?: string }): Promise<{ message_id: string }> {
  return ask(`${channel}/messages`, said);
}
