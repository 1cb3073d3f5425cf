"""The report as a document: every format, both languages, somebody's own frame, and a copy without the victim's names."""
import csv
import io
import json
import os
import re
import subprocess
import xml.etree.ElementTree as xml
import zipfile

from cli import RANGE, path, spoor
from tap import SOURCE, Tap

t = Tap()
made = subprocess.run([RANGE, "b", "--hosts", "8", "--days", "5", "-o", path("made")], capture_output=True)
case = path("case")
run = spoor("investigate", path("made", "evidence"), "-r", os.path.join(SOURCE, "rules"), "-o", case)
t.check(run.returncode in (0, 3), "there is a case", run.stderr)
with open(os.path.join(case, "case.json")) as f:
    told = json.load(f)
entry = told["incident"]["entry"][0]["host"]


def docx_text(data):
    z = zipfile.ZipFile(io.BytesIO(data))
    bad = [n for n in z.namelist() if n.endswith((".xml", ".rels")) and xml.fromstring(z.read(n)) is None]
    return "".join(x.text or "" for x in xml.fromstring(z.read("word/document.xml")).iter() if x.tag.endswith("}t")), z.namelist(), bad


def write(fmt, *options):
    r = spoor("report", case, "-f", fmt, *options)
    t.check(r.returncode == 0, f"{fmt} {' '.join(o for o in options if not o.startswith('/'))}: written", r.stderr)
    return r.stdout


md, html, docx = write("md").decode(), write("html").decode(), write("docx")
text, names, bad = docx_text(docx)
t.check(not bad and "[Content_Types].xml" == names[0], "the parts of docx are XML", names)
for name, body in (("md", md.replace("\\", "")), ("html", re.sub(r"<[^>]*>", "", html)), ("docx", text)):
    t.check(entry in body and "In short" in body and told["incident"]["external"][0]["ip"] in body, f"{name} tells the entry and the relay")
    t.check(body.index("In short") < body.index("What happened") < body.index("References"), f"{name}: the executive page first, references last")
numbers = {int(n) for n in re.findall(r'href="#r(\d+)"', html)}
t.check(numbers and all(f'id="r{n}"' in html for n in numbers), "every number has its reference")
ref = told["incident"]["entry"][0]["refs"][0]
t.check(ref in html and ref in md.replace("\\", "") and ref in text, "references are whole")
t.check(md == write("md").decode() and docx == write("docx"), "the same case gives the same bytes")
zh = write("md", "--lang", "zh").decode()
t.check("概要" in zh and "疑似" in zh, "in Chinese")
same = json.loads(write("json"))
t.check(same == told, "json is case.json")
write("csv", "-o", path("tables"))
with open(path("tables", "hosts.csv"), encoding="utf-8-sig", newline="") as f:
    rows = list(csv.DictReader(f))
t.equal({r["Host"]: r["Class"] for r in rows}, {h["host"]: h["class"] for h in told["incident"]["hosts"]}, "csv has every host with its class")

frame = path("frame.md")
with open(frame, "w") as f:
    f.write("Letter of our desk\n\n{{executive}}\n-- {{ hosts }} --\n")
own = write("md", "--template", frame).decode()
t.check(own.startswith("Letter of our desk") and "# In short" in own and "# What happened" not in own, "a frame of one's own", own[:300])
with open(frame, "w") as f:
    f.write("one\ntwo {{exectuive}}\n")
r = spoor("report", case, "-f", "md", "--template", frame)
t.check(r.returncode != 0 and b"line 2" in r.stderr and b"executive" in r.stderr, "a name that is none is told with its line", r.stderr)
for args in (("-f", "pdf"), ("-o", "x"), ("-f", "csv"), ("-f", "md", "--redact", "all", "--key", "k"), ("-f", "md", "--redact", "victims"), ("-f", "docx", "--template", frame), ("-f", "md", "--lang", "fr")):
    t.check(spoor("report", case, *args).returncode == 1, f"refused: {' '.join(args[:4])}")

