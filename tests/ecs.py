"""What ECS allows, for the fields that we write: types of the table, and what is wrong with a document."""
import ipaddress
import os
import re

FIELDS = {}
with open(os.path.join(os.path.dirname(__file__), "ecs_fields.tsv"), encoding="ascii") as table:
    for line in table:
        if not line.startswith("#"):
            name, kind = line.rstrip("\n").split("\t")
            FIELDS[name] = kind

HOW = {"ip": {"ip", "ip_of"}, "long": {"number", "s", "ms", "port_of"}, "float": {"number"}, "date": {"time"}, "boolean": {"bool"}}
TEXT = {"text", "lower", "basename", "account", "domain", "plus", "host_of", "outcome", "outcome_word", "failure", "url_path", "url_query", "mac",
        "tls_version", "transport", "const"}
ALLOWED = {"event.outcome": {"success", "failure", "unknown"},
           "event.kind": {"alert", "asset", "enrichment", "event", "metric", "state", "pipeline_error", "signal"}}
DATE = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3,9})?Z$")
OURS = ("spoor.", "winlog.", "log.offset")


def is_own(name, dataset):
    """Outside of ECS a log's fields stand below the name of its family."""
    return name.startswith(("winlog.", dataset.split(".")[0] + "."))


def row_problem(dataset, ecs, how):
    """What is wrong with a line of a table, or None."""
    if is_own(ecs, dataset) and ecs not in FIELDS:
        return None
    if ecs not in FIELDS:
        return ecs + " is no ECS field"
    if how not in HOW.get(FIELDS[ecs], TEXT):
        return "%s is %s, not %s" % (ecs, FIELDS[ecs], how)
    return None


def is_ip(v):
    try:
        return bool(ipaddress.ip_address(v))
    except ValueError:
        return False


def value_problem(name, v):
    kind = FIELDS[name]
    good = {"ip": lambda: isinstance(v, str) and is_ip(v), "long": lambda: type(v) is int and abs(v) < 1 << 64,
            "date": lambda: isinstance(v, str) and DATE.match(v), "boolean": lambda: type(v) is bool,
            "float": lambda: type(v) in (int, float)}
    if not good.get(kind, lambda: isinstance(v, str))():
        return "%s holds %r, which is no %s" % (name, v, kind)
    if name in ALLOWED and v not in ALLOWED[name]:
        return "%s cannot be %r" % (name, v)
    return None


def walk(node, path=""):
    for k, v in node.items():
        name = path + k
        if name == "spoor.fields":
            continue
        if isinstance(v, dict):
            yield from walk(v, name + ".")
        else:
            for one in v if isinstance(v, list) else [v]:
                yield name, one


def field_problems(dataset, name, v):
    """What ECS would not take in one field of a document."""
    if name.startswith(OURS) or (name not in FIELDS and is_own(name, dataset)):
        return []
    if name not in FIELDS:
        return [name + " is no ECS field"]
    wrong = value_problem(name, v)
    return [wrong] if wrong else []


def problems(doc):
    """What ECS would not take in a document of ours."""
    dataset = doc.get("event", {}).get("dataset", "")
    return [wrong for name, v in walk(doc) for wrong in field_problems(dataset, name, v)]
