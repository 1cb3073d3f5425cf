#!/usr/bin/env python3
"""data/ecs_<family>.tsv -> C table for src/event/ecs.c, sorted for binary search by field."""
import sys

HOW = ["text", "number", "ip", "bool", "time", "lower", "basename", "account", "domain", "hashes", "ms", "s", "plus",
       "host_of", "ip_of", "port_of",
       "outcome",      # words and numbers of success and failure; 0 is success
       "outcome_word", # the words alone
       "failure",      # there is a value: it failed
       "url_path", "url_query",
       "mac",          # upper case with hyphens (RFC 7042)
       "transport",    # protocol numbers to names
       "tls_version"]  # "TLSv12" to "1.2"
CONST = "const"        # field is "=text": what every event of the dataset has


def fail(path, number, why):
    sys.exit("%s:%d: %s" % (path, number, why))


def read(path):
    rows = []
    with open(path, encoding="utf-8") as f:
        for number, line in enumerate(f, 1):
            if line.startswith("#") or not line.strip():
                continue
            parts = line.rstrip("\n").split("\t")
            if len(parts) != 5:
                fail(path, number, "not five columns")
            dataset, field, ecs, how, name = parts
            if how not in HOW + [CONST] or (how == CONST) != field.startswith("="):
                fail(path, number, "unknown conversion " + how)
            if any("*" in one[:-1] or not one for one in dataset.split(",")) or not field or not ecs or not name:
                fail(path, number, "empty column, or * that is not last")
            for one in dataset.split(","):
                key = (field.encode(), one.endswith("*"), -len(one), one)
                rows.append((key, path, number, one, field, "" if ecs == "-" else ecs, how, "" if name == "-" else name))
    return rows


def text(s):
    return '{ "%s", %d }' % (s.replace("\\", "\\\\").replace('"', '\\"'), len(s.encode()))


def table(out, name, rows):
    out.write("static const struct ecs_flat_row %s[] = {\n" % name)
    for _, _, _, dataset, field, ecs, how, name in rows:
        out.write("\t{ %s, %s, %s, %s, ECS_%s },\n" % (
            text(dataset), text(field), text(ecs), text(name), how.upper()))
    out.write("};\n")


def main():
    rows = sorted((r for path in sys.argv[2:] for r in read(path)), key=lambda r: r[0])
    seen = {}
    for _, path, number, dataset, field, ecs, how, _ in rows:
        key = (dataset, CONST if how == CONST else field, ecs)
        if key in seen:
            fail(path, number, "said already in line %d" % seen[key])
        seen[key] = number
    consts = [r[:4] + (r[4][1:], r[5], "text", r[7]) for r in rows if r[6] == CONST]
    with open(sys.argv[1], "w", encoding="utf-8") as out:
        table(out, "FLAT_ROWS", [r for r in rows if r[6] != CONST])
        table(out, "FLAT_CONSTS", consts)


main()
