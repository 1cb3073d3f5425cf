"""share: each format holds what it must, by the hard rules of the format; ids resolve; the same case gives the same bytes. With
the reference libraries that ./dev test --full installs, these are asked, too."""
import csv
import io
import json
import os
import re
import shutil
import subprocess
import sys
import uuid
import xml.etree.ElementTree as ET

from cli import RANGE, path, spoor
from tap import SOURCE, Tap

sys.path.insert(0, os.path.join(SOURCE, 'tests', 'share'))
import rules  # noqa: E402

t = Tap()
made = subprocess.run([RANGE, 'b', '-o', path('b'), '--hosts', '40', '--days', '31', '--seed', '3007'], capture_output=True)
t.equal(made.returncode, 0, 'a made incident')
made = spoor('investigate', path('b', 'evidence'), '-o', path('case'))
t.check(made.returncode in (0, 3), 'is investigated', made)
case = path('case')
whole = json.load(open(path('case', 'case.json'), encoding='utf-8'))
told = whole['incident']
t.check(told['incidents'] == 1, 'it tells an incident', told['incidents'])


# Names of files that are not those of the formats.
FILES = {'iodef': ('iodef.xml',), 'iodef-json': ('iodef.json',), 'sarif': ('results.sarif',), 'csv': ('indicators.csv',),
         'blocklist': ('blocklist.txt',), 'hosts': ('hosts.txt',), 'rpz': ('rpz.zone',), 'nft': ('sets.nft',), 'ipset': ('sets.ipset',),
         'sigma': ('sigma.yml',), 'yara': ('files.yar',)}
CONTACT = ('--contact', 'csirt@cert.example')


def share(name, *more):
    run = spoor('share', case, '-f', name, *CONTACT, *more)
    t.equal(run.returncode, 0, name + ' is written')
    return run.stdout


def all_formats(folder, *more):
    os.mkdir(path(folder))
    run = spoor('share', case, '-f', 'all', '-o', path(folder), *CONTACT, *more)
    t.check(run.returncode == 0 and not run.stderr, 'all formats are written', run)
    return {name: open(path(folder, name), 'rb').read() for name in os.listdir(path(folder))}


files = all_formats('one')
t.check(all_formats('two') == files, 'the same bytes again')
names = [line.split()[0] for line in spoor('share', '--formats').stdout.decode().splitlines()]
out = {name: [c for f, c in files.items() if f in FILES.get(name, (name + '.json', name + '.jsonl'))][0] for name in names}
t.equal((len(out), len(files)), (21, 21), 'all formats')
t.check(share('stix') == out['stix'], 'one format alone: the same bytes')
t.check(not rules.FORMATS.keys() - out.keys(), 'rules are of formats that are there')
for name, content in sorted(out.items()):
    t.equal(rules.problems(name, content), [], name + ': by the rules of the format')
for name in rules.FORMATS:  # rules that nothing can break are none
    t.check(rules.problems(name, b'{}\n' if not name.startswith('iodef') or name == 'iodef-json' else b'<a/>'), name + ': rules can be broken')

# --- STIX: parts 2 to 5 of the specification
bundle = json.loads(out['stix'])
objects = bundle['objects']
ids = [o['id'] for o in objects]
t.check(bundle['type'] == 'bundle' and len(ids) == len(set(ids)), 'STIX: a bundle of distinct objects')
t.check(all(re.fullmatch(r'[a-z0-9-]+--[0-9a-f-]{36}', i) and uuid.UUID(i.split('--')[1]).version in (4, 5) for i in ids), 'STIX: ids')
OBSERVABLES = {'ipv4-addr', 'ipv6-addr', 'domain-name', 'file'}
t.check(all(o['spec_version'] == '2.1' and o['id'].startswith(o['type'] + '--') for o in objects), 'STIX: version and type')
t.check(all({'created', 'modified', 'created_by_ref'} <= o.keys() for o in objects if o['type'] not in OBSERVABLES | {'marking-definition'}),
        'STIX: times and creator')
refs = [v for o in objects for k, v in o.items() if k.endswith('_ref')] + [x for o in objects for k, v in o.items() if k.endswith('_refs') for x in v]
t.equal([r for r in refs if r not in ids], [], 'STIX: every reference resolves inside')
t.check(all(re.fullmatch(r'\[[a-z0-9-]+:[A-Za-z0-9.\'_-]+ = \'(\\.|[^\'\\])*\'\]', o['pattern']) for o in objects if o['type'] == 'indicator'),
        'STIX: patterns')
t.check(all(re.fullmatch(r'\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z', o[k]) for o in objects for k in ('created', 'valid_from', 'first_seen', 'last_observed')
            if k in o), 'STIX: times')
