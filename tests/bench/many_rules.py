"""Many rules for measuring: copies of a pack whose texts are changed, so that they ask as much and match less.

many_rules.py RULES OUT COPIES. Words of four letters and more get another ending in each copy; event ids, providers,
expressions and networks stay, so that the copies apply to the same events."""
import os
import re
import sys
import uuid

import yaml

KEEP = ("EventID", "Provider_Name", "Channel", "EventType")
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
DUMPER = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


def altered(value, copy):
    if isinstance(value, str):
        return re.sub(r"[A-Za-z]{4,}", lambda m: m.group(0)[:-2] + "q" + chr(97 + copy), value)
    if isinstance(value, list):
        return [altered(x, copy) for x in value]
    if isinstance(value, dict):
        return {k: v if k.split("|")[0] in KEEP or any(m in k for m in ("|re", "|expand", "|cidr")) else altered(v, copy)
                for k, v in value.items()}
    return value


def main(source, out, copies):
    for folder, _, names in sorted(os.walk(source)):
        for name in sorted(n for n in names if n.endswith(".yml")):
            with open(os.path.join(folder, name), encoding="utf-8") as f:
                rule = next(iter(yaml.load_all(f, LOADER)), None)
            if not isinstance(rule, dict) or "detection" not in rule or "|expand" in str(rule["detection"]):
                continue
            for copy in range(copies):
                made = dict(rule, id=str(uuid.uuid5(uuid.NAMESPACE_URL, f"{rule['id']}{copy}")))
                made["detection"] = {k: v if k == "condition" else altered(v, copy) for k, v in rule["detection"].items()}
                to = os.path.join(out, str(copy))
                os.makedirs(to, exist_ok=True)
                with open(os.path.join(to, name), "w", encoding="utf-8") as f:
                    yaml.dump(made, f, Dumper=DUMPER)


main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
