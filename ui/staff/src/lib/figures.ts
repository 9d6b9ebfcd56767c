/** Figures as the analytics page shows them. Pure. */

export interface Figures {
  bookings: number;
  covers: number;
  walk_ins: number;
  walk_in_covers: number;
  check_ins: number;
  cancellations: number;
  no_shows: number;
  seat_minutes: number;
  open_seat_minutes: number;
}

export interface Talks {
  conversations: number;
  offered: number;
  booked: number;
  handed_over: number;
  answered: number;
  response_median_s: number | null;
  response_p90_s: number | null;
}

export interface Analytics {
  from: string;
  to: string;
  totals: Figures;
  days: { date: string; figures: Figures }[];
  hours: { hour: number; figures: Figures }[];
  sources: { source: string; figures: Figures }[];
  restaurants: { restaurant_id: string; name: string; currency: string; figures: Figures }[];
  waitlist: { joined: number; offered: number; booked: number; passed: number; left: number };
  funnel: Talks;
  channels: { channel: string; talks: Talks }[];
  advisors: { advisor_id: string | null; talks: Talks }[];
}

/** The share of a whole, or null of nothing. */
export function share(part: number, whole: number): number | null {
  return whole > 0 ? part / whole : null;
}

/** Round ends of an axis that holds the greatest value, in at most five steps. */
export function ticksOf(most: number): number[] {
  if (most <= 0) return [0, 1];
  const rough = most / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = Math.max(1, ([1, 2, 2.5, 5, 10].find((each) => each * power >= rough) ?? 10) * power);
  const ticks: number[] = [];
  for (let tick = 0; tick < most + step; tick += step) ticks.push(tick);
  return ticks;
}

/** "< 1 s", "45 s", "3 min", "2 h 5 min" */
export function sayDuration(seconds: number): string {
  if (seconds < 1) return '< 1 s';
  if (seconds < 90) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 90) return `${minutes} min`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
