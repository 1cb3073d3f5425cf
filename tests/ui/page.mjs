// Drives Chromium over a report: every view is drawn, nothing runs that the evidence brought, the policy is never broken.
// Usage: node page.mjs MODULES REPORT [hostile] [SCREENSHOTS]; prints TAP.
import { createRequire } from 'node:module';
import { readFileSync, mkdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';

const [modules, report, kind = 'plain', shots] = process.argv.slice(2);
const require = createRequire(join(resolve(modules), 'x.js'));
const { chromium } = require('playwright-core');
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

let n = 0;
const ok = (fact, what, detail) => {
  console.log(`${fact ? 'ok' : 'not ok'} ${++n} - ${what}`);
  if (!fact && detail !== undefined) console.log('# ' + String(detail).slice(0, 2000).replaceAll('\n', '\n# '));
};

const VIEWS = {
  story: '.narrative, .warn', spread: '.graph canvas, .note', timeline: '.chart.lanes canvas', hosts: '.rows .row', relays: '[role=table]',
  loss: '[role=table]', findings: '[role=table]', 'evidence/not-seen': '[role=table]', 'evidence/coverage': '[role=table]',
  'evidence/files': '.rows .row', 'evidence/gaps': '[role=table]', 'evidence/addresses': '[role=table]', 'evidence/clocks': '[role=table]', decisions: '[role=table]',
};

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox'] });
const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'en-GB', colorScheme: 'light' });
const page = await context.newPage();
const errors = [], loaded = [], dialogs = [];
page.on('pageerror', (e) => errors.push(e.message));
page.on('console', (m) => ['error', 'warning'].includes(m.type()) && errors.push(m.text()));
page.on('request', (r) => !/^(file|data|blob):/.test(r.url()) && loaded.push(r.url()));
page.on('dialog', (d) => (dialogs.push(d.message()), d.dismiss()));
await page.addInitScript(() => {
  window.broken = [];
  addEventListener('securitypolicyviolation', (e) => window.broken.push(`${e.violatedDirective} ${e.blockedURI} ${e.sourceFile}:${e.lineNumber}`));
  window.ran = 0; // canaries of hostile evidence call this
});

await page.goto('file://' + resolve(report));
await page.waitForSelector('nav.main');
await page.waitForFunction(() => !document.querySelector('main .loading'));
const paint = await page.evaluate(() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime);
console.log(`# first paint ${Math.round(paint)} ms, ${(statSync(report).size / 1e6).toFixed(1)} MB`);
ok(statSync(report).size <= 10e6, 'the report has at most 10 MB');
await page.waitForTimeout(1500);

if (shots) mkdirSync(shots, { recursive: true });
let slowest = ['', 0];
const shown = []; // all text of each view, tooltips included
for (const [view, wanted] of Object.entries(VIEWS)) {
  const ms = await page.evaluate(async (hash) => {
    const from = performance.now();
    location.hash = hash;
    await new Promise((r) => setTimeout(r));
    await new Promise((r) => requestAnimationFrame(() => setTimeout(r)));
    return performance.now() - from;
  }, '#/' + view);
  if (ms > slowest[1]) slowest = [view, ms];
  let seen = true;
  try {
    await page.waitForSelector(wanted, { timeout: 5000 });
  } catch {
    seen = false;
  }
  ok(seen, `${view} is drawn`);
  await page.waitForTimeout(100);
  shown.push([view, await page.evaluate(() => document.body.innerText + [...document.querySelectorAll('[title]')].map((e) => e.title).join('\n'))]);
  if (shots) {
    await page.waitForTimeout(400);
    await page.screenshot({ path: join(shots, view.replace('/', '-') + '.png') });
  }
}
console.log(`# slowest change of view ${slowest[0]}: ${Math.round(slowest[1])} ms`);

/* Evidence behind a sentence, by keyboard and back. */
await page.evaluate(() => (location.hash = '#/story'));
const sentence = page.locator('.sentence[role=button]').first();
if (await sentence.count()) {
  await sentence.focus();
  await page.keyboard.press('Enter');
  ok(await page.locator('.drawer .command code, .drawer .record').first().isVisible(), 'a sentence opens its evidence by keyboard');
  if (shots) await page.screenshot({ path: join(shots, 'evidence-panel.png') });
  await page.keyboard.press('Escape');
  ok((await page.locator('.drawer').count()) === 0, 'escape closes it');
  ok(await sentence.evaluate((e) => e === document.activeElement), 'the focus goes back to the sentence');
}

