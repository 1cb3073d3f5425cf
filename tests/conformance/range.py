#!/usr/bin/env python3
"""The range keeps its promises: same seed, same bytes; genuine files for other readers; a truth whose places hold.

  range.py SPOOR_RANGE SPOOR

range.sha256 holds the digests of two small ranges: they change with every change of the generator (write the new ones
in) and must not change with the compiler or the machine.
"""
import ipaddress
import re
import shutil
import sys
import tempfile
import xml.etree.ElementTree as ET

from common import *
from rangebits import Made, digest, make, tree

HERE = os.path.dirname(os.path.abspath(__file__))
ALLOWED = [ipaddress.ip_network(n) for n in
           ('192.0.2.0/24', '198.51.100.0/24', '203.0.113.0/24', '10.0.0.0/8', '127.0.0.0/8')]
SMALL = {'a': ['a', '--seed', '7', '--hosts', '40', '--days', '30', '--bundle', 'easy'],
         'b': ['b', '--seed', '7', '--hosts', '40', '--days', '30', '--bundle', 'easy']}


def same_bytes(tap, program, work):
    with open(os.path.join(HERE, 'range.sha256'), encoding='ascii') as f:
        want = dict(line.split() for line in f)
    for name, args in SMALL.items():
        first, again = os.path.join(work, name), os.path.join(work, name + '2')
        tap.ok(*make_both(program, first, again, args))
        tap.ok(tree(first) == tree(again), name + ': the same bytes twice')
        if name == 'a':  # once more into the same place
            tap.ok(*make_both(program, again, again, args))
            tap.ok(tree(first) == tree(again), name + ': the same bytes where a range was before')
            os.remove(os.path.join(again, 'truth.events.jsonl'))
            tap.ok(not make(program, again, *args)[0], 'evidence that no range made stays')
        shutil.rmtree(again)
        tap.ok(digest(first) == want.get(name), name + ': the bytes it always gave', 'now %s' % digest(first))


def make_both(program, first, again, args):
    a, why_a = make(program, first, *args)
    b, why_b = make(program, again, *args)
    return a and b, args[0] + ' is written', why_a + why_b


