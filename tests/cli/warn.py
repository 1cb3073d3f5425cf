"""warn: versions against ranges by a table, who is warned, what is said, what each party sees, and hostile feeds."""
import csv
import gzip
import io
import json
import os
import sys
import zipfile

import warnmake as make
from cli import path, spoor
from tap import SOURCE, Tap

sys.path.insert(0, os.path.join(SOURCE, "tests", "share"))
import rules  # noqa: E402

t = Tap()
WORDS = {"affected": "affected", "not_affected": "not", "undecided": "undecided"}


def write(name, content):
    where = path(name)
    os.makedirs(os.path.dirname(where), exist_ok=True)
    mode = "wb" if isinstance(content, bytes) else "w"
    with open(where, mode, **({} if mode == "wb" else {"encoding": "utf-8"})) as f:
        f.write(content if isinstance(content, (bytes, str)) else json.dumps(content))
    return where


def table(name, *rows, head="party,host,vendor,product,version,cpe,exposure,contact"):
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(head.split(","))
    writer.writerows(rows)
    return write(name, out.getvalue())


def warn(feed, inventory, *more, code=0):
    feeds = [x for f in (feed if isinstance(feed, list) else [feed]) for x in ("--feed", f)]
    run = spoor("warn", *feeds, "--inventory", inventory, "-f", "json", *more)
    t.check(run.returncode == code, f"answers {code}: {os.path.basename(str(feed))} {' '.join(map(str, more))}", run)
    return json.loads(run.stdout) if run.stdout else {"warnings": [], "said": []}, run


def rows(answer):
    return {(w["id"], r["host"]): r for w in answer["warnings"] for r in w["rows"]}


# --- versions against ranges ------------------------------------------------------------------------------------------------------

cases = []
with open(os.path.join(SOURCE, "tests", "unit", "warn", "ranges.tsv"), encoding="utf-8") as f:
    for line in f:
        if not line.startswith("#"):
            cases.append(line.rstrip("\n").split("\t"))
t.check(len(cases) >= 100 and all(len(c) == 6 for c in cases), "the table of ranges has 100 rows and more")
records, nvds, documents, stock = [], [], [], []
for i, (product, version, kind, expression, _, _) in enumerate(cases):
    number, vendor, product = f"CVE-2098-{10000 + i}", "Maker", f"{product} r{i}"
    affected = {"vendor": vendor, "product": product}
    stock.append(["P", f"h{i}", vendor, product, version, "", "", ""])
    if kind == "text":
        records.append(make.cve(number, [{**affected, "versions": [{"version": expression, "status": "affected"}]}]))
    elif kind in ("cve", "cve2"):
        said = json.loads(expression)
        records.append(make.cve(number, [{**affected, **x} for x in (said if kind == "cve2" else [said])]))
    elif kind == "nvd":
        said = json.loads(expression)
        named = make.cpe("maker", product.lower().replace(" ", "_"), said.pop("version", "*"), said.pop("update", "*"))
        nvds.append(make.nvd(number, [{"nodes": [make.node([make.match(named, **said)])]}]))
    else:
        said = json.loads(expression)
        branch = ("product_version_range", said["range"]) if "range" in said else ("product_version", said["version"])
        documents.append(make.csaf(number, vendor, product, branch, said.get("status", "known_affected")))
feeds = [write("ranges/cve.jsonl", make.lines(records)), write("ranges/nvd.json", make.nvd_feed(nvds)),
         write("ranges/csaf.json", documents)]
answer, run = warn(feeds, table("ranges.csv", *stock), "--all")
got = rows(answer)
for i, (product, version, _, expression, expected, why) in enumerate(cases):
    row = got.get((f"CVE-2098-{10000 + i}", f"h{i}"))
    said = WORDS[row["verdict"]] if row else "none"
    t.check(said == expected, f"{product} {version or '(no version)'}: {expected}: {why}", expression, f"got {said}", row)
t.check(len(got) == sum(c[4] != "none" for c in cases), "nobody is told of anything else")

