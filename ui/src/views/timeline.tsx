// Phases as lanes over time, from months to milliseconds, and the signs in the chosen time as rows.
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import uPlot from 'uplot';
import { PHASES } from '../data/derive';
import type { Sign } from '../data/types';
import { Ev, HostLink, Pill, Proof } from '../parts/bits';
import { useApp } from '../parts/context';
import { axisTimes, css, GRADES, zoned } from '../parts/daychart';
import { useSettings } from '../parts/settings';
import { afterPaint } from '../parts/later';
import { Table, type Column } from '../parts/table';
import { duration, ms, useTime } from '../text/format';
import { visible } from '../text/visible';
import { useWords } from '../text/words';

interface Range { from: number; to: number }

const lanesOf = (signs: Sign[]): string[] => PHASES.concat(['']).filter((p) => signs.some((s) => (PHASES.includes(s.phase) ? s.phase : '') === p));

/* Signs as points: x in ms, y the lane from above; a series per grade, the strongest drawn last. */
function points(signs: Sign[], lanes: string[]): uPlot.AlignedData {
  const timed = signs.filter((s) => s.time).map((s) => ({ s, at: ms(s.time) })).sort((a, b) => a.at - b.at);
  const lane = (s: Sign) => lanes.length - 1 - lanes.indexOf(PHASES.includes(s.phase) ? s.phase : '');
  return [timed.map((x) => x.at), ...[...GRADES].reverse().map((g) => timed.map((x) => (x.s.grade === g ? lane(x.s) : null)))];
}

function Lanes({ signs, range, onRange }: { signs: Sign[]; range: Range; onRange: (r: Range) => void }) {
  const { local, theme } = useSettings();
  const { m, lang } = useWords();
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const lanes = useMemo(() => lanesOf(signs), [signs]);
  const data = useMemo(() => points(signs, lanes), [signs, lanes]);
  useEffect(() => {
    const el = box.current;
    if (!el) return;
    const height = 60 + lanes.length * 30;
    el.style.minHeight = height + 'px';
    const watch = new ResizeObserver(() => plot.current?.setSize({ width: el.clientWidth, height }));
    const cancel = afterPaint(() => {
      const ink = css('--ink'), soft = css('--soft'), line = css('--line2');
      const u = new uPlot({
        width: el.clientWidth, height, ms: 1, tzDate: zoned(local), legend: { show: false },
        cursor: { drag: { x: true, y: false, setScale: false }, points: { show: false }, bind: { dblclick: () => null } },
        scales: { x: { time: true, range: (_u, min, max) => [min, max] }, y: { range: [-0.7, lanes.length - 0.3] } },
        series: [{}, ...[...GRADES].reverse().map((g) => ({ label: g, stroke: css('--grade-' + g), paths: () => null, points: { show: true, size: g === 'control' ? 11 : g === 'strong' ? 9 : 7, fill: css('--grade-' + g), width: 1, stroke: css('--card') } }))],
        axes: [
          { stroke: soft, values: axisTimes(local), space: 80, grid: { stroke: line, width: 1 }, ticks: { stroke: line } },
          { stroke: ink, size: 170, gap: 8, grid: { stroke: line, width: 1 }, ticks: { show: false }, splits: () => lanes.map((_, i) => i), values: () => [...lanes].reverse().map((p) => m('phase', p || 'other')), font: '12px system-ui, sans-serif' },
        ],
        hooks: {
          setSelect: [(c) => {
            if (c.select.width > 2) {
              onRange({ from: c.posToVal(c.select.left, 'x'), to: c.posToVal(c.select.left + c.select.width, 'x') });
              c.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
            }
          }],
        },
      }, data, el);
      u.setScale('x', { min: range.from, max: range.to });
      plot.current = u;
      watch.observe(el);
    });
    return () => {
      cancel();
      watch.disconnect();
      plot.current?.destroy();
      plot.current = null;
    };
  }, [data, local, theme, lang]);
  useEffect(() => plot.current?.setScale('x', { min: range.from, max: range.to }), [range]);

  const zoom = (by: number, about = 0.5) => {
    const span = Math.max(2, (range.to - range.from) * by);
    const mid = range.from + (range.to - range.from) * about;
    onRange({ from: mid - span * about, to: mid + span * (1 - about) });
  };
  const shift = (by: number) => onRange({ from: range.from + (range.to - range.from) * by, to: range.to + (range.to - range.from) * by });
  const onKey = (ev: KeyboardEvent) => {
    if (ev.key === '+' || ev.key === '=') zoom(0.5);
    else if (ev.key === '-') zoom(2);
    else if (ev.key === 'ArrowLeft') shift(-0.2);
    else if (ev.key === 'ArrowRight') shift(0.2);
    else return;
    ev.preventDefault();
  };
  useEffect(() => {
    const el = box.current;
    const wheel = (ev: WheelEvent) => {
      if (!ev.ctrlKey && !ev.shiftKey) return; // plain wheel scrolls the page
      ev.preventDefault();
      zoom(ev.deltaY > 0 ? 1.25 : 0.8, Math.min(1, Math.max(0, (ev.offsetX - 170) / Math.max(1, (el?.clientWidth ?? 1) - 170))));
    };
    el?.addEventListener('wheel', wheel, { passive: false });
    return () => el?.removeEventListener('wheel', wheel);
  });
  return <div class="chart lanes" ref={box} tabIndex={0} onKeyDown={onKey} role="application" aria-label="phases over time: plus and minus zoom, arrows move" />;
}

