// Times, bytes and counts for people. Times are milliseconds inside; the text of the case keeps all digits.
import { useSettings } from '../parts/settings';

export function ms(t: string | null | undefined): number {
  return t ? Date.parse(t) : NaN;
}

const two = (n: number) => String(n).padStart(2, '0');

/* "2024-04-18 02:14:07.108": all digits that the log had, down to the millisecond. */
export function timeText(t: string | null | undefined, local: boolean, unknown = '—'): string {
  if (!t) return unknown;
  const fraction = /\.(\d+)Z$/.exec(t)?.[1]?.slice(0, 3);
  const d = new Date(t);
  if (Number.isNaN(d.getTime())) return t;
  const day = local ? `${d.getFullYear()}-${two(d.getMonth() + 1)}-${two(d.getDate())}` : t.slice(0, 10);
  const clock = local ? `${two(d.getHours())}:${two(d.getMinutes())}:${two(d.getSeconds())}` : t.slice(11, 19);
  return `${day} ${clock}${fraction ? '.' + fraction.padEnd(3, '0') : ''}`;
}

export function useTime(): (t: string | null | undefined, unknown?: string) => string {
  const { local } = useSettings();
  return (t, unknown) => timeText(t, local, unknown);
}

export const count = (n: number): string => String(n).replace(/\B(?=(\d{3})+$)/g, '\u202f');

export function bytes(n: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];
  let u = 0;
  while (n >= 1000 && u < units.length - 1) {
    n /= 1000;
    u++;
  }
  return `${u === 0 || n >= 100 ? Math.round(n) : n.toFixed(1)}\u00a0${units[u]}`;
}

export function duration(msCount: number): string {
  const day = 86400000;
  if (msCount >= 2 * day) return `${Math.round(msCount / day)} d`;
  if (msCount >= 7200000) return `${Math.round(msCount / 3600000)} h`;
  if (msCount >= 120000) return `${Math.round(msCount / 60000)} min`;
  return `${Math.round(msCount / 1000)} s`;
}

/* "ZIS-MX01" of "ZIS-MX01.zishelstor.example". */
export const shortName = (host: string): string => (/^[\d.:]+$/.test(host) ? host : host.split('.')[0] || host);
