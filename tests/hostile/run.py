#!/usr/bin/env python3
"""Run spoor over the hostile files and compare verdicts with expected.tsv. Prints TAP.

  run.py SPOOR SPOOR_RANGE [--keep DIR] [--only TEXT]

One investigation of the whole folder gives the verdicts, a second one with another number of workers must give
the same bytes; a dump of each file alone, with 1 GiB of address space and 20 s, must exit 0 or 3 and write as
many lines as the manifest counts events. No file of the evidence may change.
"""
import argparse
import hashlib
import json
import os
import resource
import shutil
import sqlite3
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
RULES = os.path.join(HERE, '..', '..', 'rules')
MEMORY = 1 << 30
SECONDS = 20
VERDICTS = {'ok', 'partial', 'unreadable', 'limit', 'unknown', 'skipped'}


class Tap:
    def __init__(self):
        self.n = self.bad = 0

    def ok(self, good, what, why=''):
        self.n += 1
        self.bad += not good
        print('%sok %d - %s' % ('' if good else 'not ', self.n, what.replace('#', '')))
        if not good and why:
            print('\n'.join('# ' + line for line in str(why).split('\n')[:12]))
        sys.stdout.flush()
        return good

    def skip(self, what, why):
        self.n += 1
        print('ok %d - %s # SKIP %s' % (self.n, what, why))

    def end(self):
        print('1..%d' % self.n)
        return 1 if self.bad else 0


def limited():
    if not os.environ.get('SPOOR_SANITIZED'):
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def run(args, seconds=SECONDS, limit=True):
    """(exit code or 'timeout', stdout, stderr)"""
    try:
        p = subprocess.run(args, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=seconds,
                           stdin=subprocess.DEVNULL, preexec_fn=limited if limit else None)
    except subprocess.TimeoutExpired:
        return 'timeout', b'', b''
    return p.returncode, p.stdout, p.stderr


def digest(root):
    out = {}
    for d, _, files in os.walk(root):
        for n in files:
            p = os.path.join(d, n)
            if os.path.isfile(p) and not os.path.islink(p):
                with open(p, 'rb') as f:
                    st = os.stat(p)
                    out[p] = (hashlib.sha256(f.read()).hexdigest(), st.st_mtime_ns)
    return out


def manifest(case):
    """path's last part -> line of manifest.jsonl, with the event counts of the case"""
    items = {}
    with open(os.path.join(case, 'manifest.jsonl'), encoding='utf-8', errors='surrogateescape') as f:
        for line in f:
            m = json.loads(line)
            if 'path' in m:
                items[os.path.basename(m['path'])] = m
    by_id = {m['id']: m for m in items.values()}
    for row in database(case, 'SELECT id, verdict, events, recovered FROM items'):
        if row[0] in by_id:
            by_id[row[0]].update(case_verdict=row[1], events=row[2], recovered=row[3])
    return items


def database(case, query):
    db = sqlite3.connect('file:%s?mode=ro' % os.path.join(case, 'case.db'), uri=True)
    db.text_factory = bytes if 'sqlite_master' not in query else str
    try:
        return [tuple(v.decode('utf-8', 'replace') if isinstance(v, bytes) and len(v) < 1000 else v for v in r)
                for r in db.execute(query)]
    finally:
        db.close()


def outputs(case):
    """What two runs must have in common: every table but the one with the wall clock and the command line."""
    out = {}
    with open(os.path.join(case, 'manifest.jsonl'), 'rb') as f:
        out['manifest.jsonl'] = f.read().split(b'\n')
    for (t,) in database(case, "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"):
        if t != 'run':
            out['table ' + t] = sorted(map(repr, database(case, 'SELECT * FROM "%s"' % t)))
    return out


def table():
    rows = []
    with open(os.path.join(HERE, 'evtx', 'expected.tsv'), encoding='utf-8') as f:
        for line in f:
            if not line.startswith('#') and line.strip():
                name, family, what, verdict, low, high = line.rstrip('\n').split('\t')
                rows.append((name, int(family), what, verdict.split('|'), int(low), int(high)))
    return rows


