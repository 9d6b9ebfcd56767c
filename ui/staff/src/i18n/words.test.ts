import { expect, it } from 'vitest';
import { en } from './en';
import { es } from './es';

const blanks = (text: string): string[] => (text.match(/\{\w+\}/g) ?? []).sort();

it('says the same with the same blanks in both languages', () => {
  const words: Record<string, string> = en;
  for (const [key, text] of Object.entries(es)) {
    expect(blanks(words[key] ?? ''), key).toEqual(blanks(text));
  }
});
