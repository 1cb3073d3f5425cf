"""spoor rules: samples, placeholders, the profile "extended", explain, stats, update; why nothing was found."""
import hashlib
import http.server
import json
import os
import shutil
import ssl
import subprocess
import threading
import zipfile

from cli import evidence, path, rules, spoor
from tap import Tap

t = Tap()
HOME = {"XDG_DATA_HOME": path("data"), "XDG_CACHE_HOME": path("cache"), "XDG_STATE_HOME": path("state")}
N = [0]


def write(name, text):
    os.makedirs(os.path.dirname(path(name)), exist_ok=True)
    with open(path(name), "w") as f:
        f.write(text)
    return path(name)


def run(*args, **more):
    return spoor(*args, env=HOME, **more)


def rule(detection, category="process_creation", more=""):
    return (f"title: A rule\nid: r{N[0]}\nlevel: high\n{more}logsource: {{product: windows, {category}}}\n"
            f"detection: {detection}\n")


def sample(what, detection, category, event, matches, *options):
    """One rule, one event, what `rules test` must say."""
    N[0] += 1
    folder = f"s{N[0]}"
    write(f"{folder}/r.yml", rule(detection, category))
    write(f"{folder}/r.tests.yml", f"{'match' if matches else 'no_match'}:\n  - {{{event}}}\n")
    got = run("rules", "test", "-r", path(folder), *options)
    t.check(got.returncode == 0 and b"1 tested, 0 failed" in got.stdout, what, got.stdout, got.stderr)


# --- samples
PC = "category: process_creation"
sample("a sample is matched", "{s: {Image|endswith: '\\x.exe'}, condition: s}", PC, r"Image: 'C:\x.exe'", True)
sample("a sample is left alone", "{s: {Image|endswith: '\\x.exe'}, condition: s}", PC, r"Image: 'C:\y.exe'", False)
sample("a list is several fields", "{s: {Data: b}, condition: s}", "service: application", "Data: [a, b]", True)
sample("null is an element without value", "{s: {A: null}, condition: s}", "service: application", "A: ~", True)
sample("spaces of names go", "{s: {ThreatName: x}, condition: s}", "service: windefend", "'Threat Name': x", True)
write("bad/r.yml", rule("{s: {A: b}, condition: s}"))
write("bad/r.tests.yml", "match:\n  - {A: c}\nno_match:\n  - {A: b}\n")
got = run("rules", "test", "-r", path("bad"))
t.check(got.returncode == 3 and b"match 1 (line 2) is not matched" in got.stdout and
        b"no_match 1 (line 4) is matched" in got.stdout, "what fails is told by line", got.stdout)
write("bad/r.tests.yml", "matches:\n  - {A: c}\n")
got = run("rules", "test", "-r", path("bad"))
t.check(got.returncode == 3 and b'r.tests.yml: line 1: "matches" is neither' in got.stdout, "a broken file of samples fails", got.stdout)

# --- placeholders
VALUES = write("values/a.yml", "users: [anna, 'svc_*']\nnet: [10.0.0.0/8]\nre: ['^a.c$']\nquoted: 'a\\*'\n")
MORE = write("more.yml", "name: pipeline\nvars:\n  hosts: [h1, h2]\ntransformations: []\n")
APP, V = "service: application", ("--values", path("values"), "--values", MORE)
for detection, event, matches in (
        ("A|expand: '%users%'", "A: Anna", True), ("A|expand: '%users%'", "A: svc_backup", True),
        ("A|expand: '%users%'", "A: 'anna2'", False),
        ("A|contains|expand: '%users%'", "A: 'x anna y'", True), ("A|startswith|expand: '%users%'", "A: 'anna y'", True),
        ("A|expand: '%hosts%/%users%'", "A: h2/anna", True), ("A|expand: '%hosts%/%users%'", "A: h2/svc_1", True),
        ("A|expand: '%hosts%/%users%'", "A: h3/anna", False), ("A|expand: '%hosts%/%hosts%'", "A: h2/h1", True),
        ("A|expand: '%quoted%'", "A: 'a*'", True), ("A|expand: '%quoted%'", "A: 'ab'", False),
        ("A|expand|cidr: '%net%'", "A: 10.2.3.4", True), ("A|expand|cidr: '%net%'", "A: 11.2.3.4", False),
        ("A|expand|re: '%re%'", "A: abc", True), ("A|expand|re: '%re%'", "A: abcd", False),
        ("A: '%users%'", "A: anna", False), ("A: '%users%'", "A: '%users%'", True),
        ("A|expand|base64: '%hosts%'", "A: aDI=", True)):
    sample(f"{detection}, {event}: {matches}", f"{{s: {{{detection}}}, condition: s}}", APP, event, matches, *V)
