#!/usr/bin/env python3
"""Hostile JSON through the reader alone: run.py JSON_DUMP. Prints TAP.

Each file is made here, in a temporary folder, from a few lines of description; the reader must end within the time
and the memory that any content may cost, say each loss as a gap, and read what is sound.
"""
import os
import resource
import subprocess
import sys
import tempfile

SECONDS = 30
PEAK_KIB = 96 << 10
EVENT = b'{"Event":{"System":{"EventID":1,"Channel":"C"},"EventData":{"a":"b"}}}'
LINE = EVENT + b'\n'


def write(path, *parts):
    with open(path, 'wb') as f:
        for p in parts:
            f.write(p)


def sparse_line(path):
    """an event, a line of 2 GiB that is one string of zeros, an event"""
    with open(path, 'wb') as f:
        f.write(LINE + b'{"a":"')
        f.seek(2 << 30, os.SEEK_CUR)
        f.write(b'"}\n' + LINE)


def sparse_tail(path):
    """preallocated, never written"""
    with open(path, 'wb') as f:
        f.write(LINE)
        f.truncate(1 << 30)


def one_bad(path):
    with open(path, 'wb') as f:
        for i in range(100000):
            f.write(b'{"Event":{"Sys\n' if i == 50000 else LINE)


def array(path):
    with open(path, 'wb') as f:
        f.write(b'[')
        for i in range(300000):
            f.write((b',' if i else b'') + EVENT)
        f.write(b']')


def names(path):
    with open(path, 'wb') as f:
        for i in range(40000):
            f.write(b'{"EventID":1,"Channel":"C","%s%d":1}\n' % (b'n' * 600, i))
        f.write(LINE)


def kinds(path, line):
    with open(path, 'wb') as f:
        for i in range(60000):
            f.write(line % i)
        f.write(LINE)


def wrapped(path):
    with open(path, 'wb') as f:
        f.write(b'{"Records":[')
        for i in range(300000):
            f.write((b',' if i else b'') + b'{"eventSource":"s","eventName":"n","awsRegion":"r"}')
        f.write(b'],"more":[' + b'{},' * 100000 + b'{}]}\n' + LINE)


def bomb(path):
    entities = ''.join('<!ENTITY e%d \'&e%d;&e%d;\'>' % (i, i - 1, i - 1) for i in range(1, 40))
    raw = '<!DOCTYPE a [<!ENTITY e0 \'x\'>' + entities + ']><Event><System><EventID>&e39;</EventID></System></Event>'
    write(path, ('{"result":{"_raw":"%s"}}\n' % raw).encode(), LINE)