# --- without the victim's names
key, key2, words = path("key"), path("key2"), path("map.csv")
outputs = {fmt: write(fmt, "--redact", "victims", "--key", key, "--redact-map", words) for fmt in ("md", "html", "docx", "json")}
outputs["docx"] = docx_text(outputs["docx"])[0].encode()
write("csv", "-o", path("hidden"), "--redact", "victims", "--key", key)
outputs["csv"] = b"".join(open(path("hidden", n), "rb").read() for n in sorted(os.listdir(path("hidden"))))
outputs["md"] = outputs["md"].replace(b"\\", b"")
t.check(os.stat(key).st_mode & 0o777 == 0o600, "the key is for its owner only")
victim = set()
for h in told["hosts"]:
    victim |= {h["name"], *h["aliases"]}
    victim |= {".".join(h["name"].split(".")[1:])} if h["name"].count(".") > 1 else set()
outside = {x["ip"] for x in told["incident"]["external"]}
victim |= {a["ip"] for a in told["addresses"] if a["ip"] not in outside}
accounts = {a for e in told["edges"] for a in e["accounts"]} | {f["account"] for f in told["facts"] if f.get("account")}
COMMON = {"admin", "user", "test", "system", "administrator", "administrators", "guest", "root", "local service", "network service", "anonymous logon", "nobody", "www-data", "localservice", "networkservice",
          "system", "service", "public", "users", "local", "network", "daemon", "anonymous", "everyone", "defaultaccount", "nt authority", "nt service"}
for a in accounts:
    short = re.split(r"[\\/]", a)[-1].split("@")[0].rstrip("$")
    if short.lower() not in COMMON and ("@" not in a or a.split("@")[1] in victim): # mailboxes of others are not the victim's
        victim.add(short)
victim = {v for v in victim if len(v) >= 3 and v.lower() not in COMMON}
t.check(len(victim) > 30, "there is something to hide", len(victim))
for fmt, data in outputs.items():
    body = data.decode("utf-8", "replace").lower()
    if fmt == "json":
        body = re.sub(r'\\[nrt"/bf]', " ", body)
    found = [v for v in victim if v.lower() in body and
             re.search(r"(?<![0-9a-z\x80-\U0010ffff])" + re.escape(v.lower()) + r"(?![0-9a-z\x80-\U0010ffff])", body)]
    t.check(not found, f"{fmt}: no name, address or account of the victim", found[:10])
    t.check(all(ip in body for ip in outside if ip in md.replace("\\", "") or fmt == "json"), f"{fmt}: the intruders' addresses stay")
t.check(json.loads(outputs["json"]).keys() == told.keys(), "redacted JSON has the same members")
# What the truth says of hosts, though the case may not know it: addresses that no host has in the logs, MACs, SIDs.
with open(path("made", "truth.json")) as f:
    truth = json.load(f)["hosts"]
known = {n.lower() for h in truth for n in h["names"]} | {i["ip"] for h in truth for i in h["identities"] if i.get("ip")}
macs = {i["mac"].lower() for h in truth for i in h["identities"] if i.get("mac")}
number = re.compile(r"(?<![0-9a-z.-])(" + "|".join(map(re.escape, known)) + r")(?![0-9a-z])")
for fmt, data in outputs.items():
    body = data.decode("utf-8", "replace").lower()
    found = set(number.findall(body)) | {m for m in macs if m in body or m.replace(":", "-") in body} | set(re.findall(r"s-1-5-21-[\d-]+", body))
    t.check(not found, f"{fmt}: no name, address, MAC or SID of its hosts", sorted(found)[:10])
shape = lambda x: {k: shape(v) for k, v in x.items()} if isinstance(x, dict) else [shape(v) for v in x] if isinstance(x, list) else type(x)
t.check(shape(json.loads(outputs["json"])) == shape(told), "redacted JSON has the same shape")
again = write("md", "--redact", "victims", "--key", key)
other = write("md", "--redact", "victims", "--key", key2)
t.check(again.replace(b"\\", b"") == outputs["md"] and other != again, "the same key gives the same pseudonyms, another others")
with open(words, newline="") as f:
    table = {r["name"]: r["pseudonym"] for r in csv.DictReader(f)}
t.check(table.get(entry, "?").encode() in outputs["md"], "the map tells which word became which", list(table.items())[:3])
t.done()
