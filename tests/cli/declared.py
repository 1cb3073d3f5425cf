"""case.yaml: taken with --case, kept, used again; its mistakes are told; doctor CASE says what the evidence covers."""
import json
import os

from cli import path, rules, spoor
from tap import SOURCE, Tap

t = Tap()
logs, pack = path("logs"), rules()
HEAD = """\t\tMicrosoft DHCP Service Activity Log


Event ID  Meaning
10\tA new IP address was leased to a client.

ID,Date,Time,Description,IP Address,Host Name,MAC Address,User Name, TransactionID, QResult,Probationtime, CorrelationID,Dhcid,VendorClass(Hex),VendorClass(ASCII),UserClass(Hex),UserClass(ASCII),RelayAgentInformation,DnsRegError.
"""
ROW = "10,04/18/24,08:31:%02d,Assign,10.7.12.%d,ws-%02d.corp.example,001122AABB%02X,,1,0,,,,,,,,,0\r\n"
os.makedirs(os.path.join(logs, "dhcp01"))
with open(os.path.join(logs, "dhcp01", "DhcpSrvLog-Thu.log"), "w", newline="") as f:
    f.write(HEAD.replace("\n", "\r\n") + "".join(ROW % (i, i, i, i) for i in range(20)))

KNOWN = """title: The upgrade server
time_zones:
  - {host: dhcp01, zone: Asia/Shanghai}
hosts:
  - {name: ws-03.corp.example, role: jump, note: seen by the desk, addresses: [10.7.12.3]}
  - {name: dhcp01, role: dhcp}
nat_pools: [10.7.12.9]
"""


def write(name, text):
    with open(path(name), "w") as f:
        f.write(text)
    return path(name)


def investigate(case, *more):
    return spoor("investigate", logs, "-r", pack, "-o", path(case), *more)


def read(case):
    with open(path(case, "case.json")) as f:
        return json.load(f)


def lease_times(case):
    return sorted(f["first"] for f in read(case)["facts"] if f["kind"] == "lease")


plain = investigate("plain")
t.check(plain.returncode in (0, 3), "a case without case.yaml", plain)
t.check(not os.path.exists(path("plain", "case.yaml")), "none is made")
t.equal(lease_times("plain")[0], "2024-04-18T08:31:00Z", "local times are read as UTC")

run = investigate("known", "--case", write("known.yaml", KNOWN))
t.check(run.returncode in (0, 3), "a case with case.yaml", run)
t.equal(open(path("known", "case.yaml")).read(), KNOWN, "it is kept")
t.equal(os.stat(path("known", "case.yaml")).st_mode & 0o777, 0o600, "for its owner only")
t.equal(lease_times("known")[0], "2024-04-18T00:31:00Z", "its time zone is that of the log")
hosts = {h["name"]: h for h in read("known")["hosts"]}
t.check(hosts["ws-03.corp.example"]["role"] == "jump" and hosts["ws-03.corp.example"]["role_basis"] == "declared"
        and hosts["ws-03.corp.example"]["note"] == "seen by the desk", "hosts are what they are declared to be", hosts)
addresses = {a["ip"]: a for a in read("known")["addresses"]}
t.check(addresses["10.7.12.3"]["basis"] == "declared" and addresses["10.7.12.3"]["host"] == "ws-03.corp.example",
        "a declared address", addresses)
t.check(addresses["10.7.12.9"].get("shared") is True, "a declared pool is shared", addresses["10.7.12.9"])
t.equal(addresses["10.7.12.4"]["basis"], "lease", "the rest is by lease")

again = investigate("known", "--force")
t.check(again.returncode in (0, 3) and lease_times("known")[0] == "2024-04-18T00:31:00Z",
        "the kept one is used again", again)
over = investigate("known", "--force", "--tz", "UTC")
t.equal(lease_times("known")[0], "2024-04-18T08:31:00Z", "options win")

for what, text, want in (("key", "nat_pool: []\n", b"1:1: no key \"nat_pool\" here; is \"nat_pools\" meant?"),
                         ("zone", "time_zones:\n- {zone: Mars/Olympus}\n", b"2: "),
                         ("yaml", "hosts: [\n", b"line 2")):
    run = investigate("bad", "--case", write("bad.yaml", text))
    t.check(run.returncode in (1, 2) and want in run.stderr,
            f"a wrong {what} is told", run)
    t.check(b"bad.yaml" in run.stderr, f"with its file: {what}", run)
t.check(not os.path.exists(path("bad", "case.db")), "and no case is made")
run = investigate("bad", "--case", path("nowhere.yaml"))
t.check(run.returncode == 2 and b"is not there" in run.stderr, "a file that is not there is told", run)

with open(os.path.join(SOURCE, "docs", "case-yaml.schema.json")) as f:
    schema = json.load(f)
all_keys = []
for key, what in schema["properties"].items():
    inner = what.get("items", {}).get("properties", {})
    all_keys.append(f"{key}:" + ("" if not inner else "\n- {" + ", ".join(
        f"{k}: {'Z' if k == 'name' else 'UTC' if k == 'zone' else '~'}" for k in inner if k != "ip") +
        (", ip: 10.0.0.1}" if "ip" in inner else "}")))
run = investigate("keys", "--case", write("keys.yaml", "\n".join(all_keys) + "\n"))
t.check(run.returncode in (0, 3), "every key of the schema is known", run)

run = spoor("doctor", path("plain"))
t.check(run.returncode in (0, 3) and b"Coverage from 2024-04-18 to 2024-04-18" in run.stdout
        and b"DHCP log" in run.stdout, "doctor says what a case covers", run)
t.check(b"\x1b" not in run.stdout, "no escape reaches a pipe")
t.check(spoor("doctor", path("nocase")).returncode == 2, "no case, no answer")
t.equal(spoor("doctor", path("plain"), path("known")).returncode, 1, "one case at a time")
t.done()
