#!/usr/bin/env python3
"""Findings of all SigmaHQ rules over EVTX-ATTACK-SAMPLES against the reference's stored list.

conformance.py HUNT: for each expected (file, record, rule) there must be a finding, and each finding
of a live record must be expected. Records recovered from slack are beyond the reference: counted, not
compared. Both evaluators are run and must agree. Skipped without ../shared.
"""
import csv
import os
import subprocess
import sys

SHARED = os.environ.get("SPOOR_SHARED", "")
SAMPLES = os.path.join(SHARED, "data", "evtx", "attack-samples")
RULES = os.path.join(SHARED, "data", "sigma")
EXPECTED = os.path.join(SHARED, "oracle", "expected-attack-samples.csv")


def evtx_files():
    out = []
    for folder, _, names in os.walk(SAMPLES):
        out += [os.path.join(folder, n) for n in names if n.lower().endswith(".evtx")]
    return sorted(out)


def key_name(path):
    """The reference's name of a file: separators and blanks are two underscores."""
    name = os.path.relpath(path, SAMPLES).replace(os.sep, "__").replace(" ", "__")
    return name.rsplit(".", 1)[0] + ".jsonl"


def rule_dirs():
    return [os.path.join(RULES, d) for d in sorted(os.listdir(RULES)) if d.startswith("rules")]


def findings(hunt, options, files):
    run = subprocess.run([hunt, *options, *rule_dirs(), "--", *files], capture_output=True, text=True)
    if run.returncode:
        sys.exit("%s failed: %s" % (hunt, run.stderr[-2000:]))
    live, recovered = set(), set()
    for path, record, rule, flag in csv.reader(run.stdout.splitlines()):
        (recovered if flag == "recovered" else live).add((key_name(path), record, rule))
    return live, recovered


def main():
    if not os.path.exists(EXPECTED):
        print("1..0 # SKIP no", EXPECTED)
        return 0
    with open(EXPECTED, newline="") as f:
        expected = {tuple(row) for row in list(csv.reader(f))[1:]}
    files = evtx_files()
    failed = 0
    print("1..5")
    live, recovered = findings(sys.argv[1], [], files)
    missing, extra = expected - live - recovered, live - expected
    for word, rows in (("missing", missing), ("unexpected", extra)):
        for row in sorted(rows)[:20]:
            print("# %s: %s record %s rule %s" % ((word,) + row))
        failed += bool(rows)
        print("%sok %d - %d %s of %d" % ("not " if rows else "", 1 + (word != "missing"),
                                         len(rows), word, len(expected)))
    again = findings(sys.argv[1], ["--naive"], files)
    same = again == (live, recovered)
    failed += not same
    print("%sok 3 - the walking evaluator finds the same; %d more in recovered records"
          % ("" if same else "not ", len(recovered - expected)))
    explained = findings(sys.argv[1], ["--explain"], files)
    failed += explained != (live, recovered)
    print("%sok 4 - each of the %d findings is explained, and by tests that hold"
          % ("" if explained == (live, recovered) else "not ", len(live | recovered)))
    more, _ = findings(sys.argv[1], ["--extended", "--explain", "--both"], files)
    failed += not live < more
    print("%sok 5 - the extended profile finds all of that and %d more" % ("" if live < more else "not ", len(more - live)))
    return failed


if __name__ == "__main__":
    sys.exit(main())
