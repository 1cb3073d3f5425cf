"""desk notices: one per party, and in each nothing of another; colours decide who is told; mails are well-formed and cannot be steered;
sent twice is recognisable; reminders and next contacts when they are due; take-downs."""
import base64
import collections
import csv
import email
import email.policy
import glob
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys

from cli import RANGE, path, spoor
from mailserver import Server
from tap import SOURCE, Tap

sys.path.insert(0, os.path.join(SOURCE, 'tests', 'share'))
import rules  # noqa: E402

t = Tap()
DB = path('desk.db')


def desk(*args, db=None):
    return spoor('desk', '--db', db or DB, *args)


def notices(*more):
    return json.loads(desk('notices', 'list', '-f', 'json', *more).stdout)


def write(name, text):
    with open(path(name), 'wb') as f:
        f.write(text.encode())
    return path(name)


# --- a case with subsidiaries
made = subprocess.run([RANGE, 'b', '-o', path('b'), '--hosts', '40', '--days', '31', '--seed', '3007'], capture_output=True)
t.equal(made.returncode, 0, 'a made incident')
inventory = list(csv.DictReader(open(path('b', 'evidence', 'inventory.csv'), encoding='utf-8')))
orgs = collections.OrderedDict()
for row in inventory:
    orgs.setdefault(row['owner_org'], {'domain': row['fqdn'].split('.', 1)[1], 'net': None})
    if row['ip']:
        orgs[row['owner_org']]['net'] = '.'.join(row['ip'].split('.')[:2]) + '.'
t.check(len(orgs) >= 3, 'a company with subsidiaries', list(orgs))
write('case.yaml', 'title: Secret title\nparties:\n' + ''.join(
    '  - {name: "%s Ltd", kind: subsidiary, domains: [%s], prefixes: [%s0.0/16], contact: it@%s}\n' % (o, v['domain'], v['net'], v['domain']) for o, v in orgs.items()))
made = spoor('investigate', path('b', 'evidence'), '-o', path('case'), '--case', path('case.yaml'))
t.check(made.returncode in (0, 3), 'is investigated', made)
told = json.load(open(path('case', 'case.json'), encoding='utf-8'))['incident']

desk('init')
desk('set', 'org=国家CERT "X"\\', 'contact=csirt@cert.example', 'country=CN', 'answer_days=5')
t.equal(desk('import-case', path('case'), '--at', '2024-12-09').stdout, b'2024-000001 added\n', 'the incident')
desk('contacts', 'import', write('c1.csv', 'prefix,country,contact,name\n198.51.100.0/25,NL,abuse@host.example,Host BV\n198.51.100.128/25,NL,abuse@other.example,"=1+1 ""x""\t"\n203.0.113.0/24,FR,,\n'))
desk('contacts', 'import', write('c2.csv', 'prefix,country,contact,name\n198.51.100.0/25,NL,abuse@host.example,Host BV\n198.51.100.128/25,NL,abuse@other.example,=1+1 <b>*x*</b> [y](http://z)\n203.0.113.0/24,FR,abuse@third.example,Third\n'))
desk('contacts', 'import', write('c3.csv', 'domain,contact,kind,name\nexample,abuse@names.example,registrar,Names\n'))
desk('contacts', 'import', write('c4.csv', 'country,contact,name\nNL,cert@nl.example,CERT NL\nFR,cert@fr.example,CERT FR\n'))
make = ('notices', 'make', '2024-000001', '--case', path('case'), '--at', '2024-12-09')
t.equal(desk('notices', 'make', '2024-000001').returncode, 1, 'a case is needed')
run = desk(*make)
t.equal(run.returncode, 0, 'notices are made')
first = notices()
db_before = open(DB, 'rb').read()
t.check(b': made' not in desk(*make).stdout and notices() == first, 'made again: as they were')
t.equal(open(DB, 'rb').read(), db_before, 'and nothing was written')
shutil.copytree(path('case'), path('again'))
c = sqlite3.connect(path('again', 'case.db'))
c.execute('UPDATE run SET started_ns = started_ns + 86400000000000')
c.commit()
c.close()
t.check(b': made' not in desk(*make[:4], path('again'), *make[5:]).stdout and open(DB, 'rb').read() == db_before, 'the same evidence investigated again: the same notices')
victims = [n for n in first if n['role'] == 'victim']
hit = {o for o in orgs for h in told['hosts'] if h['class'] in ('confirmed', 'likely', 'exposed') and h['host'].lower().endswith('.' + orgs[o]['domain'])}
t.equal({n['name'] for n in victims}, {o + ' Ltd' for o in hit}, 'each party that was hurt is told once, and no other')
t.check(len(victims) >= 2, 'of several parties', victims)
outside = {x['ip'] for x in told['external']}
names = {x['name'] for x in told['external'] if x.get('name')}

