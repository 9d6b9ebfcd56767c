/** Where one is: kept in the address behind its hash, so that the page is one file and works without the network. */

export const PAGES = ['board', 'scan', 'inbox', 'analytics', 'settings', 'group'] as const;
export type Page = (typeof PAGES)[number];

export interface Place {
  page: Page;
  rest: string[];
  query: URLSearchParams;
}

export function placeOf(hash: string): Place {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?');
  const [page = '', ...rest] = path.split('/').map(decodeURIComponent);
  const known = PAGES.find((each) => each === page) ?? 'board';
  return { page: known, rest, query: new URLSearchParams(query) };
}

export function hashOf(page: Page, rest: string[] = [], query: Record<string, string> = {}): string {
  const path = [page, ...rest].map(encodeURIComponent).join('/');
  const text = new URLSearchParams(query).toString();
  return `#/${path}${text === '' ? '' : `?${text}`}`;
}

class Route {
  place = $state<Place>(placeOf(location.hash));

  constructor() {
    addEventListener('hashchange', () => {
      this.place = placeOf(location.hash);
    });
  }

  go(page: Page, rest: string[] = [], query: Record<string, string> = {}): void {
    location.hash = hashOf(page, rest, query);
  }

  /** Change what is behind the question mark without a step in the browser's history. */
  refine(query: Record<string, string>): void {
    const { page, rest } = this.place;
    history.replaceState(null, '', hashOf(page, rest, query));
    this.place = placeOf(location.hash);
  }
}

export const route = new Route();
