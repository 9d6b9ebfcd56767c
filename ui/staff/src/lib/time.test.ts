import { describe, expect, it } from 'vitest';
import { addDays, clockAt, clockOfMinutes, dayAt, instantOf, minutesOfClock, weekdayOf } from './time';

describe('the restaurant’s clock', () => {
  it('finds the instant of a local time, in winter and in summer', () => {
    expect(new Date(instantOf('2026-01-15', 20 * 60, 'Europe/Madrid')).toISOString()).toBe(
      '2026-01-15T19:00:00.000Z',
    );
    expect(new Date(instantOf('2026-07-15', 20 * 60, 'Europe/Madrid')).toISOString()).toBe(
      '2026-07-15T18:00:00.000Z',
    );
  });

  it('takes the first of a repeated hour', () => {
    // In Madrid the clock goes back from 3:00 to 2:00 on 25 October 2026.
    expect(new Date(instantOf('2026-10-25', 150, 'Europe/Madrid')).toISOString()).toBe(
      '2026-10-25T00:30:00.000Z',
    );
  });

  it('reads the wall clock and the date at an instant', () => {
    const instant = Date.parse('2026-11-23T01:30:00Z');
    expect(clockAt(instant, 'America/Bogota')).toBe('20:30');
    expect(dayAt(instant, 'America/Bogota')).toBe('2026-11-22');
    expect(dayAt(instant, 'Europe/Madrid')).toBe('2026-11-23');
  });

  it('writes minutes as a clock, past midnight too', () => {
    expect(clockOfMinutes(25 * 60 + 5)).toBe('01:05');
    expect(clockOfMinutes(-15)).toBe('23:45');
    expect(minutesOfClock('20:45')).toBe(1245);
  });

  it('counts days and weekdays', () => {
    expect(addDays('2026-02-28', 1)).toBe('2026-03-01');
    expect(weekdayOf('2026-11-23')).toBe(0);
  });
});
