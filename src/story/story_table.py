#!/usr/bin/env python3
"""data/wording.tsv and data/web_roles.tsv -> constant C tables.

Usage: story_table.py wording|roles IN.tsv OUT.inc. Fails with file:line on anything not understood."""
import re
import sys

CLASSES = ["server", "runtime", "tool", "page", "root", "notroot"]


def c_string(s):
    return '"' + s.replace("\\", "\\\\").replace('"', '\\"') + '"'


def rows(source, least, most):
    with open(source, encoding="utf-8") as f:
        for number, line in enumerate(f, 1):
            line = line.rstrip("\n")
            if not line or line.startswith("#"):
                continue
            cells = line.split("\t")
            if not least <= len(cells) <= most or not cells[0]:
                sys.exit("%s:%d: %d columns" % (source, number, len(cells)))
            yield number, cells


def wording(source):
    out, seen = [], set()
    for number, cells in rows(source, 2, 3):
        key, en, zh = (cells + [""])[:3]
        if key in seen:
            sys.exit("%s:%d: %s twice" % (source, number, key))
        holes = sorted(set(re.findall(r"{(\w+)}", en)))
        if zh and sorted(set(re.findall(r"{(\w+)}", zh))) != holes:
            sys.exit("%s:%d: the languages of %s have different placeholders" % (source, number, key))
        seen.add(key)
        out.append((key, "{ %s, { %s, %s } }" % (c_string(key), c_string(en),
                                                c_string(zh) if zh else "NULL")))
    out.sort(key=lambda pair: pair[0].encode())
    return "static const struct wording_row WORDING[] = {\n\t%s,\n};\n" % ",\n\t".join(r for _, r in out)


def roles(source):
    out = []
    for number, cells in rows(source, 2, 2):
        if cells[0] not in CLASSES:
            sys.exit("%s:%d: no class %s" % (source, number, cells[0]))
        out.append("{ ROLE_%s, %s }" % (cells[0].upper(), c_string(cells[1])))
    return "static const struct role_row ROLES[] = {\n\t%s,\n};\n" % ",\n\t".join(out)


def main(what, source, target):
    text = {"wording": wording, "roles": roles}[what](source)
    with open(target, "w", encoding="utf-8") as f:
        f.write("/* Made by story_table.py. */\n" + text)


if __name__ == "__main__":
    main(*sys.argv[1:])
