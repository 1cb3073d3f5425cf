"""desk contacts: files of four kinds are imported wholly or not at all, and tell whom to write to, with source and age."""
import csv
import glob
import io
import json
import os

from cli import path, spoor
from tap import SOURCE, Tap

t = Tap()
DB = path('desk.db')
CORPUS = os.path.join(SOURCE, 'tests', 'corpus')


def desk(*args):
    return spoor('desk', '--db', DB, *args)


def find(what, *more):
    return json.loads(desk('contacts', 'find', what, '-f', 'json', '--at', '2024-12-11', *more).stdout)


def write(text):
    with open(path('in.txt'), 'wb') as f:
        f.write(text if isinstance(text, bytes) else text.encode())
    return path('in.txt')


desk('init')
for kind, count in (('rdap', 3), ('whois', 4), ('csv', 3)):
    files = sorted(glob.glob(os.path.join(CORPUS, 'desk_' + kind, '*')))
    t.equal(len(files), count, 'files: ' + kind)
    for f in files:
        run = desk('contacts', 'import', f, '--at', '2024-12-05')
        t.check(run.returncode == 0 and run.stdout.startswith(kind.encode()), '%s: recognised' % os.path.basename(f), run)
before = len(desk('trail').stdout.splitlines())
for f in sorted(glob.glob(os.path.join(CORPUS, 'desk_*', '*'))):
    desk('contacts', 'import', f, '--at', '2024-12-05')
t.equal(len(desk('trail').stdout.splitlines()), before, 'imported again: nothing new')

got = find('192.0.2.77')
t.equal([(c['contact'], c['kind'], c['key'], c['source'], c['age_days']) for c in got[:1]], [('abuse@host.example', 'hoster', '192.0.2.0/24', 'ripe.txt', 6)], 'an address: by whois, with its age')
t.equal([c['contact'] for c in got if c['for'] == 'country'], ['cert@ncsc.example'], 'and the national team of its country')
t.equal(find('a.b.cdn-sync.example')[0]['contact'], 'abuse@names.example', 'a name: by its longest suffix')
t.equal({(c['contact'], c['kind']) for c in find('cdn-sync.example')}, {('abuse@names.example', 'registrar'), ('owner@cdn-sync.example', 'owner')}, 'registrar and owner')
t.equal({c['contact'] for c in find('as64500')}, {'as@net.example', 'a@b.example'}, 'a number of a network')
t.equal([c['contact'] for c in find('2001:db8::7')][:2], ['a@b.example', 'abuse@net.example'], 'IPv6: of the same age, both')
t.equal(find('10.1.2.3'), [], 'nothing is known')
t.equal(find('10.1.2.3', '--country', 'nl')[0]['contact'], 'cert@ncsc.example', 'but of the country')
rows = list(csv.DictReader(io.StringIO(desk('contacts', 'find', '192.0.2.77', '-f', 'csv').stdout.decode())))
t.check(rows[0]['contact'] == 'abuse@host.example' and len(rows) == len(got), 'as a table')

had = desk('contacts', 'find', '192.0.2.77').stdout
BAD = [('prefix,contact\n192.0.2.1/24,a@b.example\n', 'line 2', 'host bits'), ('prefix,contact\n192.0.2.0/24,nobody\n', 'line 2', 'no mail address'),
       ('prefix,contact\n192.0.2.0/24,"a@b.example\r\nBcc: x@y.example"\n', 'line 2', 'a line break in an address'), ('prefix,domain,contact\n192.0.2.0/24,x.example,a@b.example\n', 'line 2', 'two things at once'),
       ('prefix,contact,colour\n192.0.2.0/24,a@b.example,red\n', 'line 1', 'an unknown column'), ('contact\na@b.example\n', 'line 2', 'nothing that it is of'),
       ('domain,contact\n中文.example,a@b.example\n', 'line 2', 'a name that is not in ASCII form'), ('prefix,contact,kind\n192.0.2.0/24,a@b.example,boss\n', 'line 2', 'an unknown kind'),
       ('prefix,contact,seen\n192.0.2.0/24,a@b.example,now\n', 'line 2', 'no time'), ('prefix,contact,name\n203.0.113.0/24,ok@b.example,ok\n192.0.2.0/24,a@b.example,\x1b[2J\n', 'line 3', 'a control character'),
       ('country,contact\nNLD,a@b.example\n', 'line 2', 'no country'), ('{"objectClassName":"ip network","start', 'no JSON', 'RDAP cut off'), ('[' * 100000, 'no JSON', 'brackets without end'), ('[' + '[],' * 2000000 + '[]]', 'more than', 'millions of values'),
       ('{"objectClassName":"entity"}', 'no RDAP', 'JSON of something else'), ('hello\nworld\n', 'no answer', 'no whois'), (b'\x00\x01\x02' * 1000, 'no answer', 'no text')]
for text, word, what in BAD:
    run = desk('contacts', 'import', write(text))
    t.check(run.returncode == 2 and word in run.stderr.decode() and b'in.txt' in run.stderr, 'refused, and says why: ' + what, run)
t.check(desk('contacts', 'find', '192.0.2.77').stdout == had and b'203.0.113.0/24' not in desk('contacts', 'find', '203.0.113.200').stdout, 'nothing of them stayed')
for name in ('=1+1', '+SUM(A1)', '<script>alert(1)</script>', '{{7*7}}', '![x](http://x.example)'):
    desk('contacts', 'import', write('domain,contact,name\nx.example,a@b.example,"%s"\n' % name), '--at', '2025-01-01')
t.check(b'"=1' not in desk('contacts', 'find', 'x.example', '-f', 'csv').stdout, 'a formula is none in a table')
big = 'prefix,contact\n' + ''.join('10.%d.%d.0/24,abuse%d@x%d.example\n' % (i // 256, i % 256, i, i) for i in range(60000))
run = desk('contacts', 'import', write(big))
t.check(run.returncode == 0 and b'60000 contacts' in run.stdout, 'sixty thousand rows', run)
t.equal(find('10.200.7.1')[0]['contact'], 'abuse51207@x51207.example', 'and the right one of them')
with open(path('huge'), 'wb') as f:
    f.truncate(100 << 20)
t.equal(desk('contacts', 'import', path('huge')).returncode, 2, 'a file too large')
t.equal(desk('contacts', 'import', path('nothing')).returncode, 2, 'no file')
t.equal(desk('contacts', 'find', 'a..b').returncode, 1, 'neither address nor name')
t.equal(desk('trail', '--verify').returncode, 0, 'the trail is whole')
t.done()
