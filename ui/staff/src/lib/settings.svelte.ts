/** A restaurant as it is set up: read whole, changed piece by piece. */

import { Problem, all, call, get, post } from './api';
import { t } from './i18n.svelte';
import { toasts } from './toasts.svelte';
import type { Area, Combination, Config, Restaurant, Rules, Table } from './types';

type House = Pick<Config, 'rules' | 'version'>;

export const SHAPES = ['square', 'rectangle', 'round', 'bar'] as const;
/** Tables stand on its points. */
export const GRID = 0.25;

export const snapped = (value: number): number => Math.max(0, Math.round(value / GRID) * GRID);

/** Where the next new table stands, below all there are; `place` counts those that are added with it. */
export function freePlace(tables: Table[], place = 0): { x: number; y: number } {
  const bottom = Math.max(0.5, ...tables.map((each) => each.y + each.height + 0.6));
  return { x: 1 + (place % 6) * 1.75, y: snapped(bottom + Math.floor(place / 6) * 1.75) };
}

export class Setup {
  restaurant = $state.raw<Restaurant | null>(null);
  rules = $state.raw<Rules | null>(null);
  version = $state(0);
  areas = $state.raw<Area[]>([]);
  tables = $state.raw<Table[]>([]);
  combinations = $state.raw<Combination[]>([]);
  refused = $state<string[]>([]);
  readonly id: string;

  constructor(id: string) {
    this.id = id;
  }

  get path(): string {
    return `/restaurants/${this.id}`;
  }

  async read(): Promise<void> {
    await this.attempt(async () => {
      const [config] = await Promise.all([get<Config>(`${this.path}/config`), this.readFloor()]);
      this.restaurant = config.restaurant;
      this.#take(config);
    });
  }

  #take(house: House): void {
    this.rules = house.rules;
    this.version = house.version;
  }

  /** The rules, where they are known to have been read. */
  rulesRead(): Rules {
    if (this.rules === null) throw new Error('the rules are read before they are shown');
    return this.rules;
  }

  restaurantRead(): Restaurant {
    if (this.restaurant === null) throw new Error('the restaurant is read before it is shown');
    return this.restaurant;
  }

  async readFloor(): Promise<void> {
    const [areas, tables, combinations] = await Promise.all([
      get<{ areas: Area[] }>(`${this.path}/areas`),
      get<{ tables: Table[] }>(`${this.path}/tables`),
      get<{ combinations: Combination[] }>(`${this.path}/combinations`),
    ]);
    this.areas = areas.areas;
    this.tables = tables.tables;
    this.combinations = combinations.combinations;
  }

  /** What the step on screen would lose if one went on; going on saves it. */
  unsaved: (() => Promise<boolean>) | null = null;

  /** Let a step say how its changes are saved; returns what forgets it. */
  guard(save: () => Promise<boolean>): () => void {
    this.unsaved = save;
    return () => {
      this.unsaved = null;
    };
  }

  /** Save these rules unless they are as they were read. */
  async keepRules(rules: Rules): Promise<boolean> {
    if (JSON.stringify(rules) === JSON.stringify(this.rules)) return true;
    return this.saveRules(rules);
  }

  /** Do it; what is refused is kept in words. Returns what came of it, or null. */
  async attempt<T>(work: () => Promise<T>, said?: string): Promise<T | null> {
    this.refused = [];
    try {
      const told = await work();
      if (said !== undefined) toasts.show({ tone: 'good', title: said });
      return told;
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      this.refused = error.sentences;
      toasts.refuse(error);
      return null;
    }
  }

  async saveRules(rules: Rules): Promise<boolean> {
    const told = await this.attempt(
      () => call<Config>('PUT', `${this.path}/config`, { body: { rules, version: this.version } }),
      t('saved'),
    );
    if (told !== null) this.#take(told);
    return told !== null;
  }

  async saveRestaurant(changes: Partial<Restaurant>): Promise<boolean> {
    const told = await this.attempt(
      () => call<Restaurant>('PATCH', this.path, { body: changes }),
      t('saved'),
    );
    if (told !== null) this.restaurant = told;
    return told !== null;
  }

  async addTable(draft: Partial<Table>): Promise<Table | null> {
    const made = await this.attempt(() => post<Table>(`${this.path}/tables`, draft));
    if (made !== null) this.tables = [...this.tables, made];
    return made;
  }

  async changeTable(id: string, changes: Partial<Table>): Promise<void> {
    const before = this.tables;
    this.tables = before.map((each) => (each.id === id ? { ...each, ...changes } : each));
    const told = await this.attempt(() =>
      call<Table>('PATCH', `${this.path}/tables/${id}`, { body: changes }),
    );
    this.tables =
      told === null ? before : this.tables.map((each) => (each.id === id ? told : each));
  }

  async removeTable(id: string): Promise<void> {
    const told = await this.attempt(() => call('DELETE', `${this.path}/tables/${id}`));
    if (told !== null) this.tables = this.tables.filter((each) => each.id !== id);
  }

  async addArea(name: string): Promise<Area | null> {
    const draft = { name, position: this.areas.length };
    const made = await this.attempt(() => post<Area>(`${this.path}/areas`, draft));
    if (made !== null) this.areas = [...this.areas, made];
    return made;
  }

  async join(tableIds: string[], least: number, most: number): Promise<void> {
    const draft = { table_ids: tableIds, covers_min: least, covers_max: most };
    const made = await this.attempt(() => post<Combination>(`${this.path}/combinations`, draft));
    if (made !== null) this.combinations = [...this.combinations, made];
  }

  async part(id: string): Promise<void> {
    const told = await this.attempt(() => call('DELETE', `${this.path}/combinations/${id}`));
    if (told !== null) this.combinations = this.combinations.filter((each) => each.id !== id);
  }

  list<T>(path: string, field: string): Promise<T[] | null> {
    return this.attempt(() => all<T>(path, field));
  }
}
