#!/usr/bin/env python3
"""Tables of the native JSON writer: how to shuffle eight characters so that those of an 8-bit mask get a
backslash (source byte 8 is the backslash), and two hex digits for each byte."""
import sys

with open(sys.argv[1], "w") as out:
    out.write("#include <stdint.h>\n#if defined(__AVX2__)\nstatic const uint8_t ESCAPE_SHUFFLE[256][16] = {\n")
    for mask in range(256):
        order = []
        for i in range(8):
            order += [8, i] if mask >> i & 1 else [i]
        out.write("\t{ %s },\n" % ", ".join(str(x) for x in order + [0x80] * (16 - len(order))))
    out.write("};\n#endif\n")
    for name, digits in (("HEX_UPPER", "0123456789ABCDEF"), ("HEX_LOWER", "0123456789abcdef")):
        out.write("static const char %s[256][2] = {\n" % name)
        for i in range(256):
            out.write("\t{ '%s', '%s' },\n" % (digits[i >> 4], digits[i & 15]))
        out.write("};\n")
    out.write("static const char DIGITS[100][2] = {\n")
    for i in range(100):
        out.write("\t{ '%d', '%d' },\n" % (i // 10, i % 10))
    out.write("};\n")
    # a character inside a JSON string, padded to eight bytes, and how many of them count
    short = {8: "\\\\b", 9: "\\\\t", 10: "\\\\n", 12: "\\\\f", 13: "\\\\r", 34: "\\\\\\\"", 92: "\\\\\\\\"}
    out.write("static const struct {\n\tchar text[8];\n\tuint8_t len;\n} ESCAPED[128] = {\n")
    for i in range(128):
        if i in short:
            text, n = short[i], 2
        elif i < 32:
            text, n = "\\\\u%04x" % i, 6
        elif i == 127:
            text, n = "\\177", 1
        else:
            text, n = chr(i), 1
        out.write('\t{ "%s", %d },\n' % (text, n))
    out.write("};\n")