SCO = uuid.UUID('00abedb4-aa42-466c-9c01-fed23315a9b7')
for o in objects:
    if o['type'] in ('ipv4-addr', 'domain-name'):
        want = uuid.uuid5(SCO, json.dumps({'value': o['value']}, separators=(',', ':'), ensure_ascii=False))
        t.equal(o['id'], '%s--%s' % (o['type'], want), 'STIX: id of ' + o['value'])
outside = {x['ip'] for x in told['external']}
t.equal({o['value'] for o in objects if o['type'] == 'ipv4-addr'}, outside, 'STIX: the addresses of the incident, and no other')

# --- MISP
event = json.loads(out['misp'])['Event']
t.check({'uuid', 'info', 'date', 'threat_level_id', 'analysis', 'distribution', 'Attribute'} <= event.keys(), 'MISP: members')
t.check(all(a['type'] in ('ip-src', 'ip-dst', 'domain', 'sha256', 'filename') and uuid.UUID(a['uuid']) for a in event['Attribute']), 'MISP: attributes')
t.equal({a['value'] for a in event['Attribute'] if a['type'].startswith('ip')}, outside, 'MISP: addresses')
t.check(any(x['name'] == 'tlp:amber' for x in event['Tag']), 'MISP: TLP')

# --- ATT&CK Navigator
layer = json.loads(out['navigator'])
t.check(layer['versions']['layer'] == '4.5' and layer['domain'] == 'enterprise-attack', 'Navigator: version and domain')
t.check(layer['techniques'] and all(re.fullmatch(r'T\d{4}(\.\d{3})?', x['techniqueID']) and x['score'] > 0 for x in layer['techniques']),
        'Navigator: techniques')

# --- IODEF
root = ET.fromstring(out['iodef'])
N = '{urn:ietf:params:xml:ns:iodef-2.0}'
incident = root.find(N + 'Incident')
t.check(root.get('version') == '2.00' and incident.get('purpose') == 'reporting', 'IODEF: document')
t.check(incident.find(N + 'IncidentID').get('name') and incident.find(N + 'GenerationTime') is not None and incident.find(N + 'Contact').get('role'),
        'IODEF: what an incident must have')
t.equal({x.text for x in root.iter(N + 'Address')}, outside, 'IODEF: addresses')
t.equal({a['value'] for i in json.loads(out['iodef-json'])['Incident'] for e in i['EventData'] for f in e['Flow'] for s in f['System']
         for a in s['Node'].get('Address', [])}, outside, 'IODEF as JSON: addresses')

# --- abuse reports and advisories
t.equal({r['source_identifier'] for r in rules.lines(out['xarf'])} & outside, outside, 'XARF: a report for each address')
t.equal({r['Report']['SourceIp'] for r in rules.lines(out['xarf3'])}, outside, 'X-ARF 3: a report for each address')
t.check(all(ip in out['csaf'].decode() for ip in outside), 'CSAF: addresses')
other = all_formats('four', '--tlp', 'AMBER+STRICT', '--defang', '--lang', 'zh')
t.check(not any(ip in other[f].decode() for ip in outside for f in ('csaf.json', 'indicators.csv')), 'CSAF and CSV: not to be clicked')
t.check(other['timesketch.jsonl'] != files['timesketch.jsonl'], 'sentences in Chinese')
t.check(b'939a9414-2ddd-4d32-a0cd-375ea402b003' in other['stix.json'], 'TLP 2.0')
t.equal({x['ruleId'] for x in json.loads(out['sarif'])['runs'][0]['results']}, {x['rule_id'] for x in whole['findings']}, 'SARIF: each rule')
t.equal([json.loads(x['csaf.json'])['document']['distribution']['tlp']['label'] for x in (files, other)], ['AMBER', 'RED'],
        'CSAF: its colours are never wider')
t.check(len(rules.lines(out['ecs'])) == len(rules.lines(out['ocsf'])) >= len(out['timesketch'].splitlines()), 'ECS and OCSF: each sign')

# --- lists
table = list(csv.DictReader(io.StringIO(out['csv'].decode())))
t.equal({r['value'] for r in table if r['type'] == 'ipv4-addr'}, outside, 'CSV: addresses')
t.check(all(not v.startswith(('=', '+', '-', '@')) for r in table for v in r.values()), 'CSV: no formulas')
lines = [json.loads(x) for x in out['timesketch'].decode().splitlines()]
t.check(lines and all({'message', 'datetime', 'timestamp_desc'} <= x.keys() for x in lines), 'Timesketch: members')
inside = re.compile(rb'(^|[^0-9.])(10\.|192\.168\.|127\.)')
for name in ('stix', 'misp', 'iodef', 'iodef-json', 'xarf', 'xarf3', 'csaf', 'csaf-advisory', 'csv', 'blocklist', 'hosts', 'rpz', 'nft', 'ipset', 'sigma'):
    t.check(not inside.search(out[name]), name + ': no address of the organisation')
