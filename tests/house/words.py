"""The words for people, data/wording.tsv and data/words_ui.tsv: all in both languages, all words of the schema there."""
import json
import os
import re

from tap import SOURCE, Tap

t = Tap()
# the kind of words_ui.tsv for a member of docs/case.schema.json; "kind" and others mean different things in different lists
KINDS = {
    "part": "part", "role": "role", "role_basis": "role_basis", "basis": "basis", "log": "clock_log", "level": "level",
    "verdict": "verdict", "class": "class", "family": "family", "grade": "grade", "why": "why", "profile": "profile",
    "edges.kind": "edge", "observations.kind": "observation", "not_seen.kind": "not_seen", "gaps.kind": "gap",
    "external.role": "external", "decisions.kind": "decision", "rejected.kind": "decision",
}


def read(name):
    rows = {}
    for line in open(os.path.join(SOURCE, "data", name), encoding="utf-8"):
        line = line.rstrip("\n")
        if not line or line.startswith("#"):
            continue
        key, *texts = line.split("\t")
        t.check(key not in rows and len(texts) == 2 and all(texts), f"{name}: {key} once, in English and in Chinese", line)
        rows[key] = texts
        holes = [sorted(set(re.findall(r"{(\w+)}", text))) for text in texts]
        t.check(all(h == holes[0] for h in holes), f"{name}: {key} has the same placeholders in each language", line)
    return rows


def enums(node, path):
    """(names of members from the top, words) of every enumeration."""
    if isinstance(node, dict):
        if "enum" in node:
            yield path, node["enum"]
        for name, below in node.items():
            inner = name in ("items", "properties", "$defs")
            yield from enums(below, path if inner else path + [name])


words, story = read("words_ui.tsv"), read("wording.tsv")
with open(os.path.join(SOURCE, "docs/case.schema.json"), encoding="utf-8") as f:
    schema = json.load(f)
seen = set()
for path, values in enums(schema, []):
    kind = KINDS.get(".".join(path[-2:])) or KINDS.get(path[-1])
    if not t.check(kind, f"{'.'.join(path)} of the schema has a kind in data/words_ui.tsv"):
        continue
    seen.add(kind)
    lacks = [w for w in values if f"ui.{kind}.{w}" not in words]
    t.check(not lacks, f"every word of {'.'.join(path)} is in data/words_ui.tsv as ui.{kind}", lacks)
t.equal(sorted(set(KINDS.values()) - seen), [], "no kind is checked against nothing")

# words that C has in tables of its own
for kind, name, pattern in (("signal", "src/story/signals.c", r'\[SIGNAL_\w+\]\s*=\s*{\s*"([\w-]+)"'),
                            ("fact", "src/facts/fact.c", r'\[FACT_\w+\]\s*=\s*"(\w+)"'),
                            ("source", "data/host_sources.tsv", r"(?m)^source\t(\w+)\t"),
                            ("phase", "data/attack_steps.tsv", r"(?m)^[\w.]+\t[^\t]*\t[^\t]*\t([\w-]+)\t")):
    found = set(re.findall(pattern, open(os.path.join(SOURCE, name), encoding="utf-8").read()))
    lacks = sorted(w for w in found if f"ui.{kind}.{w}" not in words)
    t.check(len(found) > 7 and not lacks, f"every word of {name} is in data/words_ui.tsv as ui.{kind}", len(found), lacks)

# the compiler may keep equal texts once, and a word is known by its address (src/story/wording.c): so one Chinese for it
by_text = {}
for texts in story.values():
    by_text.setdefault(texts[0], set()).add(texts[1])
t.equal([en for en, zh in by_text.items() if len(zh) > 1], [], "data/wording.tsv says one English text in one Chinese way")

# the same word is not said in two ways
for ui, own in (("ui.part.", "part."), ("ui.edge.", "edge."), ("ui.gap.", "gap."), ("ui.source.", "source."),
                ("ui.class_meaning.", "class.")):
    both = [k for k in words if k.startswith(ui) and own + k[len(ui):] in story]
    other = [k for k in both if words[k] != story[own + k[len(ui):]]]
    t.check(len(both) > 4 and not other, f"{own}* of data/wording.tsv and {ui}* of data/words_ui.tsv agree", other)
t.done()
