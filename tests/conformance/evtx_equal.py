#!/usr/bin/env python3
"""spoor's events against evtx_dump's, record by record, as JSON values. Prints TAP.

  evtx_equal.py SPOOR [--only TEXT] [--show N]

Records are joined by EventRecordID and order within the file. Records that spoor has and the peer has not are
salvage, counted and not compared. A difference or a missing record fails the file unless
evtx_exceptions.tsv lists it: file, record id or *, path in the record or *, reason.
"""
import argparse
import collections
import os
import re
import sys

from common import *

HERE = os.path.dirname(os.path.abspath(__file__))


def record_id(event):
    try:
        return str(event['Event']['System']['EventRecordID'])
    except (KeyError, TypeError):
        return '?'


def differences(a, b, path=''):
    """(path, ours, theirs) of every leaf that differs. Types count: 1 is not "1"."""
    if type(a) is not type(b) and not (isinstance(a, (int, float)) and isinstance(b, (int, float))
                                       and not isinstance(a, bool) and not isinstance(b, bool)):
        yield path, a, b
    elif isinstance(a, dict):
        for k in list(a) + [k for k in b if k not in a]:
            if k not in b:
                yield path + '/' + k, a[k], '(absent)'
            elif k not in a:
                yield path + '/' + k, '(absent)', b[k]
            else:
                yield from differences(a[k], b[k], path + '/' + k)
    elif isinstance(a, list):
        if len(a) != len(b):
            yield path, a, b
        else:
            for i, (x, y) in enumerate(zip(a, b)):
                yield from differences(x, y, '%s[%d]' % (path, i))
    elif a != b and not (a != a and b != b):
        yield path, a, b


def exceptions():
    """[(file, record, path, reason)]"""
    out = []
    with open(os.path.join(HERE, 'evtx_exceptions.tsv'), encoding='utf-8') as f:
        for line in f:
            if line.strip() and not line.startswith('#'):
                out.append(line.rstrip('\n').split('\t'))
    return out


def excused(rules, file, rid, path):
    for f, r, p, _ in rules:
        if (f == '*' or f == file) and (r == '*' or r == rid) and (p == '*' or re.fullmatch(p, path)):
            return True
    return False


def join(ours, theirs):
    """Pairs (ours or None, theirs), and what only we have. Equal records of one id pair up first."""
    by_id = collections.defaultdict(list)
    for o in ours:
        by_id[record_id(o)].append(o)
    pairs, rest = [], []
    for t in theirs:
        same = by_id[record_id(t)]
        hit = next((i for i, o in enumerate(same) if o == t), None)
        if hit is None:
            rest.append(t)
        else:
            pairs.append((same.pop(hit), t))
    for t in rest:
        same = by_id[record_id(t)]
        pairs.append((same.pop(0) if same else None, t))
    return pairs, [o for same in by_id.values() for o in same]


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument('spoor')
    ap.add_argument('--only', default='')
    ap.add_argument('--show', type=int, default=3)
    a = ap.parse_args()
    need(a.spoor, PEER, EVTX)
    rules, tap = exceptions(), Tap()
    total = collections.Counter()
    kinds = collections.Counter()
    for name, path in evtx_files():
        if a.only not in name:
            continue
        _, lines = peer_lines(path)
        code, mine, err = spoor_lines(a.spoor, path)
        theirs = [load_peer(x) for x in lines]
        try:
            ours = [load(x) for x in mine]
        except ValueError as e:
            tap.ok(False, name, 'our output is no JSON: %s' % e)
            continue
        pairs, extra = join(ours, theirs)
        bad = []
        for o, t in pairs:
            rid = record_id(t)
            diffs = [('(record)', '(missing)', '')] if o is None else [] if o == t else list(differences(o, t))
            left = [d for d in diffs if not excused(rules, name, rid, d[0])]
            total['excused'] += bool(diffs) and not left
            total['missing' if left and o is None else 'differing' if left else 'equal'] += 1
            for p, x, y in left:
                kinds[re.sub(r'\[\d+\]', '[]', p) + ' ' + type(x).__name__ + '/' + type(y).__name__] += 1
                if len(bad) < a.show:
                    bad.append('record %s %s: ours %r, peer %r' % (rid, p, x, y))
        total['files'] += 1
        total['extra'] += len(extra)
        total['peer'] += len(theirs)
        if not tap.ok(code in (0, 3) and not bad, '%s: %d records' % (name, len(theirs)), '\n'.join(bad)):
            total['bad files'] += 1
            if code not in (0, 3):
                tap.note('exit code %s: %s' % (code, err.decode('utf-8', 'replace')[-300:]))
    tap.note('files %(files)d, with differences %(bad files)d; records of the peer %(peer)d: equal %(equal)d '
             '(%(excused)d by exception), differing %(differing)d, missing %(missing)d; only ours %(extra)d'
             % collections.defaultdict(int, total))
    for k, n in kinds.most_common(12):
        tap.note('%6d differences at %s' % (n, k))
    return tap.end()


if __name__ == '__main__':
    sys.exit(main())
