"""desk bulletin: a week of a made registry has exactly the numbers that were put in, each resolves to its entries, in every form."""
import csv
import html.parser
import io
import json
import os
import random
import re
import xml.etree.ElementTree as ET
import zipfile

from cli import path, spoor
from tap import Tap

t = Tap()
DB = path('desk.db')


def desk(*args, db=DB):
    return spoor('desk', '--db', db, *args)


def write(name, text):
    with open(path(name), 'wb') as f:
        f.write(text.encode())
    return path(name)


desk('init')
desk('set', 'org=国家应急中心 <b>', 'contact=csirt@cert.example', 'country=CN')

# --- a week of 146 incidents, 92 of them across borders, 2,950 cases of data breach; 120 in the week before
rng = random.Random(50)
TYPES = ['phishing'] * 60 + ['data-leak'] * 30 + ['infected-system'] * 20 + ['system-compromise'] * 16 + ['unauthorized-information-modification'] * 12 + ['vulnerable-system'] * 8
COLUMNS = ['ref', 'title', 'type', 'severity', 'sector', 'province', 'country', 'cross_border', 'opened', 'status', 'closed', 'tlp', 'data_breach_cases', 'infected_hosts', 'defaced_sites',
           'backdoored_sites', 'phishing_sites', 'leaked_records']
rows = []
breaches = [10] * 29 + [2950 - 290]
for i in range(146):
    day = 9 + i % 7
    rows.append({'ref': 'w50-%d' % i, 'title': 'Victim Corp %d' % i, 'type': TYPES[i], 'severity': ['low', 'medium', 'high', 'critical'][i % 4], 'sector': ['finance', 'energy', '', '=cmd <i>&|'][i % 4],
                 'province': ['Beijing', '广东', 'Hubei'][i % 3], 'country': 'CN', 'cross_border': 'yes' if i < 92 else 'no', 'opened': '2024-12-%02dT%02d:00:00Z' % (day, rng.randrange(24)),
                 'status': 'closed' if i % 5 == 0 else 'open', 'closed': '2024-12-15T23:59:59Z' if i % 5 == 0 else '', 'tlp': ['CLEAR', 'GREEN', 'AMBER', 'RED'][i % 4],
                 'data_breach_cases': breaches[i - 60] if TYPES[i] == 'data-leak' else '', 'infected_hosts': 7 if TYPES[i] == 'infected-system' else '',
                 'defaced_sites': 2 if TYPES[i] == 'unauthorized-information-modification' else '', 'backdoored_sites': 1 if TYPES[i] == 'system-compromise' else '',
                 'phishing_sites': 3 if TYPES[i] == 'phishing' else '', 'leaked_records': 1000 + i if TYPES[i] == 'data-leak' else ''})
for i in range(120):
    rows.append({'ref': 'w49-%d' % i, 'title': 'Before %d' % i, 'type': 'phishing' if i < 80 else 'ddos', 'cross_border': 'yes' if i < 60 else 'no', 'opened': '2024-12-0%dT12:00:00Z' % (2 + i % 7), 'phishing_sites': 1})
# what must not count: rejected ones, the moments before and behind the week
rows.append({'ref': 'no-1', 'title': 'x', 'type': 'phishing', 'opened': '2024-12-10', 'status': 'rejected', 'cross_border': 'yes', 'data_breach_cases': 5})
rows.append({'ref': 'no-2', 'title': 'x', 'type': 'phishing', 'opened': '2024-12-16T00:00:00Z', 'cross_border': 'yes'})
rows.append({'ref': 'no-3', 'title': 'x', 'type': 'phishing', 'opened': '2024-12-01T23:59:59Z', 'cross_border': 'yes'})
out = io.StringIO()
w = csv.DictWriter(out, COLUMNS)
w.writeheader()
w.writerows(rows)
run = desk('import', write('in.csv', out.getvalue()))
t.equal(run.stdout, b'%d rows: %d added, 0 changed\n' % (len(rows), len(rows)), 'a registry')
run = desk('import', write('v.csv', 'id,published,severity,title\n' + ''.join('CVE-2024-%d,2024-12-%02d,%s,x\n' % (i, 9 + i % 7, ['low', 'high', 'critical'][i % 3]) for i in range(30))
                           + 'CVE-2024-999,2024-12-20,high,x\n'), '--what', 'vulns')
