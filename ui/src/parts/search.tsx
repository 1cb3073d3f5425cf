// Search over everything: what the page holds at once, what only the case's database holds where a server answers.
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { Hit } from '../data/source';
import { clip } from '../text/visible';
import { useTime } from '../text/format';
import { useWords } from '../text/words';
import { Ev } from './bits';
import { link, useApp, type Claim } from './context';

interface Entry { kind: string; text: string; lower: string; go?: string; claim?: Claim }
const SHOWN = 60;

function entriesOf(app: ReturnType<typeof useApp>): Entry[] {
  const c = app.index.case, out: Entry[] = [];
  const add = (kind: string, text: string, rest: { go?: string; claim?: Claim }) => out.push({ kind, text, lower: text.toLowerCase(), ...rest });
  for (const [name, p] of app.index.pages) if (p.host || p.verdict) add('hosts', [name, ...(p.host?.aliases ?? []), p.host?.owner ?? ''].join(' '), { go: link('host', name) });
  for (const p of c.summary) add('story', p.text, { claim: { title: p.text, refs: p.refs } });
  for (const s of c.incident.timeline ?? []) add('timeline', `${s.host ?? ''} ${s.text}`, { claim: { title: s.text, refs: s.refs, host: s.host } });
  for (const x of c.incident.external ?? []) add('relays', `${x.ip} ${x.name ?? ''} ${x.country ?? ''} ${x.network ?? ''}`, { claim: { title: x.ip, refs: x.refs } });
  for (const a of c.incident.artefacts ?? []) add('artefacts', `${a.path ?? ''} ${a.sha256 ?? ''} ${a.host ?? ''}`, { claim: { title: a.path ?? a.kind, refs: a.refs, host: a.host } });
  for (const a of c.addresses) add('addresses', `${a.ip} ${a.host ?? ''}`, { claim: { title: `${a.ip} = ${a.host ?? ''}`, refs: a.refs } });
  for (const o of c.observations) add('timeline', `${o.host ?? ''} ${o.text}`, { claim: { title: o.text, refs: o.refs, host: o.host ?? undefined } });
  for (const f of c.findings) add('findings', `${f.title} ${f.host} ${f.details.map((d) => d.value).join(' ')}`, { claim: { title: f.title, refs: f.refs, host: f.host } });
  for (const i of c.items) add('files', `${i.path} ${i.sha256 ?? ''}`, { go: link('evidence', 'files') });
  for (const b of c.not_seen) add('not_seen', b.text, { claim: { title: b.text, refs: b.refs } });
  return out;
}

export function Search({ onClose }: { onClose: () => void }) {
  const app = useApp();
  const { t } = useWords();
  const time = useTime();
  const [q, setQ] = useState('');
  const [hits, setHits] = useState<Hit[]>([]);
  const dialog = useRef<HTMLDialogElement>(null);
  const entries = useMemo(() => entriesOf(app), [app.index]);
  useEffect(() => dialog.current?.showModal(), []);
  const words = q.toLowerCase().split(/\s+/).filter(Boolean);
  const found = useMemo(() => (words.length ? entries.filter((e) => words.every((w) => e.lower.includes(w))) : []), [q, entries]);
  useEffect(() => {
    setHits([]);
    if (!app.source.live || q.trim().length < 3) return;
    const timer = setTimeout(() => app.source.search(q.trim()).then(setHits, () => setHits([])), 250);
    return () => clearTimeout(timer);
  }, [q]);
  const close = () => dialog.current?.close();
  const go = (e: Entry) => {
    close();
    if (e.go) location.hash = e.go;
    else if (e.claim) app.open(e.claim);
  };
  return (
    <dialog class="search" ref={dialog} aria-label={t('search')} onClose={onClose} onClick={(ev) => ev.target === dialog.current && close()}>
      <input type="search" autofocus placeholder={t('search')} aria-label={t('search')} value={q} onInput={(ev) => setQ(ev.currentTarget.value)}
        onKeyDown={(ev) => (ev.key === 'Escape' ? close() : ev.key === 'Enter' && found[0] && go(found[0]))} />
      <p class="note" role="status">{words.length ? found.length : ''}</p>
      <ul>
        {found.slice(0, SHOWN).map((e) => <li><button type="button" onClick={() => go(e)}><span class="kind">{t(e.kind as 'hosts')}</span><span><Ev s={clip(e.text, 300)} /></span></button></li>)}
        {!!hits.length && <li class="heading">{t('server_hits')}</li>}
        {hits.map((h) => <li><button type="button" onClick={() => (close(), app.open({ title: h.text, refs: h.ref ? [h.ref] : [], host: h.host || undefined }))}><span class="kind">{h.kind}</span><span><span class="num">{time(h.time, '')}</span> <Ev s={clip(`${h.host} ${h.text}`, 300)} /></span></button></li>)}
      </ul>
    </dialog>
  );
}