def check_truth(tap, m, what):
    """The truth is valid, its references resolve, each listed row lies where it says."""
    try:
        import jsonschema
        with open(os.path.join(SOURCE, 'docs', 'truth.schema.json'), encoding='utf-8') as f:
            jsonschema.validate(m.truth, json.load(f))
        tap.ok(True, what + ': the truth is valid')
    except ImportError:
        print('# jsonschema is not there: the truth was not validated')
    except Exception as e:  # jsonschema's own error class, unknown without it
        tap.ok(False, what + ': the truth is valid', str(e)[:600])
    t = m.truth
    refs = [r for h in t['hosts'] for r in h.get('first_compromise', {}).get('event_refs', [])]
    refs += [r for e in t['edges'] for r in e['evidence']] + [r for k in t['key_events'] for r in k['events']]
    lost = [r for r in refs if r not in m.by_id]
    tap.ok(not lost, '%s: %d references resolve' % (what, len(refs)), lost[:5])
    wanted = [m.by_id[r] for r in refs if r in m.by_id]
    wanted += m.rows[::max(1, len(m.rows) // 3000)]
    wrong = [r for r in sorted(wanted, key=lambda r: r['file']) if not m.row_is_there(r)]
    tap.ok(not wrong, '%s: %d rows lie where they should' % (what, len(wanted)), wrong[:5])
    names = {h['host_id'] for h in t['hosts']}
    tap.ok(all(e['src'] in names and e['dst'] in names for e in t['edges']), what + ': edges join hosts')
    return refs


def check_evtx(tap, m, what, spoor):
    """Every EVTX file that is not said to be damaged is read by others, with right checksums and the same values."""
    if not os.path.exists(PEER):
        return
    bad, unequal, files, records = [], [], 0, 0
    for rel, path in evtx_files(m.evidence):
        if rel in m.damaged() or rel.startswith('second-collection/'):
            continue
        code, out, err = run([PEER, '--validate-checksums', '-t', '1', '-o', 'jsonl', path])
        lines = [x for x in out.split(b'\n') if x.startswith(b'{')]
        files, records = files + 1, records + len(lines)
        if code != 0 or err.strip() or not lines:
            bad.append((rel, code, err[:200]))
        if files % 4:
            continue
        code, mine, _ = spoor_lines(spoor, path)
        theirs = [load_peer(x)['Event'].get('EventData') for x in lines]
        if code != 0 or theirs != [load_peer(x)['Event'].get('EventData') for x in mine]:
            unequal.append(rel)
    tap.ok(not bad, '%s: %d files, %d records, checksums right' % (what, files, records), bad[:4])
    tap.ok(not unequal, what + ': spoor reads the same values without a gap, in every fourth', unequal[:4])


def plain(value):
    """Two spellings of one value made one: hex numbers, braces, case, booleans."""
    value = '' if value is None else str(value)
    if re.fullmatch(r'0x[0-9a-fA-F]+', value):
        return str(int(value, 16))
    return value.strip('{}').lower().strip()


def check_libevtx(tap, m):
    if not shutil.which('evtxexport') or not os.path.exists(PEER):
        print('# evtxexport is not there: no second independent reader')
        return
    ns = '{http://schemas.microsoft.com/win/2004/08/events/event}'
    for channel in ('Security', 'Microsoft-Windows-Sysmon%4Operational', 'System'):
        rel, path = min((f for f in evtx_files(m.evidence) if f[0].endswith('/' + channel + '.evtx')),
                        key=lambda f: os.path.getsize(f[1]))
        theirs = [load_peer(x)['Event'].get('EventData') or {} for x in peer_lines(path)[1]]
        _, out, _ = run(['evtxexport', '-f', 'xml', path])
        text = re.sub(r'&#x?[0-9a-fA-F]+;', '', out.decode('utf-8', 'replace'))
        events = [ET.fromstring(x) for x in re.findall(r'<Event xmlns.*?</Event>', text, re.S)]
        differ = []
        for a, b in zip(theirs, events):
            got = {d.get('Name'): plain(d.text) for d in b.iter(ns + 'Data') if d.get('Name')}
            want = {k: plain(v) for k, v in a.items() if not isinstance(v, (dict, list)) and k != '#attributes'}
            for k in got:
                if k in want and re.sub(r'\s', '', got[k]) != re.sub(r'\s', '', want[k]) and not re.match(r'\d{4}-', want[k]):
                    differ.append((k, got[k], want[k]))
        tap.ok(len(events) == len(theirs) and events, '%s: libevtx reads %d records' % (channel, len(theirs)), len(events))
        tap.ok(not differ, channel + ': libevtx and evtx_dump agree on values', differ[:4])


# Which reader each file is for.
READERS = [
    (r'.*\.evtx', {'evtx'}), (r'winlogbeat/.*|wazuh/.*|splunk/.*\.json', {'winjson'}), (r'Collection-.*\.zip', {'zip'}),
    (r'.*/u_ex\d+\.log|.*/V15/.*\.LOG', {'w3c'}), (r'.*/SG_main_\d+\.log', {'w3c'}),
    (r'.*/nginx/access\.log-\d+|.*/localhost_access_log.*', {'webaccess'}), (r'.*/squid/access\.log-\d+', {'squid'}),
    (r'.*/catalina.*', {'javalog'}), (r'.*/logs/server-\d+\.log', {'javalog', 'applog'}), (r'.*/auth\.log-\d+', {'syslog'}), (r'.*/audit/audit\.log', {'auditd'}),
    (r'.*/DhcpSrvLog-.*', {'windhcp'}), (r'.*/dhcpd\.log-\d+', {'device', 'syslog'}), (r'.*/kea-leases4\.csv', {'flows'}),
    (r'.*/dns\.log', {'dnsdebug'}), (r'.*/query\.log-\d+', {'device'}), (r'.*/(pan|asa|fgt)-\d+\.log', {'device'}),
    (r'.*/nfdump-\d+\.csv', {'flows'}), (r'.*/zeek/.*', {'zeek', 'json'}), (r'.*/eve\.json\.\d+', {'json'}),
    (r'.*/ERRORLOG', {'sqlserver'}), (r'.*/agent\.log', {'applog'}), (r'.*/Update Services/.*', {'wsus'}), (r'.*/CCM/Logs/.*', {'sccm'}),
    (r'.*/audit_\d+\.csv|inventory\.csv|evtxecmd/.*|splunk/.*\.csv|directory/.*\.csv', {'csv'}), (r'directory/.*\.ldf', {'ldif'})]


def reader_of(path):
    """Readers a file may have; the copy of a rotation and a compressed file are those of what is inside."""
    path = re.sub(r'^second-collection/', '', path.split('!/')[0] if path.endswith('.zip') else path)
    path = re.sub(r'\.gz(!/.*)?$|\.1$', '', path)
    path = re.sub(r'\.1$', '', path)
    return next((r for pattern, r in READERS if re.fullmatch(pattern, path)), set())


def check_show(tap, m, what, spoor):
    """`spoor show` opens what the truth means: three rows of each log, over all shapes."""
    opened, wrong = {}, []
    for r in m.rows:
        kind = re.sub(r'\d+', '', os.path.basename(r['file'])) + ('@' if '!/' in r['file'] else '')
        kind = re.sub(r'.*(_EvtxECmd|\.ndjson|\.json)', r'\1', kind)
        if opened.get(kind, 0) >= 3:
            continue
        opened[kind] = opened.get(kind, 0) + 1
        code, out, err = run([spoor, 'show', '%s:%d:%d' % (os.path.join(m.evidence, r['file']), r['offset'], r['record']), '--ecs'])
        # a row of a connection is written when it ends and says when it began; local times have no zone
        windows = re.search(r'\.evtx$|\.ndjson$|^wazuh/|^splunk/', r['file'])
        if code != 0 or windows and r['ts_logged'][:19] != json.loads(out)['@timestamp'][:19]:
            wrong.append((r, out[:200], err[:200]))
    tap.ok(len(opened) > 5 and not wrong, '%s: show opens the rows that the truth means: %s' % (what, ', '.join(sorted(opened))), wrong[:3])


def check_read(tap, m, what, spoor, work):
    """Each file is identified as what it is, and read with no gap that the truth does not list."""
    case = os.path.join(work, 'case')
    code, _, err = run([spoor, 'investigate', m.evidence, '-r', os.path.join(SOURCE, 'rules'), '-o', case, '--force'], seconds=600)
    if not tap.ok(code in (0, 3), what + ' is investigated', err):
        return
    with open(os.path.join(case, 'manifest.jsonl'), encoding='utf-8') as f:
        items = [json.loads(line) for line in f]
    told = m.damaged()
    told |= {c['file'] for c in m.truth['copies'] if c['of'] in told}
    wrong, lost, known = [], [], set()
    for i in items:
        path = i['path'].split('evidence/', 1)[-1]
        if path.startswith('evidence/'):
            path = path[9:]
        readers = reader_of(path)
        known.add(i['format'])
        if i['verdict'] == 'unknown' or '!/' not in path and not path.endswith('.gz') and i['format'] not in readers:
            lost.append((path, i['format']))
        elif i['verdict'] != 'ok' and path not in told:
            wrong.append(i)
    tap.ok(not lost, what + ': each is identified as what it is', lost[:4])
    tap.ok(not wrong, '%s: read whole: %s' % (what, ', '.join(sorted(known))), wrong[:4])


def texts(root):
    """Every file's text, EVTX as the UTF-16 that it is, at both alignments."""
    for d, _, names in os.walk(root):
        for n in names:
            with open(os.path.join(d, n), 'rb') as f:
                data = f.read()
            if n.endswith('.evtx'):
                yield data.decode('utf-16-le', 'ignore')
                yield data[1:].decode('utf-16-le', 'ignore')
            else:
                yield data.decode('utf-8', 'ignore')


def check_names(tap, m, other):
    bad, shared, there = set(), set(), set()
    for text in texts(m.evidence):
        for a in set(re.findall(r'(?<![\d.\w/-])(?:\d{1,3}\.){3}\d{1,3}(?![\d.\w])', text)):
            try:
                if not any(ipaddress.ip_address(a) in n for n in ALLOWED) and int(a.split('.')[0]) > 19:
                    bad.add(a)
            except ValueError:
                pass
        lower = text.lower()
        shared.update(x for x in other.truth['literals'] if len(x) > 5 and x.lower() in lower)
        there.update(x for x in m.truth['literals'] if x in text)
    tap.ok(not bad, 'addresses are inside or of the documentation blocks', sorted(bad)[:9])
    tap.ok(len(other.truth['literals']) > 10 and not shared, 'another seed shares no name of the attack', shared)
    mine = [x for x in m.truth['literals'] if '.example' in x and x not in there]
    tap.ok(not mine, 'and its own are there', mine)


def check_twins(tap, m, what):
    few = [o for o in m.truth['observables'] if o['benign'] < 5 * o['malicious']]
    tap.ok(not few, what + ': every observable has five times as many benign twins', few)


def check_coverage(tap, m):
    """The sources of the formats document are all there, with rows."""
    have = {c['source'] for h in m.truth['hosts'] for c in h['coverage']}
    want = {'a': {'Security', 'System', 'tomcat-access', 'catalina', 'app-audit', 'sql-errorlog', 'update-agent', 'update-server',
                  'wsus', 'dhcp', 'dns', 'proxy', 'firewall', 'sensor'},
            'b': {'Security', 'iis', 'iis-back', 'httpproxy', 'ews', 'mapihttp', 'ecp-server', 'cmdlet', 'tracking', 'smtp', 'auth',
                  'auditd', 'netflow', 'firewall', 'MSExchange Management'}}[m.truth['scenario'].lower()]
    tap.ok(want <= have, '%s: %d sources' % (m.truth['scenario'], len(have)), sorted(want - have))


def others(tap, program, spoor, work):
    """Bundles and the other scenarios, small."""
    for args in (['a', '--bundle', 'normal'], ['b', '--bundle', 'normal', '--seed', '6'], ['a', '--bundle', 'field', '--seed', '3'],
                 ['b', '--bundle', 'hard', '--seed', '3'], ['mixed', '--seed', '5'], ['poison', '--seed', '5'], ['null', '--seed', '5']):
        out, what = os.path.join(work, 'other'), ' '.join(args)
        good, why = make(program, out, *args, '--hosts', '50', '--days', '12')
        if not tap.ok(good, what + ' is written', why):
            continue
        m = Made(out)
        check_truth(tap, m, what)
        check_show(tap, m, what, spoor)
        check_read(tap, m, what, spoor, work)
        states = {h['state'] for h in m.truth['hosts']}
        if args[0] == 'null':
            tap.ok(states == {'clean'} and not m.truth['edges'] and m.truth['decoys'], 'null: nobody is compromised')
        if args[0] == 'mixed':
            tap.ok({e['campaign'] for e in m.truth['entries']} == {'A', 'B', 'M'}, 'mixed: three campaigns')
        shutil.rmtree(out)


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    need(sys.argv[1], sys.argv[2])
    program, spoor = sys.argv[1:]
    tap = Tap()
    with tempfile.TemporaryDirectory() as work:
        same_bytes(tap, program, work)
        tap.ok(make(program, os.path.join(work, 'c'), 'a', '--seed', '8', '--hosts', '40', '--days', '30')[0], 'another seed')
        a, b, c = (Made(os.path.join(work, x)) for x in 'abc')
        for m in (a, b):
            what = m.truth['scenario']
            check_truth(tap, m, what)
            check_evtx(tap, m, what, spoor)
            check_twins(tap, m, what)
            check_coverage(tap, m)
            check_show(tap, m, what, spoor)
            check_read(tap, m, what, spoor, work)
            compromised = [h for h in m.truth['hosts'] if h['state'] == 'compromised']
            tap.ok(len(compromised) >= 8 and any(h['evidence_ceiling'] == 'confirmed' for h in compromised),
                   '%s: %d hosts are compromised' % (what, len(compromised)))
        check_libevtx(tap, a)
        check_names(tap, a, c)
        others(tap, program, spoor, work)
    return tap.end()


if __name__ == '__main__':
    sys.exit(main())