write("ph/r.yml", rule("{s: {A|expand: '%nobody%'}, condition: s}", APP))
got = run("rules", "check", "-r", path("ph"), *V)
t.check(got.returncode == 3 and b"placeholder %nobody% has no values" in got.stdout, "a placeholder without values is named", got.stdout)
write("ph/r.yml", rule("{s: {A|expand: '" + "%users%" * 9 + "'}, condition: s}", APP))
got = run("rules", "check", "-r", path("ph"), *V)
t.check(got.returncode == 3 and b"too many placeholders" in got.stdout, "combinations have a ceiling", got.stdout)
write("wide.yml", "w: [%s]\n" % ", ".join(f"v{i}" for i in range(300)))
write("ph/r.yml", rule("{s: {A|expand: '%w%%w%'}, condition: s}", APP))
got = run("rules", "check", "-r", path("ph"), "--values", path("wide.yml"))
t.check(got.returncode == 3 and b"too many values" in got.stdout, "so has their number", got.stdout)
broken = write("broken.yml", "a: b\nc: {d: e}\n")
for command in (["rules", "check", "-r", path("ph")], ["hunt", evidence(), "-r", path("ph")],
                ["investigate", evidence(), "-o", path("case0"), "-r", path("ph")]):
    got = run(*command, "--values", broken)
    t.check(got.returncode == 2 and b"broken.yml: line 2: not a value" in got.stderr, f"{command[0]}: a broken value file is named", got)

# --- profile: 4688
X = ("--profile", "extended")
P4688 = r"EventID: 4688, Channel: Security, NewProcessName: 'C:\x.exe', CommandLine: x, "
SUBJECT = "SubjectUserName: anna, SubjectDomainName: CORP, SubjectLogonId: '0x5f1a', "
NOBODY = "TargetUserName: '-', TargetDomainName: '-', TargetLogonId: '0x0', "
SYSTEM = "SubjectUserName: 'HOST$', SubjectDomainName: CORP, SubjectLogonId: '0x3e7', "
OTHER = "TargetUserName: ben, TargetDomainName: LAB, TargetLogonId: '0x77', "
for field, event, matches in (
        ("User: 'CORP\\anna'", SUBJECT, True), ("User: 'CORP\\ann'", SUBJECT, False),
        ("User|contains: 'rp\\an'", SUBJECT, True), ("User|contains: 'ann'", SUBJECT, True),
        ("User|startswith: 'corp'", SUBJECT + NOBODY, True), ("User|endswith: '\\anna'", SUBJECT + NOBODY, True),
        ("User|endswith: 'corp'", SUBJECT, False), ("User: 'C???\\a*a'", SUBJECT, True),
        ("User: 'LAB\\ben'", SUBJECT + OTHER, True), ("User: 'CORP\\anna'", SUBJECT + OTHER, False),
        ("User|contains: 'AUTHORI'", SYSTEM, True), ("User: 'NT AUTHORITY\\SYSTEM'", SYSTEM + NOBODY, True),
        ("User|contains: 'HOST'", SYSTEM, False), ("User|re: 'anna'", SUBJECT, False), ("User: x", "", False),
        ("LogonId: '0x5f1a'", SUBJECT + NOBODY, True), ("LogonId: '0x77'", SUBJECT + OTHER, True),
        ("ProcessId: 1234", "NewProcessId: '0x4d2', ", True), ("ProcessId: '1234'", "NewProcessId: '0x4D2', ", True),
        ("ProcessId: 1235", "NewProcessId: '0x4d2', ", False), ("ProcessId: 4", "ProcessId: '0x4', ", False),
        ("ParentProcessId: 4", "ProcessId: '0x4', ", True), ("ProcessId|gt: 1000", "NewProcessId: '0x4d2', ", True),
        ("ParentImage|endswith: '\\p.exe'", r"ParentProcessName: 'C:\p.exe', ", True),
        ("IntegrityLevel: System", "MandatoryLabel: S-1-16-16384, ", True),
        ("IntegrityLevel: [High, S-1-16-16384]", "MandatoryLabel: S-1-16-12288, ", True),
        ("IntegrityLevel: S-1-16-12288", "MandatoryLabel: S-1-16-12288, ", True),
        ("IntegrityLevel|startswith: Med", "MandatoryLabel: S-1-16-8448, ", True),
        ("IntegrityLevel: Low", "MandatoryLabel: S-1-16-12288, ", False)):
    sample(f"4688: {field} of {event}", f"{{s: {{Image: 'C:\\x.exe', {field}}}, condition: s}}", PC, P4688 + event, matches, *X)
    if matches and "ParentImage" not in field:
        sample(f"strict 4688: {field}", f"{{s: {{Image: 'C:\\x.exe', {field}}}, condition: s}}", PC, P4688 + event, False)
