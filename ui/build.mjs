// One script and one style for report.html and `spoor serve`. Usage: node build.mjs OUT.js OUT.css [WORDS.tsv]
import { build } from 'esbuild';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const [js = join(here, 'dist/app.js'), css = join(here, 'dist/app.css'), words = join(here, '../data/words_ui.tsv')] = process.argv.slice(2);

// data/words_ui.tsv: words of machines in people's languages, as the module "words:table".
const wordTable = {
  name: 'words',
  setup(b) {
    b.onResolve({ filter: /^words:table$/ }, () => ({ path: words, namespace: 'words' }));
    b.onLoad({ filter: /.*/, namespace: 'words' }, () => {
      const table = {};
      for (const line of readFileSync(words, 'utf8').split('\n')) {
        if (!line || line.startsWith('#')) continue;
        const [key, en, zh] = line.split('\t');
        table[key] = zh ? [en, zh] : [en];
      }
      return { contents: JSON.stringify(table), loader: 'json' };
    });
  },
};

const common = { bundle: true, minify: true, charset: 'utf8', logLevel: 'warning', target: ['chrome109', 'firefox115', 'safari16.4'] };
await build({
  ...common, entryPoints: [join(here, 'src/main.tsx')], outfile: js, format: 'iife', legalComments: 'eof',
  jsx: 'automatic', jsxImportSource: 'preact', plugins: [wordTable], define: { 'process.env.NODE_ENV': '"production"' },
});
await build({ ...common, entryPoints: [join(here, 'src/style/app.css')], outfile: css });
