/** Hears which days of the restaurant have changed, for as long as the page is open; without a socket the page looks by itself. */

const FIRST_AGAIN_MS = 500;
const AGAIN_MS_MAX = 30_000;
// Of a thousand pages that hear of one booking each asks at a moment of its own.
const SPREAD_MS = 300;
// A phone that slept does not learn that its socket has ended: the server says something twice a minute.
const SILENT_MS = 60_000;
const RESTARTED = 1012;
const UNKNOWN = 4404;
const TOO_MANY = 4429;

/** Call `changed` with the days that may have other times now, null for every day, until the returned function is called. */
export function watch(slug: string, changed: (days: readonly string[] | null) => void): () => void {
  let socket: WebSocket | null = null;
  let again = 0;
  let silent = 0;
  let wait = FIRST_AGAIN_MS;
  let over = false;
  let heard = false;

  function open(): void {
    socket = new WebSocket(`${location.origin.replace(/^http/, 'ws')}/ws/times`);
    socket.onopen = () => socket?.send(JSON.stringify({ type: 'hello', restaurant: slug }));
    socket.onmessage = ({ data }: MessageEvent<string>) => take(JSON.parse(data) as { type: string; days?: string[] | null });
    socket.onclose = ({ code }) => {
      clearTimeout(silent);
      if (over || code === UNKNOWN) return;
      if (code === TOO_MANY) wait = SILENT_MS;
      again = window.setTimeout(open, code === RESTARTED ? 0 : wait * (0.5 + Math.random()));
      wait = Math.min(wait * 2, AGAIN_MS_MAX);
    };
    listen();
  }

  function listen(): void {
    clearTimeout(silent);
    silent = window.setTimeout(() => socket?.close(), SILENT_MS);
  }

  function take(frame: { type: string; days?: string[] | null }): void {
    listen();
    if (frame.type === 'ping') socket?.send('{"type":"pong"}');
    if (frame.type === 'watching') {
      wait = FIRST_AGAIN_MS;
      // What happened while nobody listened is not told: everything is looked at once more.
      if (heard) changed(null);
      heard = true;
    }
    if (frame.type === 'changed') {
      const days = frame.days ?? null;
      window.setTimeout(() => !over && changed(days), Math.random() * SPREAD_MS);
    }
  }

  open();
  return () => {
    over = true;
    clearTimeout(again);
    clearTimeout(silent);
    socket?.close();
  };
}
