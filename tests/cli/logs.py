"""Line logs: hosts, zones, codings, archives, show, hunt and investigate."""
import csv
import gzip
import io
import json
import os

from cli import path, rules, spoor
from tap import Tap

IIS = ("#Software: Microsoft Internet Information Services 10.0\r\n#Version: 1.0\r\n#Date: 2023-05-17 00:00:03\r\n"
       "#Fields: date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) sc-status\r\n"
       "2023-05-17 18:47:05 10.20.0.11 GET /owa/ - 443 - 198.51.100.23 LB-Probe/1.0 200\r\n"
       "2023-05-17 18:47:06 10.20.0.11 POST /ecp/x.js a=1 443 CORP\\l.wei 198.51.100.23 python-requests/2.28.2 241\r\n")
FIREWALL = ("#Version: 1.5\r\n#Software: Microsoft Windows Firewall\r\n#Time Format: Local\r\n"
            "#Fields: date time action protocol src-ip dst-ip src-port dst-port size\r\n\r\n"
            "2023-01-17 08:00:00 DROP TCP 192.0.2.1 198.51.100.2 1 2 -\r\n"
            "2023-07-17 08:00:00 ALLOW UDP 192.0.2.1 198.51.100.2 1 53 60\r\n")


def write(text, *names):
    where = path("logs", *names)
    os.makedirs(os.path.dirname(where), exist_ok=True)
    data = text if isinstance(text, bytes) else text.encode()
    with open(where, "wb") as f:
        f.write(data)
    return where


def said(run):
    """What was said of the evidence: builds with a sanitizer have no sandbox, and say so."""
    return [line for line in run.stderr.splitlines() if b"sandbox" not in line]


def events(*args):
    run = spoor("dump", *args, "-f", "ecs")
    return run, [json.loads(x) for x in run.stdout.splitlines()]


t = Tap()
FIRST, SECOND = IIS.index("2023-05-17 18:47:05"), IIS.index("2023-05-17 18:47:06")
iis = write(IIS, "MX01", "C", "inetpub", "logs", "LogFiles", "W3SVC1", "u_ex230517.log")
firewall = write(FIREWALL, "pfirewall.log")

run, got = events(iis)
t.check(run.returncode == 0 and not said(run), "a sound log ends with 0 and no word", run)
t.equal([e["host"]["name"] for e in got], ["MX01", "MX01"], "the host is that of the collection")
t.equal(got[1]["event"]["dataset"], "iis.access", "the dataset says which log it is")
t.equal((got[1]["source"]["ip"], got[1]["user"]["name"], got[1]["http"]["response"]["status_code"], got[1]["url"]["path"]),
        ("198.51.100.23", "l.wei", 241, "/ecp/x.js"), "fields have their ECS names")
t.equal(got[1]["spoor"]["fields"]["cs-username"], "CORP\\l.wei", "and stand as logged, too")
t.check("host.name" not in got[1]["spoor"]["fields"], "what was worked out is no logged field")
rows = list(csv.DictReader(io.StringIO(spoor("dump", iis, "-f", "csv").stdout.decode(), newline="")))
t.equal([(r["host"], r["channel"], r["timestamp"]) for r in rows][0], ("MX01", "iis.access", "2023-05-17T18:47:05Z"),
        "CSV: host, dataset, time")
flat = [json.loads(x) for x in spoor("dump", iis).stdout.splitlines()]
t.equal(flat[0]["cs-uri-stem"], "/owa/", "dump as it is: fields under their names")

# --- time zones
run, got = events(firewall)
t.check(run.returncode == 0 and b"assumed: local times" in run.stderr, "an assumption is told and is no gap", run)
t.equal([e["spoor"]["event"]["time_basis"] for e in got], ["local_assumed"] * 2, "and marked")
for zone, want in (("Asia/Shanghai", ["2023-01-17T00:00:00Z", "2023-07-17T00:00:00Z"]),
                   ("America/New_York", ["2023-01-17T13:00:00Z", "2023-07-17T12:00:00Z"]),
                   ("+05:30", ["2023-01-17T02:30:00Z", "2023-07-17T02:30:00Z"]),
                   ("UTC", ["2023-01-17T08:00:00Z", "2023-07-17T08:00:00Z"]),
                   ("*.log=Asia/Tokyo", ["2023-01-16T23:00:00Z", "2023-07-16T23:00:00Z"])):
    run, got = events(firewall, "--tz", zone)
    t.equal([e["@timestamp"] for e in got], want, f"--tz {zone}")
    t.check(not said(run) and got[0]["spoor"]["event"]["time_basis"] == "local_declared", "is no assumption", run)
run, got = events(firewall, "--tz", "elsewhere=Asia/Tokyo", "--tz", "pfirewall=+01:00", "--tz", "Asia/Shanghai")
t.equal(got[0]["@timestamp"], "2023-01-17T07:00:00Z", "the first zone that fits counts")
t.equal(events(iis, "--tz", "Asia/Tokyo")[1][0]["@timestamp"], "2023-05-17T18:47:05Z", "UTC by definition stays UTC")
for bad in ("Mars/Olympus", "../../etc/passwd", "+25:00", "", "/etc/localtime"):
    run = spoor("dump", firewall, "--tz", bad)
    t.check(run.returncode == 1 and not run.stdout, f"--tz {bad!r} is refused", run)

# --- codings
text = FIREWALL.replace("DROP", "\u6587\u4ef6")
chinese = write(text.encode("gbk"), "gbk.log")
t.equal(events(chinese, "--tz", "UTC", "--encoding", "cp936")[1][0]["event"]["action"], "\u6587\u4ef6", "--encoding cp936")
t.check(spoor("dump", chinese, "--encoding", "klingon").returncode == 1, "--encoding klingon is refused")

