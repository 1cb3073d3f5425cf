#!/usr/bin/env python3
"""Turn data/sigma_logsource.tsv into the constant tables of logsource.c; refuses a bad table."""
import sys


def quote(s):
    return '"' + s.replace("\\", "\\\\").replace('"', '\\"') + '"'


def pairs(text, line):
    if text == "-":
        return []
    out = [p.split("=", 1) for p in text.split(",")]
    if any(len(p) != 2 or not p[0] or not p[1] for p in out):
        sys.exit("line %d: not Name=Value: %s" % (line, text))
    return out


def main(source, out):
    channels, gates, names, datasets, aliases = [], [], [], [], []
    with open(source, encoding="utf-8") as f:
        for n, line in enumerate(f, 1):
            line = line.rstrip("\n")
            if not line or line.startswith("#"):
                continue
            c = line.split("\t")
            if c[0] == "service" and len(c) == 3:
                channels.append((c[1], c[2]))
                if c[1] not in names:
                    names.append(c[1])
            elif c[0] == "category" and len(c) == 8 and c[7] in ("strict", "extended"):
                gates.append((n, c))
            elif c[0] == "dataset" and len(c) == 5:
                if c[4] == "*" and not c[1].endswith("*"):
                    sys.exit("%s:%d: nothing is left of the name for the service" % (source, n))
                datasets.append(["" if x == "-" else x for x in c[1:]])
            elif c[0] == "alias" and len(c) == 4:
                aliases.append(c[1:])
            else:
                sys.exit("%s:%d: not understood: %r" % (source, n, line))
    if len(names) > 128:
        sys.exit("%s: more services than LOGSOURCE_SERVICES_MAX" % source)
    with open(out, "w", encoding="utf-8") as f:
        f.write("/* made by gen_logsource.py from data/sigma_logsource.tsv */\n")
        f.write("static const struct logsource_channel CHANNELS[] = {\n")
        for service, channel in channels:
            f.write("\t{ %s, %s, %d },\n" % (quote(service), quote(channel), names.index(service)))
        f.write("};\nstatic const struct logsource_gate GATES[] = {\n")
        for n, (_, name, product, service, ids, conds, renames, profile) in gates:
            if service not in names:
                sys.exit("%s:%d: unknown service %s" % (source, n, service))
            f.write("\t{ .category = %s, .product = %s, .service = %s,\n" % (
                quote(name), quote("" if product == "*" else product), quote(service)))
            f.write("\t  .event_ids = { %s },\n" % ", ".join(quote(i) for i in ids.split(",")))
            f.write("\t  .conditions = { %s { NULL, NULL } },\n" % "".join(
                "{ %s, %s }, " % (quote(a), quote(b)) for a, b in pairs(conds, n)))
            f.write("\t  .renames = { %s { NULL, NULL } },\n" % "".join(
                "{ %s, %s }, " % (quote(a), quote(b)) for a, b in pairs(renames, n)))
            f.write("\t  .extended = %s },\n" % ("true" if profile == "extended" else "false"))
        f.write("};\n")
        for kind, name, rows in (("dataset_row", "DATASETS", datasets), ("alias_row", "ALIASES", aliases)):
            f.write("static const struct %s %s[] = {\n" % (kind, name))
            for row in rows:
                f.write("\t{ %s },\n" % ", ".join(quote(x) for x in row))
            f.write("};\n")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
