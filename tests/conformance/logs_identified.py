#!/usr/bin/env python3
"""Real logs are identified, read and said in ECS: logs_identified.py SPOOR.

Each file and each member of an archive has a row in logs_expected.tsv; each event is held against ECS; what people read in some lines
(logs_values.tsv) is what the events say; archives of JSON lines hold as many events as lines."""
import collections
import json
import os
import subprocess
import sys
import tarfile
import tempfile
import zipfile

from common import SHARED, Tap, skip

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
import ecs  # noqa: E402

SPOOR = os.path.abspath(sys.argv[1])
DATA = os.path.join(SHARED, 'data')
FOLDERS = ('logs', 'security-datasets')
Row = collections.namedtuple('Row', 'path reader datasets events lost')


def table(name):
    with open(os.path.join(HERE, name), encoding='utf-8') as f:
        return [line.rstrip('\n').split('\t') for line in f if line.strip() and not line.startswith('#')]


def items():
    """What a case says of each item: path to (reader, events, records lost)."""
    with tempfile.TemporaryDirectory() as tmp:
        case = os.path.join(tmp, 'case')
        subprocess.run([SPOOR, 'investigate', *FOLDERS, '-o', case, '--no-progress'], cwd=DATA, capture_output=True)
        with open(os.path.join(case, 'case.json'), encoding='utf-8') as f:
            report = json.load(f)
    lost = collections.Counter()
    for gap in report['gaps']:
        if gap['kind'] in ('damaged', 'truncated') and 'in part only' not in gap['text']:
            lost[gap['item']] += gap['lost'] or 1
    return {i['path']: (i['format'] or '-', i['events'], lost[i['id']]) for i in report['items']}


def look_up(doc, name):
    for part in name.split('.'):
        if not isinstance(doc, dict):
            return None
        doc = doc.get(part)
    return doc


class Events:
    """One pass over every event: datasets by path, what is no ECS, the events that logs_values.tsv asks for."""

    def __init__(self, wanted):
        self.datasets, self.wrong, self.found = collections.defaultdict(set), collections.Counter(), {}
        self.seen, self.n = set(), 0
        run = subprocess.Popen([SPOOR, 'dump', '-f', 'ecs', *FOLDERS, '--no-progress'], cwd=DATA, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        for line in run.stdout:
            doc = json.loads(line)
            path = doc['log']['file']['path']
            self.n += 1
            self.datasets[path].add(doc['event'].get('dataset', '-'))
            if (path, doc['spoor']['event']['record']) in wanted:
                self.found[path, doc['spoor']['event']['record']] = doc
            self.hold(path, doc)
        run.wait()

    def hold(self, path, doc):
        """A name with a value that was held already needs no second look."""
        dataset = doc['event'].get('dataset', '')
        for name, v in ecs.walk(doc):
            key = (dataset, name, type(v), v)
            if key in self.seen:
                continue
            if len(self.seen) < 4000000:
                self.seen.add(key)
            for wrong in ecs.field_problems(dataset, name, v):
                self.wrong[path, wrong] += 1


def check_rows(t, rows, got, datasets):
    for row in rows:
        if row.path not in got:
            t.ok(False, row.path + ': is there')
            continue
        reader, events, lost = got[row.path]
        said = '%s, %d events, %d lost, %s' % (reader, events, lost, sorted(datasets[row.path]))
        good = reader == row.reader and row.events in ('?', str(events)) and int(row.lost) == lost
        good = good and (row.datasets == '?' or (datasets[row.path] or {'-'}) == set(row.datasets.split(',')))
        t.ok(good, '%s: %s, %s events' % (row.path, row.reader, row.events), said)
    new = sorted(set(got) - {row.path for row in rows})
    t.ok(not new, 'every file and member has a row', new)


def check_values(t, values, found):
    for path, line, field, want in values:
        doc = found.get((path, int(line)))
        got = look_up(doc, field) if doc else 'no such event'
        t.ok(str(got) == want, '%s:%s: %s is %s' % (path, line, field, want), got)


def lines_of(path):
    """Members of an archive and how many lines with something in them they have."""
    if path.endswith('.zip'):
        with zipfile.ZipFile(path) as z:
            for name in z.namelist():
                yield name, sum(1 for line in z.read(name).split(b'\n') if line.strip())
    else:
        with tarfile.open(path) as tar:
            for m in tar:
                if m.isfile():
                    yield m.name, sum(1 for line in tar.extractfile(m).read().split(b'\n') if line.strip())


def check_lines(t, got):
    for top, _, names in os.walk(os.path.join(DATA, 'security-datasets')):
        for name in sorted(names):
            path = os.path.join(top, name)
            for member, lines in lines_of(path):
                reader, events, _ = got.get('%s!/%s' % (os.path.relpath(path, DATA), member), ('', 0, 0))
                if reader in ('winjson', 'json'):
                    t.ok(events == lines, name + ': an event for each line', '%d of %d' % (events, lines))


def main():
    if not all(os.path.isdir(os.path.join(DATA, f)) for f in FOLDERS):
        skip('no logs in ' + SHARED)
    t = Tap()
    values = table('logs_values.tsv')
    got = items()
    events = Events({(path, int(line)) for path, line, _, _ in values})
    check_rows(t, [Row(*r) for r in table('logs_expected.tsv')], got, events.datasets)
    check_lines(t, got)
    check_values(t, values, events.found)
    t.ok(events.n == sum(e for _, e, _ in got.values()), 'as many events as the case counts', events.n)
    t.ok(not events.wrong, 'every event of %d is valid ECS' % events.n, '\n'.join(map(str, events.wrong.most_common(20))))
    return t.end()


sys.exit(main())