# --- archives
packed = write(gzip.compress(IIS.encode()), "MX02", "var", "log", "u_ex.log.gz")
run, got = events(packed)
t.equal(([e["host"]["name"] for e in got], [e["log"]["offset"] for e in got]), (["MX02"] * 2, [FIRST, SECOND]), "a packed log")

# --- one record
run = spoor("show", f"{iis}:{SECOND}")
shown = run.stdout.decode()
t.check(run.returncode == 0 and "read as w3c" in shown and "POST" in shown and "cs-uri-stem" in shown, "show finds the line", run)
t.check("2023-05-17 18:4" in shown.split("Bytes")[1], "and dumps it", shown)
t.check("2023-01-17T00:00:00Z" in spoor("show", "--tz", "Asia/Shanghai", f"{firewall}:{FIREWALL.index('2023-01')}").stdout.decode(), "show --tz",
        spoor("show", "--tz", "Asia/Shanghai", f"{firewall}:{FIREWALL.index('2023-01')}"))

# --- large files, which are read in pieces unless their header changes
HEADER = IIS[:IIS.index("2023-05-17 18")]
LINES = "".join("2023-05-17 %02d:%02d:%02d 10.20.0.11 GET /a%d%s - 443 - 198.51.100.23 LB-Probe/1.0 200\r\n" %
                (i // 3600 % 24, i // 60 % 60, i % 60, i, "x" * (i % 400)) for i in range(70000))
OTHER = HEADER.replace("s-ip cs-method", "cs-method s-ip")
SWAPPED = IIS[SECOND:].replace("10.20.0.11 POST", "POST 10.20.0.11")
for what, text, last in (("cut", HEADER + LINES + HEADER + LINES + IIS[SECOND:], 0),
                         ("whole", HEADER + LINES + OTHER + SWAPPED, 4 + 70000 + 4 + 1)):
    large = write(text, "large.log")
    one = spoor("dump", large, "-f", "ecs", "-j", 1)
    t.check(one.returncode == 0 and one.stdout.count(b"\n") == text.count("\n") - text.count("#"), f"large, {what}: events", one.stderr)
    t.equal(spoor("dump", large, "-f", "ecs", "-j", 4).stdout, one.stdout, f"large, {what}: 1 and 4 workers give the same bytes")
    end = json.loads(one.stdout.splitlines()[-1])
    t.equal((end["destination"]["ip"], end["http"]["request"]["method"], end["url"]["path"]), ("10.20.0.11", "POST", "/ecp/x.js"),
            f"large, {what}: the last line has its columns")
    t.equal(end["spoor"]["event"]["record"], last, f"large, {what}: its number")
    ref = end["spoor"]["event"]["ref"].split(":")
    t.check(b"/ecp/x.js" in spoor("show", f"{large}:{ref[1]}:{ref[2]}").stdout, f"large, {what}: show finds it", ref)
os.unlink(large)

# --- the rest of the program
run = spoor("hunt", path("logs"), "-r", rules(), "-f", "jsonl")
t.check(run.returncode == 0, "hunt reads flat events", run)
rule = write("title: shell\nid: 7a1c3a3e-0d53-4c0a-9d5c-3b5a4d6f0001\nlogsource: {product: linux, category: process_creation}\n"
             "detection: {s: {Image|endswith: /bash, a.b: 7}, condition: s}\n", "..", "shell.yml")
shell = write('{"Image":"/bin/bash","a":{"b":7}}\n{"Image":"/bin/sh"}\n', "..", "shell.jsonl")
for source, want, what in (("product=linux,category=process_creation", 1, "the log is what the user says"),
                           ("product=linux", 0, "a rule that names more than was said"),
                           ("shell=category=process_creation,product=linux", 1, "for a part of the path"),
                           ("other=category=process_creation,product=linux", 0, "for another path")):
    for more in ([], ["--naive"]):
        run = spoor("hunt", shell, "-r", rule, "-f", "jsonl", "--logsource", source, *more)
        t.equal(len(run.stdout.splitlines()), want, f"--logsource {source} {more}: {what}")
for bad in ("product=", "linux", "product=a,product=b", "product=a,colour=b", "service=a,"):
    t.check(spoor("hunt", shell, "-r", rule, "--logsource", bad).returncode == 1, f"--logsource {bad} is refused")
run = spoor("rules", "explain", "7a1c3a3e-0d53-4c0a-9d5c-3b5a4d6f0001", f"{shell}:0", "-r", rule, "--logsource",
            "product=linux,category=process_creation", "--json")
t.check(json.loads(run.stdout)["matches"], "rules explain knows it too", run)

run = spoor("investigate", path("logs"), "-r", rules(), "-o", path("case"))
t.check(run.returncode == 0, "investigate reads flat events", run)
with open(path("case", "manifest.jsonl")) as f:
    items = {os.path.basename(i["path"]): i for i in map(json.loads, f)}
t.equal({(i["format"], i["verdict"]) for n, i in items.items() if n.endswith(".log")}, {("w3c", "ok")},
        "assumptions do not change the verdict")
ref = f"{items['u_ex230517.log']['sha256'][:16]}:{SECOND}:6"
t.check(b"/ecp/x.js" in spoor("show", path("case"), ref).stdout, "show opens a reference of the case", ref)
one = spoor("dump", path("logs"), "-f", "ecs", "-j", 1).stdout
t.equal(spoor("dump", path("logs"), "-f", "ecs", "-j", 4).stdout, one, "1 and 4 workers give the same bytes")
t.done()