# --- which product is which -------------------------------------------------------------------------------------------------------

one = [{"vendor": "Adobe", "product": "Illustrator", "versions": [{"version": "0", "lessThan": "28.6", "status": "affected"}]}]
feed = write("names.json", make.cve("CVE-2098-1001", one))
names = table("names.csv",
              ["A", "exact", "Adobe", "Illustrator", "28.5", "", "", ""],
              ["A", "legal", "Adobe Systems, Inc.", "Adobe® Illustrator®", "28.5", "", "", ""],
              ["A", "joined", "", "Adobe Illustrator", "28.5", "", "", ""],
              ["A", "alone", "", "illustrator", "28.5", "", "", ""],
              ["A", "cpe", "", "", "", make.cpe("adobe", "illustrator", "28.5"), "", ""],
              ["A", "other", "Corel", "Illustrator", "28.5", "", "", ""],
              ["A", "alike", "Adobe", "Illustrator CC", "28.5", "", "", ""],
              ["A", "typo", "Adobe", "Ilustrator", "28.5", "", "", ""])
answer, _ = warn(feed, names)
grades = {host: r["match"] for (_, host), r in rows(answer).items()}
t.equal(grades, {"exact": "name", "legal": "name", "joined": "name", "alone": "product", "cpe": "name"},
        "names without what tells no products apart; the name alone is said to be that; nothing is guessed")
answer, _ = warn(feed, names, "--any-vendor")
t.equal(rows(answer)[("CVE-2098-1001", "other")]["match"], "product", "--any-vendor: another vendor's product of that name")

feed = write("cpe.json", make.nvd_feed([
    make.nvd("CVE-2098-1002", [{"nodes": [make.node([make.match(make.cpe("acme", "shop\\+", target_sw="wordpress"), versionEndExcluding="2")])]}]),
    make.nvd("CVE-2098-1003", [{"nodes": [make.node([make.match(make.cpe("acme", "disk", "1.0", part="h"))])]}])]))
listed = write("cpes.txt", "# a list\n" + "\n".join([
    make.cpe("acme", "shop\\+", "1.5", target_sw="wordpress"), make.cpe("acme", "shop\\+", "1.6", target_sw="joomla"),
    make.cpe("acme", "shop\\+", "1.7"), make.cpe("acme", "disk", "1.0"), make.cpe("acme", "disk", "1.0", part="h"), "cpe:/a:acme:shop%2b:1.1"]))
answer, _ = warn(feed, listed, "--all")
t.equal({(w["id"], r["version"]): r["verdict"] for w in answer["warnings"] for r in w["rows"]},
        {("CVE-2098-1002", "1.5"): "affected", ("CVE-2098-1002", "1.6"): "not_affected", ("CVE-2098-1002", "1.7"): "undecided",
         ("CVE-2098-1002", "1.1"): "undecided", ("CVE-2098-1003", "1.0"): "affected"},
        "a list of CPE: target software, parts, escapes, URIs")

# --- configurations ---------------------------------------------------------------------------------------------------------------

running = make.nvd("CVE-2098-1004", [{"operator": "AND", "nodes": [
    make.node([make.match(make.cpe("adobe", "illustrator"), versionEndExcluding="28.6")]),
    make.node([make.match(make.cpe("apple", "macos", "-", part="o"), False), make.match(make.cpe("apple", "macos", part="o"), False)])]}])
never = make.nvd("CVE-2098-1005", [{"operator": "AND", "nodes": [
    make.node([make.match(make.cpe("adobe", "illustrator"))]),
    make.node([make.match(make.cpe("microsoft", "windows", part="o"), False)], negate=True)]}])
feed = write("running.json", make.nvd_feed([running, never]))
illustrator = make.cpe("adobe", "illustrator", "28.5")
answer, _ = warn(feed, table("running.csv",
                             ["A", "mac", "", "", "", illustrator, "", ""], ["A", "mac", "", "", "", make.cpe("apple", "macos", "14", part="o"), "", ""],
                             ["A", "win", "", "", "", illustrator, "", ""], ["A", "win", "", "", "", make.cpe("microsoft", "windows", "10", part="o"), "", ""],
                             ["A", "bare", "", "", "", illustrator, "", ""], ["B", "mac", "", "", "", illustrator, "", ""]), "--all")
