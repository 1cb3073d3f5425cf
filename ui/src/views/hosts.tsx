// The ledger of hosts, and one host in full.
import { useMemo, useState } from 'preact/hooks';
import { CLASSES, type HostPage } from '../data/derive';
import type { Cover, Edge, Finding, HostClass, IncidentEdge } from '../data/types';
import { Bar, ClassPill, Ev, HostLink, Pill, Proof, Section } from '../parts/bits';
import { link, useApp } from '../parts/context';
import { CoverBar, useDays } from '../parts/coverbar';
import { Table, type Column } from '../parts/table';
import { count, useTime } from '../text/format';
import { visible } from '../text/visible';
import { useWords } from '../text/words';
import { FindingTable } from './findings';
import { SignTable } from './timeline';

interface Row { name: string; page: HostPage }
const RANK: Record<HostClass, number> = { confirmed: 0, likely: 1, exposed: 2, unknown: 3, cleared: 4 };

export function Hosts() {
  const { index } = useApp();
  const { t, m } = useWords();
  const time = useTime();
  const days = useDays();
  const [only, setOnly] = useState<HostClass | ''>('');
  const rows = useMemo(() => {
    const all: Row[] = [...index.pages].filter(([, p]) => p.host || p.verdict).map(([name, page]) => ({ name, page }));
    all.sort((a, b) => RANK[a.page.verdict?.class ?? 'unknown'] - RANK[b.page.verdict?.class ?? 'unknown'] || (b.page.verdict?.probability ?? 0) - (a.page.verdict?.probability ?? 0) || (a.page.verdict?.first ?? '~').localeCompare(b.page.verdict?.first ?? '~'));
    return all;
  }, [index]);
  const shown = only ? rows.filter((r) => (r.page.verdict?.class ?? 'unknown') === only) : rows;
  const columns: Column<Row>[] = [
    { id: 'host', title: t('host'), width: 'minmax(9rem, 14rem)', text: (r) => r.name, cell: (r) => <HostLink name={r.name} /> },
    { id: 'class', title: t('class'), width: '7.5rem', text: (r) => m('class', r.page.verdict?.class ?? 'unknown'), cell: (r) => <ClassPill of={r.page.verdict?.class ?? 'unknown'} />, sort: (r) => RANK[r.page.verdict?.class ?? 'unknown'] },
    { id: 'p', title: t('probability'), width: '7.5rem', text: (r) => (r.page.verdict?.probability ?? 0).toFixed(2), sort: (r) => -(r.page.verdict?.probability ?? 0), cell: (r) => <span class="with-bar"><Bar share={r.page.verdict?.probability ?? 0} tone={'tone-' + (r.page.verdict?.class ?? 'unknown')} />{(r.page.verdict?.probability ?? 0).toFixed(2)}</span> },
    { id: 'first', title: t('first_sign'), width: '12.5rem', text: (r) => time(r.page.verdict?.first), sort: (r) => r.page.verdict?.first ?? '~' },
    { id: 'way', title: t('way'), width: 'minmax(14rem, 1.4fr)', text: (r) => `${m('way', r.page.verdict?.via)} ${r.page.verdict?.parent ?? ''}`, cell: (r) => <>{m('way', r.page.verdict?.via)} {r.page.verdict?.parent && <>← <HostLink name={r.page.verdict.parent} /></>}</> },
    { id: 'role', title: t('role'), width: '7.5rem', text: (r) => m('role', r.page.host?.role) },
    { id: 'owner', title: t('owner'), width: 'minmax(5rem, 9rem)', text: (r) => r.page.host?.owner ?? '' },
    { id: 'coverage', title: t('coverage'), width: 'minmax(8rem, 1fr)', text: (r) => String(r.page.cover.filter((c) => !c.missing).length), sort: (r) => -r.page.cover.reduce((n, c) => n + c.days, 0), cell: (r) => <CoverBar cover={r.page.cover} days={days} /> },
  ];
  const chips = (
    <span class="chips" role="group" aria-label={t('class')}>
      <button type="button" aria-pressed={only === ''} onClick={() => setOnly('')}>{t('all')}</button>
      {CLASSES.filter((c) => index.byClass[c]).map((c) => <button type="button" aria-pressed={only === c} class={'class-' + c} onClick={() => setOnly(c)}><span class="shape" aria-hidden="true" />{m('class', c)} {count(index.byClass[c])}</button>)}
    </span>
  );
  return <Section title={t('hosts')} note={t('no_clean')}><Table name={t('hosts')} rows={shown} columns={columns} tools={chips} height="75vh" onOpen={(r) => (location.hash = link('host', r.name))} /></Section>;
}

function Ways({ edges, inward }: { edges: IncidentEdge[]; inward: boolean }) {
  const { t, m } = useWords();
  const time = useTime();
  const app = useApp();
  if (!edges.length) return null;
  const claim = (e: IncidentEdge) => ({ title: `${e.from ?? t('outside')} → ${e.to ?? ''}: ${m('way', e.kind)}${e.account ? ', ' + e.account : ''}`, refs: e.refs, target: e.id ? { kind: 'edge', id: e.id } : undefined });
  return (
    <Section title={inward ? t('ways_in') : t('ways_out')}>
      <ul class="ways">{edges.slice(0, 400).map((e) => (
        <li><span class="num">{time(e.time, t('unknown_time'))}</span> {inward ? '←' : '→'} <HostLink name={inward ? e.from : e.to} /> {m('way', e.kind)} {e.account && <code><Ev s={e.account} max={120} /></code>} {e.first && <Pill kind="high">{t('first')}</Pill>} <Proof claim={claim(e)} />{app.source.live && e.id && <button type="button" class="small" onClick={() => app.decide('edge', e.id!, claim(e).title)}>{t('mark')}</button>}</li>
      ))}</ul>
    </Section>
  );
}

