#!/usr/bin/env python3
"""data/facts_windows.tsv -> constant C tables for facts_windows.c.

Usage: facts_table.py IN.tsv OUT.inc. Fails with file:line on anything that is not understood; unknown
fact kinds and attributes fail when the result is compiled."""
import re
import sys

FUNCTIONS = {"text": 1, "ip": 1, "pid": 1, "id": 1, "host": 1, "account": 2, "task": 1, "data": 1,
             "seconds": 2, "cmdlet": 1, "parameters": 1}
SPECIAL = {"@day": "FN_DAY", "@channel": "FN_CHANNEL", "@user": "FN_USER"}
WHEN = re.compile(r"^(\w+)(!?)([=~*&])(.+)$")


def c_string(s):
    return '"' + s.replace("\\", "\\\\").replace('"', '\\"') + '"'


def split_outside_quotes(s, sep):
    parts, cur, quoted = [], "", False
    i = 0
    while i < len(s):
        if s[i] == "'":
            quoted = not quoted
        if not quoted and s.startswith(sep, i):
            parts.append(cur)
            cur = ""
            i += len(sep)
            continue
        cur += s[i]
        i += 1
    if quoted:
        raise ValueError("unclosed quote in " + s)
    return parts + [cur]


def operation(term, join, attr):
    term = term.strip()
    a, b = "", ""
    if term.startswith("'") and term.endswith("'"):
        fn, a = "FN_LITERAL", term[1:-1]
    elif term in SPECIAL:
        fn = SPECIAL[term]
    else:
        m = re.match(r"^(\w+)\(([^)]*)\)$", term)
        if m:
            name, args = m.group(1), m.group(2).split(",")
            if name not in FUNCTIONS or FUNCTIONS[name] != len(args):
                raise ValueError("no function " + term)
            if name == "data" and not re.match(r"^\d$", args[0]):
                raise ValueError("data() takes one digit: " + term)
            fn, a, b = "FN_" + name.upper(), args[0], args[1] if len(args) > 1 else ""
        elif re.match(r"^\w+$", term):
            fn, a = "FN_TEXT", term
        else:
            raise ValueError("cannot read term " + term)
    return "{ %s, %s, %s, %s, %s }" % (attr, fn, join, c_string(a), c_string(b))


def operations(attrs):
    out = []
    for one in split_outside_quotes(attrs, ";"):
        name, _, terms = one.partition("=")
        attr = "FA_BYTES" if name == "bytes" else "FA_" + name.strip().upper()
        for i, term in enumerate(split_outside_quotes(terms, " + ")):
            for k, alternative in enumerate(split_outside_quotes(term, "|")):
                join = "JOIN_OR" if k else "JOIN_AND" if i else "JOIN_FIRST"
                out.append(operation(alternative, join, attr))
    return out


def conditions(when):
    out = []
    for one in when.split(" ") if when != "-" else []:
        m = WHEN.match(one)
        if not m:
            raise ValueError("cannot read condition " + one)
        field, negate, op, values = m.groups()
        mask = str(int(values, 0)) if op == "&" else "0"
        out.append("{ %s, '%s', %s, %su, %s }" % (c_string(field), op, "true" if negate else "false",
                                                mask, c_string("" if op == "&" else values)))
    return out


def main(source, target):
    ops, conds, rules = [], [], []
    with open(source, encoding="utf-8") as f:
        for number, line in enumerate(f, 1):
            line = line.rstrip("\n")
            if not line or line.startswith("#"):
                continue
            try:
                provider, channel, ids, kind, when, attrs = line.split("\t")
                o, c = operations(attrs), conditions(when)
                for event_id in ids.split(","):
                    rules.append("{ %s, %s, %d, FACT_%s, %d, %d, %d, %d }" % (
                        c_string(provider), c_string(channel), int(event_id), kind.upper(),
                        len(ops), len(o), len(conds), len(c)))
                ops += o
                conds += c
            except ValueError as e:
                sys.exit("%s:%d: %s" % (source, number, e))
    with open(target, "w", encoding="utf-8") as f:
        f.write("/* Made from data/facts_windows.tsv by facts_table.py. */\n")
        for kind, name, body in (("fact_op", "OPS", ops), ("fact_condition", "CONDITIONS", conds),
                                 ("fact_rule", "RULES", rules)):
            f.write("static const struct %s %s[] = {\n\t%s,\n};\n" % (kind, name, ",\n\t".join(body)))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
