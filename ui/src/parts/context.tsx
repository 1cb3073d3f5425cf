// What every view may ask for: the case, the source, and to open evidence.
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { Index } from '../data/derive';
import type { Source } from '../data/source';
import type { Ref } from '../data/types';

export interface Claim { title: string; refs: Ref[]; host?: string; target?: { kind: string; id: string } }
export interface App {
  index: Index;
  source: Source;
  open(claim: Claim): void;
  decide(kind: string, target: string, title: string): void;
}

export const AppContext = createContext<App>(null as unknown as App);
export const useApp = () => useContext(AppContext);

export const link = (view: string, id?: string): string => '#/' + view + (id === undefined ? '' : '/' + encodeURIComponent(id));
