#!/usr/bin/env python3
"""Write the EVTX part of the bad-input catalogue.

  make_evtx.py SPOOR_RANGE OUT     writes OUT/<name> for every case
  make_evtx.py --table             prints expected.tsv

Each case is one fault in an otherwise good file: checksums are made right again unless they are the fault.
`min` counts the records that lie undamaged in the file: losing one of them is losing evidence.
"""
import os
import struct
import subprocess
import sys
import tempfile

from evtxbits import *

CASES = []
GOOD = {}


def case(name, family, what, verdict, low, high, make):
    """make() answers the bytes, or None for a case that the runner sets up itself."""
    CASES.append((name, family, what, verdict, low, high, make))


def small(): return File(GOOD['small.evtx'])


def many(): return File(GOOD['chunks.evtx'])


SMALL = 8            # records of small.evtx
C0 = HEADER          # its chunk
MANY = (151, 151, 151, 147)  # records per chunk of chunks.evtx, checked when it is read


def rec(i): return lambda f: f.records(C0)[i]


def change(at, data, fix=True, base=small):
    """One overwrite; `at` is an offset or a function of the file."""
    def make():
        f = base()
        f.put(at(f) if callable(at) else at, data)
        return (f.fix() if fix else f).bytes()
    return make


def header_change(at, data): return change(at, data)


def chunk_header_change(at, data):
    def make():
        return small().put(C0 + at, data).fix_chunk_header(C0).bytes()
    return make


def cut(n): return lambda: small().bytes()[:n]


def three(odd_payload, at=1, **kw):
    """The odd record between two ordinary ones."""
    def make():
        p = [plain('before'), plain('after')]
        p.insert(at, odd_payload)
        return whole([chunk(p, **kw)])
    return make


# --- 1, 2: nothing or next to nothing -----------------------------------------------------------
case('empty.evtx', 1, 'file of 0 bytes', 'unreadable|unknown|skipped', 0, 0, lambda: b'')
case('header_only_no_chunks.evtx', 2, 'file header, chunk count 0', 'ok', 0, 0,
     lambda: File(small().bytes()[:HEADER]).put(42, u16(0)).put(16, u64(0)).fix_header().bytes())
case('header_only_chunk_promised.evtx', 2, 'file header, chunk count 1, no chunk', 'partial|unreadable', 0, 0,
     cut(HEADER))
case('magic_only.evtx', 2, '8 bytes: the magic', 'partial|unreadable', 0, 0, cut(8))

# --- 3: file header -----------------------------------------------------------------------------
case('header_crc_wrong.evtx', 3, 'file header CRC wrong', 'partial', SMALL, SMALL,
     change(124, b'\xde\xad\xbe\xef', fix=False))
case('header_dirty.evtx', 3, 'dirty flag set', 'ok', SMALL, SMALL, header_change(120, u32(1)))
case('header_full.evtx', 3, 'full flag set', 'ok', SMALL, SMALL, header_change(120, u32(2)))
case('header_flag_4.evtx', 3, 'flag 4, seen in the wild', 'ok', SMALL, SMALL, header_change(120, u32(4)))
case('header_version_3_2.evtx', 3, 'version 3.2', 'ok', SMALL, SMALL, header_change(36, u16(2)))
case('header_version_9_9.evtx', 3, 'version 9.9, unknown', 'ok|partial', SMALL, SMALL,
     header_change(36, u16(9) + u16(9)))
case('header_size_zero.evtx', 3, 'header size 0, block size 0', 'ok|partial', SMALL, SMALL,
     lambda: small().put(32, u32(0)).put(40, u16(0)).fix().bytes())

# --- 4: truncation ------------------------------------------------------------------------------
case('cut_in_header.evtx', 4, 'cut at 60 bytes', 'partial|unreadable', 0, 0, cut(60))
case('cut_before_chunk.evtx', 4, 'cut at 4095 bytes', 'partial|unreadable', 0, 0, cut(4095))
case('cut_in_chunk_header.evtx', 4, 'cut 100 bytes into the chunk header', 'partial|unreadable', 0, 0,
     cut(HEADER + 100))
case('cut_after_chunk_header.evtx', 4, 'cut right behind the chunk header', 'partial|unreadable', 0, 0,
     cut(HEADER + FIRST))
for i in range(1, 16):
    # min is filled in from the file: records that end before the cut
    case('cut_at_%05d.evtx' % (HEADER + FIRST + 512 * i), 4,
         'cut %d bytes behind the chunk header' % (512 * i), 'partial|unreadable', ('before', 512 * i), SMALL,
         cut(HEADER + FIRST + 512 * i))
case('cut_in_slack.evtx', 4, 'cut behind the last record, before the end of the chunk', 'partial', SMALL, SMALL,
     lambda: small().bytes()[:C0 + 60000])
case('cut_second_chunk.evtx', 4, 'four chunks cut in the second', 'partial', MANY[0] + 1, sum(MANY[:2]),
     lambda: many().bytes()[:HEADER + CHUNK + 30000])

# --- 5, 6: chunk magic and checksums ------------------------------------------------------------
case('chunk_magic_wrong_middle.evtx', 5, 'magic of the second of four chunks overwritten', 'partial',
     sum(MANY) - MANY[1], sum(MANY), change(HEADER + CHUNK, b'XXXXXXXX', base=many))
