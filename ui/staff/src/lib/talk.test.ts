import { expect, test } from 'vitest';

import { isHeard, reachOf, type Conversation, type Message } from './talk';

const talk = (channel: string, address: string): Conversation => ({ channel, address }) as Conversation;
const said = (text: string, kind: string, caption = ''): Message =>
  ({ direction: 'in', text, attachments: [{ kind, caption, file_name: '', media_type: '' }] }) as unknown as Message;

test('an address is a phone, a mail, or neither', () => {
  expect(reachOf(talk('whatsapp_meta', '573001234567'))).toEqual({ phone: '+573001234567', email: null });
  expect(reachOf(talk('sms_twilio', '+573001234567'))).toEqual({ phone: '+573001234567', email: null });
  expect(reachOf(talk('email_ses', 'ana@example.com'))).toEqual({ phone: null, email: 'ana@example.com' });
  expect(reachOf(talk('telegram', '700123456'))).toEqual({ phone: null, email: null });
  expect(reachOf(talk('whatsapp_meta', 'CO.1234567'))).toEqual({ phone: null, email: null });
});

test('words beside a voice note were heard, unless they are its caption', () => {
  expect(isHeard(said('Mesa para dos', 'audio'))).toBe(true);
  expect(isHeard(said('Escúchalo', 'audio', 'Escúchalo'))).toBe(false);
  expect(isHeard(said('La carta', 'image'))).toBe(false);
});
