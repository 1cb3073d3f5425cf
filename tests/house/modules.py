"""A module includes only what stands above it in the table of docs/design.md; readers and sigma never
include each other; a private header stays in its folder; file names are unique."""
import collections
import os
import re

from tap import SOURCE, Tap

NEVER = {("readers", "sigma"), ("sigma", "readers"), ("readers", "detect")}


def order():
    """Module names of design.md section 2, each with its rank; those in one row share it."""
    text = open(os.path.join(SOURCE, "docs/design.md")).read()
    section = text.split("\n## 2.", 1)[1].split("\n## 3.", 1)[0]
    rank = {}
    for n, row in enumerate(re.findall(r"^\|([^|]*`[^|]*)\|", section, re.M)):
        for name in re.findall(r"`(\w+)/`", row):
            rank[name] = n
    return rank


t = Tap()
rank = order()
t.check(len(rank) >= 12, "docs/design.md lists the modules", rank)
bad, private = collections.defaultdict(list), collections.defaultdict(list)
names, modules = collections.defaultdict(list), set()
for folder, _, files in os.walk(os.path.join(SOURCE, "src")):
    for name in sorted(files):
        path = os.path.relpath(os.path.join(folder, name), os.path.join(SOURCE, "src"))
        module = path.split(os.sep)[0]
        modules.add(module)
        if not name.endswith((".c", ".h", ".cc")):
            continue
        names[name].append(path)
        text = open(os.path.join(SOURCE, "src", path)).read()
        for target in re.findall(r'^\s*#\s*include\s+"([^"]+)"', text, re.M):
            other = target.split("/")[0] if "/" in target else module
            if other != module:
                if other not in rank or rank[other] >= rank.get(module, -1) or (module, other) in NEVER:
                    bad[module].append(f"{path} includes {target}")
                if target.endswith("_priv.h"):
                    private[module].append(f"{path} includes {target}")
modules.discard("meson.build")
for module in sorted(modules):
    t.check(module in rank, f"{module} stands in docs/design.md")
    t.check(not bad[module], f"{module} includes only what stands above it", *bad[module])
    t.check(not private[module], f"{module} leaves private headers alone", *private[module])
twins = [v for v in names.values() if len(v) > 1]
t.check(not twins, "file names are unique", *twins)
t.done()
