// What analysts decided: the audit trail, and the dialog that adds to it.
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Decision } from '../data/types';
import { Ev, Pill, Section } from '../parts/bits';
import { useApp } from '../parts/context';
import { Table, type Column } from '../parts/table';
import { useTime } from '../text/format';
import { useWords, type Word } from '../text/words';

export function Decisions() {
  const { index } = useApp();
  const { t, m } = useWords();
  const time = useTime();
  const columns: Column<Decision>[] = [
    { id: 'n', title: '#', width: '4rem', text: (d) => String(d.n), sort: (d) => d.n, number: true },
    { id: 'at', title: t('time'), width: '12.5rem', text: (d) => time(d.at) },
    { id: 'who', title: t('by'), width: '8rem', text: (d) => d.who },
    { id: 'kind', title: t('kind'), width: '7rem', text: (d) => m('decision', d.kind) },
    { id: 'target', title: t('what'), width: 'minmax(12rem, 1fr)', text: (d) => d.target },
    { id: 'value', title: t('verdict'), width: 'minmax(8rem, 14rem)', text: (d) => d.value, cell: (d) => <Pill kind={d.superseded ? 'informational' : 'high'}><Ev s={d.value} max={80} /></Pill> },
    { id: 'reason', title: t('reason'), width: 'minmax(12rem, 2fr)', text: (d) => d.reason },
  ];
  return <Section title={t('decisions')}><Table name={t('decisions')} rows={index.case.decisions ?? []} columns={columns} /></Section>;
}

// What can be decided of a thing of each kind.
const CHOICES: Record<string, [string, Word][]> = {
  host: [['confirmed', 'confirmed'], ['cleared', 'cleared'], ['reimaged', 'reimaged'], ['notified', 'notified'], ['none', 'withdraw']],
  sign: [['confirmed', 'confirmed'], ['rejected', 'rejected'], ['none', 'withdraw']],
  edge: [['confirmed', 'confirmed'], ['rejected', 'rejected'], ['none', 'withdraw']],
  finding: [['confirmed', 'confirmed'], ['rejected', 'rejected'], ['none', 'withdraw']],
  pin: [['pinned', 'pin'], ['none', 'withdraw']],
};
const ROLES = ['workstation', 'server', 'mail', 'update', 'dms', 'dc', 'dhcp', 'dns', 'proxy', 'fw', 'vpn', 'file', 'db', 'web', 'backup', 'scanner', 'jump', 'build', 'monitoring', 'sensor', 'print'];

interface Props { kind: string; target: string; title: string; onDone: (changes: string[] | null, error?: string) => void }

export function DecideDialog({ kind, target, title, onDone }: Props) {
  const app = useApp();
  const { t, m } = useWords();
  const dialog = useRef<HTMLDialogElement>(null);
  const [what, setWhat] = useState(kind);
  const [value, setValue] = useState(CHOICES[kind]?.[0][0] ?? '');
  const [reason, setReason] = useState('');
  const [who, setWho] = useState('');
  const [error, setError] = useState('');
  const [busy, setBusy] = useState(false);
  useEffect(() => dialog.current?.showModal(), []);
  const kinds = kind === 'host' ? ['host', 'role', 'note'] : [kind, 'note'];
  const before = app.index.case.decisions?.filter((d) => d.kind === what && d.target === target).pop();
  const submit = async (ev: Event) => {
    ev.preventDefault();
    setBusy(true);
    setError('');
    try {
      const text = what === 'note' ? reason : value;
      const answer = await app.source.decide({ kind: what, target, value: text, reason, ...(who ? { who } : {}), expect: before?.n ?? 0 });
      onDone(answer.changes.map((c) => c.text));
    } catch (e) {
      setError((e as Error).message);
      setBusy(false);
    }
  };
  return (
    <dialog ref={dialog} aria-labelledby="decide-title" onClose={() => onDone(null)}>
      <form method="dialog" onSubmit={submit}>
        <h2 id="decide-title">{t('mark')}</h2>
        <p class="claim"><Ev s={title} max={400} /></p>
        {before && <p class="note">#{before.n} <Ev s={`${before.who}: ${before.value} — ${before.reason}`} /></p>}
        <p class="chips" role="group">{kinds.map((k) => <button type="button" aria-pressed={k === what} onClick={() => (setWhat(k), setValue(k === 'role' ? 'server' : CHOICES[k]?.[0][0] ?? ''))}>{k === 'note' ? t('note') : m('decision', k)}</button>)}</p>
        {CHOICES[what] && <p class="choices">{CHOICES[what].map(([v, w]) => <label><input type="radio" name="value" checked={value === v} onChange={() => setValue(v)} /> {t(w)}</label>)}</p>}
        {what === 'zone' && <p><label>{t('zone_set')} <input type="text" placeholder="Asia/Shanghai, +08:00" maxLength={60} value={value} onInput={(ev) => setValue(ev.currentTarget.value.trim())} /></label></p>}
        {what === 'role' && <p><label>{t('role_set')} <select value={value} onChange={(ev) => setValue(ev.currentTarget.value)}>{ROLES.map((r) => <option value={r}>{m('role', r)}</option>)}</select></label></p>}
        <p><label>{t(what === 'note' ? 'note' : 'reason')}<textarea required maxLength={2000} rows={3} value={reason} placeholder={t('why_needed')} onInput={(ev) => setReason(ev.currentTarget.value)} /></label></p>
        <p><label>{t('by')} <input type="text" maxLength={100} value={who} onInput={(ev) => setWho(ev.currentTarget.value)} /></label></p>
        {error && <p class="warn" role="alert">{error}</p>}
        <p class="buttons"><button type="button" onClick={() => dialog.current?.close()}>{t('cancel')}</button><button type="submit" class="primary" disabled={busy || !reason.trim() || (what !== 'note' && !value)}>{t('save')}</button></p>
      </form>
    </dialog>
  );
}
