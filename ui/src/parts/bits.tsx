// Small parts that all views share.
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { shortName } from '../text/format';
import { clip, pieces, visible } from '../text/visible';
import { useWords } from '../text/words';
import { link, useApp, type Claim } from './context';

/* Text of the evidence: always as text, hidden characters made visible. */
export function Ev({ s, max = 4000 }: { s: string; max?: number }) {
  const parts = pieces(clip(s, max));
  return parts.length === 1 && !parts[0].hidden ? <>{parts[0].text}</> : <>{parts.map((p) => (p.hidden ? <span class="esc">{p.text}</span> : p.text))}</>;
}

export function HostLink({ name }: { name: string | null | undefined }) {
  if (!name) return null;
  return <a class="hostname" href={link('host', name)} title={visible(name)}><Ev s={shortName(name)} max={80} /></a>;
}

export function ClassPill({ of }: { of: string }) {
  const { m } = useWords();
  return <span class={'pill class-' + of}><span class="shape" aria-hidden="true" />{m('class', of)}</span>;
}

export function Pill({ kind, children }: { kind: string; children: ComponentChildren }) {
  return <span class={'pill ' + kind}>{children}</span>;
}

/* The mark behind a statement that opens its events. */
export function Proof({ claim }: { claim: Claim }) {
  const app = useApp();
  const { t } = useWords();
  if (!claim.refs.length) return null;
  return (
    <button type="button" class="proof" title={t('evidence_of')} aria-label={`${t('evidence_of')}: ${claim.refs.length} ${t('events_n')}`} onClick={(ev) => (ev.stopPropagation(), app.open(claim))}>
      {claim.refs.length}
    </button>
  );
}

export function Copy({ text }: { text: string }) {
  const { t } = useWords();
  const [done, setDone] = useState(false);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setDone(true);
      setTimeout(() => setDone(false), 1500);
    } catch {
      /* the text can be selected */
    }
  };
  return <button type="button" class="small" onClick={copy}>{done ? t('copied') : t('copy')}</button>;
}

export function Section({ title, note, children, actions }: { title: string; note?: ComponentChildren; children: ComponentChildren; actions?: ComponentChildren }) {
  return (
    <section>
      <header class="section-head"><h2>{title}</h2><div class="actions">{actions}</div></header>
      {note && <p class="note">{note}</p>}
      {children}
    </section>
  );
}

export function Bar({ share, tone = '' }: { share: number; tone?: string }) {
  const w = Math.round(Math.max(0, Math.min(1, share)) * 100);
  return <svg class={'meter ' + tone} viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true"><rect class="back" width="100" height="8" /><rect class="fore" width={w} height="8" /></svg>;
}

export function save(name: string, type: string, data: BlobPart): void {
  const url = URL.createObjectURL(new Blob([data], { type }));
  const a = document.createElement('a');
  a.href = url;
  a.download = name;
  a.click();
  setTimeout(() => URL.revokeObjectURL(url), 10000);
}