case('chunk_magic_wrong_first.evtx', 5, 'magic of the first of four chunks overwritten', 'partial',
     sum(MANY) - MANY[0], sum(MANY), change(HEADER, bytes(8), base=many))
case('chunk_header_zeroed.evtx', 5, 'header of the second of four chunks zeroed', 'partial',
     sum(MANY) - MANY[1], sum(MANY), change(HEADER + CHUNK, bytes(512), base=many))
case('chunk_zeroed.evtx', 5, 'second of four chunks all zero', 'ok|partial', sum(MANY) - MANY[1],
     sum(MANY) - MANY[1], change(HEADER + CHUNK, bytes(CHUNK), base=many))
case('chunk_zero_block.evtx', 5, 'zeros from the middle of chunk 1 over the header of chunk 2', 'partial',
     sum(MANY[2:]) + 60, sum(MANY) - 2, change(HEADER + 32768, bytes(32768 + 512), base=many))
case('chunk_shifted.evtx', 5, '512 bytes inserted before the third chunk', 'partial', sum(MANY[:2]), sum(MANY),
     lambda: many().bytes()[:HEADER + 2 * CHUNK] + bytes(512) + many().bytes()[HEADER + 2 * CHUNK:])
case('chunk_header_crc_wrong.evtx', 6, 'chunk header CRC wrong', 'partial', SMALL, SMALL,
     change(C0 + 124, b'\xde\xad\xbe\xef', fix=False))
case('chunk_data_crc_wrong.evtx', 6, 'CRC of the records wrong', 'partial', SMALL, SMALL,
     lambda: small().put(C0 + 52, b'\xde\xad\xbe\xef').fix_chunk_header(C0).bytes())
case('chunk_crcs_zero.evtx', 6, 'both CRCs of the chunk 0, as some collectors write', 'partial|ok', SMALL, SMALL,
     lambda: small().put(C0 + 52, u32(0)).put(C0 + 124, u32(0)).bytes())

# --- 7, 8, 9: counters that lie -----------------------------------------------------------------
for label, free in (('zero', 0), ('511', 511), ('65537', 65537), ('max', 0xffffffff)):
    case('free_offset_%s.evtx' % label, 7, 'free space offset %d' % free, 'partial', SMALL, SMALL,
         chunk_header_change(48, u32(free)))
case('free_offset_chunk_end.evtx', 7, 'free space offset at the chunk end, as archived logs have', 'ok|partial',
     SMALL, SMALL, lambda: small().put(C0 + 48, u32(CHUNK)).fix().bytes())
case('free_offset_before_last.evtx', 7, 'free space offset before the last record', 'ok|partial', SMALL, SMALL,
     lambda: (lambda f: f.put(C0 + 48, u32(f.records(C0)[-1] - C0)).fix().bytes())(small()))
case('free_offset_in_record.evtx', 7, 'free space offset inside the third record', 'ok|partial', SMALL, SMALL,
     lambda: (lambda f: f.put(C0 + 48, u32(f.records(C0)[2] - C0 + 12)).fix().bytes())(small()))
case('last_record_offset_wild.evtx', 7, 'last record offset 0xffffffff', 'ok|partial', SMALL, SMALL,
     chunk_header_change(44, u32(0xffffffff)))
case('chunk_ids_reversed.evtx', 8, 'first record id above the last', 'ok|partial', SMALL, SMALL,
     chunk_header_change(24, u64(8) + u64(1)))
case('chunk_ids_huge.evtx', 8, 'record ids 2^64-1', 'ok|partial', SMALL, SMALL,
     chunk_header_change(8, b'\xff' * 32))
case('chunk_ids_overlap.evtx', 8, 'two chunks of four claim the same ids', 'ok|partial', sum(MANY), sum(MANY),
     lambda: many().put(HEADER + CHUNK + 24, u64(1) + u64(151)).fix_chunk_header(HEADER + CHUNK).bytes())
case('chunk_twice.evtx', 8, 'the same chunk twice', 'ok|partial', SMALL, 2 * SMALL,
     lambda: small().bytes() + small().bytes()[HEADER:])
case('record_ids_same.evtx', 8, 'three records with id 7', 'ok|partial', 3, 3,
     three(plain('middle'), ids=[7, 7, 7]))
for label, n in (('zero', 0), ('one_of_four', 1), ('65535', 65535)):
    case('chunk_count_%s.evtx' % label, 9, 'chunk count %d in a file of four' % n, 'ok|partial', sum(MANY),
         sum(MANY), change(42, u16(n), base=many))
case('chunk_numbers_wild.evtx', 9, 'first chunk number above the last, both huge', 'ok|partial', sum(MANY), sum(MANY),
     change(8, u64(2**64 - 1) + u64(2**63), base=many))

# --- 10, 11: record sizes -----------------------------------------------------------------------
for label, n in (('0', 0), ('20', 20), ('27', 27), ('65537', 65537), ('max', 0xffffffff), ('odd', 301)):
    case('record_size_%s.evtx' % label, 10, 'size of the fourth of eight records %d' % n, 'partial', SMALL - 1,
         SMALL, change(lambda f: f.records(C0)[3] + 4, u32(n)))
case('record_size_copy_differs.evtx', 10, 'copy of the size of the fourth record differs', 'partial|ok', SMALL,
     SMALL, change(lambda f: f.records(C0)[4] - 4, u32(0x1000)))
