#!/usr/bin/env python3
"""Write the tables of fold.c from the Unicode data of the Python that builds.

fold_page / fold_cp_of: simple lower case per code point (one code point to one code point; what
lowers to several stays). word_range: code points of \\w (letters, digits, underscore) above ASCII.
"""
import re
import sys

PAGE = 256


def lower(cp):
    low = chr(cp).lower()
    return ord(low) if len(low) == 1 else cp


def valid(cp):
    return not 0xD800 <= cp <= 0xDFFF


def main(out):
    last = max(cp for cp in range(0x110000) if valid(cp) and lower(cp) != cp)
    pages, index = [], []
    for base in range(0, last + 1, PAGE):
        page = [lower(cp) if valid(cp) else cp for cp in range(base, base + PAGE)]
        if page == list(range(base, base + PAGE)):
            index.append(0)
            continue
        pages.append(page)
        index.append(len(pages))
    word = re.compile(r"\w")
    ranges = []
    for cp in range(0x80, 0x110000):
        if valid(cp) and word.match(chr(cp)):
            if ranges and ranges[-1][1] == cp - 1:
                ranges[-1][1] = cp
            else:
                ranges.append([cp, cp])
    with open(out, "w", encoding="ascii") as f:
        f.write("/* made by gen_fold.py */\n")
        f.write("static const uint8_t fold_page[%d] = {\n" % len(index))
        for i in range(0, len(index), 24):
            f.write("\t" + " ".join("%d," % x for x in index[i:i + 24]) + "\n")
        f.write("};\nstatic const uint32_t fold_cp_of[%d][%d] = {\n" % (len(pages), PAGE))
        for page in pages:
            f.write("\t{\n")
            for i in range(0, PAGE, 12):
                f.write("\t\t" + " ".join("0x%x," % x for x in page[i:i + 12]) + "\n")
            f.write("\t},\n")
        f.write("};\nstatic const struct { uint32_t first, last; } word_range[%d] = {\n" % len(ranges))
        for i in range(0, len(ranges), 6):
            f.write("\t" + " ".join("{ 0x%x, 0x%x }," % tuple(r) for r in ranges[i:i + 6]) + "\n")
        f.write("};\n")


if __name__ == "__main__":
    main(sys.argv[1])
