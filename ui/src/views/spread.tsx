// The attack graph over time: relays, entry, servers, hosts by class; the scrubber shows how far it had come.
import cytoscape from 'cytoscape';
import dagre from 'cytoscape-dagre';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { CLASSES } from '../data/derive';
import { graphOf, type Arc, type Graph, type Node } from '../data/graph';
import { ClassPill, HostLink, Proof, save } from '../parts/bits';
import { link, useApp } from '../parts/context';
import { css } from '../parts/daychart';
import { useSettings } from '../parts/settings';
import { afterPaint } from '../parts/later';
import { Table, type Column } from '../parts/table';
import { timeText, useTime } from '../text/format';
import { visible } from '../text/visible';
import { useWords } from '../text/words';
import { svgOf } from '../parts/svg';
import { Incidents } from './timeline';

cytoscape.use(dagre);

const SHAPE: Record<string, cytoscape.Css.NodeShape> = { confirmed: 'ellipse', likely: 'diamond', exposed: 'triangle', unknown: 'hexagon', cleared: 'rectangle' };

function styles(): cytoscape.StylesheetJson {
  const ink = css('--ink'), soft = css('--soft'), card = css('--card');
  return [
    { selector: 'node', style: { label: 'data(label)', 'font-size': 11, color: ink, 'text-valign': 'bottom', 'text-margin-y': 4, 'background-color': soft, width: 26, height: 26, 'border-width': 2, 'border-color': card, 'text-max-width': '120px', 'text-wrap': 'ellipsis', 'text-outline-color': card, 'text-outline-width': 2 } },
    ...CLASSES.map((c) => ({ selector: `node[class="${c}"]`, style: { 'background-color': css('--class-' + c), shape: SHAPE[c] } })),
    { selector: 'node[?server]', style: { width: 34, height: 34 } },
    { selector: 'node[?entry]', style: { 'border-width': 4, 'border-color': css('--accent'), width: 40, height: 40 } },
    { selector: 'node[kind="relay"],node[kind="control"],node[kind="outside"]', style: { shape: 'round-rectangle', 'background-color': css('--outside'), width: 20, height: 20 } },
    { selector: 'node[kind="group"]', style: { width: 52, height: 52, 'font-size': 13, 'font-weight': 'bold', 'border-style': 'double', 'border-width': 6 } },
    { selector: 'edge', style: { width: 1.6, 'line-color': soft, 'target-arrow-color': soft, 'target-arrow-shape': 'triangle', 'curve-style': 'bezier', 'arrow-scale': 0.9, label: 'data(label)', 'font-size': 9, color: soft, 'text-rotation': 'autorotate', 'text-outline-color': card, 'text-outline-width': 2, 'line-style': 'dashed', 'text-wrap': 'wrap', 'text-max-width': '110px' } },
    { selector: 'edge[?first]', style: { 'line-style': 'solid', width: 2.4, 'line-color': ink, 'target-arrow-color': ink } },
    { selector: '.later', style: { opacity: 0.08, events: 'no' } },
    { selector: ':selected', style: { 'overlay-color': css('--accent'), 'overlay-opacity': 0.25, 'overlay-padding': 6 } },
  ] as cytoscape.StylesheetJson;
}

interface PictureProps { graph: Graph; at: number; onOpen: (n: Node) => void; onArc: (a: Arc) => void; hold: (cy: cytoscape.Core | null) => void }

function Picture({ graph, at, onOpen, onArc, hold }: PictureProps) {
  const { m, t, lang } = useWords();
  const { theme } = useSettings();
  const box = useRef<HTMLDivElement>(null);
  const cy = useRef<cytoscape.Core | null>(null);
  const [ready, setReady] = useState(0);
  const later = (n: number) => n > at; // unknown times (NaN) are always shown
  useEffect(() => {
    if (!box.current) return;
    const frame = box.current;
    const label = (n: Node) => (n.kind === 'group' ? t('hosts_grouped', { n: n.label }) : n.kind === 'outside' ? t('outside') : visible(n.label));
    let core: cytoscape.Core | null = null;
    const cancel = afterPaint(() => {
      core = cytoscape({
        container: frame, style: styles(), minZoom: 0.1, maxZoom: 3,
        elements: {
          nodes: graph.nodes.map((n) => ({ data: { ...n, label: label(n) } })),
          edges: graph.arcs.map((a) => ({ data: { ...a, source: a.from, target: a.to, label: graph.nodes.some((n) => n.kind !== 'host' && n.kind !== 'group' && (n.id === a.from || n.id === a.to)) ? '' : m('way', a.kind) + (a.count > 1 ? ` ×${a.count}` : '') } })),
        },
        layout: { name: 'dagre', rankDir: 'LR', nodeSep: 26, rankSep: 140, fit: true, padding: 30 } as cytoscape.LayoutOptions,
      });
      core.on('tap', 'node', (ev) => onOpen(graph.nodes.find((n) => n.id === ev.target.id())!));
      core.on('tap', 'edge', (ev) => onArc(graph.arcs.find((a) => a.id === ev.target.data('id'))!));
      cy.current = core;
      hold(core);
      setReady((n) => n + 1);
    });
    return () => {
      cancel();
      hold(null);
      cy.current = null;
      core?.destroy();
    };
  }, [graph, theme, lang]);
  useEffect(() => {
    cy.current?.batch(() => {
      cy.current?.nodes().forEach((n) => void n.toggleClass('later', later(n.data('at'))));
      cy.current?.edges().forEach((e) => void e.toggleClass('later', later(e.data('at')) || later(e.source().data('at')) || later(e.target().data('at'))));
    });
  }, [ready, at]);
  return <div class="graph" ref={box} role="img" aria-label={t('spread')} />;
}

