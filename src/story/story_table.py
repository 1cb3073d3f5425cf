#!/usr/bin/env python3
"""data/wording.tsv, data/web_roles.tsv and data/host_sources.tsv -> constant C tables.

Usage: story_table.py wording|roles|sources IN.tsv OUT.inc. Fails with file:line on anything not understood."""
import re
import sys

CLASSES = ["server", "runtime", "tool", "page", "root", "notroot", "look", "office", "covert"]


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


def sources(source):
    """Sources get numbers in their order; alternatives "a|b" of what is expected are one bit set."""
    number_of, channels, tells, expects = {}, [], [], []

    def bits(number, names):
        for name in names:
            if name not in number_of:
                sys.exit("%s:%d: no source %s" % (source, number, name))
        return "0x%x" % sum(1 << number_of[n] for n in names)

    for number, (what, name, values) in rows(source, 3, 3):
        values = values.split(",")
        if what == "source":
            number_of[name] = len(number_of)
            channels += ["{ %d, %s }" % (number_of[name], c_string(v)) for v in values]
        elif what == "tells":
            tells.append("{ %s, %s }" % (c_string(name), bits(number, values)))
        elif what == "expect":
            expects += ["{ %s, %s, %d }" % (c_string(name), bits(number, v.split("|")),
                                            number_of[v.split("|")[0]]) for v in values]
        else:
            sys.exit("%s:%d: no row %s" % (source, number, what))
    if len(number_of) > 63:
        sys.exit("%s: more than 63 sources" % source)
    names = ",\n\t".join(c_string(n) for n in number_of)
    return ("static const char *const SOURCES[] = {\n\t%s,\n};\n" % names
            + "static const struct source_channel CHANNELS[] = {\n\t%s,\n};\n" % ",\n\t".join(channels)
            + "static const struct source_tells TELLS[] = {\n\t%s,\n};\n" % ",\n\t".join(tells)
            + "static const struct source_expect EXPECTED[] = {\n\t%s,\n};\n" % ",\n\t".join(expects))


def main(what, source, target):
    text = {"wording": wording, "roles": roles, "sources": sources}[what](source)
    with open(target, "w", encoding="utf-8") as f:
        f.write("/* Made by story_table.py. */\n" + text)


if __name__ == "__main__":
    main(*sys.argv[1:])
