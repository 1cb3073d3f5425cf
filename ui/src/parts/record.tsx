// One event: what the case says of it, and its record where a server can read it.
import { useEffect, useState } from 'preact/hooks';
import type { Index } from '../data/derive';
import type { EventRecord, Ref } from '../data/types';
import { count, useTime } from '../text/format';
import { useWords } from '../text/words';
import { Copy, Ev, HostLink } from './bits';
import { link, useApp } from './context';

function hexLines(base64: string, from: number): string[] {
  const raw = atob(base64);
  const lines: string[] = [];
  for (let i = 0; i < raw.length; i += 16) {
    const row = raw.slice(i, i + 16);
    const hex = Array.from(row, (c) => c.charCodeAt(0).toString(16).padStart(2, '0')).join(' ');
    const text = row.replace(/[^\x20-\x7e]/g, '.');
    lines.push(`${(from + i).toString(16).padStart(8, '0')}  ${hex.padEnd(47)}  ${text}`);
  }
  return lines;
}

function pretty(json: string): string {
  try {
    return JSON.stringify(JSON.parse(json), null, 2);
  } catch {
    return json;
  }
}

function Decoded({ e }: { e: EventRecord }) {
  const { t } = useWords();
  const time = useTime();
  return (
    <>
      <dl class="facts">
        <dt>{t('file')}</dt><dd><Ev s={e.path} /> <span class={'pill ' + (e.verified ? 'low' : 'high')}>{e.verified ? t('verified') : t('not_verified')}</span></dd>
        <dt>{t('time')}</dt><dd>{time(e.time, t('unknown_time'))}</dd>
        <dt>{t('record')}</dt><dd>{e.record}, {t('offset')} {count(e.offset)}, {count(e.length)} B, <Ev s={[e.format, ...(e.flags ?? [])].join(', ')} /></dd>
      </dl>
      <h3>{t('fields')}</h3>
      <dl class="facts fields">{e.fields.map((f) => <><dt><Ev s={f.name} /></dt><dd><Ev s={f.value} max={20000} /></dd></>)}</dl>
      <details><summary>{t('raw')}</summary><pre tabIndex={0}>{pretty(e.json).split('\n').map((l) => <div><Ev s={l} /></div>)}</pre></details>
      <details><summary>{t('hex')}</summary><pre class="hex" tabIndex={0}>{hexLines(e.hex, e.offset).join('\n')}</pre></details>
      {!!e.neighbours?.length && <><h3>{t('neighbours')}</h3><p>{e.neighbours.map((r) => <a class="ref" href={link('event', r)}>{r.slice(65)}</a>)}</p></>}
    </>
  );
}

/* Records of the same file that the case names, before and behind this one. */
function neighbours(index: Index, at: Ref): Ref[] {
  const [hash, offset] = at.split(':'), here = Number(offset);
  const same: { ref: Ref; offset: number }[] = [];
  for (const ref of index.mentions.keys()) if (ref !== at && ref.startsWith(hash + ':')) same.push({ ref, offset: Number(ref.split(':')[1]) });
  same.sort((a, b) => a.offset - b.offset);
  const next = same.findIndex((x) => x.offset > here), middle = next < 0 ? same.length : next;
  return same.slice(Math.max(0, middle - 3), middle + 3).map((x) => x.ref);
}

export function Record({ at, brief }: { at: Ref; brief?: boolean }) {
  const app = useApp();
  const { t } = useWords();
  const [record, setRecord] = useState<EventRecord | null>(null);
  const [error, setError] = useState('');
  useEffect(() => {
    if (!app.source.live) return;
    let here = true;
    setRecord(null);
    setError('');
    app.source.event(at).then((r) => here && setRecord(r), (e: Error) => here && setError(e.message));
    return () => void (here = false);
  }, [at]);

  const [hash, offset, number] = at.split(':');
  const item = app.index.case.items.find((i) => i.sha256 === hash);
  const said = (app.index.mentions.get(at) ?? []).slice(0, 12);
  const near = neighbours(app.index, at);
  const command = `spoor show . ${hash.slice(0, 16)}:${offset}:${number}`;
  return (
    <div class="record">
      {item && !record && <p class="path"><Ev s={item.path} /></p>}
      <p class="note">SHA-256 {hash.slice(0, 16)}… · {t('offset')} {offset} · {t('record')} {number} <a href={link('event', at)}>#</a> {app.source.live && <button type="button" class="small" onClick={() => app.decide('pin', at, `${t('record')} ${number}`)}>{t('pin')}</button>}</p>
      {app.source.live ? (record ? <Decoded e={record} /> : error ? <p class="warn"><Ev s={error} /></p> : <p class="note">…</p>) : (
        <><p class="note">{t('opens')}</p><p class="command"><code>{command}</code><Copy text={command} /></p></>
      )}
      {!brief && !!near.length && <><h3>{t('neighbours_known')}</h3><p>{near.map((r) => <a class="ref" href={link('event', r)}>{r.split(':').slice(1).join(':')}</a>)}</p></>}
      {!brief && !!said.length && <><h3>{t('in_case')}</h3><ul class="said">{said.map((s) => <li>{s.host && <><HostLink name={s.host} />: </>}<Ev s={s.what} max={600} /></li>)}</ul></>}
    </div>
  );
}
