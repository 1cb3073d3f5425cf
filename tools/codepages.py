#!/usr/bin/env python3
"""Decoding tables of legacy code pages, as Python knows them, for src/readers/text/codepage.c."""
import sys

SINGLE = ["cp1251", "cp1252"]
DOUBLE = ["gb18030", "cp932", "cp949"]
LEADS, TRAILS = range(0x81, 0xFF), range(0x40, 0xFF)


def char(raw, name):
    """The one BMP character that the bytes are, else 0."""
    try:
        text = raw.decode(name)
    except UnicodeDecodeError:
        return 0
    return ord(text) if len(text) == 1 and ord(text) <= 0xFFFF else 0


def table(out, name, values):
    out.write("static const uint16_t %s[] = {" % name)
    for i, v in enumerate(values):
        out.write("%s%d," % ("\n\t" if i % 20 == 0 else " ", v))
    out.write("\n};\n\n")


def linear(raw):
    return ((raw[0] - 0x81) * 10 + raw[1] - 0x30) * 1260 + (raw[2] - 0x81) * 10 + raw[3] - 0x30


def four_byte_ranges():
    """(linear, character, count): runs of BMP characters that GB18030 writes in four bytes."""
    runs = []
    for cp in range(0x80, 0x10000):
        if 0xD800 <= cp <= 0xDFFF:
            continue
        raw = chr(cp).encode("gb18030")
        if len(raw) != 4:
            continue
        at = linear(raw)
        if runs and runs[-1][0] + runs[-1][2] == at and runs[-1][1] + runs[-1][2] == cp:
            runs[-1][2] += 1
        else:
            runs.append([at, cp, 1])
    return sorted(runs)


with open(sys.argv[1], "w", encoding="ascii") as f:
    for name in SINGLE + DOUBLE:
        table(f, name.upper() + "_SINGLE", [char(bytes([b]), name) for b in range(0x80, 0x100)])
    for name in DOUBLE:
        table(f, name.upper() + "_PAIRS", [char(bytes([a, b]), name) for a in LEADS for b in TRAILS])
    f.write("static const struct gb_run GB_RUNS[] = {\n")
    for run in four_byte_ranges():
        f.write("\t{ %d, %d, %d },\n" % tuple(run))
    f.write("};\n")
