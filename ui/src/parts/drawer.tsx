// The panel on the right: a statement and its events.
import { useEffect, useRef, useState } from 'preact/hooks';
import { useWords } from '../text/words';
import { Ev, HostLink } from './bits';
import { useApp, type Claim } from './context';
import { Record } from './record';

export function Drawer({ claim, onClose }: { claim: Claim; onClose: () => void }) {
  const { t } = useWords();
  const app = useApp();
  const [at, setAt] = useState(0);
  const panel = useRef<HTMLElement>(null);
  useEffect(() => {
    setAt(0);
    panel.current?.focus();
  }, [claim]);
  const ref = claim.refs[Math.min(at, claim.refs.length - 1)];
  return (
    <aside class="drawer" aria-label={t('evidence_of')} tabIndex={-1} ref={panel} onKeyDown={(ev) => ev.key === 'Escape' && (ev.stopPropagation(), onClose())}>
      <header><h2>{t('evidence_of')}</h2><button type="button" class="small" onClick={onClose} aria-label={t('close')}>✕</button></header>
      <p class="claim">{claim.host && <><HostLink name={claim.host} />: </>}<Ev s={claim.title} /></p>
      {app.source.live && claim.target && (
        <p><button type="button" class="small" onClick={() => app.decide(claim.target!.kind, claim.target!.id, claim.title)}>{t('mark')}</button></p>
      )}
      {claim.refs.length > 1 && (
        <div class="tabs" role="tablist" aria-label={t('evidence_of')}>
          {claim.refs.map((_, i) => <button type="button" role="tab" aria-selected={i === at} onClick={() => setAt(i)}>{i + 1}</button>)}
        </div>
      )}
      {ref && <Record at={ref} />}
    </aside>
  );
}