t.equal({k: r["verdict"] for k, r in rows(answer).items() if k[1] != "mac"},
        {("CVE-2098-1004", "win"): "not_affected", ("CVE-2098-1004", "bare"): "undecided",
         ("CVE-2098-1005", "win"): "not_affected", ("CVE-2098-1005", "bare"): "undecided"},
        "running on: another system is not it, an unknown one is not decided; negate")
macs = {(r["party"], w["id"]): r["verdict"] for w in answer["warnings"] for r in w["rows"] if r["host"] == "mac"}
t.equal(macs[("A", "CVE-2098-1004")], "affected", "running on: the host has both")
t.equal(macs[("B", "CVE-2098-1004")], "undecided", "a host of the same name is another one's")

# --- several records --------------------------------------------------------------------------------------------------------------

inventory = table("one.csv", ["A", "h", "Adobe", "Illustrator", "28.5", "", "internet", "a@example.org"])


def record(less, **more):
    return make.cve("CVE-2098-1006", [{"vendor": "Adobe", "product": "Illustrator", "versions": [{"version": "0", "lessThan": less, "status": "affected"}]}], **more)


old, new = record("28.6", updated="2098-01-01T00:00:00Z"), record("28.0", updated="2098-05-01T00:00:00Z")
for order in ([old, new], [new, old]):
    answer, run = warn(write("twice.jsonl", make.lines(order)), inventory)
    t.check(not answer["warnings"] and any("two records" in s and "2098-05-01" in s for s in answer["said"]),
            "two records: the one changed last counts, and it is said", answer)
answer, _ = warn(write("same.jsonl", make.lines([old, old])), inventory)
t.check(len(answer["warnings"]) == 1 and not answer["said"], "the same record twice says nothing")
answer, _ = warn(write("tie.jsonl", make.lines([old, record("28.0", updated="2098-01-01T00:00:00Z")])), inventory)
t.check(len(answer["warnings"]) == 1 and "two different records" in answer["said"][0], "a tie is said", answer["said"])
answer, _ = warn(write("gone.jsonl", make.lines([old, {**new, "cveMetadata": {**new["cveMetadata"], "state": "REJECTED"}}])), inventory)
t.equal(answer["warnings"], [], "a rejected record warns nobody")
nvd = make.nvd("CVE-2098-1006", [{"nodes": [make.node([make.match(make.cpe("adobe", "illustrator"), versionEndExcluding="28.1")])]}])
answer, _ = warn([write("a.json", old), write("b.json", make.nvd_feed([nvd]))], inventory)
row = answer["warnings"][0]["rows"][0]
t.check(row["verdict"] == "affected" and row["disputed"] and "another source" in row["reason"], "sources disagree: the worse counts, and it is said", row)
advisory = [make.csaf("CVE-2098-1006", "Adobe", "Illustrator", ("product_version_range", "vers:semver/<28.6"), updated="2098-01-01T00:00:00Z"),
            make.csaf("CVE-2098-1007", "Adobe", "Illustrator", ("product_version", "28.5"), id="ADV-CVE-2098-1006", updated="2098-03-01T00:00:00Z")]
answer, _ = warn(write("edition.json", advisory), inventory)
t.equal([w["id"] for w in answer["warnings"]], ["CVE-2098-1007"], "a newer edition of an advisory replaces the older one whole")

# --- ranking ----------------------------------------------------------------------------------------------------------------------

feed = write("rank.jsonl", make.lines([
    make.cve("CVE-2098-2001", one, scores=[make.score(5.0)]), make.cve("CVE-2098-2002", one, scores=[make.score(9.8)]),
    make.cve("CVE-2098-2003", one, scores=[make.score(5.0)]), make.cve("CVE-2098-2004", one),
    make.cve("CVE-2098-2005", one, scores=[make.score(10.0, "2.0"), make.score(4.0, "4.0")], updated="2099-01-01T00:00:00Z")]))
