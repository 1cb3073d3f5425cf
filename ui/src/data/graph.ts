// The attack graph as a picture can show it: hosts that were reached the same way from the same place, and lead nowhere, stand as one.
import type { Index } from './derive';
import type { HostClass, IncidentEdge, Ref } from './types';
import { ms } from '../text/format';

export interface Node {
  id: string; label: string; kind: 'relay' | 'control' | 'host' | 'group' | 'outside'; class?: HostClass; entry?: boolean; server?: boolean;
  hosts: string[]; at: number; // when it appears, ms
  refs: Ref[];
}
export interface Arc { id: string; from: string; to: string; kind: string; at: number; first: boolean; count: number; refs: Ref[]; accounts: string[]; edge?: string }
export interface Graph { nodes: Node[]; arcs: Arc[] }

const OUTSIDE = '\u0000outside';
const GROUP_FROM = 4; // fewer stand alone

interface Reached { host: string; parent: string; via: string; class: HostClass; at: number; edge?: IncidentEdge }

function reachedBy(index: Index, incident: number): Reached[] {
  const i = index.case.incident;
  const first = new Map<string, IncidentEdge>();
  for (const e of i.edges ?? []) if (e.first && e.to) first.set(e.to, e);
  const out: Reached[] = [];
  for (const h of i.hosts ?? []) {
    if (h.incident === undefined || (incident >= 0 && h.incident !== incident)) continue;
    if (h.class !== 'confirmed' && h.class !== 'likely' && !h.parent) continue;
    const e = first.get(h.host);
    out.push({ host: h.host, parent: h.parent ?? OUTSIDE, via: h.via ?? e?.kind ?? '', class: h.class, at: ms(e?.time ?? h.first ?? null) || ms(h.first ?? null), edge: e });
  }
  return out;
}

export function graphOf(index: Index, incident: number, opened: Set<string>): Graph {
  const i = index.case.incident;
  const reached = reachedBy(index, incident);
  const names = new Set(reached.map((r) => r.host));
  const leads = new Set<string>();
  for (const r of reached) leads.add(r.parent);
  for (const e of i.edges ?? []) if (e.from && e.to && names.has(e.to)) leads.add(e.from);
  const nodes = new Map<string, Node>();
  const arcs = new Map<string, Arc>();
  const place = new Map<string, string>(); // host -> node
  const entries = new Set((i.entry ?? []).map((e) => e.host));
  const groups = new Map<string, Reached[]>();

  for (const r of reached) {
    const key = leads.has(r.host) || entries.has(r.host) ? '' : [r.parent, r.via, r.class].join('\n');
    const list = groups.get(key);
    if (list) list.push(r);
    else groups.set(key, [r]);
  }
  const host = (r: Reached) => {
    const server = !['workstation', 'unknown', undefined].includes(index.pages.get(r.host)?.host?.role);
    place.set(r.host, r.host);
    nodes.set(r.host, { id: r.host, label: r.host.split('.')[0], kind: 'host', class: r.class, entry: entries.has(r.host), server, hosts: [r.host], at: r.at, refs: index.pages.get(r.host)?.verdict?.refs ?? [] });
  };
  for (const [key, list] of groups) {
    if (key === '' || list.length < GROUP_FROM || opened.has(key)) {
      list.forEach(host);
      continue;
    }
    for (const r of list) place.set(r.host, key);
    nodes.set(key, { id: key, label: String(list.length), kind: 'group', class: list[0].class, hosts: list.map((r) => r.host), at: Math.min(...list.map((r) => r.at)), refs: [] });
  }
  const arc = (from: string, to: string, kind: string, at: number, first: boolean, refs: Ref[], account?: string, edge?: string) => {
    const id = [from, to, kind].join('\t');
    const old = arcs.get(id);
    if (!old) {
      arcs.set(id, { id, from, to, kind, at, first, count: 1, refs, accounts: account ? [account] : [], edge });
      return;
    }
    old.count++;
    old.first ||= first;
    old.at = Math.min(old.at, at);
    if (account && !old.accounts.includes(account)) old.accounts.push(account);
    if (old.refs.length < 8) old.refs = old.refs.concat(refs).slice(0, 8);
  };
  for (const r of reached) {
    const from = place.get(r.parent);
    if (r.parent !== OUTSIDE && from && !r.edge) arc(from, place.get(r.host)!, r.via, r.at, true, index.pages.get(r.host)?.verdict?.refs ?? []);
  }
  for (const e of i.edges ?? []) {
    const from = e.from && place.get(e.from), to = e.to && place.get(e.to);
    if (from && to && from !== to) arc(from, to, e.kind, ms(e.time), e.first, e.refs, e.account, e.id);
  }
  outside(index, nodes, arc, place, reached, entries);
  return { nodes: [...nodes.values()], arcs: [...arcs.values()] };
}

type MakeArc = (from: string, to: string, kind: string, at: number, first: boolean, refs: Ref[]) => void;

/* Relays left of the entry, control servers behind the hosts. */
function outside(index: Index, nodes: Map<string, Node>, arc: MakeArc, place: Map<string, string>, reached: Reached[], entries: Set<string>): void {
  const external = index.case.incident.external ?? [];
  const starts = reached.filter((r) => entries.has(r.host));
  for (const x of external) {
    const id = 'ip ' + x.ip;
    const at = ms(x.first ?? null);
    if (x.role === 'relay') {
      nodes.set(id, { id, label: x.ip, kind: 'relay', hosts: [], at, refs: x.refs });
      for (const s of starts) arc(id, place.get(s.host)!, 'relay', at, false, x.refs);
    } else {
      nodes.set(id, { id, label: x.name || x.ip, kind: 'control', hosts: [], at, refs: x.refs });
      const callers = new Set<string>();
      for (const s of index.case.incident.timeline ?? []) if (s.host && s.phase === 'command-and-control' && place.has(s.host) && s.text.includes(x.ip)) callers.add(place.get(s.host)!);
      for (const c of callers) arc(c, id, x.role, at, false, x.refs);
    }
  }
  if (!external.some((x) => x.role === 'relay') && starts.length) {
    nodes.set(OUTSIDE, { id: OUTSIDE, label: '', kind: 'outside', hosts: [], at: starts[0].at, refs: [] });
    for (const s of starts) arc(OUTSIDE, place.get(s.host)!, 'entry', s.at, true, []);
  }
}
