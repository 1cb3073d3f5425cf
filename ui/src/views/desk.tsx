// The desk of a CERT: incidents, notices, take-downs, parties, the bulletin. Each change is a verb of `spoor desk`, with its trail.
import { useEffect, useMemo, useState } from 'preact/hooks';
import { Ev, Pill, Section } from '../parts/bits';
import { link } from '../parts/context';
import { Table, type Column } from '../parts/table';
import { bytes, count, timeText } from '../text/format';
import { visible } from '../text/visible';
import { useWords, type Word } from '../text/words';
import type { DeskSource } from '../data/source';

type Row = Record<string, string | number>;
const TABS = ['incidents', 'notices', 'takedowns', 'parties', 'bulletin'] as const;
type Tab = (typeof TABS)[number];

// Columns that a list shows, first those that tell rows apart.
const COLUMNS: Record<Exclude<Tab, 'bulletin'>, string[]> = {
  incidents: ['id', 'status', 'severity', 'tlp', 'title', 'type', 'sector', 'province', 'country', 'cross_border', 'opened', 'deadline', 'hosts', 'data_breach_cases'],
  notices: ['id', 'incident', 'state', 'role', 'name', 'contact', 'country', 'tlp', 'subject', 'made', 'deadline', 'acknowledged'],
  takedowns: ['id', 'incident', 'target', 'party', 'kind', 'status', 'state', 'asked', 'checked', 'note'],
  parties: ['id', 'name', 'kind', 'contact', 'second', 'country', 'lang'],
};
const WIDE: Record<string, string> = { title: 'minmax(18rem, 2fr)', subject: 'minmax(18rem, 2fr)', name: 'minmax(9rem, 1fr)', contact: 'minmax(11rem, 1fr)', target: 'minmax(10rem, 1fr)', id: '8.5rem' };
const cellText = (v: string | number | undefined): string => (v === undefined ? '' : typeof v === 'string' && /^\d{4}-\d\d-\d\dT/.test(v) ? timeText(v, false).slice(0, 16) : String(v));

interface Todo { verb: string; label: Word; words: (row: Row) => string[] | null }
const TODO: Record<Exclude<Tab, 'bulletin'>, Todo[]> = {
  incidents: [
    { verb: 'incident set', label: 'd_handled', words: (r) => (r.status === 'open' ? [String(r.id), 'status=handled'] : null) },
    { verb: 'incident set', label: 'd_open', words: (r) => (r.status === 'open' ? null : [String(r.id), 'status=open']) },
    { verb: 'notices make', label: 'd_make', words: (r) => (r.case_key ? [String(r.id)] : null) },
  ],
  notices: [
    { verb: 'notices ack', label: 'd_ack', words: (r) => (r.state === 'sent' ? [String(r.id)] : null) },
    { verb: 'notices remind', label: 'd_remind', words: (r) => (r.state === 'sent' ? [String(r.id)] : null) },
    { verb: 'notices escalate', label: 'd_escalate', words: (r) => (r.state === 'sent' ? [String(r.id)] : null) },
  ],
  takedowns: [
    { verb: 'takedown check', label: 'd_down', words: (r) => [String(r.id), 'down'] },
    { verb: 'takedown check', label: 'd_up', words: (r) => [String(r.id), 'up'] },
  ],
  parties: [],
};

function Details({ tab, row, desk, onDone }: { tab: Exclude<Tab, 'bulletin'>; row: Row; desk: DeskSource; onDone: () => void }) {
  const { t } = useWords();
  const [text, setText] = useState('');
  const [said, setSaid] = useState('');
  useEffect(() => {
    setText('');
    setSaid('');
    if (tab === 'notices') desk.view<{ text: string }>('notices/' + row.id).then((x) => setText(x.text), (e: Error) => setSaid(e.message));
  }, [tab, row.id]);
  const act = async (todo: Todo, words: string[]) => {
    try {
      setSaid((await desk.act(todo.verb, words)).said.trim() || '✓');
      onDone();
    } catch (e) {
      setSaid((e as Error).message);
    }
  };
  return (
    <Section title={String(row.id)} actions={TODO[tab].map((x) => {
      const words = x.words(row);
      return words && <button type="button" class="small" onClick={() => void act(x, words)}>{t(x.label)}</button>;
    })}>
      {said && <p class="decided" role="status"><Ev s={said} max={600} /></p>}
      <dl class="facts">{Object.entries(row).filter(([k]) => k !== 'id').map(([k, v]) => <><dt>{visible(k.replaceAll('_', ' '))}</dt><dd><Ev s={k === 'leaked_bytes' ? bytes(Number(v)) : cellText(v)} max={2000} /></dd></>)}</dl>
      {text && <pre class="letter" tabIndex={0}>{text.split('\n').map((l) => <div><Ev s={l} />{'\u00a0'}</div>)}</pre>}
    </Section>
  );
}

