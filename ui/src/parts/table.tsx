// A table of any length: only the rows in sight are in the page. Sorted by its headings, filtered by words, saved as CSV.
import { Virtualizer, elementScroll, observeElementOffset, observeElementRect } from '@tanstack/virtual-core';
import type { ComponentChildren } from 'preact';
import { useEffect, useLayoutEffect, useMemo, useReducer, useRef, useState } from 'preact/hooks';
import { count } from '../text/format';
import { visible } from '../text/visible';
import { useWords } from '../text/words';
import { save } from './bits';

export interface Column<Row> {
  id: string;
  title: string;
  width: string; // of a grid track
  text: (row: Row) => string; // for the filter and CSV
  cell?: (row: Row) => ComponentChildren; // default: the text
  sort?: (row: Row) => number | string;
  number?: boolean;
}

interface Props<Row> {
  name: string; // of the CSV file and for assistive technology
  rows: Row[];
  columns: Column<Row>[];
  height?: string;
  rowHeight?: number;
  full?: number; // how many there are in the case
  onOpen?: (row: Row) => void;
  tools?: ComponentChildren;
}

/* A cell that a spreadsheet would take for a formula gets an apostrophe. */
function csvCell(s: string): string {
  const text = visible(/^[=+\-@\t\r]/.test(s) ? "'" + s : s);
  return /[",\n]/.test(text) ? '"' + text.replaceAll('"', '""') + '"' : text;
}

function toCsv<Row>(rows: Row[], columns: Column<Row>[]): string {
  const lines = [columns.map((c) => csvCell(c.title)).join(',')];
  for (const r of rows) lines.push(columns.map((c) => csvCell(c.text(r))).join(','));
  return '\ufeff' + lines.join('\r\n') + '\r\n';
}

function useVirtual(n: number, rowHeight: number, box: { current: HTMLDivElement | null }) {
  const [, redraw] = useReducer((k: number) => k + 1, 0);
  const [v] = useState(() => new Virtualizer<HTMLDivElement, HTMLDivElement>({
    count: n, getScrollElement: () => box.current, estimateSize: () => rowHeight, overscan: 5, scrollToFn: elementScroll,
    observeElementOffset, observeElementRect, onChange: () => redraw(undefined as never),
  }));
  v.setOptions({ ...v.options, count: n, estimateSize: () => rowHeight, onChange: () => redraw(undefined as never) });
  useLayoutEffect(() => v._didMount(), []);
  useLayoutEffect(() => v._willUpdate());
  return v;
}

export function Table<Row>({ name, rows, columns, height = 'min(70vh, 46rem)', rowHeight = 34, full, onOpen, tools }: Props<Row>) {
  const { t } = useWords();
  const [words, setWords] = useState('');
  const [order, setOrder] = useState<{ id: string; down: boolean } | null>(null);
  const [cursor, setCursor] = useState(0);
  const box = useRef<HTMLDivElement>(null);

  const kept = useMemo(() => {
    const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
    let out = wanted.length ? rows.filter((r) => {
      const text = columns.map((c) => c.text(r)).join('\n').toLowerCase();
      return wanted.every((w) => text.includes(w));
    }) : rows;
    const column = order && columns.find((c) => c.id === order.id);
    if (column) {
      const key = column.sort ?? column.text;
      const keyed = out.map((r, i) => ({ r, k: key(r), i }));
      keyed.sort((a, b) => (a.k < b.k ? -1 : a.k > b.k ? 1 : a.i - b.i) * (order.down ? -1 : 1));
      out = keyed.map((x) => x.r);
    }
    return out;
  }, [rows, words, order, columns]);

  const v = useVirtual(kept.length, rowHeight, box);
  useEffect(() => setCursor((c) => Math.min(c, Math.max(0, kept.length - 1))), [kept.length]);
  const tracks = columns.map((c) => c.width).join(' ');
  // all rows are as wide as the least widths of the columns together, so that their cells stand below each other
  const least = columns.reduce((n, c) => n + Number(/[\d.]+(?=rem)/.exec(c.width)?.[0] ?? 4) + 0.8, 0.6) + 'rem';
  const move = (to: number) => {
    const next = Math.max(0, Math.min(kept.length - 1, to));
    setCursor(next);
    v.scrollToIndex(next);
  };
  const onKey = (ev: KeyboardEvent) => {
    if ((ev.target as HTMLElement) !== box.current) return;
    const step: Record<string, number> = { ArrowDown: cursor + 1, ArrowUp: cursor - 1, PageDown: cursor + 15, PageUp: cursor - 15, Home: 0, End: kept.length - 1 };
    if (ev.key in step) move(step[ev.key]);
    else if (ev.key === 'Enter' && onOpen && kept[cursor]) onOpen(kept[cursor]);
    else return;
    ev.preventDefault();
  };

  return (
    <div class="table">
      <div class="tools">
        <input type="search" placeholder={t('filter')} aria-label={`${t('filter')}: ${name}`} value={words} onInput={(ev) => setWords(ev.currentTarget.value)} />
        {tools}
        <span class="grow" />
        <span class="note" role="status">{count(kept.length)}{kept.length !== rows.length && ` ${t('of')} ${count(rows.length)}`}</span>
        <button type="button" class="small" onClick={() => save(name.replaceAll(/\W+/g, '-') + '.csv', 'text/csv', toCsv(kept, columns))}>{t('csv')}</button>
      </div>
      <div class="scroll" ref={box} style={{ maxHeight: height }} tabIndex={0} onKeyDown={onKey} role="table" aria-label={name} aria-rowcount={kept.length + 1}>
        <div class="row head" role="row" style={{ gridTemplateColumns: tracks, minWidth: least }}>
          {columns.map((c) => (
            <div role="columnheader" class={c.number ? 'n' : ''} aria-label={c.title || t('evidence_of')} aria-sort={order?.id === c.id ? (order.down ? 'descending' : 'ascending') : 'none'}>
              {c.title && <button type="button" onClick={() => setOrder(order?.id === c.id ? (order.down ? null : { id: c.id, down: true }) : { id: c.id, down: false })}>
                {c.title}{order?.id === c.id && (order.down ? ' ▾' : ' ▴')}
              </button>}
            </div>
          ))}
        </div>
        <div role="rowgroup" class="rows" style={{ height: v.getTotalSize() + 'px', minWidth: least }}>
          {v.getVirtualItems().map((item) => {
            const row = kept[item.index];
            return row === undefined ? null : (
              <div role="row" aria-rowindex={item.index + 2} key={item.key as number} class={'row' + (item.index === cursor ? ' at' : '') + (onOpen ? ' opens' : '')}
                style={{ gridTemplateColumns: tracks, height: rowHeight + 'px', transform: `translateY(${item.start}px)` }}
                onClick={() => (setCursor(item.index), onOpen?.(row))}>
                {columns.map((c) => <div role="cell" class={c.number ? 'n' : ''} title={c.cell ? undefined : visible(c.text(row))}>{c.cell ? c.cell(row) : visible(c.text(row))}</div>)}
              </div>
            );
          })}
        </div>
      </div>
      {full !== undefined && full > rows.length && <p class="note">{t('capped', { shown: count(rows.length), all: count(full) })}</p>}
      {!kept.length && <p class="note">{t('none')}</p>}
    </div>
  );
}
