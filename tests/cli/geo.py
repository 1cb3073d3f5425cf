"""--geo: country and network of addresses from a file in MaxMind's format, kept in the case."""
import ipaddress
import os
import sqlite3
import struct

from cli import path, rules, spoor
from tap import Tap


class Short(int):
    pass


class Long(int):
    pass


def value(v):
    """A value as the format has it (MaxMind DB File Format Specification 2.0)."""
    def control(kind, size):
        more = b''
        if size >= 29:
            size, more = 29, bytes([size - 29])
        return (bytes([kind << 5 | size]) if kind < 8 else bytes([size, kind - 7])) + more
    if isinstance(v, bool):
        return control(14, int(v))
    if isinstance(v, str):
        raw = v.encode()
        return control(2, len(raw)) + raw
    if isinstance(v, int):
        raw = v.to_bytes((v.bit_length() + 7) // 8, 'big')
        return control(5 if isinstance(v, Short) else 9 if isinstance(v, Long) else 6, len(raw)) + raw
    if isinstance(v, list):
        return control(11, len(v)) + b''.join(map(value, v))
    return control(7, len(v)) + b''.join(value(k) + value(x) for k, x in v.items())


def database(networks, kind):
    """The bytes of a file with these IPv4 networks: {prefix: map}."""
    nodes, data = [[None, None]], b''
    for prefix, record in networks.items():
        net, at = ipaddress.ip_network(prefix), 0
        bits = format(int(net.network_address), '032b')[:net.prefixlen]
        for bit in bits[:-1]:
            if nodes[at][int(bit)] is None:
                nodes.append([None, None])
                nodes[at][int(bit)] = len(nodes) - 1
            at = nodes[at][int(bit)]
        nodes[at][int(bits[-1])] = ('data', len(data))
        data += value(record)
    n, tree = len(nodes), b''
    for pair in nodes:
        for side in pair:
            number = n if side is None else side if isinstance(side, int) else n + 16 + side[1]
            tree += struct.pack('>I', number)
    meta = value({'node_count': n, 'record_size': Short(32), 'ip_version': Short(4), 'database_type': kind, 'languages': ['en'],
                  'binary_format_major_version': Short(2), 'binary_format_minor_version': Short(0), 'build_epoch': Long(1700000000),
                  'description': {'en': 'made for a test'}})
    return tree + bytes(16) + data + b'\xab\xcd\xefMaxMind.com' + meta


t = Tap()
os.makedirs(path('logs'))
with open(path('logs', 'access.log'), 'w', encoding='ascii') as f:
    for i, ip in enumerate(('198.51.100.7', '198.51.100.200', '203.0.113.9', '192.0.2.1', '10.0.0.5')):
        f.write('%s - - [18/Apr/2024:02:13:%02d +0000] "GET /a%d HTTP/1.1" 200 512 "-" "x/1.0"\n' % (ip, i, i))
with open(path('country.mmdb'), 'wb') as f:
    f.write(database({'198.51.100.0/25': {'country': {'iso_code': 'XA'}}, '203.0.113.0/24': {'registered_country': {'iso_code': 'XB'}}},
                     'Test-Country'))
with open(path('asn.mmdb'), 'wb') as f:
    f.write(database({'198.51.100.0/24': {'autonomous_system_number': 64500, 'autonomous_system_organization': 'Example <b>Net</b>'},
                      '203.0.113.8/30': {'is_hosting_provider': True}}, 'Test-ASN'))
made = spoor('investigate', path('logs'), '-r', rules(), '-o', path('case'), '--geo', path('country.mmdb'), '--geo', path('asn.mmdb'))
t.check(made.returncode in (0, 3), 'investigate with two files', made)
rows = sqlite3.connect(path('case', 'case.db')).execute('SELECT ip, country, asn, network, kind FROM places ORDER BY ip').fetchall()
t.equal(rows, [('198.51.100.200', None, 64500, 'Example <b>Net</b>', None), ('198.51.100.7', 'XA', 64500, 'Example <b>Net</b>', None),
               ('203.0.113.9', 'XB', None, None, 'hosting')], 'what the files say of each address, together')
for name, content in (('empty.mmdb', b''), ('text.mmdb', b'no database\n'), ('cut.mmdb', open(path('asn.mmdb'), 'rb').read()[:-60])):
    with open(path(name), 'wb') as f:
        f.write(content)
    run = spoor('investigate', path('logs'), '-r', rules(), '-o', path('bad'), '--force', '--geo', path(name))
    t.check(run.returncode == 2 and name in run.stderr.decode(), name + ' is refused by name', run)
t.equal(spoor('investigate', path('logs'), '-r', rules(), '-o', path('bad'), '--force', '--geo', path('none.mmdb')).returncode, 2,
        'a file that is not there')
t.done()
