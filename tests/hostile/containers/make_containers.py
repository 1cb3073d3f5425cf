#!/usr/bin/env python3
"""Write the container part of the bad-input catalogue (families 30 to 35).

  make_containers.py OUT      writes OUT/<name> for every case

Each case says what must come of it: members that must be read whole, and how the container ends. Everything is
made here from nothing; bombs are made of repeated pieces, so that making them costs no time.
"""
import bz2
import gzip
import io
import lzma
import os
import struct
import sys
import tarfile
import zipfile
import zlib

CASES = []
ALPHA, BETA, GAMMA = (w.encode() * 10 for w in ('alpha\n', 'beta\n', 'gamma\n'))


def case(name, family, what, whole, end):
    """whole: names whose content must be complete, in order (other members may come besides, and are told as
    not whole). end: words of err_code_name() that are right, joined by |."""
    def add(make):
        CASES.append((name, family, what, whole, end.split('|'), make))
        return make
    return add


def zip_of(*members, stored=False):
    b = io.BytesIO()
    with zipfile.ZipFile(b, 'w', zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED) as z:
        for name, data in members:
            z.writestr(zipfile.ZipInfo(name) if stored else name, data)
    return bytearray(b.getvalue())


def tar_of(*members):
    """(name, data) or a ready TarInfo."""
    b = io.BytesIO()
    with tarfile.open(fileobj=b, mode='w', format=tarfile.PAX_FORMAT) as t:
        for m in members:
            if isinstance(m, tarfile.TarInfo):
                t.addfile(m)
            else:
                i = tarfile.TarInfo(m[0])
                i.size = len(m[1])
                t.addfile(i, io.BytesIO(m[1]))
    return bytearray(b.getvalue())


def special(name, kind, target=''):
    i = tarfile.TarInfo(name)
    i.type, i.linkname = kind, target
    return i


def at(data, magic, n=0):
    i = -1
    for _ in range(n + 1):
        i = data.index(magic, i + 1)
    return i


def put(data, i, new):
    data[i:i + len(new)] = new
    return data


def tar_fix(data, block):
    """The checksum of the header at block, made right."""
    put(data, block + 148, b' ' * 8)
    return put(data, block + 148, b'%06o\0 ' % sum(data[block:block + 512]))


TWO = (('a', ALPHA), ('b', BETA))
THREE = TWO + (('c', GAMMA),)

# --- 30: bombs ----------------------------------------------------------------------------------


@case('zeros_10_gib.gz', 30, 'gzip of 10 GiB of zeros, 1,030 : 1', [], 'limit')
def _():
    piece = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = piece.compress(bytes(1 << 20)) + piece.flush(zlib.Z_FULL_FLUSH)
    return b'\x1f\x8b\x08\0\0\0\0\0\0\3' + block * 10240 + b'\3\0' + bytes(8)


@case('streams_of_zeros.bz2', 30, '10,000 bzip2 streams of 900 kB of zeros each, 20,000 : 1', [], 'limit')
def _():
    return bz2.compress(bytes(900000)) * 10000


@case('bomb_in_zip_in_gz.gz', 30, 'the bzip2 bomb in a zip in a gzip', [], 'limit')
def _():
    return gzip.compress(bytes(zip_of(('z.bz2', bz2.compress(bytes(900000)) * 10000), ('a', ALPHA))))


@case('members_100.gz', 30, '100 gzip streams one behind the other', ['members_100'], 'ok')
def _():
    return gzip.compress(ALPHA) * 100


@case('empty_streams.gz.gz', 30, 'gzip of a million empty gzip streams: work without output', ['empty_streams.gz!/empty_streams'], 'ok')
def _():
    return gzip.compress(gzip.compress(b'') * 1000000)


@case('overlap.zip', 30, '1,000 directory entries share one member of 10 MB of zeros', None, 'ok|limit|corrupt')
def _():
    d = zip_of(('kernel', bytes(10 << 20)))
    cd, end = at(d, b'PK\1\2'), at(d, b'PK\5\6')
    entry, tail = d[cd:end], d[end:]
    struct.pack_into('<HHII', tail, 8, 1000, 1000, len(entry) * 1000, cd)
    return d[:cd] + entry * 1000 + tail


@case('quoted_overlap.zip', 30, 'each member holds the headers of those behind it (stored), the last one zeros', None, 'ok|limit')
def _():
    kernel = zlib.compressobj(9, zlib.DEFLATED, -15)
    body = kernel.compress(bytes(20 << 20)) + kernel.flush()
    crc, size = zlib.crc32(bytes(20 << 20)), 20 << 20
    tail = struct.pack('<IHHHHHIIIHH', 0x04034b50, 20, 0, 8, 0, 0x21, crc, len(body), size, 4, 0) + b'last' + body
    names = ['m%03d' % i for i in range(200)]
    data, n_last = tail, len(tail)
    for name in reversed(names):  # stored members whose content is everything behind them
        head = struct.pack('<IHHHHHIIIHH', 0x04034b50, 20, 0, 0, 0, 0x21, zlib.crc32(data), len(data), len(data),
                           len(name), 0) + name.encode()
        data = head + data
    cd, pos, rest = b'', 0, data
    for name in names:
        content = rest[30 + len(name):]
        cd += struct.pack('<IHHHHHHIIIHHHHHII', 0x02014b50, 20, 20, 0, 0, 0, 0x21, zlib.crc32(content), len(content),
                          len(content), len(name), 0, 0, 0, 0, 0, pos) + name.encode()
        pos += 30 + len(name)
        rest = content
    cd += struct.pack('<IHHHHHHIIIHHHHHII', 0x02014b50, 20, 20, 0, 8, 0, 0x21, crc, len(body), size, 4, 0, 0, 0, 0, 0,
                      len(data) - n_last) + b'last'
    return data + cd + struct.pack('<IHHHHIIH', 0x06054b50, 0, 0, 201, 201, len(cd), len(data), 0)


