/** Time on a restaurant's own clock. Instants are milliseconds since 1970; days are "YYYY-MM-DD"; clocks are "HH:MM". */

export const MINUTE = 60_000;
export const DAY_MINUTES = 1440;

const formats = new Map<string, Intl.DateTimeFormat>();

function format(
  language: string,
  zone: string,
  options: Intl.DateTimeFormatOptions,
): Intl.DateTimeFormat {
  const key = `${language}|${zone}|${JSON.stringify(options)}`;
  let found = formats.get(key);
  if (found === undefined) {
    found = new Intl.DateTimeFormat(language, { ...options, timeZone: zone });
    formats.set(key, found);
  }
  return found;
}

/** Minutes that the zone's clock is ahead of UTC at an instant. */
export function offsetMinutes(zone: string, instant: number): number {
  const parts = format('en-US', zone, {
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
    hourCycle: 'h23',
  }).formatToParts(instant);
  const of = (type: string): number => Number(parts.find((part) => part.type === type)?.value);
  const wall = Date.UTC(
    of('year'),
    of('month') - 1,
    of('day'),
    of('hour'),
    of('minute'),
    of('second'),
  );
  return Math.round((wall - Math.floor(instant / 1000) * 1000) / MINUTE);
}

/** The instant at so many minutes after the midnight that begins a day; of a repeated hour the first. */
export function instantOf(day: string, minutes: number, zone: string): number {
  const wall = Date.parse(`${day}T00:00:00Z`) + minutes * MINUTE;
  const before = wall - offsetMinutes(zone, wall - DAY_MINUTES * MINUTE) * MINUTE;
  const after = wall - offsetMinutes(zone, wall + DAY_MINUTES * MINUTE) * MINUTE;
  const fits = [before, after].filter(
    (guess) => guess + offsetMinutes(zone, guess) * MINUTE === wall,
  );
  return fits.length > 0 ? Math.min(...fits) : Math.max(before, after);
}

export function minutesOfClock(clock: string): number {
  return Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3, 5));
}

/** "HH:MM" of so many minutes after a midnight, of whichever day. */
export function clockOfMinutes(minutes: number): string {
  const within = ((minutes % DAY_MINUTES) + DAY_MINUTES) % DAY_MINUTES;
  return `${String(Math.floor(within / 60)).padStart(2, '0')}:${String(within % 60).padStart(2, '0')}`;
}

/** "HH:MM" on the zone's clock at an instant. */
export function clockAt(instant: number, zone: string): string {
  return clockOfMinutes(Math.floor(instant / MINUTE) + offsetMinutes(zone, instant));
}

/** The date on the zone's calendar at an instant. */
export function dayAt(instant: number, zone: string): string {
  return new Date(instant + offsetMinutes(zone, instant) * MINUTE).toISOString().slice(0, 10);
}

export function addDays(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY_MINUTES * MINUTE)
    .toISOString()
    .slice(0, 10);
}

/** "sábado, 14 de marzo" */
export function sayDay(day: string, language: string, style: 'long' | 'short' = 'long'): string {
  const options: Intl.DateTimeFormatOptions =
    style === 'long'
      ? { weekday: 'long', day: 'numeric', month: 'long' }
      : { weekday: 'short', day: 'numeric', month: 'short' };
  return format(language, 'UTC', options).format(Date.parse(`${day}T12:00:00Z`));
}

export function weekdayOf(day: string): number {
  return (new Date(`${day}T12:00:00Z`).getUTCDay() + 6) % 7;
}

/** "hace 5 min", "in 2 h": how far an instant is from now. */
export function sayAgo(instant: number, now: number, language: string): string {
  const minutes = Math.round((instant - now) / MINUTE);
  const say = new Intl.RelativeTimeFormat(language, { numeric: 'auto', style: 'short' });
  if (Math.abs(minutes) < 60) return say.format(minutes, 'minute');
  if (Math.abs(minutes) < DAY_MINUTES) return say.format(Math.round(minutes / 60), 'hour');
  return say.format(Math.round(minutes / DAY_MINUTES), 'day');
}

export function sayMoment(instant: number, zone: string, language: string): string {
  return format(language, zone, {
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }).format(instant);
}

/** An instant as the wire writes it. */
export function isoOf(instant: number): string {
  return new Date(instant).toISOString();
}
