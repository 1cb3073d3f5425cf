#!/usr/bin/env python3
"""data/facts_windows.tsv and data/facts_flat.tsv -> constant C tables for factrules.c.

Usage: facts_table.py WINDOWS.tsv FLAT.tsv OUT.inc. Fails with file:line on anything that is not understood; unknown
fact kinds and attributes fail when the result is compiled."""
import re
import sys

# name -> what each argument is: f a field, v a literal
WINDOWS = {"ip": "f", "pid": "f", "id": "f", "host": "f", "account": "ff", "task": "f", "data": "v",
           "seconds": "ff", "cmdlet": "f", "parameters": "f", "sample": "f"}
FLAT = {"lower": "f", "ip": "f", "first": "f", "path": "fff", "lowpath": "fff", "query": "fff", "file": "f",
        "version": "ff", "domain": "f", "urlport": "f", "shape": "f", "mac": "f", "denied": "f", "action": "f",
        "answers": "ff", "part": "fv", "mailbox": "f", "maildomain": "f", "account": "ff", "if": "fv",
        "service": "f", "other": "ff", "partname": "fv", "partrest": "fv", "param": "fv",
        "word": "fv", "wordip": "fv", "before": "fv", "pair": "fv", "pairip": "fv", "pathin": "f", "hashin": "f", "versionin": "f", "outcome": "f",
        "item": "fv", "uid": "f", "sample": "f", "label": "fv"}
ENUM = {(True, "ip"): "FN_ADDRESS"}
SPECIAL = {"@day": "FN_DAY", "@channel": "FN_CHANNEL", "@user": "FN_USER"}
FLAT_SPECIAL = {"@day": "FN_DAY", "@host": "FN_PLACE", "@observer": "FN_OBSERVER"}
FIELD = re.compile(r"^\w*$")
FLAT_FIELD = re.compile(r"^(([\w.]+|\{[^{}]+\})(/([\w.]+|\{[^{}]+\}))*)?$")
WHEN = re.compile(r"^(\w+)(!?)([=~*&])(.+)$")
FLAT_WHEN = re.compile(r"^((?:[\w.]+|\{[^{}]+\})(?:/(?:[\w.]+|\{[^{}]+\}))*)(!?)(>=|<=|[=~^*&?])(.+)$")


def c_string(s):
    return '"' + s.replace("\\", "\\\\").replace('"', '\\"') + '"'


def c_str(s):
    return "{ %s, %d }" % (c_string(s), len(s.encode()))


def split_outside_quotes(s, sep):
    """Also outside of {names as logged} and of brackets."""
    parts, cur, quoted, depth = [], "", False, 0
    i = 0
    while i < len(s):
        if s[i] == "'":
            quoted = not quoted
        depth += 0 if quoted else (s[i] in "{(") - (s[i] in "})")
        if not quoted and depth == 0 and s.startswith(sep, i):
            parts.append(cur)
            cur = ""
            i += len(sep)
            continue
        cur += s[i]
        i += 1
    if quoted or depth:
        raise ValueError("unclosed quote or bracket in " + s)
    return parts + [cur]


def arguments(name, text, flat):
    kinds = (FLAT if flat else WINDOWS).get(name)
    args = split_outside_quotes(text, ",")
    if kinds is None or len(kinds) != len(args):
        raise ValueError("no function %s(%s)" % (name, text))
    out = []
    for kind, arg in zip(kinds, args):
        arg = arg.strip()
        if kind == "f" and not (FLAT_FIELD if flat else FIELD).match(arg):
            raise ValueError("no field: " + arg)
        if kind == "v" and name == "data" and not re.match(r"^\d$", arg):
            raise ValueError("data() takes one digit: " + arg)
        if kind == "v" and name != "data":
            if not re.match(r"^'[^']+'$", arg):
                raise ValueError("no literal: " + arg)
            arg = arg[1:-1]
        out.append(arg)
    return out