lists = ["--kev", write("kev.json", make.kev(("CVE-2098-2003", "Adobe", "Illustrator", "Known"), ("CVE-2098-2999", "Adobe", "Illustrator", "Unknown"))),
         "--epss", write("epss.csv.gz", gzip.compress(b"#model_version:v2098.01.01,score_date:2098-01-01T00:00:00+0000\ncve,epss,percentile\nCVE-2098-2001,0.90000,0.99\n")),
         "--ids", write("ids.csv", "cve,cnvd,euvd\nCVE-2098-2001,CNVD-2098-1,EUVD-2098-2\n")]
answer, run = warn(feed, inventory, *lists)
urgency = {w["id"]: w["priority"] for w in answer["warnings"]}
t.equal(urgency, {"CVE-2098-2003": 60, "CVE-2098-2002": 49, "CVE-2098-2001": 48, "CVE-2098-2999": 33, "CVE-2098-2004": 30, "CVE-2098-2005": 26},
        "urgency is the sum that the page tells")
t.equal([w["id"] for w in answer["warnings"]], sorted(urgency, key=lambda n: -urgency[n]), "the most urgent first")
t.equal(answer["warnings"][2]["other_ids"].sort(), ["CNVD-2098-1", "EUVD-2098-2"].sort(), "other identifiers")
t.check("EPSS 90.0 %: +18" in rows(answer)[("CVE-2098-2001", "h")]["urgency"], "and why, in words")
t.check("KEV" in rows(answer)[("CVE-2098-2003", "h")]["urgency"] and "ransomware" in rows(answer)[("CVE-2098-2003", "h")]["urgency"], "exploited")
t.check(rows(answer)[("CVE-2098-2999", "h")]["verdict"] == "undecided", "what only KEV knows has no versions")
answer, _ = warn(feed, inventory, *lists, "--min-score", "49")
t.equal(sorted(w["id"] for w in answer["warnings"]), ["CVE-2098-2002", "CVE-2098-2003"], "--min-score")
answer, _ = warn(feed, inventory, "--since", "2098-12-01")
t.equal([w["id"] for w in answer["warnings"]], ["CVE-2098-2005"], "--since")
answer, run = warn(feed, inventory, "--lang", "zh")
t.check("版本 28.5" in answer["warnings"][0]["rows"][0]["reason"], "--lang zh")

# --- what each party sees ---------------------------------------------------------------------------------------------------------

shared = table("parties.csv", ["Alpha", "alpha-host", "Adobe", "Illustrator", "28.5", "", "internet", "alpha@example.org"],
               ["=Beta", "beta-host", "Adobe", "Illustrator", "28.1", "", "internal", "beta@example.org"],
               ["../Gamma", "gamma-host", "Adobe", "Illustrator", "29", "", "", "gamma@example.org"])
os.mkdir(path("notices"))
run = spoor("warn", "--feed", feed, "--inventory", shared, "-f", "notices", "-o", path("notices"))
found = {n: open(path("notices", n), encoding="utf-8").read() for n in sorted(os.listdir(path("notices")))}
t.check(run.returncode == 0 and len(found) == 4, "two parties, two files each; who is not affected gets none", run, list(found))
for name, text in found.items():
    mine, others = ("alpha", "beta") if name.startswith("alpha") else ("beta", "alpha")
    t.check(mine + "-host" in text and others not in text.lower() and "gamma" not in text.lower(), f"{name} has its own rows only", text)
alone = table("alone.csv", ["=Beta", "beta-host", "Adobe", "Illustrator", "28.1", "", "internal", "beta@example.org"])
os.mkdir(path("notices2"))
spoor("warn", "--feed", feed, "--inventory", alone, "-f", "notices", "-o", path("notices2"))
for name in os.listdir(path("notices2")):
    t.equal(open(path("notices2", name), encoding="utf-8").read(), found.get(name), f"{name} is the same whoever else is there")