M = 1 << 20
# what, maker, events, gaps by kind
CASES = [
    ('empty', lambda p: write(p), 0, {}),
    ('newlines only, 64 MiB', lambda p: write(p, b'\n' * (64 * M)), 0, {}),
    ('open brackets only, 16 MiB', lambda p: write(p, b'[' * (16 * M)), 0, {}),
    ('open braces only, 16 MiB', lambda p: write(p, b'{' * (16 * M)), 0, {'limit': 1}),
    ('line of 2 GiB', sparse_line, 2, {'limit': 1}),
    ('zeros behind the last line', sparse_tail, 1, {}),
    ('one bad line among 100,000', one_bad, 99999, {'damaged': 1}),
    ('array of 300,000 on one line', array, 300000, {}),
    ('depth 400,000', lambda p: write(p, b'{"a":' + b'[' * 400000 + b']' * 400000 + b'}\n', LINE), 2, {'limit': 1}),
    ('depth 400,000, objects', lambda p: write(p, b'{"a":' * 150000 + b'1' + b'}' * 150000 + b'\n', LINE), 2, {'limit': 1}),
    ('depth above the length of a line', lambda p: write(p, b'{"a":' + b'[' * M + b']' * M + b'}\n', LINE), 1, {'limit': 1}),
    ('100,000 times the same name', lambda p: write(p, b'{' + b','.join([b'"a":1'] * 100000) + b'}\n', LINE), 2, {'limit': 1}),
    ('100,000 elements in an array', lambda p: write(p, b'{"a":[' + b','.join([b'"x"'] * 100000) + b']}\n', LINE), 2, {}),
    ('name of 1 MB', lambda p: write(p, b'{"' + b'n' * 1000000 + b'":1}\n', LINE), 2, {'limit': 1}),
    ('a number of 1,000,000 digits', lambda p: write(p, b'{"a":' + b'9' * 1000000 + b'}\n', LINE), 2, {}),
    ('40,000 long names', names, None, {'limit': None}),
    ('60,000 names', lambda p: kinds(p, b'{"k%d":1}\n'), 60001, {'limit': 1}),
    ('60,000 datasets', lambda p: kinds(p, b'{"_path":"p%d","ts":1}\n'), 60001, {'limit': 1}),
    ('60,000 structures of an array', lambda p: kinds(p, b'{"a":[' + b'{"b":1},' * 200 + b'{"c":%d}]}\n'), 60001, {}),
    ('a list of 300,000 in an object', wrapped, 300001, {}),
    ('a list that never ends', lambda p: write(p, b'{"Records":[' + b'{"a":1},' * 1000000), 1000000, {}),
    ('lists in lists', lambda p: write(p, b'{"Records":[' * 200000), 0, {'limit': 1}),
    ('what would stand before a list, 2 MiB', lambda p: write(p, b'{"took":"' + b'x' * 2 * M + b'","hits":{"hits":[{"a":1}]}}\n', LINE), 1,
     {'limit': 1}),
    ('entities in XML', bomb, 2, {}),
    ('XML of depth 100,000', lambda p: write(p, b'{"_raw":"' + b'<Event>' * 100000 + b'"}\n', LINE), 2, {}),
    ('text of 1 MB of lone surrogates', lambda p: write(p, b'{"a":"' + b'\\ud800' * 170000 + b'"}\n', LINE), 2, {}),
    ('bytes that are no UTF-8, 1 MB', lambda p: write(p, b'{"a":"' + b'\xff' * 1000000 + b'"}\n', LINE), 2, {}),
    ('UTF-16 with an odd end', lambda p: write(p, (LINE * 3).decode().encode('utf-16') + b'{'), 3, {}),
    ('random bytes', lambda p: write(p, bytes((i * 7919 + i // 251 * 31) & 255 for i in range(M))), 0, {'damaged': None}),
]


def limits():
    resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def run(tool, path):
    """(exit code, events, gaps by kind, peak memory in KiB)"""
    with open(path + '.err', 'wb') as err:
        p = subprocess.Popen([tool, '-n', path], stdout=subprocess.DEVNULL, stderr=err, preexec_fn=limits)
        _, status, usage = os.wait4(p.pid, 0)
        p.returncode = os.waitstatus_to_exitcode(status)
    gaps, events = {}, None
    with open(path + '.err', encoding='utf-8', errors='replace') as err:
        for line in err:
            words = line.split()
            if line.startswith('gap '):
                gaps[words[1]] = gaps.get(words[1], 0) + 1
            elif line.startswith('events '):
                events = int(words[1])
    return p.returncode, events, gaps, usage.ru_maxrss


def main():
    tool, sanitized = sys.argv[1], len(sys.argv) > 2 and sys.argv[2] == 'sanitized'
    print('1..%d' % len(CASES))
    bad = 0
    with tempfile.TemporaryDirectory() as tmp:
        for n, (what, make, events, gaps) in enumerate(CASES, 1):
            path = os.path.join(tmp, 'f%d.json' % n)
            if sanitized and '2 GiB' in what:
                print('ok %d - %s # SKIP too slow with sanitizers' % (n, what))
                continue
            make(path)
            code, got_events, got_gaps, peak = run(tool, path)
            good = code == 0 and got_events is not None and (events is None or got_events == events)
            good &= set(got_gaps) == set(gaps) and all(v is None or got_gaps[k] == v for k, v in gaps.items())
            good &= sanitized or peak <= PEAK_KIB
            print('%sok %d - %s' % ('' if good else 'not ', n, what))
            if not good:
                bad += 1
                print('# exit %s, events %s, gaps %s, %d KiB' % (code, got_events, got_gaps, peak))
            os.remove(path)
            os.remove(path + '.err')
    return 1 if bad else 0


if sys.argv[2:3] == ['sanitized']: # the sanitizers reserve terabytes of address space
    limits = lambda: None
sys.exit(main())