case('record_size_first_0.evtx', 10, 'size of the first record 0', 'partial', SMALL - 1, SMALL,
     change(rec(0), b'**\0\0' + u32(0)))
case('record_magic_wrong.evtx', 10, 'magic of the fourth record overwritten', 'partial', SMALL - 1, SMALL,
     change(rec(3), b'!!!!'))
case('record_size_spans_next.evtx', 10, 'size of the fourth record covers the fifth too', 'ok|partial', SMALL - 2,
     SMALL, lambda: (lambda f: f.put(f.records(C0)[3] + 4, u32(f.records(C0)[5] - f.records(C0)[3])).fix().bytes())(small()))
case('record_size_b8.evtx', 11, 'size 0xB8B8B8B8 in the fourth record', 'partial', SMALL - 1, SMALL,
     change(lambda f: f.records(C0)[3] + 4, b'\xb8' * 4))
case('record_header_zero_run.evtx', 11, 'record header of the fourth record zeroed', 'partial', SMALL - 1, SMALL,
     change(rec(3), bytes(24)))


# --- 12, 13, 14: tables that point anywhere -----------------------------------------------------
def name_of(f, which=0):
    """File offset of the nth name in the chunk's string table, and of its bucket."""
    slots = [C0 + 128 + 4 * i for i in range(64) if f.get32(C0 + 128 + 4 * i)]
    return C0 + f.get32(slots[which]), slots[which]


def string_case(label, what, fn):
    def make():
        f = small()
        fn(f)
        return f.fix().bytes()
    case('names_%s.evtx' % label, 12, what, 'ok|partial', SMALL, SMALL, make)


def names_cycle(f):
    a, b = name_of(f, 0)[0], name_of(f, 1)[0]
    f.put(a, u32(b - C0)).put(b, u32(a - C0))


string_case('self', 'next pointer of a name points at itself',
            lambda f: f.put(name_of(f)[0], u32(name_of(f)[0] - C0)))
string_case('two_cycle', 'next pointers of two names point at each other', names_cycle)
string_case('bucket_in_record', 'string table bucket points into a record header',
            lambda f: f.put(name_of(f)[1], u32(f.records(C0)[2] - C0)))
string_case('bucket_unaligned', 'string table bucket off by one',
            lambda f: f.put(name_of(f)[1], u32(name_of(f)[0] - C0 + 1)))
string_case('bucket_65535', 'string table bucket 65535', lambda f: f.put(name_of(f)[1], u32(65535)))
string_case('bucket_max', 'string table bucket 0xffffffff', lambda f: f.put(name_of(f)[1], u32(0xffffffff)))
string_case('table_zero', 'string table all zero', lambda f: f.put(C0 + 128, bytes(256)))
string_case('table_ff', 'string table all 0xff', lambda f: f.put(C0 + 128, b'\xff' * 256))


def definition(f, which=0):
    """File offset of the nth template definition in file order."""
    return sorted(set(C0 + f.get32(C0 + 384 + 4 * i) for i in range(32) if f.get32(C0 + 384 + 4 * i)))[which]


def instance_at(f, r):
    """File offset of the outer template instance of record r."""
    return f.records(C0)[r] + 24 + 4


def template_case(label, what, low, fn, verdict='ok|partial'):
    def make():
        f = small()
        fn(f)
        return f.fix().bytes()
    case('template_%s.evtx' % label, 13, what, verdict, low, SMALL, make)


def templates_cycle(f):
    a, b = definition(f, 0), definition(f, 1)
    f.put(a, u32(b - C0)).put(b, u32(a - C0))


template_case('self', 'next pointer of a definition points at itself', SMALL,
              lambda f: f.put(definition(f), u32(definition(f) - C0)))
template_case('two_cycle', 'next pointers of two definitions point at each other', SMALL, templates_cycle)
template_case('table_ff', 'template table all 0xff', SMALL, lambda f: f.put(C0 + 384, b'\xff' * 128))
template_case('table_zero', 'template table all zero', SMALL, lambda f: f.put(C0 + 384, bytes(128)))
for label, what, off in (('forward', 'the next record', lambda f: f.records(C0)[6] - C0),
                         ('slack', 'slack', lambda f: 60000), ('end', 'the chunk end', lambda f: 65535),
                         ('max', '0xffffffff', lambda f: 0xffffffff), ('zero', '0', lambda f: 0),
                         ('middle', 'the middle of a definition', lambda f: definition(f) - C0 + 100)):
    template_case('offset_%s' % label, 'sixth record: definition offset leads to %s' % what, SMALL - 1,
                  lambda f, off=off: f.put(instance_at(f, 5) + 6, u32(off(f))))
template_case('id_differs', 'sixth record: template id is not the first dword of the GUID', SMALL,
              lambda f: f.put(instance_at(f, 5) + 2, b'\x11\x22\x33\x44'))
template_case('size_max', 'a definition of size 0xffffffff', 0,
              lambda f: f.put(definition(f) + 20, u32(0xffffffff)), 'ok|partial')
template_case('size_zero', 'a definition of size 0', 0, lambda f: f.put(definition(f) + 20, u32(0)), 'ok|partial')
template_case('size_short', 'a definition that ends in the middle of its body', 0,
              lambda f: f.put(definition(f) + 20, u32(64)), 'ok|partial')


def first_record_gone():
    f = small()
    r = f.records(C0)
    return f.put(r[0], bytes(r[1] - r[0])).fix().bytes()