def investigate(tap, spoor, paths, case, extra=(), limit=True, seconds=300):
    code, _, err = run([spoor, 'investigate'] + paths + ['-o', case, '-r', RULES] + list(extra), seconds, limit)
    tap.ok(code in (0, 3), 'investigate %s: exit code 0 or 3' % ' '.join(map(os.path.basename, paths)),
           '%s\n%s' % (code, err.decode('utf-8', 'replace')[-2000:]))
    return code if os.path.exists(os.path.join(case, 'manifest.jsonl')) else None


def check_verdict(tap, row, m, all_gaps):
    name, family, what, verdicts, low, high = row
    label = '%d %s: %s' % (family, name, what)
    if not tap.ok(m is not None, label + ': in the manifest'):
        return
    tap.ok(m['verdict'] in verdicts and m['verdict'] in VERDICTS,
           '%s: verdict %s' % (label, m['verdict']), 'expected %s; %r' % ('|'.join(verdicts), m))
    tap.ok(bool(m.get('reason')) != (m['verdict'] == 'ok'), label + ': a reason unless ok', repr(m))
    tap.ok(m['verdict'] == m.get('case_verdict'), label + ': manifest and case agree', repr(m))
    tap.ok(low <= m.get('events', 0) <= high, '%s: %d events' % (label, m.get('events', 0)),
           'expected %d..%d; %r' % (low, high, m))


def check_dump(tap, spoor, path, row, m):
    label = '%d %s: dump' % (row[1], row[0])
    code, out, err = run([spoor, 'dump', '-f', 'evtx', path])
    tap.ok(code in (0, 3) or (code == 2 and not row[5]), label + ' ends well within its limits',
           '%s\n%s' % (code, err.decode('utf-8', 'replace')[-1000:]))
    lines = out.split(b'\n')[:-1]
    bad = []
    for line in lines:
        try:
            json.loads(line.decode('utf-8'))
        except ValueError as e:
            bad.append('%s: %r' % (e, line[:200]))
    tap.ok(not bad, label + ' is valid UTF-8 JSON lines', '\n'.join(bad))
    if m is not None:
        tap.ok(len(lines) == m.get('events', 0), '%s writes the %d events of the manifest' % (label, m.get('events', 0)),
               '%d lines' % len(lines))


def neighbours(tap, spoor, made, work):
    """An empty file among good ones: the good ones lose nothing (Hayabusa issue 1634)."""
    d = os.path.join(work, 'neighbours')
    os.mkdir(d)
    shutil.copy(os.path.join(made, 'empty.evtx'), os.path.join(d, '0.evtx'))
    for i in range(1, 6):
        shutil.copy(os.path.join(made, 'header_dirty.evtx'), os.path.join(d, '%d.evtx' % i))
    case = os.path.join(work, 'case-neighbours')
    if investigate(tap, spoor, [d], case) is None:
        return
    m = manifest(case)
    tap.ok([m.get('%d.evtx' % i, {}).get('events') for i in range(1, 6)] == [8] * 5,
           '1 five good files next to an empty one: all events', repr(m))


