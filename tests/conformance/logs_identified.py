#!/usr/bin/env python3
"""Real logs are identified and read: logs_identified.py SPOOR. The table is logs_expected.tsv."""
import json
import os
import re
import subprocess
import sys

from common import SHARED, Tap, skip

SPOOR = sys.argv[1]
LOGS = os.path.join(SHARED, 'data', 'logs')
TABLE = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'logs_expected.tsv')


def rows():
    with open(TABLE, encoding='utf-8') as f:
        for line in f:
            if line.strip() and not line.startswith('#'):
                name, datasets, events, lost = line.rstrip('\n').split('\t')
                yield name, set(datasets.split(',')), int(events), int(lost)


def main():
    if not os.path.isdir(LOGS):
        skip('no logs in ' + SHARED)
    t = Tap()
    for name, datasets, events, lost in rows():
        run = subprocess.run([SPOOR, 'dump', '-f', 'ecs', os.path.join(LOGS, name)], capture_output=True)
        got = [json.loads(line) for line in run.stdout.splitlines()]
        said = run.stderr.decode(errors='replace')
        bad = len(re.findall(r': line \d+: ', said))
        t.ok({e['event'].get('dataset') for e in got} == datasets and len(got) == events, name + ': what it is',
             '%d events: %s' % (len(got), {e['event'].get('dataset') for e in got}))
        t.ok(bad == lost, name + ': what is lost', said)
        t.ok(all('@timestamp' in e for e in got), name + ': every event has its time')
    return t.end()


sys.exit(main())
