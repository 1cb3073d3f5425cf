// Days with events as a bar over the whole time of the case.
import type { Index } from '../data/derive';
import type { Cover } from '../data/types';
import { useApp } from './context';

const DAY = 86400000;
export interface Days { from: number; n: number }
const dayOf = (text: string) => Math.floor(Date.parse(text) / DAY);

/* The time that the bars span: that of the incident with room, not of a single stray log. */
const known = new WeakMap<Index, Days>();

export function useDays(): Days {
  const { index } = useApp();
  const days = known.get(index) ?? daysOf(index);
  known.set(index, days);
  return days;
}

function daysOf(index: Index): Days {
    // ends of intervals as differences, summed up once
    const change = new Map<number, number>();
    const add = (d: number, n: number) => change.set(d, (change.get(d) ?? 0) + n);
    for (const c of index.case.coverage) for (const i of c.intervals) {
      add(dayOf(i.from), 1);
      add(dayOf(i.to) + 1, -1);
    }
    const counts = new Map<number, number>();
    let open = 0, day = NaN;
    for (const [d, n] of [...change].sort((x, y) => x[0] - y[0])) {
      for (let k = day; open > 0 && k < d && counts.size < 20000; k++) counts.set(k, open);
      open += n;
      day = d;
    }
    const room = Math.max(7, (index.to - index.from) / DAY / 2), first = index.from / DAY - room, last = index.to / DAY + room;
    const most = [...counts.values()].reduce((a, b) => Math.max(a, b), 0);
    const enough = index.case.incident.incidents ? 1 : most * 0.1;
    const kept = [...counts].filter(([d, n]) => n >= enough && (!index.case.incident.incidents || (d >= first && d <= last))).map(([d]) => d);
    if (!kept.length) return { from: Math.floor(index.from / DAY), n: Math.max(1, Math.ceil((index.to - index.from) / DAY)) };
    const from = kept.reduce((a, b) => Math.min(a, b)), to = kept.reduce((a, b) => Math.max(a, b));
    return { from, n: to - from + 1 };
}

export function CoverBar({ cover, days }: { cover: Cover[]; days: Days }) {
  const runs: [number, number][] = [];
  for (const c of cover) for (const i of c.intervals) runs.push([dayOf(i.from) - days.from, dayOf(i.to) - days.from + 1]);
  runs.sort((a, b) => a[0] - b[0]);
  const merged: [number, number][] = [];
  for (const r of runs) {
    const last = merged[merged.length - 1];
    if (last && r[0] <= last[1]) last[1] = Math.max(last[1], r[1]);
    else merged.push([...r]);
  }
  return (
    <svg class="cover" viewBox={`0 0 ${days.n} 8`} preserveAspectRatio="none" role="img" aria-label={`${merged.reduce((n, r) => n + r[1] - r[0], 0)} / ${days.n}`}>
      <rect class="back" width={days.n} height="8" />
      {merged.map(([a, b]) => <rect class="fore" x={a} width={Math.max(0.4, b - a)} height="8" />)}
    </svg>
  );
}
