"""Exports of hostile evidence are still what they should be: each is read by a parser of its format and by the format's rules."""
import csv
import io
import json
import os
import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET

import yaml
from tap import SOURCE, Tap

sys.path.insert(0, os.path.join(SOURCE, 'tests', 'share'))
import rules  # noqa: E402

t = Tap()
with tempfile.TemporaryDirectory() as folder:
    t.equal(subprocess.run([sys.argv[1], folder]).returncode, 0, 'written')
    out = {name: open(os.path.join(folder, name), 'rb').read() for name in sorted(os.listdir(folder))}
NASTY = '<b>&amp;'
for name, content in out.items():
    t.equal(rules.problems(name, content), [], name + ': by the rules of the format')
for name in ('stix', 'misp', 'navigator', 'iodef-json', 'csaf', 'csaf-advisory', 'sarif'):
    t.check(json.loads(out[name]), name + ': JSON')
for name in ('timesketch', 'ecs', 'ocsf', 'xarf', 'xarf3'):
    t.check(all(json.loads(line) for line in out[name].decode().splitlines()), name + ': JSON, one object a line')
t.check(NASTY in json.loads(out['sarif'])['runs'][0]['results'][0]['message']['text'], 'SARIF: the text is there, as text')
t.equal(ET.fromstring(out['iodef']).find('.//{*}ContactName').text, '"><x>&\\xff', 'IODEF: the text is there, as text')
rows = list(csv.reader(io.StringIO(out['csv'].decode(), newline='')))
t.check(all(len(r) == len(rows[0]) for r in rows) and not any(c[:1] in tuple('=+-@') for r in rows for c in r if c), 'CSV: cells stay cells')
drafts = list(yaml.safe_load_all(out['sigma'].decode()))
t.check([v for d in drafts for k, v in d['detection']['selection'].items() if k.startswith('query')][0], 'Sigma: YAML')
t.check(all(set(d['detection']) == {'selection', 'condition'} for d in drafts), 'Sigma: nothing but what we wrote')
t.check(re.fullmatch(rb'[\x20-\x7e\t\n]+', out['yara']) and out['yara'].count(b'rule ') == 1, 'YARA: one rule')
t.check(all(re.fullmatch(r'#.*|create \w+ hash:ip family inet6? -exist|add \w+ [0-9a-f.:]+ -exist', x) for x in out['ipset'].decode().splitlines()),
        'ipset: lines of ours')
t.check(all(re.fullmatch(r'#.*|0\.0\.0\.0 [a-z.-]+', x) for x in out['hosts'].decode().splitlines()), 'hosts: lines of ours')
t.done()
