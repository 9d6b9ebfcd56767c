import { expect, test } from 'vitest';

import { addDays, clock, countdown, daysBetween, instant, longDay, money, partOf } from './when';

test('a day is the same day wherever the guest is', () => {
  expect(longDay('2026-03-14', 'es-419')).toBe('sábado, 14 de marzo');
  expect(addDays('2026-02-28', 1)).toBe('2026-03-01');
  expect(daysBetween('2026-03-01', '2026-04-01')).toBe(31);
});

test('an instant is read on the clock of the restaurant, not on the guest’s', () => {
  expect(instant('2026-03-14T20:30:00-05:00', 'es-419')).toBe('sábado, 14 de marzo, 20:30');
});

test('English guests read twelve hours', () => {
  expect([clock('00:30', 'en-GB'), clock('12:00', 'en-GB'), clock('20:30', 'en-GB'), clock('20:30', 'es-419')]).toEqual([
    '12:30 am',
    '12:00 pm',
    '8:30 pm',
    '20:30',
  ]);
});

test('an amount is read in the currency’s own units', () => {
  expect(money(2500, 'USD', 'en-GB')).toContain('25');
  expect(money(3_000_000, 'COP', 'es-419')).toMatch(/30[.,\s]?000/);
  expect(money(500, 'JPY', 'en-GB')).toContain('500');
});

test('the countdown never goes below nothing', () => {
  expect([countdown(299.9), countdown(9), countdown(-4)]).toEqual(['4:59', '0:09', '0:00']);
});

test('times stand under the part of the day that they belong to', () => {
  expect([partOf('10:00'), partOf('13:00'), partOf('20:00'), partOf('00:30')]).toEqual(['morning', 'midday', 'evening', 'evening']);
});
