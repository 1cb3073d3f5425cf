// Line drawings of 16 by 16 for the navigation.
const PATHS = {
  story: 'M3 2.5h10v11H3zM5.5 5.5h5M5.5 8h5M5.5 10.5h3', spread: 'M3.5 8h3M6.5 8l4-4M6.5 8l4 4M2 8a1.5 1.5 0 1 0 3 0a1.5 1.5 0 1 0-3 0M10.5 4a1.5 1.5 0 1 0 3 0a1.5 1.5 0 1 0-3 0M10.5 12a1.5 1.5 0 1 0 3 0a1.5 1.5 0 1 0-3 0',
  timeline: 'M1.5 8h13M4 8V4.5M8 8v4M12 8V5.5', hosts: 'M2 3h12v7.5H2zM6 13.5h4M8 10.5v3', relays: 'M8 1.5a6.5 6.5 0 1 0 0 13a6.5 6.5 0 1 0 0-13M1.5 8h13M8 1.5c-4 4-4 9 0 13M8 1.5c4 4 4 9 0 13',
  loss: 'M8 2v7.5M5 6.8L8 9.8l3-3M2.5 11v2.5h11V11', findings: 'M8 1.8L14.5 13.5h-13zM8 6v3.8M8 11.2v.6', evidence: 'M2 3.5h4.5L8 5h6v8.5H2z', decisions: 'M2.5 8.5l3.5 3.5l7.5-8',
  desk: 'M2 9h12M3 9v4.5M13 9v4.5M5 9V3.5h6V9M7 5.5h2',
  search: 'M7 2.5a4.5 4.5 0 1 0 0 9a4.5 4.5 0 1 0 0-9M10.3 10.3L14 14', auto: 'M8 2a6 6 0 1 0 0 12zM8 2a6 6 0 0 1 0 12', light: 'M8 5a3 3 0 1 0 0 6a3 3 0 1 0 0-6M8 1v2M8 13v2M1 8h2M13 8h2M3 3l1.4 1.4M11.6 11.6L13 13M3 13l1.4-1.4M11.6 4.4L13 3', dark: 'M12.8 10A6 6 0 0 1 6 3.2A5.6 5.6 0 1 0 12.8 10z',
  print: 'M4.5 6V2h7v4M4.5 11H2V6h12v5h-2.5M4.5 9.5h7V14h-7z',
} as const;
export type IconName = keyof typeof PATHS;
export const Icon = ({ name }: { name: IconName }) => <svg class="icon" viewBox="0 0 16 16" aria-hidden="true"><path d={PATHS[name]} /></svg>;
