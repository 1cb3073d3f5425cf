"""Taking EVTX files apart and putting odd ones together, for tests that need damage.

The good files come from `spoor-range samples`; this module changes them, and it assembles records whose
BinXML no writer would make. Nothing here is a reader: it trusts its input.
"""
import struct
import zlib

HEADER = 4096
CHUNK = 65536
FIRST = 512  # first record of a chunk
EVENT_NS = 'http://schemas.microsoft.com/win/2004/08/events/event'
TICKS_2024 = 133485408000000000


def u16(v): return struct.pack('<H', v & 0xffff)
def u32(v): return struct.pack('<I', v & 0xffffffff)
def u64(v): return struct.pack('<Q', v & 0xffffffffffffffff)
def wide(s): return s.encode('utf-16-le', 'surrogatepass')


class File:
    """A whole EVTX file as a bytearray with places that have names."""

    def __init__(self, data):
        self.data = bytearray(data)

    def chunks(self):
        return list(range(HEADER, len(self.data) - 127, CHUNK))

    def records(self, chunk):
        """Offsets (in the file) of the records of the chunk that starts at `chunk`."""
        out, at = [], chunk + FIRST
        while self.data[at:at + 4] == b'**\0\0':
            out.append(at)
            at += self.get32(at + 4)
        return out

    def get32(self, at): return struct.unpack_from('<I', self.data, at)[0]

    def put(self, at, data):
        self.data[at:at + len(data)] = data
        return self

    def fix(self):
        """Make the three checksums right again, so that a case has one fault only."""
        for c in self.chunks():
            if len(self.data) < c + CHUNK or self.data[c:c + 8] != b'ElfChnk\0':
                continue
            free = self.get32(c + 48)
            if FIRST <= free <= CHUNK:
                self.put(c + 52, u32(zlib.crc32(self.data[c + FIRST:c + free])))
            self.fix_chunk_header(c)
        return self.fix_header()

    def fix_chunk_header(self, c):
        return self.put(c + 124, u32(zlib.crc32(self.data[c + 128:c + 512], zlib.crc32(self.data[c:c + 120]))))

    def fix_header(self):
        return self.put(124, u32(zlib.crc32(self.data[:120])))

    def bytes(self): return bytes(self.data)