export function SignTable({ signs, name, height, ofOne }: { signs: Sign[]; name: string; height?: string; ofOne?: boolean }) {
  const app = useApp();
  const { t, m, lang } = useWords();
  const time = useTime();
  const textOf = (s: Sign) => (lang === 'zh' && s.zh) || s.text;
  const columns: Column<Sign>[] = [
    { id: 'time', title: t('time'), width: '12.5rem', text: (s) => time(s.time), sort: (s) => s.time ?? '' },
    { id: 'host', title: t('host'), width: 'minmax(7rem, 11rem)', text: (s) => s.host ?? '', cell: (s) => <HostLink name={s.host} /> },
    { id: 'grade', title: t('grade'), width: '10rem', text: (s) => m('grade', s.grade), cell: (s) => <Pill kind={'grade-' + s.grade}>{m('grade', s.grade)}</Pill>, sort: (s) => -GRADES.indexOf(s.grade as 'note') },
    { id: 'phase', title: t('phase'), width: '10rem', text: (s) => m('phase', s.phase) },
    { id: 'what', title: t('what'), width: 'minmax(20rem, 1fr)', text: textOf, cell: (s) => <span title={visible(textOf(s))}><Ev s={textOf(s)} max={500} /></span> },
    { id: 'refs', title: '', width: '3rem', text: (s) => s.refs.join(' '), cell: (s) => <Proof claim={{ title: textOf(s), refs: s.refs, host: s.host, target: s.id ? { kind: 'sign', id: s.id } : undefined }} /> },
  ];
  return <Table name={name} rows={signs} columns={ofOne ? columns.filter((c) => c.id !== 'host') : columns} height={height} onOpen={(s) => app.open({ title: textOf(s), refs: s.refs, host: s.host, target: s.id ? { kind: 'sign', id: s.id } : undefined })} />;
}

export function Timeline() {
  const { index } = useApp();
  const { t, m } = useWords();
  const time = useTime();
  const pad = Math.max(60000, (index.to - index.from) * 0.02);
  const whole = { from: index.from - pad, to: index.to + pad };
  const [range, setRange] = useState<Range>(whole);
  const [incident, setIncident] = useState(-1);
  const all = useMemo(() => (index.case.incident.timeline ?? []).filter((s) => incident < 0 || s.incident === incident || s.incident === undefined), [index, incident]);
  const rows = useMemo(() => all.filter((s) => !s.time || (ms(s.time) >= range.from && ms(s.time) <= range.to)), [all, range]);
  const iso = (n: number) => new Date(n).toISOString();
  return (
    <section>
      <header class="section-head">
        <h2>{t('timeline')}</h2>
        <div class="actions">
          <Incidents value={incident} onChange={setIncident} />
          <span class="num note">{time(iso(range.from))} – {time(iso(range.to))} ({duration(range.to - range.from)})</span>
          <button type="button" class="small" onClick={() => setRange(whole)}>{t('zoom_all')}</button>
        </div>
      </header>
      <p class="legend">{GRADES.map((g) => <Pill kind={'grade-' + g}>{m('grade', g)}</Pill>)} <span class="note">{t('zoom_hint')}</span></p>
      <div onDblClick={() => setRange(whole)}><Lanes signs={all} range={range} onRange={setRange} /></div>
      <SignTable signs={rows} name={t('timeline')} />
    </section>
  );
}

export function Incidents({ value, onChange }: { value: number; onChange: (n: number) => void }) {
  const { index } = useApp();
  const { t } = useWords();
  const n = index.case.incident.incidents;
  if (n < 2) return null;
  return (
    <select aria-label={t('incident_n', { n: '' })} value={String(value)} onChange={(ev) => onChange(Number(ev.currentTarget.value))}>
      <option value="-1">{t('all_incidents')}</option>
      {Array.from({ length: n }, (_, i) => <option value={String(i)}>{t('incident_n', { n: i + 1 })}</option>)}
    </select>
  );
}
