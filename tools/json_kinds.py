#!/usr/bin/env python3
"""data/json_kinds.tsv -> C tables for src/readers/json/kinds.c and wrap.c: json_kinds.py TSV OUTPUT."""
import re
import sys

TIMES_MAX = 6
PARTS = ["request", "uri", "bytes"]
DATASET = re.compile(r"^([a-z][a-z0-9_.]*)?(\{([^{}]+)\})?$")


def fail(number, why):
    sys.exit("%s:%d: %s" % (sys.argv[1], number, why))


def condition(text, number):
    """(kind, name, value) of one alternative."""
    if re.match(r"^#\d+$", text):
        return "COUNT", text[1:], ""
    if "=" in text:
        name, value = text.split("=", 1)
        return "TEXT", name, value
    if text.startswith("!"):
        return "ABSENT", text[1:], ""
    if text.endswith(".*"):
        return "BELOW", text[:-1], ""
    if not text:
        fail(number, "empty condition")
    return "THERE", text, ""


def read(path):
    rows = {"kind": [], "part": [], "wrap": []}
    width = {"kind": 6, "part": 4, "wrap": 3}
    with open(path, encoding="ascii") as f:
        for number, line in enumerate(f, 1):
            if line.startswith("#") or not line.strip():
                continue
            parts = line.rstrip("\n").split("\t")
            if len(parts) != width.get(parts[0]) or not all(parts):
                fail(number, "unknown row or wrong number of columns")
            rows[parts[0]].append((number, parts[1:]))
    return rows


def text(s):
    return '{ "%s", %d }' % (s.replace("\\", "\\\\").replace('"', '\\"'), len(s))


def kinds(out, rows, tags):
    conds, table = [], []
    for number, (dataset, where, time, zone, split) in rows:
        m = DATASET.match(dataset)
        if not m or zone not in ("utc", "-"):
            fail(number, "malformed dataset or zone")
        times = [t for t in time.split(",") if t != "-"]
        if len(times) > TIMES_MAX:
            fail(number, "more than %d times" % TIMES_MAX)
        first = len(conds)
        if m.group(3):
            conds.append(("TAGGED", m.group(3), "", False))
            tags.add((m.group(3), ""))
        if split != "-":
            tags.add((split, ""))
        for group in where.split(","):
            alternatives = [condition(c, number) for c in group.split("|")]
            for i, (what, name, value) in enumerate(alternatives):
                conds.append((what, name, value, i + 1 < len(alternatives)))
                if what == "TEXT":
                    tags.add((name, value))
        table.append('\t{ %s, %s, %s, { %s }, %d, %d, %d, %s },\n' % (
            text(m.group(1) or ""), text(m.group(3) or ""), text("" if split == "-" else split),
            ", ".join(text(t) for t in times) or '{ "", 0 }', len(times), first, len(conds) - first,
            "true" if zone == "utc" else "false"))
    out.write("static const struct cond CONDS[] = {\n")
    for what, name, value, more in conds:
        out.write("\t{ COND_%s, %s, %s, %s },\n" % (what, text(name), text(value), "true" if more else "false"))
    out.write("};\n\nstatic const struct kind KINDS[] = {\n" + "".join(table) + "};\n\n")


def last(name):
    """The member that a dotted name ends with: a signature is made member by member."""
    return name.rsplit(".", 1)[-1]


def tag_table(out, tags):
    names = sorted({(n, v) for full, v in tags for n in (full, last(full))})
    if any((n, "") in names and v for n, v in names):
        names = [(n, v) for n, v in names if not v or (n, "") not in names]
    mask = 0
    for name, _ in names:
        mask |= 1 << (len(name) + ord(name[0])) % 64
    out.write("static const uint64_t TAG_MASK = UINT64_C(0x%x);\n" % mask)
    out.write("static const struct tag TAGS[] = {\n")
    for name, value in names:
        out.write("\t{ %s, %s },\n" % (text(name), text(value)))
    out.write("};\n\n")


def parts(out, rows):
    out.write("static const struct part_row PARTS[] = {\n")
    for number, (dataset, member, what) in rows:
        if what not in PARTS:
            fail(number, "unknown part " + what)
        out.write("\t{ %s, %s, PART_%s },\n" % (text(dataset), text(member), what.upper()))
    out.write("};\n")


def wraps(out, rows):
    out.write("static const struct wrap WRAPS[] = {\n")
    for number, (member, before) in rows:
        outer, _, inner = member.rpartition(".")
        if "." in outer or len(rows) > 32:
            fail(number, "lists lie at most in one object, and there are at most 32 of them")
        out.write("\t{ %s, %s, %s },\n" % (text(outer), text(inner), text("" if before == "-" else before)))
    out.write("};\n")


def main():
    rows = read(sys.argv[1])
    tags = {("winlog.user_data.xml_name", ""), ("xml_name", "")}
    with open(sys.argv[2], "w", encoding="ascii") as out:
        out.write("#ifdef WANT_KINDS\n")
        kinds(out, rows["kind"], tags)
        tag_table(out, tags)
        parts(out, rows["part"])
        out.write("#endif\n#ifdef WANT_WRAPS\n")
        wraps(out, rows["wrap"])
        out.write("#endif\n")


main()
