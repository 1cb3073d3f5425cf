#!/usr/bin/env python3
"""data/linux_syscalls.tsv -> rows for src/readers/logs/auditd.c, sorted by architecture and number."""
import sys

rows = {}
with open(sys.argv[1], encoding="utf-8") as f:
    for number, line in enumerate(f, 1):
        if line.startswith("#") or not line.strip():
            continue
        arch, code, name = line.rstrip("\n").split("\t")
        key = (int(arch, 16), int(code))
        if key in rows:
            sys.exit("%s:%d: said already" % (sys.argv[1], number))
        rows[key] = name
with open(sys.argv[2], "w", encoding="utf-8") as out:
    for (arch, code), name in sorted(rows.items()):
        out.write('{ 0x%xu, %du, "%s" },\n' % (arch, code, name))
