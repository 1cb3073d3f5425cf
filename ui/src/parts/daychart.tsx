// Signs per day, stacked by grade; dragging chooses a time for whoever asks.
import { useEffect, useMemo, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import type { Sign } from '../data/types';
import { ms, timeText } from '../text/format';
import { useApp } from './context';
import { useSettings } from './settings';

const DAY = 86400000;
export const GRADES = ['control', 'strong', 'weak', 'blocked', 'note'] as const;

export const css = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
export const zoned = (local: boolean) => (n: number) => (local ? new Date(n) : uPlot.tzDate(new Date(n), 'Etc/UTC'));

/* "2024-04-18" where a day begins, "02:14", "02:14:07" or "07.108" within, by how far apart the marks are. */
export const axisTimes = (local: boolean): uPlot.Axis.DynamicValues => (_u, splits, _i, _space, step) => {
  let before = '';
  return splits.map((n) => {
    const text = timeText(new Date(n).toISOString(), local);
    const day = text.slice(0, 10);
    const head = day === before ? '' : before.slice(0, 4) === day.slice(0, 4) ? day.slice(5) : day;
    before = day;
    if (step >= DAY) return head;
    const clock = step >= 60000 ? text.slice(11, 16) : step >= 1000 ? text.slice(11, 19) : text.slice(11, 23);
    return head ? clock + '\n' + head : clock;
  });
};

function perDay(signs: Sign[]): uPlot.AlignedData {
  const days = new Map<number, number[]>();
  for (const s of signs) {
    const at = ms(s.time);
    if (Number.isNaN(at)) continue;
    const day = Math.floor(at / DAY) * DAY;
    let row = days.get(day);
    if (!row) days.set(day, (row = GRADES.map(() => 0)));
    row[Math.max(0, GRADES.indexOf(s.grade as (typeof GRADES)[number]))]++;
  }
  const known = [...days.keys()].sort((a, b) => a - b);
  const xs: number[] = [];
  if (known.length) for (let d = known[0] - DAY; d <= known[known.length - 1] + DAY && xs.length < 4000; d += DAY) xs.push(d);
  const columns = GRADES.map((_, g) => xs.map((d) => days.get(d)?.[g] ?? 0));
  // stacked: each series is the sum of itself and those below
  for (let g = columns.length - 2; g >= 0; g--) columns[g] = columns[g].map((n, i) => n + columns[g + 1][i]);
  return [xs, ...columns];
}

export function DayChart({ height, onRange }: { height: number; onRange?: (from: number, to: number) => void }) {
  const { index } = useApp();
  const { local, theme } = useSettings();
  const box = useRef<HTMLDivElement>(null);
  const data = useMemo(() => perDay(index.case.incident.timeline ?? []), [index]);
  useEffect(() => {
    const el = box.current;
    if (!el || !data[0].length) return;
    const bars = uPlot.paths.bars!({ size: [0.8, 40], align: 1 });
    const ink = css('--soft'), line = css('--line2');
    const plot = new uPlot({
      width: el.clientWidth, height, ms: 1, tzDate: zoned(local), legend: { show: false },
      cursor: { drag: { x: !!onRange, y: false, setScale: false }, points: { show: false } },
      scales: { x: { time: true }, y: { distr: 4, asinh: 2, range: (_u, _min, max) => [0, Math.max(1, max)] } },
      series: [{}, ...GRADES.map((g) => ({ label: g, fill: css('--grade-' + g), stroke: css('--grade-' + g), width: 0, paths: bars, points: { show: false } }))],
      axes: [{ stroke: ink, values: axisTimes(local), space: 70, grid: { stroke: line, width: 1 }, ticks: { stroke: line } }, { stroke: ink, size: 48, grid: { stroke: line, width: 1 }, ticks: { show: false }, splits: (u) => [0, 1, 10, 100, 1000, 10000].filter((n) => n <= (u.scales.y.max ?? 1) && (n === 0 || n * 100 >= (u.scales.y.max ?? 1))) }],
      hooks: {
        setSelect: [(u) => {
          if (u.select.width > 2 && onRange) onRange(u.posToVal(u.select.left, 'x'), u.posToVal(u.select.left + u.select.width, 'x'));
        }],
      },
    }, data, el);
    const watch = new ResizeObserver(() => plot.setSize({ width: el.clientWidth, height }));
    watch.observe(el);
    return () => {
      watch.disconnect();
      plot.destroy();
    };
  }, [data, local, theme, height]);
  return <div class="chart" ref={box} role="img" aria-label="signs per day" />;
}
