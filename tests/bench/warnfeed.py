#!/usr/bin/env python3
"""A large made feed and inventory to measure `spoor warn` with: warnfeed.py DIR [CVES] [ROWS] [SEED].

Products and vendors are numbered words, some of them much more common than others; texts have the lengths that records of the
CVE List have. Writes DIR/cve.jsonl (CVE JSON 5), DIR/nvd.json (NVD API 2.0), DIR/epss.csv, DIR/inventory.csv."""
import json
import os
import random
import sys

VENDORS, PRODUCTS = 4000, 20000
WORDS = "a fault in the handling of input allows remote attackers to read memory or run code when a crafted file is opened by".split()


def product(r):
    """A product: half of all records are about a fiftieth of the products."""
    n = r.randrange(PRODUCTS // 50) if r.random() < 0.5 else r.randrange(PRODUCTS)
    return f"vendor{n % VENDORS}", f"product{n}"


def version(r):
    return ".".join(str(r.randrange(n)) for n in (20, 15, 30))


def text(r, n):
    return " ".join(r.choice(WORDS) for _ in range(n))


def cve(r, number):
    affected = []
    for _ in range(1 if r.random() < 0.8 else r.randrange(2, 6)):
        vendor, name = product(r)
        entries = [{"version": "0" if r.random() < 0.5 else version(r), "lessThan": version(r), "status": "affected", "versionType": r.choice(["semver", "custom"])}
                   if r.random() < 0.7 else {"version": version(r), "status": "affected"} for _ in range(r.randrange(1, 5))]
        affected.append({"vendor": vendor, "product": name, "defaultStatus": "unaffected", "versions": entries})
    return {"dataType": "CVE_RECORD", "dataVersion": "5.1",
            "cveMetadata": {"cveId": number, "assignerOrgId": "0" * 36, "state": "PUBLISHED", "dateUpdated": "2098-02-01T00:00:00.000Z"},
            "containers": {"cna": {"title": text(r, 8), "affected": affected,
                                   "descriptions": [{"lang": "en", "value": text(r, 70), "supportingMedia": [{"type": "text/html", "value": text(r, 70)}]}],
                                   "references": [{"url": f"https://example.org/{i}/{number}"} for i in range(4)],
                                   "metrics": [{"cvssV3_1": {"version": "3.1", "baseScore": r.randrange(101) / 10,
                                                             "vectorString": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}}]}}}


def nvd(r, number):
    vendor, name = product(r)
    matches = [{"vulnerable": True, "criteria": f"cpe:2.3:a:{vendor}:{name}:*:*:*:*:*:*:*:*", "versionEndExcluding": version(r), "matchCriteriaId": "0" * 36}
               for _ in range(r.randrange(1, 6))]
    return {"cve": {"id": number, "lastModified": "2098-02-01T00:00:00.000", "vulnStatus": "Analyzed", "descriptions": [{"lang": "en", "value": text(r, 70)}],
                    "configurations": [{"nodes": [{"operator": "OR", "negate": False, "cpeMatch": matches}]}]}}


def main():
    folder, cves, rows, seed = sys.argv[1], *(int(a) for a in (sys.argv[2:] + ["250000", "10000", "1"][len(sys.argv) - 2:]))
    r = random.Random(seed)
    os.makedirs(folder, exist_ok=True)
    numbers = [f"CVE-2098-{10000 + i}" for i in range(cves)]
    with open(os.path.join(folder, "cve.jsonl"), "w") as f:
        for n in numbers:
            f.write(json.dumps(cve(r, n)) + "\n")
    with open(os.path.join(folder, "nvd.json"), "w") as f:
        f.write('{"format": "NVD_CVE", "version": "2.0", "vulnerabilities": [')
        f.write(",\n".join(json.dumps(nvd(r, n)) for n in numbers))
        f.write("]}\n")
    with open(os.path.join(folder, "epss.csv"), "w") as f:
        f.write("#model_version:v2098,score_date:2098-01-01T00:00:00+0000\ncve,epss,percentile\n")
        f.writelines(f"{n},{r.random() ** 8:.5f},{r.random():.5f}\n" for n in numbers)
    with open(os.path.join(folder, "inventory.csv"), "w") as f:
        f.write("party,host,vendor,product,version,cpe,exposure,contact\n")
        for i in range(rows):
            vendor, name = product(r)
            v = version(r)
            named = f"cpe:2.3:a:{vendor}:{name}:{v}:*:*:*:*:*:*:*" if i % 2 else ""
            f.write(f"party{i % 200},host{i // 5},{vendor},{name},{v},{named},{r.choice(['internet', 'internal', ''])},p{i % 200}@example.org\n")


main()
