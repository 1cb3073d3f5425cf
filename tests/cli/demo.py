"""The synthetic incident from end to end with the shipped rules: found, told, and opened down to the bytes."""
import json
import os
import subprocess

from cli import RANGE, path, spoor
from tap import SOURCE, Tap

t = Tap()
made = subprocess.run([RANGE, "b", "--hosts", "40", "--days", "30", "-o", path("demo")], capture_output=True)
t.check(made.returncode == 0, "the range makes an incident", made.stderr)
logs, pack, case = path("demo", "evidence"), os.path.join(SOURCE, "rules"), path("case")
t.check(spoor("rules", "check", "-r", pack).returncode == 0, "every shipped rule can be executed")

run = spoor("investigate", logs, "-r", pack, "-o", case)
t.check(run.returncode in (0, 3), "it is investigated", run.stderr)
t.check(os.path.getsize(os.path.join(case, "report.html")) > 10000, "there is a report")
hunt = spoor("hunt", logs, "-r", pack, "-f", "jsonl")
found = [json.loads(line) for line in hunt.stdout.splitlines()]
levels = {f["rule.level"] for f in found}
t.check({"critical", "high"} <= levels, "severe findings are among them", levels)
with open(os.path.join(case, "case.json")) as f:
    told = json.load(f)
t.check(isinstance(told, dict) and told, "case.json is one object")

# Words that the schema leaves open have a text for people, too.
with open(os.path.join(SOURCE, "data", "words_ui.tsv"), encoding="utf-8") as f:
    texts = {line.split("\t")[0] for line in f}
incident = told["incident"]
for kind, words in (("way", [e["vector"] for e in incident["entry"]] + [e["kind"] for e in incident["edges"]]
                     + [h["via"] for h in incident["hosts"] if h.get("via")]),
                    ("phase", [c["phase"] for c in incident["timeline"]]),
                    ("artefact", [a["kind"] for a in incident["artefacts"]]),
                    ("source", [c["source"] for c in told["coverage"]] + [g["log"] for g in incident.get("gaps", [])])):
    lacks = sorted({w for w in words if f"ui.{kind}.{w}" not in texts})
    t.check(words and not lacks, f"every {kind} of the case has a text in data/words_ui.tsv", lacks)

# One reference of each kind of source: a plain log, a member of an archive, what a collector or a tool wrote of events.
kinds = {
    "a plain log": lambda p: p.endswith(".evtx") and "!/" not in p,
    "a member of an archive": lambda p: "!/" in p,
    "a row of a collector": lambda p: p.endswith(("json", ".csv")),
}
for name, fits in kinds.items():
    mine = [f for f in found if fits(f["log.file.path"])]
    if not t.check(mine, f"findings in {name}"):
        continue
    for finding in (mine[0], mine[-1]):
        ref = finding["event.ref"][0]
        shown = spoor("show", case, ref)
        t.check(shown.returncode == 0 and b"(verified)" in shown.stdout and b"Bytes\n" in shown.stdout,
                f"show opens {name}: {ref.split(':', 1)[1]}", shown)
        line = spoor("show", case, ref, "--ecs")
        t.check(line.returncode == 0 and "@timestamp" in json.loads(line.stdout), "and as ECS", line)
t.done()
