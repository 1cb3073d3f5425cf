#!/usr/bin/env python3
"""data/rsit.tsv, data/desk_wording.tsv -> constant C tables. Usage: desk_table.py rsit|wording IN.tsv OUT.inc. Fails with file:line."""
import re
import sys

SHAPES = {
    "rsit": (4, r"[a-z0-9-]+", "static const struct rsit_type RSIT[] = {\n\t%s,\n};\n", 1),
    "wording": (3, r"[A-Za-z0-9_.+-]+", "static const struct {\n\tconst char *key, *en, *zh;\n} DESK_WORDS[] = {\n\t%s,\n};\n", 0),
}


def c_string(s):
    return '"' + s.replace("\\", "\\\\").replace('"', '\\"') + '"'


def main(kind, source, target):
    columns, pattern, shape, key = SHAPES[kind]
    rows, seen = [], set()
    with open(source, encoding="utf-8") as f:
        for number, line in enumerate(f, 1):
            line = line.rstrip("\n")
            if not line or line.startswith("#"):
                continue
            cells = line.split("\t")
            if len(cells) != columns or not all(cells) or not re.fullmatch(pattern, cells[key]) or cells[key] in seen:
                sys.exit("%s:%d: not understood, or there already" % (source, number))
            if kind == "wording" and set(re.findall(r"\{\w+\}", cells[1])) != set(re.findall(r"\{\w+\}", cells[2])):
                sys.exit("%s:%d: the languages have different placeholders" % (source, number))
            seen.add(cells[key])
            rows.append("{ %s }" % ", ".join(map(c_string, cells)))
    with open(target, "w", encoding="utf-8") as f:
        f.write("/* Made by desk_table.py. */\n" + shape % ",\n\t".join(rows))


main(*sys.argv[1:])
