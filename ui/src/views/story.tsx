// The narrative: the answers at a glance, then every sentence with its events.
import type { ComponentChildren } from 'preact';
import type { Paragraph } from '../data/types';
import { CLASSES } from '../data/derive';
import { ClassPill, Ev, HostLink, Proof } from '../parts/bits';
import { link, useApp } from '../parts/context';
import { bytes, count, useTime } from '../text/format';
import { useWords } from '../text/words';
import { DayChart } from '../parts/daychart';

function Answer({ title, to, children }: { title: string; to: string; children: ComponentChildren }) {
  return <a class="answer" href={to}><h3>{title}</h3><div>{children}</div></a>;
}

function Answers() {
  const { index } = useApp();
  const { t, m } = useWords();
  const time = useTime();
  const i = index.case.incident;
  const entry = i.entry?.[0];
  const relays = (i.external ?? []).filter((x) => x.role === 'relay');
  const control = (i.external ?? []).filter((x) => x.role !== 'relay');
  const loss = i.exfil?.total;
  const reached = index.byClass.confirmed + index.byClass.likely;
  return (
    <div class="answers">
      <Answer title={t('how_in')} to={entry ? link('host', entry.host) : link('timeline')}>
        {entry ? <><b><Ev s={entry.host.split('.')[0]} max={60} /></b><span>{m('way', entry.vector)}</span><span class="num">{time(entry.time)}</span></> : <b class="soft">{t('not_recorded')}</b>}
      </Answer>
      <Answer title={t('through')} to={link('relays')}>
        <b>{relays.length ? relays.length : '—'}</b>
        <span class="num">{relays.slice(0, 3).map((r) => r.ip).join(', ')}{relays.length > 3 && ' …'}</span>
        {!!control.length && <span>{control.length} × {m('external', 'c2')}</span>}
      </Answer>
      <Answer title={t('reached')} to={link('spread')}>
        <b>{count(reached)}</b>
        <span class="classes">{CLASSES.filter((c) => index.byClass[c]).map((c) => <span class={'tally class-' + c} title={m('class', c)}><span class="shape" aria-hidden="true" />{count(index.byClass[c])} {m('class', c)}</span>)}</span>
      </Answer>
      <Answer title={t('planted')} to={link('loss')}>
        <b>{count(i.artefacts?.length ?? 0)}</b>
        <span>{[...new Set((i.artefacts ?? []).map((a) => m('artefact', a.kind)))].slice(0, 4).join(', ')}</span>
      </Answer>
      <Answer title={t('left')} to={link('loss')}>
        {loss && loss.high > 0 ? <><b>{bytes(loss.estimate)}</b><span>{t('between')} {bytes(loss.low)} {t('and')} {bytes(loss.high)}</span></> : <><b class="soft">—</b><span>{t('nothing_measured')}</span></>}
      </Answer>
      <Answer title={t('not_seen')} to={link('evidence', 'not-seen')}>
        <b>{count(index.case.full?.not_seen ?? index.case.not_seen.length)}</b><span>{t('points')}</span><span>{t('no_clean')}</span>
      </Answer>
    </div>
  );
}

function Sentence({ p, lang }: { p: Paragraph; lang: string }) {
  const app = useApp();
  const time = useTime();
  const text = (lang === 'zh' && p.zh) || p.text;
  const open = () => p.refs.length && app.open({ title: text, refs: p.refs });
  return (
    <li class={p.weight >= 80 ? 'w80' : p.weight >= 60 ? 'w60' : 'w40'}>
      {p.refs.length ? (
        <span role="button" tabIndex={0} class="sentence" onClick={open} onKeyDown={(ev) => (ev.key === 'Enter' || ev.key === ' ') && (ev.preventDefault(), open())}><Ev s={text} /></span>
      ) : <span class="sentence"><Ev s={text} /></span>}
      {!!p.refs.length && <Proof claim={{ title: text, refs: p.refs }} />}
      {p.time && <span class="when">{time(p.time)}</span>}
    </li>
  );
}

function Narrative() {
  const { index } = useApp();
  const { m, t, lang } = useWords();
  // what the evidence is comes after what it tells
  const summary = index.case.summary.filter((p) => p.part !== 'case').concat(index.case.summary.filter((p) => p.part === 'case'));
  const many = index.case.incident.incidents > 1;
  const blocks: { incident?: number; parts: { part: string; at: Paragraph[] }[] }[] = [];
  // sentences come in reading order; a new incident opens a block of its own
  for (const p of summary) {
    let block = blocks[blocks.length - 1];
    if (!block || (many && p.incident !== undefined && block.incident !== p.incident)) blocks.push((block = { incident: p.incident, parts: [] }));
    const last = block.parts[block.parts.length - 1];
    if (last?.part === p.part) last.at.push(p);
    else block.parts.push({ part: p.part, at: [p] });
  }
  return (
    <>
      {blocks.map((b) => (
        <section class="narrative">
          {many && b.incident !== undefined && <h2>{t('incident_n', { n: b.incident + 1 })}</h2>}
          {b.parts.map((g) => <div class={'part part-' + g.part}><h3>{m('part', g.part)}</h3><ol>{g.at.map((p) => <Sentence p={p} lang={lang} />)}</ol></div>)}
        </section>
      ))}
    </>
  );
}

export function Story() {
  const { index } = useApp();
  const { t } = useWords();
  const time = useTime();
  const i = index.case.incident;
  const zero = i.patient_zero?.[0];
  return (
    <>
      {!index.case.run.finished && <p class="warn">{t('unfinished')}</p>}
      <Answers />
      {!!i.timeline?.length && <div class="card"><h3>{t('signs_per_day')}</h3><DayChart height={120} /></div>}
      {!i.incidents && <p class="warn"><b>{t('no_incident')}.</b> {t('no_incident_more')}</p>}
      {zero && <p class="note lead">{t('zero')}: <HostLink name={zero.host} /> {time(zero.time)} <ClassPill of={index.pages.get(zero.host)?.verdict?.class ?? 'unknown'} /></p>}
      <Narrative />
      <p class="note">{t('judged')} {t('no_clean')}</p>
    </>
  );
}
