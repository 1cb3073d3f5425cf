// What the reader set: language, theme, zone of times. Kept for the next visit where the browser allows it.
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';

export type Lang = 'en' | 'zh';
export type Theme = 'auto' | 'light' | 'dark';
export interface Settings { lang: Lang; theme: Theme; local: boolean }

export const SettingsContext = createContext<Settings>({ lang: 'en', theme: 'auto', local: false });
export const useSettings = () => useContext(SettingsContext);

const KEY = 'spoor.settings';

export function loadSettings(): Settings {
  const base: Settings = { lang: navigator.language.startsWith('zh') ? 'zh' : 'en', theme: 'auto', local: false };
  try {
    return { ...base, ...(JSON.parse(localStorage.getItem(KEY) ?? '{}') as Partial<Settings>) };
  } catch {
    return base; // a file opened from disk may not have storage
  }
}

export function saveSettings(s: Settings): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(s));
  } catch {
    /* not kept */
  }
}