t.equal(run.returncode, 0, 'vulnerabilities')
ids = {r['ref']: r['id'] for r in json.loads(desk('incident', 'list', '-f', 'json').stdout)}
for i, (kind, name) in enumerate([('cloud', 'Cloud A'), ('cloud', 'Cloud B'), ('registrar', 'Names'), ('app-store', 'Store'), ('partner', 'Team')]):
    desk('takedown', 'add', ids['w50-%d' % (4 * i)], 'target=http://bad%d.example/' % i, 'party=' + name, 'party_kind=' + kind, '--at', '2024-12-1%d' % i)
desk('takedown', 'check', 'T-000001', 'down', '--at', '2024-12-14')

full = desk('bulletin', '--week', '2024-W50', '-f', 'json')
t.equal(full.returncode, 0, 'as JSON')
b = json.loads(full.stdout)
by_key = {(n['group'], n['key']): n for n in b['numbers']}
WANT = {'incidents.handled': (146, 120), 'incidents.cross_border': (92, 60), 'data_breach_cases': (2950, 0), 'infected_hosts': (140, 0), 'defaced_sites': (24, 0), 'backdoored_sites': (16, 0),
        'phishing_sites': (180, 120), 'incidents.closed': (30, 0), 'leaked_records': (sum(1000 + i for i in range(60, 90)), 0)}
for key, want in WANT.items():
    n = by_key['main', key]
    t.equal((n['value'], n['before']), want, key)
t.equal((by_key['vulnerabilities', 'vulns.new']['value'], by_key['vulnerabilities', 'vulns.high']['value']), (30, 20), 'new vulnerabilities, and high ones')
t.equal({k: n['value'] for (g, k), n in by_key.items() if g == 'by_party'}, {'cloud': 2, 'registrar': 1, 'app-store': 1, 'partner': 1}, 'actions by kind of party')
t.equal((by_key['actions', 'takedowns.asked']['value'], by_key['actions', 'takedowns.down']['value']), (5, 1), 'take-downs')
t.equal(by_key['types', 'phishing']['change'], '-25.0 %', 'change against the week before')
t.equal(by_key['types', 'ddos']['value'], 0, 'what was only in the week before is there, too')
t.equal(by_key['main', 'data_breach_cases']['change'], 'new', 'what was not there before is new')
t.equal(by_key['sectors', 'not said']['value'], 36, 'a sector that nobody said')

# --- every number resolves
everything = {}
for kind in ('incident', 'takedown', 'vuln'):
    everything.update({r['id']: r for r in json.loads(desk(kind, 'list', '-f', 'json').stdout)})
for n in b['numbers']:
    for side, value, amounts in (('ids', n['value'], 'amounts'), ('ids_before', n['before'], 'amounts_before')):
        each = n.get(amounts, [1] * len(n[side]))
        good = sum(each) == value and len(set(n[side])) == len(n[side]) == len(each) and all(i in everything for i in n[side])
        if not good:
            t.check(False, 'resolves: %s %s' % (n['key'], side), n)
        if n['group'] == 'main' and n['key'] in COLUMNS:
            t.check(all(everything[i][n['key']] == a for i, a in zip(n[side], each)), '%s: the amounts are those of the entries (%s)' % (n['key'], side))
