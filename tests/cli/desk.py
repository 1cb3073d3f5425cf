"""desk: rows of a registry, each said twice is one, tables all or nothing, the trail shows every change, foreign files are refused."""
import json
import os
import sqlite3
import subprocess

from cli import RANGE, path, spoor
from tap import Tap

t = Tap()
DB = path('desk.db')


def desk(*args, db=DB):
    return spoor('desk', '--db', db, *args)


def rows(*args, db=DB):
    return json.loads(desk(*args, '-f', 'json', db=db).stdout)


def entries():
    return [json.loads(x) for x in desk('trail', '-f', 'json').stdout.decode().splitlines()]


# --- the file
t.equal(desk('show').returncode, 2, 'no registry: refused')
t.check(desk('init').returncode == 0 and os.stat(DB).st_mode & 0o777 == 0o600, 'init makes a file for its owner')
before = open(DB, 'rb').read()
t.check(desk('init').returncode == 0 and open(DB, 'rb').read() == before, 'init again changes nothing')
with open(path('other.db'), 'wb') as f:
    f.write(b'mine')
t.check(desk('init', db=path('other.db')).returncode == 2 and open(path('other.db'), 'rb').read() == b'mine', 'another file is left as it is')
os.symlink(DB, path('link.db'))
t.equal(desk('show', db=path('link.db')).returncode, 2, 'no links')
for sql, what in (("CREATE TRIGGER x AFTER INSERT ON incidents BEGIN DELETE FROM parties; END", 'a trigger of others'),
                  ("CREATE VIEW v AS SELECT 1", 'a view of others'), ("DROP TRIGGER trail_keeps", 'a trail that can be changed'),
                  ("PRAGMA user_version = 99", 'a newer layout'), ("PRAGMA application_id = 1", 'another application')):
    with open(path('bad.db'), 'wb') as f:
        f.write(before)
    c = sqlite3.connect(path('bad.db'))
    c.execute(sql)
    c.commit()
    c.close()
    t.equal(desk('show', db=path('bad.db')).returncode, 2, 'refused: ' + what)
