// The case as the page gets it: docs/case.schema.json, with the caps of report/page_json.c.
export type Time = string | null;
export type Ref = string;

export interface Sentence { key: string; text: string; zh?: string; values?: Record<string, string> }
export interface Paragraph extends Sentence { weight: number; part: string; incident?: number; recovered?: boolean; time: Time; refs: Ref[] }
export type HostClass = 'confirmed' | 'likely' | 'exposed' | 'cleared' | 'unknown';
export interface Decided { value: string; by: string; at: string; reason: string }
export interface IncidentHost {
  host: string; class: HostClass; probability: number; first?: Time; parent?: string; via?: string; incident?: number; refs: Ref[]; decided?: Decided;
}
export interface IncidentEdge {
  id?: string; from?: string; to?: string; kind: string; time?: Time; account?: string; first: boolean; incident?: number; refs: Ref[];
}
export interface Sign {
  id?: string; time?: Time; host?: string; text: string; zh?: string; phase: string; family: string; grade: string; from?: string; incident?: number; refs: Ref[];
}
export interface External {
  ip: string; name?: string; role: 'relay' | 'c2' | 'exfiltration'; cluster: string; confidence: number; country?: string; asn?: number;
  network?: string; network_kind?: string; first?: Time; last?: Time; hosts: number; refs: Ref[];
}
export interface Artefact {
  host?: string; kind: string; path?: string; sha256?: string; size?: number; genuine_size?: number; served_from?: Time; served_to?: Time; refs: Ref[];
}
export interface Loss {
  host?: string; to: string; estimate: number; low: number; high: number; measurable: boolean; shared_by?: number; first?: Time; last?: Time; refs: Ref[];
}
export interface Entry { host: string; time?: Time; vector: string; incident?: number; refs: Ref[] }
export interface Incident {
  incidents: number; entry?: Entry[]; patient_zero?: { host: string; time?: Time }[]; hosts?: IncidentHost[]; edges?: IncidentEdge[];
  timeline?: Sign[]; external?: External[]; artefacts?: Artefact[]; exfil?: { total: { estimate: number; low: number; high: number }; hosts: Loss[] };
  gaps?: { host?: string; log: string; why: string; from?: Time; to?: Time }[];
  rejected?: { kind: string; id: string; text: string }[];
}
export type Levels = Record<'informational' | 'low' | 'medium' | 'high' | 'critical', number>;
export type Level = keyof Levels;
export interface Host {
  name: string; aliases: string[]; has_logs: boolean; ambiguous: boolean; role: string; role_basis: string; owner?: string; note?: string;
  renamed?: Time; reimaged?: Time; events: number; first: Time; last: Time; findings: Levels; observations: number; refs: Ref[];
}
export interface Address {
  ip: string; host: string | null; basis: string; weight_percent: number; shared?: boolean; pooled?: boolean; first: Time; last: Time; count: number; refs: Ref[];
}
export interface Edge {
  kind: string; from: string | null; from_ip?: string; to: string | null; first: Time; last: Time; count: number; accounts: string[]; what: string[]; refs: Ref[];
}
export interface Observation extends Sentence {
  kind: string; host: string | null; weight: number; recovered?: boolean; first: Time; last: Time; count: number; account?: string; refs: Ref[];
}
export interface Clock {
  host: string | null; log: string; taken_for_true: boolean; samples: number; implausible?: boolean;
  pieces: { from: Time; to: Time; offset_ms: number; skew_ms: number; zone_minutes: number; spread_ms: number; samples: number; daylight_saving?: boolean }[];
}
export interface Cover {
  host: string | null; source: string; missing?: boolean; events: number; first: Time; last: Time; days: number; lost_records?: number; cleared?: Time;
  intervals: { from: string; to: string }[];
}
export interface Blind extends Sentence { kind: string; host: string | null; refs: Ref[] }
export interface Finding {
  time: Time; level: Level; rule_id: string; title: string; tags?: string; host: string; channel?: string; event_id: number; recovered?: boolean;
  details: { name: string; value: string }[]; refs: Ref[];
}
export interface Gap { kind: string; item: number; from: number; to: number; lost: number; first: Time; last: Time; text: string }
export interface Item {
  id: number; parent?: number; path: string; size: number; sha256: string | null; format: string; verdict: string; reason?: string; events: number;
  first: Time; last: Time;
}
export interface Rule { id: string; title: string; level: Level; status: string; reason?: string; path: string; tags?: string }
export interface RuleHit { id: string; title: string; level: Level; count: number; hosts: number; first: Time; last: Time; ref: Ref }
export interface Decision {
  n: number; at: string; who: string; kind: string; target: string; value: string; reason: string; superseded?: boolean;
}
// How many there are of what was capped.
export type Full = Partial<Record<'edges' | 'observations' | 'findings' | 'gaps' | 'items' | 'addresses' | 'not_seen' | 'coverage', number>>;

export interface Head {
  schema: string;
  run: { version: string; command: string; rules_name?: string; rules_sha256: string; rules_ok: number; rules_rejected: number; events: number; bytes: number; finished: boolean };
  totals: { items: number; events: number; facts: number; hosts: number; hosts_with_logs: number; first: Time; last: Time; findings: Levels; dropped: number };
  summary: Paragraph[];
  incident: Incident;
  rule_hits?: RuleHit[];
  decisions?: Decision[];
  full?: Full;
}
export interface Body {
  hosts: Host[]; addresses: Address[]; edges: Edge[]; observations: Observation[]; clocks: Clock[]; coverage: Cover[]; not_seen: Blind[];
  findings: Finding[]; gaps: Gap[]; items: Item[]; rules: Rule[];
}
export type Case = Head & Body;

// One record, as the server shows it.
export interface EventRecord {
  path: string; sha256?: string; verified: boolean; format: string; offset: number; record: number; length: number; time: Time; flags?: string[];
  fields: { name: string; value: string }[]; json: string; hex: string; neighbours?: Ref[];
}