# what is not known fulfils nothing: neither a test nor its negation
for what, condition, event, matches in (
        ("a filter on a known field", "s and not f", P4688 + SUBJECT, True),
        ("a filter that holds", "s and not f", P4688 + SYSTEM, False),
        ("a filter on an unknown account", "s and not f", P4688, False),
        ("a filter on a field without source", "s and not g", P4688 + SUBJECT, False),
        ("one of two, the other unknown", "s and (u or g)", P4688 + SUBJECT, True),
        ("unknown alone", "s and g", P4688 + SUBJECT, False),
        ("null of a field without source", "s and n", P4688 + SUBJECT, False),
        ("a reference to a renamed field", "s and r", P4688 + r"ParentProcessName: 'C:\x.exe', ", True),
        ("a reference to a converted field", "s and q", P4688 + SUBJECT, False)):
    sample(what, "{s: {LogonId|contains: '0x'}, f: {User|contains: 'AUTHORI'}, g: {ParentCommandLine: x}, u: {User: 'CORP\\anna'}, "
           f"n: {{ParentCommandLine: null}}, r: {{Image|fieldref: ParentImage}}, q: {{User|fieldref: ParentUser}}, condition: {condition.replace('s and', 'k and', 1)}, "
           "k: {CommandLine: x, ProcessId|lt: 100000}}", PC, event + "NewProcessId: '0x1', ", matches, *X)

