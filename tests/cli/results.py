"""hunt and dump: formats, order, the same bytes for any number of workers, pipes, untouched evidence."""
import csv
import hashlib
import io
import json
import os
import re
import shutil
import subprocess

from cli import SPOOR, evidence, path, rules, spoor
from tap import Tap

REF = re.compile(r"[0-9a-f]{64}:\d+:\d+")
LEVELS = {"informational", "low", "medium", "high", "critical"}


def hashes(folder):
    return {os.path.join(top, n): hashlib.sha256(open(os.path.join(top, n), "rb").read()).hexdigest()
            for top, _, names in os.walk(folder) for n in names}


t = Tap()
logs, pack = evidence(), rules()
before = hashes(logs)
t.check(len(before) >= 2, "there is evidence", before)

# --- dump
one = spoor("dump", logs, "-j", 1)
events = [json.loads(line) for line in one.stdout.splitlines()]
t.check(one.returncode in (0, 3) and len(events) > 10, "dump writes events", one.stderr)
t.check(all("Event" in e for e in events), "dump shapes them as evtx_dump does")
t.equal(spoor("dump", logs, "-j", 4).stdout, one.stdout, "dump: 1 and 4 workers give the same bytes")
ecs = spoor("dump", logs, "-f", "ecs", "-j", 3)
rows = [json.loads(line) for line in ecs.stdout.splitlines()]
t.check(len(rows) == len(events) and all("@timestamp" in r for r in rows), "dump -f ecs: one object each", ecs.stderr)
table = spoor("dump", logs, "-f", "csv", "-j", 2)
rows = list(csv.DictReader(io.StringIO(table.stdout.decode(), newline="")))
t.check(len(rows) == len(events) and all(r["host"] and r["channel"] and r["fields"] is not None for r in rows),
        "dump -f csv: a row each", rows[:1])
t.equal(spoor("dump", logs, "-f", "csv", "-j", 4).stdout, table.stdout, "and the same for any number of workers")
run = spoor("dump", logs, "-o", path("dump.jsonl"))
t.check(not run.stdout and open(path("dump.jsonl"), "rb").read() == one.stdout, "dump -o writes the same", run)
t.check(not os.path.exists(path("dump.jsonl.part")), "no half-written file stays")
t.equal(os.stat(path("dump.jsonl")).st_mode & 0o077, 0, "output is for its owner only")

# --- hunt
hunt = ("hunt", logs, "-r", pack)
first = spoor(*hunt, "-f", "jsonl", "-j", 1)
found = [json.loads(line) for line in first.stdout.splitlines()]
t.check(first.returncode in (0, 3) and len(found) > 10, "hunt finds", first.stderr)
t.equal(spoor(*hunt, "-f", "jsonl", "-j", 4).stdout, first.stdout, "hunt: 1 and 4 workers give the same bytes")
need = {"rule.id", "rule.name", "rule.level", "@timestamp", "host.name", "log.file.path", "event.ref"}
t.check(all(need <= set(f) for f in found), "jsonl findings hold what they must")
t.check(all(f["event.ref"] and all(REF.fullmatch(r) for r in f["event.ref"]) for f in found),
        "each reference is hash:offset:record", found[:2])
t.check(all(f["rule.level"] in LEVELS for f in found), "levels are words")
t.check(all(f["event.ref"][0].split(":")[0] == before.get(f["log.file.path"]) for f in found),
        "the hash is that of the file")
times = [f["@timestamp"] or "" for f in found]
t.check([x[:19] for x in times] == sorted(x[:19] for x in times), "sorted by time")
table = spoor(*hunt, "-f", "table", env={"COLUMNS": "100"}).stdout.decode()
t.check(len(table.splitlines()) == len(found) + 1, "table: a row each")
t.check(max(map(len, table.splitlines())) <= 100, "table fits COLUMNS", max(table.splitlines(), key=len))
t.check("\x1b" not in table, "table: no escape reaches a pipe")
sheet = list(csv.DictReader(io.StringIO(spoor(*hunt, "-f", "csv").stdout.decode(), newline="")))
t.check(len(sheet) == len(found) and set(sheet[0]) >= {"timestamp", "level", "rule", "event_ref"}, "csv: a row each")
for name, keys in (("ecs", {"@timestamp", "rule", "host", "event"}), ("timesketch", {"message", "datetime", "timestamp_desc"})):
    rows = [json.loads(x) for x in spoor(*hunt, "-f", name).stdout.splitlines()]
    t.check(len(rows) == len(found) and all(keys <= set(r) for r in rows), f"{name}: an object each", rows[:1])
none = spoor(*hunt, "-f", "jsonl", "--min-level", "critical")
t.check(not none.stdout and none.returncode == first.returncode, "--min-level leaves out", none)
t.check(b" 0 findings" in none.stderr, "and the summary says so", none.stderr)

# --- show
ref = found[0]["event.ref"][0]
_, offset, record = ref.split(":")
where = f"{found[0]['log.file.path']}:{offset}:{record}"
shown = spoor("show", where)
t.check(shown.returncode == 0 and b"Fields" in shown.stdout and b"2a 2a 00 00" in shown.stdout, "show opens a record", shown)
t.check(("%08x" % int(offset)).encode() in shown.stdout, "with its offsets")
line = spoor("show", "--json", where).stdout
t.check(line in one.stdout and len(line) > 10, "show --json is the line of dump", line)
t.equal(spoor("show", f"{found[0]['log.file.path']}:{int(offset) + 1}:{record}").returncode, 2,
        "show refuses a place where no record begins")

# --- rules
t.check(spoor("rules", "check", "-r", pack).returncode == 0, "rules check: all good")
with open(path("bad.yml"), "w") as f:
    f.write("title: Bad\nlogsource: {product: windows}\ndetection: {sel: {A|nonsense: b}, condition: sel}\n")
bad = spoor("rules", "check", "-r", path("bad.yml"))
t.check(bad.returncode == 3 and b"bad.yml" in bad.stdout and b"1 rejected" in bad.stdout, "rules check: names what is not", bad)
t.check(b"Any event with a channel" in spoor("rules", "list", "-r", pack).stdout, "rules list")

# --- pipes
for args in (["dump", logs], [*hunt, "-f", "jsonl"]):
    p = subprocess.Popen([SPOOR, *args], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    p.stdout.close()  # the reader has gone before anything was written
    said = p.stderr.read()
    t.check(p.wait(60) == 141 and b"Traceback" not in said, f"{args[0]}: a closed pipe ends it quietly", p.returncode, said)
p = subprocess.run([SPOOR, "dump", logs], stdout=open("/dev/full", "wb"), stderr=subprocess.PIPE)
t.check(p.returncode == 2 and b"No space left" in p.stderr, "a full disk is told", p)

# --- what others do to it
odd = path("odd")
shutil.copytree(logs, odd)
os.symlink("/etc/passwd", os.path.join(odd, "link.evtx"))
os.mkfifo(os.path.join(odd, "pipe.evtx"))
open(os.path.join(odd, "empty.evtx"), "wb").close()
run = spoor("dump", odd)
t.check(run.returncode == 3 and run.stdout.count(b"\n") == len(events), "links, pipes and empty files cost nothing", run.stderr)
t.check(b"link.evtx" in run.stderr and b"pipe.evtx" in run.stderr, "and are told", run.stderr)
t.equal(hashes(logs), before, "the evidence is as it was")
t.done()