/* A host by its address, search by "/". */
await page.evaluate(() => (location.hash = '#/hosts'));
await page.waitForSelector('.rows .hostname');
const host = await page.locator('.rows .hostname').first().getAttribute('href');
await page.evaluate((h) => (location.hash = h), host);
await page.waitForSelector('.sources, .facts');
ok(true, 'a host has a page of its own');
if (shots) await page.screenshot({ path: join(shots, 'host.png') });
await page.keyboard.press('/');
const searchBox = page.locator('dialog.search input');
await searchBox.fill(kind === 'hostile' ? 'img' : 'ws');
await page.waitForTimeout(300);
ok((await page.locator('dialog.search li').count()) > 0, 'search finds');
if (shots) await page.screenshot({ path: join(shots, 'search.png') });
await page.keyboard.press('Escape');

/* Zoom of the timeline by keyboard, down to milliseconds, and back. */
await page.evaluate(() => (location.hash = '#/timeline'));
await page.waitForSelector('.chart.lanes canvas');
await page.waitForTimeout(300);
const picture = () => page.evaluate(() => document.querySelector('.chart.lanes canvas').toDataURL());
const span = () => page.locator('.section-head .num.note').innerText();
const [before, whole] = [await picture(), await span()];
await page.locator('.chart.lanes').focus();
for (let i = 0; i < 34; i++) await page.keyboard.press('+');
await page.waitForTimeout(200);
ok((await picture()) !== before && (await span()).endsWith('(0 s)'), 'the timeline zooms down to milliseconds', await span());
await page.locator('.actions button.small').last().click();
await page.waitForTimeout(200);
ok((await span()) === whole && (await picture()) === before, 'and back to the whole time');

/* Rows that are filtered and sorted; what is not in sight is not in the page. */
await page.evaluate(() => (location.hash = '#/evidence/files'));
await page.waitForSelector('.rows .row');
ok((await page.locator('.rows .row').count()) < 120, 'long tables hold the rows in sight only');
await page.locator('.tools input[type=search]').fill('no such text anywhere');
await page.waitForTimeout(150);
ok((await page.locator('.rows .row').count()) === 0, 'the filter filters');
const [download] = await Promise.all([page.waitForEvent('download'), page.locator('.tools button.small').last().click()]);
ok(/\.csv$/.test(download.suggestedFilename()), 'a table is saved as CSV');

/* Accessibility, both themes, both languages. axe is brought by the test, around the policy of the page. */
for (const [theme, view] of [['light', 'story'], ['dark', 'story'], ['light', 'hosts'], ['dark', 'hosts'], ['light', 'findings'], ['dark', 'timeline'], ['light', 'loss'], ['light', 'spread'], ['light', 'evidence/coverage']]) {
  await page.evaluate(([t, v]) => {
    document.documentElement.dataset.theme = t;
    location.hash = '#/' + v;
  }, [theme, view]);
  await page.waitForTimeout(300);
  const session = await context.newCDPSession(page);
  await session.send('Runtime.evaluate', { expression: axe });
  const found = await session.send('Runtime.evaluate', { expression: 'axe.run(document, {resultTypes: ["violations"]}).then(r => JSON.stringify(r.violations.filter(v => ["serious", "critical"].includes(v.impact)).map(v => v.id + ": " + v.nodes.slice(0, 3).map(n => n.html.slice(0, 160) + " " + (n.any[0]?.message ?? "")).join(" | "))))', awaitPromise: true, returnByValue: true });
  const list = JSON.parse(found.result.value ?? '["axe did not run"]');
  ok(list.length === 0, `${view}, ${theme}: no serious finding of axe`, list.join('\n'));
}
await page.evaluate(() => document.querySelector('button[lang=zh]').click());
await page.waitForTimeout(200);
ok((await page.locator('nav.main').innerText()).includes('时间线'), 'the page speaks Chinese');
ok((await page.evaluate(() => document.documentElement.lang)) === 'zh-Hans', 'and says so');

/* Print: nothing but the content. */
await page.emulateMedia({ media: 'print' });
ok(!(await page.locator('nav.main').isVisible()), 'print leaves out the navigation');
await page.emulateMedia({ media: 'screen' });

const broken = await page.evaluate(() => window.broken);
ok(broken.length === 0, 'the policy was not broken', broken.join('\n'));
ok(errors.length === 0, 'no error, no warning', errors.join('\n'));
ok(loaded.length === 0, 'nothing was loaded', loaded.join('\n'));
ok(dialogs.length === 0 && (await page.evaluate(() => window.ran)) === 0, 'nothing of the evidence ran', dialogs.join('\n'));
for (const [view, text] of shown) {
  const hidden = /.{0,60}[\u202a-\u202e\u2066-\u2069\u200b-\u200f\u001b\u009b\u00ad].{0,20}/u.exec(text);
  ok(!hidden, `${view}: no character that hides or steers is shown`, hidden && JSON.stringify(hidden[0]));
}
await browser.close();
console.log(`1..${n}`);