case('template_overwritten.evtx', 14, 'the record that holds the definitions is zeroed; 7 records refer to it',
     'partial', 0, SMALL - 1, first_record_gone)
case('template_in_other_chunk.evtx', 14, 'definitions of the second of four chunks zeroed, the others good',
     'partial', sum(MANY) - MANY[1], sum(MANY) - 1,
     change(HEADER + CHUNK + FIRST, bytes(4096), base=many))

# --- 15, 16, 17: substitutions ------------------------------------------------------------------
STR_AB = [(0x01, wide('alpha')), (0x08, u32(7))]
for n in (0xffffffff, 0x80000000, 65536, 4097, 300):
    case('values_count_%u.evtx' % n, 15, 'substitution count %u, two values there' % n, 'partial|limit', 2, 3,
         three(values_record(STR_AB, count=n)))
case('values_count_0.evtx', 15, 'substitution count 0 where the template uses two', 'ok|partial', 2, 3,
     three(values_record([], fields=[(0x01, False), (0x08, False)])))
case('value_size_65535.evtx', 16, 'a value of 65535 bytes with 10 left', 'partial', 2, 3,
     three(values_record(STR_AB, descriptors=[(65535, 1), (4, 8)])))
case('value_sizes_exceed.evtx', 16, 'sum of value sizes one byte above the record', 'partial', 2, 3,
     three(values_record(STR_AB, descriptors=[(10, 1), (40, 8)])))
for label, t in (('u32', 0x08), ('filetime', 0x11), ('guid', 0x0f), ('sid', 0x13), ('bool', 0x0d), ('hex64', 0x15),
                 ('f64', 0x0c), ('systemtime', 0x12), ('size_t', 0x10)):
    case('value_size_0_%s.evtx' % label, 16, '%s of 0 bytes' % label, 'ok|partial', 3, 3,
         three(values_record([(t, b''), (0x01, wide('after'))])))
    case('value_size_3_%s.evtx' % label, 16, '%s of 3 bytes' % label, 'ok|partial', 3, 3,
         three(values_record([(t, b'\1\2\3'), (0x01, wide('after'))])))
case('value_type_differs.evtx', 16, 'template says u32, the value is a string', 'ok|partial', 3, 3,
     three(values_record([(0x01, wide('text'))], fields=[(0x08, False)])))
case('value_index_beyond.evtx', 17, 'substitution index 9 of two values', 'ok|partial', 2, 3,
     three(values_record(STR_AB, fields=[(0x01, False), (0x08, False, 9)])))
case('value_index_65535.evtx', 17, 'optional substitution index 65535', 'ok|partial', 2, 3,
     three(values_record(STR_AB, fields=[(0x01, False), (0x08, True, 65535)])))


# --- 18, 19: depth and structure ----------------------------------------------------------------
def nested_fragments(levels):
    """BinXML value inside BinXML value: each level is an instance whose one value is the next."""
    inner = b'\x0f\x01\x01\x00\x00'
    for _ in range(levels):
        # the definition lies in the outermost instance; offset patched below
        inner = b'\x0f\x01\x01\x00\x0c\x01' + bytes(range(1, 5)) + b'OFFS' + u32(1) + u16(len(inner)) + b'\x21\0' + inner + b'\0'
        if len(inner) > 60000:
            break

    def payload(bits):
        bits.raw(b'\x0f\x01\x01\x00')
        where = bits.at + 10
        block = inner.replace(b'OFFS', u32(where))

        def template_body(b):
            b.raw(b'\x0f\x01\x01\x00')
            e = b.open('Event')
            b.raw(b'\x0e' + u16(0) + b'\x21')
            b.close(e).raw(b'\0')
        instance(bits, template_body, [(0x21, block)])
        bits.raw(b'\0')
    return payload


def recursive_template(bits):
    """A definition whose body is an instance of itself."""
    bits.raw(b'\x0f\x01\x01\x00')
    where = bits.at + 10

    def template_body(b):
        b.raw(b'\x0f\x01\x01\x00')
        e = b.open('Event')
        b.raw(b'\x0c\x01' + bytes(range(1, 5)) + u32(where) + u32(0))
        b.close(e).raw(b'\0')
    instance(bits, template_body, [])
    bits.raw(b'\0')


def deep(levels, close=True):
    def body(bits):
        first = bits.at
        sizes = [bits.open('Deep')]
        ref = first + 9  # behind token, size and name offset
        for _ in range(levels - 1):
            sizes.append(bits.open(None, ref=ref))
        if close:
            for s in reversed(sizes):
                bits.close(s)
    return body


def attributes(n):
    def body(bits):
        bits.raw(b'\x41' + u32(0))
        size = len(bits.b)
        bits.name('Data').raw(u32(0))
        start = len(bits.b)
        bits.raw(b'\x46')
        ref = bits.at + 4
        bits.name('A').text('')
        for i in range(n - 1):
            bits.raw((b'\x46' if i < n - 2 else b'\x06') + u32(ref)).text('')
        bits.size(start)
        bits.raw(b'\x02')
        bits.close(size)
    return body


case('nested_values_1000.evtx', 18, 'BinXML values nested 1000 levels deep', 'partial|limit', 2, 3,
     three(nested_fragments(1000)))
case('nested_values_2500.evtx', 18, 'BinXML values nested as deep as a record holds', 'partial|limit', 2, 3,
     three(nested_fragments(2500)))
