/** The language of the page: the browser's unless the person chose one, and Spanish before English. */

export type Language = 'es' | 'en';
export type Words = { es: string; en: string };

const KEPT = 'saveit.language';

function chosen(): Language {
  const asked = new URLSearchParams(globalThis.location?.search ?? '').get('lang');
  const kept = asked ?? readKept();
  if (kept === 'es' || kept === 'en') return kept;
  const first = globalThis.navigator?.languages.find((each) => /^(es|en)\b/i.test(each));
  return first?.toLowerCase().startsWith('en') ? 'en' : 'es';
}

function readKept(): string | null {
  try {
    return localStorage.getItem(KEPT);
  } catch {
    // A browser may keep nothing for us; then the language is asked of it each time.
    return null;
  }
}

const state = $state<{ language: Language }>({ language: chosen() });

export function language(): Language {
  return state.language;
}

export function speak(wanted: Language): void {
  state.language = wanted;
  document.documentElement.lang = wanted;
  try {
    localStorage.setItem(KEPT, wanted);
  } catch {
    // See readKept.
  }
}

/** Say it in the page's language; `{name}` is replaced by `facts.name`. */
export function say(words: Words, facts: Record<string, string | number> = {}): string {
  return words[state.language].replace(/\{(\w+)\}/g, (whole, name: string) => String(facts[name] ?? whole));
}

/** The locale that dates and numbers are written in. */
export function locale(): string {
  return state.language === 'es' ? 'es-419' : 'en-GB';
}
