#!/usr/bin/env python3
"""data/ecs_<family>.tsv -> C table for src/event/ecs.c, sorted for binary search by field."""
import sys

HOW = ["text", "number", "ip", "bool", "time", "lower", "basename", "account", "domain", "hashes", "ms", "s", "plus",
       "host_of", "ip_of", "port_of"]


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
            if how not in HOW:
                fail(path, number, "unknown conversion " + how)
            if "*" in dataset[:-1] or not dataset or not field or not ecs or not name:
                fail(path, number, "empty column, or * that is not last")
            key = (field.encode(), dataset.endswith("*"), -len(dataset), dataset)
            rows.append((key, path, number, dataset, field, "" if ecs == "-" else ecs, how,
                         "" if name == "-" else name))
    return rows


def text(s):
    return '{ "%s", %d }' % (s.replace("\\", "\\\\").replace('"', '\\"'), len(s.encode()))


def main():
    rows = sorted((r for path in sys.argv[2:] for r in read(path)), key=lambda r: r[0])
    seen = {}
    with open(sys.argv[1], "w", encoding="utf-8") as out:
        out.write("static const struct ecs_flat_row FLAT_ROWS[] = {\n")
        for _, path, number, dataset, field, ecs, how, name in rows:
            if (dataset, field, ecs) in seen:
                fail(path, number, "said already in line %d" % seen[(dataset, field, ecs)])
            seen[(dataset, field, ecs)] = number
            out.write("\t{ %s, %s, %s, %s, ECS_%s },\n" % (text(dataset), text(field), text(ecs), text(name), how.upper()))
        out.write("};\n")


main()