case('nested_template_self.evtx', 18, 'a template whose body is an instance of itself', 'partial|limit', 2, 3,
     three(recursive_template))
case('depth_50.evtx', 19, 'elements 50 deep: unusual, allowed', 'ok|partial|limit', 2, 3, three(odd(deep(50))))
case('depth_1000.evtx', 19, 'elements 1000 deep', 'partial|limit', 2, 3, three(odd(deep(1000))))
case('depth_4600.evtx', 19, 'elements as deep as a record holds', 'partial|limit', 2, 3, three(odd(deep(4600))))
case('element_unclosed.evtx', 19, 'elements never closed', 'partial', 2, 3, three(odd(deep(20, close=False))))
case('attributes_6000.evtx', 19, 'an element with 6000 attributes', 'ok|partial|limit', 2, 3,
     three(odd(attributes(6000))))
case('end_tag_first.evtx', 19, 'end tag before any start tag', 'partial', 2, 3,
     three(lambda b: b.raw(b'\x0f\x01\x01\x00\x04\x04\x00')))
case('fragment_missing.evtx', 19, 'record without a fragment header', 'ok|partial', 2, 3,
     three(lambda b: b.raw(b'\0' * 16)))
case('binxml_absent.evtx', 19, 'record whose BinXML is the end token only', 'ok|partial', 2, 3,
     three(lambda b: b.raw(b'\x0f\x01\x01\x00\x00')))


def dependency(d):
    def body(bits):
        bits.dependency = d
        bits.leaf('Data', 'x', [('Name', 'Field')])
    return body


def template_no_dependency(bits):
    def body(b):
        b.dependency = b''
        template([(0x01, False)])(b)
    bits.raw(b'\x0f\x01\x01\x00')
    instance(bits, body, [(0x01, wide('x'))])
    bits.raw(b'\0')


def no_eof(bits):
    plain('no end token')(bits)
    del bits.b[-1:]
    while (24 + len(bits.b) + 4) % 8:  # no padding that would read as an end token
        bits.b[-1:] = b'\x04\x04'


case('eof_missing.evtx', 19, 'no end token', 'ok|partial', 2, 3, three(no_eof))
case('element_size_max.evtx', 19, 'element size 0xffffffff', 'ok|partial', 2, 3,
     three(odd(lambda b: b.raw(b'\x01' + u32(0xffffffff)).name('Data').raw(b'\x02').text('x').raw(b'\x04'))))
case('attribute_list_max.evtx', 19, 'attribute list size 0xffffffff', 'ok|partial', 2, 3,
     three(odd(lambda b: b.raw(b'\x41' + u32(30)).name('Data').raw(u32(0xffffffff) + b'\x06').name('Name')
               .text('x').raw(b'\x03'))))
case('element_with_dependency.evtx', 19, 'element starts with a dependency id outside a template', 'ok|partial', 2, 3,
     three(odd(dependency(b'\xff\xff'))))
case('template_no_dependency.evtx', 19, 'element starts without dependency id in a template', 'ok|partial', 2, 3,
     three(template_no_dependency))

# --- 20: tokens, types, arrays ------------------------------------------------------------------
for tok in (0x10, 0x1f, 0x3f, 0x7f, 0x80, 0xff):
    case('token_%02x.evtx' % tok, 20, 'unknown token 0x%02x in EventData' % tok, 'partial', 2, 3,
         three(odd(lambda b, t=tok: b.raw(bytes([t])))))
for t in (0x16, 0x20, 0x22, 0x23, 0x40, 0x7f, 0x9f, 0xa1, 0xff):
    case('type_%02x.evtx' % t, 20, 'value of unknown type 0x%02x' % t, 'ok|partial', 3, 3,
         three(values_record([(t, b'\1\2\3\4'), (0x01, wide('after'))])))
for label, t, v in (('u32_odd', 0x88, b'\1\0\0\0\2\0\0'), ('guid_odd', 0x8f, b'\7' * 17), ('u64_one_byte', 0x8a, b'\1'),
                    ('filetime_odd', 0x91, b'\1' * 9), ('sid_cut', 0x93, b'\1\5\0\0\0\0\0\5\x15\0'),
                    ('empty_u32', 0x88, b''), ('empty_string', 0x81, b''),
                    ('string_no_nul', 0x81, wide('one\0two')), ('string_only_nul', 0x81, b'\0\0' * 5),
                    ('string_odd', 0x81, wide('one\0tw') + b'o'), ('ansi_no_nul', 0x82, b'one\0two'),
                    ('binxml_array', 0xa1, b'\x0f\x01\x01\x00')):
    case('array_%s.evtx' % label, 20, 'array: %s' % label.replace('_', ' '), 'ok|partial', 3, 3,
         three(values_record([(t, v), (0x01, wide('after'))])))

