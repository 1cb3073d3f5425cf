// Days with events as a bar over the whole time of the case.
import { useMemo } from 'preact/hooks';
import type { Cover } from '../data/types';
import { useApp } from './context';

const DAY = 86400000;
export interface Days { from: number; n: number }
const dayOf = (text: string) => Math.floor(Date.parse(text) / DAY);

/* The time that the bars span: that of the incident with room, not of a single stray log. */
export function useDays(): Days {
  const { index } = useApp();
  return useMemo(() => {
    const counts = new Map<number, number>();
    for (const c of index.case.coverage) for (const i of c.intervals) {
      const a = dayOf(i.from), b = dayOf(i.to);
      for (let d = a; d <= b && d < a + 800; d++) counts.set(d, (counts.get(d) ?? 0) + 1);
    }
    const enough = Math.max(1, Math.max(0, ...counts.values()) * 0.02);
    const kept = [...counts].filter(([, n]) => n >= enough).map(([d]) => d);
    if (!kept.length) return { from: Math.floor(index.from / DAY), n: Math.max(1, Math.ceil((index.to - index.from) / DAY)) };
    const from = kept.reduce((a, b) => Math.min(a, b)), to = kept.reduce((a, b) => Math.max(a, b));
    return { from, n: to - from + 1 };
  }, [index]);
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
