#!/usr/bin/env python3
"""Files of our own writer, read by others: evtx_dump with checksums, and libevtx. Prints TAP.

  writer_accept.py SPOOR_RANGE [SPOOR]
"""
import re
import shutil
import sys
import tempfile

from common import *

# Field -> value as evtx_dump gives it; arrays it cuts to the last element, so they are left to libevtx.
VALUES = {
    'String': 'plain text', 'Empty': '', 'NonAscii': 'Gr\u00fc\u00df \u4e2d\u6587 \U0001f50d',
    'Markup': '<a href="x">&amp;</a> ]]> \'quoted\'', 'Controls': 'tab\there\nline two\r\nthree', 'Ansi': 'narrow',
    'Int8': -128, 'UInt8': 255, 'Int16': -32768, 'UInt16': 65535, 'Int32': -2147483648, 'UInt32': 4294967295,
    'Int64': -9223372036854775808, 'UInt64': 18446744073709551615, 'Float': '0.5', 'Double': '-2.25',
    'True': True, 'False': False, 'Binary': '00FF10AB', 'Guid': '00112233-4455-6677-8899-AABBCCDDEEFF',
    'Pointer': '0x1f4', 'Time': '2024-04-18T02:13:58.112904Z', 'SystemTime': '2024-02-29T23:59:58.125000Z',
    'Sid': 'S-1-5-21-1004336348-1177238915-682003330-512', 'Hex32': '0xc000006d', 'Hex64': '0x8020000000000000',
    'NullRequired': '', 'NullOptional': '', 'ThereOptional': 7,
}
ARRAYS = {
    'Strings': ['one', '', 'three'], 'Numbers': ['1', '2', '4294967295'], 'Shorts': ['1', '65535'],
    'HexNumbers': ['0x0000000000000001', '0xffffffffffffffff'],
    'Guids': ['{00112233-4455-6677-8899-AABBCCDDEEFF}', '{FFEEDDCC-BBAA-9988-7766-554433221100}'],
}
RECORDS = {'types.evtx': 35, 'small.evtx': 8, 'chunks.evtx': 600}


def fields(lines):
    out = {}
    for line in lines:
        out.update(load(line)['Event'].get('EventData') or {})
    return out


def check_values(tap, who, got):
    for k, want in VALUES.items():
        tap.ok(k in got and got[k] == want and type(got[k]) is type(want), '%s reads %s' % (who, k),
               'wrote %r, read %r' % (want, got.get(k, '(absent)')))


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    need(sys.argv[1])
    tap = Tap()
    with tempfile.TemporaryDirectory() as work, tempfile.TemporaryDirectory() as again:
        for d in (work, again):
            code, _, err = run([sys.argv[1], 'samples', '-o', d])
            tap.ok(code == 0, 'samples are written', err)
        for name, n in RECORDS.items():
            path = os.path.join(work, name)
            tap.ok(open(path, 'rb').read() == open(os.path.join(again, name), 'rb').read(), name + ': the same bytes twice')
            if os.path.exists(PEER):
                code, out, err = run([PEER, '--validate-checksums', '-t', '1', '-o', 'jsonl', path])
                lines = [x for x in out.split(b'\n') if x.startswith(b'{')]
                tap.ok(code == 0 and len(lines) == n, '%s: evtx_dump reads %d records, checksums right' % (name, n),
                       '%d\n%s' % (len(lines), err.decode('utf-8', 'replace')[:500]))
                if name == 'types.evtx':
                    check_values(tap, 'evtx_dump', fields(lines))
            if len(sys.argv) == 3 and os.path.exists(sys.argv[2]):
                code, lines, err = spoor_lines(sys.argv[2], path)
                tap.ok(code == 0 and len(lines) == n, '%s: spoor reads %d records without a gap' % (name, n),
                       '%s, %d\n%s' % (code, len(lines), err.decode('utf-8', 'replace')[:500]))
                if name == 'types.evtx':
                    check_values(tap, 'spoor', fields(lines))
        if shutil.which('evtxexport'):
            _, out, _ = run(['evtxexport', '-f', 'xml', os.path.join(work, 'types.evtx')])
            text = out.decode('utf-8', 'replace')
            for k, want in ARRAYS.items():
                got = [a or '' for a in re.findall(r'<Data Name="%s"(?:/>|>(.*?)</Data>)' % k, text)]
                tap.ok(got == want, 'libevtx reads %s' % k, 'wrote %r, read %r' % (want, got))
            for name in ('small.evtx', 'chunks.evtx'):
                code, out, err = run(['evtxexport', os.path.join(work, name)])
                n = out.count(b'Event number')
                tap.ok(code == 0 and n == RECORDS[name], '%s: libevtx reads %d records' % (name, RECORDS[name]),
                       '%s, %d' % (code, n))
    return tap.end()


if __name__ == '__main__':
    sys.exit(main())
