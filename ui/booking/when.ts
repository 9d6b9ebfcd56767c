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

const names = (text: string): string[] => text.split(' ');
// A phone takes longer to open its own calendar than to show the page; these are what it would say (see the test).
const NAMES = {
  es: {
    days: names('domingo lunes martes miércoles jueves viernes sábado'),
    months: names('enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre'),
    short: names('ene feb mar abr may jun jul ago sept oct nov dic'),
  },
  en: {
    days: names('Sunday Monday Tuesday Wednesday Thursday Friday Saturday'),
    months: names('January February March April May June July August September October November December'),
    short: names('Jan Feb Mar Apr May Jun Jul Aug Sept Oct Nov Dec'),
  },
};

export function longDay(on: string, locale: string): string {
  const spanish = locale.startsWith('es');
  const { days, months } = NAMES[spanish ? 'es' : 'en'];
  const day = dayOf(on);
  const [weekday, number, month] = [days[day.getUTCDay()], day.getUTCDate(), months[day.getUTCMonth()]];
  return spanish ? `${weekday}, ${number} de ${month}` : `${weekday} ${number} ${month}`;
}

export function shortDay(on: string, locale: string): { weekday: string; day: string; month: string } {
  const { days, short } = NAMES[locale.startsWith('es') ? 'es' : 'en'];
  const day = dayOf(on);
  return { weekday: days[day.getUTCDay()]?.slice(0, 3) ?? '', day: String(day.getUTCDate()), month: short[day.getUTCMonth()] ?? '' };
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

export function countdown(seconds: number): string {
  const left = Math.max(0, Math.floor(seconds));
  return `${Math.floor(left / 60)}:${String(left % 60).padStart(2, '0')}`;
}

/** The minutes to say aloud while a countdown runs; a voice at every second would talk over everything else. Null while it keeps silent. */
export function spoken(seconds: number): number | null {
  if (seconds <= 0) return null;
  return seconds <= 60 ? 1 : seconds <= 120 ? 2 : null;
}

/** Which part of the day a start belongs to, for the headings of the times. */
export function partOf(time: string): 'morning' | 'midday' | 'evening' {
  const hour = Number(time.slice(0, 2));
  if (hour >= 5 && hour < 12) return 'morning';
  return hour >= 12 && hour < 17 ? 'midday' : 'evening';
}