# --- nothing of another
os.mkdir(path('out'))
t.equal(desk('notices', 'export', '-o', path('out')).returncode, 0, 'exported')
EVERYBODYS = {'system', 'localsystem', 'administrator', 'guest', 'root', 'local service', 'network service', 'anonymous logon', 'nt authority', 'not recorded', '-', ''}
net = {v['net']: o for o, v in orgs.items()}
org_of_host = {row['hostname'].lower(): row['owner_org'] for row in inventory}
netbios = {}
owners = collections.defaultdict(set)  # token -> organisations
sure, seen = collections.defaultdict(set), collections.defaultdict(set)
db = sqlite3.connect(path('case', 'case.db'))
rows = db.execute('SELECT DISTINCT host, account FROM facts WHERE account IS NOT NULL UNION SELECT DISTINCT host, target_account FROM facts WHERE target_account IS NOT NULL').fetchall()
for host, account in rows:
    d, _, u = account.partition('\\')
    if u.endswith('$') and u[:-1].lower() in org_of_host:
        netbios[d.lower()] = org_of_host[u[:-1].lower()]
for o, v in orgs.items():
    netbios[v['domain']] = netbios[v['domain'].split('.')[0]] = o
for host, account in rows:
    if '\\' in account:
        d, u = account.split('\\', 1)
    elif '@' in account:
        u, d = account.split('@', 1)
    else:
        d, u = '', account
    u = u.rstrip('$').lower()
    if u in EVERYBODYS:
        continue
    if d.lower() in netbios:
        sure[u].add(netbios[d.lower()])
    elif not d and host and host.split('.')[0].lower() in org_of_host:
        seen[u].add(org_of_host[host.split('.')[0].lower()])
for u, s in seen.items():
    owners[u] |= s if u not in sure else set()
for u, s in sure.items():
    owners[u] |= s
for h, o in org_of_host.items():
    owners[h].add(o)
for o, v in orgs.items():
    owners[v['domain']].add(o)
for column in ('source_ip', 'target_ip'):
    for (ip,) in db.execute('SELECT DISTINCT %s FROM facts WHERE %s IS NOT NULL' % (column, column)):
        for n, o in net.items():
            if ip.startswith(n):
                owners[ip].add(o)
for row in inventory:
    if row['ip']:
        owners[row['ip']].add(row['owner_org'])
db.close()
t.check(len([k for k, s in owners.items() if len(s) == 1]) > 100, 'names, accounts and addresses of the parties', len(owners))


def everything(id):
    """All that a recipient could read in any of the three forms, decoded."""
    out = [open(path('out', id + '.md'), encoding='utf-8').read(), open(path('out', id + '.json'), encoding='utf-8').read()]
    raw = open(path('out', id + '.eml'), 'rb').read()
    out.append(raw.decode('ascii'))
    mail = email.message_from_bytes(raw, policy=email.policy.default)
    out.append(str(mail['subject']) + str(mail['from']) + str(mail['to']))
    for part in mail.walk():
        if not part.is_multipart():
            body = part.get_payload(decode=True).decode('utf-8')
            out.append(body)
            if part.get_content_type() == 'application/json':
                for e in json.loads(body).get('evidence', []):
                    out.append(base64.b64decode(e['payload']).decode('utf-8'))
    text = '\n'.join(out).replace('\\', '')  # Markdown's escapes
    return text.replace('admin share', '').lower()  # our own words


def words(text):
    return set(re.findall(r'[\w.$-]+', text)) | set(re.findall(r'[\w$-]+', text)) | {w.strip('.-$') for w in re.findall(r'[\w.$-]+', text)}


