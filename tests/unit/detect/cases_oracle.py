#!/usr/bin/env python3
"""Ask the reference evaluator for every row of cases.tsv: are the expected answers right? With SPOOR_FULL=1 also for
random rows.

cases_oracle.py RANDOM [SEED [ROWS]]: RANDOM prints such rows (random.c). Needs ../shared/oracle and pySigma, for
this Python or for the one that `./dev test --full` sets up; without them the test is skipped. Rows where the
reference is known to deviate from the specification are listed in REASONS.
"""
import functools
import os
import re
import subprocess
import sys

OWN_PYTHON = os.path.join(os.environ.get("XDG_CACHE_HOME", os.path.expanduser("~/.cache")), "spoor-dev", "venv",
                          "bin", "python")

SHARED = os.environ.get("SPOOR_SHARED", "")
sys.path.insert(0, os.path.join(SHARED, "oracle"))
try:
    import sigma_oracle as oracle
    import yaml
except ImportError as e:
    if os.path.exists(OWN_PYTHON) and os.path.realpath(sys.prefix) != os.path.dirname(os.path.dirname(OWN_PYTHON)):
        os.execv(OWN_PYTHON, [OWN_PYTHON, *sys.argv])
    print("1..0 # SKIP no reference evaluator:", e)
    sys.exit(0)

REASONS = {  # why it deviates: what
    "its parser refuses; the specification calls all values strings": [
        "contains a number as text", "contains true as text", "contains on a number", "startswith on a number",
        "endswith on a number", "startswith false", "windash of a number", "exists as text", "exists false as text"],
    "its parser makes doubles of numbers": [
        "large number", "beyond 53 bits, next one", "beyond 53 bits, same", "negative beyond 53 bits",
        "compare at 64 bits"],
    "its parser refuses; the text is a number": ["quoted bound"],
    "its YAML reader makes dates and base-60 numbers": ["a date stays text", "a time of day stays text"],
    "digits of other scripts are numbers for Python": ["full-width digits are text"],
    "it compares the whole value; keywords are searched": ["keyword of a truth value"],
    "its parser wants the other order": ["fieldref before contains"],
    "its parser knows lower-case operators only": [
        "condition s1 AND s2", "condition NOT in capitals", "condition OR in capitals", "condition 1 OF in capitals"],
    "its parser splits the word": [
        "identifier that begins with not", "identifier that begins with not, a word"],
    "its parser takes letters, digits, _ and - only": ["identifier with a dot"],
    "it reads something; we refuse what was hardly meant": [
        "empty list", "fieldref to nothing", "year of a fraction", "null keyword in a list"],
    "its YAML reader keeps the last one; we refuse": ["the same key twice"],
}
DEVIATES = {what for rows in REASONS.values() for what in rows}

# of random rows: detection, event, why
FLAVOURS = [(r"\|re\|m", r"\\n'", "under m, Perl's ^ does not hold behind a last newline, Python's does")]


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
    data, own_id, i = {}, 7, 0
    while i < len(s):
        if s[i] == "'":
            name, i = text(s, i + 1)
        else:
            name, i = s[i:s.index("=", i)], s.index("=", i)
        i += 1
        marks = re.match("[@~!]*", s[i:])[0]
        i += len(marks)
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
        if "!" in marks:
            own_id = value
        elif "@" not in marks or value is not None:
            data.setdefault(name, []).extend(value if isinstance(value, list) else [value])
        while i < len(s) and s[i] == " ":
            i += 1
    return {"Event": {"System": {"Provider": {"#attributes": {"Name": "prov"}}, "EventID": own_id,
                                 "Channel": "chan"},
                      "EventData": {k: v if len(v) > 1 else v[0] for k, v in data.items()}}}


@functools.lru_cache(maxsize=1024)
def compiled(detection):
    """The reference's rule, or why it refuses."""
    body = yaml.safe_load(detection)
    if "condition:" not in detection:
        body = {"s": body, "condition": "s"}
    doc = {"title": "t", "id": "00000000-0000-4000-8000-000000000000",
           "logsource": {"product": "windows"}, "detection": body}
    try:
        return oracle.Rule(doc, "-").compiled({})
    except Exception as e:  # whatever it raises is its way to refuse
        return "reject: %s" % str(e).replace("\n", " ")


def answer(detection, ev):
    rule = compiled(detection)
    try:
        return rule if isinstance(rule, str) else str(int(rule(oracle.Event(ev, "", 1))))
    except NotImplementedError as e:
        return "reject: %s" % e


def hand_cases():
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
    print("%sok 1 - %d rows, %d differ" % ("not " if bad else "", rows, bad))
    return bad


def random_cases(program, seed="1", rows="1000000"):
    run = subprocess.Popen([program, seed, rows, "rows"], stdout=subprocess.PIPE, encoding="utf-8")
    n = matches = refused = bad = 0
    for line in run.stdout:
        what, detection, ev, want = line.rstrip("\n").split("\t")
        got = answer(detection, event(ev))
        n += 1
        matches += want == "1"
        refused += got.startswith("reject")
        if any(re.search(d, detection) and re.search(v, ev) for d, v, _ in FLAVOURS):
            continue
        if got != want and not got.startswith("reject"):
            bad += 1
            if bad <= 20:
                print("# %s: reference %s, spoor %s: %s <- %s" % (what, got, want, detection, ev))
    bad += run.wait() != 0 or n == 0
    print("# seed %s: %d pairs, %d matches, %d refused by the reference's parser" % (seed, n, matches, refused))
    print("%sok 2 - %d random rows, %d differ" % ("not " if bad else "", n, bad))
    return bad


def main():
    full = os.environ.get("SPOOR_FULL") == "1" or len(sys.argv) > 2
    print("1..%d" % (1 + full))
    bad = hand_cases()
    if full:
        bad += random_cases(*sys.argv[1:])
    return bad != 0


if __name__ == "__main__":
    sys.exit(main())