hosts = {h['host'].split('.')[0].lower() for h in told['hosts'] if h['class'] in ('confirmed', 'likely')}
for name in sorted(out):
    if name not in ('timesketch', 'ecs', 'ocsf'):  # their sentences name hosts
        t.check(not any(re.search(r'\b%s\b' % re.escape(h), out[name].decode().lower()) for h in hosts), name + ': no host unless asked')
named = json.loads(share('stix', '--with-hosts'))
t.check(hosts <= {o['name'].split('.')[0].lower() for o in named['objects'] if o['type'] == 'identity'}, 'STIX: hosts where asked')
with open(path('draft.yml'), 'wb') as f:
    f.write(out['sigma'])
t.equal(spoor('rules', 'check', '-r', path('draft.yml')).returncode, 0, 'Sigma: the drafts are rules')

# --- back again: what was shared is found in the case
for name, file in (('stix', 'a.json'), ('misp', 'b.json'), ('blocklist', 'c.txt')):
    with open(path(file), 'wb') as f:
        f.write(out[name])
    back = spoor('scope', case, path(file), '-f', 'json')
    t.check(back.returncode == 0 and all(ip in back.stdout.decode() for ip in outside), name + ': read back, the same addresses', back)

# --- options
t.equal(spoor('share', case, '-f', 'stix', '--tlp', 'white').returncode, 1, 'no colour of TLP 1')
t.equal(spoor('share', case, '-f', 'docx').returncode, 1, 'no other format')
t.equal(spoor('share', case).returncode, 1, 'a format is needed')
os.mkdir(path('three'))
run = spoor('share', case, '-f', 'all', '-o', path('three'))
t.check(run.returncode == 0 and run.stderr.count(b'left out') == 4 and len(os.listdir(path('three'))) == 17, 'what nobody answers for is left out', run)
t.equal(spoor('share', case, '-f', 'xarf').returncode, 1, 'XARF: somebody must answer')
t.equal(spoor('share', case, '-f', 'all').returncode, 1, 'all formats need a folder')
for bad in ('csirt', 'csirt@', '@cert.example', 'csirt@localhost', 'a b@cert.example', 'csirt@cert.example\nBcc: x@y.example', 'csirt@.example'):
    t.equal(spoor('share', case, '-f', 'xarf', '--contact', bad).returncode, 1, 'no address: ' + repr(bad))
t.equal(spoor('share', case, '-f', 'ecs', '--lang', 'fr').returncode, 1, 'no other language')
t.equal(spoor('share', path('none'), '-f', 'stix').returncode, 2, 'no case')
t.equal(spoor('share', case, '-f', 'csv', '-o', path('x', 'y', 'z')).returncode, 2, 'a folder that is not there')
t.check(spoor('share', case, '-f', 'csv', '-o', path('o.csv')).returncode == 0 and open(path('o.csv'), 'rb').read() == out['csv'], 'into a file')

# --- what others' libraries say
for name, content in out.items():
    with open(path('export.' + name), 'wb') as f:
        f.write(content)
CACHE = os.path.join(os.environ.get('XDG_CACHE_HOME', os.path.expanduser('~/.cache')), 'spoor-dev')
python = os.path.join(CACHE, 'venv', 'bin', 'python')
if os.environ.get('SPOOR_FULL') == '1' and os.path.exists(python):
    said = subprocess.run([python, os.path.join(SOURCE, 'tests', 'share', 'libraries.py'), path()], capture_output=True, text=True)
    t.check(said.returncode == 0 and 'no library' not in said.stdout, 'reference libraries and schemas', said.stdout, said.stderr)
    with open(path('named.stix'), 'w', encoding='utf-8') as f:
        json.dump(named, f)
    for name in ('named.stix', 'export.misp'):
        said = subprocess.run([python, os.path.join(SOURCE, 'tests', 'share', 'libraries.py'), '--read', path(name)], capture_output=True, text=True)
        back = json.loads(said.stdout or '{}')
        t.equal(set(back.get('addresses', [])), outside, name + ': a reference library reads the same addresses')
        if name == 'named.stix':
            t.equal({h for h in back.get('hosts', [])}, {h['host'] for h in told['hosts'] if h['class'] in ('confirmed', 'likely', 'exposed')},
                    'and the same hosts')
else:
    t.skip('reference libraries and schemas, round trip', './dev test --full')
if os.environ.get('SPOOR_FULL') == '1' and shutil.which('node') and os.path.isdir(os.path.join(CACHE, 'share', 'node_modules')):
    said = subprocess.run(['node', os.path.join(SOURCE, 'tests', 'share', 'csaf.mjs'), os.path.join(CACHE, 'share'), path('export.csaf'),
                           path('export.csaf-advisory')], capture_output=True, text=True)
    t.equal((said.returncode, said.stdout.count('tests')), (0, 2), 'CSAF: schema and mandatory tests of the reference library')
else:
    t.skip('CSAF: schema and mandatory tests of the reference library', './dev test --full with npm')
t.done()
