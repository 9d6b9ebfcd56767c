import { expect, test } from 'vitest';

import { nothing, offered, pause, taken, unread, type Frame } from './wire';

const said = (seq: number, more: Frame | object = {}): Frame => ({ type: 'message', seq, id: `m${seq}`, from: 'bot', text: `n${seq}`, ...more });

test('what comes twice after a break is shown once', () => {
  const kept = [said(1), said(2), said(1), said(2), said(3)].reduce(taken, nothing());

  expect(kept.lines.map((line) => line.seq)).toEqual([1, 2, 3]);
});

test('what the guest wrote while offline waits until it is acknowledged, and then stands in its place', () => {
  const wrote = { ...nothing(), waiting: [{ type: 'message' as const, id: 'mine', text: 'hola' }] };

  const after = [{ type: 'ack', id: 'mine', seq: 1 }, said(2)].reduce(taken, wrote);

  expect(after.waiting).toEqual([]);
  expect(after.lines.map((line) => [line.from, line.text])).toEqual([['guest', 'hola'], ['bot', 'n2']]);
});

test('one’s own message that comes back from another tab is no second message', () => {
  const wrote = { ...nothing(), waiting: [{ type: 'message' as const, id: 'mine', text: 'hola' }] };

  const after = [said(1, { id: 'mine', from: 'guest', text: 'hola' }), { type: 'ack', id: 'mine', seq: 1 }].reduce(taken, wrote);

  expect(after.lines).toHaveLength(1);
});

test('what is refused for good is not sent again, and what is refused for now is', () => {
  const wrote = { ...nothing(), waiting: [{ type: 'message' as const, id: 'mine', text: 'hola' }] };

  expect(taken(wrote, { type: 'nack', id: 'mine', code: 'text_too_long' }).waiting).toEqual([]);
  expect(taken(wrote, { type: 'nack', id: 'mine', code: 'rate_limited' }).waiting).toHaveLength(1);
});

test('only what the house said and the guest has not looked at is unread', () => {
  const kept = [said(1), said(2, { from: 'guest' }), said(3)].reduce(taken, nothing());

  expect([unread(kept), unread({ ...kept, read: 3 })]).toEqual([2, 0]);
});

test('choices are offered until the guest says something, and the latest only', () => {
  const asked = taken(nothing(), said(1, { buttons: [{ id: 'yes', title: 'Sí' }] }));

  expect(offered(asked)).toHaveLength(1);
  expect(offered(taken(asked, said(2)))).toHaveLength(1);
  expect(offered(taken(asked, said(2, { buttons: [{ id: 'no', title: 'No' }] })))).toEqual([{ id: 'no', title: 'No' }]);
  expect(offered([said(2, { from: 'guest' }), said(3)].reduce(taken, asked))).toEqual([]);
  expect(offered({ ...asked, waiting: [{ type: 'tap', id: 'a', payload: 'yes', title: 'Sí' }] })).toEqual([]);
});

test('tries become rarer, a restart is met at once, and a closed door not at all', () => {
  expect([0, 1, 9].map((tries) => pause(tries, 1006, 1))).toEqual([500, 1000, 30_000]);
  expect([pause(0, 1012, 1), pause(3, 4403, 1), pause(0, 4401, 1), pause(0, 4429, 1)]).toEqual([0, null, 0, 60_000]);
});