run = spoor("warn", "--feed", feed, "--inventory", shared, "-f", "csv")
cells = list(csv.DictReader(io.StringIO(run.stdout.decode())))
t.check(len(cells) == 10 and {c["party"] for c in cells} == {"Alpha", "'=Beta"}, "CSV has all rows; no formulas", cells[:2])

# --- advisories -------------------------------------------------------------------------------------------------------------------

os.mkdir(path("csaf"))
run = spoor("warn", "--feed", feed, "--inventory", shared, "-f", "csaf", "-o", path("csaf"), "--contact", "cert@example.org", *lists)
drafts = sorted(os.listdir(path("csaf")))
t.check(run.returncode == 0 and len(drafts) == 6, "a draft for each vulnerability", run, drafts)
for name in drafts:
    text = open(path("csaf", name), encoding="utf-8").read()
    bad = rules.csaf(text) if "CVE" not in text else [b for b in rules.csaf(text) if "6.1.27.7" not in b]
    doc = json.loads(text)
    t.check(not bad and "cve" in doc["vulnerabilities"][0], f"{name} is a draft as CSAF wants it", *bad)
    t.check(not any(w in text for w in ("alpha", "Alpha", "Beta", "host", "28.1")), f"{name} tells nothing of constituents", text)
    t.check(doc["document"]["publisher"]["category"] == "coordinator" and doc["document"]["tracking"]["status"] == "draft"
            and name == doc["document"]["tracking"]["id"].lower() + ".json", f"{name} is a coordinator's draft")
if os.environ.get("SPOOR_FULL"):
    import shutil
    import subprocess
    cache = os.path.join(os.environ.get("XDG_CACHE_HOME", os.path.expanduser("~/.cache")), "spoor-dev", "share")
    if shutil.which("node") and os.path.isdir(os.path.join(cache, "node_modules")):
        run = subprocess.run(["node", os.path.join(SOURCE, "tests", "share", "csaf.mjs"), cache, *(path("csaf", n) for n in drafts)], capture_output=True, text=True)
        t.check(run.returncode == 0, "CSAF's reference library finds no fault", run.stdout, run.stderr)
    else:
        t.skip("CSAF's reference library", "not installed")

# --- archives, folders ------------------------------------------------------------------------------------------------------------

packed = io.BytesIO()
with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as z:
    z.writestr("cves/README.md", "# read me")
    z.writestr("cves/a.json", json.dumps(old))
    z.writestr("cves/delta.json", json.dumps({"fetchTime": "x", "new": []}))
folder = os.path.dirname(write("folder/feed.zip", packed.getvalue()))
write("folder/kev.json", make.kev(("CVE-2098-1006", "Adobe", "Illustrator", "Known")))
write("folder/SHA256SUMS", "00  x\n")
answer, run = warn(folder, inventory)
t.check(len(answer["warnings"]) == 1 and "exploited" in answer["warnings"][0], "folders, archives, what is no feed is passed", answer)
t.check(b"passed by: 3" in run.stderr, "and counted", run.stderr)
answer, _ = warn(write("x.json.gz", gzip.compress(json.dumps(old).encode())), write("inv.csv.gz", gzip.compress(open(inventory, "rb").read())))
t.equal(len(answer["warnings"]), 1, "compressed feed and inventory")

# --- software that a case names ----------------------------------------------------------------------------------------------------