# --- 21, 22: text -------------------------------------------------------------------------------
for label, what, v in (
        ('surrogate_high', 'lone high surrogate', wide('a\ud800b')), ('surrogate_low', 'lone low surrogate', wide('a\udc00b')),
        ('surrogate_end', 'high surrogate at the end', wide('a\udbff')),
        ('surrogate_swapped', 'low before high surrogate', wide('\udc00\ud800')),
        ('odd_length', 'seven bytes of UTF-16', wide('abc') + b'd'), ('one_byte', 'one byte of UTF-16', b'a'),
        ('nul_inside', 'NUL inside', wide('a\0b')), ('nul_end', 'NUL at the end', wide('ab\0')),
        ('only_nul', 'only NULs', wide('\0\0\0')), ('bom', 'byte order mark in the middle', wide('a\ufeffb')),
        ('fffe', 'U+FFFE and U+FFFF', wide('a\ufffe\uffffb')), ('big_endian', 'text in the other byte order', 'text'.encode('utf-16-be')),
        ('controls', 'control characters', wide(''.join(map(chr, range(1, 32))) + '\x7f\x9b')),
        ('bidi', 'direction overrides', wide('exe.\u202etxt\u2066x\u2069')),
        ('long', 'a value of 30000 characters', wide('x' * 30000))):
    case('text_%s.evtx' % label, 21, 'string value: %s' % what, 'ok|partial', 3, 3,
         three(values_record([(0x01, v), (0x01, wide('after'))])))
case('text_length_beyond.evtx', 21, 'text token with a length beyond the record', 'partial', 2, 3,
     three(odd(lambda b: b.leaf('Data', lambda x: x.raw(b'\x05\x01' + u16(65535) + wide('x'))))))
case('name_long.evtx', 21, 'element name of 30000 characters', 'ok|partial|limit', 2, 3,
     three(odd(lambda b: b.leaf('N' * 30000, 'x'))))
case('name_length_beyond.evtx', 21, 'name length beyond the chunk', 'partial', 2, 3,
     three(odd(lambda b: b.raw(b'\x01' + u32(40)).name('Data', chars=65535).raw(b'\x02\x04'))))
case('name_empty.evtx', 21, 'empty element name', 'ok|partial', 2, 3, three(odd(lambda b: b.leaf('', 'x'))))
case('name_surrogate.evtx', 21, 'lone surrogate in a Data name', 'ok|partial', 3, 3,
     three(odd(lambda b: b.leaf('Data', 'x', [('Name', 'a\ud800b')]))))
case('name_offset_forward.evtx', 21, 'name offset into the next record', 'partial|ok', 2, 3,
     three(odd(lambda b: b.raw(b'\x01' + u32(6)).name_at(b.at + 600).raw(b'\x02\x04'))))
case('name_offset_max.evtx', 21, 'name offset 0xfffffff0', 'partial', 2, 3,
     three(odd(lambda b: b.raw(b'\x01' + u32(6)).name_at(0xfffffff0).raw(b'\x02\x04'))))


def wrong_hash(bits):
    bits.raw(b'\x01' + u32(0))
    size = len(bits.b)
    bits.name('Data', hash_=0xbeef).raw(b'\x02')
    bits.close(size)


case('name_hash_wrong.evtx', 22, 'hash of a name wrong', 'ok|partial', 3, 3,
     three(odd(wrong_hash)))

# --- 23: references, sections, instructions -----------------------------------------------------
case('entity_known.evtx', 23, 'entity references amp lt gt quot apos', 'ok', 3, 3,
     three(odd(lambda b: b.leaf('Data', lambda x: [x.raw(b'\x49').name(n) for n in ('amp', 'lt', 'gt', 'quot', 'apos')]))))
case('entity_unknown.evtx', 23, 'entity reference of an unknown name', 'ok|partial', 2, 3,
     three(odd(lambda b: b.leaf('Data', lambda x: x.raw(b'\x09').name('external')))))
for label, v in (('tab', 9), ('zero', 0), ('d800', 0xd800), ('ffff', 0xffff)):
    case('char_reference_%s.evtx' % label, 23, 'character reference %d' % v, 'ok|partial', 2 if v == 0 else 3, 3,
         three(odd(lambda b, v=v: b.leaf('Data', lambda x: x.raw(b'\x08' + u16(v))))))
case('cdata.evtx', 23, 'CDATA section that holds ]]>', 'ok|partial', 3, 3,
     three(odd(lambda b: b.leaf('Data', lambda x: x.raw(b'\x07' + u16(9) + wide('a]]>b&<c>'))))))
case('cdata_length_beyond.evtx', 23, 'CDATA length beyond the record', 'partial', 2, 3,
     three(odd(lambda b: b.leaf('Data', lambda x: x.raw(b'\x07' + u16(60000) + wide('x'))))))
case('pi.evtx', 23, 'processing instruction', 'ok|partial', 2, 3,
     three(odd(lambda b: b.raw(b'\x0a').name('target').raw(b'\x0b' + u16(4) + wide('data')))))

# --- 24: values out of range --------------------------------------------------------------------
for label, t, v in (('sid_255', 0x13, b'\1\xff' + bytes(6) + u32(5) * 255), ('sid_count_lies', 0x13, b'\1\x0f\0\0\0\0\0\5' + u32(21)),
                    ('sid_one_byte', 0x13, b'\1'), ('sid_revision_9', 0x13, b'\x09\1\0\0\0\0\0\5' + u32(18)),
                    ('guid_short', 0x0f, b'\7' * 8), ('guid_long', 0x0f, b'\7' * 24),
                    ('filetime_0', 0x11, u64(0)), ('filetime_1', 0x11, u64(1)), ('filetime_year_9999', 0x11, u64(2650467743990000000)),
                    ('filetime_2_63', 0x11, u64(2**63 - 1)), ('filetime_max', 0x11, u64(2**64 - 1)),
                    ('systemtime_month_13', 0x12, struct.pack('<8H', 2024, 13, 1, 40, 25, 61, 61, 2000)),
                    ('systemtime_zero', 0x12, bytes(16)), ('bool_irregular', 0x0d, u32(0x1234)), ('bool_one_byte', 0x0d, b'\1'),
                    ('f32_nan', 0x0b, u32(0x7fc00000)), ('f64_infinite', 0x0c, u64(0x7ff0000000000000)), ('f64_signalling', 0x0c, u64(0x7ff0000000000001)),
                    ('size_t_4', 0x10, u32(500)), ('size_t_8', 0x10, u64(500)), ('size_t_2', 0x10, u16(5)), ('binary_empty', 0x0e, b'')):
    case('value_%s.evtx' % label, 24, 'value: %s' % label.replace('_', ' '), 'ok|partial', 3, 3,
         three(values_record([(t, v), (0x01, wide('after'))])))
