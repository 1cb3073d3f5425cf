// Two browsers at one `spoor serve`: events open, a decision changes the story for both, nothing is lost. TAP.
// Usage: node live.mjs MODULES ADDRESS HOST [SCREENSHOTS]
import { createRequire } from 'node:module';
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';

const [modules, address, host, shots] = process.argv.slice(2);
const { chromium } = createRequire(join(resolve(modules), 'x.js'))('playwright-core');
let n = 0;
const ok = (fact, what, detail) => {
  console.log(`${fact ? 'ok' : 'not ok'} ${++n} - ${what}`);
  if (!fact && detail !== undefined) console.log('# ' + String(detail).slice(0, 1500).replaceAll('\n', '\n# '));
};
if (shots) mkdirSync(shots, { recursive: true });

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox'] });
const problems = [];
async function open() {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'en-GB' });
  const page = await context.newPage();
  page.on('pageerror', (e) => problems.push(e.message));
  page.on('console', (m) => m.type() === 'error' && problems.push(m.text()));
  await page.addInitScript(() => addEventListener('securitypolicyviolation', (e) => console.error('policy ' + e.violatedDirective + ' ' + e.blockedURI)));
  await page.goto(address);
  await page.waitForSelector('nav.main');
  return page;
}
const a = await open(), b = await open();
ok(!(await a.evaluate(() => location.href)).includes('t='), 'the token leaves the address at once');
ok((await a.locator('.mode.live').count()) === 1, 'the page says that it is live');

await a.locator('.sentence[role=button]').nth(1).click();
await a.waitForSelector('.record dl.fields', { timeout: 30000 });
ok((await a.locator('.drawer .pill.low').first().innerText()).includes('verified'), 'a sentence opens the record, its hash verified');
await a.locator('.drawer details summary').last().click();
ok(/^[0-9a-f]{8}  /.test(await a.locator('.drawer pre.hex').innerText()), 'down to its bytes');
if (shots) await a.screenshot({ path: join(shots, 'live-event.png') });
await a.keyboard.press('Escape');

await a.keyboard.press('/');
await a.locator('dialog.search input').fill('w3wp');
await a.waitForSelector('dialog.search .heading', { timeout: 15000 });
ok((await a.locator('dialog.search li').count()) > 1, 'search asks all facts too');
if (shots) await a.screenshot({ path: join(shots, 'live-search.png') });
await a.keyboard.press('Escape');

const classOf = (page) => page.locator('main .lead .pill').first().innerText();
for (const page of [a, b]) {
  await page.evaluate((h) => (location.hash = '#/host/' + encodeURIComponent(h)), host);
  await page.waitForSelector('main .lead .pill');
}
ok((await classOf(a)) === 'confirmed' && (await classOf(b)) === 'confirmed', 'both see a confirmed host', await classOf(a));

async function decide(page, choice, reason, who) {
  await page.locator('main section .actions button').first().click();
  await page.locator('dialog input[type=radio]').nth(choice).check();
  await page.locator('dialog textarea').fill(reason);
  await page.locator('dialog input[type=text]').fill(who);
  await page.locator('dialog button[type=submit]').click();
}
await decide(a, 1, 'seized and looked at', 'anna');
await a.waitForSelector('.news', { timeout: 60000 });
ok((await a.locator('.news').innerText()).includes('cleared, before confirmed'), 'what changed is shown', await a.locator('.news').innerText());
if (shots) await a.screenshot({ path: join(shots, 'live-decision.png') });
await a.waitForFunction(() => document.querySelector('main .lead .pill')?.textContent === 'cleared', null, { timeout: 30000 });
ok(true, 'the story is told anew');
ok((await a.locator('.decided').innerText()).includes('anna'), 'with who declared it and why');

// the other has not seen it yet, or has: either way his decision is not put over hers unseen
await decide(b, 0, 'I know better', 'ben');
const refused = await b.waitForSelector('dialog [role=alert], .news', { timeout: 60000 });
const text = await refused.innerText();
const conflict = text.includes('somebody decided');
ok(conflict || (await b.evaluate(() => document.querySelector('.news') !== null)), conflict ? 'the second is told of the first' : 'the second had seen the first', text);
if (conflict) {
  await b.locator('dialog .buttons button').first().click();
  await b.waitForFunction(() => document.querySelector('main .lead .pill')?.textContent === 'cleared', null, { timeout: 60000 });
  ok(true, 'and sees the story change by itself');
}
await a.evaluate(() => (location.hash = '#/decisions'));
await a.waitForSelector('.rows .row');
ok((await a.locator('.rows .row').count()) >= 1, 'the trail is a view of its own');
/* The desk: its lists, a change with its trail, notices of the case, the bulletin. */
await a.evaluate(() => (location.hash = '#/desk/incidents'));
await a.waitForSelector('.rows .row');
ok((await a.locator('.rows .row').count()) === 2, 'the desk lists its incidents');
await a.locator('.rows .row', { hasText: 'Suspected intrusion' }).click();
await a.locator('.actions button', { hasText: 'Handled' }).click();
await a.waitForFunction(() => [...document.querySelectorAll('.rows .row')].some((r) => r.textContent.includes('handled')), null, { timeout: 20000 });
ok(true, 'an incident is marked as handled');
await a.locator('.actions button', { hasText: 'Make notices' }).click();
await a.waitForFunction(() => /added|notice|N-/.test(document.querySelector('.decided')?.textContent ?? ''), null, { timeout: 60000 });
ok(true, 'notices are made of the case');
await a.evaluate(() => (location.hash = '#/desk/notices'));
await a.waitForSelector('.rows .row', { timeout: 20000 });
await a.locator('.rows .row').first().click();
await a.waitForSelector('.letter', { timeout: 20000 });
ok((await a.locator('.letter').innerText()).length > 200, 'a notice is read before it goes');
if (shots) await a.screenshot({ path: join(shots, 'live-desk.png') });
await a.evaluate(() => (location.hash = '#/desk/bulletin'));
await a.waitForSelector('table.plain tbody tr', { timeout: 20000 });
ok((await a.locator('table.plain').innerText()).includes('Incidents handled'), 'the bulletin of the week has its numbers');
if (shots) await a.screenshot({ path: join(shots, 'live-bulletin.png') });
ok(problems.filter((p) => !p.includes('409')).length === 0, 'no error, no broken policy', problems.join('\n'));
await browser.close();
console.log(`1..${n}`);
