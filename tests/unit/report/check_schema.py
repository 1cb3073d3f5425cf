#!/usr/bin/env python3
"""case.json of a hostile made-up case against docs/case.schema.json, as TAP.

Usage: check_schema.py MAKER SCHEMA. Uses python3-jsonschema where it is installed; without it the
structure is checked by the part of JSON Schema that our schema uses."""
import json
import re
import subprocess
import sys
import tempfile


def resolve(schema, root):
    while "$ref" in schema:
        node = root
        for part in schema["$ref"][2:].split("/"):
            node = node[part]
        schema = {**node, **{k: v for k, v in schema.items() if k != "$ref"}}
    return schema


TYPES = {"object": dict, "array": list, "string": str, "integer": int, "number": (int, float), "boolean": bool, "null": type(None)}


def is_type(value, name):
    return isinstance(value, TYPES[name]) and not (name in ("integer", "number") and isinstance(value, bool))


def problems(value, schema, root, path="$"):
    schema = resolve(schema, root)
    types = schema.get("type")
    if types and not any(is_type(value, t) for t in ([types] if isinstance(types, str) else types)):
        yield "%s: not %s" % (path, types)
        return
    if "const" in schema and value != schema["const"]:
        yield "%s: not %r" % (path, schema["const"])
    if "enum" in schema and value not in schema["enum"]:
        yield "%s: %r not in the list" % (path, value)
    if isinstance(value, str) and "pattern" in schema and not re.search(schema["pattern"], value):
        yield "%s: %r does not fit %s" % (path, value, schema["pattern"])
    if isinstance(value, int) and "minimum" in schema and value < schema["minimum"]:
        yield "%s: below %s" % (path, schema["minimum"])
    if isinstance(value, dict):
        for key in schema.get("required", []):
            if key not in value:
                yield "%s: no %s" % (path, key)
        known = schema.get("properties", {})
        for key, member in value.items():
            if key in known:
                yield from problems(member, known[key], root, path + "." + key)
            elif schema.get("additionalProperties") is False:
                yield "%s: unknown %s" % (path, key)
            elif isinstance(schema.get("additionalProperties"), dict):
                yield from problems(member, schema["additionalProperties"], root, path + "." + key)
    if isinstance(value, list):
        if len(value) < schema.get("minItems", 0):
            yield "%s: too few" % path
        for i, member in enumerate(value):
            yield from problems(member, schema.get("items", {}), root, "%s[%d]" % (path, i))


def found(case, schema):
    try:
        import jsonschema
    except ImportError:
        return "our own check", list(problems(case, schema, schema))
    validator = jsonschema.Draft202012Validator(schema)
    validator.check_schema(schema)
    return "jsonschema", [str(e.message)[:200] for e in validator.iter_errors(case)]


def main(maker, schema_path):
    with open(schema_path, encoding="utf-8") as f:
        schema = json.load(f)
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([maker, folder], check=True)
        with open(folder + "/case.json", encoding="utf-8") as f:
            case = json.load(f)
    print("1..3")
    how, bad = found(case, schema)
    for line in bad[:20]:
        print("#", line)
    print("%s 1 - case.json fits its schema (%s)" % ("not ok" if bad else "ok", how))
    filled = all(case[k] for k in ("summary", "hosts", "edges", "observations", "not_seen", "findings",
                                   "gaps", "items", "facts"))
    print("%s 2 - every list that can be filled is" % ("ok" if filled else "not ok"))
    case["hosts"][0]["surprise"] = 1
    case["edges"][0]["kind"] = "guess"
    bad = list(problems(case, schema, schema))
    print("%s 3 - a case that does not fit is refused" % ("ok" if len(bad) == 2 else "not ok"))


if __name__ == "__main__":
    main(*sys.argv[1:])
