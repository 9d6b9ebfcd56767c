import { expect, test } from 'vitest';

import { alternatives, nearest, sentences, type Day } from './asking';

const day = (date: string, free: string[], full: string[] = []): Day => ({
  date,
  open: true,
  available: free.length,
  slots: [
    ...free.map((time) => ({ time, available: true })),
    ...full.map((time) => ({ time, available: false, reason: 'FULL', message: 'Completo' })),
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
