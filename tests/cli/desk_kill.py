"""desk commands killed (-9) at random moments: what was reported done is there, nothing is half done, nothing is twice, and a mail that
went out twice is the same mail."""
import email
import email.policy
import hashlib
import json
import os
import random
import signal
import sqlite3
import subprocess
import time

from cli import SPOOR, path, spoor
from mailserver import Server
from tap import Tap

t = Tap()
DB = path('desk.db')
rng = random.Random(9)
KILLS = 40


def desk(*args):
    return spoor('desk', '--db', DB, *args)


def killed(args, seconds):
    """Run and kill after so long; (finished with 0, output)."""
    p = subprocess.Popen([SPOOR, 'desk', '--db', DB, *args], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    try:
        out, _ = p.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        p.send_signal(signal.SIGKILL)
        out, _ = p.communicate()
    return p.returncode == 0, p.returncode == -signal.SIGKILL, out


def whole(what):
    run = desk('trail', '--verify')
    if run.returncode:
        t.check(False, what, run)
    return run.returncode == 0


def table(n, rows):
    with open(path('t%d.csv' % n), 'w') as f:
        f.write('ref,title,type,hosts\n' + ''.join('t%d-%d,Row %d of %d,phishing,%d\n' % (n, i, i, n, i) for i in range(rows)))
    return path('t%d.csv' % n)


# --- the file itself
for i in range(40):
    db = path('init%d.db' % i)
    p = subprocess.Popen([SPOOR, 'desk', '--db', db, 'init'], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(rng.random() * 0.03)
    p.kill()
    p.wait()
    again = spoor('desk', '--db', db, 'init')
    if again.returncode or spoor('desk', '--db', db, 'incident', 'list').returncode:
        t.check(False, 'init killed: the next one makes it', again)
t.check(True, 'init killed 40 times: the next one makes it')

# --- rows
t.equal(desk('init').returncode, 0, 'a registry')
desk('set', 'org=CERT', 'contact=csirt@cert.example')
start = time.time()
desk('import', table(999, 400))
span = time.time() - start  # of a whole import: moments are drawn from it
ROWS, deaths, done, sound = 400, 0, {999}, True
for n in range(KILLS):
    finished, dead, out = killed(['import', table(n, ROWS)], rng.random() * span * 1.1)
    deaths += dead
    if finished:
        done.add(n)
        t.check(b'%d rows: %d added' % (ROWS, ROWS) in out, 'what ended said so')
    sound &= whole('the registry is whole after kill %d' % n)
    have = {}
    for r in json.loads(desk('incident', 'list', '-f', 'json').stdout):
        have.setdefault(r['ref'].split('-')[0], []).append(r['ref'])
    parts = {k: len(v) for k, v in have.items() if len(v) != ROWS}
    sound &= not parts and all('t%d' % d in have for d in done)
    if parts or not sound:
        t.check(False, 'a table is there wholly or not at all', parts)
        break
t.check(sound, '%d kills: the file is sound, each table wholly there or not at all, what was reported done is there' % KILLS)
t.check(deaths >= KILLS // 4, '%d of them hit a running command' % deaths)
for n in range(KILLS):
    desk('import', path('t%d.csv' % n))
rows = json.loads(desk('incident', 'list', '-f', 'json').stdout)
t.equal((len(rows), len({r['ref'] for r in rows}), len({r['id'] for r in rows})), ((KILLS + 1) * ROWS,) * 3, 'said again after all kills: each row once')
numbers = sorted(int(r['id'][5:]) for r in rows)
t.equal(numbers, list(range(1, len(rows) + 1)), 'and no number was lost or given twice')

# --- mails: notices as notices make leaves them
NOTICES = 40
c = sqlite3.connect(DB)
for i in range(1, NOTICES + 1):
    c.execute("INSERT INTO notices(id, incident, party, part, role, name, contact, lang, tlp, pap, state, subject, body, letter, xarf, indicators, targets, content, made, deadline) "
              "VALUES (?, (SELECT min(id) FROM incidents), ?, 1, 'hoster', 'Host', ?, 'en', 'AMBER', 'GREEN', 'draft', ?, 'text', 'text', '', '', '', ?, '2024-12-09T00:00:00Z', '2024-12-14T00:00:00Z')",
              ('N-%06d' % i, 'mail:a%d@host.example' % i, 'a%d@host.example' % i, 'Notice %d' % i, hashlib.sha256(b'%d' % i).hexdigest()))
c.execute("INSERT INTO numbers VALUES ('N-', ?)", (NOTICES,))
c.commit()
c.close()
server = Server()
send = ['notices', 'send', '--send', '--smtp', 'smtp://127.0.0.1:%d' % server.port]
reported, deaths = set(), 0
for n in range(KILLS):
    finished, dead, out = killed(send, 0.01 + rng.random() * 0.06)
    deaths += dead
    reported |= {line.split(b' to ')[1].split(b':')[0].decode() for line in out.splitlines() if b': sent: ' in line}
    if finished:
        break
whole('after the kills')
desk(*send[:])
mails = [(m[1][0], email.message_from_bytes(m[2], policy=email.policy.default)['message-id'], m[2]) for m in server.mails]
by_party = {}
for to, message_id, raw in mails:
    by_party.setdefault(to, []).append((message_id, raw))
t.check(deaths >= 3, '%d kills while mails went out' % deaths, deaths)
t.equal(len(by_party), NOTICES, 'every party has its mail')
t.check(reported <= set(by_party), 'every mail that was reported sent arrived')
t.check(all(len(set(v)) == 1 for v in by_party.values()), 'what arrived twice is the same mail, byte for byte')
t.check(len({m for v in by_party.values() for m, _ in v}) == NOTICES, 'each notice has one Message-ID')
t.equal(sum(len(v) for v in by_party.values()) - NOTICES <= deaths, True, 'at most one mail per kill went out twice (%d did)' % (len(mails) - NOTICES))
listed = json.loads(desk('notices', 'list', '-f', 'json').stdout)
t.check(all(x['state'] == 'sent' for x in listed) and len(listed) == NOTICES, 'all are sent')
had = len(server.mails)
desk(*send)
t.equal(len(server.mails), had, 'and none goes out again')
two = [subprocess.Popen([SPOOR, 'desk', '--db', DB, *send], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) for _ in range(4)]
t.check({p.wait(30) for p in two} <= {0, 4} and len(server.mails) == had, 'several at once: one sends, others say that they are busy')
t.check(whole('at the end'), 'the trail is whole')
t.check(sorted(x for x in os.listdir(path()) if x.startswith('desk.db')) == ['desk.db', 'desk.db.send'], 'one file, and the lock of those who send', os.listdir(path()))
t.done()