function Access({ name, edges }: { name: string; edges: Edge[] }) {
  const { t, m } = useWords();
  const time = useTime();
  const app = useApp();
  const columns: Column<Edge>[] = [
    { id: 'first', title: t('first'), width: '12.5rem', text: (e) => time(e.first), sort: (e) => e.first ?? '' },
    { id: 'last', title: t('last'), width: '12.5rem', text: (e) => time(e.last), sort: (e) => e.last ?? '' },
    { id: 'from', title: t('from'), width: 'minmax(7rem, 1fr)', text: (e) => e.from ?? e.from_ip ?? '', cell: (e) => (e.from ? <HostLink name={e.from} /> : <Ev s={e.from_ip ?? ''} />) },
    { id: 'to', title: t('to'), width: 'minmax(7rem, 1fr)', text: (e) => e.to ?? '', cell: (e) => <HostLink name={e.to} /> },
    { id: 'kind', title: t('kind'), width: 'minmax(8rem, 1fr)', text: (e) => m('way', e.kind) },
    { id: 'count', title: t('count'), width: '5rem', text: (e) => String(e.count), sort: (e) => e.count, number: true },
    { id: 'account', title: t('account'), width: 'minmax(8rem, 1fr)', text: (e) => e.accounts.join(', ') },
    { id: 'what', title: t('what'), width: 'minmax(8rem, 1fr)', text: (e) => e.what.join(', ') },
  ];
  if (!edges.length) return null;
  return <Section title={t('access')}><Table name={name + ' ' + t('access')} rows={edges} columns={columns} height="20rem" onOpen={(e) => app.open({ title: `${e.from ?? e.from_ip} → ${e.to}: ${m('way', e.kind)}`, refs: e.refs })} /></Section>;
}

function Sources({ cover }: { cover: Cover[] }) {
  const { t, m } = useWords();
  const days = useDays();
  return (
    <Section title={t('coverage')}>
      <ul class="sources">{cover.map((c) => (
        <li><span>{m('source', c.source)}</span>{c.missing ? <span class="soft">{t('missing')}</span> : <CoverBar cover={[c]} days={days} />}<span class="num note">{c.missing ? '' : `${count(c.events)} ${t('events_n')}`}{c.cleared && ` · ${t('cleared_log')} ${c.cleared.slice(0, 16).replace('T', ' ')}`}{c.lost_records ? ` · −${count(c.lost_records)}` : ''}</span></li>
      ))}</ul>
    </Section>
  );
}

export function HostView({ name }: { name: string }) {
  const app = useApp();
  const { t, m } = useWords();
  const time = useTime();
  const page = app.index.pages.get(name);
  if (!page) return <Section title={visible(name)}><p class="note">{t('none')}</p></Section>;
  const v = page.verdict, h = page.host;
  const findings: Finding[] = page.findings;
  return (
    <>
      <section>
        <header class="section-head">
          <h2><Ev s={name} max={200} /></h2>
          <div class="actions">{app.source.live && <button type="button" class="small" onClick={() => app.decide('host', name, name)}>{t('mark')}</button>}</div>
        </header>
        <p class="lead">
          <ClassPill of={v?.class ?? 'unknown'} /> {t('probability')} {(v?.probability ?? 0).toFixed(2)} {v && <Proof claim={{ title: `${name}: ${m('class', v.class)}`, refs: v.refs, host: name }} />}
          {v?.first && <> · {t('first_sign')} <span class="num">{time(v.first)}</span></>}
          {v?.parent && <> · {t('way')} {m('way', v.via)} ← <HostLink name={v.parent} /></>}
          {v?.incident !== undefined && app.index.case.incident.incidents > 1 && <> · {t('incident_n', { n: v.incident + 1 })}</>}
        </p>
        {v?.decided && <p class="decided"><Ev s={t('declared', { who: v.decided.by })} max={200} />: {m('class', v.decided.value)} — <Ev s={v.decided.reason} /></p>}
        {h && (
          <dl class="facts">
            <dt>{t('role')}</dt><dd>{m('role', h.role)} ({m('role_basis', h.role_basis)})</dd>
            {h.owner && <><dt>{t('owner')}</dt><dd><Ev s={h.owner} /></dd></>}
            {!!h.aliases.length && <><dt>{t('aliases')}</dt><dd><Ev s={h.aliases.join(', ')} /></dd></>}
            <dt>{t('events')}</dt><dd>{count(h.events)}, {time(h.first)} – {time(h.last)}</dd>
            {!!page.addresses.length && <><dt>{t('addresses')}</dt><dd>{page.addresses.slice(0, 20).map((a) => <span class="address"><code><Ev s={a.ip} /></code> {a.weight_percent} % {m('basis', a.basis)}{a.shared ? ' · NAT' : ''} <Proof claim={{ title: `${a.ip} ${name}`, refs: a.refs }} /></span>)}</dd></>}
            {h.note && <><dt>{t('note')}</dt><dd><Ev s={h.note} /></dd></>}
          </dl>
        )}
      </section>
      {!!page.signs.length && <Section title={t('signs')}><SignTable signs={page.signs} ofOne name={`${name} ${t('signs')}`} height="26rem" /></Section>}
      <Ways edges={page.into} inward={true} />
      <Ways edges={page.out} inward={false} />
      {!!findings.length && <Section title={t('findings')}><FindingTable findings={findings} name={`${name} ${t('findings')}`} height="20rem" /></Section>}
      <Access name={name} edges={page.access} />
      <Sources cover={page.cover} />
    </>
  );
}
