import { expect, test } from 'vitest';

import { say } from './language.svelte';

test('a sentence is said in the language of the page, with its facts', () => {
  expect(say({ es: 'Mesa para {n}', en: 'Table for {n}' }, { n: 4 })).toBe('Mesa para 4');
});

test('a fact that is not given stays as it was written', () => {
  expect(say({ es: 'Hola {name}', en: 'Hi {name}' })).toBe('Hola {name}');
});
