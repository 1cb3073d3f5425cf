#!/usr/bin/env python3
"""The same logs as Zeek writes them itself and as JSON: the same datasets, fields and values. Prints TAP.

  zeek_alike.py SPOOR
"""
import decimal
import json
import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..'))
from common import SHARED, Tap, skip  # noqa: E402
from ecs import problems  # noqa: E402

LOGS = os.path.join(SHARED, 'data', 'logs')
ISO = re.compile(r'^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)\.(\d{6})Z$')
ONLY_JSON = {'_path', '_write_ts'}


class Number(str):
    pass


def dump(spoor, path, form='evtx'):
    p = subprocess.run([spoor, 'dump', path, '-f', form, '--no-progress'], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    load = json.loads if form == 'ecs' else lambda s: json.loads(s, parse_int=Number, parse_float=Number)
    return [load(x) for x in p.stdout.split(b'\n')[:-1]] if p.returncode == 0 else None


def epoch(text):
    """seconds since 1970"""
    m = ISO.match(text)
    y, mo, d, h, mi, s = (int(x) for x in m.groups()[:6])
    y2, m2 = (y - 1, mo + 9) if mo < 3 else (y, mo - 3)
    days = 365 * y2 + y2 // 4 - y2 // 100 + y2 // 400 + (m2 * 306 + 5) // 10 + d - 1 - 719468
    return decimal.Decimal(days * 86400 + h * 3600 + mi * 60 + s) + decimal.Decimal(m.group(7)).scaleb(-6)


def alike(own, js):
    """Zeek's own form has times as seconds, and six digits behind the point; of an empty text it says nothing more."""
    if isinstance(own, list) or isinstance(js, list):
        return isinstance(own, list) and isinstance(js, list) and len(own) == len(js) and all(map(alike, own, js))
    if isinstance(own, Number) and isinstance(js, str) and not isinstance(js, Number):
        return bool(ISO.match(js)) and abs(epoch(js) - decimal.Decimal(own)) <= decimal.Decimal('0.000001')
    if isinstance(own, Number) and isinstance(js, Number):
        if own == js:
            return True
        return '.' in own and abs(decimal.Decimal(own) - decimal.Decimal(js)) <= decimal.Decimal('0.00000051')
    return type(own) is type(js) and own == js


def differences(own, js):
    for k in sorted(set(own) | set(js)):
        if k in ONLY_JSON and k not in own:
            continue
        if k not in own and js[k] == '':
            continue  # "(empty)" is a list of nothing, and a list of one empty text
        if k not in own or k not in js or not alike(own[k], js[k]):
            yield '%s: %r, as JSON %r' % (k, own.get(k), js.get(k))


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    own_dir, json_dir = os.path.join(LOGS, 'zeek-tsv'), os.path.join(LOGS, 'zeek-json')
    if not os.path.isdir(own_dir) or not os.path.isdir(json_dir):
        skip('no shared evidence')
    tap = Tap()
    for name in sorted(os.listdir(own_dir)):
        stem = name.split('.')[0]
        own, js = (dump(sys.argv[1], os.path.join(d, stem + e)) for d, e in ((own_dir, '.log.gz'), (json_dir, '.json.gz')))
        bad = [(i, d) for i, (a, b) in enumerate(zip(own or [], js or [])) for d in differences(a, b)]
        tap.ok(own and js and len(own) == len(js) and not bad, '%s: %d events alike' % (stem, len(own or [])), bad[:4])
        docs = dump(sys.argv[1], os.path.join(own_dir, name), 'ecs') or []
        wrong = sorted({p for d in docs for p in problems(d)})
        tap.ok(docs and {d['event']['dataset'] for d in docs} == {'zeek.' + stem} and not wrong, stem + ': valid ECS', wrong[:4])
    return tap.end()


sys.exit(main())
