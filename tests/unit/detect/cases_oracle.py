#!/usr/bin/env python3
"""Ask the reference evaluator for every row of cases.tsv: are the expected answers right?

Needs pySigma and ../shared/oracle; without them the test is skipped. Rows where the
reference is known to deviate from the specification are listed in DEVIATES with the reason.
"""
import os
import re
import sys

SHARED = os.environ.get("SPOOR_SHARED", "")
sys.path.insert(0, os.path.join(SHARED, "oracle"))
try:
    import sigma_oracle as oracle
    import yaml
except ImportError as e:
    print("1..0 # SKIP no reference evaluator:", e)
    sys.exit(0)

DEVIATES = {  # what: why
    "contains a number as text": "its parser refuses; the specification calls all values strings",
    "contains true as text": "the same",
    "large number": "its parser makes a double of it",
    "quoted bound": "its parser refuses; the text is a number",
    "fieldref before contains": "its parser wants the other order",
    "condition s1 AND s2": "its parser knows lower-case operators only",
    "identifier that begins with not": "its parser splits the word",
    "empty list": "it reads null; we refuse what was hardly meant",
}


def text(s, i):
    out = ""
    while s[i] != "'":
        if s[i] != "\\":
            out += s[i]
            i += 1
            continue
        c = s[i + 1]
        i += 2
        if c in "uU":
            n = 4 if c == "u" else 8
            out += chr(int(s[i:i + n], 16))
            i += n
        else:
            out += "\n" if c == "n" else c
    return out, i + 1


def one(s, i):
    if s[i] == "'":
        return text(s, i + 1)
    m = re.match(r"(-?\d+)([uxi])", s[i:])
    n = int(m[1])
    return (hex(n) if m[2] == "x" else n), i + m.end()


def event(s):
    data, i = {}, 0
    while i < len(s):
        if s[i] == "'":
            name, i = text(s, i + 1)
        else:
            name, i = s[i:s.index("=", i)], s.index("=", i)
        i += 1
        absent = s[i] == "@"
        i += absent
        if s.startswith("null", i):
            value, i = None, i + 4
        elif s[i] == "[":
            value = []
            while s[i] != "]":
                v, i = one(s, i + 1)
                value.append(v)
            i += 1
        else:
            value, i = one(s, i)
        if not absent:
            data.setdefault(name, []).extend(value if isinstance(value, list) else [value])
        while i < len(s) and s[i] == " ":
            i += 1
    return {"Event": {"System": {"Provider": {"#attributes": {"Name": "prov"}}, "EventID": 7,
                                 "Channel": "chan"},
                      "EventData": {k: v if len(v) > 1 else v[0] for k, v in data.items()}}}


def answer(detection, ev):
    body = yaml.safe_load(detection)
    if "condition:" not in detection:
        body = {"s": body, "condition": "s"}
    doc = {"title": "t", "id": "00000000-0000-4000-8000-000000000000",
           "logsource": {"product": "windows"}, "detection": body}
    try:
        rule = oracle.Rule(doc, "-")
        return str(int(rule.compiled({})(oracle.Event(ev, "", 1))))
    except Exception as e:  # whatever it raises is its way to refuse
        return "reject: %s" % str(e).replace("\n", " ")


def main():
    rows = bad = 0
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "cases.tsv"), encoding="utf-8") as f:
        for line in f:
            if line.startswith("#"):
                continue
            what, detection, ev, want = line.rstrip("\n").split("\t")
            got = answer(detection, event(ev))
            rows += 1
            if got.split(":")[0] != want and what not in DEVIATES:
                bad += 1
                print("# %s: reference %s, cases.tsv %s: %s <- %s" % (what, got, want, detection, ev))
    print("1..1\n%sok 1 - %d rows, %d differ" % ("not " if bad else "", rows, bad))
    return bad != 0


if __name__ == "__main__":
    sys.exit(main())