@case('window_4_gib.xz', 30, 'xz that asks for a window of 4 GiB', [], 'ok')
def _():
    d = bytearray(lzma.compress(ALPHA))
    size = (d[12] + 1) * 4
    i = d.index(b'\x21\x01', 12) + 2
    d[i] = 40
    return put(d, 12 + size - 4, struct.pack('<I', zlib.crc32(bytes(d[12:12 + size - 4]))))


@case('window_2_gib.zst', 30, 'zstd that asks for a window of 2 GiB', [], 'ok')
def _():
    return b'\x28\xb5\x2f\xfd\x00' + bytes([21 << 3]) + b'\x01\0\0'


# --- 31, 32: names and links --------------------------------------------------------------------

case('names.tar', 31, 'names that lead elsewhere', ['../../up', '/etc/absolute', 'C:/drive', '\\\\?\\C:\\long', 'CON', 'a' * 4096], 'ok')(
    lambda: tar_of(('../../up', ALPHA), ('/etc/absolute', ALPHA), ('C:/drive', ALPHA), ('\\\\?\\C:\\long', ALPHA), ('CON', ALPHA),
                   ('a' * 4096, ALPHA)))
case('nul_in_name.zip', 31, 'NUL in a name: shown to there', ['ev', 'b'], 'ok')(
    lambda: bytes(zip_of(('evXl.txt', ALPHA), ('b', BETA), stored=True)).replace(b'evXl', b'ev\0l'))
case('links.tar', 32, 'links to the outside, and files "through" them', ['l/x', 'b'], 'ok')(
    lambda: tar_of(special('l', tarfile.SYMTYPE, '/tmp'), ('l/x', ALPHA), special('h', tarfile.LNKTYPE, '/etc/passwd'),
                   special('d', tarfile.CHRTYPE), special('f', tarfile.FIFOTYPE), ('b', BETA)))

# --- 33: zip that contradicts itself ------------------------------------------------------------

case('two_names.zip', 33, 'local header and directory give different names', None, 'ok')(
    lambda: (lambda d: put(d, at(d, b'PK\3\4') + 30, b'Z'))(zip_of(*TWO)))
case('duplicates.zip', 33, 'one name three times', ['a', 'a', 'a'], 'ok')(
    lambda: rename_all(zip_of(*THREE)))
case('many_members.zip', 33, '70,000 members: more than 16 bits count', ['m%05d' % i for i in range(70000)], 'ok')(
    lambda: zip_of(*[('m%05d' % i, b'') for i in range(70000)], stored=True))


def rename_all(d):
    for magic, off in ((b'PK\3\4', 30), (b'PK\1\2', 46)):
        for n in range(3):
            d[at(d, magic, n) + off] = ord('a')
    return d


def zip_header(n, local, central):
    """The zip of three with a field of member n's headers overwritten: (offset, bytes) each."""
    d = zip_of(*THREE)
    for magic, change in ((b'PK\3\4', local), (b'PK\1\2', central)):
        if change:
            put(d, at(d, magic, n) + change[0], change[1])
    return d


case('encrypted_flag.zip', 33, 'encryption flag set', ['a', 'c'], 'ok')(
    lambda: zip_header(1, (6, b'\1'), (8, b'\1')))
case('crc_wrong.zip', 33, 'CRC wrong', ['a', 'c'], 'ok')(
    lambda: zip_header(1, (14, b'abcd'), (16, b'abcd')))
case('size_too_small.zip', 33, 'declared size 5, content 50', ['a', 'c'], 'ok')(
    lambda: zip_header(1, (22, struct.pack('<I', 5)), (24, struct.pack('<I', 5))))
case('size_4_gib.zip', 33, 'declared size 4 GiB - 2', ['a', 'c'], 'ok')(
    lambda: zip_header(1, (22, b'\xfe\xff\xff\xff'), (24, b'\xfe\xff\xff\xff')))
case('packed_size_4_gib.zip', 33, 'declared packed size 4 GiB - 2', ['a', 'c'], 'ok')(
    lambda: zip_header(1, (18, b'\xfe\xff\xff\xff'), (20, b'\xfe\xff\xff\xff')))
case('method_99.zip', 33, 'unknown method', ['a', 'c'], 'ok')(
    lambda: zip_header(1, (8, b'\x63\0'), (10, b'\x63\0')))
