"""Correlations and filters through hunt and investigate: many files, any order, any number of workers, all formats."""
import csv
import hashlib
import io
import json
import os
import shutil
import sqlite3

from cli import evidence, path, spoor
from tap import Tap

RULES = """title: Many failed logons, then one that succeeds
id: 00000000-0000-4000-8000-0000000000a1
level: high
tags: [attack.t1110]
correlation:
  type: temporal_ordered
  rules: [many_failed, success]
  group-by: TargetUserName
  timespan: 10m
---
title: Many failed logons
id: 00000000-0000-4000-8000-0000000000a2
name: many_failed
correlation:
  type: event_count
  rules: failed
  group-by: [TargetUserName]
  timespan: 10m
  condition: {gte: 5}
---
name: failed
logsource: {product: windows, service: security}
detection: {s: {EventID: 4625}, condition: s}
---
name: success
logsource: {product: windows, service: security}
detection: {s: {EventID: 4624}, condition: s}
"""
SPRAY = """title: One address, many accounts
id: 00000000-0000-4000-8000-0000000000a3
level: medium
generate: true
correlation:
  type: value_count
  rules: [failed]
  group-by: IpAddress
  timespan: 1h
  condition: {gte: 3, field: TargetUserName}
"""
FILTER = """title: The scanner may
logsource: {product: windows, service: security}
filter:
  rules: [failed]
  scanner: {IpAddress: 10.0.0.99}
  condition: %s
"""


