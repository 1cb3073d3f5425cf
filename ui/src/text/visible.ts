// Text of the evidence as text: what hides or steers is shown as an escape, as everywhere in spoor (report/visible.c).
// Controls, soft hyphen, zero-width, direction marks, separators, tags, private use and non-characters.
const HIDDEN =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff\ue000-\uf8ff]|[\u{e0000}-\u{e0fff}]|[\u{f0000}-\u{10ffff}]|[\ud800-\udfff]/gu;

export interface Piece { text: string; hidden: boolean }

function escapeOf(c: string): string {
  const n = c.codePointAt(0)!;
  if (n === 10) return '\\n';
  if (n === 9) return '\\t';
  if (n === 13) return '\\r';
  return n < 256 ? '\\x' + n.toString(16).padStart(2, '0') : '\\u{' + n.toString(16) + '}';
}

export function pieces(s: string): Piece[] {
  if (s.search(HIDDEN) < 0) return [{ text: s, hidden: false }];
  const out: Piece[] = [];
  let from = 0;
  for (const m of s.matchAll(HIDDEN)) {
    if (m.index > from) out.push({ text: s.slice(from, m.index), hidden: false });
    out.push({ text: escapeOf(m[0]), hidden: true });
    from = m.index + m[0].length;
  }
  if (from < s.length) out.push({ text: s.slice(from), hidden: false });
  return out;
}

export const visible = (s: string): string => s.replace(HIDDEN, escapeOf);

export function clip(s: string, max: number): string {
  return s.length <= max ? s : s.slice(0, max - 1) + '…';
}
