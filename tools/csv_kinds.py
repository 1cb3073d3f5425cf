#!/usr/bin/env python3
"""data/csv_kinds.tsv -> C tables for src/readers/export/csvkind.c: csv_kinds.py TSV OUTPUT."""
import sys

WIDTH = {"kind": 7, "alias": 4, "word": 5}
HOW = ["rows", "state", "inventory", "evtxecmd", "winevent", "eventviewer", "splunk"]
TIMES_MAX = 4
DROPPED = " _-./()[]#:\"'"


def fail(number, why):
    sys.exit("%s:%d: %s" % (sys.argv[1], number, why))


def plain(s):
    """As csv_plain_name() of csvkind.c: ASCII in lower case, without blanks and marks."""
    return "".join(c.lower() if c.isascii() else c for c in s if c not in DROPPED)


def text(s):
    return '{ "%s", %d }' % (s.replace("\\", "\\\\").replace('"', '\\"'), len(s.encode()))


def read(path):
    rows = {name: [] for name in WIDTH}
    with open(path, encoding="utf-8") as f:
        for number, line in enumerate(f, 1):
            if line.startswith("#") or not line.strip():
                continue
            parts = line.rstrip("\n").split("\t")
            if len(parts) != WIDTH.get(parts[0]) or not all(parts):
                fail(number, "unknown row or wrong number of columns")
            rows[parts[0]].append((number, parts[1:]))
    return rows


def names(number, s):
    """The plain forms of a list, each once."""
    out = []
    for one in s.split("|"):
        if not plain(one):
            fail(number, "a name without letters")
        if plain(one) not in out:
            out.append(plain(one))
    return out


def kinds(out, rows):
    ids, conds, table = [], [], []
    for number, (kind, dataset, how, where, time, zone) in rows:
        if how not in HOW or zone not in ("utc", "-"):
            fail(number, "unknown way or zone")
        if kind not in ids:
            ids.append(kind)
        times = [] if time == "-" else time.split(",")
        if len(times) > TIMES_MAX:
            fail(number, "more than %d times" % TIMES_MAX)
        first = len(conds)
        for cond in where.split(","):
            absent = cond.startswith("!")
            alternatives = names(number, cond.lstrip("!"))
            for i, one in enumerate(alternatives):
                conds.append((one, absent, i + 1 < len(alternatives)))
        table.append("\t{ %s, CSV_%s, %d, %d, %d, { %s }, %d, %s },\n" % (
            text(dataset), how.upper(), ids.index(kind), first, len(conds) - first,
            ", ".join(text(t) for t in times) or '{ "", 0 }', len(times), "true" if zone == "utc" else "false"))
    out.write("static const struct csv_cond CONDS[] = {\n")
    for one, absent, more in conds:
        out.write("\t{ %s, %s, %s },\n" % (text(one), str(absent).lower(), str(more).lower()))
    out.write("};\n\nstatic const struct csv_kind KINDS[] = {\n" + "".join(table) + "};\n\n")
    return ids


def aliases(out, rows, ids):
    seen = {}
    out.write("static const struct csv_alias ALIASES[] = {\n")
    for number, (kind, name, others) in rows:
        if kind not in ids:
            fail(number, "no kind " + kind)
        for one in [plain(name)] + names(number, others):
            key = (kind, one)
            if seen.setdefault(key, name) != name:
                fail(number, "%s is %s already" % (one, seen[key]))
            out.write("\t{ %d, %s, %s },\n" % (ids.index(kind), text(one), text(name)))
    out.write("};\n\n")


def words(out, rows, ids):
    seen = set()
    out.write("static const struct csv_word WORDS[] = {\n")
    for number, (kind, name, value, others) in rows:
        if kind not in ids:
            fail(number, "no kind " + kind)
        for one in [plain(value)] + [o for o in names(number, others) if o != plain(value)]:
            if (kind, name, one) in seen:
                fail(number, one + " is said twice")
            seen.add((kind, name, one))
            out.write("\t{ %d, %s, %s, %s },\n" % (ids.index(kind), text(name), text(one), text(value)))
    out.write("};\n")


def main():
    rows = read(sys.argv[1])
    with open(sys.argv[2], "w", encoding="utf-8") as out:
        ids = kinds(out, rows["kind"])
        aliases(out, rows["alias"], ids)
        words(out, rows["word"], ids)


main()