function Scrubber({ from, to, at, onAt }: { from: number; to: number; at: number; onAt: (n: number) => void }) {
  const { t } = useWords();
  const { local } = useSettings();
  const [playing, setPlaying] = useState(false);
  useEffect(() => {
    if (!playing) return;
    const step = (to - from) / 160;
    const timer = setInterval(() => onAt(Math.min(to, at + step)), 60);
    if (at >= to) setPlaying(false);
    return () => clearInterval(timer);
  });
  const iso = new Date(at).toISOString();
  return (
    <div class="scrubber">
      <button type="button" class="small" onClick={() => (!playing && at >= to && onAt(from), setPlaying(!playing))}>{playing ? t('pause') : t('play')}</button>
      <input type="range" min={from} max={to} step="any" value={at} aria-label={t('moment')} aria-valuetext={timeText(iso, local)} onInput={(ev) => onAt(Number(ev.currentTarget.value))} />
      <span class="num">{timeText(iso, local).slice(0, 19)}</span>
    </div>
  );
}

function ArcTable({ graph }: { graph: Graph }) {
  const { t, m } = useWords();
  const time = useTime();
  const app = useApp();
  const name = (id: string) => {
    const n = graph.nodes.find((x) => x.id === id);
    return n?.kind === 'group' ? t('hosts_grouped', { n: n.hosts.length }) : n?.kind === 'outside' ? t('outside') : (n?.label ?? id);
  };
  const cell = (id: string) => (app.index.pages.has(id) ? <HostLink name={id} /> : <>{visible(name(id))}</>);
  const when = (a: Arc) => (Number.isNaN(a.at) ? '' : new Date(a.at).toISOString());
  const claim = (a: Arc) => ({ title: `${name(a.from)} → ${name(a.to)}: ${m('way', a.kind)}${a.accounts.length ? ' (' + a.accounts.join(', ') + ')' : ''}`, refs: a.refs, target: a.edge ? { kind: 'edge', id: a.edge } : undefined });
  const columns: Column<Arc>[] = [
    { id: 'time', title: t('time'), width: '12.5rem', text: (a) => time(when(a)), sort: when },
    { id: 'from', title: t('from'), width: 'minmax(8rem, 1fr)', text: (a) => name(a.from), cell: (a) => cell(a.from) },
    { id: 'to', title: t('to'), width: 'minmax(8rem, 1fr)', text: (a) => name(a.to), cell: (a) => cell(a.to) },
    { id: 'kind', title: t('kind'), width: 'minmax(8rem, 1fr)', text: (a) => m('way', a.kind) },
    { id: 'count', title: t('count'), width: '5rem', text: (a) => String(a.count), sort: (a) => a.count, number: true },
    { id: 'account', title: t('account'), width: 'minmax(8rem, 1fr)', text: (a) => a.accounts.join(', ') },
    { id: 'refs', title: '', width: '3rem', text: (a) => a.refs.join(' '), cell: (a) => <Proof claim={claim(a)} /> },
  ];
  return <Table name={t('spread')} rows={graph.arcs} columns={columns} onOpen={(a) => app.open(claim(a))} height="24rem" />;
}

export function Spread() {
  const app = useApp();
  const { index } = app;
  const { t, m } = useWords();
  const [opened, setOpened] = useState<Set<string>>(new Set());
  const [incident, setIncident] = useState(-1);
  const [at, setAt] = useState(index.to);
  const graph = useMemo(() => graphOf(index, incident, opened), [index, incident, opened]);
  const cy = useRef<cytoscape.Core | null>(null);
  const open = (n: Node) => {
    if (n.kind === 'group') setOpened(new Set(opened).add(n.id));
    else if (n.kind === 'host') location.hash = link('host', n.id);
    else app.open({ title: `${n.label}: ${m('external', n.kind === 'control' ? 'c2' : n.kind)}`, refs: n.refs });
  };
  const openArc = (a: Arc) => app.open({ title: `${m('way', a.kind)} ×${a.count}${a.accounts.length ? ': ' + a.accounts.join(', ') : ''}`, refs: a.refs, target: a.edge ? { kind: 'edge', id: a.edge } : undefined });
  if (!graph.nodes.length) return <section><h2>{t('spread')}</h2><p class="note">{t('no_incident')}. {t('no_incident_more')}</p></section>;
  return (
    <>
      <section class="wide">
        <header class="section-head">
          <h2>{t('spread')}</h2>
          <div class="actions">
            <Incidents value={incident} onChange={setIncident} />
            {CLASSES.filter((c) => graph.nodes.some((n) => n.class === c)).map((c) => <ClassPill of={c} />)}
            <button type="button" class="small" onClick={() => cy.current?.fit(undefined, 30)}>{t('fit')}</button>
            <button type="button" class="small" onClick={() => cy.current && save('spread.png', 'image/png', cy.current.png({ output: 'blob', full: true, scale: 2, bg: css('--card') }))}>PNG</button>
            <button type="button" class="small" onClick={() => cy.current && save('spread.svg', 'image/svg+xml', svgOf(cy.current))}>SVG</button>
          </div>
        </header>
        <Picture graph={graph} at={at} onOpen={open} onArc={openArc} hold={(c) => (cy.current = c)} />
        <Scrubber from={index.from} to={index.to} at={at} onAt={setAt} />
      </section>
      <section><h2>{t('as_table')}</h2><ArcTable graph={graph} /></section>
    </>
  );
}
