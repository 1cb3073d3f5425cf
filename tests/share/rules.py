"""The hard rules of the formats that exports have, by the text of each specification, with nothing but the standard library. Each
function gives a list of what is wrong with the bytes of one export."""
import base64
import hashlib
import json
import re
import uuid
import xml.etree.ElementTree as ET

import ecs

STAMP = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z$")
CONTROL = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def lines(content):
    return [json.loads(x) for x in content.decode().splitlines()]


def missing(what, node, names):
    return ["%s: no %s" % (what, n) for n in names if n not in node or node[n] in ("", None, [], {})]


def is_uuid(text):
    try:
        return str(uuid.UUID(text)) == text
    except ValueError:
        return False


def iodef(content):
    """RFC 7970, section 3: what an incident must have, the order of the elements, the words of the attributes."""
    n = "{urn:ietf:params:xml:ns:iodef-2.0}"
    root = ET.fromstring(content)
    bad = [] if root.tag == n + "IODEF-Document" and root.get("version") == "2.00" else ["no document of version 2.00"]
    order = ["IncidentID", "StartTime", "EndTime", "GenerationTime", "Description", "Contact", "EventData"]
    for incident in root:
        names = [c.tag.replace(n, "") for c in incident]
        bad += missing("Incident", names, []) + [x + " is missing" for x in ("IncidentID", "GenerationTime", "Contact") if x not in names]
        bad += [] if [order.index(x) for x in names] == sorted(order.index(x) for x in names) else ["elements out of order"]
        bad += [] if incident.get("purpose") in ("traceback", "mitigation", "reporting", "watch", "other") else ["purpose"]
        bad += [] if incident.get("restriction") in ("white", "green", "amber", "red") else ["restriction"]
    for e in root.iter(n + "System"):
        bad += [] if e.get("category") in ("source", "target", "intermediate", "sensor", "infrastructure") else ["category of a System"]
    for e in root.iter():
        if e.tag.endswith("Time"):
            bad += [] if STAMP.match(e.text) else ["time " + e.text]
    return bad


def iodef_json(content):
    """RFC 8727, section 3: the same classes; those that may stand several times are arrays."""
    doc = json.loads(content)
    bad = missing("document", doc, ["version", "Incident"]) + ([] if doc["version"] == "2.0" else ["version"])
    for i in doc["Incident"]:
        bad += missing("Incident", i, ["purpose", "IncidentID", "GenerationTime", "Contact"])
        bad += missing("IncidentID", i["IncidentID"], ["id", "name"])
        bad += [x for c in i["Contact"] for x in missing("Contact", c, ["role", "type"])]
        bad += [] if STAMP.match(i["GenerationTime"]) else ["time"]
        for e in i.get("EventData", []):
            for s in (s for f in e["Flow"] for s in f["System"]):
                bad += missing("System", s, ["Node", "category"])
                bad += [x for a in s["Node"].get("Address", []) for x in missing("Address", a, ["value", "category"])]
                bad += [x for a in s["Node"].get("DomainData", []) for x in missing("DomainData", a, ["Name", "system-status", "domain-status"])]
    return bad


def xarf(content):
    """XARF 4: core and the two types that are written."""
    need = {"botnet": "compromise_evidence", "compromised_server": "compromise_method"}
    bad = []
    for r in lines(content):
        bad += missing("report", r, ["xarf_version", "report_id", "timestamp", "reporter", "sender", "source_identifier", "category", "type"])
        bad += [] if re.match(r"^4\.\d+\.\d+$", r["xarf_version"]) and is_uuid(r["report_id"]) and STAMP.match(r["timestamp"]) else ["form"]
        bad += [] if r["category"] == "infrastructure" and r.get(need.get(r["type"])) else ["type " + r["type"]]
        bad += [x for p in ("reporter", "sender") for x in missing(p, r[p], ["org", "contact", "domain"])]
        bad += [] if 0 <= r["confidence"] <= 1 and len(r["description"]) <= 1000 else ["range"]
        bad += [t for t in r["tags"] if not re.match(r"^[a-z0-9][a-z0-9_+-]*:[a-z0-9][a-z0-9_+-]*$", t)]
        for e in r["evidence"]:
            plain = base64.b64decode(e["payload"], validate=True)
            bad += [] if e["hash"] == "sha256:" + hashlib.sha256(plain).hexdigest() and e["size"] == len(plain) else ["evidence"]
            bad += [] if r["source_identifier"].encode() in plain else ["evidence of another"]
    return bad