hosts_told = 0
for n in first:
    text = everything(n['id'])
    have = words(text)
    mine = n['name'][:-4] if n['role'] == 'victim' else None
    foreign = sorted(k for k, s in owners.items() if s != {mine} and (k in have or (' ' in k and k in text)))
    t.equal(foreign, [], '%s to %s: nothing of another' % (n['id'], n['role']))
    if mine:
        hosts_told += sum(1 for h, o in org_of_host.items() if o == mine and h in have)
        t.check(any(o == mine and h in have for h, o in org_of_host.items()), '%s: names its own hosts' % n['id'])
        t.check('(withheld' in text or len(victims) == 1 or mine == 'zelroke', '%s: says where something was left out' % n['id'])
    else:
        t.check(not re.search(r'\b10\.\d+\.\d+\.\d+\b', text) and 'secret title' not in text, '%s: no address inside, no title' % n['id'])
t.check(hosts_told >= len([h for h in told['hosts'] if h['class'] in ('confirmed', 'likely', 'exposed')]), 'every host that was hurt is told to somebody', hosts_told)

by_contact = {n['contact']: n for n in first if n['role'] != 'victim'}
for ip in outside:
    want = 'abuse@host.example' if ip.startswith('198.51.100.') and int(ip.split('.')[3]) < 128 else 'abuse@other.example' if ip.startswith('198.') else 'abuse@third.example'
    t.equal([c for c, n in by_contact.items() if ip in words(everything(n['id']))], [want], ip + ': told to who runs it, alone')
for name in names:
    t.equal([c for c, n in by_contact.items() if n['role'] == 'registrar' and name in words(everything(n['id']))], ['abuse@names.example'], name + ': told to its registrar')

# --- mails
for f in sorted(glob.glob(path('out', '*.eml'))):
    raw = open(f, 'rb').read()
    mail = email.message_from_bytes(raw, policy=email.policy.default)
    head = raw.split(b'\r\n\r\n', 1)[0]
    t.check(b'\n' not in raw.replace(b'\r\n', b'') and max(map(len, raw.split(b'\r\n'))) <= 100 and not mail.defects, os.path.basename(f) + ': lines and structure', mail.defects)
    t.equal(sorted(k.lower() for k in mail.keys()), sorted(['date', 'from', 'to', 'message-id', 'subject', 'mime-version', 'content-type']), 'these headers, each once')
    t.equal((mail['from'].addresses[0].addr_spec, mail['from'].addresses[0].display_name, len(mail['to'].addresses)), ('csirt@cert.example', '国家CERT "X"\\', 1), 'from and to')
    t.check(re.fullmatch(r'\[TLP:AMBER\] \[2024-000001 N-\d{6}\] .+', mail['subject']) and str(mail['date']).startswith('Mon, 09 Dec 2024'), 'subject and date', mail['subject'])
    reports = b''.join(p.get_payload(decode=True) + b'\n' for p in mail.walk() if p.get_content_type() == 'application/json')
    t.equal(rules.problems('xarf', reports) if reports else [], [], 'reports by the rules of XARF')
portal = json.load(open(path('out', first[-1]['id'] + '.json'), encoding='utf-8'))
t.check(portal['schema'] == 'spoor-notice/1' and portal['xarf'] and portal['tlp'] == 'AMBER' and portal['contact'] == first[-1]['contact'], 'for portals', portal)
letter = open(path('out', by_contact['abuse@other.example']['id'] + '.md'), encoding='utf-8').read()
t.check('<b>' not in letter.replace('\\<b\\>', '') and r'\[y\](http\://z)' in letter and letter.startswith('# '), 'a name with markup is a name in a letter', letter[:600])

# --- Chinese
zh = desk(*make, '--lang', 'zh')
t.check(zh.returncode == 0 and b'renewed' in zh.stdout, 'in Chinese', zh)
desk('notices', 'export', '-o', path('out'))
mail = email.message_from_bytes(open(path('out', first[0]['id'] + '.eml'), 'rb').read(), policy=email.policy.default)
t.check('疑似网络入侵' in mail['subject'] and '请协助' in mail.get_body().get_content(), 'subject and text', mail['subject'])
desk(*make)

# --- colours
def roles(*fields):
    desk('incident', 'set', '2024-000001', *fields)
    run = desk(*make)
    return {(n['role'], n['contact']) for n in notices() if n['state'] != 'withdrawn'}