# --- profile: 4657
SET = "EventID: 4657, Channel: Security, OperationType: '%%1905', ProcessName: 'C:\\r.exe', "
KEY = SET + r"ObjectName: '\REGISTRY\MACHINE\SYSTEM\ControlSet001\Services\x', ObjectValueName: Start, "
USER = SET + r"ObjectName: '\REGISTRY\USER\S-1-5-21-1\Software\Run', ObjectValueName: y, NewValueType: '%%1873', "
DWORD = KEY + "NewValueType: '%%1876', "
for category, field, event, matches in (
        ("registry_set", "TargetObject: 'HKLM\\System\\CurrentControlSet\\Services\\x\\Start'", KEY, True),
        ("registry_set", "TargetObject: 'HKLM\\System\\ControlSet001\\Services\\x\\Start'", KEY, True),
        ("registry_set", "TargetObject|contains: '\\CurrentControlSet\\Services\\'", KEY, True),
        ("registry_set", "TargetObject|contains: '\\Services\\'", KEY, True),
        ("registry_set", "TargetObject|endswith: '\\x\\Start'", KEY, True),
        ("registry_set", "TargetObject|startswith: 'HKU\\S-1-5-21'", USER, True),
        ("registry_set", "TargetObject|startswith: 'HKLM\\'", USER, False),
        ("registry_set", "TargetObject|contains: '\\REGISTRY\\'", USER, False),
        ("registry_set", "TargetObject: '\\REGISTRY\\MACHINE\\*'", KEY, False),
        ("registry_set", "Image|endswith: '\\r.exe'", KEY, True),
        ("registry_set", "Details: 'DWORD (0x00000004)'", DWORD + "NewValue: 4", True),
        ("registry_set", "Details: 'DWORD (0x00000004)'", DWORD + "NewValue: 5", False),
        ("registry_set", "Details|contains: 'DWORD (0x0000000a)'", DWORD + "NewValue: 10", True),
        ("registry_set", "Details|startswith: DWORD", DWORD + "NewValue: 10", True),
        ("registry_set", "Details: '4'", DWORD + "NewValue: 4", False),
        ("registry_set", "Details|contains: '4'", DWORD + "NewValue: 4", False),
        ("registry_set", "Details|contains: 'evil'", USER + r"NewValue: 'C:\evil.exe'", True),
        ("registry_set", "Details: '(Empty)'", USER + "NewValue: ''", True),
        ("registry_set", "Details: 'Binary Data'", KEY + "NewValueType: '%%1875', NewValue: 00", True),
        ("registry_set", "EventType: SetValue", KEY, False), ("registry_set", "User: x", KEY, False),
        ("registry_event", "TargetObject|endswith: '\\Start'", KEY, True),
        ("registry_event", "NewName: x", KEY, False),
        ("registry_add", "TargetObject|endswith: '\\Start'", KEY, False),
        ("registry_add", "TargetObject|endswith: '\\Start'", KEY.replace("1905", "1904"), True),
        ("registry_delete", "TargetObject|endswith: '\\Start'", KEY, False),
        ("registry_delete", "TargetObject|endswith: '\\Start'", KEY.replace("1905", "1906"), True),
        ("registry_set", "TargetObject|endswith: '\\Start'", KEY.replace("1905", "1906"), False)):
    sample(f"4657: {category} {field} of {event[80:]}", f"{{s: {{{field}}}, condition: s}}", f"category: {category}", event, matches, *X)
sample("a filter on other data", "{s: {TargetObject|endswith: Start}, f: {Details: 'DWORD (0x00000004)'}, condition: s and not f}",
       "category: registry_set", DWORD + "NewValue: 5", True, *X)
sample("a filter on data that cannot be told", "{s: {TargetObject|endswith: Start}, f: {Details|contains: '4'}, condition: s and not f}",
       "category: registry_set", DWORD + "NewValue: 5", False, *X)
sample("strict: 4657 is no registry_set", "{s: {TargetObject|endswith: Start}, condition: s}", "category: registry_set", KEY, False)

# --- explain
found = [json.loads(x) for x in run("hunt", evidence(), "-r", rules(), "-f", "jsonl").stdout.splitlines()]
ref = found[0]["event.ref"][0].split(":")
where = f"{found[0]['log.file.path']}:{ref[1]}:{ref[2]}"
for name in ("11111111-2222-3333-4444-555555555555", "any event with a channel", os.path.join(rules(), "any.yml")):
    why = json.loads(run("rules", "explain", name, where, "-r", rules(), "--json").stdout)
    test = why["readings"][0]["condition"]
    t.check(why["matches"] and why["profile"] == "strict" and test["holds"] and test["field"] == "Channel" and
            "e" in test["matched_value"], f"explain by {name[:20]}: the test that holds and its value", why)
with open(os.path.join(rules(), "any.yml"), "rb") as f:
    t.equal(why["rule"]["sha256"], hashlib.sha256(f.read()).hexdigest(), "and the hash of the rule's file")
