// What rules matched: as a matrix of ATT&CK, by rule, by event.
import { useMemo, useState } from 'preact/hooks';
import { tacticsOf } from '../data/attack';
import { PHASES } from '../data/derive';
import type { Finding, Level, RuleHit } from '../data/types';
import { Ev, HostLink, Pill, Proof, Section } from '../parts/bits';
import { useApp } from '../parts/context';
import { Table, type Column } from '../parts/table';
import { count, useTime } from '../text/format';
import { visible } from '../text/visible';
import { useWords } from '../text/words';

export const LEVELS: Level[] = ['critical', 'high', 'medium', 'low', 'informational'];
const rank = (l: Level) => LEVELS.indexOf(l);

export function FindingTable({ findings, name, height, full }: { findings: Finding[]; name: string; height?: string; full?: number }) {
  const app = useApp();
  const { t } = useWords();
  const time = useTime();
  const details = (f: Finding) => f.details.map((d) => `${d.name}=${d.value}`).join(' ');
  const claim = (f: Finding) => ({ title: `${f.title}: ${details(f)}`, refs: f.refs, host: f.host, target: f.refs[0] ? { kind: 'finding', id: `${f.rule_id}@${f.refs[0]}` } : undefined });
  const columns: Column<Finding>[] = [
    { id: 'time', title: t('time'), width: '12.5rem', text: (f) => time(f.time), sort: (f) => f.time ?? '' },
    { id: 'level', title: t('level'), width: '7rem', text: (f) => f.level, cell: (f) => <Pill kind={f.level}>{f.level}</Pill>, sort: (f) => rank(f.level) },
    { id: 'rule', title: t('rule'), width: 'minmax(14rem, 1fr)', text: (f) => f.title },
    { id: 'host', title: t('host'), width: 'minmax(7rem, 11rem)', text: (f) => f.host, cell: (f) => <HostLink name={f.host} /> },
    { id: 'details', title: t('what'), width: 'minmax(18rem, 2fr)', text: details, cell: (f) => <span title={visible(details(f))}><Ev s={details(f)} max={400} /></span> },
    { id: 'refs', title: '', width: '3rem', text: (f) => f.refs.join(' '), cell: (f) => <Proof claim={claim(f)} /> },
  ];
  return <Table name={name} rows={findings} columns={columns} height={height} full={full} onOpen={(f) => app.open(claim(f))} />;
}

interface Cell { technique: string; hits: number; rules: string[]; signs: number }

function Matrix({ hits, only, onOnly }: { hits: RuleHit[]; only: string; onOnly: (t: string) => void }) {
  const { index } = useApp();
  const { t, m } = useWords();
  const columns = useMemo(() => {
    const by = new Map<string, Map<string, Cell>>();
    const tags = new Map(index.case.rules.map((r) => [r.id, (r.tags ?? '').split(/\s+/)]));
    const signs = new Map<string, number>();
    for (const s of index.case.incident.timeline ?? []) signs.set(s.phase, (signs.get(s.phase) ?? 0) + 1);
    for (const h of hits) {
      const own = (tags.get(h.id) ?? []).map((x) => x.replace(/^attack\./, ''));
      const named = own.filter((x) => PHASES.includes(x)), techniques = own.filter((x) => /^t\d{4}/.test(x)).map((x) => x.toUpperCase());
      const pairs = techniques.length ? techniques.flatMap((technique) => tacticsOf(technique, named).map((tactic) => [tactic, technique])) : named.map((tactic) => [tactic, '']);
      for (const [tactic, technique] of pairs) {
        const cells = by.get(tactic) ?? new Map<string, Cell>();
        by.set(tactic, cells);
        const cell = cells.get(technique) ?? { technique, hits: 0, rules: [], signs: 0 };
        cells.set(technique, cell);
        cell.hits += h.count;
        cell.rules.push(h.title);
      }
    }
    // a column for what says neither Stealth nor Defense Impairment stays: the tag of a rule does not say which
    return PHASES.filter((p) => by.has(p) || signs.has(p)).map((tactic) => ({ tactic, signs: signs.get(tactic) ?? 0, cells: [...(by.get(tactic)?.values() ?? [])].sort((a, b) => b.hits - a.hits) }));
  }, [index, hits]);
  const heat = (n: number) => 'heat' + Math.min(4, Math.floor(Math.log10(Math.max(1, n)) + 1));
  return (
    <div class="attack" role="group" aria-label="ATT&CK" tabIndex={0}>
      {columns.map((c) => (
        <div class="tactic">
          <h3>{m('phase', c.tactic)}</h3>
          <p class="note">{c.signs ? `${c.signs} ${t('signs').toLowerCase()}` : '\u00a0'}</p>
          {c.cells.map((x) => (
            <button type="button" class={heat(x.hits)} aria-pressed={only === x.technique && x.technique !== ''} title={x.rules.map(visible).join('\n')} onClick={() => onOnly(only === x.technique ? '' : x.technique)}>
              <span>{visible(x.technique) || '—'}</span><span class="num">{count(x.hits)}</span>
            </button>
          ))}
        </div>
      ))}
    </div>
  );
}

