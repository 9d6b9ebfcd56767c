/** The way to the server: one function, one kind of refusal, and every act under a key of its own so that a retry changes nothing. */

import type { Alternative, Language } from './types';

export interface FieldError {
  path?: string;
  code: string;
  message?: string;
}

/** Who has a table that was asked for: a block, a booking or a hold, by its id. */
export interface Holder {
  by: string;
  id: string;
}

/** What the server refuses, in its own words; or that it could not be reached. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly title: string,
    readonly detail: string,
    readonly errors: FieldError[] = [],
    readonly alternatives: Alternative[] = [],
    readonly taken: Holder[] = [],
  ) {
    super(`${code}: ${title}`);
  }

  /** Each sentence that explains it, the most exact ones only. */
  get sentences(): string[] {
    const told = this.errors.flatMap((error) => error.message ?? []);
    if (told.length > 0) return [...new Set(told)];
    return [this.detail !== '' ? this.detail : this.title];
  }

  get offline(): boolean {
    return this.status === 0;
  }
}

export interface Caller {
  token: string | null;
  language: Language;
  unreachable: string;
  onSignedOut: () => void;
}

const caller: Caller = { token: null, language: 'es', unreachable: '', onSignedOut: () => {} };

/** Say who calls, in which language; each setting stays until it is set again. */
export function configure(changes: Partial<Caller>): void {
  Object.assign(caller, changes);
}

export function token(): string | null {
  return caller.token;
}

export interface Options {
  query?: Record<string, string | number | boolean | null | undefined>;
  body?: unknown;
  /** The key under which the act happens once; made anew for each call unless given. */
  key?: string;
  signal?: AbortSignal;
}

const RETRIES = 2;
const RETRY_MS = 400;

function addressOf(path: string, query: Options['query']): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value !== null && value !== undefined) parameters.set(name, String(value));
  }
  const text = parameters.toString();
  return `/api/v1${path}${text === '' ? '' : `?${text}`}`;
}

function unreachable(): Problem {
  return new Problem(0, 'unreachable', caller.unreachable, '');
}

async function problemOf(response: Response): Promise<Problem> {
  const told: unknown = await response.json().catch(() => null);
  const body = (typeof told === 'object' && told !== null ? told : {}) as Partial<{
    code: string;
    title: string;
    detail: string;
    errors: FieldError[];
    alternatives: Alternative[];
    taken: Holder[];
  }>;
  return new Problem(
    response.status,
    body.code ?? `http_${response.status}`,
    body.title ?? response.statusText,
    body.detail ?? '',
    body.errors,
    body.alternatives,
    body.taken,
  );
}

async function send(method: string, path: string, options: Options): Promise<Response> {
  const headers: Record<string, string> = {
    Accept: 'application/json',
    'Accept-Language': caller.language,
  };
  if (caller.token !== null) headers['Authorization'] = `Bearer ${caller.token}`;
  if (options.body !== undefined) headers['Content-Type'] = 'application/json';
  if (method !== 'GET') headers['Idempotency-Key'] = options.key ?? crypto.randomUUID();
  const request: RequestInit = { method, headers };
  if (options.body !== undefined) request.body = JSON.stringify(options.body);
  if (options.signal !== undefined) request.signal = options.signal;
  for (let attempt = 0; ; attempt += 1) {
    try {
      const response = await fetch(addressOf(path, options.query), request);
      if (response.status !== 503 || attempt === RETRIES) return response;
    } catch (error) {
      if (options.signal?.aborted === true) throw error;
      if (attempt === RETRIES || !navigator.onLine) throw unreachable();
    }
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS * 2 ** attempt));
  }
}

/** Ask the server. Throws a Problem for whatever it refuses. */
export async function call<T>(method: string, path: string, options: Options = {}): Promise<T> {
  const asked = caller.token;
  const response = await send(method, path, options);
  if (!response.ok) {
    const problem = await problemOf(response);
    // What an older session is told is nothing to the one that came after it.
    const ended = problem.status === 401 && problem.code === 'unauthenticated';
    if (ended && asked === caller.token) caller.onSignedOut();
    throw problem;
  }
  if (response.status === 204) return undefined as T;
  return (await response.json()) as T;
}

export function get<T>(path: string, query: Options['query'] = {}): Promise<T> {
  return call<T>('GET', path, { query });
}

const ASK_AGAIN_MS = 3_000;

/** Ask until the server is heard, and take what it answers; a refusal is an answer, and nothing is taken. Returns what stops it. */
export function getOnceHeard<T>(path: string, take: (told: T) => void): () => void {
  const stop = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const ask = (): void => {
    call<T>('GET', path, { signal: stop.signal })
      .then((told) => {
        if (!stop.signal.aborted) take(told);
      })
      .catch((error: unknown) => {
        if (stop.signal.aborted) return;
        if (!(error instanceof Problem)) throw error;
        if (error.status === 0) timer = setTimeout(ask, ASK_AGAIN_MS);
      });
  };
  ask();
  return () => {
    stop.abort();
    clearTimeout(timer);
  };
}

export function post<T>(path: string, body?: unknown, key?: string): Promise<T> {
  const options: Options = { body: body ?? undefined };
  if (key !== undefined) options.key = key;
  return call<T>('POST', path, options);
}

/** The text of an answer that is no JSON, such as a CSV file. */
export async function download(path: string, query: Options['query'] = {}): Promise<Blob> {
  const response = await send('GET', path, { query });
  if (!response.ok) throw await problemOf(response);
  return response.blob();
}

/** Every row of a list that comes page by page. */
export async function all<T>(
  path: string,
  field: string,
  query: Options['query'] = {},
): Promise<T[]> {
  const rows: T[] = [];
  let cursor: string | null = null;
  do {
    const page: Record<string, unknown> = await get(path, { limit: 100, ...query, cursor });
    rows.push(...((page[field] ?? []) as T[]));
    cursor = (page['next'] as string | null | undefined) ?? null;
  } while (cursor !== null);
  return rows;
}
