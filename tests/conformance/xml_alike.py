#!/usr/bin/env python3
"""Windows events as XML are what they are as EVTX: xml_alike.py SPOOR. Another tool writes the XML, of real logs."""
import glob
import json
import os
import re
import subprocess
import sys
import tempfile

from common import SHARED, Tap, skip

SPOOR = sys.argv[1]
DUMP = os.path.join(SHARED, 'peers', 'evtx_dump')
FILES_MAX = 40


def dump(path):
    run = subprocess.run([SPOOR, 'dump', '-f', 'ecs', path], capture_output=True)
    out = {}
    for line in run.stdout.splitlines():
        e = json.loads(line)
        w = e.get('winlog', {})
        key = (w.get('record_id'), w.get('channel'))
        first, n = out.get(key, (e, 0))
        out[key] = (first, n + 1)
    return out, run.stderr.decode(errors='replace')


def plain(s):
    """What XML cannot say is left out: characters that it forbids, CR. Both write times, each its own way."""
    s = re.sub(r'[\x00-\x08\x0b-\x1f\ufffd]', '', s)
    return re.sub(r'(\d\d:\d\d:\d\d)(\.\d*?)0*Z$', lambda m: m.group(1) + m.group(2).rstrip('.') + 'Z', s)


def said(e):
    """What both must say; texts, since XML has no types and but one line end. Data without names come as a list, or one by one."""
    w = e.get('winlog', {})
    data = {k: plain(str(v)) for k, v in w.get('event_data', {}).items()
            if v not in (None, '') and not re.match(r'param\d+$', k)}
    return (e.get('@timestamp', '')[:23], e.get('event', {}).get('code'), e.get('event', {}).get('provider'),
            e.get('host', {}).get('name'), e.get('user', {}).get('name'), e.get('process', {}).get('command_line'), data)


def main():
    peer = DUMP if os.path.isfile(DUMP) else next(iter(sorted(glob.glob(os.path.join(DUMP, '*')))), None)
    files = sorted(glob.glob(os.path.join(SHARED, 'data', 'evtx', 'attack-samples', '**', '*.evtx'), recursive=True))
    if not peer or not files:
        skip('no peer that writes XML, or no logs in ' + SHARED)
    t = Tap()
    events = differ = lost = 0
    first = ''
    with tempfile.TemporaryDirectory() as tmp:
        for path in files[::max(1, len(files) // FILES_MAX)]:
            xml = os.path.join(tmp, 'x.xml')
            with open(xml, 'wb') as f:
                subprocess.run([peer, '-t', '1', '-o', 'xml', path], stdout=f, stderr=subprocess.DEVNULL)
            a, _ = dump(path)
            b, told = dump(xml)
            written = len(re.findall(rb'^<Event ', open(xml, 'rb').read(), re.M))
            events += written
            # what the peer does not write (it reads less of damaged files) says nothing about us
            if sum(n for _, n in b.values()) != written:
                lost += 1
                first = first or '%s: %d of %d: %s' % (path, len(b), written, told[:300])
            for key, (e, _) in b.items():
                if key not in a or said(e) != said(a[key][0]):
                    differ += 1
                    first = first or '%s %s:\n%s\n%s' % (path, key, said(e), key in a and said(a[key][0]))
    t.ok(events > 1000 and not lost, '%d events of real logs as XML are all read' % events, first)
    t.ok(not differ, 'they say what they say as EVTX', '%d differ: %s' % (differ, first))
    return t.end()


sys.exit(main())
