"""share: each format holds what it must, by the hard rules of the format; ids resolve; the same case gives the same bytes."""
import csv
import io
import json
import re
import subprocess
import uuid
import xml.etree.ElementTree as ET

from cli import RANGE, path, spoor
from tap import Tap

t = Tap()
made = subprocess.run([RANGE, 'b', '-o', path('b'), '--hosts', '40', '--days', '31', '--seed', '3007'], capture_output=True)
t.equal(made.returncode, 0, 'a made incident')
made = spoor('investigate', path('b', 'evidence'), '-o', path('case'))
t.check(made.returncode in (0, 3), 'is investigated', made)
case = path('case')
told = json.load(open(path('case', 'case.json'), encoding='utf-8'))['incident']
t.check(told['incidents'] == 1, 'it tells an incident', told['incidents'])


def share(name, *more):
    run = spoor('share', case, '-f', name, *more)
    t.equal(run.returncode, 0, name + ' is written')
    return run.stdout


out = {}
for line in spoor('share', '--formats').stdout.decode().splitlines():
    out[line.split()[0]] = share(line.split()[0])
t.equal(len(out), 11, 'all formats')
for name, content in sorted(out.items()):
    t.check(share(name) == content, name + ': the same bytes again')
    t.check(b'\x1b' not in content and b'\x00' not in content, name + ': no control characters')

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

# --- lists
table = list(csv.DictReader(io.StringIO(out['csv'].decode())))
t.equal({r['value'] for r in table if r['type'] == 'ipv4-addr'}, outside, 'CSV: addresses')
t.check(all(not v.startswith(('=', '+', '-', '@')) for r in table for v in r.values()), 'CSV: no formulas')
lines = [json.loads(x) for x in out['timesketch'].decode().splitlines()]
t.check(lines and all({'message', 'datetime', 'timestamp_desc'} <= x.keys() for x in lines), 'Timesketch: members')
inside = re.compile(rb'(^|[^0-9.])(10\.|192\.168\.|127\.)')
for name in ('stix', 'misp', 'iodef', 'csv', 'blocklist', 'rpz', 'nft', 'sigma'):
    t.check(not inside.search(out[name]), name + ': no address of the organisation')
hosts = {h['host'].split('.')[0].lower() for h in told['hosts'] if h['class'] in ('confirmed', 'likely')}
for name in sorted(out):
    if name != 'timesketch':  # its sentences name hosts
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
t.check(b'939a9414-2ddd-4d32-a0cd-375ea402b003' in share('stix', '--tlp', 'AMBER+STRICT'), 'TLP 2.0')
t.equal(spoor('share', case, '-f', 'stix', '--tlp', 'white').returncode, 1, 'no colour of TLP 1')
t.equal(spoor('share', case, '-f', 'docx').returncode, 1, 'no other format')
t.equal(spoor('share', case).returncode, 1, 'a format is needed')
t.equal(spoor('share', path('none'), '-f', 'stix').returncode, 2, 'no case')
t.equal(spoor('share', case, '-f', 'csv', '-o', path('x', 'y', 'z')).returncode, 2, 'a folder that is not there')
t.check(spoor('share', case, '-f', 'csv', '-o', path('o.csv')).returncode == 0 and open(path('o.csv'), 'rb').read() == out['csv'], 'into a file')
t.done()
