/** Days and clocks as guests read them. The API's instants carry the restaurant's offset: their first sixteen characters are its clock. */

/** A service day as a date that is the same in every zone. */
export function dayOf(on: string): Date {
  return new Date(`${on}T12:00:00Z`);
}

export function addDays(on: string, days: number): string {
  const day = dayOf(on);
  day.setUTCDate(day.getUTCDate() + days);
  return day.toISOString().slice(0, 10);
}

export function daysBetween(first: string, last: string): number {
  return Math.round((dayOf(last).getTime() - dayOf(first).getTime()) / 86_400_000);
}

export function longDay(on: string, locale: string): string {
  return new Intl.DateTimeFormat(locale, { weekday: 'long', day: 'numeric', month: 'long', timeZone: 'UTC' }).format(dayOf(on));
}

export function shortDay(on: string, locale: string): { weekday: string; day: string; month: string } {
  const said = (options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat(locale, { ...options, timeZone: 'UTC' }).format(dayOf(on)).replace('.', '');
  return { weekday: said({ weekday: 'short' }), day: said({ day: 'numeric' }), month: said({ month: 'short' }) };
}

/** An instant with its offset, on the restaurant's own clock. */
export function instant(at: string, locale: string): string {
  return `${longDay(at.slice(0, 10), locale)}, ${clock(at.slice(11, 16), locale)}`;
}

/** "20:30" as the language writes it: English guests read 8:30 pm. */
export function clock(time: string, locale: string): string {
  if (!locale.startsWith('en')) return time;
  const hour = Number(time.slice(0, 2));
  return `${hour % 12 || 12}:${time.slice(3, 5)} ${hour < 12 ? 'am' : 'pm'}`;
}

// ISO 4217 says how many minor units make one. Browsers say how many are usually written, which for some currencies is fewer.
const WITHOUT_MINOR = new Set('BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF'.split(' '));
const WITH_THREE = new Set('BHD IQD JOD KWD LYD OMR TND'.split(' '));

export function money(minor: number, currency: string, locale: string): string {
  const digits = WITHOUT_MINOR.has(currency) ? 0 : WITH_THREE.has(currency) ? 3 : 2;
  const amount = minor / 10 ** digits;
  const written = Number.isInteger(amount) ? 0 : digits;
  return new Intl.NumberFormat(locale, {
    style: 'currency',
    currency,
    minimumFractionDigits: written,
    maximumFractionDigits: written,
  }).format(amount);
}

export function countdown(seconds: number): string {
  const left = Math.max(0, Math.floor(seconds));
  return `${Math.floor(left / 60)}:${String(left % 60).padStart(2, '0')}`;
}

/** Which part of the day a start belongs to, for the headings of the times. */
export function partOf(time: string): 'morning' | 'midday' | 'evening' {
  const hour = Number(time.slice(0, 2));
  if (hour >= 5 && hour < 12) return 'morning';
  return hour >= 12 && hour < 17 ? 'midday' : 'evening';
}
