#!/usr/bin/env python3
"""data/ecs_windows.tsv -> C table for src/event/ecs.c, sorted for binary search by field."""
import sys

HOW = ["text", "number", "ip", "bool", "time", "lower", "basename", "account", "domain", "hashes", "imphash"]


def fail(number, why):
    sys.exit("%s:%d: %s" % (sys.argv[1], number, why))


def read(path):
    rows = []
    with open(path, encoding="ascii") as f:
        for number, line in enumerate(f, 1):
            if line.startswith("#") or not line.strip():
                continue
            parts = line.rstrip("\n").split("\t")
            if len(parts) != 5:
                fail(number, "not five columns")
            provider, field, ecs, how, events = parts
            if how not in HOW:
                fail(number, "unknown conversion " + how)
            if not provider or not field or not ecs:
                fail(number, "empty column")
            ids = [] if events == "-" else [int(e) for e in events.split(",")]
            key = (field, provider == "*", provider, not ids)
            rows.append((key, number, provider, field, "" if ecs == "-" else ecs, how, ids))
    return sorted(rows, key=lambda r: (r[0], r[1]))


def check(rows):
    seen = {}
    for _, number, provider, field, ecs, _, ids in rows:
        for e in ids or [None]:
            key = (provider, field, ecs, e)
            if key in seen:
                fail(number, "said already in line %d" % seen[key])
            seen[key] = number


def main():
    rows = read(sys.argv[1])
    check(rows)
    with open(sys.argv[2], "w", encoding="ascii") as out:
        ids = []
        out.write("static const struct ecs_row ROWS[] = {\n")
        for _, _, provider, field, ecs, how, events in rows:
            out.write('\t{ { "%s", %d }, { "%s", %d }, { "%s", %d }, ECS_%s, %d, %d },\n' % (
                provider, len(provider), field, len(field), ecs, len(ecs), how.upper(),
                len(ids), len(events)))
            ids += events
        out.write("};\n\nstatic const uint16_t EVENT_IDS[] = {")
        for i, e in enumerate(ids):
            out.write("%s%d," % ("\n\t" if i % 16 == 0 else " ", e))
        out.write("\n};\n\nstatic const str PROVIDERS[] = {\n")
        for name in sorted({r[2] for r in rows} - {"*"}):
            out.write('\t{ "%s", %d },\n' % (name, len(name)))
        out.write("};\n")


main()