case('offset_beyond.zip', 33, 'a directory entry points behind the file', ['a', 'b'], 'truncated')(
    lambda: zip_header(2, None, (42, b'\xf0\xff\xff\x7f')))
case('no_directory.zip', 33, 'cut where the directory starts: all members are read, and doubt is told', ['a', 'b', 'c'],
     'truncated|corrupt')(lambda: (lambda d: d[:at(d, b'PK\1\2')])(zip_of(*THREE)))
case('half_directory.zip', 33, 'cut in the directory', ['a', 'b', 'c'], 'truncated')(
    lambda: (lambda d: d[:at(d, b'PK\1\2', 1) + 20])(zip_of(*THREE)))
case('half_member.zip', 33, 'cut in the second member', ['a'], 'truncated|corrupt')(
    lambda: (lambda d: d[:at(d, b'PK\3\4', 1) + 35])(zip_of(*THREE)))
case('comment_with_headers.zip', 33, 'the comment holds another zip', None, 'ok|truncated')(
    lambda: (lambda d, c: put(d, len(d) - 2, struct.pack('<H', len(c))) + c)(zip_of(*TWO), zip_of(('evil', GAMMA))))
case('streamed.zip.gz', 33, 'sizes behind the data, as collectors write them', ['streamed.zip!/a', 'streamed.zip!/b'], 'ok')(
    lambda: gzip.compress(streamed_zip()))
case('pdf_polyglot.pdf', 33, 'a PDF that is a zip too is a PDF', [], 'unsupported')(
    lambda: b'%PDF-1.4\n' + bytes(zip_of(*TWO)))


def streamed_zip():
    class Pipe(io.RawIOBase):
        def __init__(self): self.b = bytearray()
        def writable(self): return True
        def write(self, d):
            self.b += d
            return len(d)
    p = Pipe()
    with zipfile.ZipFile(p, 'w', zipfile.ZIP_DEFLATED) as z:
        for n, data in TWO:
            z.writestr(n, data)
    return bytes(p.b)


# --- 34: nesting --------------------------------------------------------------------------------


@case('deep_20.zip', 34, 'zip in zip, 20 deep', [], 'ok')
def _():
    d = bytes(zip_of(('a', ALPHA)))
    for _ in range(19):
        d = bytes(zip_of(('z.zip', d)))
    return d


@case('wide_and_deep.zip', 34, '16 zips in each of 16 zips in each of 16 zips of zeros', None, 'ok|limit')
def _():
    d = bytes(zip_of(('zeros', bytes(1 << 20))))
    for _ in range(3):
        d = bytes(zip_of(*[('%x.zip' % i, d) for i in range(16)]))
    return d


# --- 35: tar ------------------------------------------------------------------------------------


def tar_with(change, whole, end, name, what, n=1):
    def make():
        d = tar_of(*THREE)
        put(d, n * 1024 + change[0], change[1])
        return tar_fix(d, n * 1024)
    case(name, 35, what, whole, end)(make)


tar_with((124, b'\xff' * 12), ['a'], 'corrupt|truncated', 'negative_size.tar', 'size -1 in base 256')
tar_with((124, b'\x80' + b'\0' * 3 + b'\x7f' + b'\xff' * 7), ['a'], 'corrupt|truncated', 'exbibytes.tar', 'size 8 EiB')
tar_with((136, b'\x80' + b'\0' * 3 + b'\x80' + b'\0' * 7), ['a', 'b', 'c'], 'ok', 'mtime_min.tar', 'time beyond any')
tar_with((156, b'x'), ['a', 'c'], 'corrupt', 'content_as_pax.tar', 'a file that became an extended header: lost, and told')


@case('pax_1_gib.tar', 35, 'extended header of 1 GiB', ['a'], 'corrupt|truncated')
def _():
    d = tar_of(*THREE)
    put(d, 1024 + 156, b'x')
    put(d, 1024 + 124, b'10000000000\0')
    return tar_fix(d, 1024)


@case('gnu_sparse_8_eib.tar', 35, 'old GNU sparse file of 8 EiB with 10 bytes stored', [], 'limit')
def _():
    h = bytearray(512)
    put(h, 0, b'sparse')
    put(h, 100, b'0000644\0')
    put(h, 124, b'00000000012\0')
    put(h, 136, b'00000000000\0')
    put(h, 156, b'S')
    put(h, 257, b'ustar  \0')
    put(h, 386, b'00000000000\0' + b'00000000012\0')
    put(h, 483, b'\x80\0\0\0\x7f' + b'\xff' * 7)
    return tar_fix(h, 0) + b'0123456789' + bytes(502) + bytes(1024)


@case('garbage_between.tar', 35, 'a header overwritten: the next is found, and the loss is told', ['a', 'c'], 'corrupt')
def _():
    d = tar_of(*THREE)
    return put(d, 1024, b'\xaa' * 512)


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    os.makedirs(sys.argv[1], exist_ok=True)
    for name, _, _, _, _, make in CASES:
        with open(os.path.join(sys.argv[1], name), 'wb') as f:
            f.write(make())


if __name__ == '__main__':
    main()
