// What left, with its bounds, and what was left behind.
import type { Artefact, Loss } from '../data/types';
import { Ev, HostLink, Proof, Section } from '../parts/bits';
import { useApp } from '../parts/context';
import { Table, type Column } from '../parts/table';
import { bytes, useTime } from '../text/format';
import { visible } from '../text/visible';
import { useWords } from '../text/words';

/* From the least to the most, the estimate as a mark. */
function RangeBar({ x, max }: { x: Loss; max: number }) {
  const at = (n: number) => (max ? (n / max) * 100 : 0);
  return (
    <svg class="range" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
      <rect class="back" y="4" width="100" height="2" />
      <rect class="fore" x={at(x.low)} y="2" width={Math.max(0.4, at(x.high) - at(x.low))} height="6" />
      <rect class="mid" x={Math.max(0, at(x.estimate) - 0.3)} width="0.7" height="10" />
    </svg>
  );
}

export function LossView() {
  const app = useApp();
  const { t, m } = useWords();
  const time = useTime();
  const i = app.index.case.incident;
  const losses = i.exfil?.hosts ?? [], total = i.exfil?.total;
  const max = losses.reduce((n, x) => Math.max(n, x.high), 0);
  const columns: Column<Loss>[] = [
    { id: 'host', title: t('host'), width: 'minmax(7rem, 12rem)', text: (x) => x.host ?? '', cell: (x) => <HostLink name={x.host} /> },
    { id: 'to', title: t('per_destination'), width: 'minmax(9rem, 1fr)', text: (x) => x.to },
    { id: 'low', title: t('low'), width: '6.5rem', text: (x) => (x.measurable ? bytes(x.low) : '—'), sort: (x) => x.low, number: true },
    { id: 'estimate', title: t('estimate'), width: '6.5rem', text: (x) => (x.measurable ? bytes(x.estimate) : '—'), sort: (x) => x.estimate, number: true },
    { id: 'high', title: t('high'), width: '6.5rem', text: (x) => (x.measurable ? bytes(x.high) : '—'), sort: (x) => x.high, number: true },
    { id: 'bar', title: '', width: 'minmax(8rem, 1.4fr)', text: () => '', cell: (x) => (x.measurable ? <RangeBar x={x} max={max} /> : <span class="soft">{t('not_measured')}</span>) },
    { id: 'first', title: t('first'), width: '12.5rem', text: (x) => time(x.first), sort: (x) => x.first ?? '' },
    { id: 'last', title: t('last'), width: '12.5rem', text: (x) => time(x.last), sort: (x) => x.last ?? '' },
    { id: 'shared', title: t('measurable'), width: '10rem', text: (x) => (x.shared_by ? t('divided', { n: x.shared_by }) : x.measurable ? t('yes') : t('no')) },
    { id: 'refs', title: '', width: '3rem', text: (x) => x.refs.join(' '), cell: (x) => <Proof claim={{ title: `${x.host ?? ''} → ${x.to}: ${bytes(x.estimate)}`, refs: x.refs }} /> },
  ];
  const left: Column<Artefact>[] = [
    { id: 'kind', title: t('kind'), width: '10rem', text: (a) => m('artefact', a.kind) },
    { id: 'host', title: t('host'), width: 'minmax(7rem, 12rem)', text: (a) => a.host ?? '', cell: (a) => <HostLink name={a.host} /> },
    { id: 'path', title: t('path'), width: 'minmax(18rem, 2fr)', text: (a) => a.path ?? '', cell: (a) => <code title={visible(a.path ?? '')}><Ev s={a.path ?? ''} max={400} /></code> },
    { id: 'size', title: t('size'), width: '9rem', text: (a) => (a.size ? bytes(a.size) : '') + (a.genuine_size ? ` (${bytes(a.genuine_size)})` : ''), sort: (a) => a.size ?? 0, number: true },
    { id: 'from', title: t('first'), width: '12.5rem', text: (a) => time(a.served_from, ''), sort: (a) => a.served_from ?? '' },
    { id: 'to', title: t('last'), width: '12.5rem', text: (a) => time(a.served_to, ''), sort: (a) => a.served_to ?? '' },
    { id: 'hash', title: t('hash'), width: 'minmax(8rem, 1fr)', text: (a) => a.sha256 ?? '', cell: (a) => <code class="hash" title={visible(a.sha256 ?? '')}><Ev s={a.sha256 ?? ''} /></code> },
    { id: 'refs', title: '', width: '3rem', text: (a) => a.refs.join(' '), cell: (a) => <Proof claim={{ title: `${m('artefact', a.kind)}: ${a.path ?? ''}`, refs: a.refs, host: a.host }} /> },
  ];
  return (
    <>
      <Section title={t('loss')}>
        {total && losses.length ? <p class="figure"><b>{bytes(total.estimate)}</b> {t('estimate')}, {t('between')} {bytes(total.low)} {t('and')} {bytes(total.high)}</p> : <p class="note">{t('nothing_measured')}</p>}
        {!!losses.length && <Table name={t('loss')} rows={losses} columns={columns} height="26rem" onOpen={(x) => app.open({ title: `${x.host ?? ''} → ${x.to}: ${bytes(x.estimate)}`, refs: x.refs })} />}
      </Section>
      <Section title={t('artefacts')}>
        <Table name={t('artefacts')} rows={i.artefacts ?? []} columns={left} height="26rem" onOpen={(a) => app.open({ title: `${m('artefact', a.kind)}: ${a.path ?? ''}`, refs: a.refs, host: a.host })} />
      </Section>
    </>
  );
}
