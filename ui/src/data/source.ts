// Where the case comes from: embedded in report.html, or from `spoor serve`.
import type { Body, Case, Decision, EventRecord, Head } from './types';

export interface Hit { kind: string; time: string | null; host: string; text: string; ref: string }
export interface Change { text: string }
export interface Answer { revision: number; changes: Change[]; error?: string }

export interface DeskSource {
  view<T>(what: string): Promise<T>;
  act(verb: string, words: string[], note?: string): Promise<{ said: string }>;
}

export interface Source {
  desk(): Promise<DeskSource | null>; // the registry of a CERT's desk, where one is served
  live: boolean; // a server answers: events can be opened, decisions made
  head(): Promise<Head>;
  body(): Promise<Body>;
  event(ref: string): Promise<EventRecord>;
  search(q: string): Promise<Hit[]>;
  decide(d: Partial<Decision> & { expect?: number }): Promise<Answer>;
  changed(since: number, signal: AbortSignal): Promise<number>;
}

function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  const text = atob(base64.trim());
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

const refuse = (): Promise<never> => Promise.reject(new Error('not in a report file'));

function embedded(head: HTMLElement): Source {
  return {
    live: false,
    head: () => Promise.resolve(JSON.parse(head.textContent!) as Head),
    body() {
      const packed = document.getElementById('case-body')!.textContent!;
      const stream = new Blob([bytesOf(packed)]).stream().pipeThrough(new DecompressionStream('gzip'));
      return new Response(stream).json() as Promise<Body>;
    },
    event: refuse, search: refuse, decide: refuse, changed: refuse,
    desk: () => Promise.resolve(null),
  };
}

function served(): Source {
  let csrf = '';
  let hasDesk = false;
  let whole: Promise<Case> | undefined;
  const session = (async () => {
    const token = /^#t=([0-9a-f]+)$/.exec(location.hash)?.[1];
    if (token) {
      history.replaceState(null, '', location.pathname);
      const r = await fetch('/api/session', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ token }) });
      if (!r.ok) throw new Error('token');
      const told = (await r.json()) as { csrf: string; desk: boolean };
      csrf = told.csrf;
      hasDesk = told.desk;
      localStorage.setItem('csrf', csrf);
      localStorage.setItem('desk', String(hasDesk));
    } else {
      csrf = localStorage.getItem('csrf') ?? ''; // another tab of this browser has opened the session
      hasDesk = localStorage.getItem('desk') === 'true';
    }
  })();
  async function get<T>(path: string, signal?: AbortSignal): Promise<T> {
    await session;
    const r = await fetch(path, { signal });
    if (!r.ok) throw new Error(r.status === 401 || r.status === 403 ? 'token' : ((await r.json().catch(() => ({}))) as { error?: string }).error ?? String(r.status));
    return (await r.json()) as T;
  }
  async function post<T>(path: string, body: unknown): Promise<T> {
    await session;
    const r = await fetch(path, { method: 'POST', headers: { 'Content-Type': 'application/json', 'X-Spoor-Token': csrf }, body: JSON.stringify(body) });
    const answer = (await r.json().catch(() => ({}))) as T & { error?: string };
    if (!r.ok) throw new Error(answer.error ?? String(r.status));
    return answer;
  }
  const load = () => (whole ??= get<Case>('/api/case'));
  return {
    live: true,
    head: () => ((whole = undefined), load()),
    body: load,
    event: (ref) => get<EventRecord>('/api/event/' + encodeURIComponent(ref).replaceAll('%3A', ':')),
    search: async (q) => (await get<{ rows: Hit[] }>('/api/search?q=' + encodeURIComponent(q))).rows,
    decide: (d) => post<Answer>('/api/decisions', d),
    async desk() {
      const desk: DeskSource = { view: <T>(what: string) => get<T>('/api/desk/' + what), act: (verb, words, note) => post('/api/desk', { verb, words, ...(note ? { note } : {}) }) };
      await session;
      return hasDesk ? desk : null;
    },
    changed: async (since, signal) => (await get<{ revision: number }>('/api/changes?since=' + since, signal)).revision,
  };
}

export function openSource(): Source {
  const head = document.getElementById('case-head');
  return head ? embedded(head) : served();
}