ALL = {(n['role'], n['contact']) for n in first}
VICTIMS = {x for x in ALL if x[0] == 'victim'}
one_victim = sorted(VICTIMS)[0]
for fields, want, what in ((['tlp=CLEAR'], ALL, 'CLEAR: all'), (['tlp=GREEN'], ALL, 'GREEN: all'), (['tlp=AMBER'], ALL, 'AMBER: all'), (['tlp=AMBER+STRICT'], VICTIMS, 'AMBER+STRICT: who was hurt'),
                           (['tlp=AMBER+STRICT', 'named=x; abuse@host.example ;y'], VICTIMS | {('hoster', 'abuse@host.example')}, 'AMBER+STRICT: and who is named'),
                           (['tlp=RED', 'named='], set(), 'RED: nobody'), (['tlp=RED', 'named=' + one_victim[1]], {one_victim}, 'RED: who is named, by address'),
                           (['tlp=RED', 'named=NAMES'], {('registrar', 'abuse@names.example')}, 'RED: by name'), (['tlp=RED', 'named=Nam'], set(), 'RED: not by half a name'),
                           (['tlp=GREEN', 'pap=AMBER', 'named='], VICTIMS, 'PAP AMBER: nobody who runs what was used'), (['pap=RED'], VICTIMS, 'PAP RED: the same'),
                           (['pap=RED', 'named=abuse@third.example'], VICTIMS | {('hoster', 'abuse@third.example')}, 'PAP RED: but who is named'), (['tlp=AMBER', 'pap=GREEN', 'named='], ALL, 'and all again')):
    t.equal(roles(*fields), want, what)
desk('incident', 'set', '2024-000001', 'tlp=RED')
run = desk('notices', 'send', '--send', '--outbox', path('out'))
t.check(run.returncode == 0 and b' 0 not sent' in run.stdout and run.stdout.startswith(b'N-') and b'other colours now' in run.stdout and b'\n0 sent' in run.stdout, 'RED since they were made: nothing goes out', run)
t.check(not glob.glob(path('out', 'M-*')), 'and no mail is there')
t.equal(roles('tlp=AMBER'), ALL, 'amber again')

# --- sending
before = open(DB, 'rb').read()
run = desk('notices', 'send')
t.check(run.returncode == 0 and run.stdout.count(b'would be sent') == len(first) and b'Nothing was sent' in run.stdout and open(DB, 'rb').read() == before, 'without --send it is only said', run)
t.equal(desk('notices', 'send', '--send').returncode, 1, 'where to must be said')
t.equal(desk('notices', 'send', '--send', '--outbox', path('out'), '--from', 'a@b.example\nBcc: x@y.example').returncode, 1, 'who writes is one address')
for url in ('http://x', 'smtp://user:secret@host', 'file:///etc/passwd', 'smtp://'):
    t.equal(desk('notices', 'send', '--send', '--smtp', url).returncode, 1, 'refused: ' + url)


server = Server(refuse=1)
URL = 'smtp://127.0.0.1:%d' % server.port
run = desk('notices', 'send', '--send', '--smtp', URL, '--at', '2024-12-10T08:00:00Z')
t.check(run.returncode == 3 and b'%d sent, 1 not sent' % (len(first) - 1) in run.stdout, 'all are sent but one that the server did not take', run)
run = desk('notices', 'send', '--send', '--smtp', URL, '--at', '2024-12-11T08:00:00Z')
t.check(run.returncode == 0 and b'1 sent, 0 not sent' in run.stdout, 'the next time that one alone', run)
t.equal(sorted(m[1][0] for m in server.mails), sorted(n['contact'] for n in first), 'each party has one mail')
parsed = [email.message_from_bytes(m[2], policy=email.policy.default) for m in server.mails]
t.check(len({m['message-id'] for m in parsed}) == len(first) and all(str(m['date']).startswith('Tue, 10 Dec 2024') for m in parsed), 'each its Message-ID, and the date of the first try')
run = desk('notices', 'send', '--send', '--smtp', URL)
t.check(b'\n0 sent' in b'\n' + run.stdout and len(server.mails) == len(first), 'and no second one')
t.check(all(n['state'] == 'sent' for n in notices() if n['state'] != 'withdrawn'), 'they are sent')
t.check(b': as it was' in desk(*make).stdout and len(notices()) == len(first), 'what was sent and is still so is not made again')
# killed between handing over and noting it: the same mail once more
c = sqlite3.connect(DB)
c.execute("UPDATE mails SET state = 'sending', sent = NULL WHERE id = (SELECT min(id) FROM mails)")
c.commit()
c.close()
desk('notices', 'send', '--send', '--smtp', URL, '--at', '2024-12-12')
twice = [m[2] for m in server.mails if email.message_from_bytes(m[2])['message-id'] == email.message_from_bytes(server.mails[-1][2])['message-id']]
t.check(len(twice) == 2 and twice[0] == twice[1], 'sent twice it is the same mail, byte for byte')