t.check(True, 'all %d numbers resolve' % len(b['numbers']))
t.check(all('2024-12-09' <= everything[i]['opened'] < '2024-12-16' for i in by_key['main', 'incidents.handled']['ids']), 'to entries of the week')
t.check(all(everything[i]['type'] == k for (g, k), n in by_key.items() if g == 'types' for i in n['ids'] + n['ids_before']), 'and of the type')
for group in ('types', 'severities', 'sectors', 'provinces'):
    t.equal((sum(n['value'] for (g, k), n in by_key.items() if g == group), sum(n['before'] for (g, k), n in by_key.items() if g == group)), (146, 120), group + ': sum up to all')

# --- cases: of no stricter colour, without names
t.check(b['cases'] and all(everything[c['id']]['tlp'] == 'CLEAR' for c in b['cases']), 'cases that are told are CLEAR')
wide = json.loads(desk('bulletin', '--week', '2024-W50', '-f', 'json', '--tlp', 'amber').stdout)
t.check({everything[c['id']]['tlp'] for c in wide['cases']} <= {'CLEAR', 'GREEN', 'AMBER'} and wide['cases'] != b['cases'] and wide['tlp'] == 'TLP:AMBER', 'in an AMBER bulletin not stricter ones')
t.equal(wide['numbers'], b['numbers'], 'the numbers are the same')

# --- forms
texts = {}
for form in ('md', 'html', 'json', 'docx'):
    for lang in ('en', 'zh'):
        file = path('week-%s.%s' % (lang, form))
        run = desk('bulletin', '--week', '2024-W50', '-f', form, '--lang', lang, '-o', file, '--tlp', 'red')
        t.check(run.returncode == 0 and not run.stdout, 'written: %s %s' % (form, lang), run)
        content = open(file, 'rb').read()
        texts[form, lang] = content if form == 'docx' else content.decode()
        desk('bulletin', '--week', '2024-W50', '-f', form, '--lang', lang, '-o', file, '--tlp', 'red')
        t.check(open(file, 'rb').read() == content, 'again: the same bytes')
    if form != 'json':
        for (f, lang), text in texts.items():
            if f == form and f != 'docx':
                t.check('Victim Corp' not in text and 'Before 1' not in text, '%s %s: no title of an incident' % (f, lang))


