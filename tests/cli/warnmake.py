"""Feeds and inventories for the tests of `spoor warn`, made in the shapes of the formats; every fact in them is invented."""
import json


def cve(number, affected, **more):
    """A record of the CVE List. more: title, updated, state, scores, adp, cpe."""
    cna = {"providerMetadata": {"orgId": "00000000-0000-4000-8000-000000000001"},
           "title": more.get("title", "Fault of " + number), "affected": affected,
           "descriptions": [{"lang": "en", "value": more.get("text", "A fault.")}],
           "references": [{"url": "https://example.org/" + number}]}
    if "scores" in more:
        cna["metrics"] = more["scores"]
    if "cpe" in more:
        cna["cpeApplicability"] = more["cpe"]
    return {"dataType": "CVE_RECORD", "dataVersion": "5.1",
            "cveMetadata": {"cveId": number, "state": more.get("state", "PUBLISHED"),
                            "datePublished": more.get("published", "2098-01-01T00:00:00.000Z"),
                            "dateUpdated": more.get("updated", "2098-02-01T00:00:00.000Z")},
            "containers": {"cna": cna, "adp": more.get("adp", [])}}


def score(base, version="3.1"):
    name = {"2.0": "cvssV2_0", "3.0": "cvssV3_0", "3.1": "cvssV3_1", "4.0": "cvssV4_0"}[version]
    vector = {9.8: "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", 5.0: "CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:C/C:L/I:N/A:N"}.get(base, "x")
    return {"format": "CVSS", name: {"version": version, "baseScore": base, "vectorString": vector}}


def cpe(vendor, product, version="*", update="*", part="a", target_sw="*"):
    return f"cpe:2.3:{part}:{vendor}:{product}:{version}:{update}:*:*:*:{target_sw}:*:*"


def match(criteria, vulnerable=True, **ends):
    return {"vulnerable": vulnerable, "criteria": criteria, "matchCriteriaId": "00000000-0000-4000-8000-000000000002", **ends}


def nvd(number, configurations, **more):
    return {"cve": {"id": number, "sourceIdentifier": "x@example.org", "published": "2098-01-01T00:00:00.000",
                    "lastModified": more.get("updated", "2098-02-01T00:00:00.000"), "vulnStatus": more.get("status", "Analyzed"),
                    "descriptions": [{"lang": "en", "value": "A fault, as NVD tells it."}], "metrics": more.get("metrics", {}),
                    "configurations": configurations, "references": []}}


def node(matches, operator="OR", negate=False):
    return {"operator": operator, "negate": negate, "cpeMatch": matches}


def nvd_feed(entries):
    return {"resultsPerPage": len(entries), "startIndex": 0, "totalResults": len(entries), "format": "NVD_CVE", "version": "2.0",
            "timestamp": "2098-03-01T00:00:00.000", "vulnerabilities": entries}


def kev(*entries):
    return {"title": "Catalogue", "catalogVersion": "2098.01.01", "dateReleased": "2098-01-01T00:00:00Z", "count": len(entries),
            "vulnerabilities": [{"cveID": n, "vendorProject": v, "product": p, "vulnerabilityName": "Name", "dateAdded": "2098-01-05",
                                 "shortDescription": "x", "requiredAction": "Mend it.", "dueDate": "2098-02-01",
                                 "knownRansomwareCampaignUse": r} for n, v, p, r in entries]}


def csaf(number, vendor, product, branch, status="known_affected", **more):
    """A document with one product. branch: (category, name), or None for a product without a version."""
    leaf = {"name": product, "product_id": "P1", **({"product_identification_helper": more["helper"]} if "helper" in more else {})}
    inner = [{"category": branch[0], "name": branch[1], "product": leaf}] if branch else []
    named = {"category": "product_name", "name": product, **({"branches": inner} if branch else {"product": leaf})}
    tree = {"branches": [{"category": "vendor", "name": vendor, "branches": [named]}]}
    return {"document": {"category": "csaf_security_advisory", "csaf_version": "2.0", "title": "Advisory",
                         "publisher": {"category": "vendor", "name": vendor, "namespace": "https://example.org"},
                         "tracking": {"id": more.get("id", "ADV-" + number), "current_release_date": more.get("updated", "2098-02-01T00:00:00Z"),
                                      "initial_release_date": "2098-01-01T00:00:00Z", "status": "final", "version": "1",
                                      "revision_history": []}},
            "product_tree": tree,
            "vulnerabilities": [{"cve": number, "product_status": {status: ["P1"]}, "notes": []}]}


def lines(records):
    return "".join(json.dumps(r, ensure_ascii=False) + "\n" for r in records)
