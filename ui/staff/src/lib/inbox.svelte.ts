/** The inbox: who wrote, what was said, and who answers. */

import { Problem, call, get, post, type Options } from './api';
import { Live } from './live.svelte';
import { session } from './session.svelte';
import { merged, progressOf, type Conversation, type Letter, type Message, type Thread } from './talk';
import { toasts } from './toasts.svelte';

const SOON_MS = 150;
/** So many of the latest talks are looked through for a name: the server finds by name only who is in a guest book. */
const LOOKED_THROUGH = 100;

interface Listed {
  conversations: Conversation[];
  counts: { open: number; needs_human: number; unread: number };
}

const plain = (text: string): string =>
  text.normalize('NFD').replace(/\p{Diacritic}/gu, '').toLowerCase();

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
  /** Messages of the thread that wait for a person to decide; nothing else can be sent again. */
  dead = $state.raw<readonly string[]>([]);
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
      const { status, channel, needsHuman, search } = this.filters;
      const told = await this.#list(search, {
        restaurant_id: this.#restaurantId,
        status,
        channel: channel || undefined,
        needs_human: needsHuman || undefined,
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

  async #list(search: string, query: Options['query']): Promise<Listed> {
    const text = search.trim();
    if (text === '') return get<Listed>('/conversations', { ...query, limit: 50 });
    const [found, latest] = await Promise.all([
      get<Listed>('/conversations', { ...query, search: text, limit: 50 }),
      get<Listed>('/conversations', { ...query, limit: LOOKED_THROUGH }),
    ]);
    const known = found.conversations.map((each) => each.id);
    const named = latest.conversations.filter(
      (each) => !known.includes(each.id) && plain(each.name ?? '').includes(plain(text)),
    );
    return { ...found, conversations: [...found.conversations, ...named] };
  }

  /** Who wrote, by address or name, whatever the list is filtered by. */
  async find(search: string): Promise<Conversation[]> {
    return (await this.#list(search, { status: 'all' })).conversations;
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
    this.dead = await this.#readDead();
    this.chosen = conversation;
  }

  async #readDead(): Promise<string[]> {
    const waits = this.thread.messages.some((each) => progressOf(each.status) === 'bad');
    if (!waits || !session.may('lines')) return [];
    const told = await get<{ dead_letters: Letter[] }>('/messages/dead');
    return told.dead_letters.map((each) => each.message_id);
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

  settle(message: Message, arrived: boolean): Promise<boolean> {
    return this.act(() => post(`/messages/dead/${message.id}/settle`, { arrived }));
  }

  undoLink(linkId: string): Promise<boolean> {
    return this.act(() => call('POST', `/links/${linkId}/undo`, {}));
  }
}
