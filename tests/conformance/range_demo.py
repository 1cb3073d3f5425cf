#!/usr/bin/env python3
"""The demo keeps its promises: same seed, same bytes; genuine files; documentation addresses; a truth that exists.

  range_demo.py SPOOR_RANGE

range_demo.sha256 holds the digest of seed 1: it changes with every change of the generator (write the new one in) and
must not change with the compiler or the machine.
"""
import hashlib
import ipaddress
import re
import sys
import tempfile
import zipfile

from common import *

HERE = os.path.dirname(os.path.abspath(__file__))
ALLOWED = [ipaddress.ip_network(n) for n in
           ('192.0.2.0/24', '198.51.100.0/24', '203.0.113.0/24', '10.0.0.0/8', '127.0.0.0/8')]


def tree(root):
    out = {}
    for d, _, names in os.walk(root):
        for n in names:
            p = os.path.join(d, n)
            with open(p, 'rb') as f:
                out[os.path.relpath(p, root)] = f.read()
    return out


def digest(files):
    h = hashlib.sha256()
    for name in sorted(files):
        h.update(name.encode() + b'\0' + hashlib.sha256(files[name]).digest())
    return h.hexdigest()


def records(root, work):
    """(file as truth names it, record id) -> event, of every record of the demo; needs the peer."""
    out = {}
    for d, _, names in os.walk(root):
        for n in names:
            p = os.path.join(d, n)
            rel = os.path.relpath(p, root)
            if n.endswith('.evtx'):
                for line in peer_lines(p)[1]:
                    e = load(line)
                    out[rel, e['Event']['System']['Channel'], e['Event']['System']['EventRecordID']] = e
            elif n.endswith('.ndjson'):
                with open(p, encoding='utf-8') as f:
                    for line in f:
                        e = json.loads(line)
                        out[rel, e['winlog']['channel'], int(e['winlog']['record_id'])] = e
            elif n.endswith('.zip'):
                with zipfile.ZipFile(p) as z:
                    for m in z.namelist():
                        q = os.path.join(work, 'member.evtx')
                        with open(q, 'wb') as f:
                            f.write(z.read(m))
                        for line in peer_lines(q)[1]:
                            e = load(line)
                            out[rel + '!/' + m, e['Event']['System']['Channel'], e['Event']['System']['EventRecordID']] = e
    return out


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    need(sys.argv[1])
    tap = Tap()
    with tempfile.TemporaryDirectory() as work:
        made = {}
        for name, seed in (('a', '1'), ('b', '1'), ('c', '2')):
            code, _, err = run([sys.argv[1], 'demo', '-o', os.path.join(work, name), '--seed', seed])
            tap.ok(code == 0, 'demo is written', err)
            made[name] = tree(os.path.join(work, name))
        tap.ok(made['a'] == made['b'], 'same seed, same bytes')
        tap.ok(digest(made['a']) != digest(made['c']), 'another seed, another demo')
        with open(os.path.join(HERE, 'range_demo.sha256'), encoding='ascii') as f:
            want = f.read().strip()
        tap.ok(digest(made['a']) == want, 'seed 1 gives the bytes it always gave', 'now %s' % digest(made['a']))
        truth = json.loads(made['a']['truth.json'])
        states = [h['state'] for h in truth['hosts']]
        tap.ok(len(states) >= 8 and 'clean' in states and 'compromised' in states, '%d hosts, clean and compromised' % len(states))
        tap.ok(20000 <= truth['records'] <= 50000, '%d records' % truth['records'])
        names = {h['host_id'] for h in truth['hosts']}
        tap.ok(all(e['src'] in names and e['dst'] in names for e in truth['edges']) and len(truth['edges']) >= 5, 'edges join hosts')
        if os.path.exists(PEER):
            found = records(os.path.join(work, 'a', 'evidence'), work)
            tap.ok(len(found) == truth['records'], 'each record is there once, for others to read', len(found))
            wanted = [(e['file'], e['channel'], e['record']) for s in truth['steps'] for e in s['events']]
            lost = [w for w in wanted if w not in found]
            tap.ok(len(wanted) > 100 and not lost, '%d records of the truth exist' % len(wanted), lost[:5])
            text = '\n'.join(json.dumps(e) for e in found.values())
            bad = set()
            for a in re.findall(r'(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?![\d.])', text):
                if not any(ipaddress.ip_address(a) in n for n in ALLOWED):
                    bad.add(a)
            tap.ok(not bad, 'addresses are inside or of the documentation blocks', bad)
            outside = {n for n in re.findall(r'"(?:DestinationHostname|QueryName)": "([^"]+)"', text) if not n.endswith('.example')}
            tap.ok(not outside, 'names end in .example', outside)
    return tap.end()


if __name__ == '__main__':
    sys.exit(main())
