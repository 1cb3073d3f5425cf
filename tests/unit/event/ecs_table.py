"""data/ecs_*.tsv of flat events against ECS: names and types. Prints TAP."""
import glob
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", ".."))
from ecs import row_problem
from tap import SOURCE, Tap

t = Tap()
for path in sorted(glob.glob(os.path.join(SOURCE, "data", "ecs_*.tsv"))):
    if path.endswith("ecs_windows.tsv"):
        continue
    bad, n = [], 0
    for number, line in enumerate(open(path, encoding="utf-8"), 1):
        if line.startswith("#") or not line.strip():
            continue
        dataset, field, ecs, how, name = line.rstrip("\n").split("\t")
        for one in dataset.split(","):
            wrong = ecs != "-" and row_problem(one, ecs, how)
            n += 1
            if wrong:
                bad.append("%d: %s" % (number, wrong))
    t.check(n and not bad, os.path.basename(path) + " names fields of ECS and fits their types", "\n".join(bad))
t.check(row_problem("x.y", "source.adress", "ip") and row_problem("x.y", "source.ip", "text") and not row_problem("x.y", "source.ip", "ip"),
        "a wrong name and a wrong type are seen")
t.done()
