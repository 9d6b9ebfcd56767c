import { beforeEach, expect, test, vi } from 'vitest';

// The language is asked of the browser when the words are loaded.
vi.stubGlobal('localStorage', { getItem: () => 'es', setItem: () => undefined });
vi.stubGlobal('document', { documentElement: { lang: '' } });
const { speak, span } = await import('./i18n.svelte');

beforeEach(() => {
  speak('es', false);
});

test('a delay is told in minutes up to an hour, and in hours from there on', () => {
  expect([0, 59, 60, 430].map(span)).toEqual(['0 min', '59 min', '1 h 0 min', '7 h 10 min']);
});
