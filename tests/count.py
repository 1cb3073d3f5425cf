"""Prints "PASSED FAILED SKIPPED" of a meson testlog.json, counting each TAP point.

meson's own junit file cannot serve: it does not tell a program that died behind its last point."""
import json
import re
import sys

POINT = re.compile(r"^(not )?ok\b[^#]*(#\s*(skip|todo)\b)?", re.I)

passed = failed = skipped = 0
for line in open(sys.argv[1], errors="replace"):
    test = json.loads(line)
    good = test["result"] in ("OK", "SKIP", "EXPECTEDFAIL")
    bad = points = 0
    for text in (test.get("stdout") or "").splitlines():
        if text.startswith("# skipped:"):  # UNIT_SKIP: the point that follows says "ok"
            skipped += 1
            passed -= 1
        point = POINT.match(text)
        if not point:
            continue
        points += 1
        if point[3]:
            skipped += 1
        elif point[1]:
            bad += 1
        else:
            passed += 1
    if not good and not bad:
        bad = 1
    if not points and good:
        if test["result"] == "SKIP":
            skipped += 1
        else:
            passed += 1
    failed += bad
print(passed, failed, skipped)