class Page(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.ids, self.refs, self.open, self.bad, self.texts, self.now = set(), [], [], [], {}, None

    def handle_starttag(self, tag, attrs):
        a = dict(attrs)
        if tag not in ('meta',):
            self.open.append(tag)
        if 'id' in a:
            self.bad += [a['id']] if a['id'] in self.ids else []
            self.ids.add(a['id'])
            self.now = a['id']
        if tag == 'a':
            self.refs.append(a['href'])
        if tag in ('script', 'iframe', 'img', 'link', 'i', 'b') or any(k.startswith('on') for k in a):
            self.bad.append(tag)

    def handle_startendtag(self, tag, attrs):
        pass

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.bad.append('/' + tag)

    def handle_data(self, data):
        if self.now:
            self.texts[self.now] = self.texts.get(self.now, '') + data


for lang in ('en', 'zh'):
    page = Page()
    page.feed(texts['html', lang])
    t.check(not page.bad and not page.open, 'HTML %s: well-formed, nothing active, nothing injected' % lang, page.bad, page.open)
    t.check(page.refs and all(r[1:] in page.ids for r in page.refs), 'HTML %s: each number leads into the appendix' % lang)
    for key, value in (('incidents.handled', '146'), ('incidents.cross_border', '92'), ('data_breach_cases', '2950')):
        link = re.search(r'<a href="#(n\d+)">%s</a>' % value, texts['html', lang])
        t.check(link and all(i in page.texts[link.group(1)] for i in by_key['main', key]['ids']), 'HTML %s: %s leads to its entries' % (lang, key))
    for svg in re.findall(r'<svg.*?</svg>', texts['html', lang], re.S):
        t.check(ET.fromstring(svg).tag.endswith('svg') and 'script' not in svg, 'HTML %s: a plot' % lang)
    md = texts['md', lang]
    links = re.findall(r'\[(\d+)\]\(#(n\d+)\)', md)
    t.check(('146', 'n1') in links and all('<a id="%s"></a>' % a in md for _, a in links), 'Markdown %s: each number leads into the appendix' % lang)
    t.check('<b>' not in md.replace('\\<b\\>', '') and '| \\=cmd \\<i\\>\\&\\| |' in md, 'Markdown %s: markup is text' % lang)
    for name in re.findall(r'\]\((week-[\w-]+\.svg)\)', md):
        t.check(ET.parse(path(name)).getroot().tag.endswith('svg'), 'Markdown %s: plot %s lies beside it' % (lang, name))
    z = zipfile.ZipFile(io.BytesIO(texts['docx', lang]))
    t.check(z.testzip() is None and z.namelist()[0] == '[Content_Types].xml', 'docx %s: a zip' % lang, z.namelist())
    parts = {n: ET.fromstring(z.read(n)) for n in z.namelist()}
    W = '{http://schemas.openxmlformats.org/wordprocessingml/2006/main}'
    body = parts['word/document.xml']
    marks = {x.get(W + 'name') for x in body.iter(W + 'bookmarkStart')}
    anchors = [x.get(W + 'anchor') for x in body.iter(W + 'hyperlink')]
    whole = ''.join(x.text or '' for x in body.iter(W + 't'))
    t.check(anchors and set(anchors) <= marks and all(x in whole for x in ('146', '92', '2950', ids['w50-0'])), 'docx %s: numbers, and where they come from' % lang)
t.check('国家应急中心 &lt;b&gt;' in texts['html', 'en'] and '网络安全周报 2024-W50' in texts['html', 'zh'] and '本周共处置网络安全事件146起' in texts['html', 'zh'], 'in Chinese')
t.check('63.0 %' in texts['html', 'en'], 'the share of cross-border incidents')

# --- weeks
for week, at, zone in (('2024-W50', '2024-12-08T16:30:00Z', '+08:00'), ('2020-W53', '2021-01-03T23:00:00Z', 'UTC'), ('2025-W01', '2024-12-30T00:00:00Z', 'UTC'), ('2021-W01', '2021-01-04T00:00:00Z', 'UTC')):
    db = path('w%s.db' % week)
    desk('init', db=db)
    desk('incident', 'add', 'title=x', 'opened=' + at, db=db)
    got = json.loads(desk('bulletin', '--week', week, '--zone', zone, '-f', 'json', db=db).stdout)
    t.equal([n['value'] for n in got['numbers'] if n['key'] == 'incidents.handled'], [1], '%s holds %s (%s)' % (week, at, zone))
quiet = desk('bulletin', '--week', '2019-W10')
t.check(quiet.returncode == 0 and b'No incident was handled' in quiet.stdout, 'a quiet week')
for bad in ('2024-W00', '2023-W53', '2024-W54', '2024W50', '2024-50', '', 'x', '99999-W01', '2024-W5'):
    t.equal(desk('bulletin', '--week', bad).returncode, 1, 'no week: ' + bad)
t.equal(desk('bulletin').returncode, 1, 'a week is needed')
t.equal(desk('bulletin', '--week', '2024-W50', '--tlp', 'white').returncode, 1, 'no colour of TLP 1')
t.equal(desk('bulletin', '--week', '2024-W50', '--zone', 'Mars').returncode, 1, 'no zone')
t.equal(desk('bulletin', '--week', '2024-W50', '-f', 'docx').returncode, 1, 'a docx needs a file')
t.equal(desk('bulletin', '--week', '2024-W50', '-f', 'pdf').returncode, 1, 'no other form')
t.equal(desk('bulletin', '--week', '2024-W50', '-o', path('no', 'such', 'folder')).returncode, 2, 'no such folder')
t.done()