class Bits:
    """BinXML at a known place in a chunk. Names are always inline, which the format allows.

    Element starts carry a dependency id in template definitions only."""

    def __init__(self, at, in_template=False):
        self.base, self.b, self.dependency = at, bytearray(), b'\xff\xff' if in_template else b''

    @property
    def at(self): return self.base + len(self.b)

    def raw(self, data):
        self.b += data
        return self

    def name(self, text, hash_=None, chars=None):
        units = wide(text)
        h = 0
        for i in range(0, len(units), 2):
            h = (h * 65599 + units[i] + 256 * units[i + 1]) & 0xffffffff
        self.raw(u32(self.at + 4) + u32(0) + u16(h if hash_ is None else hash_))
        return self.raw(u16(len(units) // 2 if chars is None else chars) + units + b'\0\0')

    def name_at(self, off): return self.raw(u32(off))

    def text(self, s):
        units = wide(s)
        return self.raw(b'\x05\x01' + u16(len(units) // 2) + units)

    def open(self, name, attrs=(), ref=None):
        """Start tag with text attributes; answers the place of the size, for close()."""
        self.raw((b'\x41' if attrs else b'\x01') + self.dependency + u32(0))
        size_at = len(self.b)
        if ref is None:
            self.name(name)
        else:
            self.name_at(ref)
        if attrs:
            self.raw(u32(0))
            list_at = len(self.b)
            for i, (k, v) in enumerate(attrs):
                self.raw(b'\x46' if i + 1 < len(attrs) else b'\x06')
                self.name(k)
                v(self) if callable(v) else self.text(v)
            self.size(list_at)
        self.raw(b'\x02')
        return size_at

    def size(self, at):
        self.b[at - 4:at] = u32(len(self.b) - at)

    def close(self, at):
        self.raw(b'\x04')
        self.size(at)
        return self

    def leaf(self, name, value, attrs=()):
        at = self.open(name, attrs)
        if callable(value):
            value(self)
        elif value is not None:
            self.text(value)
        return self.close(at)

    def system(self, provider='Spoor-Test', computer='hostile.example', rid=1, event_id='1'):
        at = self.open('System')
        a = self.open('Provider', [('Name', provider)])
        self.close(a)
        self.leaf('EventID', event_id)
        self.leaf('Level', '4')
        a = self.open('TimeCreated', [('SystemTime', '2024-01-02T03:04:05.1234567Z')])
        self.close(a)
        self.leaf('EventRecordID', str(rid))
        self.leaf('Channel', 'Spoor-Test/Operational')
        self.leaf('Computer', computer)
        return self.close(at)

    def event(self, body, **kw):
        """A complete fragment: Event, System, and what body() appends to EventData."""
        self.raw(b'\x0f\x01\x01\x00')
        at = self.open('Event', [('xmlns', EVENT_NS)])
        self.system(**kw)
        data = self.open('EventData')
        body(self)
        self.close(data)
        return self.close(at).raw(b'\0')


def instance(bits, template_body, values, count=None, descriptors=None, guid=None, size=None, off=None):
    """A template instance with its definition inline. values: [(type, bytes)]."""
    guid = guid or bytes(range(1, 17))
    bits.raw(b'\x0c\x01' + guid[:4] + u32(bits.at + 10 if off is None else off))
    if off is None:
        head = bits.at
        body = Bits(head + 24, in_template=True)
        template_body(body)
        bits.raw(u32(0) + guid + u32(len(body.b) if size is None else size) + bytes(body.b))
    bits.raw(u32(len(values) if count is None else count))
    if descriptors is None:
        descriptors = [(len(v), t) for t, v in values]
    for n, t in descriptors:
        bits.raw(u16(n) + bytes([t, 0]))
    for _, v in values:
        bits.raw(v)
    return bits


def template(fields, **kw):
    """Body of a template whose Data elements F0, F1, ... are substitutions. fields: [(type, optional)]
    or [(type, optional, index)]."""
    def body(bits):
        def data(b):
            for i, f in enumerate(fields):
                index = f[2] if len(f) > 2 else i
                b.leaf('Data', lambda x, f=f, n=index: x.raw(
                    (b'\x0e' if f[1] else b'\x0d') + u16(n) + bytes([f[0]])), [('Name', 'F%d' % i)])
        bits.event(data, **kw)
    return body


def record(rid, payload, ticks=TICKS_2024, at=FIRST):
    """One record at chunk offset `at`; payload(bits) writes the BinXML."""
    bits = Bits(at + 24)
    payload(bits)
    n = (24 + len(bits.b) + 4 + 7) & ~7
    pad = n - 28 - len(bits.b)
    return b'**\0\0' + u32(n) + u64(rid) + u64(ticks) + bytes(bits.b) + bytes(pad) + u32(n)


def values_record(values, fields=None, **kw):
    """payload() of one event whose Data elements hold the given (type, bytes)."""
    fields = fields or [(t, False) for t, _ in values]
    opts = {k: kw.pop(k) for k in ('count', 'descriptors', 'guid', 'size', 'off') if k in kw}

    def payload(bits):
        bits.raw(b'\x0f\x01\x01\x00')
        instance(bits, template(fields, **kw), values, **opts)
        bits.raw(b'\0')
    return payload


def plain(text='x', **kw):
    """payload() of an ordinary event without a template."""
    return lambda bits: bits.event(lambda b: b.leaf('Data', text, [('Name', 'Field')]), **kw)


def odd(body, **kw):
    """payload() of an event whose EventData is written by body(bits)."""
    return lambda bits: bits.event(body, **kw)


def chunk(payloads, first_id=1, number=1, ids=None, times=None):
    """A chunk of records made by the payload functions, checksums right."""
    area, last = b'', FIRST
    ids = ids or [first_id + i for i in range(len(payloads))]
    for i, p in enumerate(payloads):
        last = FIRST + len(area)
        area += record(ids[i], p, times[i] if times else TICKS_2024 + i * 10000000, last)
    if len(area) > CHUNK - FIRST:
        raise ValueError('%d bytes of records do not fit into a chunk' % len(area))
    head = b'ElfChnk\0' + u64(number) + u64(number + len(payloads) - 1) + u64(ids[0]) + u64(ids[-1])
    head += u32(128) + u32(last) + u32(FIRST + len(area)) + u32(zlib.crc32(area))
    head = head.ljust(120, b'\0') + u32(1)
    tables = bytes(384)
    head += u32(zlib.crc32(tables, zlib.crc32(head[:120])))
    return head + tables + area.ljust(CHUNK - FIRST, b'\0')


def whole(chunks, next_id=None):
    """A file of chunks with a right header."""
    n = len(chunks)
    head = b'ElfFile\0' + u64(0) + u64(n - 1) + u64(next_id or 1000) + u32(128) + u16(1) + u16(3) + u16(4096) + u16(n)
    head = head.ljust(120, b'\0') + u32(0)
    head += u32(zlib.crc32(head[:120]))
    return head.ljust(HEADER, b'\0') + b''.join(chunks)
