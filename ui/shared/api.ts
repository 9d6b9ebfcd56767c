/** The API, by its own types: every route, parameter and answer is checked against the server's description when the pages are checked. */
import createClient from 'openapi-fetch';

import type { paths } from './api-types';

/** What the API refuses, and why. `status` is 0 when it could not be reached at all. */
export type Problem = {
  status: number;
  code: string;
  title: string;
  detail?: string;
  errors?: { path?: string; code: string; message: string }[];
  [fact: string]: unknown;
};

export class Refused extends Error {
  constructor(readonly problem: Problem) {
    super(problem.detail ?? problem.title);
  }
}

export type Api = ReturnType<typeof createClient<paths>>;

/** A client that shows the server the `token` of the moment and speaks `language`. */
export function client(token: () => string | null, language: () => string): Api {
  const made = createClient<paths>({ baseUrl: '' });
  made.use({
    onRequest({ request }) {
      const held = token();
      if (held) request.headers.set('Authorization', `Bearer ${held}`);
      request.headers.set('Accept-Language', language());
      return request;
    },
  });
  return made;
}

/** Return the answer, or throw what was refused. */
export async function done<T>(asked: Promise<{ data?: T; error?: unknown; response: Response }>): Promise<T> {
  let answer;
  try {
    answer = await asked;
  } catch {
    throw new Refused({ status: 0, code: 'unreachable', title: 'unreachable' });
  }
  if (answer.error !== undefined || !answer.response.ok) {
    const told = (answer.error ?? {}) as Partial<Problem>;
    const { status } = answer.response;
    throw new Refused({ title: answer.response.statusText, code: 'unknown', ...told, status });
  }
  return answer.data as T;
}

/** A key for one act of a person: kept until it is answered, so that a second try is the same act. */
export function newKey(): string {
  return crypto.randomUUID();
}