function List({ tab, desk }: { tab: Exclude<Tab, 'bulletin'>; desk: DeskSource }) {
  const { t } = useWords();
  const [rows, setRows] = useState<Row[] | null>(null);
  const [error, setError] = useState('');
  const [at, setAt] = useState('');
  const load = () => desk.view<Row[]>(tab).then((r) => (setRows(r), setError('')), (e: Error) => setError(e.message));
  useEffect(() => {
    setRows(null);
    setAt('');
    void load();
  }, [tab]);
  const columns = useMemo((): Column<Row>[] => {
    const there = COLUMNS[tab].filter((c) => !rows?.length || rows.some((r) => r[c] !== undefined && r[c] !== ''));
    return there.map((c) => ({
      id: c, title: c.replaceAll('_', ' '), width: WIDE[c] ?? 'minmax(6rem, 9rem)', text: (r) => cellText(r[c]), sort: (r) => r[c] ?? '',
      cell: c === 'severity' || c === 'status' || c === 'state' ? (r) => <Pill kind={r[c] === 'critical' || r[c] === 'high' || r[c] === 'open' ? String(r[c] === 'open' ? 'high' : r[c]) : 'informational'}>{visible(cellText(r[c]))}</Pill> : undefined,
    }));
  }, [tab, rows]);
  const row = rows?.find((r) => String(r.id) === at);
  if (error) return <p class="warn"><Ev s={error} /></p>;
  if (!rows) return <p class="note">…</p>;
  return (
    <>
      <Section title={t(('d_' + tab) as Word)}><Table name={t(('d_' + tab) as Word)} rows={rows} columns={columns} height="24rem" onOpen={(r) => setAt(String(r.id))} /></Section>
      {row && <Details tab={tab} row={row} desk={desk} onDone={() => void load()} />}
    </>
  );
}

interface BulletinNumber { group: string; key: string; label: string; value: number; before: number; change: string; ids: string[] }

/* "2024-W50" of today. */
function thisWeek(): string {
  const d = new Date(), day = (d.getUTCDay() + 6) % 7;
  const thursday = new Date(Date.UTC(d.getUTCFullYear(), d.getUTCMonth(), d.getUTCDate() - day + 3));
  const first = new Date(Date.UTC(thursday.getUTCFullYear(), 0, 4));
  const n = 1 + Math.round((thursday.getTime() - first.getTime()) / 604800000 - (3 - ((first.getUTCDay() + 6) % 7)) / 7);
  return `${thursday.getUTCFullYear()}-W${String(n).padStart(2, '0')}`;
}

function Bulletin({ desk }: { desk: DeskSource }) {
  const { t } = useWords();
  const [week, setWeek] = useState(thisWeek());
  const [data, setData] = useState<{ numbers: BulletinNumber[]; from: string; to: string } | null>(null);
  const [error, setError] = useState('');
  const [open, setOpen] = useState('');
  useEffect(() => {
    setError('');
    if (!/^\d{4}-W\d\d$/.test(week)) return;
    desk.view<{ numbers: BulletinNumber[]; from: string; to: string }>('bulletin/' + week).then(setData, (e: Error) => setError(e.message));
  }, [week]);
  return (
    <Section title={t('d_bulletin')} note={<code>spoor desk bulletin --week {visible(week)} -f html|docx|md</code>} actions={<label>{t('d_week')} <input type="text" size={9} value={week} onChange={(ev) => setWeek(ev.currentTarget.value.trim())} /></label>}>
      {error && <p class="warn"><Ev s={error} /></p>}
      {data && (
        <table class="plain">
          <thead><tr><th>{t('d_number')}</th><th class="n">{t('d_value')}</th><th class="n">{t('d_before')}</th><th>{t('d_change')}</th><th>{t('d_ids')}</th></tr></thead>
          <tbody>{data.numbers.filter((x) => x.value || x.before).map((x) => (
            <tr><td><Ev s={x.label} /></td><td class="n">{count(x.value)}</td><td class="n">{count(x.before)}</td><td><Ev s={x.change} /></td>
              <td>{x.ids.length <= 6 || open === x.key ? x.ids.map((i) => <code class="ref"><Ev s={i} /></code>) : <button type="button" class="small" onClick={() => setOpen(x.key)}>{count(x.ids.length)}</button>}</td></tr>
          ))}</tbody>
        </table>
      )}
      {data && !data.numbers.some((x) => x.value || x.before) && <p class="note">{t('none')}</p>}
    </Section>
  );
}

export function Desk({ tab, desk }: { tab: string; desk: DeskSource | null }) {
  const { t } = useWords();
  const at: Tab = (TABS as readonly string[]).includes(tab) ? (tab as Tab) : 'incidents';
  if (!desk) return <p class="note">{t('none')}</p>;
  return (
    <>
      <nav class="tabs" aria-label={t('desk')}>{TABS.map((x) => <a href={link('desk', x)} aria-current={x === at ? 'page' : undefined}>{t(('d_' + x) as Word)}</a>)}</nav>
      {at === 'bulletin' ? <Bulletin desk={desk} /> : <List tab={at} desk={desk} key={at} />}
    </>
  );
}
