/** Who is signed in, where, and what they may do there. */

import { Problem, all, call, configure, get, post } from './api';
import { chose, language, speak, t } from './i18n.svelte';
import type { Language, Restaurant, Role } from './types';

const KEPT = 'saveit.staff.session';
const KEPT_RESTAURANT = 'saveit.staff.restaurant';

interface Kept {
  token: string;
  user_id: string;
  expires_at: string;
}

interface Me {
  user_id: string;
  name: string;
  email: string;
  language: Language;
  roles: Record<string, Role>;
  advisor_id?: string | null;
}

export type Power =
  'read' | 'book' | 'host' | 'manage' | 'own' | 'inbox' | 'lines' | 'analytics';

const POWERS: Record<Role, Power[]> = {
  owner: ['read', 'book', 'host', 'manage', 'own', 'inbox', 'lines', 'analytics'],
  manager: ['read', 'book', 'host', 'manage', 'inbox', 'lines', 'analytics'],
  host: ['read', 'book', 'host', 'inbox'],
  advisor: ['book', 'inbox'],
  viewer: ['read'],
};

class Session {
  kept = $state<Kept | null>(null);
  me = $state<Me | null>(null);
  restaurants = $state<Restaurant[]>([]);
  restaurantId = $state<string | null>(null);
  loading = $state(false);
  error = $state<string | null>(null);

  restaurant = $derived(this.restaurants.find((each) => each.id === this.restaurantId) ?? null);
  role = $derived<Role | null>(
    this.restaurantId === null ? null : (this.me?.roles[this.restaurantId] ?? null),
  );

  may(power: Power, restaurantId: string | null = this.restaurantId): boolean {
    const role = restaurantId === null ? undefined : this.me?.roles[restaurantId];
    return role !== undefined && POWERS[role].includes(power);
  }

  mayAnywhere(power: Power): boolean {
    return Object.values(this.me?.roles ?? {}).some((role) => POWERS[role].includes(power));
  }

  async restore(): Promise<void> {
    const text = localStorage.getItem(KEPT);
    if (text === null) return;
    const kept = JSON.parse(text) as Kept;
    if (Date.parse(kept.expires_at) <= Date.now()) {
      this.forget();
      return;
    }
    this.kept = kept;
    configure({ token: kept.token });
    await this.load();
  }

  async signIn(email: string, password: string): Promise<void> {
    configure({ token: null });
    const told = await post<Kept & { language: Language }>('/sessions', { email, password });
    this.kept = { token: told.token, user_id: told.user_id, expires_at: told.expires_at };
    localStorage.setItem(KEPT, JSON.stringify(this.kept));
    configure({ token: told.token });
    if (!chose()) {
      speak(told.language, false);
      configure({ language: told.language, unreachable: t('error_unreachable') });
    }
    await this.load();
  }

  async load(): Promise<void> {
    this.loading = true;
    this.error = null;
    try {
      const [me, restaurants] = await Promise.all([
        get<Me>('/sessions/current'),
        all<Restaurant>('/restaurants', 'restaurants'),
      ]);
      this.me = me;
      this.restaurants = restaurants.sort((a, b) => a.name.localeCompare(b.name));
      localStorage.setItem(`${KEPT}.last`, JSON.stringify({ me, restaurants }));
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      const last = localStorage.getItem(`${KEPT}.last`);
      if (error.offline && last !== null) {
        const kept = JSON.parse(last) as { me: Me; restaurants: Restaurant[] };
        this.me = kept.me;
        this.restaurants = kept.restaurants;
      } else {
        this.error = error.sentences.join(' ');
      }
    } finally {
      this.loading = false;
    }
    const before = localStorage.getItem(KEPT_RESTAURANT);
    const known = this.restaurants.some((each) => each.id === before);
    this.choose(known ? before : (this.restaurants[0]?.id ?? null));
  }

  choose(restaurantId: string | null): void {
    this.restaurantId = restaurantId;
    if (restaurantId !== null) localStorage.setItem(KEPT_RESTAURANT, restaurantId);
  }

  async signOut(): Promise<void> {
    await call('DELETE', '/sessions/current').catch(() => undefined);
    this.forget();
  }

  forget(): void {
    localStorage.removeItem(KEPT);
    localStorage.removeItem(`${KEPT}.last`);
    configure({ token: null });
    this.kept = null;
    this.me = null;
    this.restaurants = [];
    this.restaurantId = null;
  }
}

export const session = new Session();

configure({
  language: language(),
  unreachable: t('error_unreachable'),
  onSignedOut: () => session.forget(),
});

/** Change the language of screens and of what the server says. */
export function changeLanguage(next: Language): void {
  speak(next);
  configure({ language: next, unreachable: t('error_unreachable') });
}