def event(record, number, seconds, user, address="10.0.0.9", computer="dc1"):
    when = "2024-04-18T%02d:%02d:%02d.000000Z" % (2 + seconds // 3600, seconds // 60 % 60, seconds % 60)
    return json.dumps({"Event": {
        "System": {"Provider": {"#attributes": {"Name": "Microsoft-Windows-Security-Auditing"}}, "EventID": number,
                   "TimeCreated": {"#attributes": {"SystemTime": when}}, "EventRecordID": record,
                   "Channel": "Security", "Computer": computer},
        "EventData": {"TargetUserName": user, "IpAddress": address}}}) + "\n"


def write(folder, name, lines):
    os.makedirs(path(folder), exist_ok=True)
    with open(path(folder, name), "w") as f:
        f.writelines(lines)


def rules(name, *texts):
    write(name, "rules.yml", ["---\n".join(texts)])
    return path(name)


def found(run):
    return [json.loads(line) for line in run.stdout.splitlines()]


def identity(finding):
    """A finding without the names of files: references hold the hash of the content."""
    return (finding["rule.id"], finding["@timestamp"], tuple(finding["event.ref"]), tuple(finding["details"].items()))


t = Tap()
# Failures of one account are spread over files, out of order within them; a copy of a file counts once.
failures = [event(i, 4625, 20 * i, "Bob" if i % 2 else "bob") for i in range(12)]
files = {"a.jsonl": failures[6:] + failures[:1], "b.jsonl": failures[1:6],
         "c.jsonl": [event(90, 4624, 250, "BOB"), event(91, 4624, 260, "eve")],
         "d.jsonl": [event(100 + i, 4625, 7200 + i, "user%d" % i, "10.0.0.99", "pc%d" % i) for i in range(4)]}
for name, lines in files.items():
    write("logs", name, lines)
shutil.copy(path("logs", "b.jsonl"), path("logs", "b copy.jsonl"))
pack = rules("pack", RULES)
one = spoor("hunt", path("logs"), "-r", pack, "-f", "jsonl", "-j", 1)
alert = found(one)
t.check(one.returncode == 0 and len(alert) == 1, "one finding, and none of what it is made of", one)
alert = alert[0]
t.equal((alert["rule.id"], alert["rule.name"], alert["rule.level"], alert["rule.tags"], alert["host.name"]),
        ("00000000-0000-4000-8000-0000000000a1", "Many failed logons, then one that succeeds", "high", ["attack.t1110"], "dc1"),
        "it is named by the correlation")
t.equal(len(alert["event.ref"]), 13, "it names all twelve failures and the success, the copy once")
t.equal(alert["@timestamp"], "2024-04-18T02:00:00Z", "its time is that of the first event")
t.equal(alert["details"]["TargetUserName"].lower(), "bob", "its group is shown")
t.check("event.code" not in alert, "no code of an event where there are many")

for n in (2, 4):
    t.equal(spoor("hunt", path("logs"), "-r", pack, "-f", "jsonl", "-j", n).stdout, one.stdout, f"the same bytes from {n} workers")
for i, name in enumerate(sorted(files)):  # the same content under names in another order
    os.makedirs(path("turned"), exist_ok=True)
    shutil.copy(path("logs", name), path("turned", "%d.jsonl" % (9 - i)))
turned = found(spoor("hunt", path("turned"), "-r", pack, "-f", "jsonl"))
t.equal([identity(f) for f in turned], [identity(alert)], "the order of files does not matter")

# generate, another kind, several hosts
both = rules("both", RULES, SPRAY)
run = spoor("hunt", path("logs"), "-r", both, "-f", "jsonl")
by_rule = {}
for f in found(run):
    by_rule.setdefault(f["rule.id"], []).append(f)
t.equal({k: len(v) for k, v in by_rule.items()},
        {"00000000-0000-4000-8000-0000000000a1": 1, "00000000-0000-4000-8000-0000000000a3": 1, "failed": 21},
        "generate: true shows the matches too")
spray = by_rule["00000000-0000-4000-8000-0000000000a3"][0]
t.check(len(spray["event.ref"]) == 4 and spray["host.name"] == "" and spray["details"]["hosts"] == "pc0, pc1, pc2, pc3",
        "events of several hosts", spray)

# filters, both ways to write one
for condition in ("scanner", "not scanner"):
    run = spoor("hunt", path("logs"), "-r", rules("filtered", RULES, SPRAY, FILTER % condition), "-f", "jsonl")
    ids = [f["rule.id"][-2:] for f in found(run) if f["rule.id"] != "failed"]
    t.equal(ids, ["a1"], f"the filter with \"condition: {condition}\" leaves out the scanner")

# formats
for name in ("ecs", "timesketch"):
    rows = found(spoor("hunt", path("logs"), "-r", pack, "-f", name))
    refs = rows[0]["event"]["ref"] if name == "ecs" else rows[0]["event_ref"]
    t.check(len(rows) == 1 and refs == alert["event.ref"], f"{name} has all references", rows)
sheet = list(csv.DictReader(io.StringIO(spoor("hunt", path("logs"), "-r", pack, "-f", "csv").stdout.decode(), newline="")))
t.check(len(sheet) == 1 and sheet[0]["event_ref"].split() == alert["event.ref"], "csv has all references", sheet)
table = spoor("hunt", path("logs"), "-r", pack, "-f", "table").stdout
t.check(table.count(b"\n") == 2 and b"Many failed logons" in table, "table has its line", table)
quiet = spoor("hunt", path("logs"), "-r", pack, "-f", "jsonl", "--min-level", "critical")
t.check(not quiet.stdout and quiet.returncode == 0, "--min-level sees the level of the correlation", quiet)

# each reference opens
by_hash = {hashlib.sha256(open(path("logs", n), "rb").read()).hexdigest(): path("logs", n) for n in files}
shown = [spoor("show", by_hash[r.split(":")[0]] + r[64:]) for r in alert["event.ref"]]
t.check(all(s.returncode == 0 and b"Fields" in s.stdout for s in shown), "references open", *shown)

# investigate
case = spoor("investigate", path("logs"), "-r", pack, "-o", path("case"))
t.check(case.returncode == 0 and os.path.isfile(path("case", "report.html")), "investigate makes a case", case)
db = sqlite3.connect(path("case", "case.db"))
rows = db.execute("SELECT rule_id, title, level FROM findings").fetchall()
t.equal(rows, [(alert["rule.id"], alert["rule.name"], 3)], "the case has the finding")
t.equal(db.execute("SELECT count(*) FROM finding_refs").fetchone()[0] + 1, 13, "with all its events")
t.equal(db.execute("SELECT count(*) FROM rules WHERE status = 'ok'").fetchone()[0], 4, "and four documents that were carried out")
told = json.load(open(path("case", "case.json")))
t.check(alert["event.ref"][12] in json.dumps(told), "case.json names the last of them")
t.check(b"Many failed logons, then one that succeeds" in open(path("case", "report.html"), "rb").read(), "the report shows it")

# Three kinds of logs: a web server's, Windows', a network sensor's
CROSS = """title: From the web server onward
id: 00000000-0000-4000-8000-0000000000a5
correlation:
  type: temporal_ordered
  rules: [web, success, smb]
  timespan: 10m
  group-by: ip
  aliases: {ip: {web: c-ip, success: IpAddress, smb: id.orig_h}}
---
name: web
logsource: {category: webserver}
detection: {s: {cs-method: POST}, condition: s}
---
name: success
logsource: {product: windows, service: security}
detection: {s: {EventID: 4624}, condition: s}
---
name: smb
logsource: {product: zeek, service: conn}
detection: {s: {id.resp_p: 445}, condition: s}
"""
write("cross", "u_ex240418.log", [
    "#Software: Microsoft Internet Information Services 10.0\n#Version: 1.0\n#Date: 2024-04-18 02:00:00\n",
    "#Fields: date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) sc-status time-taken\n",
    "2024-04-18 02:00:05 10.0.0.2 POST /a.aspx - 443 - 10.0.0.9 curl 200 15\n",
    "2024-04-18 02:00:06 10.0.0.2 POST /a.aspx - 443 - 10.0.0.8 curl 200 15\n"])
write("cross", "security.jsonl", [event(1, 4624, 60, "anna"), event(2, 4624, 61, "bert", "10.0.0.7")])
write("cross", "conn.log", [
    "#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\tconn\n",
    "#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\n",
    "#types\ttime\tstring\taddr\tport\taddr\tport\tenum\n",
    "1713405720.000000\tCabc1\t10.0.0.9\t50000\t10.0.0.30\t445\ttcp\n",
    "1713405721.000000\tCabc2\t10.0.0.8\t50000\t10.0.0.30\t445\ttcp\n"])
run = spoor("hunt", path("cross"), "-r", rules("crossing", CROSS), "-f", "jsonl")
ways = found(run)
t.check(len(ways) == 1 and ways[0]["details"]["ip"] == "10.0.0.9" and len({r[:64] for r in ways[0]["event.ref"]}) == 3,
        "a way through three kinds of logs", run)

# EVTX: samples of our own writer
counting = rules("counting", """title: Many events
id: 00000000-0000-4000-8000-0000000000a4
correlation: {type: event_count, rules: any_event, timespan: 36500d, condition: {gte: 10}}
---
name: any_event
logsource: {product: windows}
detection: {s: {Channel|contains: e}, condition: s}
""")
run = spoor("hunt", evidence(), "-r", counting, "-f", "jsonl", "-j", 3)
events = found(run)
t.check(len(events) == 1 and len(events[0]["event.ref"]) >= 10, "EVTX counts too", run)
t.equal(spoor("hunt", evidence(), "-r", counting, "-f", "jsonl", "-j", 1).stdout, run.stdout, "and the same from one worker")

# rules
listed = spoor("rules", "list", "-r", both).stdout.decode()
t.check("correlation 00000000-0000-4000-8000-0000000000a1" in listed and "rule        success" in listed, "rules list shows kinds", listed)
t.check("success (for correlations only)" in listed and "failed (for" not in listed, "and what is not shown by itself", listed)
bad = spoor("rules", "check", "-r", rules("bad", RULES.replace("[many_failed, success]", "[many_failed, gone]")))
t.check(bad.returncode == 3 and b"line 1: there is no rule \"gone\"" in bad.stdout and b"1 rejected" in bad.stdout,
        "rules check names a rule that is not there", bad)
t.done()
