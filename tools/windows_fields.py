#!/usr/bin/env python3
"""Sorted C initialisers of the known field names: windows_fields.txt, ecs_windows.tsv -> .inc"""
import sys


def fold(name):
    return "".join(chr(ord(c) | 0x20) if "A" <= c <= "Z" else c for c in name)


def main():
    names = set()
    with open(sys.argv[1], encoding="ascii") as f:
        names.update(line.strip() for line in f if not line.startswith("#") and line.strip())
    with open(sys.argv[2], encoding="ascii") as f:
        for line in f:
            if not line.startswith("#") and line.strip():
                field = line.split("\t")[1]
                if "/" not in field:
                    names.add(field)
    with open(sys.argv[3], "w", encoding="ascii") as out:
        for name in sorted(names, key=lambda n: (fold(n), n)):
            out.write('{ "%s", %d },\n' % (name, len(name)))


main()