# --- answers, reminders, the next contact
sent = {n['contact']: n['id'] for n in notices() if n['state'] == 'sent'}
t.equal(desk('notices', 'ack', sent['abuse@third.example'], '--note', 'Cleaned,\n"ok"').returncode, 1, 'an answer is one line')
t.equal(desk('notices', 'ack', sent['abuse@third.example'], '--note', 'Cleaned', '--at', '2024-12-11').returncode, 0, 'an answer')
t.equal(desk('notices', 'ack', sent['abuse@third.example'], '--note', 'Cleaned', '--at', '2024-12-11').returncode, 0, 'again')
t.equal(desk('notices', 'ack', 'N-999999').returncode, 1, 'no such notice')
t.equal(desk('notices', 'remind', '--at', '2024-12-12').stdout, b'', 'nobody is late yet')
run = desk('notices', 'remind', '--at', '2024-12-15')
t.equal(run.stdout.count(b'reminder 1 queued'), len(first) - 1, 'all who did not answer in time are reminded')
t.equal(desk('notices', 'remind', '--at', '2024-12-15').stdout, b'', 'once')
had = len(server.mails)
desk('notices', 'send', '--send', '--smtp', URL, '--at', '2024-12-15')
new = [email.message_from_bytes(m[2], policy=email.policy.default) for m in server.mails[had:]]
t.check(len(new) == len(first) - 1 and all(m['in-reply-to'] in {p['message-id'] for p in parsed} and m['subject'].startswith('Reminder: [TLP:AMBER]') and '2024-12-1' in m.get_body().get_content()
                                           for m in new), 'reminders answer to the first mail', [m['subject'] for m in new])
t.equal(desk('notices', 'escalate', '--at', '2024-12-16').stdout, b'', 'the next contact: not before they had time')
run = desk('notices', 'escalate', '--at', '2024-12-21')
t.check(run.returncode == 0 and b'no second contact is known' in run.stdout, 'a victim has no second contact until one is entered', run)
new = [n for n in notices() if n.get('after')]
relays = [x['ip'] for x in told['external'] if x['ip'].startswith('198.51.100.')]
t.equal({(n['after'], n['role'], n['contact']) for n in new},
        {(sent[c], 'national-cert', 'cert@nl.example') for c in ('abuse@host.example', 'abuse@other.example') if c in sent}, 'hosters: the national team of their country; names without a country: nobody')
t.check(desk('notices', 'escalate', '--at', '2024-12-21').returncode == 0 and len([n for n in notices() if n.get('after')]) == len(new), 'again: no more')
t.check(b': withdrawn' not in desk(*make).stdout, 'and making does not take them back')
os.mkdir(path('out2'))
desk('notices', 'export', '-o', path('out2'))
for n in new:
    whole = open(path('out2', n['id'] + '.eml'), 'rb').read()
    body = email.message_from_bytes(whole, policy=email.policy.default).get_body().get_content()
    mine = [ip for ip in relays if ip in words(everything(n['after']))]
    t.check('was not answered' in body and all(ip in body for ip in mine) and not any(ip in body for ip in outside - set(mine)), '%s: what the first had, no more' % n['id'], body[:300])
v = sorted(VICTIMS)[0][1]
desk('party', 'add', 'name=' + [n['name'] for n in victims if n['contact'] == v][0], 'second=ciso@' + v.split('@')[1])
run = desk('notices', 'escalate', sent[v], '--at', '2024-12-22')
t.check(b'queued to the second contact' in run.stdout, 'then it is used', run)
t.equal(desk('notices', 'escalate', sent['abuse@third.example']).returncode, 1, 'who answered is left alone')
t.equal(desk('notices', 'remind', sent['abuse@third.example']).returncode, 1, 'and not reminded')
server.mails.clear()
desk('notices', 'send', '--send', '--smtp', URL, '--at', '2024-12-22')
t.check('ciso@' + v.split('@')[1] in [m[1][0] for m in server.mails] and 'cert@nl.example' in [m[1][0] for m in server.mails], 'and written to', [m[1] for m in server.mails])

