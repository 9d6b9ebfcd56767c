import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { Refused } from '../shared/api';
import { alternatives, insist, isReversed, nearest, sentences, toWaitFor, type Day, type Slot } from './asking';

const day = (date: string, free: string[], full: string[] = []): Day => ({
  date,
  open: true,
  available: free.length,
  slots: [
    ...free.map((time) => ({ time, available: true })),
    ...full.map((time) => ({ time, available: false, reason: 'full', message: 'Completo' })),
  ],
});

test('what is near comes first from the same evening, then from the days around it', () => {
  const known = [day('2026-03-13', ['20:00']), day('2026-03-14', ['19:00', '21:00', '22:00'], ['20:00'])];

  expect(nearest(known, { date: '2026-03-14', time: '20:00' }, 3)).toEqual([
    { date: '2026-03-14', time: '19:00' },
    { date: '2026-03-14', time: '21:00' },
    { date: '2026-03-14', time: '22:00' },
  ]);
});

test('a full time is never among what is near', () => {
  expect(nearest([day('2026-03-14', [], ['20:00'])], { date: '2026-03-14', time: '20:00' })).toEqual([]);
});

test('each wrong field is said in its own sentence, and a refusal without fields in one', () => {
  const fields = { status: 422, code: 'contact_refused', title: 'No', errors: [{ code: 'a', message: 'Falta.' }, { code: 'b', message: 'Corto.' }] };

  expect(sentences(fields)).toEqual(['Falta.', 'Corto.']);
  expect(sentences({ status: 409, code: 'x', title: 'No', detail: 'Ya no.' })).toEqual(['Ya no.']);
});

test('what the server offers instead is read, and nothing when it offers nothing', () => {
  const refusal = { status: 409, code: 'slot_unavailable', title: 'No', alternatives: [{ date: '2026-03-14', time: '21:00', service: 'cena' }] };

  expect(alternatives(refusal)).toEqual([{ date: '2026-03-14', time: '21:00' }]);
  expect(alternatives({ status: 409, code: 'x', title: 'No' })).toEqual([]);
});

const closed = (reason: string, ...times: string[]): Slot[] => times.map((time) => ({ time, available: false, reason, message: '' }));

test('a guest waits for the full times around the one that was tapped, and no further than the next that is free', () => {
  const slots: Slot[] = [...closed('full', '18:00'), { time: '18:30', available: true }, ...closed('full', '19:00', '19:30'), ...closed('pacing_parties', '20:00')];

  expect(toWaitFor(slots, '19:30')).toEqual({ from: '19:00', to: '20:00' });
  expect(toWaitFor(slots, '18:00')).toEqual({ from: '18:00', to: '18:00' });
  expect(toWaitFor(slots, null)).toEqual({ from: '18:00', to: '20:00' });
});

test('nobody waits for a time that no cancellation frees', () => {
  const slots = [...closed('notice', '12:00'), { time: '21:00', available: true }, ...closed('ends_after_close', '22:30')];

  expect(toWaitFor(slots, '22:30')).toBeNull();
  expect(toWaitFor(slots, null)).toBeNull();
  expect(toWaitFor([], null)).toBeNull();
});

test('the end of a wait comes after its beginning, also after midnight', () => {
  const late = closed('full', '19:00', '23:30', '00:30');

  expect(isReversed(late, { from: '23:30', to: '00:30' })).toBe(false);
  expect(isReversed(late, { from: '19:00', to: '19:00' })).toBe(false);
  expect(isReversed(late, { from: '20:00', to: '19:30' })).toBe(true);
});

const unreachable = (): Promise<never> => Promise.reject(new Refused({ status: 0, code: 'unreachable', title: 'unreachable' }));

const page = new EventTarget();
beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('addEventListener', page.addEventListener.bind(page));
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test('what the server did not hear is said again until it is heard, ever more rarely', async () => {
  const answers = [unreachable, unreachable, unreachable, () => Promise.resolve('booked')];
  const ask = vi.fn(() => (answers.shift() ?? unreachable)());
  const unheard = vi.fn();

  const told = insist(ask, unheard, new AbortController().signal);
  await vi.advanceTimersByTimeAsync(6_999);
  expect(ask).toHaveBeenCalledTimes(3);
  await vi.advanceTimersByTimeAsync(1);

  await expect(told).resolves.toBe('booked');
  expect(unheard).toHaveBeenCalledTimes(3);
});

test('what the server did not hear is said again as soon as the network is back', async () => {
  const answers = [unreachable, () => Promise.resolve('booked')];

  const told = insist(() => (answers.shift() ?? unreachable)(), () => undefined, new AbortController().signal);
  await vi.advanceTimersByTimeAsync(0);
  page.dispatchEvent(new Event('online'));

  await expect(told).resolves.toBe('booked');
});

test('a guest who has gone another way is not booked for', async () => {
  const gone = new AbortController();
  const ask = vi.fn(unreachable);

  const told = insist(ask, () => undefined, gone.signal);
  await vi.advanceTimersByTimeAsync(0);
  gone.abort();

  await expect(told).resolves.toBeNull();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(ask).toHaveBeenCalledTimes(1);
});

test('a refusal is an answer', async () => {
  const refused = (): Promise<never> => Promise.reject(new Refused({ status: 409, code: 'slot_unavailable', title: 'No' }));

  await expect(insist(refused, () => undefined, new AbortController().signal)).rejects.toThrow(Refused);
});
