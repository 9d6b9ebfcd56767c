import { expect, test } from 'vitest';

import { minorDigits, money } from './money';

test('an amount is read in the currency’s own units', () => {
  expect(money(2500, 'USD', 'en-GB')).toContain('25');
  expect(money(3_000_000, 'COP', 'es-419')).toMatch(/30[.,\s]?000/);
  expect(money(500, 'JPY', 'en-GB')).toContain('500');
});

test('a peso of Colombia has a hundred parts, though browsers write none of them', () => {
  expect(minorDigits('COP')).toBe(2);
  expect(minorDigits('CLP')).toBe(0);
  expect(minorDigits('KWD')).toBe(3);
});
