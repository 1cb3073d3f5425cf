"""Synthetic line logs to measure readers with: one maker per format, each line a little different from the last."""
import json
import os
import random

LINES = 20000
AGENTS = ['Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)', 'DocSecUpdater/4.2 (Windows NT 10.0)',
          'Microsoft BITS/7.8', 'curl/8.5.0']


def clock(i):
    s = i * 86399 // LINES
    return s // 3600, s // 60 % 60, s % 60


def inner(r):
    return '10.7.%d.%d' % (r.randrange(16), r.randrange(255))


def outer(r):
    return '203.0.113.%d' % r.randrange(255)


def path(r):
    return '/pkg/docsec/%d/setup.exe?CorrelationID=%08x-0000-4111' % (r.randrange(100), r.getrandbits(32))


def combined(i, r):
    return '%s - %s [18/Apr/2024:%02d:%02d:%02d +0800] "GET %s HTTP/1.1" 200 %d "-" "%s"' % (
        (inner(r), r.choice(['-', 'u%d' % r.randrange(999)])) + clock(i) + (path(r), r.randrange(1 << 20), r.choice(AGENTS)))


def zeek_row(i, r):
    return [('ts', 1713370000 + i / 7), ('uid', 'C%017x' % r.getrandbits(64)), ('id.orig_h', inner(r)), ('id.orig_p', r.randrange(1024, 65535)),
            ('id.resp_h', outer(r)), ('id.resp_p', 443), ('proto', 'tcp'), ('service', 'ssl'), ('duration', r.randrange(1 << 20) / 1e6),
            ('orig_bytes', r.randrange(1 << 16)), ('resp_bytes', r.randrange(1 << 20)), ('conn_state', 'SF'), ('local_orig', True),
            ('local_resp', False), ('missed_bytes', 0), ('history', 'ShADadfF'), ('orig_pkts', r.randrange(99)), ('orig_ip_bytes', r.randrange(1 << 16)),
            ('resp_pkts', r.randrange(999)), ('resp_ip_bytes', r.randrange(1 << 20))]


TYPES = {'ts': 'time', 'proto': 'enum', 'duration': 'interval', 'orig_h': 'addr', 'resp_h': 'addr', 'orig_p': 'port', 'resp_p': 'port',
         'local_orig': 'bool', 'local_resp': 'bool'}


def zeek_head():
    names = [k for k, _ in zeek_row(0, random.Random(0))]
    kinds = [TYPES.get(k.split('.')[-1], 'count' if k.endswith(('bytes', 'pkts')) else 'string') for k in names]
    return ('#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\tconn\n#fields\t%s\n#types\t%s\n'
            % ('\t'.join(names), '\t'.join(kinds)))


def zeek_tsv(i, r):
    show = {True: 'T', False: 'F'}
    return '\t'.join(show[v] if isinstance(v, bool) else '%.6f' % v if isinstance(v, float) else str(v) for _, v in zeek_row(i, r))


def zeek_json(i, r):
    return json.dumps(dict([('_path', 'conn')] + zeek_row(i, r)), separators=(',', ':'))


def syslog(i, r):
    return 'Apr 18 %02d:%02d:%02d mail%d ' % (clock(i) + (r.randrange(4),)) + r.choice([
        'sshd[%d]: Failed password for invalid user u%d from %s port %d ssh2' % (r.randrange(30000), r.randrange(999), outer(r), r.randrange(65535)),
        'sshd[%d]: Accepted publickey for u%d from %s port %d ssh2: RSA SHA256:abc' % (r.randrange(30000), r.randrange(99), inner(r), r.randrange(65535)),
        'systemd[1]: Started Session %d of user u%d.' % (r.randrange(9999), r.randrange(99)),
        'postfix/smtpd[%d]: connect from unknown[%s]' % (r.randrange(30000), outer(r)),
        'CRON[%d]: (root) CMD (run-parts --report /etc/cron.hourly)' % r.randrange(30000)])


