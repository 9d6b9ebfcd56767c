/** A party in a hand, by pointer or by keys: where it would be put, what stands there, and what happens when it is let go. */

import { board } from './board.svelte';
import { t } from './i18n.svelte';
import { MINUTE } from './time';
import { clashesIn, snap, type Bar, type Row } from './timeline';
import type { Reservation } from './types';

export type Mode = 'move' | 'resize';

export interface Held {
  mode: Mode;
  by: 'pointer' | 'keys';
  bar: Bar;
  party: Reservation;
  tableId: string;
  from: number;
  until: number;
  /** How far behind the bar's beginning the pointer took hold, in milliseconds of the day. */
  grabbed: number;
  startX: number;
  startY: number;
  lastX: number;
  lastY: number;
  moved: boolean;
}

/** What it is dragged over. */
export interface Sheet {
  readonly scroller: HTMLElement | undefined;
  /** Pixels of one minute. */
  readonly scale: number;
}

export const QUANTUM = 15 * MINUTE;
const DRAG_PX = 5;
/** How long a finger rests on a party before it holds it, in milliseconds, and how far it may tremble; sooner, it scrolls. */
const HOLD_MS = 350;
const TREMBLE_PX = 10;

export function movable(party: Reservation): boolean {
  return board.mayHost && ['pending', 'confirmed', 'checked_in'].includes(party.status);
}

export class Drag {
  held = $state<Held | null>(null);
  /** The click that ends a drag opens nothing. */
  swallowsClick = false;
  readonly #sheet: Sheet;
  #resting: { timer: ReturnType<typeof setTimeout>; x: number; y: number } | null = null;

  target = $derived<Row | null>(
    board.rows.find((row) => row.table.id === this.held?.tableId) ?? null,
  );
  /** What speaks against putting it there; the ledger decides. */
  warning = $derived.by(() => {
    const { held, target } = this;
    if (held === null || target === null) return null;
    const clashes = clashesIn(target, held, held.party.id);
    if (clashes.length > 0) {
      const names = clashes.map((each) =>
        each.kind === 'reservation'
          ? (board.reservation(each.id)?.guest.name ?? '')
          : t(each.kind === 'block' ? 'status_block' : 'status_hold'),
      );
      return t('drop_taken', { who: names.join(', ') });
    }
    if (held.mode === 'move' && target.table.covers_max < held.party.party_size) {
      return t('drop_small', { max: target.table.covers_max });
    }
    return null;
  });
  place = $derived.by(() => {
    const { held, target } = this;
    if (held === null || target === null) return '';
    const [from, until] = [board.clock(held.from), board.clock(held.until)];
    return t('drop_here', { table: target.table.number, from, until });
  });

  constructor(sheet: Sheet) {
    this.#sheet = sheet;
  }

  begin(mode: Mode, by: Held['by'], bar: Bar, party: Reservation, event?: PointerEvent): void {
    const at = event === undefined ? null : this.#instantAt(event.clientX);
    const [x, y] = [event?.clientX ?? 0, event?.clientY ?? 0];
    this.held = {
      mode,
      by,
      bar,
      party,
      tableId: bar.tableId,
      from: bar.from,
      until: Date.parse(party.leaves_at),
      grabbed: at === null ? 0 : at - bar.from,
      startX: x,
      startY: y,
      lastX: x,
      lastY: y,
      moved: by === 'keys',
    };
  }

  /** Take hold once a finger has rested there. */
  rest(mode: Mode, bar: Bar, party: Reservation, event: PointerEvent): void {
    this.#rise();
    const timer = setTimeout(() => {
      this.#resting = null;
      this.begin(mode, 'pointer', bar, party, event);
      if (this.held !== null) this.held.moved = true;
      this.#sheet.scroller?.setPointerCapture(event.pointerId);
      navigator.vibrate?.(20);
    }, HOLD_MS);
    this.#resting = { timer, x: event.clientX, y: event.clientY };
  }

  #rise(): void {
    clearTimeout(this.#resting?.timer);
    this.#resting = null;
  }