no = write("no/r.yml", rule("{a: {Channel|endswith: zzz}, b: {Nothing: 1}, condition: a or not b}", "service: dns-server"))
got = run("rules", "explain", no, where)
t.check(got.returncode == 0 and b"no match" in got.stdout and b"does not apply, the channel is" in got.stdout, "a log source that does not fit", got)
no = write("no/r.yml", rule("{a: {Channel|endswith: zzz}, b: {Nothing: 1}, condition: a or b}", "level: x").replace(", level: x", ""))
got = run("rules", "explain", no, where).stdout
t.check(b"false    a: Channel ends with 'zzz'" in got and b"b: Nothing is 1   <- Nothing is not there" in got, "tests that fail, by name and value", got)
t.check(b"\x1b" not in got, "no colour in a pipe")
t.equal(run("rules", "explain", "nothing", where, "-r", rules()).returncode, 2, "an unknown rule")
case = run("investigate", evidence(), "-o", path("case"), "-r", rules(), "--values", path("values"), *X)
t.check(case.returncode in (0, 3), "investigate", case.stderr)
why = run("rules", "explain", "11111111-2222-3333-4444-555555555555", path("case"), found[0]["event.ref"][0], "-r", rules(), "--json")
t.check(why.returncode == 0 and json.loads(why.stdout)["matches"], "explain by a case and a reference", why)

# --- the case knows its rules
with open(path("case", "case.json")) as f:
    told = json.load(f)
one = why and json.loads(why.stdout)["rule"]["sha256"]
t.equal(told["run"]["rules_sha256"], hashlib.sha256(f"{one}\n".encode()).hexdigest(), "the hash of the set is that of its sorted hashes")
with open(VALUES, "rb") as f:
    t.equal(told["run"]["values_sha256"], hashlib.sha256((hashlib.sha256(f.read()).hexdigest() + "\n").encode()).hexdigest(), "values too")
t.equal(told["run"]["profile"], "extended", "and the profile")
t.check(told["findings"] and all(f["rule_sha256"] == one for f in told["findings"]), "each finding has its rule's hash")
t.check("--profile extended" in told["run"]["command"] and "--values" in told["run"]["command"], "the command says so")

# --- stats, and why there is nothing
write("why/can.yml", rule("{s: {Channel: zzz*}, condition: s}", "level: x").replace(", level: x", "").replace("id: r", "id: can"))
write("why/log.yml", rule("{s: {A: x}, condition: s}", "service: dns-server").replace("id: r", "id: log"))
write("why/event.yml", rule("{s: {EventID: 64999}, condition: s}", "level: x").replace(", level: x", "").replace("id: r", "id: event"))
write("why/field.yml", rule("{s: {NoSuchField: x}, condition: s}", "level: x").replace(", level: x", "").replace("id: r", "id: field"))
write("why/bad.yml", rule("{s: {A|zzz: x}, condition: s}", "service: system").replace("id: r", "id: bad"))
write("why/linux.yml", "title: Linux\nid: linux\nlogsource: {product: linux, service: auth}\ndetection: {s: {a: b}, condition: s}\n")
stats = json.loads(run("rules", "stats", evidence(), "-r", path("why"), "--json").stdout)
states = {r["id"].rstrip("0123456789"): r["state"] for r in stats["rules"]}
t.check(states["event"] == "no such event" and states["field"] == "no such field" and states["log"] == "no such log" and
        states["bad"] == "rejected" and states["linux"] in ("no such log", "no reader") and states["can"] == "no such event",
        "stats: why each rule cannot match", states)
t.equal([r["missing_fields"] for r in stats["rules"] if r["state"] == "no such field"], ["NoSuchField"], "and which field is missing")
t.equal(run("rules", "stats", evidence(), "-r", path("why"), "--json", "-j", 4).stdout,
        run("rules", "stats", evidence(), "-r", path("why"), "--json", "-j", 1).stdout, "stats: the same for 1 and 4 workers")
text = run("rules", "stats", evidence(), "-r", rules())
t.check(b"matched" in text.stdout and b"Any event with a channel" in text.stdout, "stats: a table", text)
bare = run("rules", "stats", "-r", path("why"))
t.check(b"logs of product linux service auth\n" in bare.stdout and b"6 rules, 5 with a reader, 1 rejected" in bare.stdout,
        "stats: what rules read, without evidence", bare)
