// Addresses outside: relays, control servers, places data went to; who behaves as one; when each was seen; by country.
import { useMemo } from 'preact/hooks';
import type { External } from '../data/types';
import { Bar, Pill, Proof, Section } from '../parts/bits';
import { useApp } from '../parts/context';
import { Table, type Column } from '../parts/table';
import { ms, useTime } from '../text/format';
import { visible } from '../text/visible';
import { useWords } from '../text/words';

function Activity({ rows }: { rows: External[] }) {
  const { index, open } = useApp();
  const { m } = useWords();
  const time = useTime();
  const from = Math.min(index.from, ...rows.map((r) => ms(r.first)).filter((n) => !Number.isNaN(n)));
  const to = Math.max(index.to, ...rows.map((r) => ms(r.last)).filter((n) => !Number.isNaN(n)));
  const at = (t: string | null | undefined) => ((ms(t) - from) / Math.max(1, to - from)) * 1000;
  return (
    <ul class="activity">
      {rows.map((x) => (
        <li>
          <button type="button" class={'name role-' + x.role} onClick={() => open({ title: `${x.ip}${x.name ? ' (' + x.name + ')' : ''}: ${m('external', x.role)}`, refs: x.refs })}>{visible(x.ip)}</button>
          <svg viewBox="0 0 1000 14" preserveAspectRatio="none" role="img" aria-label={`${time(x.first)} – ${time(x.last)}`}>
            <rect class="back" y="6" width="1000" height="2" />
            {x.first && x.last && <rect class={'role-' + x.role} x={at(x.first)} y="2" rx="2" width={Math.max(3, at(x.last) - at(x.first))} height="10" />}
          </svg>
          <span class="num note">{time(x.first).slice(0, 10)} – {time(x.last).slice(0, 10)}</span>
        </li>
      ))}
    </ul>
  );
}

function Countries({ rows }: { rows: External[] }) {
  const { t, lang } = useWords();
  const groups = useMemo(() => {
    const by = new Map<string, External[]>();
    for (const r of rows) by.set(r.country ?? '', [...(by.get(r.country ?? '') ?? []), r]);
    return [...by].sort((a, b) => b[1].length - a[1].length || (a[0] < b[0] ? -1 : 1));
  }, [rows]);
  const names = useMemo(() => new Intl.DisplayNames([lang === 'zh' ? 'zh-Hans' : 'en'], { type: 'region' }), [lang]);
  const name = (code: string) => {
    try {
      return code ? names.of(code) ?? code : t('not_recorded');
    } catch {
      return code; // no code of a country
    }
  };
  return (
    <table class="plain">
      <thead><tr><th>{t('country')}</th><th class="n">{t('count')}</th><th>{t('network')}</th><th>{t('address')}</th></tr></thead>
      <tbody>{groups.map(([code, list]) => (
        <tr><td>{visible(name(code))} {code && <code>{visible(code)}</code>}</td><td class="n">{list.length}</td>
          <td>{[...new Set(list.map((x) => visible((x.asn ? `AS${x.asn} ` : '') + (x.network ?? '') + (x.network_kind ? ` (${x.network_kind})` : ''))).filter(Boolean))].join('; ')}</td>
          <td>{list.map((x) => visible(x.ip)).join(', ')}</td></tr>
      ))}</tbody>
    </table>
  );
}

export function Relays() {
  const app = useApp();
  const { t, m } = useWords();
  const time = useTime();
  const rows = app.index.case.incident.external ?? [];
  const claim = (x: External) => ({ title: `${x.ip}${x.name ? ' (' + x.name + ')' : ''}: ${m('external', x.role)}`, refs: x.refs });
  const columns: Column<External>[] = [
    { id: 'ip', title: t('address'), width: '11rem', text: (x) => x.ip, cell: (x) => <code>{visible(x.ip)}</code> },
    { id: 'name', title: t('name'), width: 'minmax(9rem, 1fr)', text: (x) => x.name ?? '' },
    { id: 'role', title: t('role'), width: '9rem', text: (x) => m('external', x.role), cell: (x) => <Pill kind={'role-' + x.role}>{m('external', x.role)}</Pill> },
    { id: 'cluster', title: t('cluster'), width: '6rem', text: (x) => String(Number(x.cluster) + 1), sort: (x) => Number(x.cluster) },
    { id: 'confidence', title: t('confidence'), width: '8rem', text: (x) => x.confidence.toFixed(2), sort: (x) => -x.confidence, cell: (x) => <span class="with-bar"><Bar share={x.confidence} />{x.confidence.toFixed(2)}</span> },
    { id: 'country', title: t('country'), width: '5.5rem', text: (x) => x.country ?? '' },
    { id: 'network', title: t('network'), width: 'minmax(8rem, 1fr)', text: (x) => (x.asn ? `AS${x.asn} ` : '') + (x.network ?? '') },
    { id: 'first', title: t('first'), width: '12.5rem', text: (x) => time(x.first), sort: (x) => x.first ?? '' },
    { id: 'last', title: t('last'), width: '12.5rem', text: (x) => time(x.last), sort: (x) => x.last ?? '' },
    { id: 'hosts', title: t('hosts_n'), width: '5rem', text: (x) => (x.hosts ? String(x.hosts) : ''), sort: (x) => x.hosts, number: true },
    { id: 'refs', title: '', width: '3rem', text: (x) => x.refs.join(' '), cell: (x) => <Proof claim={claim(x)} /> },
  ];
  return (
    <>
      <Section title={t('relays')} note={t('judged')}><Table name={t('relays')} rows={rows} columns={columns} height="24rem" onOpen={(x) => app.open(claim(x))} /></Section>
      {!!rows.length && <Section title={t('activity')}><Activity rows={rows} /></Section>}
      {!!rows.length && <Section title={t('by_country')}><Countries rows={rows} /></Section>}
    </>
  );
}
