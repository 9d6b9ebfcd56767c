/** The words on the screens, in the language that was chosen, else the browser's. */

import { en } from '../i18n/en';
import { es } from '../i18n/es';
import type { Language } from './types';

export type Key = keyof typeof es;
const WORDS: Record<Language, Record<Key, string>> = { es, en };
const KEPT = 'saveit.staff.language';

function first(): Language {
  const kept = localStorage.getItem(KEPT);
  if (kept === 'es' || kept === 'en') return kept;
  const asked = navigator.languages.find((each) => /^(es|en)\b/i.test(each));
  return asked?.toLowerCase().startsWith('en') === true ? 'en' : 'es';
}

let chosen = $state<Language>(first());

export function language(): Language {
  return chosen;
}

export function chose(): boolean {
  return localStorage.getItem(KEPT) !== null;
}

export function speak(next: Language, keep = true): void {
  chosen = next;
  document.documentElement.lang = next;
  if (keep) localStorage.setItem(KEPT, next);
}

/** Say it: `{name}` stands for what is given by that name. */
export function t(key: Key, facts: Record<string, string | number> = {}): string {
  return WORDS[chosen][key].replace(/\{(\w+)\}/g, (whole, name: string) =>
    String(facts[name] ?? whole),
  );
}

/** Say it of a number: the key with `_one` for one, with `_other` for all else. */
export function tn(
  key: string,
  count: number,
  facts: Record<string, string | number> = {},
): string {
  return t(`${key}_${count === 1 ? 'one' : 'other'}` as Key, { count, ...facts });
}

/** Say so many minutes, from an hour on with the hours: "7 h 10 min". */
export function span(minutes: number): string {
  const hours = Math.floor(minutes / 60);
  return hours === 0
    ? t('minutes', { count: minutes })
    : t('hours_minutes', { hours, minutes: minutes % 60 });
}

/** Say a word that the server sent, or itself when there is no word for it. */
export function word(group: string, value: string): string {
  const key = `${group}_${value}`;
  return key in WORDS[chosen] ? t(key as Key) : value.replaceAll('_', ' ');
}