write("dpkg/web01/var/log/dpkg.log", """2024-04-18 10:13:57 startup archives unpack
2024-04-18 10:13:58 install openssl:amd64 <none> 3.0.11-1~deb12u1
2024-04-20 10:13:58 upgrade openssl:amd64 3.0.11-1~deb12u1 3.0.11-1~deb12u2
2024-04-18 10:14:58 install nginx:amd64 <none> 1.22.1-9
2024-04-21 10:14:58 remove nginx:amd64 1.22.1-9 <none>
""")
made = spoor("investigate", path("dpkg"), "-o", path("dpkgcase"))
t.check(made.returncode in (0, 3), "a log of dpkg is investigated", made)
feed = write("packages.jsonl", make.lines([
    make.cve("CVE-2098-6001", [{"vendor": "Debian", "product": "openssl", "versions": [{"version": "0", "lessThan": "3.0.11-1~deb12u3", "status": "affected", "versionType": "deb"}]}]),
    make.cve("CVE-2098-6002", [{"vendor": "OpenSSL", "product": "OpenSSL", "versions": [{"version": "3.0.0", "lessThan": "3.0.14", "status": "affected", "versionType": "semver"}]}]),
    make.cve("CVE-2098-6003", [{"vendor": "Debian", "product": "openssl", "versions": [{"version": "0", "lessThan": "3.0.11-1~deb12u2", "status": "affected", "versionType": "deb"}]}]),
    make.cve("CVE-2098-6004", [{"vendor": "nginx", "product": "nginx", "defaultStatus": "affected"}])]))
run = spoor("warn", "--feed", feed, "--case", path("dpkgcase"), "-f", "json", "--all")
got = rows(json.loads(run.stdout))
t.equal({k: r["verdict"] for k, r in got.items()},
        {("CVE-2098-6001", "web01"): "affected", ("CVE-2098-6002", "web01"): "undecided", ("CVE-2098-6003", "web01"): "not_affected"},
        "packages of a case: the last version; what was removed is not there; the maker's versions do not decide")
t.check("taken over" in got[("CVE-2098-6002", "web01")]["reason"], "and why", got)
run = spoor("warn", "--feed", feed, "--case", path("nowhere"))
t.equal(run.returncode, 2, "no case")

# --- hostile ----------------------------------------------------------------------------------------------------------------------

whole = json.dumps(make.nvd_feed([nvd, make.nvd("CVE-2098-3001", [{"nodes": [make.node([make.match(make.cpe("adobe", "illustrator"))])]}])]))
cut = whole.index("CVE-2098-3001") + 400
BROKEN = {
    "cut.json": (whole[:cut], b"at byte"),
    "string.json": (whole[:whole.index("Analyzed") + 3], b"inside a string"),
    "deep.json": ("[" * 200 + "]" * 200, b"deeper than"),
    "comma.json": (whole.replace('"startIndex": 0,', '"startIndex": 0'), b"at byte"),
    "literal.json": ('{"cveMetadata": nul}', b"a value should stand here"),
    "control.json": ('{"cveMetadata": "\x01"}', b"control character"),
    "latin.json": (b'{"cveMetadata": "\xff"}', b"UTF-8"),
    "empty.json": ("", b"empty"),
    "prose.txt": ("nothing to see\n", b"neither JSON"),
    "quote.csv": ('cve,epss,percentile\nCVE-2098-1,"0.5\n', b"line 2: a quote is not closed"),
}
for name, (content, word) in BROKEN.items():
    out = path("never.json")
    run = spoor("warn", "--feed", write("broken/" + name, content), "--inventory", inventory, "-f", "json", "-o", out)
    t.check(run.returncode == 2 and word in run.stderr and name.encode() in run.stderr and not os.path.exists(out),
            f"{name}: an error with file and place, nothing written", run)
answer, run = warn([path("broken", "cut.json"), write("good.json", old)], inventory, code=3)
t.check(len(answer["warnings"]) == 1 and b"what stands behind it was not read" in run.stderr, "a broken feed among good ones is a gap", run)

