import { expect, test } from 'vitest';

import { addDays, clock, countdown, daysBetween, instant, longDay, partOf, shortDay, spoken } from './when';

test('a day is the same day wherever the guest is', () => {
  expect(longDay('2026-03-14', 'es-419')).toBe('sábado, 14 de marzo');
  expect(addDays('2026-02-28', 1)).toBe('2026-03-01');
  expect(daysBetween('2026-03-01', '2026-04-01')).toBe(31);
});

test('days and months are called what the browser calls them', () => {
  const said = (locale: string, options: Intl.DateTimeFormatOptions, on: string) =>
    new Intl.DateTimeFormat(locale, { ...options, timeZone: 'UTC' }).format(new Date(`${on}T12:00:00Z`)).replace('.', '');
  for (const locale of ['es-419', 'en-GB'])
    for (let day = 0; day < 366; day += 1) {
      const on = addDays('2028-01-01', day);
      expect(longDay(on, locale)).toBe(said(locale, { weekday: 'long', day: 'numeric', month: 'long' }, on));
      expect(shortDay(on, locale)).toEqual({
        weekday: said(locale, { weekday: 'short' }, on),
        day: said(locale, { day: 'numeric' }, on),
        month: said(locale, { month: 'short' }, on),
      });
    }
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

test('the countdown never goes below nothing', () => {
  expect([countdown(299.9), countdown(9), countdown(-4)]).toEqual(['4:59', '0:09', '0:00']);
});

test('times stand under the part of the day that they belong to', () => {
  expect([partOf('10:00'), partOf('13:00'), partOf('20:00'), partOf('00:30')]).toEqual(['morning', 'midday', 'evening', 'evening']);
});

test('a countdown is said aloud at two minutes and at one, and keeps silent otherwise', () => {
  expect([200, 120, 119, 61, 60, 3, 0].map(spoken)).toEqual([null, 2, 2, 2, 1, 1, null]);
});
