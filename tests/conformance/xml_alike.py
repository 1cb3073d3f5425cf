#!/usr/bin/env python3
"""Windows events as XML, and as EvtxECmd's CSV, are what they are as EVTX: xml_alike.py SPOOR. Another tool writes the XML, of
real logs; the CSV is made from its JSON, in the form that EvtxECmd gives it."""
import csv
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


def payload(event):
    """EventData as EvtxECmd writes it."""
    data = event.get('EventData')
    if not data or not isinstance(data, dict):
        return ''
    rows = [{'@Name': k, '#text': str(v).lower() if isinstance(v, bool) else str(v)} if v not in (None, '') else {'@Name': k}
            for k, v in data.items() if k not in ('#attributes', 'Data') and not isinstance(v, (dict, list))]
    return json.dumps({'EventData': {'Data': rows[0] if len(rows) == 1 else rows}})


def write_csv(peer, path, out):
    """One row per event with named data only; the keys of those."""
    run = subprocess.run([peer, '-t', '1', '-o', 'jsonl', path], capture_output=True)
    keys = set()
    with open(out, 'w', encoding='utf-8-sig', newline='') as f:
        w = csv.writer(f)
        w.writerow(['RecordNumber', 'EventRecordId', 'TimeCreated', 'EventId', 'Level', 'Provider', 'Channel', 'Computer',
                    'MapDescription', 'UserName', 'PayloadData1', 'SourceFile', 'Keywords', 'Payload'])
        for n, line in enumerate(run.stdout.splitlines(), 1):
            e = json.loads(line)['Event']
            s = e['System']
            if not isinstance(e.get('EventData'), dict) or not s.get('Channel') or set(e) - {'#attributes', 'System', 'EventData'}:
                continue
            code = s['EventID']['#text'] if isinstance(s['EventID'], dict) else s['EventID']
            w.writerow([n, s['EventRecordID'], s['TimeCreated']['#attributes']['SystemTime'].rstrip('Z').replace('T', ' '), code, 'Info',
                        s['Provider']['#attributes'].get('Name'), s['Channel'], s['Computer'], 'what it means', 'x', 'y', path, '', payload(e)])
            keys.add((str(s['EventRecordID']), s['Channel']))
    return keys


def main():
    peer = DUMP if os.path.isfile(DUMP) else next(iter(sorted(glob.glob(os.path.join(DUMP, '*')))), None)
    files = sorted(glob.glob(os.path.join(SHARED, 'data', 'evtx', 'attack-samples', '**', '*.evtx'), recursive=True))
    if not peer or not files:
        skip('no peer that writes XML, or no logs in ' + SHARED)
    t = Tap()
    events = differ = lost = 0
    rows = rows_differ = 0
    first = first_row = ''
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
                    continue
            table = os.path.join(tmp, 'x.csv')
            keys = write_csv(peer, path, table)
            c, told = dump(table)
            rows += len(keys)
            for key in keys:
                if key not in c or key not in a or said(c[key][0]) != said(a[key][0]):
                    rows_differ += 1
                    first_row = first_row or '%s %s:\n%s\n%s\n%s' % (path, key, key in c and said(c[key][0]), key in a and said(a[key][0]), told[:300])
    t.ok(events > 1000 and not lost, '%d events of real logs as XML are all read' % events, first)
    t.ok(not differ, 'they say what they say as EVTX', '%d differ: %s' % (differ, first))
    t.ok(rows > 1000 and not rows_differ, '%d events of them as a table of EvtxECmd, too' % rows, '%d differ: %s' % (rows_differ, first_row))
    return t.end()


sys.exit(main())
