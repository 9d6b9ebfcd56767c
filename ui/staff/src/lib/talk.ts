/** Conversations and what is said in them, as the inbox uses them. */

export type MessageStatus =
  | 'received'
  | 'planned'
  | 'sending'
  | 'accepted'
  | 'sent'
  | 'delivered'
  | 'read'
  | 'failed'
  | 'unknown'
  | 'dropped';

export interface Attachment {
  kind: string;
  file_name: string;
  media_type: string;
  url?: string | null;
  caption: string;
}

export interface Message {
  id: string;
  conversation_id: string;
  channel: string;
  seq: number;
  direction: 'in' | 'out';
  author: 'guest' | 'bot' | 'staff' | 'system';
  author_user?: { user_id: string; name: string } | null;
  kind: string;
  text: string;
  choices: string[];
  attachments: Attachment[];
  status: MessageStatus;
  error: string;
  at: string;
  status_at?: string | null;
}

export interface Conversation {
  id: string;
  channel: string;
  line_id: string;
  restaurant_id: string | null;
  advisor_id: string | null;
  person_id: string | null;
  name: string | null;
  address: string;
  language: string;
  status: 'open' | 'closed';
  answering: 'bot' | 'human' | 'nobody';
  needs_human: boolean;
  handed_over_why?: string | null;
  taken_by?: { user_id: string; name: string } | null;
  unread: number;
  seq: number;
  last_message: Message | null;
  last_inbound_at?: string | null;
  window: { open: boolean; closes_at?: string | null };
}

export interface QuickAnswer {
  id: string;
  language: string;
  shortcut: string;
  text: string;
  revision: number;
}

export interface TemplateChoice {
  kind: string;
  language: string;
  name: string;
  reference?: string | null;
  text: string;
  parameters: string[];
}

export interface Link {
  id: string;
  person_id: string;
  into_person_id: string;
  how: string;
  linked_at: string;
  undone_at?: string | null;
}

export interface Thread {
  messages: Message[];
  conversations: Conversation[];
}

/** A message that a person must look at. */
export interface Letter {
  message_id: string;
  conversation_id: string;
  channel: string;
  reason: string;
  code: string;
  attempts: number;
  died_at: string;
}

/** An address at which something came for nobody. */
export interface Stranger {
  id: string;
  line_id: string | null;
  channel: string;
  account: string;
  address: string;
  reason: string;
  seen: number;
  last_at: string;
}

/** What came and could not be taken. */
export interface Parked {
  id: string;
  line_id: string;
  received_at: string;
  attempts: number;
  error: string;
  parked_at: string;
}

export interface ParkedContent {
  event: Parked;
  channel: string;
  readable: boolean;
  pieces: { kind: string; sender: string; text: string }[];
}

/** A line that is not used: for a while, or until a person acts. */
export interface Pause {
  line_id: string;
  until_at: string | null;
  code: string;
}

/** How far a message has come, in the order in which it goes; what failed or may not have arrived stands apart. */
export function progressOf(status: MessageStatus): 'waits' | 'sent' | 'delivered' | 'read' | 'bad' | 'none' {
  switch (status) {
    case 'planned':
    case 'sending':
      return 'waits';
    case 'accepted':
    case 'sent':
      return 'sent';
    case 'delivered':
      return 'delivered';
    case 'read':
      return 'read';
    case 'failed':
    case 'unknown':
    case 'dropped':
      return 'bad';
    case 'received':
      return 'none';
  }
}

/** What to call whom one talks with: by name, else by the address; a provider's own number for them says nothing to people. */
export function calledOf({ name, channel, address }: Conversation, unnamed: string): string {
  const isNumber = ['messenger', 'instagram', 'telegram', 'webchat'].includes(channel);
  return name ?? (isNumber ? `${unnamed} ·${address.slice(-4)}` : address);
}

/** Whether a message's words are what a program heard in its voice note, and may have misheard. */
export function isHeard({ direction, text, attachments }: Message): boolean {
  return direction === 'in' && attachments.some((each) => each.kind === 'audio' && each.caption !== text);
}

/** The phone or mail that an address is; WhatsApp leaves out a number's plus, and other channels' own numbers are neither. */
export function reachOf({ channel, address }: Conversation): { phone: string | null; email: string | null } {
  const isPhone = /^(whatsapp|sms|voice)_/.test(channel) && /^\+?\d{7,15}$/.test(address);
  return {
    phone: isPhone ? `+${address.replace('+', '')}` : null,
    email: channel.startsWith('email_') ? address : null,
  };
}

/** Messages of several readings as one thread: each once, in its newest state, in the order in which they were said. */
export function merged(...readings: Message[][]): Message[] {
  const byId = new Map<string, Message>();
  for (const each of readings.flat()) byId.set(each.id, each);
  return [...byId.values()].sort((a, b) => a.at.localeCompare(b.at) || a.seq - b.seq);
}

/** The conversation that an answer goes to: where the person wrote last. */
export function answerIn(conversations: Conversation[]): Conversation | null {
  const open = conversations.filter((each) => each.status === 'open');
  const of = open.length > 0 ? open : conversations;
  return (
    of.toSorted((a, b) => (b.last_inbound_at ?? '').localeCompare(a.last_inbound_at ?? ''))[0] ?? null
  );
}