def odd_places(tap, spoor, made, work):
    """Families 53 and 55: loops, pipes, devices, odd names, a sparse file, one file nobody may read."""
    d = os.path.join(work, 'places')
    os.makedirs(os.path.join(d, 'deep', *['d'] * 60))
    good = os.path.join(made, 'header_dirty.evtx')
    shutil.copy(good, os.path.join(d, 'good.evtx'))
    shutil.copy(good, os.path.join(d, 'line\nbreak.evtx'))
    shutil.copy(good, os.path.join(d.encode(), b'not-utf8-\xff\xfe.evtx'))
    shutil.copy(good, os.path.join(d, 'n' * 250 + '.evtx'))
    shutil.copy(good, os.path.join(d, '--help'))
    shutil.copy(good, os.path.join(d, 'deep', *['d'] * 60, 'far.evtx'))
    os.symlink('.', os.path.join(d, 'loop'))
    os.symlink('/etc/passwd', os.path.join(d, 'out.evtx'))
    os.symlink('nowhere', os.path.join(d, 'dangling.evtx'))
    os.mkfifo(os.path.join(d, 'pipe.evtx'))
    shutil.copy(good, os.path.join(d, 'sparse.evtx'))
    os.truncate(os.path.join(d, 'sparse.evtx'), 512 << 20)
    shutil.copy(good, os.path.join(d, 'locked.evtx'))
    os.chmod(os.path.join(d, 'locked.evtx'), 0)
    case = os.path.join(work, 'case-places')
    if investigate(tap, spoor, [d], case) is None:
        return
    m = manifest(case)
    eight = lambda n: m.get(n, {}).get('events') == 8
    tap.ok(eight('good.evtx') and eight('--help') and eight('n' * 250 + '.evtx'), '53 good files among odd ones', repr(m))
    tap.ok(eight('far.evtx'), '53 a file 61 folders deep', repr(m))
    tap.ok(sum(1 for k in m if k.startswith('line')) == 1, '53 a newline in a name stays one manifest line', repr(list(m)))
    tap.ok(sum(1 for k, v in m.items() if k.startswith('not-utf8') and v.get('events') == 8) == 1, '53 a name that is not UTF-8', repr(list(m)))
    for n in ('out.evtx', 'pipe.evtx', 'dangling.evtx'):
        tap.ok(m.get(n, {}).get('verdict') in ('skipped', 'unreadable') and m[n].get('reason'),
               '53 %s is not read, and said so' % n, repr(m.get(n)))
    tap.ok(eight('sparse.evtx'), '53 a sparse file of 512 MiB', repr(m.get('sparse.evtx')))
    if os.geteuid() == 0:
        tap.skip('55 a file that may not be read', 'root may read everything')
    else:
        tap.ok(m.get('locked.evtx', {}).get('verdict') == 'unreadable', '55 a file that may not be read', repr(m.get('locked.evtx')))
    os.chmod(os.path.join(d, 'locked.evtx'), 0o600)


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument('spoor')
    ap.add_argument('spoor_range')
    ap.add_argument('--keep')
    ap.add_argument('--only', default='')
    a = ap.parse_args()
    if not os.path.exists(a.spoor):
        print('1..0 # SKIP %s is not built' % a.spoor)
        return 0
    tap = Tap()
    work = a.keep or tempfile.mkdtemp(prefix='spoor-hostile-')
    os.makedirs(work, exist_ok=True)
    made = os.path.join(work, 'evidence')
    subprocess.run([sys.executable, os.path.join(HERE, 'make_evtx.py'), a.spoor_range, made], check=True)
    rows = [r for r in table() if a.only in r[0]]
    if not a.only:
        tap.ok(sorted(os.listdir(made)) == sorted(r[0] for r in rows), 'expected.tsv lists exactly the files made',
               set(os.listdir(made)) ^ set(r[0] for r in rows))
    before = digest(made)
    cases = [os.path.join(work, 'case-%d' % j) for j in (1, 2)]
    for c in cases:
        shutil.rmtree(c, ignore_errors=True)
    codes = [investigate(tap, a.spoor, [made], c, ['-j', str(j)]) for j, c in zip((1, 2), cases)]
    if None not in codes:
        tap.ok(codes == [3, 3], 'a run with damaged evidence says so: exit code 3', codes)
        one, two = outputs(cases[0]), outputs(cases[1])
        for n in one:
            tap.ok(one[n] == two.get(n), '%s is the same with one worker and with two' % n,
                   next((('%r\n%r' % p) for p in zip(one[n], two.get(n, [])) if p[0] != p[1]), ''))
        m = manifest(cases[0])
    else:
        m = {}
    for row in rows:
        check_verdict(tap, row, m.get(row[0]), m)
        check_dump(tap, a.spoor, os.path.join(made, row[0]), row, m.get(row[0]))
    tap.ok(digest(made) == before, 'no evidence file changed')
    if not a.only:
        neighbours(tap, a.spoor, made, work)
        odd_places(tap, a.spoor, made, work)
    if not a.keep:
        shutil.rmtree(work, ignore_errors=True)
    return tap.end()


if __name__ == '__main__':
    sys.exit(main())
