#!/usr/bin/env python3
"""Turn data/sigma_logsource.tsv into the constant tables of logsource.c; refuses a bad table."""
import sys

BUILT_IN = {"hex": "CONVERT_HEX", "data": "CONVERT_DATA"}
KINDS = {"value": "CONVERT_VALUES", "prefix": "CONVERT_PREFIX"}
MAX_SOURCES, MAX_RENAMES = 4, 11


def quote(s):
    return '"' + s.replace("\\", "\\\\").replace('"', '\\"') + '"'


def pairs(text, line):
    if text == "-":
        return []
    out = [p.split("=", 1) for p in text.split(",")]
    if any(len(p) != 2 or not p[0] or not p[1] for p in out):
        sys.exit("line %d: not Name=Value: %s" % (line, text))
    return out


def source(text, tables, line):
    """A C initializer of struct logsource_source."""
    place, _, conversion = text.partition(":")
    field, _, second = place.partition("\\")
    if conversion in tables:
        kind, table = KINDS[tables[conversion][0]], "CONVERSION_" + conversion
    elif conversion in BUILT_IN or not conversion:
        kind, table = BUILT_IN.get(conversion, "CONVERT_NONE"), "NULL"
    else:
        sys.exit("line %d: unknown conversion %s" % (line, conversion))
    return "{ %s, %s, %s, %s }" % (quote(field), quote(second) if second else "NULL", kind, table)


def rename(name, sources, extended, tables, line):
    sources = sources.split("|")
    if len(sources) > MAX_SOURCES or (not extended and (len(sources) > 1 or any(c in sources[0] for c in ":\\"))):
        sys.exit("line %d: too much for a rename: %s" % (line, name))
    return "{ %s, { %s } }, " % (quote(name), ", ".join(source(s, tables, line) for s in sources))


def read(path):
    channels, gates, tables, datasets, aliases = [], [], {}, [], []
    with open(path, encoding="utf-8") as f:
        for n, line in enumerate(f, 1):
            line = line.rstrip("\n")
            if not line or line.startswith("#"):
                continue
            c = line.split("\t")
            if c[0] == "service" and len(c) == 3:
                channels.append((c[1], c[2]))
            elif c[0] == "category" and len(c) == 8 and c[7] in ("strict", "extended"):
                gates.append((n, c))
            elif c[0] == "dataset" and len(c) == 5:
                if c[4] == "*" and not c[1].endswith("*"):
                    sys.exit("%s:%d: nothing is left of the name for the service" % (path, n))
                datasets.append(["" if x == "-" else x for x in c[1:]])
            elif c[0] == "alias" and len(c) == 4:
                aliases.append(c[1:])
            elif c[0] in KINDS and len(c) == 4 and tables.setdefault(c[1], (c[0], []))[0] == c[0]:
                tables[c[1]][1].append((c[2], c[3]))
            else:
                sys.exit("%s:%d: not understood: %r" % (path, n, line))
    return channels, gates, tables, datasets, aliases


def main(path, out):
    channels, gates, tables, datasets, aliases = read(path)
    names = list(dict.fromkeys(service for service, _ in channels))
    if len(names) > 128:
        sys.exit("%s: more services than LOGSOURCE_SERVICES_MAX" % path)
    with open(out, "w", encoding="utf-8") as f:
        f.write("/* made by gen_logsource.py from data/sigma_logsource.tsv */\n")
        f.write("static const struct logsource_channel CHANNELS[] = {\n")
        for service, channel in channels:
            f.write("\t{ %s, %s, %d },\n" % (quote(service), quote(channel), names.index(service)))
        f.write("};\n")
        for name, (_, rows) in tables.items():
            f.write("static const struct logsource_pair CONVERSION_%s[] = { %s{ NULL, NULL } };\n" % (
                name, "".join("{ %s, %s }, " % (quote(a), quote(b)) for a, b in rows)))
        f.write("static const struct logsource_gate GATES[] = {\n")
        for n, (_, name, product, service, ids, conds, renames, profile) in gates:
            extended = profile == "extended"
            if service not in names:
                sys.exit("%s:%d: unknown service %s" % (path, n, service))
            if len(pairs(renames, n)) > MAX_RENAMES:
                sys.exit("%s:%d: too many renames" % (path, n))
            f.write("\t{ .category = %s, .product = %s, .service = %s,\n" % (
                quote(name), quote("" if product == "*" else product), quote(service)))
            f.write("\t  .event_ids = { %s },\n" % ", ".join(quote(i) for i in ids.split(",")))
            f.write("\t  .conditions = { %s { NULL, NULL } },\n" % "".join(
                "{ %s, %s }, " % (quote(a), quote(b)) for a, b in pairs(conds, n)))
            f.write("\t  .renames = { %s },\n" % ("".join(
                rename(a, b, extended, tables, n) for a, b in pairs(renames, n)) or "{ NULL, { { 0 } } }"))
            f.write("\t  .extended = %s },\n" % ("true" if extended else "false"))
        f.write("};\n")
        for kind, name, rows in (("dataset_row", "DATASETS", datasets), ("alias_row", "ALIASES", aliases)):
            f.write("static const struct %s %s[] = {\n" % (kind, name))
            for row in rows:
                f.write("\t{ %s },\n" % ", ".join(quote(x) for x in row))
            f.write("};\n")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