with open(path('cut.db'), 'wb') as f:
    f.write(before[:len(before) // 2])
t.equal(desk('trail', '--verify', db=path('cut.db')).returncode, 2, 'half a file is refused')

# --- incidents
t.equal(desk('set', 'org=CERT', 'contact=csirt@cert.example', 'country=cn').returncode, 0, 'settings')
add = ('incident', 'add', 'title=Mail server "A" entered', 'type=system-compromise', 'opened=2024-12-09T23:30:00+08:00', 'tlp=TLP:amber+strict')
t.equal(desk(*add).stdout, b'2024-000001 added\n', 'an incident')
t.equal(desk(*add).stdout, b'2024-000001 as it was\n', 'said again it is the same')
one = rows('incident', 'show', '2024-000001')
t.equal([one[k] for k in ('title', 'tlp', 'pap', 'severity', 'status', 'opened')],
        ['Mail server "A" entered', 'AMBER+STRICT', 'GREEN', 'medium', 'open', '2024-12-09T15:30:00Z'], 'in its one form')
for bad in ('type=nonsense', 'tlp=WHITE', 'pap=BLUE', 'severity=high!', 'hosts=-1', 'hosts=1e3', 'country=CHN', 'opened=yesterday', 'opened=2024-12-09T10:00:00',
            'opened=2024-13-01', 'cross_border=maybe', 'title=', 'title=a\nBcc: x@y.example', 'title=\x1b[31m', 'title=a\u202eb', 'nothing=1', 'id', 'title=' + 'x' * 5000,
            'status=closed', 'closed=2024-12-01', 'deadline=2024-12-01', 'hosts=99999999999999999999'):
    run = desk('incident', 'set', '2024-000001', bad)
    t.check(run.returncode == 1 and run.stderr, 'refused: ' + repr(bad)[:40], run)
t.equal(desk('incident', 'set', '2024-000009', 'title=x').returncode, 1, 'an incident that is not there')
t.equal(rows('incident', 'show', '2024-000001'), one, 'what was refused changed nothing')
t.equal(desk('incident', 'set', '2024-000001', 'status=closed', 'closed=2024-12-11', 'hosts=12').returncode, 0, 'closed')
t.equal(desk('incident', 'set', '2024-000001', 'hosts=').stdout, b'2024-000001 changed\n', 'a field is emptied')
t.check('hosts' not in rows('incident', 'show', '2024-000001'), 'and is empty')
t.equal(desk('incident', 'add', 'title=x', 'ref=a-1', 'opened=2025-01-01').stdout, b'2025-000001 added\n', 'each year counts from one')
t.equal(desk('incident', 'add', 'title=x', 'ref=a-2', 'opened=2025-01-01').stdout, b'2025-000002 added\n', 'refs tell equal ones apart')
t.equal([r['id'] for r in rows('incident', 'list', 'status=closed')], ['2024-000001'], 'a list by a field')
t.equal(desk('incident', 'add', 'title==1+1', 'ref=f', 'opened=2025-01-02').returncode, 0, 'a title like a formula')
t.check(b'"\'=1+1"' in desk('incident', 'list', '-f', 'csv').stdout, 'is none in a table')

# --- tables
def table(text, *more, name='in.csv'):
    with open(path(name), 'wb') as f:
        f.write(text if isinstance(text, bytes) else text.encode())
    return desk('import', path(name), *more)


GOOD = 'title,type,opened,hosts,ref\nA,phishing,2024-12-10,3,r1\n"B, ""c""",data-leak,2024-12-10,,r2\n'
t.equal(table(GOOD).stdout, b'2 rows: 2 added, 0 changed\n', 'a table')
t.equal(table(GOOD).stdout, b'2 rows: 0 added, 0 changed\n', 'again: nothing')
t.equal(table(GOOD.replace(',3,', ',4,4,')).returncode, 2, 'one row with a cell too many: refused')
t.equal(table('\ufeffref;hosts\r\nr1;4\r\n').stdout, b'1 rows: 0 added, 1 changed\n', 'with semicolons, a mark and CRLF, some fields')
had = rows('incident', 'list')
for text, line, what in (('title,type\nC,phishing\nD,nonsense\n', 3, 'a wrong type'), ('title,x\nC,1\n', 2, 'an unknown column'), ('title,title\nC,D\n', 1, 'a column twice'),
                         ('title,type\nC\n', 2, 'a cell too few'), ('title\n"C\n', 2, 'an open quote'), (b'title\n\xff\xfe\n', 2, 'not UTF-8'), (b'title\nC\x00D\n', 2, 'a NUL'),
                         ('title\nC\nC\n', 3, 'the same twice'), ('id,title\n2020-000001,C\n', 2, 'an id that is not there'), ('title,opened,closed,status\nC,2024-01-02,2024-01-01,closed\n', 2, 'closed before opened'),
                         ('title\n' + 'x' * 5000 + '\n', 2, 'a cell too long'), ('title,' + ','.join('a%d' % i for i in range(99)) + '\n', 1, 'too many columns')):
    run = table(text)
    t.check(run.returncode == 2 and ('line %d' % line).encode() in run.stderr, 'refused with its line: ' + what, run)
t.equal(table('').returncode, 2, 'an empty table')
t.equal(desk('import', path('none.csv')).returncode, 2, 'no such table')
t.equal(rows('incident', 'list'), had, 'what was refused left nothing behind')
t.equal(table('name,kind,contact\nHost,hoster,abuse@host.example\n', '--what', 'parties').returncode, 0, 'a table of parties')
t.equal(desk('party', 'add', 'name=HOST', 'country=nl').stdout, b'P-000001 changed\n', 'a party is known by its name')
t.equal(table('id,severity,published\nCVE-2024-1,high,2024-12-10\n', '--what', 'vulns').returncode, 0, 'a table of vulnerabilities')
t.equal(desk('vuln', 'add', 'CVE-2024-1', 'severity=critical').stdout, b'CVE-2024-1 changed\n', 'a vulnerability is known by its id')

# --- from a case
made = subprocess.run([RANGE, 'b', '-o', path('b'), '--hosts', '40', '--days', '31', '--seed', '3007'], capture_output=True)
made = spoor('investigate', path('b', 'evidence'), '-o', path('case'))
t.check(made.returncode in (0, 3), 'a made case', made)
run = desk('import-case', path('case'), '--at', '2024-12-12')
t.equal(run.stdout, b'2024-000004 added\n', 'an incident of the case')
t.equal(desk('incident', 'set', '2024-000004', 'title=Known to us', 'tlp=GREEN').returncode, 0, 'people add to it')
t.equal(desk('import-case', path('case')).stdout, b'2024-000004 as it was\n', 'the same case: the same incident')
os.rename(path('case'), path('moved'))
t.equal(desk('import-case', path('moved')).stdout, b'2024-000004 changed\n', 'the case moved: still the same incident')
whole = json.load(open(path('moved', 'case.json'), encoding='utf-8'))
hosts = [h for h in whole['incident']['hosts'] if h['class'] in ('confirmed', 'likely')]
one = rows('incident', 'show', '2024-000004')
t.equal((one['title'], one['tlp'], one['hosts'], one['case_path']), ('Known to us', 'GREEN', len(hosts), path('moved')), 'what people wrote stays, counts follow the case')

# --- the trail
all_entries = entries()
t.check(all(e['who'] and e['what'] and e['after'] for e in all_entries), 'who, what and what came of it')
change = [e for e in all_entries if e['object'] == '2024-000001'][1]
t.equal((json.loads(change['before'])['status'], json.loads(change['after'])['status'], change['what']), ('open', 'closed', 'incident.set'), 'before and after')
run = desk('trail', '--verify')
t.check(run.returncode == 0 and run.stdout.startswith(b'%d entries, whole' % len(all_entries)), 'the trail is whole', run)
c = sqlite3.connect(DB)
for sql in ("UPDATE trail SET who = 'x' WHERE n = 2", 'DELETE FROM trail WHERE n = 2'):
    try:
        c.execute(sql)
        t.check(False, 'the trail cannot be changed: ' + sql)
    except sqlite3.DatabaseError:
        t.check(True, 'the trail cannot be changed: ' + sql)
c.close()
whole_db = open(DB, 'rb').read()
for sql, what in (("UPDATE trail SET who = 'x' WHERE n = 2", 'an altered entry'), ('DELETE FROM trail WHERE n = 2', 'an entry taken out'),
                  ("UPDATE trail SET n = 100 WHERE n = 2", 'an entry moved')):
    with open(path('forged.db'), 'wb') as f:
        f.write(whole_db)
    c = sqlite3.connect(path('forged.db'))
    keep = [r[0] for r in c.execute("SELECT sql FROM sqlite_schema WHERE type = 'trigger' ORDER BY name")]
    for name in ('trail_keeps', 'trail_stays'):
        c.execute('DROP TRIGGER ' + name)
    c.execute(sql)
    for k in keep:
        c.execute(k)
    c.commit()
    c.close()
    run = desk('trail', '--verify', db=path('forged.db'))
    t.check(run.returncode == 2 and b'trail: entry' in run.stderr, 'seen: ' + what, run)

# --- several at once
c = sqlite3.connect(DB, isolation_level=None)
c.execute('BEGIN IMMEDIATE')
busy = subprocess.Popen([__import__('cli').SPOOR, 'desk', '--db', DB, 'incident', 'add', 'title=waits', 'ref=w'], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
try:
    busy.wait(0.7)
    t.check(False, 'a second writer waits')
except subprocess.TimeoutExpired:
    t.check(True, 'a second writer waits')
c.execute('COMMIT')
t.equal(busy.wait(20), 0, 'and goes on')
busy.stdout.close(), busy.stderr.close()
many = [subprocess.Popen([__import__('cli').SPOOR, 'desk', '--db', DB, 'incident', 'add', 'title=many %d' % (i // 2), 'opened=2023-01-01'], stdout=subprocess.DEVNULL) for i in range(12)]
t.equal([p.wait(60) for p in many], [0] * 12, 'twelve at once')
t.equal(len([r for r in rows('incident', 'list') if r['title'].startswith('many')]), 6, 'each thing once')
t.equal(desk('trail', '--verify').returncode, 0, 'the trail is whole')
c.close()
for args in ((), ('incident',), ('incident', 'add'), ('incident', 'show'), ('nothing',), ('incident', 'list', 'x'), ('import', 'a', 'b')):
    t.equal(desk(*args).returncode, 1, 'usage: ' + ' '.join(args))
t.done()