def xarf3(content):
    bad = []
    for r in lines(content):
        bad += missing("report", r, ["Version", "ReporterInfo", "Report"]) + ([] if r["Version"] == "3" and "Disclosure" in r else ["version"])
        bad += missing("ReporterInfo", r["ReporterInfo"], ["ReporterOrg", "ReporterOrgDomain", "ReporterOrgEmail"])
        bad += missing("Report", r["Report"], ["ReportClass", "ReportType", "Date", "SourceIp"])
        bad += [] if (r["Report"]["ReportClass"], r["Report"]["ReportType"]) == ("Content", "Botnet") else ["class and type"]
    return bad


def csaf(content):
    """CSAF 2.0: required members, and of the mandatory tests those that can fail here."""
    doc = json.loads(content)
    d = doc["document"]
    t = d["tracking"]
    bad = missing("document", d, ["category", "csaf_version", "publisher", "title", "tracking", "notes", "references"])
    bad += missing("publisher", d["publisher"], ["category", "name", "namespace"])
    bad += missing("tracking", t, ["current_release_date", "id", "initial_release_date", "revision_history", "status", "version"])
    bad += [] if d["csaf_version"] == "2.0" and d["distribution"]["tlp"]["label"] in ("WHITE", "GREEN", "AMBER", "RED") else ["version or TLP"]
    bad += [] if t["version"] == t["revision_history"][-1]["number"] else ["6.1.16"]
    bad += [] if len({r["number"] for r in t["revision_history"]}) == len(t["revision_history"]) else ["6.1.22"]
    if d["category"] == "csaf_security_incident_response":
        bad += [] if any(n["category"] in ("description", "details", "general", "summary") for n in d["notes"]) else ["6.1.27.1"]
        bad += [] if any(r["category"] == "external" for r in d["references"]) else ["6.1.27.2"]
    else:
        bad += missing("6.1.27.4 and 6.1.27.11", doc, ["product_tree", "vulnerabilities"])
        bad += csaf_products(doc)
    return bad


def csaf_products(doc):
    products = [p["product_id"] for p in doc["product_tree"]["full_product_names"]]
    bad = [] if len(products) == len(set(products)) else ["6.1.2"]
    for v in doc["vulnerabilities"]:
        bad += missing("6.1.27.5, 6.1.27.6 and 6.1.27.7", v, ["notes", "product_status", "ids"])
        for ids in list(v["product_status"].values()) + [r["product_ids"] for r in v["remediations"]]:
            bad += ["6.1.1: " + i for i in ids if i not in products]
    return bad


def ecs_events(content):
    return [x for e in lines(content) for x in ecs.problems(e) + missing("event", e, ["@timestamp", "ecs", "message"])]


def ocsf(content):
    bad = []
    for e in lines(content):
        bad += missing("event", e, ["activity_id", "category_uid", "class_uid", "severity_id", "time", "type_uid", "metadata", "finding_info"])
        bad += [] if e["type_uid"] == e["class_uid"] * 100 + e["activity_id"] and e["class_uid"] // 1000 == e["category_uid"] else ["uids"]
        bad += missing("metadata", e["metadata"], ["version", "product"]) + missing("finding_info", e["finding_info"], ["uid", "title"])
        bad += [] if type(e["time"]) is int and 0 < e["severity_id"] < 6 else ["time or severity"]
        for a in e["finding_info"].get("attacks", []):
            bad += [] if re.match(r"^TA\d{4}$", a["tactic"]["uid"]) and a["tactic"]["name"] != "Defense Evasion" else ["tactic"]
    return bad


def sarif(content):
    doc = json.loads(content)
    bad = missing("document", doc, ["version", "runs"]) + ([] if doc["version"] == "2.1.0" else ["version"])
    for run in doc["runs"]:
        rules = run["tool"]["driver"]["rules"]
        bad += missing("driver", run["tool"]["driver"], ["name"])
        for r in run["results"]:
            bad += [] if r["message"]["text"] and rules[r["ruleIndex"]]["id"] == r["ruleId"] else ["result without text or rule"]
            bad += [] if r["level"] in ("none", "note", "warning", "error") and is_uuid(r["guid"]) else ["level or guid"]
            for place in r["locations"]:
                uri = place["physicalLocation"]["artifactLocation"]["uri"]
                bad += [] if re.match(r"^[A-Za-z0-9._~/%-]+$", uri) else ["uri " + uri]
    return bad


FORMATS = {"iodef": iodef, "iodef-json": iodef_json, "xarf": xarf, "xarf3": xarf3, "csaf": csaf, "csaf-advisory": csaf, "ecs": ecs_events,
           "ocsf": ocsf, "sarif": sarif}


def problems(name, content):
    """What is wrong with an export; formats without rules here may only not hold control characters."""
    bad = ["control characters"] if CONTROL.search(content) else []
    try:
        return bad + FORMATS[name](content) if name in FORMATS else bad
    except (KeyError, ValueError, TypeError, ET.ParseError) as e:
        return bad + ["%s: %s" % (type(e).__name__, e)]
