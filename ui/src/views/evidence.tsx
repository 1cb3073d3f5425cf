// The evidence itself: files, what could not be read, coverage of hosts and sources, clocks, addresses.
import type { ComponentType } from 'preact';
import { useMemo } from 'preact/hooks';
import type { Address, Blind, Clock, Cover, Gap, Item } from '../data/types';
import { Ev, HostLink, Pill, Proof, Section } from '../parts/bits';
import { link, useApp } from '../parts/context';
import { CoverBar, useDays } from '../parts/coverbar';
import { Table, type Column } from '../parts/table';
import { bytes, count, useTime } from '../text/format';
import { visible } from '../text/visible';
import { useWords } from '../text/words';

const TABS = ['not-seen', 'coverage', 'files', 'gaps', 'addresses', 'clocks'] as const;
type Tab = (typeof TABS)[number];

function NotSeen() {
  const app = useApp();
  const { t, m, lang } = useWords();
  const text = (b: Blind) => (lang === 'zh' && b.zh) || b.text;
  const columns: Column<Blind>[] = [
    { id: 'kind', title: t('kind'), width: '12rem', text: (b) => m('not_seen', b.kind) },
    { id: 'host', title: t('host'), width: 'minmax(7rem, 11rem)', text: (b) => b.host ?? '', cell: (b) => <HostLink name={b.host} /> },
    { id: 'what', title: t('what'), width: 'minmax(20rem, 1fr)', text, cell: (b) => <span title={visible(text(b))}><Ev s={text(b)} max={600} /></span> },
    { id: 'refs', title: '', width: '3rem', text: (b) => b.refs.join(' '), cell: (b) => <Proof claim={{ title: text(b), refs: b.refs }} /> },
  ];
  return <Table name={t('not_seen')} rows={app.index.case.not_seen} columns={columns} full={app.index.case.full?.not_seen} onOpen={(b) => app.open({ title: text(b), refs: b.refs })} />;
}

interface Row { host: string; cells: Map<string, Cover> }

function Matrix() {
  const { index } = useApp();
  const { t, m } = useWords();
  const time = useTime();
  const days = useDays();
  const { rows, sources } = useMemo(() => {
    const by = new Map<string, Row>();
    const counts = new Map<string, number>();
    for (const c of index.case.coverage) {
      const host = c.host ?? '';
      const row = by.get(host) ?? { host, cells: new Map<string, Cover>() };
      by.set(host, row);
      row.cells.set(c.source, c);
      counts.set(c.source, (counts.get(c.source) ?? 0) + 1);
    }
    return { rows: [...by.values()], sources: [...counts].sort((a, b) => b[1] - a[1]).map(([s]) => s) };
  }, [index]);
  const cell = (c: Cover | undefined) => {
    if (!c) return null;
    const mark = c.missing ? t('missing') : `${count(c.events)} ${t('events_n')}, ${time(c.first).slice(0, 10)} – ${time(c.last).slice(0, 10)}${c.cleared ? ', ' + t('cleared_log') : ''}`;
    return <span class={'coverage' + (c.missing ? ' lacking' : c.cleared || c.lost_records ? ' hurt' : '')} title={`${m('source', c.source)}: ${mark}`}>{c.missing ? '✕' : <CoverBar cover={[c]} days={days} />}</span>;
  };
  const columns: Column<Row>[] = [
    { id: 'host', title: t('host'), width: '11rem', text: (r) => r.host, cell: (r) => <HostLink name={r.host} /> },
    ...sources.map((s): Column<Row> => ({ id: s, title: m('source', s), width: 'minmax(6.5rem, 1fr)', text: (r) => (r.cells.has(s) ? (r.cells.get(s)!.missing ? t('missing') : String(r.cells.get(s)!.days)) : ''), sort: (r) => -(r.cells.get(s)?.days ?? -1), cell: (r) => cell(r.cells.get(s)) })),
  ];
  return <Table name={t('coverage')} rows={rows} columns={columns} rowHeight={30} full={undefined} onOpen={(r) => r.host && (location.hash = link('host', r.host))} />;
}

function Files() {
  const { index, source, decide } = useApp();
  const { t, m } = useWords();
  const time = useTime();
  const columns: Column<Item>[] = [
    { id: 'path', title: t('path'), width: 'minmax(20rem, 3fr)', text: (i) => i.path },
    { id: 'verdict', title: t('verdict'), width: '7rem', text: (i) => m('verdict', i.verdict), cell: (i) => <Pill kind={i.verdict === 'ok' ? 'low' : 'high'}>{m('verdict', i.verdict)}</Pill> },
    { id: 'format', title: t('format'), width: '8rem', text: (i) => i.format },
    { id: 'size', title: t('size'), width: '6rem', text: (i) => bytes(i.size), sort: (i) => i.size, number: true },
    { id: 'events', title: t('events'), width: '7rem', text: (i) => count(i.events), sort: (i) => i.events, number: true },
    { id: 'first', title: t('first'), width: '12.5rem', text: (i) => time(i.first), sort: (i) => i.first ?? '' },
    { id: 'last', title: t('last'), width: '12.5rem', text: (i) => time(i.last), sort: (i) => i.last ?? '' },
    { id: 'hash', title: t('hash'), width: '10rem', text: (i) => i.sha256 ?? '', cell: (i) => <code class="hash" title={i.sha256 ?? ''}><Ev s={i.sha256 ?? ''} /></code> },
    { id: 'reason', title: t('reason'), width: 'minmax(8rem, 1fr)', text: (i) => i.reason ?? '' },
  ];
  // in serve a file's row opens the dialog that declares the zone of its times
  return <Table name={t('files')} rows={index.case.items} columns={columns} full={index.case.full?.items} onOpen={source.live ? (i) => decide('zone', i.path, t('zone_hint') + ': ' + i.path) : undefined} />;
}

