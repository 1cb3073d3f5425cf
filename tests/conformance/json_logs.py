#!/usr/bin/env python3
"""Real JSON logs of the shared evidence: their dataset, each event, each value, and valid ECS. Prints TAP.

  json_logs.py SPOOR
"""
import gzip
import json
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..'))
from common import SHARED, Tap, skip  # noqa: E402
from ecs import problems  # noqa: E402

LOGS = os.path.join(SHARED, 'data', 'logs')
# file, datasets
OTHERS = (
    ('jsonl/aws_cloudtrail.jsonl', {'aws.cloudtrail'}),
    ('jsonl/azure_activity_log.jsonl', {'azure.activitylogs'}),
    ('jsonl/gcp_logging.jsonl', {'gcp.audit', 'gcp.logging'}),
    ('jsonl/microsoft_audit_log.jsonl', {'o365.audit'}),
)
INNER = ('CloudTrailEvent',)


def files():
    zeek = os.path.join(LOGS, 'zeek-json')
    for name in sorted(os.listdir(zeek)):
        yield os.path.join('zeek-json', name), {'zeek.' + name.split('.')[0]}
    yield from OTHERS


def lines_of(path):
    with (gzip.open if path.endswith('.gz') else open)(path, 'rb') as f:
        return [x for x in f.read().split(b'\n') if x.strip()]


def number(text):
    return ('number', text)


def load(line):
    """numbers as their text: nothing may be rounded"""
    return json.loads(line, parse_int=number, parse_float=number)


def leaves(node, path, out):
    if isinstance(node, dict):
        for k, v in node.items():
            leaves(v, path + '.' + k if path else k, out)
    elif isinstance(node, list):
        for v in node:
            leaves(v, path, out)
    elif node is not None:
        out.setdefault(path, []).append(node)


def text(v):
    return v[1] if isinstance(v, tuple) else {True: 'true', False: 'false'}.get(v, v) if isinstance(v, bool) else v


def expected(line):
    """What the documents say an object becomes, made by other means."""
    node, out = load(line), {}
    for name in INNER:
        if name in node:
            leaves(load(node.pop(name)), '', out)
    mine = {}
    leaves(node, '', mine)
    for k, v in out.items():
        mine.setdefault(k, []).extend(v)
    for k, v in mine.items():
        if len({type(x) for x in v}) > 1:
            v = [text(x) for x in v]
        mine[k] = v if len(v) > 1 else v[0]
    return mine


def dump(spoor, path, form):
    p = subprocess.run([spoor, 'dump', path, '-f', form, '--no-progress'], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    return p.returncode, p.stdout.split(b'\n')[:-1], p.stderr.decode('utf-8', 'replace')


def check_file(tap, spoor, name, datasets):
    path = os.path.join(LOGS, name)
    want = lines_of(path)
    code, got, err = dump(spoor, path, 'evtx')
    bad = [(w, g) for w, g in zip(want, got) if expected(w) != load(g)]
    tap.ok(code == 0 and len(got) == len(want) and not bad, '%s: %d events, every value' % (name, len(want)),
           '%s, %d events: %s %s' % (code, len(got), err[-300:], bad[:1]))
    code, got, err = dump(spoor, path, 'ecs')
    docs = [json.loads(x) for x in got]
    wrong = sorted({p for d in docs for p in problems(d)})
    here = {d['event']['dataset'] for d in docs}
    tap.ok(here == datasets and not wrong and all('@timestamp' in d for d in docs),
           '%s: %s, valid ECS, each with its time' % (name, ' '.join(sorted(datasets))), '%s %s' % (here, wrong[:5]))


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    if not os.path.isdir(os.path.join(LOGS, 'zeek-json')):
        skip('no shared evidence')
    tap = Tap()
    for name, datasets in files():
        check_file(tap, sys.argv[1], name, datasets)
    return tap.end()


sys.exit(main())
