/** What stands open beside the board, or beside a conversation. */

import type { Guest } from './types';

export interface Preset {
  tableId?: string;
  time?: string;
  guest?: Guest;
}

export type Panel =
  | { kind: 'reservation'; id: string }
  | { kind: 'table'; id: string }
  | { kind: 'block'; id: string }
  | { kind: 'hold'; id: string }
  | { kind: 'book'; preset: Preset }
  | { kind: 'walk-in'; preset: Preset }
  | { kind: 'block-new'; preset: Preset }
  | { kind: 'waitlist' }
  | { kind: 'late' };

class PanelState {
  open = $state.raw<Panel | null>(null);

  show(panel: Panel): void {
    this.open = panel;
  }

  close(): void {
    this.open = null;
  }
}

export const panel = new PanelState();
