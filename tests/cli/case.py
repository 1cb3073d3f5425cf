"""investigate: the case folder, determinism, locks, what it refuses."""
import fcntl
import json
import os
import re

from cli import evidence, path, rules, spoor
from tap import Tap

t = Tap()
logs, pack = evidence(), rules()


def investigate(case, *more):
    return spoor("investigate", logs, "-r", pack, "-o", path(case), *more)


def read(case, name):
    with open(path(case, name), "rb") as f:
        return f.read()


one, four = investigate("one", "-j", 1), investigate("four", "-j", 4)
t.check(one.returncode in (0, 3), "investigate makes a case", one)
for name in ("case.db", "case.json", "report.html", "manifest.jsonl"):
    t.check(os.path.isfile(path("one", name)), f"the case holds {name}")
    t.equal(os.stat(path("one", name)).st_mode & 0o077, 0, f"{name} is for its owner only")
t.equal(os.stat(path("one")).st_mode & 0o777, 0o700, "the folder is for its owner only")
t.equal(four.returncode, one.returncode, "1 and 4 workers end alike")
t.equal(read("four", "manifest.jsonl"), read("one", "manifest.jsonl"), "1 and 4 workers: same manifest")


def without_clock(case):
    """case.json but for the moment of the run."""
    text = re.sub(rb'"(started|finished|generated)[^"]*":\s*"[^"]*"', b'""', read(case, "case.json"))
    json.loads(read(case, "case.json"))
    return text


t.equal(without_clock("four"), without_clock("one"), "1 and 4 workers: same case.json")
t.check(b"/report.html" in one.stdout and b"Rules matched" in one.stdout, "the summary says where the report is", one.stdout)
t.check(b"\x1b" not in one.stdout, "no escape reaches a pipe")
items = [json.loads(x) for x in read("one", "manifest.jsonl").splitlines()]
t.check(len(items) == len(os.listdir(logs)) and all(i["sha256"] for i in items), "the manifest lists every file", items[:2])

again = investigate("one")
t.check(again.returncode == 1 and b"--force" in again.stderr, "a case is not overwritten, and the way is said", again)
forced = investigate("one", "--force", "-j", 2)
t.equal(forced.returncode, one.returncode, "--force replaces it")
t.equal(without_clock("one"), without_clock("four"), "and the result is the same")

with open(path("one", ".lock")) as lock:
    fcntl.flock(lock, fcntl.LOCK_EX)
    t.equal(investigate("one", "--force").returncode, 4, "a case that is being written is busy")

listing = sorted(os.listdir(logs))
inside = spoor("investigate", logs, "-r", pack, "-o", os.path.join(logs, "case"))
t.check(inside.returncode == 1 and not os.path.exists(os.path.join(logs, "case")), "no case inside the evidence", inside)
for where in ("case/", "../evidence/case", "."):
    run = spoor("investigate", logs, "-r", pack, "-o", os.path.join(logs, where))
    t.check(run.returncode == 1 and sorted(os.listdir(logs)) == listing, f"nor at {where}", run)
link = path("way-in")
os.symlink(logs, link)
t.equal(spoor("investigate", logs, "-r", pack, "-o", os.path.join(link, "case")).returncode, 1, "nor through a link")
for args in (["dump", logs], ["hunt", logs, "-r", pack]):
    run = spoor(*args, "-o", os.path.join(logs, "out"))
    t.check(run.returncode == 1 and sorted(os.listdir(logs)) == listing, f"no output of {args[0]} there", run)
one_log = os.path.join(logs, listing[0])
before = open(one_log, "rb").read()
t.check(spoor("dump", one_log, "-o", one_log).returncode == 1 and open(one_log, "rb").read() == before,
        "a log is not overwritten with its own dump")
with open(path("file"), "w"):
    pass
t.equal(investigate("file").returncode, 2, "a file is no folder for a case")

# From the case down to the bytes.
found = [json.loads(x) for x in spoor("hunt", logs, "-r", pack, "-f", "jsonl").stdout.splitlines()]
ref = found[0]["event.ref"][0]
shown = spoor("show", path("one"), ref)
t.check(shown.returncode == 0 and b"(verified)" in shown.stdout, "show opens a reference of the case", shown)
short = ref[:8] + ref[64:]
t.equal(spoor("show", path("one"), short).stdout, shown.stdout, "a shortened hash will do")
t.equal(spoor("show", path("one"), "0" * 64 + ":1:1").returncode, 2, "unknown evidence is told")
victim = found[0]["log.file.path"]
data = bytearray(open(victim, "rb").read())
data[-1] ^= 1
with open(victim, "wb") as f:
    f.write(data)
changed = spoor("show", path("one"), ref)
t.check(changed.returncode == 2 and b"SHA-256 differs" in changed.stderr, "changed evidence is told", changed)
t.done()
