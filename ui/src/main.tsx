// The page: reads the case, draws the frame, lets the address say which view is shown.
import { render } from 'preact';
import { useCallback, useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { indexOf, type Index } from './data/derive';
import { openSource, type DeskSource, type Source } from './data/source';
import type { Body, Case, Head } from './data/types';
import { Ev } from './parts/bits';
import { AppContext, link, type App, type Claim } from './parts/context';
import { Drawer } from './parts/drawer';
import { Icon, type IconName } from './parts/icons';
import { Search } from './parts/search';
import { loadSettings, saveSettings, SettingsContext, type Settings, type Theme } from './parts/settings';
import { count, timeText } from './text/format';
import { word, useWords, type Word } from './text/words';
import { DecideDialog, Decisions } from './views/decisions';
import { Desk } from './views/desk';
import { EventView } from './views/event';
import { Evidence } from './views/evidence';
import { Findings } from './views/findings';
import { Hosts, HostView } from './views/hosts';
import { LossView } from './views/loss';
import { Relays } from './views/relays';
import { Spread } from './views/spread';
import { Story } from './views/story';
import { Timeline } from './views/timeline';

const VIEWS = ['story', 'spread', 'timeline', 'hosts', 'relays', 'loss', 'findings', 'evidence'] as const;

interface Route { view: string; id: string }
function routeOf(hash: string): Route {
  const [view = '', ...rest] = hash.replace(/^#\/?/, '').split('/');
  try {
    return { view: view || 'story', id: decodeURIComponent(rest.join('/')) };
  } catch {
    return { view: 'story', id: '' };
  }
}

function useRoute(): Route {
  const [route, setRoute] = useState(() => routeOf(location.hash));
  useEffect(() => {
    const on = () => setRoute(routeOf(location.hash));
    addEventListener('hashchange', on);
    return () => removeEventListener('hashchange', on);
  }, []);
  return route;
}

function View({ route, desk }: { route: Route; desk: DeskSource | null }) {
  switch (route.view) {
    case 'spread': return <Spread />;
    case 'timeline': return <Timeline />;
    case 'hosts': return <Hosts />;
    case 'host': return <HostView name={route.id} key={route.id} />;
    case 'relays': return <Relays />;
    case 'loss': return <LossView />;
    case 'findings': return <Findings />;
    case 'evidence': return <Evidence tab={route.id} />;
    case 'event': return <EventView at={route.id} />;
    case 'decisions': return <Decisions />;
    case 'desk': return <Desk tab={route.id} desk={desk} />;
    default: return <Story />;
  }
}

function Nav({ route, index, desk }: { route: Route; index: Index; desk: boolean }) {
  const { t } = useWords();
  const c = index.case, i = c.incident;
  const n: Partial<Record<(typeof VIEWS)[number], number>> = {
    timeline: i.timeline?.length, hosts: c.totals.hosts, relays: i.external?.length, loss: i.exfil?.hosts.length,
    findings: Object.values(c.totals.findings).reduce((a, b) => a + b, 0), evidence: c.totals.items,
  };
  const at = route.view === 'host' ? 'hosts' : route.view;
  return (
    <nav class="main" aria-label={t('report')}>
      {VIEWS.map((v) => <a href={link(v)} aria-current={at === v ? 'page' : undefined}><Icon name={v as IconName} /><span>{t(v)}</span>{n[v] !== undefined && <span class="num">{count(n[v]!)}</span>}</a>)}
      {!!c.decisions?.length && <a href={link('decisions')} aria-current={at === 'decisions' ? 'page' : undefined}><Icon name="decisions" /><span>{t('decisions')}</span><span class="num">{c.decisions.length}</span></a>}
      {desk && <a href={link('desk')} aria-current={at === 'desk' ? 'page' : undefined}><Icon name="desk" /><span>{t('desk')}</span></a>}
    </nav>
  );
}

function Top({ index, settings, set, onSearch, live }: { index: Index | null; settings: Settings; set: (s: Partial<Settings>) => void; onSearch: () => void; live: boolean }) {
  const t = (w: Word) => word(settings.lang, w);
  const next: Record<Theme, Theme> = { auto: 'dark', dark: 'light', light: 'auto' };
  const totals = index?.case.totals;
  return (
    <header class="top">
      <a class="skip" href="#main" onClick={(ev) => (ev.preventDefault(), document.getElementById('main')?.focus())}>{t('skip')}</a>
      <a class="brand" href={link('story')}>spoor</a>
      <div class="case"><strong>{t('report')}</strong>{totals && <span class="num">{timeText(totals.first, settings.local).slice(0, 16)} – {timeText(totals.last, settings.local).slice(0, 16)}</span>}</div>
      <button type="button" class="searchbox" onClick={onSearch}><Icon name="search" /><span>{t('search_hint')}</span></button>
      <span class={'mode' + (live ? ' live' : '')} title={t(live ? 'mode_live' : 'mode_report')}>{live ? '●' : '○'}</span>
      <button type="button" class="quiet" aria-pressed={settings.local} onClick={() => set({ local: !settings.local })}>{t(settings.local ? 'local' : 'utc')}</button>
      <button type="button" class="quiet" aria-label={t('theme')} title={t('theme')} onClick={() => set({ theme: next[settings.theme] })}><Icon name={settings.theme} /></button>
      <button type="button" class="quiet" lang={settings.lang === 'en' ? 'zh' : 'en'} onClick={() => set({ lang: settings.lang === 'en' ? 'zh' : 'en' })}>{t('language')}</button>
      <button type="button" class="quiet" aria-label={t('print')} title={t('print')} onClick={() => print()}><Icon name="print" /></button>
    </header>
  );
}

const NOTHING: Body = { hosts: [], addresses: [], edges: [], observations: [], clocks: [], coverage: [], not_seen: [], findings: [], gaps: [], items: [], rules: [] };

/* The head is small and drawn first; the body follows. */
function useCase(source: Source): { index: Index | null; error: string; reload: () => Promise<void> } {
  const [whole, setWhole] = useState<Case | null>(null);
  const [error, setError] = useState('');
  const reload = useCallback(async () => {
    try {
      const head: Head = await source.head();
      setWhole((old) => ({ ...(old ?? NOTHING), ...head }));
      await new Promise((done) => setTimeout(done)); // paint
      const body = await source.body();
      setWhole({ ...body, ...head });
    } catch (e) {
      setError((e as Error).message);
    }
  }, [source]);
  useEffect(() => void reload(), [reload]);
  const index = useMemo(() => whole && indexOf(whole), [whole]);
  return { index, error, reload };
}

/* Another browser's decision changes this one's story, too. */
function useChanges(source: Source, revision: number, reload: () => Promise<void>): void {
  useEffect(() => {
    if (!source.live || revision < 0) return;
    const stop = new AbortController();
    (async () => {
      let known = revision;
      while (!stop.signal.aborted) {
        try {
          const now = await source.changed(known, stop.signal);
          if (now !== known) {
            known = now;
            await reload();
          }
        } catch {
          if (!stop.signal.aborted) await new Promise((done) => setTimeout(done, 5000));
        }
      }
    })();
    return () => stop.abort();
  }, [source, revision, reload]);
}

function Page({ source }: { source: Source }) {
  const [settings, setSettings] = useState(loadSettings);
  const { index, error, reload } = useCase(source);
  const route = useRoute();
  const [claim, setClaim] = useState<Claim | null>(null);
  const [searching, setSearching] = useState(false);
  const [deciding, setDeciding] = useState<{ kind: string; target: string; title: string } | null>(null);
  const [news, setNews] = useState<string[] | null>(null);
  const back = useRef<HTMLElement | null>(null);
  const [desk, setDesk] = useState<DeskSource | null>(null);
  useEffect(() => void source.desk().then(setDesk, () => setDesk(null)), [source]);
  const revision = !index ? -1 : index.case.decisions?.reduce((n, d) => Math.max(n, d.n), 0) ?? 0;
  useChanges(source, revision, reload);

  const set = (s: Partial<Settings>) => {
    const all = { ...settings, ...s };
    setSettings(all);
    saveSettings(all);
  };
  useEffect(() => {
    const root = document.documentElement;
    root.lang = settings.lang === 'zh' ? 'zh-Hans' : 'en';
    root.dataset.theme = settings.theme;
  }, [settings]);
  useEffect(() => {
    const onKey = (ev: KeyboardEvent) => {
      const typing = /^(INPUT|TEXTAREA|SELECT)$/.test((ev.target as HTMLElement).tagName);
      if (typing || ev.ctrlKey || ev.metaKey || ev.altKey) return;
      if (ev.key === '/') setSearching(true);
      else if (/^[1-8]$/.test(ev.key)) location.hash = link(VIEWS[Number(ev.key) - 1]);
      else if (ev.key === 'Escape') setClaim(null);
      else return;
      ev.preventDefault();
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, []);
  useEffect(() => {
    document.getElementById('main')?.scrollTo(0, 0);
    scrollTo(0, 0);
  }, [route.view, route.id]);

  const close = () => {
    setClaim(null);
    back.current?.focus();
  };
  const app: App | null = index && {
    index, source,
    open: (c) => {
      back.current = document.activeElement as HTMLElement;
      setClaim(c);
    },
    decide: (kind, target, title) => setDeciding({ kind, target, title }),
  };
  const t = (w: Word) => word(settings.lang, w);
  return (
    <SettingsContext.Provider value={settings}>
      <Top index={index} settings={settings} set={set} onSearch={() => setSearching(true)} live={source.live} />
      {error ? <main id="main" tabIndex={-1}><p class="warn">{error === 'token' ? t('session_over') : `${t('failed')}: ${error}`}</p></main> : !app ? <main id="main"><p class="note">{t('loading')}</p></main> : (
        <AppContext.Provider value={app}>
          <div class={'frame' + (claim ? ' with-drawer' : '')}>
            <Nav route={route} index={app.index} desk={!!desk} />
            <main id="main" tabIndex={-1}><View route={route} desk={desk} /></main>
            {claim && <Drawer claim={claim} onClose={close} />}
          </div>
          {searching && <Search onClose={() => setSearching(false)} />}
          {deciding && <DecideDialog {...deciding} onDone={(changes) => {
            setDeciding(null);
            if (changes) {
              setNews(changes);
              void reload();
            }
          }} />}
          {news && <div class="news" role="status"><b>{t('changed')}</b><button type="button" class="small" aria-label={t('close')} onClick={() => setNews(null)}>✕</button>{news.length ? <ul>{news.slice(0, 30).map((n) => <li><Ev s={n} /></li>)}</ul> : <p>{t('no_change')}</p>}</div>}
        </AppContext.Provider>
      )}
    </SettingsContext.Provider>
  );
}

const root = document.getElementById('app')!;
root.textContent = '';
render(<Page source={openSource()} />, root);