function Gaps() {
  const { index } = useApp();
  const { t, m } = useWords();
  const paths = useMemo(() => new Map(index.case.items.map((i) => [i.id, i.path])), [index]);
  const columns: Column<Gap>[] = [
    { id: 'kind', title: t('kind'), width: '9rem', text: (g) => m('gap', g.kind) },
    { id: 'file', title: t('file'), width: 'minmax(16rem, 2fr)', text: (g) => paths.get(g.item) ?? `#${g.item}` },
    { id: 'from', title: t('from'), width: '8rem', text: (g) => count(g.from), sort: (g) => g.from, number: true },
    { id: 'to', title: t('to'), width: '8rem', text: (g) => count(g.to), sort: (g) => g.to, number: true },
    { id: 'lost', title: t('count'), width: '6rem', text: (g) => (g.lost ? count(g.lost) : ''), sort: (g) => g.lost, number: true },
    { id: 'text', title: t('what'), width: 'minmax(14rem, 1.5fr)', text: (g) => g.text },
  ];
  return <Table name={t('gaps')} rows={index.case.gaps} columns={columns} full={index.case.full?.gaps} />;
}

function Addresses() {
  const app = useApp();
  const { t, m } = useWords();
  const time = useTime();
  const columns: Column<Address>[] = [
    { id: 'ip', title: t('address'), width: '11rem', text: (a) => a.ip },
    { id: 'host', title: t('host'), width: 'minmax(7rem, 1fr)', text: (a) => a.host ?? '', cell: (a) => <HostLink name={a.host} /> },
    { id: 'weight', title: t('probability'), width: '6rem', text: (a) => a.weight_percent + ' %', sort: (a) => a.weight_percent, number: true },
    { id: 'basis', title: t('reason'), width: '9rem', text: (a) => m('basis', a.basis) + (a.shared ? ' · NAT' : '') + (a.pooled ? ' · VPN' : '') },
    { id: 'first', title: t('first'), width: '12.5rem', text: (a) => time(a.first), sort: (a) => a.first ?? '' },
    { id: 'last', title: t('last'), width: '12.5rem', text: (a) => time(a.last), sort: (a) => a.last ?? '' },
    { id: 'count', title: t('count'), width: '6rem', text: (a) => count(a.count), sort: (a) => a.count, number: true },
    { id: 'refs', title: '', width: '3rem', text: (a) => a.refs.join(' '), cell: (a) => <Proof claim={{ title: `${a.ip} = ${a.host ?? ''}`, refs: a.refs }} /> },
  ];
  return <Table name={t('addresses')} rows={app.index.case.addresses} columns={columns} full={app.index.case.full?.addresses} onOpen={(a) => app.open({ title: `${a.ip} = ${a.host ?? ''}`, refs: a.refs })} />;
}

function Clocks() {
  const { index } = useApp();
  const { t } = useWords();
  const offset = (c: Clock) => c.pieces.map((p) => `${(p.offset_ms / 1000).toFixed(1)} s${p.zone_minutes ? ` (${t('zone_error')} ${p.zone_minutes / 60} h)` : ''}`).join(', ');
  const columns: Column<Clock>[] = [
    { id: 'host', title: t('host'), width: 'minmax(8rem, 1fr)', text: (c) => c.host ?? '', cell: (c) => <HostLink name={c.host} /> },
    { id: 'log', title: t('log'), width: '8rem', text: (c) => c.log },
    { id: 'offset', title: t('clock_offset'), width: 'minmax(14rem, 2fr)', text: (c) => (c.taken_for_true ? t('taken_for_true') : offset(c)), sort: (c) => -Math.max(0, ...c.pieces.map((p) => Math.abs(p.offset_ms))) },
    { id: 'samples', title: t('samples'), width: '7rem', text: (c) => count(c.samples), sort: (c) => c.samples, number: true },
  ];
  return <Table name={t('clocks')} rows={index.case.clocks} columns={columns} />;
}

export function Evidence({ tab }: { tab: string }) {
  const { index } = useApp();
  const { t } = useWords();
  const at: Tab = (TABS as readonly string[]).includes(tab) ? (tab as Tab) : 'not-seen';
  const c = index.case;
  const n: Record<Tab, number> = { 'not-seen': c.full?.not_seen ?? c.not_seen.length, coverage: c.coverage.length, files: c.full?.items ?? c.items.length, gaps: c.full?.gaps ?? c.gaps.length, addresses: c.full?.addresses ?? c.addresses.length, clocks: c.clocks.length };
  const title: Record<Tab, string> = { 'not-seen': t('not_seen'), coverage: t('coverage'), files: t('files'), gaps: t('gaps'), addresses: t('addresses'), clocks: t('clocks') };
  const view: Record<Tab, ComponentType> = { 'not-seen': NotSeen, coverage: Matrix, files: Files, gaps: Gaps, addresses: Addresses, clocks: Clocks };
  const View = view[at];
  return (
    <Section title={t('evidence')} note={<>spoor <Ev s={c.run.version} max={40} /> · <code><Ev s={c.run.command} max={600} /></code> · {count(c.run.events)} {t('events_n')}, {bytes(c.run.bytes)}, {count(c.run.rules_ok)} {t('tactic_rules')}{c.run.rules_name && <> (<Ev s={c.run.rules_name} max={100} />)</>}</>}>
      <nav class="tabs" aria-label={t('evidence')}>{TABS.map((x) => <a href={link('evidence', x)} aria-current={x === at ? 'page' : undefined}>{title[x]} <span class="num">{count(n[x])}</span></a>)}</nav>
      <View />
    </Section>
  );
}
