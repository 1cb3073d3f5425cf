"""report.html in Chromium: of a made incident, and of the same case with markup, script, escapes and bidi controls in every field."""
import json
import os
import shutil
import sqlite3
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "cli"))
from cli import RANGE, SPOOR, path, spoor  # noqa: E402
from tap import SOURCE, Tap, skip_all  # noqa: E402

MODULES = os.path.join(SOURCE, "ui", "node_modules")
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium")
NODE = shutil.which("node") or shutil.which("nodejs")
if not (CHROMIUM and NODE and os.path.isdir(os.path.join(MODULES, "playwright-core"))):
    skip_all("no Chromium, node or ui/node_modules")

EVIL = "\"'><img src=x onerror=window.ran++><svg onload=window.ran++>{{7*7}}\u202e\u2066\u200b\x1b[31m\x9b1m</scr\u00adipt>"
TAG = "<img src=x onerror=window.ran++>\u202e"  # where a slash would make another name of it


def behind(s):
    return s and s + EVIL


def within(s):
    """In front of the name of a file or the last word of a path, so that what it ends with stays."""
    if not s:
        return s
    at = max(s.rfind("\\"), s.rfind("/")) + 1
    return s[:at] + TAG + s[at:]


def poison(db):
    base = sqlite3.connect(db)
    base.create_function("behind", 1, behind, deterministic=True)
    base.create_function("within", 1, within, deterministic=True)
    change = {
        "facts": {"behind": "host target_host source_host observer account target_account command detail agent logon_id hashes version",
                  "within": "process parent object"},
        "findings": {"behind": "title host channel provider tags"},
        "finding_details": {"behind": "name value"},
        "items": {"behind": "path format reason"},
        "rules": {"behind": "title path reason tags"},
        "gaps": {"behind": "text"},
        "run": {"behind": "command version rules_name profile"},
    }
    for table, functions in change.items():
        sets = ", ".join(f"{c} = {f}({c})" for f, columns in functions.items() for c in columns.split())
        base.execute(f"UPDATE {table} SET {sets}")
    base.commit()
    base.close()


t = Tap()
made = subprocess.run([RANGE, "b", "--hosts", "20", "--days", "20", "-o", path("page")], capture_output=True)
t.check(made.returncode == 0, "the range makes an incident", made.stderr)
case = path("case")
run = spoor("investigate", path("page", "evidence"), "-r", os.path.join(SOURCE, "rules"), "-o", case)
t.check(run.returncode in (0, 3), "it is investigated", run.stderr)
hostile = path("hostile")
shutil.copytree(case, hostile)
poison(os.path.join(hostile, "case.db"))
told = spoor("report", hostile)
t.check(told.returncode == 0, "a hostile case is told", told.stderr)
t.check(b"\x1b" not in told.stdout and "\u202e".encode() not in told.stdout and b"\xc2\x9b" not in told.stdout,
        "nothing of it steers the terminal", told.stdout)



def drive(name, script, *args):
    """Run a script in the browser and take over its test points."""
    page = subprocess.run([NODE, os.path.join(SOURCE, "tests/ui", script), MODULES, *args], capture_output=True, text=True, timeout=280,
                          env={**os.environ, "CHROMIUM": CHROMIUM})
    lines = page.stdout.splitlines()
    for i, line in enumerate(lines):
        if line.startswith(("ok ", "not ok ")):
            notes = []
            for after in lines[i + 1:]:
                if not after.startswith("#"):
                    break
                notes.append(after)
            t.check(line.startswith("ok"), f"{name}: {line.split(' - ', 1)[1]}", "\n".join(notes))
        elif line.startswith("#"):
            print(line)
    t.check(page.returncode == 0 and lines and lines[-1].startswith("1.."), f"{name}: the browser was driven to the end", page.stderr)


def shots(name):
    return os.path.join(os.environ["SPOOR_SHOTS"], name) if os.environ.get("SPOOR_SHOTS") else ""


for name, folder in (("plain", case), ("hostile", hostile)):
    drive(name, "page.mjs", os.path.join(folder, "report.html"), name, shots(name))

with open(os.path.join(case, "case.json")) as f:
    incident = json.load(f)["incident"]
leaf = next(h["host"] for h in incident["hosts"] if h["class"] == "confirmed" and h.get("parent"))
registry = path("desk.db")
for words in (["init"], ["set", "org=CERT of Examplia", "contact=csirt@cert.example", "country=CN"], ["import-case", case],
              ["incident", "add", "title=<img src=x onerror=alert(1)>", "type=phishing", "country=NL", "cross_border=yes", "phishing_sites=3"]):
    made = spoor("desk", "-d", registry, *words)
    t.check(made.returncode == 0, f"live: desk {words[0]}", made.stderr)
server = subprocess.Popen([SPOOR, "serve", case, "--desk", registry], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
drive("live", "live.mjs", server.stdout.readline().strip(), leaf, shots("live"))
server.terminate()
t.check(server.wait(20) == 0, "live: the server ends")
t.done()
