import { expect, test } from 'vitest';

import { brief, languageOf, pieces, WORDS } from './words';

test('the page’s word comes before the browser’s, and Spanish before English', () => {
  expect([languageOf('en-US', ['es']), languageOf(undefined, ['fr', 'en-GB']), languageOf('fr', []), languageOf(undefined, [])]).toEqual([
    'en',
    'en',
    'es',
    'es',
  ]);
});

test('an address in a message is a link without the full stop behind it, and no other piece is', () => {
  expect(pieces('Mire https://a.example/x?y=1. <b>Gracias</b>')).toEqual([
    { text: 'Mire ', link: false },
    { text: 'https://a.example/x?y=1', link: true },
    { text: '. <b>Gracias</b>', link: false },
  ]);
});

test('everything is said in both languages', () => {
  expect(Object.keys(WORDS.es)).toEqual(Object.keys(WORDS.en));
});

test('an address is shown without its scheme, and cut when it is long', () => {
  expect(brief('https://a.example/r/casa')).toBe('a.example/r/casa');
  expect(brief(`https://a.example/${'x'.repeat(200)}`)).toHaveLength(40);
});
