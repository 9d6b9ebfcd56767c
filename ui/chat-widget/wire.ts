/** The conversation as it stands on this side: what was said, in order and once, and what is still on its way. No browser in here. */

export type Choice = { id: string; title: string; description?: string };
export type Attachment = { kind: string; url: string; media_type?: string; file_name?: string };
export type Line = {
  id: string;
  seq: number;
  from: 'guest' | 'bot' | 'staff' | 'system';
  text: string;
  buttons?: Choice[];
  attachments?: Attachment[];
  at?: string;
};
/** What the guest has said and nobody has acknowledged yet: it is sent again, under the same id, until somebody does. */
export type Waiting =
  | { type: 'message'; id: string; text: string }
  | { type: 'tap'; id: string; payload: string; title: string }
  | { type: 'start'; id: string };
export type Kept = { token: string | null; expires: string | null; lines: Line[]; waiting: Waiting[]; seq: number; read: number };
export type Frame = { type: string; [field: string]: unknown };

/** So much is kept in the browser; the server has the rest. */
export const LINES_MAX = 200;

export function nothing(): Kept {
  return { token: null, expires: null, lines: [], waiting: [], seq: 0, read: 0 };
}

/** Take one frame in, and return the conversation after it. What has come before is dropped by its number. */
export function taken(kept: Kept, frame: Frame): Kept {
  switch (frame.type) {
    case 'message':
      return heard(kept, frame as unknown as Line);
    case 'ack':
      return acknowledged(kept, String(frame['id']), Number(frame['seq']));
    case 'nack':
      // What will never be taken is not sent again; what may be later stays.
      return frame['code'] === 'rate_limited' || frame['code'] === 'unavailable'
        ? kept
        : { ...kept, waiting: kept.waiting.filter((each) => each.id !== frame['id']) };
    default:
      return kept;
  }
}

function heard(kept: Kept, line: Line): Kept {
  if (line.seq <= kept.seq) return kept;
  const mine = kept.waiting.find((each) => each.id === line.id);
  return {
    ...kept,
    seq: line.seq,
    waiting: mine ? kept.waiting.filter((each) => each !== mine) : kept.waiting,
    lines: [...kept.lines, line].slice(-LINES_MAX),
  };
}

function acknowledged(kept: Kept, id: string, seq: number): Kept {
  const mine = kept.waiting.find((each) => each.id === id);
  if (!mine) return { ...kept, seq: Math.max(kept.seq, seq) };
  const waiting = kept.waiting.filter((each) => each !== mine);
  const known = kept.lines.some((line) => line.id === id);
  const text = words(mine);
  const lines = known || !text ? kept.lines : [...kept.lines, { id, seq, from: 'guest' as const, text }].sort((one, other) => one.seq - other.seq);
  return { ...kept, waiting, lines: lines.slice(-LINES_MAX), seq: Math.max(kept.seq, seq) };
}

/** What a waiting frame looks like in the conversation. */
export function words(waiting: Waiting): string {
  return waiting.type === 'message' ? waiting.text : waiting.type === 'tap' ? waiting.title : '';
}

/** How many of the house's messages the guest has not looked at. */
export function unread(kept: Kept): number {
  return kept.lines.filter((line) => line.from !== 'guest' && line.seq > kept.read).length;
}

/** The latest choices are offered until the guest says something; what the house adds, such as a QR code, takes none away. */
export function offered(kept: Kept): Choice[] {
  if (kept.waiting.length > 0) return [];
  const since = kept.lines.slice(kept.lines.findLastIndex((line) => line.from === 'guest') + 1);
  return since.findLast((line) => line.buttons && line.buttons.length > 0)?.buttons ?? [];
}

/** How long to wait before the next try, in milliseconds: doubled each time up to half a minute, with a random part. */
export function pause(tries: number, code: number, chance: number): number | null {
  if (code === 4403 || code === 4404) return null;
  if (code === 4401) return 0;
  if (code === 4429) return 60_000;
  if (code === 1012 && tries === 0) return 0;
  const most = Math.min(30_000, 500 * 2 ** tries);
  return most / 2 + (most / 2) * chance;
}