write("why2/app.yml", "title: App\nid: app\nlogsource: {product: toaster}\ndetection: {s: {a: b}, condition: s}\n")
app = write("app.jsonl", '{"a":"b"}\n')
t.check(b"toaster (only with --logsource)" in run("rules", "stats", "-r", path("why2")).stdout, "stats: what no reader has", bare)
here = run("rules", "stats", app, "-r", path("why2"), "--logsource", "product=toaster").stdout
t.check(b"1 rules: 1 matched, 0 more can match\n" in here, "stats: what the user says a log is", here)
none = run("hunt", evidence(), "-r", path("why"))
t.check(b"of 6 rules 0 can match events that are here" in none.stderr and b"spoor rules stats" in none.stderr, "hunt: nothing has a reason", none.stderr)
some = run("hunt", evidence(), "-r", rules())
t.check(b"can match events" not in some.stderr, "and says nothing of it where something was found", some.stderr)
low = run("hunt", evidence(), "-r", rules(), "--min-level", "critical")
t.check(b"findings are below --min-level" in low.stderr, "hunt: findings below the level are a reason", low.stderr)
t.equal(run("hunt", evidence(), "-r", rules(), "-f", "jsonl", "--naive").stdout,
        run("hunt", evidence(), "-r", rules(), "-f", "jsonl").stdout, "hunt --naive: the same bytes")

# --- update
STORE = path("data", "spoor", "rules")
write("release/rules/a.yml", rule("{s: {Channel|contains: e}, condition: s}", "level: x").replace(", level: x", "").replace("id: r", "id: a"))
write("release/rules/b.yml", rule("{s: {A|zzz: x}, condition: s}").replace("id: r", "id: b"))
write("release/deprecated/a.yml", rule("{s: {A: x}, condition: s}", more="status: deprecated\n").replace("id: r", "id: a"))
write("release/LICENSE", "Words.\n")
write("release/other.yml", "a: b\n")
one = run("rules", "update", path("release"), "--name", "first")
t.check(one.returncode == 3 and b"1 rules can be executed, 1 are rejected; 2 files left out" in one.stdout and
        b"b.yml: line" in one.stdout, "update from a folder", one)
shell = subprocess.run("find . -name '*.yml' -exec sha256sum {} + | cut -c1-64 | LC_ALL=C sort | sha256sum | cut -c1-64",
                       shell=True, capture_output=True, cwd=os.path.join(STORE, "current")).stdout.strip()
t.check(b"SHA-256 " + shell in one.stdout, "the hash is one that a shell can make", one.stdout, shell)
t.equal(subprocess.run(["sha256sum", "--quiet", "--strict", "-c", "PIN"], cwd=os.path.join(STORE, "current")).returncode, 0, "sha256sum reads the pin")
t.check(sorted(os.listdir(os.path.join(STORE, "current"))) == ["LICENSE", "PIN", "rules"], "rules and licence are there, no more")
t.check(b"1 executable, 1 rejected" in run("rules", "check").stdout, "it is what is used without -r")
t.check(b"findings" in run("hunt", evidence()).stderr, "by hunt too")
write("release/rules/a.yml", rule("{s: {Channel|contains: x}, condition: s}").replace("id: r", "id: a"))
write("release/rules/c.yml", rule("{s: {Channel|contains: x}, condition: s}").replace("id: r", "id: c"))
os.unlink(path("release", "rules", "b.yml"))
with zipfile.ZipFile(path("second.zip"), "w") as z:
    for top, _, names in os.walk(path("release")):
        for n in names:
            z.write(os.path.join(top, n), "sigma-main/" + os.path.relpath(os.path.join(top, n), path("release")))
    z.writestr("sigma-main/../../../evil.yml", rule("{s: {A: x}, condition: s}"))
    z.writestr("sigma-main/.github/x.yml", rule("{s: {A: x}, condition: s}"))
