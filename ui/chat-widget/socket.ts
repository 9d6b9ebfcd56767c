/** The wire of /ws/chat (docs/guides/live.md): one session, kept by the page, and a socket that comes back by itself. */
import { nothing, pause, taken, type Frame, type Kept, type Waiting } from './wire';

const QUIET_MS = 60_000;
const NORMAL = 1000;

export type State = 'closed' | 'connecting' | 'open' | 'away' | 'refused';
type Tell = (kept: Kept, state: State, typing: boolean, name: string) => void;

export class Chat {
  kept: Kept;
  state: State = 'closed';
  typing = false;
  name = '';
  private socket: WebSocket | null = null;
  private tries = 0;
  private again = 0;
  private quiet = 0;
  private typed = 0;
  private welcomed = false;
  private readonly storeKey: string;

  constructor(
    private readonly server: string,
    private readonly restaurant: string,
    private readonly language: () => string,
    private readonly tell: Tell,
  ) {
    this.storeKey = `saveit.chat.${restaurant}`;
    this.kept = this.stored();
    addEventListener('online', () => void this.connect());
    addEventListener('storage', (event) => {
      if (event.key === this.storeKey && !this.kept.token) this.kept = this.stored();
    });
  }

  /** Connect unless that is done or under way. */
  async connect(): Promise<void> {
    if (this.socket || this.state === 'connecting') return;
    clearTimeout(this.again);
    this.move('connecting');
    const token = await this.session();
    if (token === null) return;
    const socket = new WebSocket(`${this.server.replace(/^http/, 'ws')}/ws/chat`);
    this.socket = socket;
    this.welcomed = false;
    socket.onopen = () => socket.send(JSON.stringify({ type: 'hello', token, after: this.kept.seq, language: this.language() }));
    socket.onmessage = (event) => this.take(JSON.parse(String(event.data)) as Frame);
    socket.onclose = (event) => this.lost(event.code);
    this.listen();
  }

  /** Say it now, or as soon as there is somebody to hear it. */
  say(waiting: Waiting): void {
    this.keep({ ...this.kept, waiting: [...this.kept.waiting, waiting] });
    if (this.welcomed) this.socket?.send(JSON.stringify(waiting));
    else void this.connect();
  }

  /** Note that everything up to now was looked at. */
  look(): void {
    if (this.kept.read >= this.kept.seq) return;
    this.keep({ ...this.kept, read: this.kept.seq });
    if (this.welcomed) this.socket?.send(JSON.stringify({ type: 'read', seq: this.kept.seq }));
  }

  /** Tell the house that the guest is writing, at most once in three seconds. */
  write(): void {
    const now = Date.now();
    if (!this.welcomed || now - this.typed < 3_000) return;
    this.typed = now;
    this.socket?.send('{"type":"typing"}');
  }

  private async session(): Promise<string | null> {
    if (this.kept.token && (!this.kept.expires || this.kept.expires > new Date().toISOString())) return this.kept.token;
    try {
      const answer = await fetch(`${this.server}/api/v1/chat/sessions`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'accept-language': this.language() },
        body: JSON.stringify({ restaurant: this.restaurant, language: this.language() }),
      });
      if (!answer.ok) {
        this.socket = null;
        // Too many, or the server is away: later. Anything else will be the same then.
        if (answer.status === 429 || answer.status >= 500) this.lost(answer.status === 429 ? 4429 : 1013);
        else this.move('refused');
        return null;
      }
      const made = (await answer.json()) as { token: string; expires_at: string; restaurant?: { name?: string } };
      this.name = made.restaurant?.name ?? this.name;
      this.keep({ ...this.kept, token: made.token, expires: made.expires_at, seq: 0, lines: [], read: 0 });
      return made.token;
    } catch {
      // No network: the browser says when it is back, and we try by ourselves too.
      this.lost(1006);
      return null;
    }
  }

  private take(frame: Frame): void {
    this.listen();
    if (frame.type === 'ping') this.socket?.send('{"type":"pong"}');
    if (frame.type === 'welcome') {
      this.welcomed = true;
      this.tries = 0;
      this.name = (frame['restaurant'] as { name?: string } | undefined)?.name ?? this.name;
      this.move('open');
      for (const each of this.kept.waiting) this.socket?.send(JSON.stringify(each));
    }
    if (frame.type === 'typing') this.type();
    const after = taken(this.kept, frame);
    if (after === this.kept) return;
    if (frame.type === 'message' && frame['from'] !== 'guest') {
      this.typing = false;
      this.socket?.send(JSON.stringify({ type: 'ack', seq: after.seq }));
    }
    this.keep(after);
  }

  private type(): void {
    this.typing = true;
    this.told();
    setTimeout(() => {
      this.typing = false;
      this.told();
    }, 8_000);
  }

  private lost(code: number): void {
    this.socket = null;
    this.welcomed = false;
    clearTimeout(this.quiet);
    if (code === NORMAL) return this.move('closed');
    if (code === 4401) this.keep({ ...nothing(), waiting: this.kept.waiting });
    const wait = pause(this.tries, code, Math.random());
    this.tries += 1;
    this.move(wait === null ? 'refused' : 'away');
    if (wait !== null) this.again = window.setTimeout(() => void this.connect(), wait);
  }

  /** A socket from which nothing comes is dead, whatever the browser thinks of it. */
  private listen(): void {
    clearTimeout(this.quiet);
    this.quiet = window.setTimeout(() => this.socket?.close(4408), QUIET_MS);
  }

  private move(state: State): void {
    this.state = state;
    this.told();
  }

  private keep(kept: Kept): void {
    this.kept = kept;
    try {
      localStorage.setItem(this.storeKey, JSON.stringify(kept));
    } catch {
      // A browser that keeps nothing loses the conversation with the page, and no message on its way.
    }
    this.told();
  }

  private stored(): Kept {
    try {
      return { ...nothing(), ...(JSON.parse(localStorage.getItem(this.storeKey) ?? '{}') as Partial<Kept>) };
    } catch {
      return nothing();
    }
  }

  private told(): void {
    this.tell(this.kept, this.state, this.typing, this.name);
  }
}