  pull(event: PointerEvent): void {
    const { held } = this;
    const rest = this.#resting;
    if (rest !== null && Math.hypot(event.clientX - rest.x, event.clientY - rest.y) > TREMBLE_PX) {
      this.#rise();
    }
    const { scroller } = this.#sheet;
    if (held?.by !== 'pointer' || scroller === undefined) return;
    held.lastX = event.clientX;
    held.lastY = event.clientY;
    const far = Math.hypot(event.clientX - held.startX, event.clientY - held.startY);
    if (!held.moved && far < DRAG_PX) return;
    // Held by what stays, as the bar may be drawn elsewhere meanwhile.
    if (!held.moved) scroller.setPointerCapture(event.pointerId);
    held.moved = true;
    this.#put();
    const edge = scroller.getBoundingClientRect();
    if (event.clientX > edge.right - 40) scroller.scrollBy(14, 0);
    if (event.clientX < edge.left + 130) scroller.scrollBy(-14, 0);
    if (event.clientY > edge.bottom - 30) scroller.scrollBy(0, 12);
    if (event.clientY < edge.top + 50) scroller.scrollBy(0, -12);
  }

  /** Stay under the pointer when what lies below it has moved. */
  scrolled(): void {
    if (this.held?.by === 'pointer' && this.held.moved) this.#put();
  }

  /** Follow what became of the party meanwhile. */
  follow(): void {
    if (this.held === null) return;
    const party = board.reservation(this.held.party.id);
    if (party === null || !movable(party)) {
      this.held = null;
      return;
    }
    this.held.party = party;
  }

  release(): void {
    this.#rise();
    if (this.held?.by !== 'pointer') return;
    this.swallowsClick = this.held.moved;
    setTimeout(() => {
      this.swallowsClick = false;
    });
    if (this.held.moved) void this.drop();
    else this.held = null;
  }

  cancel(): void {
    this.#rise();
    if (this.held?.by === 'pointer') this.held = null;
  }

  async drop(): Promise<void> {
    if (this.held === null) return;
    const { mode, party, bar, tableId, from, until } = this.held;
    this.held = null;
    // A party that sits goes to another table, at whatever time.
    const at = party.status === 'checked_in' ? Date.parse(party.starts_at) : from;
    if (mode === 'move') await board.drop(party, bar.tableId, tableId, at);
    else if (until !== Date.parse(party.leaves_at)) await board.extend(party, until);
  }

  /** Take a key for what is held; false when it means nothing to it. */
  steer(key: string): boolean {
    const { held } = this;
    if (held === null) return false;
    const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -1, ArrowDown: 1 }[key];
    if (key === 'Escape') this.held = null;
    else if (key === 'Enter') void this.drop();
    else if (step === undefined) return false;
    else if (held.mode === 'resize') {
      held.until = Math.max(held.from + QUANTUM, held.until + step * QUANTUM);
    } else if (key === 'ArrowLeft' || key === 'ArrowRight') {
      if (held.party.status !== 'checked_in') {
        held.from += step * QUANTUM;
        held.until += step * QUANTUM;
      }
    } else {
      const row = board.rows.findIndex((each) => each.table.id === held.tableId);
      held.tableId = board.rows[row + step]?.table.id ?? held.tableId;
    }
    return true;
  }

  #instantAt(clientX: number): number | null {
    const track = this.#sheet.scroller?.querySelector('[data-track]')?.getBoundingClientRect();
    if (track === undefined) return null;
    return board.axis.from + ((clientX - track.left) / this.#sheet.scale) * MINUTE;
  }

  #put(): void {
    const { held } = this;
    if (held === null) return;
    const at = this.#instantAt(held.lastX);
    if (at === null) return;
    if (held.mode === 'resize') {
      held.until = Math.max(held.from + QUANTUM, snap(at, QUANTUM));
      return;
    }
    if (held.party.status !== 'checked_in') {
      const stay = held.until - held.from;
      held.from = snap(at - held.grabbed, QUANTUM);
      held.until = held.from + stay;
    }
    const under = document
      .elementsFromPoint(held.lastX, held.lastY)
      .find((element) => element instanceof HTMLElement && element.dataset['table'] !== undefined);
    if (under instanceof HTMLElement) held.tableId = under.dataset['table'] ?? held.tableId;
  }
}
