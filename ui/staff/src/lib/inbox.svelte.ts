/** The inbox: who wrote, what was said, and who answers. */

import { Problem, call, get, post } from './api';
import { Live } from './live.svelte';
import { merged, type Conversation, type Message, type Thread } from './talk';
import { toasts } from './toasts.svelte';

const SOON_MS = 150;

export interface Filters {
  status: 'open' | 'closed' | 'all';
  channel: string;
  needsHuman: boolean;
  search: string;
}

export class InboxStore {
  conversations = $state.raw<Conversation[]>([]);
  counts = $state.raw<{ open: number; needs_human: number; unread: number } | null>(null);
  filters = $state<Filters>({ status: 'open', channel: '', needsHuman: false, search: '' });
  chosen = $state.raw<Conversation | null>(null);
  thread = $state.raw<Thread>({ messages: [], conversations: [] });
  loading = $state(true);
  error = $state<string[] | null>(null);
  live = new Live();
  #restaurantId: string;
  #soon: ReturnType<typeof setTimeout> | undefined;

  constructor(restaurantId: string) {
    this.#restaurantId = restaurantId;
  }

  follow(): void {
    this.live.follow({
      topic: { restaurant_id: this.#restaurantId, days: [], inbox: true },
      after: null,
      onFact: () => this.refreshSoon(),
      onGap: () => this.refreshSoon(),
    });
  }

  close(): void {
    clearTimeout(this.#soon);
    this.live.stop();
  }

  refreshSoon(): void {
    clearTimeout(this.#soon);
    this.#soon = setTimeout(() => void this.refresh(), SOON_MS);
  }

  async refresh(): Promise<void> {
    try {
      const told = await get<{
        conversations: Conversation[];
        counts: { open: number; needs_human: number; unread: number };
      }>('/conversations', {
        restaurant_id: this.#restaurantId,
        status: this.filters.status,
        channel: this.filters.channel || undefined,
        needs_human: this.filters.needsHuman || undefined,
        search: this.filters.search.trim() || undefined,
        limit: 50,
      });
      this.conversations = told.conversations;
      this.counts = told.counts;
      this.error = null;
      if (this.chosen !== null) await this.#readThread(this.chosen.id);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      this.error = error.sentences;
    } finally {
      this.loading = false;
    }
  }

  async choose(id: string): Promise<void> {
    this.thread = { messages: [], conversations: [] };
    try {
      await this.#readThread(id);
      const chosen = this.chosen;
      if (chosen !== null && chosen.unread > 0) {
        await post(`/conversations/${id}/read`, { seq: chosen.seq });
        await this.refresh();
      }
    } catch (error) {
      toasts.refuse(error);
    }
  }

  leave(): void {
    this.chosen = null;
  }

  async #readThread(id: string): Promise<void> {
    const conversation = await get<Conversation>(`/conversations/${id}`);
    if (conversation.person_id === null) {
      const told = await get<{ messages: Message[] }>(`/conversations/${id}/messages`, { limit: 100 });
      this.thread = { messages: told.messages, conversations: [conversation] };
    } else {
      const path = `/people/${conversation.person_id}/thread`;
      const told = await get<Thread>(path, { limit: 100 });
      this.thread = { messages: merged(told.messages), conversations: told.conversations };
    }
    this.chosen = conversation;
  }

  async act(work: () => Promise<unknown>): Promise<boolean> {
    try {
      await work();
      await this.refresh();
      return true;
    } catch (error) {
      toasts.refuse(error);
      return false;
    }
  }

  step(conversation: Conversation, verb: 'take-over' | 'hand-back' | 'close'): Promise<boolean> {
    return this.act(() => post(`/conversations/${conversation.id}/${verb}`, {}));
  }

  say(conversation: Conversation, body: Record<string, unknown>, key: string): Promise<boolean> {
    return this.act(() => post(`/conversations/${conversation.id}/messages`, body, key));
  }

  resend(message: Message): Promise<boolean> {
    const body = { even_if_it_arrived: message.status === 'unknown' };
    return this.act(() => post(`/messages/dead/${message.id}/replay`, body));
  }

  undoLink(linkId: string): Promise<boolean> {
    return this.act(() => call('POST', `/links/${linkId}/undo`, {}));
  }
}
