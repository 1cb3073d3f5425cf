#!/usr/bin/env python3
"""evtx_dump's JSON lines, read and written again, must be the same JSON: winjson_roundtrip.py JSON_DUMP.

Over every EVTX file of the shared evidence, if it is there. Where evtx_dump writes a name twice in one object
(a repeated <Data>), the second is expected as name_1: no reader of JSON keeps both otherwise. A record without anything
is no Windows event and gives an empty object. Prints TAP.
"""
import json
import os
import subprocess
import sys
import tempfile


def members(pairs):
    out = {}
    for k, v in pairs:
        n, name = 0, k
        while name in out:
            n += 1
            name = '%s_%d' % (k, n)
        out[name] = v
    return out


def value(line):
    """numbers as their text: nothing may be rounded"""
    return json.loads(line, object_pairs_hook=members, parse_int=lambda s: ('number', s),
                      parse_float=lambda s: ('number', s))


def files(root):
    for folder, _, names in sorted(os.walk(root)):
        for name in sorted(names):
            if name.endswith('.evtx'):
                yield os.path.join(folder, name)


def compare(tool, dump, evtx, tmp):
    """(lines, lines that differ, first difference)"""
    path = os.path.join(tmp, 'lines.jsonl')
    with open(path, 'wb') as out:
        subprocess.run([dump, '-t', '1', '-o', 'jsonl', evtx], stdout=out, stderr=subprocess.DEVNULL)
    with open(path, 'rb') as f:
        want = [x for x in f.read().split(b'\n') if x.strip()]
    p = subprocess.run([tool, path], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    got = p.stdout.split(b'\n')[:-1]
    if p.returncode or len(got) != len(want):
        return len(want), max(1, abs(len(want) - len(got))), p.stderr.decode(errors='replace')[-200:]
    bad = [(w, g) for w, g in zip(want, got) if w != g and value(w) != value(g) and (w, g) != (b'{"Event":null}', b'{}')]
    return len(want), len(bad), bad[0] if bad else ''


def main():
    shared = os.environ.get('SPOOR_SHARED', '')
    dump = os.path.join(shared, 'peers', 'evtx_dump')
    root = os.path.join(shared, 'data', 'evtx')
    if not os.path.isfile(dump) or not os.path.isdir(root):
        print('1..1\nok 1 - evtx_dump there and back # SKIP no shared evidence')
        return 0
    lines = wrong = 0
    first = ''
    with tempfile.TemporaryDirectory() as tmp:
        for evtx in files(root):
            n, bad, why = compare(sys.argv[1], dump, evtx, tmp)
            lines += n
            wrong += bad
            if bad and not first:
                first = '%s: %s' % (evtx, why)
    good = lines > 0 and wrong == 0
    print('1..1\n%sok 1 - evtx_dump there and back: %d lines, %d differ' % ('' if good else 'not ', lines, wrong))
    if first:
        print('# ' + str(first)[:1000])
    return 0 if good else 1


sys.exit(main())
