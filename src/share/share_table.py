#!/usr/bin/env python3
"""data/attack_steps.tsv -> a constant C table. Usage: share_table.py IN.tsv OUT.inc. Fails with file:line."""
import re
import sys


def c_string(s):
    return '"' + s.replace("\\", "\\\\").replace('"', '\\"') + '"'


def main(source, target):
    rows, seen = [], set()
    with open(source, encoding="utf-8") as f:
        for number, line in enumerate(f, 1):
            line = line.rstrip("\n")
            if not line or line.startswith("#"):
                continue
            cells = line.split("\t")
            if len(cells) != 5 or not re.fullmatch(r"T\d{4}(\.\d{3})?", cells[2]) or tuple(cells[:3]) in seen:
                sys.exit("%s:%d: not understood, or there already" % (source, number))
            seen.add(tuple(cells[:3]))
            key, how, technique, tactic, name = cells
            rows.append("{ %s }" % ", ".join(map(c_string, (key, how, technique, tactic, name))))
    with open(target, "w", encoding="utf-8") as f:
        f.write("/* Made by share_table.py. */\nstruct attack_step {\n\tconst char *key, *how, *id, *tactic, *name;\n};\n"
                "static const struct attack_step ATTACK_STEPS[] = {\n\t%s,\n};\n" % ",\n\t".join(rows))


main(*sys.argv[1:])