def operation(term, join, required, attr, flat):
    term = term.strip()
    args = []
    m = re.match(r"^(\w+)\((.*)\)$", term)
    if re.match(r"^'[^']*'$", term):
        fn, args = "FN_LITERAL", [term[1:-1]]
    elif term in (FLAT_SPECIAL if flat else SPECIAL):
        fn = (FLAT_SPECIAL if flat else SPECIAL)[term]
        args = ["observer.name"] if term == "@observer" else []
    elif m:
        args = arguments(m.group(1), m.group(2), flat)
        fn = ENUM.get((flat, m.group(1)), "FN_" + m.group(1).upper())
    elif term and (FLAT_FIELD if flat else FIELD).match(term):
        fn, args = "FN_TEXT", [term]
    else:
        raise ValueError("cannot read term " + term)
    args += [""] * (3 - len(args))
    return "{ %s, %s, %s, %s, { %s } }" % (attr, fn, join, required, ", ".join(c_str(a) for a in args))


def operations(attrs, flat):
    out, seen = [], set()
    for one in split_outside_quotes(attrs, ";"):
        m = re.match(r"^\s*(\w+)(!?)=(.*)$", one)
        if not m:
            raise ValueError("cannot read attribute " + one)
        name, terms = m.group(1), m.group(3)
        required = "true" if m.group(2) else "false"
        if name in seen:
            raise ValueError("twice: " + name)
        seen.add(name)
        attr = "FA_" + name.upper()
        for i, term in enumerate(split_outside_quotes(terms, " + ")):
            for g, glued in enumerate(split_outside_quotes(term, " ~ ")):
                for k, alternative in enumerate(split_outside_quotes(glued, "|")):
                    join = "JOIN_OR" if k else "JOIN_GLUE" if g else "JOIN_AND" if i else "JOIN_FIRST"
                    out.append(operation(alternative, join, required, attr, flat))
    if flat and "host" not in seen and "observer" not in seen:
        raise ValueError("neither host nor observer")
    return out


def conditions(when, flat):
    out = []
    for one in split_outside_quotes(when, " ") if when != "-" else []:
        m = (FLAT_WHEN if flat else WHEN).match(one)
        if not m:
            raise ValueError("cannot read condition " + one)
        field, negate, op, values = m.groups()
        if re.match(r"^'[^']+'$", values):
            values = values[1:-1]
        if flat and not FLAT_FIELD.match(field):
            raise ValueError("no field: " + field)
        if op == "?" and values not in ("file", "any", "refused"):
            raise ValueError("no test ?" + values)
        number = str(int(values, 0)) if op in ("&", ">=", "<=") else "0"
        out.append("{ %s, '%s', %s, %su, %s }" % (c_str(field), op[0], "true" if negate else "false", number,
                                                c_str("" if number != "0" else values)))
    return out


class Tables:
    def __init__(self):
        self.ops, self.conds, self.rules = [], [], []

    def add(self, datasets, provider, channel, event_id, kind, o, c):
        self.rules.append("{ %s, %s, %s, %d, FACT_%s, %d, %d, %d, %d }" % (
            c_string(datasets) if datasets else "NULL", c_string(provider), c_string(channel), event_id,
            kind.upper(), len(self.ops), len(o), len(self.conds), len(c)))

    def row(self, line, flat):
        if flat:
            datasets, kind, when, attrs = line.split("\t")
            o, c = operations(attrs, True), conditions(when, True)
            self.add(datasets, "", "", 0, kind, o, c)
        else:
            provider, channel, ids, kind, when, attrs = line.split("\t")
            o, c = operations(attrs, False), conditions(when, False)
            for event_id in ids.split(","):
                self.add("", provider, channel, int(event_id), kind, o, c)
        self.ops += o
        self.conds += c


def read(source, tables, flat):
    with open(source, encoding="utf-8") as f:
        for number, line in enumerate(f, 1):
            line = line.rstrip("\n")
            if not line or line.startswith("#"):
                continue
            try:
                tables.row(line, flat)
            except ValueError as e:
                sys.exit("%s:%d: %s" % (source, number, e))


def main(windows, flat, target):
    t = Tables()
    read(windows, t, False)
    read(flat, t, True)
    with open(target, "w", encoding="utf-8") as f:
        f.write("/* Made from data/facts_windows.tsv and data/facts_flat.tsv by facts_table.py. */\n")
        for kind, name, body in (("fact_op", "OPS", t.ops), ("fact_condition", "CONDITIONS", t.conds),
                                 ("fact_rule", "RULES", t.rules)):
            f.write("static const struct %s %s[] = {\n\t%s,\n};\n" % (kind, name, ",\n\t".join(body)))


if __name__ == "__main__":
    main(*sys.argv[1:])
