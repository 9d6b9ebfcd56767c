/** What the server answers, as the screens use it. */

export type Language = 'es' | 'en';
export type Role = 'owner' | 'manager' | 'host' | 'advisor' | 'viewer';
export type Status =
  'pending' | 'confirmed' | 'checked_in' | 'completed' | 'cancelled' | 'no_show';

export interface Restaurant {
  id: string;
  slug: string;
  name: string;
  timezone: string;
  language: Language;
  currency: string;
  region: string;
  address: string;
  phone: string;
}

export interface Area {
  id: string;
  name: string;
  position: number;
}

export interface Table {
  id: string;
  area_id: string | null;
  number: string;
  covers_min: number;
  covers_max: number;
  x: number;
  y: number;
  width: number;
  height: number;
  rotation: number;
  shape: string;
  online: boolean;
  priority: number;
  retired_at: string | null;
}

export interface Combination {
  id: string;
  table_ids: string[];
  covers_min: number;
  covers_max: number;
  online: boolean;
  priority: number;
}

export interface Guest {
  name: string;
  phone: string | null;
  email: string | null;
  language: Language;
}

export interface Place {
  id: string;
  number: string;
  ids: string[];
  numbers: string[];
}

/** What the house knows of a guest; empty for those who may not read it. */
export interface Person {
  visits: number;
  no_shows: number;
  last_visit_on: string | null;
  tags: string[];
  notes: string;
  allergies: string[];
  blocked: boolean;
}

/** A reservation as the day's board lists it: tables by their ids, the guest with what the house knows. */
export type BoardRow = Omit<Reservation, 'table' | 'user_id'> & {
  table_ids: string[];
  person_id: string | null;
};

export interface Forecast {
  expected_covers: number;
  usual_covers: number | null;
  usual_walk_in_covers: number | null;
  days: number;
}

export interface Interval {
  time: string;
  starts_at: string;
  parties: number;
  covers: number;
  parties_max: number | null;
  covers_max: number | null;
  seated_covers: number;
}

export interface BoardAnswer {
  now: string;
  sequence: string;
  masked: boolean;
  areas: Area[];
  tables: Table[];
  combinations: Combination[];
  services: { name: string; opens_at: string; closes_at: string }[];
  reservations: BoardRow[];
  holds: (Omit<Hold, 'leaves_at'> & { ends_at: string })[];
  blocks: Block[];
  waitlist: Waiting[];
  intervals: Interval[];
  forecast: Forecast | null;
}

export interface Reservation {
  id: string;
  code: string;
  status: Status;
  date: string;
  time: string;
  service: string;
  starts_at: string;
  leaves_at: string;
  party_size: number;
  table: Place | null;
  pinned: boolean;
  overbooked: boolean;
  guest: Guest;
  user_id: string | null;
  special_requests: string | null;
  source: string;
  person?: Person | null;
  restaurant_id?: string;
  qr_url?: string | null;
  calendar_url?: string | null;
  policy?: {
    currency: string;
    free_cancellation_until: string;
    late_cancellation_fee_minor: number;
    no_show_fee_minor: number;
    deposit_minor: number;
    requirements: string[];
    check_in_tolerance_minutes: number;
    no_show_after_minutes: number;
  };
  fee_minor: number;
  revision: number;
  created_at: string;
  confirm_by?: string | null;
  expected_at?: string | null;
  /** Since when a party that was seated before its start has its tables. */
  seated_from?: string | null;
  checked_in_at?: string | null;
  completed_at?: string | null;
  cancelled_at?: string | null;
  no_show_at?: string | null;
  cancel_reason?: string | null;
}

export interface Block {
  id: string;
  table_ids: string[];
  starts_at: string;
  ends_at: string;
  reason: string;
}

export interface Hold {
  id: string;
  table_ids: string[];
  starts_at: string;
  leaves_at: string;
  expires_at: string;
  party_size: number;
}

export interface Waiting {
  position: number;
  wait_minutes: number | null;
  entry: {
    id: string;
    date: string;
    party_size: number;
    earliest_at: string;
    latest_at: string;
    guest: Guest;
    status: string;
    offered_until: string | null;
    reservation_id: string | null;
    source: string;
  };
}

export interface Service {
  name: string;
  opens: string;
  closes: string;
  last_seating?: string | null;
}

export const WEEKDAYS = [
  'monday',
  'tuesday',
  'wednesday',
  'thursday',
  'friday',
  'saturday',
  'sunday',
] as const;
export type Weekday = (typeof WEEKDAYS)[number];

export interface SpecialDate {
  date: string;
  type: 'closed' | 'special_hours' | 'high_demand';
  multiplier?: number | null;
  custom_hours?: Service[] | null;
  note?: string | null;
}

export interface Rules {
  reservation_window: {
    min_hours_advance: number;
    max_days_advance: number;
    allow_same_day: boolean;
  };
  cancellation_policy: {
    free_cancellation_hours: number;
    no_show_penalty: boolean;
    penalty_amount_minor: number;
    blocked_reservations_after_no_show: number;
  };
  capacity: {
    overbooking_percent: number;
    minimum_table_turnover_minutes: number;
    turn_times: {
      party_size_min: number;
      party_size_max: number;
      minutes: number;
      service?: string | null;
      weekdays?: Weekday[] | null;
    }[];
  };
  time_slots: { slot_duration: number; turnover_time: number; custom_slots: unknown[] };
  business_hours: Record<Weekday, Service[]>;
  special_dates: SpecialDate[];
  requirements: {
    requires_deposit: boolean;
    deposit_amount_minor: number;
    deposit_per_guest: boolean;
    requires_phone_verification: boolean;
    requires_credit_card: boolean;
    requires_identification: boolean;
  };
  pacing: { interval_minutes: number; parties_max: number | null; covers_max: number | null };
  online_release: { held_back_percent: number; released_days_before: number };
  party: { size_min: number; size_max: number };
  guest_limits: { overlapping_allowed: boolean; active_reservations_max: number | null };
  check_in: { tolerance_minutes: number; no_show_after_minutes: number };
  confirmation: { mode: 'automatic' | 'manual'; confirm_within_minutes: number };
  holds: { ttl_s: number; open_max_per_caller: number; open_max_per_key: number };
  reminders: { hours_before: number[] };
}

export interface Config {
  restaurant: Restaurant;
  rules: Rules;
  version: number;
}

export interface Slot {
  time: string;
  available: boolean;
  starts_at?: string;
  leaves_at?: string;
  service?: string;
  overbooked?: boolean;
  reason?: string;
  message?: string;
}

export interface Availability {
  date: string;
  open: boolean;
  available: number;
  slots: Slot[];
  reason?: string;
  message?: string;
}

export interface Alternative {
  date: string;
  time: string;
  starts_at: string;
  leaves_at: string;
  service: string;
}

export interface HistoryEntry {
  fact_id: string;
  kind: string;
  actor: string;
  channel: string;
  at: string;
  body: { before?: Record<string, unknown>; after?: Record<string, unknown> } & Record<
    string,
    unknown
  >;
}

/** All that the house knows of a guest. */
export interface Profile extends Person {
  person_id: string;
  name: string;
  phone: string | null;
  email: string | null;
  language: Language;
  cancellations: number;
  revision: number;
  blocked_reason: string | null;
  consent: { all: boolean; marketing: boolean };
  consents: { scope: string; allowed: boolean; said_at: string; text: string | null }[];
  reservations: Reservation[];
}