for label, ticks in (('zero', 0), ('max', 2**64 - 1), ('year_9999', 2650467743990000000)):
    case('written_%s.evtx' % label, 24, 'record header time %s' % label, 'ok|partial', 3, 3,
         three(plain('middle'), times=[TICKS_2024, ticks, TICKS_2024 + 1]))

# --- 25: names of data --------------------------------------------------------------------------
case('data_names_same.evtx', 25, 'two Data elements of one name', 'ok', 3, 3,
     three(odd(lambda b: [b.leaf('Data', v, [('Name', 'Same')]) for v in ('first', 'second')])))
case('data_names_case.evtx', 25, 'Data names that differ in case only', 'ok', 3, 3,
     three(odd(lambda b: [b.leaf('Data', n, [('Name', n)]) for n in ('Image', 'IMAGE', 'image')])))
case('data_600.evtx', 25, 'an event with 600 Data elements', 'ok|partial|limit', 2, 3,
     three(odd(lambda b: [b.leaf('Data', '', [('Name', '%d' % i)]) for i in range(600)])))
case('data_name_20000.evtx', 25, 'a Data name of 20000 characters', 'ok|partial|limit', 2, 3,
     three(odd(lambda b: b.leaf('Data', 'x', [('Name', 'n' * 20000)]))))
case('data_name_dotted.evtx', 25, 'Data names with dots, brackets, quotes, newline', 'ok', 3, 3,
     three(odd(lambda b: [b.leaf('Data', 'x', [('Name', n)]) for n in ('a.b', 'a[0]', 'a"b', 'a\nb', '#text', '__proto__')])))
case('schemas_many.evtx', 25, '120 records, each with field names of its own', 'ok|limit', 120, 120,
     lambda: whole([chunk([odd(lambda b, i=i: b.leaf('Data', 'x', [('Name', 'Own%d' % i)])) for i in range(60)]),
                    chunk([odd(lambda b, i=i: b.leaf('Data', 'x', [('Name', 'Own%d' % i)])) for i in range(60, 120)], first_id=61, number=61)]))

# --- 26: order ----------------------------------------------------------------------------------
case('record_id_wraps.evtx', 26, 'record id falls back to 1', 'ok|partial', 3, 3,
     three(plain('middle'), ids=[0xfffffffffffffffe, 0xffffffffffffffff, 1]))
case('record_id_zero.evtx', 26, 'record id 0', 'ok|partial', 3, 3, three(plain('middle'), ids=[0, 1, 2]))
case('record_id_jump.evtx', 26, 'ids 1, 5, 9: records are missing', 'ok|partial', 3, 3,
     three(plain('middle'), ids=[1, 5, 9]))
case('time_goes_back.evtx', 26, 'written times go back by a year', 'ok', 3, 3,
     three(plain('middle'), times=[TICKS_2024, TICKS_2024 - 315360000000000, TICKS_2024 + 1]))


# --- 27: live copies ----------------------------------------------------------------------------
def live_copy():
    """The service wrote two more records; the chunk header still tells of six."""
    f = small()
    r = f.records(C0)
    f.put(C0 + 48, u32(r[6] - C0)).put(C0 + 44, u32(r[5] - C0)).fix()
    return f.put(120, u32(1)).fix_header().bytes()


