"""story explain and scope: what they answer and what they refuse."""
import csv
import io
import json

from cli import evidence, path, rules, spoor
from tap import Tap

t = Tap()
logs, pack = evidence(), rules()
made = spoor("investigate", logs, "-r", pack, "-o", path("case"))
t.check(made.returncode in (0, 3), "investigate makes a case", made)
case = path("case")
data = json.load(open(path("case", "case.json"), encoding="utf-8"))
host = data["hosts"][0]["name"]


def out(run):
    return run.stdout.decode()


why = spoor("story", "explain", case, host.swapcase())
t.equal(why.returncode, 0, "a host is explained, in any case of letters")
t.check("log-odds" in out(why) and "rule" in out(why), "with its rule and its sum", why)
said = spoor("story", "explain", case, 1)
t.check(said.returncode == 0 and data["summary"][0]["key"] in out(said), "a sentence is explained by its number", said)
for wrong in ("no-such-host", "a..b", "99999", "0"):
    t.equal(spoor("story", "explain", case, wrong).returncode, 2, f"{wrong} is refused")
t.equal(spoor("story", "explain", case).returncode, 1, "explain needs something to explain")
t.equal(spoor("story", "tell", case, host).returncode, 1, "no other verb")

address = next(f["source_ip"] for f in data["facts"] if f.get("source_ip"))
lists = path("iocs.txt")
with open(lists, "w", encoding="utf-8") as f:
    f.write("# list\n%s\n192.0.2.250\n" % address)
rows = spoor("scope", case, lists, "-f", "csv")
table = list(csv.DictReader(io.StringIO(out(rows))))
t.check(rows.returncode == 0 and table and all(r["indicator"] == address for r in table), "hosts of an address are in scope", rows)
t.check(all(len(r["ref"].split(":")) == 3 for r in table), "each row names an event")
found = json.loads(out(spoor("scope", case, lists, "-f", "json")))
t.equal(sorted({r["host"] for r in table}), sorted({h["host"] for h in found["hosts"]}), "CSV and JSON agree")
t.equal(found["indicators"], 2, "both indicators were looked up")
shown = spoor("scope", case, lists)
t.check("2 indicators" in out(shown), "the table counts", shown)
with open(lists, "w", encoding="utf-8") as f:
    f.write("nothing of the kind\n")
t.equal(spoor("scope", case, lists).returncode, 2, "a file without indicators is refused")
with open(lists, "w", encoding="utf-8") as f:
    f.write('{"objects": [')
t.equal(spoor("scope", case, lists).returncode, 2, "cut JSON is refused")
t.equal(spoor("scope", case).returncode, 1, "scope needs indicators")
t.equal(spoor("scope", case, lists, "-f", "xml").returncode, 1, "no other format")
t.done()