t.equal(run("rules", "update", path("second.zip"), "--sha256", "0" * 64).returncode, 2, "another hash than asked for is refused")
t.check(b"first" in run("doctor").stdout, "and nothing was changed")
with open(path("second.zip"), "rb") as f:
    archive = hashlib.sha256(f.read()).hexdigest()
two = run("rules", "update", path("second.zip"), "--sha256", archive)
t.check(two.returncode == 0 and b"+ rules/c.yml\n" in two.stdout and b"~ rules/a.yml\n" in two.stdout and
        b"- rules/b.yml\n" in two.stdout and b"1 added, 1 changed, 1 removed since first" in two.stdout, "update from an archive: what is new", two)
t.check(not os.path.exists(path("evil.yml")) and b"evil" not in two.stdout, "names that lead out are not taken")
case = run("investigate", evidence(), "-o", path("case2"))
with open(path("case2", "case.json")) as f:
    told = json.load(f)
t.check(told["run"]["rules_name"] == "second" and told["run"]["rules_sha256"].encode() in two.stdout, "the case names the release", told["run"])
for what, change in (("changed", lambda f: open(f, "a").write("#\n")), ("missing", os.unlink),
                     ("added", lambda f: shutil.copy(f, f.replace("a.yml", "z.yml")))):
    change(os.path.join(STORE, "current", "rules", "a.yml"))
    for command in (["hunt", evidence()], ["rules", "check"]):
        got = run(*command)
        t.check(got.returncode == 2 and b"not those that were pinned" in got.stderr and what[:5].encode() in got.stderr,
                f"{command[0]} refuses a store with a file {what}", got.stderr)
    t.equal(run("rules", "update", path("second.zip")).returncode, 0, "update puts it right")
    t.equal(run("rules", "check").returncode, 0, "and it is used again")
t.equal(run("rules", "update", path("release", "LICENSE")).returncode, 2, "no archive")
os.mkdir(path("nothing"))
t.equal(run("rules", "update", path("nothing")).returncode, 2, "no rules")
t.equal(run("rules", "check").returncode, 0, "what failed changed nothing")
t.check(b"spoor rules" in run("rules", "update").stderr and run("rules", "update").returncode == 1, "update needs a source")
write("elsewhere/x.yml", rule("{s: {A: x}, condition: s}"))
run("rules", "update", path("elsewhere"), "--store", path("mine"))
t.check(b"1 documents" in run("rules", "check", "--store", path("mine")).stdout, "--store names another place")

# --- update over https, from this machine only
made = subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                       "-keyout", path("key.pem"), "-out", path("cert.pem"), "-days", "2", "-subj", "/CN=localhost",
                       "-addext", "subjectAltName=IP:127.0.0.1"], capture_output=True) if shutil.which("openssl") else None
if made is None or made.returncode:
    t.skip("update over https", "no openssl to make a certificate")
else:
    class Quiet(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *a):
            super().__init__(*a, directory=path())

        def log_message(self, *a):
            pass

        def do_GET(self):
            if self.path == "/away":
                self.send_response(302)
                self.send_header("Location", f"http://127.0.0.1:{server.server_port}/second.zip")
                self.end_headers()
            else:
                super().do_GET()

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Quiet)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path("cert.pem"), path("key.pem"))
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    base, ca = f"https://127.0.0.1:{server.server_port}/", ("--ca", path("cert.pem"))
    got = run("rules", "update", base + "second.zip", *ca)
    t.check(got.returncode == 0 and b"second: 2 rules" in got.stdout, "update over https", got)
    t.check(run("rules", "update", base + "second.zip").returncode == 2, "not without a certificate to trust")
    t.check(run("rules", "update", base + "none.zip", *ca).returncode == 2, "not what is not there")
    t.check(run("rules", "update", base + "away", *ca).returncode == 2, "not where it is led away from https")
    t.equal(run("rules", "update", base.replace("https", "http") + "second.zip").returncode, 1, "https only")
    server.shutdown()
t.done()
