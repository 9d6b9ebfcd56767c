/** News as it happens: one socket for what is on screen, taken up again where it broke off; while there is none, a look now and then. */

import { token } from './api';

export interface Fact {
  seq: string;
  kind: string;
  restaurant_id: string | null;
  subject_kind: string;
  subject_id: string | null;
  service_on: string | null;
  actor: string;
  channel: string;
  body: Record<string, unknown>;
}

export type Link = 'live' | 'polling' | 'off';

export interface Topic {
  restaurant_id?: string;
  days?: string[];
  inbox?: boolean;
}

export interface Subscription {
  topic: Topic;
  /** The place in the log that the reading on screen is of. */
  after: string | null;
  onFact: (fact: Fact) => void;
  /** Something may have been missed: read again. */
  onGap: () => void;
  /** News come as they happen, from now on or again. */
  onLive?: () => void;
}

const POLL_MS = 15_000;
const SILENT_MS = 60_000;
const WAIT_MS = 500;
const WAIT_MS_MAX = 30_000;
const RESTARTING = 1012;
/** Codes after which the same hello would be refused again. */
const FINAL = new Set([4400, 4401, 4403, 4404]);

export class Live {
  link = $state<Link>('off');
  #socket: WebSocket | null = null;
  #wish: Subscription | null = null;
  #after: string | null = null;
  #tries = 0;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #poll: ReturnType<typeof setInterval> | undefined;
  #heardAt = 0;

  follow(wish: Subscription): void {
    this.stop();
    this.#wish = wish;
    this.#after = wish.after;
    this.#open();
    this.#poll = setInterval(() => this.#look(), POLL_MS);
    addEventListener('offline', this.#lost);
    addEventListener('online', this.#found);
  }

  stop(): void {
    clearTimeout(this.#retry);
    clearInterval(this.#poll);
    removeEventListener('offline', this.#lost);
    removeEventListener('online', this.#found);
    this.#wish = null;
    this.#lost();
  }

  /** Let the socket go at once: without a network a browser notices only after a minute or more. */
  readonly #lost = (): void => {
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
    this.link = 'off';
  };

  readonly #found = (): void => {
    clearTimeout(this.#retry);
    this.#tries = 0;
    if (this.#socket === null) this.#open();
  };

  #look(): void {
    if (this.link === 'live' && Date.now() - this.#heardAt > SILENT_MS) this.#socket?.close();
    else if (this.link !== 'live' && navigator.onLine) this.#wish?.onGap();
  }

  #open(): void {
    const bearer = token();
    if (this.#wish === null || bearer === null) return;
    const { topic } = this.#wish;
    const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
    const socket = new WebSocket(`${scheme}://${location.host}/ws/staff`);
    this.#socket = socket;
    socket.onopen = () => {
      const after = this.#after === null ? {} : { after: this.#after };
      const hello = { type: 'hello', token: bearer, topics: [{ ...topic, ...after }] };
      socket.send(JSON.stringify(hello));
    };
    socket.onmessage = (event: MessageEvent<string>) => {
      if (this.#socket === socket) this.#hear(JSON.parse(event.data) as Record<string, unknown>);
    };
    socket.onclose = (event) => {
      if (this.#socket !== socket) return;
      this.#socket = null;
      this.link = navigator.onLine ? 'polling' : 'off';
      if (FINAL.has(event.code)) return;
      const wait = Math.min(WAIT_MS_MAX, WAIT_MS * 2 ** this.#tries) * (0.5 + Math.random() / 2);
      this.#tries += 1;
      this.#retry = setTimeout(() => this.#open(), event.code === RESTARTING ? 0 : wait);
    };
  }

  #hear(frame: Record<string, unknown>): void {
    this.#heardAt = Date.now();
    if (typeof frame['seq'] === 'string') this.#after = frame['seq'];
    switch (frame['type']) {
      case 'ping':
        this.#socket?.send('{"type":"pong"}');
        break;
      case 'subscribed':
        this.#tries = 0;
        this.link = 'live';
        this.#wish?.onLive?.();
        break;
      case 'resync':
        this.#wish?.onGap();
        break;
      case 'fact':
        this.#wish?.onFact(frame as unknown as Fact);
        break;
    }
  }
}