WRONG = [{"cveMetadata": {"cveId": 7}}, {"cveMetadata": {"cveId": "CVE-2098-4001"}, "containers": []}, {"cve": {"id": "x'; DROP"}},
         {"cveMetadata": {"cveId": "CVE-2098-4002", "state": ["x"]}, "containers": {"cna": {"affected": "all", "metrics": [{"cvssV3_1": {"baseScore": "9"}}]}}},
         {"cveMetadata": {"cveId": "CVE-2098-4003"}, "containers": {"cna": {"affected": [{"vendor": 1, "product": None, "versions": [{"version": 3}, 4, None]}]}}},
         {"cve": {"id": "CVE-2098-4004", "configurations": [{"nodes": [{"cpeMatch": [{"criteria": "cpe:2.3:a:adobe"}, {"criteria": 9}, {"vulnerable": True}]}]}]}},
         {"document": {"csaf_version": "2.0"}, "vulnerabilities": [{}, {"cve": "CVE-2098-4005", "product_status": {"known_affected": ["none", 1, None]}}]},
         {"document": {"csaf_version": "2.0"}, "product_tree": {"relationships": [{"product_reference": "a"}], "branches": 4}, "vulnerabilities": {}}]
answer, run = warn(write("wrong.jsonl", make.lines(WRONG + [old])), inventory)
t.check([w["id"] for w in answer["warnings"]] == ["CVE-2098-1006"] and b"malformed parts" in run.stderr, "wrong types are counted, the rest is read", run)
evil = make.cve("CVE-2098-5001", [{**one[0], "versions": [{"version": "0\x1b]0;x\x07", "lessThan": "=cmd|' /C calc'!A0", "status": "affected"}]}],
                title="=1+1\x1b[31m\u202e")
feed = write("evil.json", evil)
for form in ("table", "csv", "json"):
    run = spoor("warn", "--feed", feed, "--inventory", inventory, "-f", form)
    text = run.stdout.decode()
    t.check(run.returncode == 0 and "\x1b" not in text.replace("\\u001b", "") or form == "csv", f"{form}: control characters do nothing", text)
    t.check(form != "csv" or not any(c[:1] in "=+-@" for r in csv.reader(io.StringIO(text)) for c in r if c), f"{form}: formulas are neutralised", text)
nodes = [make.match(make.cpe(f"v{i}", "p*", "1"), True) for i in range(2000)]
answer, _ = warn(write("wild.json", make.nvd_feed([make.nvd("CVE-2098-5002", [{"nodes": [make.node(nodes)]}])])), listed)
t.equal(answer["warnings"], [], "wildcards in names are tried")

many = table("many.csv", *(["P", f"h{i}", "Adobe", "Illustrator", f"28.{i}", "", "", ""] for i in range(600)))
answer, run = warn(write("endless.jsonl", make.lines([make.cve("CVE-2098-5003", one * 20000), old])), many, code=3)
t.check([w["id"] for w in answer["warnings"]] == ["CVE-2098-1006"] and "more than" in answer["said"][0] and "left out" in answer["said"][0],
        "a record that asks for endless comparisons is left out, and it is said", answer["said"])

for args, word in [(["--feed", feed], b"--inventory"), (["--feed", feed, "--inventory", inventory, "-f", "csaf", "-o", "."], b"--contact"),
                   (["--feed", feed, "--inventory", inventory, "-f", "notices"], b"-o FOLDER"), (["--feed", feed, "--inventory", inventory, "x"], b"no path"),
                   (["--feed", feed, "--inventory", inventory, "--since", "May"], b"--since"), (["--feed", feed, "--inventory", inventory, "--min-score", "101"], b"min-score")]:
    run = spoor("warn", *args)
    t.check(run.returncode == 1 and word in run.stderr, f"wrong usage: {word.decode()}", run)
for name, content, word in [("no.csv", "a,b\n1,2\n", b"names no column"), ("none.csv", "product\n\n", b"name no product")]:
    run = spoor("warn", "--feed", feed, "--inventory", write(name, content))
    t.check(run.returncode == 2 and word in run.stderr, f"inventory {name}", run)
zh = write("zh.csv", "\ufeff单位;主机;厂商;产品;版本;暴露;联系人\n甲公司;服务器一;Adobe;Illustrator;28.5;互联网;x@example.org\n")
answer, _ = warn(write("good.json", old), zh)
t.check(answer["warnings"][0]["rows"][0]["party"] == "甲公司" and answer["warnings"][0]["rows"][0]["exposure"] == "internet", "Chinese columns, semicolons, byte order mark")
t.done()