export function Findings() {
  const { index } = useApp();
  const { t } = useWords();
  const time = useTime();
  const [only, setOnly] = useState('');
  const [rule, setRule] = useState('');
  const hits = index.case.rule_hits ?? [];
  const tags = useMemo(() => new Map(index.case.rules.map((r) => [r.id, r.tags ?? ''])), [index]);
  const kept = only ? hits.filter((h) => (tags.get(h.id) ?? '').toUpperCase().includes('.' + only)) : hits;
  const ids = new Set(kept.map((h) => h.id));
  const rows = useMemo(() => index.case.findings.filter((f) => (rule ? f.rule_id === rule : !only || ids.has(f.rule_id))), [index, only, rule]);
  const columns: Column<RuleHit>[] = [
    { id: 'level', title: t('level'), width: '7rem', text: (h) => h.level, cell: (h) => <Pill kind={h.level}>{h.level}</Pill>, sort: (h) => rank(h.level) },
    { id: 'rule', title: t('rule'), width: 'minmax(22rem, 2fr)', text: (h) => h.title },
    { id: 'count', title: t('count'), width: '6rem', text: (h) => count(h.count), sort: (h) => h.count, number: true },
    { id: 'hosts', title: t('hosts_n'), width: '6rem', text: (h) => String(h.hosts), sort: (h) => h.hosts, number: true },
    { id: 'first', title: t('first'), width: '12.5rem', text: (h) => time(h.first), sort: (h) => h.first ?? '' },
    { id: 'last', title: t('last'), width: '12.5rem', text: (h) => time(h.last), sort: (h) => h.last ?? '' },
    { id: 'tags', title: 'ATT&CK', width: 'minmax(10rem, 1fr)', text: (h) => (tags.get(h.id) ?? '').replaceAll('attack.', '') },
    { id: 'refs', title: '', width: '3rem', text: (h) => h.ref, cell: (h) => <Proof claim={{ title: h.title, refs: h.ref ? [h.ref] : [] }} /> },
  ];
  return (
    <>
      <Section title="ATT&CK"><Matrix hits={hits} only={only} onOnly={(x) => (setOnly(x), setRule(''))} /></Section>
      <Section title={t('tactic_rules')}><Table name={t('tactic_rules')} rows={kept} columns={columns} height="22rem" onOpen={(h) => setRule(rule === h.id ? '' : h.id)} /></Section>
      <Section title={t('findings')} actions={(rule || only) && <button type="button" class="small" onClick={() => (setRule(''), setOnly(''))}><Ev s={rule ? hits.find((h) => h.id === rule)?.title ?? '' : only} max={80} /> ✕</button>}>
        <FindingTable findings={rows} name={t('findings')} full={rule || only ? undefined : index.case.full?.findings} />
      </Section>
    </>
  );
}
