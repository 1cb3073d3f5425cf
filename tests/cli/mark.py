"""Decisions of analysts: they are kept, they change the story, and withdrawn they leave it as it was."""
import json
import os
import subprocess

from cli import RANGE, path, spoor
from tap import SOURCE, Tap

t = Tap()
made = subprocess.run([RANGE, "b", "--hosts", "14", "--days", "8", "-o", path("made")], capture_output=True)
t.check(made.returncode == 0, "the range makes an incident", made.stderr)
case = path("case")
run = spoor("investigate", path("made", "evidence"), "-r", os.path.join(SOURCE, "rules"), "-o", case)
t.check(run.returncode in (0, 3), "it is investigated", run.stderr)


def told():
    with open(os.path.join(case, "case.json")) as f:
        return json.load(f)


def without_decisions(c):
    return {k: v for k, v in c.items() if k != "decisions"}


def classes(c):
    return {h["host"]: h["class"] for h in c["incident"]["hosts"]}


before = told()
entry = before["incident"]["entry"][0]["host"]
leaf = next(h["host"] for h in before["incident"]["hosts"] if h["class"] == "confirmed" and h.get("parent") and
            not any(e.get("from") == h["host"] for e in before["incident"]["edges"]))
t.check(before["decisions"] == [], "at first nothing is decided")

for args, what in (
    (("host", leaf, "cleared"), "no reason"), (("host", "no-such-host", "cleared", "-m", "x"), "an unknown host"),
    (("host", leaf, "guilty", "-m", "x"), "an unknown value"), (("sign", "0123456789abcdef", "rejected", "-m", "x"), "an unknown sign"),
    (("opinion", leaf, "x", "-m", "x"), "an unknown kind"), (("role", leaf, "king", "-m", "x"), "an unknown role"),
):
    r = spoor("mark", case, *args)
    t.check(r.returncode == 1 and r.stderr, f"{what} is refused", r.stderr)
t.check(not os.path.exists(os.path.join(case, "decisions.jsonl")), "nothing refused is kept")

r = spoor("mark", case, "host", leaf, "cleared", "-m", "seized and looked at")
t.check(r.returncode == 0 and f"{leaf}: cleared, before confirmed" in r.stdout.decode(), "a host is cleared, and what changed is said", r)
now = told()
t.equal(classes(now)[leaf], "cleared", "the story has it")
host = next(h for h in now["incident"]["hosts"] if h["host"] == leaf)
t.check(host["decided"]["reason"] == "seized and looked at" and host["decided"]["value"] == "cleared", "with who and why", host)
t.check(any(p["key"] == "nar.decided" for p in now["summary"]), "the summary says that analysts decided")
t.check(b"declared  cleared" in spoor("story", "explain", case, leaf).stdout, "explain says so")
spoor("mark", case, "host", leaf, "none", "-m", "mistake")
t.check(without_decisions(told()) == without_decisions(before), "withdrawn: the story is what it was")

# Without its entry the incident does not begin there; what else speaks for itself may stay.
r = spoor("mark", case, "host", entry, "cleared", "-m", "a test of our own")
after = told()
t.check(classes(after)[entry] == "cleared" and entry not in [e["host"] for e in after["incident"]["entry"]], "an entry is cleared", r.stdout)
t.check(sum(c == "confirmed" for c in classes(after).values()) < sum(c == "confirmed" for c in classes(before).values()) - 1,
        "and what depended on it goes with it", r.stdout)
spoor("mark", case, "host", entry, "none", "-m", "mistake")

signs = [s for s in before["incident"]["timeline"] if s.get("host") == leaf and s["grade"] in ("weak", "strong", "control")]
edges = [e for e in before["incident"]["edges"] if e["to"] == leaf]
for e in edges:
    spoor("mark", case, "edge", e["id"], "rejected", "-m", "our administrator")
listed = told()
t.check({r["id"] for r in listed["incident"]["rejected"]} >= {e["id"] for e in edges}, "rejected ways are listed")
t.check(not any(e["id"] in {x["id"] for x in edges} for e in listed["incident"]["edges"]), "and are no ways any more")
# a sign that is told no more, because those before it were rejected, needs no decision and is refused
gone = [s for s in signs if spoor("mark", case, "sign", s["id"], "rejected", "-m", "known software").returncode == 0]
t.check(gone, "signs are rejected")
left = told()
t.check(classes(left)[leaf] != "confirmed", "a host whose signs are all rejected is not confirmed", classes(left)[leaf])
t.check({r["id"] for r in left["incident"]["rejected"]} >= {s["id"] for s in gone}, "rejected signs are listed")
others = {h: c for h, c in classes(left).items() if h != leaf}
t.check(sum(c == "confirmed" for c in others.values()) >= sum(c == "confirmed" for h, c in classes(before).items() if h != leaf) - 1,
        "the others stay")

finding = before["findings"][0]
r = spoor("mark", case, "finding", f"{finding['rule_id']}@{finding['refs'][0]}", "rejected", "-m", "expected")
t.equal(sum(told()["totals"]["findings"].values()), sum(before["totals"]["findings"].values()) - 1, "a rejected match is not counted")
t.check(spoor("mark", case, "role", leaf, "jump", "-m", "inventory is old").returncode == 0, "a role is declared")
t.equal(next(h for h in told()["hosts"] if h["name"] == leaf)["role"], "jump", "and is the host's")

listing = spoor("mark", case, "--list")
t.check(listing.returncode == 0 and listing.stdout.count(b"\n") == len(told()["decisions"]), "all are listed", listing)
with open(os.path.join(case, "decisions.jsonl"), "r+b") as f:
    text = f.read().replace(b"mistake", b"mistike", 1)
    f.seek(0)
    f.write(text)
listing = spoor("mark", case, "--list")
t.check(listing.returncode == 3 and b"does not follow" in listing.stderr, "a trail that was changed is told", listing.stderr)
t.check(b"damaged" in spoor("report", case).stdout, "in the report too")
t.done()
