/** Short messages: what was done, and what was refused and why. */

import { Problem } from './api';
import { t } from './i18n.svelte';

export interface Toast {
  id: number;
  tone: 'good' | 'bad' | 'news';
  title: string;
  lines: string[];
  action?: { label: string; run: () => void };
}

let last = 0;
const PLAIN_MS = 3_500;
const SHOWN_MS = { good: 6_000, news: 8_000, bad: 12_000 };

class Toasts {
  list = $state<Toast[]>([]);

  show(toast: Omit<Toast, 'id' | 'lines'> & { lines?: string[] }): void {
    last += 1;
    const id = last;
    // Said again, it is said once: what is covered by many of one kind is wanted more.
    const others = this.list.filter((each) => each.title !== toast.title || each.tone !== toast.tone);
    this.list = [...others.slice(-3), { lines: [], ...toast, id }];
    const plain = toast.tone === 'good' && toast.action === undefined && toast.lines === undefined;
    setTimeout(() => this.close(id), plain ? PLAIN_MS : SHOWN_MS[toast.tone]);
  }

  /** Tell what was refused, in the server's words. */
  refuse(error: unknown, more: string[] = []): void {
    if (!(error instanceof Problem)) throw error;
    const alternatives = error.alternatives.map((each) => each.time).join(' · ');
    this.show({
      tone: 'bad',
      title: t('refused'),
      lines: [
        ...error.sentences,
        ...more,
        ...(alternatives === '' ? [] : [t('instead_at', { times: alternatives })]),
      ],
    });
  }

  close(id: number): void {
    this.list = this.list.filter((each) => each.id !== id);
  }
}

export const toasts = new Toasts();