# --- more to tell
desk('contacts', 'import', write('c5.csv', 'prefix,country,contact,name\n' + ''.join('%s/32,NL,abuse@new.example,New\n' % ip for ip in relays[:1])), '--at', '2025-01-01')
run = desk(*make)
t.check(b'abuse@new.example' in run.stdout, 'a closer contact became known: it is told', run)
run = desk('notices', 'make', '2024-000001', '--case', path('nocase'))
t.equal(run.returncode, 2, 'no case')
desk('incident', 'add', 'title=another', 'ref=z')
t.equal(desk('notices', 'make', [r['id'] for r in json.loads(desk('incident', 'list', '-f', 'json').stdout) if r['ref'] == 'z'][0], '--case', path('case')).returncode, 1, 'the case of another incident')

# --- take-downs
add = ('takedown', 'add', '2024-000001', 'target=http://bad.example/x', 'party=Host BV', 'party_kind=cloud', 'country=nl', 'deadline=2024-12-20', '--at', '2024-12-10')
t.equal(desk(*add).stdout, b'T-000001 added\n', 'a take-down')
t.equal(desk(*add, 'note=urgent').stdout, b'T-000001 changed\n', 'the same target of the same party is the same')
desk('takedown', 'add', '2024-000001', 'target=bad.example', 'party=Names', 'party_kind=registrar', '--at', '2024-12-10')


def takedowns():
    return {x['id']: x for x in json.loads(desk('takedown', 'list', '-f', 'json').stdout)}


t.equal([x['kind'] for x in takedowns().values()], ['url', 'domain'], 'kinds by their looks')
t.equal(desk('takedown', 'check', 'T-000001', 'up', '--at', '2024-12-11').returncode, 0, 'looked at: up')
t.equal(desk('takedown', 'check', 'T-000001', 'down', '--at', '2024-12-09').returncode, 1, 'not before it was asked')
t.equal(desk('takedown', 'check', 'T-000001', 'down', '--at', '2024-12-11').returncode, 1, 'not both at once')
t.equal(desk('takedown', 'check', 'T-000001', 'gone').returncode, 1, 'no other word')
table = write('seen.csv', 'target,time,result,note\nhttp://bad.example/x,2024-12-12T10:00:00Z,down,404\nhttp://bad.example/x,2024-12-13,down,\nbad.example,2024-12-13,refused,"no, they said"\n')
t.equal(desk('takedown', 'import', table).stdout, b'3 rows: 3 new\n', 'a table of looks')
t.equal(desk('takedown', 'import', table).stdout, b'3 rows: 0 new\n', 'again')
t.equal([(x['state'], x.get('down')) for x in takedowns().values()], [('down', '2024-12-12T10:00:00Z'), ('refused', None)], 'down since the first such look')
desk('takedown', 'check', 'T-000001', 'up', '--at', '2024-12-14')
t.equal((takedowns()['T-000001']['state'], takedowns()['T-000001'].get('down')), ('up', None), 'it came back')
for text, line, what in (('target,time,result\nbad.example,2024-12-13,down\n', 2, 'a contradiction'), ('target,time,result\nother.example,2024-12-13,down\n', 2, 'nobody was asked'),
                         ('id,time,result\nT-000002,2024-12-15,down\nT-000002,noon,down\n', 3, 'no time')):
    run = desk('takedown', 'import', write('bad.csv', text))
    t.check(run.returncode == 2 and b'line %d' % line in run.stderr, 'refused: ' + what, run)
t.equal(takedowns()['T-000002']['state'], 'refused', 'nothing of them stayed')
desk('incident', 'set', '2024-000001', 'pap=AMBER')
t.equal(desk('takedown', 'add', '2024-000001', 'target=c.example', 'party=X').returncode, 1, 'PAP AMBER: nothing is asked of others')
desk('incident', 'set', '2024-000001', 'pap=GREEN', 'tlp=RED')
t.equal(desk('takedown', 'add', '2024-000001', 'target=c.example', 'party=X').returncode, 1, 'TLP RED: nothing either')
t.equal(desk('takedown', 'add', '2024-000009', 'target=c.example').returncode, 1, 'an incident is needed')
t.equal(desk('trail', '--verify').returncode, 0, 'the trail is whole')
t.done()