def torn_record():
    """The last record's second half has not reached the disk."""
    f = small()
    r = f.records(C0)[-1]
    n = f.get32(r + 4)
    f.put(r + n // 2, bytes(n - n // 2))
    return f.put(120, u32(1)).fix().bytes()


case('live_header_behind.evtx', 27, 'dirty; chunk header tells of six records, eight are there', 'ok|partial', SMALL,
     SMALL, live_copy)
case('live_torn_record.evtx', 27, 'dirty; second half of the last record is zeros', 'partial', SMALL - 1, SMALL,
     torn_record)
case('live_chunk_promised.evtx', 27, 'dirty; header tells of a chunk that is not there yet', 'ok|partial', SMALL, SMALL,
     lambda: small().put(120, u32(1)).put(42, u16(2)).put(16, u64(1)).fix_header().bytes())
case('live_preallocated.evtx', 27, 'one chunk, then 20 MiB of zeros as the service allocates them', 'ok|partial', SMALL,
     SMALL, lambda: small().bytes() + bytes(20 << 20))


# --- 28: not what the name says -----------------------------------------------------------------
case('concatenated.evtx', 28, 'two files back to back', 'ok|partial', SMALL + 1, 2 * SMALL,
     lambda: small().bytes() + small().bytes())
case('junk_4096_before.evtx', 28, '4096 bytes of junk before the file', 'partial|unknown', 0, SMALL,
     lambda: b'junk' * 1024 + small().bytes())
case('junk_3_before.evtx', 28, 'three bytes before the file', 'partial|unknown|unreadable', 0, SMALL, lambda: b'\r\n\0' + small().bytes())
case('junk_after.evtx', 28, '1000 bytes of junk behind the file', 'ok|partial', SMALL, SMALL,
     lambda: small().bytes() + b'junk' * 250)
case('chunk_alone.evtx', 28, 'a carved chunk without file header', 'ok|partial|unknown', 0, SMALL,
     lambda: small().bytes()[HEADER:])
case('old_evt.evtx', 28, 'event log of the old format', 'unreadable|unknown|partial', 0, 0,
     lambda: u32(48) + b'LfLe' + u32(1) + u32(1) + bytes(32) + u32(48) + bytes(4096))
case('elf.evtx', 28, 'ELF program named .evtx', 'unknown|unreadable', 0, 0, lambda: b'\x7fELF\2\1\1' + bytes(4089))
case('text.evtx', 28, 'text named .evtx', 'ok', 200, 200, lambda: b'this is not an event log\n' * 200)
case('evtx_named.txt', 28, 'event log named .txt', 'ok', SMALL, SMALL, lambda: small().bytes())
case('evtx_named', 28, 'event log without extension', 'ok', SMALL, SMALL, lambda: small().bytes())

# --- 29: names that want to be something else -----------------------------------------------------
case('provider_path.evtx', 29, 'provider name ../../etc/passwd', 'ok', 3, 3,
     three(plain('x', provider='../../etc/passwd')))
case('provider_escape.evtx', 29, 'provider name with terminal escapes', 'ok|partial', 3, 3,
     three(plain('x', provider='\x1b]0;title\x07\x1b[31m\x9b2J')))
case('computer_markup.evtx', 29, 'computer name with markup', 'ok', 3, 3,
     three(plain('x', computer='<img src=x onerror=alert(1)>"\'`')))
case('computer_newline.evtx', 29, 'computer name with newlines and a direction override', 'ok', 3, 3,
     three(plain('x', computer='a\nb\r\n{"Event":1}\n\u202egpj')))
case('computer_empty.evtx', 29, 'empty computer name', 'ok|partial', 3, 3, three(plain('x', computer='')))
case('event_id_text.evtx', 29, 'event id that is no number', 'ok|partial', 3, 3,
     three(plain('x', event_id='../../4624')))
case('event_id_huge.evtx', 29, 'event id of 400 digits', 'ok|partial', 3, 3, three(plain('x', event_id='9' * 400)))

# --- 36, 37, 38: no structure at all --------------------------------------------------------------
case('zeros.evtx', 38, '1 MiB of NUL', 'unknown|unreadable', 0, 0, lambda: bytes(1 << 20))
case('newlines.evtx', 37, '4 MiB of newlines', 'unknown|unreadable|ok|partial', 0, 0, lambda: b'\n' * (4 << 20))
case('no_newline.evtx', 36, '8 MiB of one letter', 'limit', 1, 1, lambda: b'a' * (8 << 20))
case('header_then_ff.evtx', 38, 'file header, then 1 MiB of 0xff', 'partial|unreadable', 0, 0,
     lambda: small().bytes()[:HEADER] + b'\xff' * (1 << 20))
case('record_magics.evtx', 38, '1 MiB of record magics', 'partial|unreadable', 0, 0,
     lambda: small().bytes()[:HEADER] + b'**\0\0' * (1 << 18))
case('chunk_magics.evtx', 38, '4 MiB of chunk magics', 'partial|unreadable', 0, 0,
     lambda: small().bytes()[:HEADER] + b'ElfChnk\0' * (1 << 19))


def load(spoor_range):
    with tempfile.TemporaryDirectory() as d:
        subprocess.run([spoor_range, 'samples', '-o', d], check=True)
        for n in ('small.evtx', 'chunks.evtx'):
            with open(os.path.join(d, n), 'rb') as f:
                GOOD[n] = f.read()
    f = many()
    found = tuple(len(f.records(c)) for c in f.chunks())
    if found != MANY or len(small().records(C0)) != SMALL:
        sys.exit('make_evtx.py: the samples changed: chunks.evtx holds %r records' % (found,))


def lowest(low):
    """min of a truncation: records that end before the cut."""
    if not isinstance(low, tuple):
        return low
    f = small()
    limit = C0 + FIRST + low[1]
    return sum(1 for r in f.records(C0) if r + f.get32(r + 4) <= limit)


def table():
    print('# name\tfamily\twhat\tverdict\tmin\tmax')
    for name, family, what, verdict, low, high, _ in sorted(CASES, key=lambda c: (c[1], c[0])):
        print('%s\t%d\t%s\t%s\t%d\t%d' % (name, family, what, verdict, lowest(low), high))


def main():
    if len(sys.argv) == 3 and sys.argv[1] == '--table':
        load(sys.argv[2])
        return table()
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    load(sys.argv[1])
    os.makedirs(sys.argv[2], exist_ok=True)
    for name, _, _, _, _, _, make in CASES:
        with open(os.path.join(sys.argv[2], name), 'wb') as f:
            f.write(make())


if __name__ == '__main__':
    main()