def asa(i, r):
    n, a, b, port = r.getrandbits(31), inner(r), outer(r), r.randrange(1024, 65535)
    return 'Apr 18 2024 %02d:%02d:%02d asa01 : %%ASA-' % clock(i) + r.choice([
        '6-302013: Built outbound TCP connection %d for outside:%s/443 (%s/443) to inside:%s/%d (192.0.2.254/%d)' % (n, b, b, a, port, port),
        '6-302014: Teardown TCP connection %d for outside:%s/443 to inside:%s/%d duration 0:00:%02d bytes %d TCP FINs' % (
            n, b, a, port, r.randrange(60), r.randrange(1 << 24)),
        '4-106023: Deny tcp src outside:%s/%d dst dmz:10.20.0.11/445 by access-group "out_in" [0x0, 0x0]' % (b, port),
        '6-305011: Built dynamic TCP translation from inside:%s/%d to outside:192.0.2.254/%d' % (a, port, port)])


def fortigate(i, r):
    h, m, s = clock(i)
    return ('date=2024-04-18 time=%02d:%02d:%02d devname="FG1" devid="FGT60E" eventtime=%d tz="+0800" logid="0000000013" type="traffic" '
            'subtype="forward" level="notice" vd="root" srcip=%s srcport=%d srcintf="internal" dstip=%s dstport=443 dstintf="wan1" policyid=7 '
            'sessionid=%d proto=6 action="close" trandisp="snat" service="HTTPS" duration=%d sentbyte=%d rcvdbyte=%d sentpkt=%d rcvdpkt=%d' % (
                h, m, s, 1713370000000000000 + i * 10**9, inner(r), r.randrange(1024, 65535), outer(r), r.getrandbits(31), r.randrange(600),
                r.randrange(1 << 16), r.randrange(1 << 20), r.randrange(99), r.randrange(999)))


def panos(i, r):
    t = '2024/04/18 %02d:%02d:%02d' % clock(i)
    return ('1,%s,001122334455,TRAFFIC,end,2561,%s,%s,%s,192.0.2.254,%s,out,corp\\u%d,,ssl,vsys1,trust,untrust,ethernet1/1,ethernet1/2,fwd,%s,'
            '%d,1,%d,443,%d,443,0x400053,tcp,allow,%d,%d,%d,%d,%s,30,any,0,%d,0x0,10.0.0.0-10.255.255.255,United States,0,9,11,tcp-fin' % (
                t, t, inner(r), outer(r), outer(r), r.randrange(99), t, r.getrandbits(31), r.randrange(1024, 65535), r.randrange(65535),
                r.randrange(1 << 20), r.randrange(1 << 16), r.randrange(1 << 20), r.randrange(99), t, i))


def squid(i, r):
    return '%.3f %6d %s TCP_MISS/200 %d GET http://dl%d.example.net%s u%d HIER_DIRECT/%s application/octet-stream' % (
        1713370000 + i * 4.3, r.randrange(9999), inner(r), r.randrange(1 << 20), r.randrange(9), path(r), r.randrange(99), outer(r))


# name, file, what stands first, a line, a word that grep finds
KINDS = (
    ('combined access log', 'access.log', '', combined, 'docsec'),
    ('Zeek TSV', 'conn.log', zeek_head(), zeek_tsv, 'ssl'),
    ('Zeek JSON', 'conn.json', '', zeek_json, 'ssl'),
    ('syslog', 'syslog.log', '', syslog, 'sshd'),
    ('Cisco ASA', 'asa.log', '', asa, 'outside'),
    ('FortiGate', 'fortigate.log', '', fortigate, 'HTTPS'),
    ('PAN-OS', 'panos.log', '', panos, 'ssl'),
    ('Squid', 'squid.log', '', squid, 'docsec'),
)


def make(folder, mib):
    """Files of that size: (name, path, word)."""
    for name, file, head, line, word in KINDS:
        where = os.path.join(folder, '%d-%s' % (mib, file))
        if not os.path.exists(where):
            r = random.Random(1)
            block = ''.join(line(i, r) + '\n' for i in range(LINES)).encode()
            with open(where + '.part', 'wb') as f:
                f.write(head.encode())
                while f.tell() < mib << 20:
                    f.write(block)
            os.rename(where + '.part', where)
        yield name, where, word
