#!/usr/bin/env python3
"""Files -> C byte arrays. Usage: embed.py OUT.inc NAME=FILE..."""
import sys

with open(sys.argv[1], "w", encoding="ascii") as out:
    out.write("/* Made by embed.py. */\n")
    for pair in sys.argv[2:]:
        name, _, path = pair.partition("=")
        with open(path, "rb") as f:
            data = f.read()
        out.write("static const unsigned char %s[] = {\n" % name)
        for i in range(0, len(data), 20):
            out.write("\t" + ",".join(str(b) for b in data[i:i + 20]) + ",\n")
        out.write("};\n")
