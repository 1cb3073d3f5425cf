// The graph as it stands on the screen, as SVG: shapes, arrows and words, nothing else.
import type { Core } from 'cytoscape';

const escape = (s: string) => s.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);

function shape(kind: string, x: number, y: number, r: number, fill: string): string {
  const points = (list: [number, number][]) => `<polygon points="${list.map(([a, b]) => `${(x + a * r).toFixed(1)},${(y + b * r).toFixed(1)}`).join(' ')}" fill="${fill}"/>`;
  switch (kind) {
    case 'diamond': return points([[0, -1], [1, 0], [0, 1], [-1, 0]]);
    case 'triangle': return points([[0, -1], [1, 1], [-1, 1]]);
    case 'hexagon': return points([[-1, 0], [-0.5, -1], [0.5, -1], [1, 0], [0.5, 1], [-0.5, 1]]);
    case 'rectangle': case 'round-rectangle': return `<rect x="${(x - r).toFixed(1)}" y="${(y - r).toFixed(1)}" width="${2 * r}" height="${2 * r}" rx="${kind === 'rectangle' ? 0 : 4}" fill="${fill}"/>`;
    default: return `<circle cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" r="${r}" fill="${fill}"/>`;
  }
}

export function svgOf(cy: Core): string {
  const box = cy.elements().boundingBox();
  const out = [`<svg xmlns="http://www.w3.org/2000/svg" viewBox="${box.x1 - 20} ${box.y1 - 20} ${box.w + 40} ${box.h + 40}" font-family="sans-serif">`,
    '<defs><marker id="a" viewBox="0 0 10 10" refX="10" refY="5" markerWidth="7" markerHeight="7" orient="auto-start-reverse"><path d="M0 0L10 5L0 10z"/></marker></defs>'];
  cy.edges().forEach((e) => {
    if (e.hasClass('later')) return;
    const s = e.sourceEndpoint(), t = e.targetEndpoint();
    out.push(`<line x1="${s.x.toFixed(1)}" y1="${s.y.toFixed(1)}" x2="${t.x.toFixed(1)}" y2="${t.y.toFixed(1)}" stroke="${e.style('line-color')}" stroke-width="${e.data('first') ? 2.4 : 1.4}"${e.data('first') ? '' : ' stroke-dasharray="5 4"'} marker-end="url(#a)"/>`);
    out.push(`<text x="${((s.x + t.x) / 2).toFixed(1)}" y="${((s.y + t.y) / 2 - 4).toFixed(1)}" font-size="9" text-anchor="middle">${escape(String(e.data('label')))}</text>`);
  });
  cy.nodes().forEach((n) => {
    if (n.hasClass('later')) return;
    const p = n.position(), r = n.width() / 2, group = n.data('kind') === 'group';
    out.push(shape(n.style('shape') as string, p.x, p.y, r, n.style('background-color') as string));
    out.push(`<text x="${p.x.toFixed(1)}" y="${(p.y + (r + 13)).toFixed(1)}" font-size="${group ? 13 : 11}" text-anchor="middle">${escape(String(n.data('label')))}</text>`);
  });
  out.push('</svg>');
  return out.join('\n');
}
