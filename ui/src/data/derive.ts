// Indexes over a case, made once: by host, by event, in time.
import { ms } from '../text/format';
import type { Case, Edge, Finding, Host, HostClass, IncidentEdge, IncidentHost, Observation, Sign, Address, Cover } from './types';

export const CLASSES: HostClass[] = ['confirmed', 'likely', 'exposed', 'unknown', 'cleared'];
export const PHASES = [
  'reconnaissance', 'resource-development', 'initial-access', 'execution', 'persistence', 'privilege-escalation', 'stealth', 'defense-impairment',
  'defense-evasion', 'credential-access', 'discovery', 'lateral-movement', 'collection', 'command-and-control', 'exfiltration', 'impact',
];

export interface HostPage {
  host?: Host; verdict?: IncidentHost; signs: Sign[]; into: IncidentEdge[]; out: IncidentEdge[]; access: Edge[]; observations: Observation[];
  findings: Finding[]; addresses: Address[]; cover: Cover[];
}

export interface Index {
  case: Case;
  pages: Map<string, HostPage>;
  byClass: Record<HostClass, number>;
  from: number; // of the incident or, without one, of the evidence: ms
  to: number;
  mentions: Map<string, { what: string; host?: string }[]>; // by event reference
}

function push<T>(map: Map<string, T[]>, key: string, value: T): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}

export function indexOf(c: Case): Index {
  const pages = new Map<string, HostPage>();
  const page = (name: string): HostPage => {
    let p = pages.get(name);
    if (!p) pages.set(name, (p = { signs: [], into: [], out: [], access: [], observations: [], findings: [], addresses: [], cover: [] }));
    return p;
  };
  const byClass: Record<HostClass, number> = { confirmed: 0, likely: 0, exposed: 0, cleared: 0, unknown: 0 };
  const mentions: Index['mentions'] = new Map();
  const i = c.incident;

  for (const h of c.hosts) page(h.name).host = h;
  for (const h of i.hosts ?? []) {
    page(h.host).verdict = h;
    byClass[h.class]++;
  }
  for (const s of i.timeline ?? []) {
    if (s.host) page(s.host).signs.push(s);
    for (const r of s.refs) push(mentions, r, { what: s.text, host: s.host });
  }
  for (const e of i.edges ?? []) {
    if (e.to) page(e.to).into.push(e);
    if (e.from) page(e.from).out.push(e);
  }
  for (const e of c.edges) {
    if (e.to) page(e.to).access.push(e);
    if (e.from && e.from !== e.to) page(e.from).access.push(e);
  }
  for (const o of c.observations) {
    if (o.host) page(o.host).observations.push(o);
    for (const r of o.refs) push(mentions, r, { what: o.text, host: o.host ?? undefined });
  }
  for (const f of c.findings) {
    if (f.host) page(f.host).findings.push(f);
    for (const r of f.refs) push(mentions, r, { what: f.title, host: f.host });
  }
  for (const a of c.addresses) if (a.host) page(a.host).addresses.push(a);
  for (const v of c.coverage) if (v.host) page(v.host).cover.push(v);
  for (const p of c.summary) for (const r of p.refs) push(mentions, r, { what: p.text });

  const times = (i.timeline ?? []).map((s) => ms(s.time)).filter((n) => !Number.isNaN(n));
  for (const e of i.edges ?? []) if (e.time) times.push(ms(e.time));
  let from = ms(c.totals.first), to = ms(c.totals.last);
  if (times.length) {
    from = times.reduce((a, b) => Math.min(a, b));
    to = times.reduce((a, b) => Math.max(a, b));
  }
  return { case: c, pages, byClass, from, to, mentions };
}
