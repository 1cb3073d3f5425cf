#!/usr/bin/env python3
"""Correlations against the brute-force reference in ../shared/oracle, over random streams of matches.

correlate_oracle.py STREAMS [N [SEED]]: N streams of at most 30 events (default 1,000; all 10,000 where
SPOOR_FULL is set). For each: every alert of every correlation, chained ones too, equals the reference's;
the findings are the joined windows with all their events; the order of matches does not matter.
"""
import os
import random
import subprocess
import sys

from tap import SHARED, Tap, skip_all

ORACLE = os.path.join(SHARED, "oracle")
if not os.path.isfile(os.path.join(ORACLE, "correlation_oracle.py")):
    skip_all("the reference in ../shared is not here")
sys.path.insert(0, ORACLE)
import correlation_oracle as oracle  # noqa: E402

TYPES = ["event_count", "value_count", "temporal", "temporal_ordered", "value_sum", "value_avg",
         "value_percentile", "value_median"]
RULES = ["a", "b", "c", "d"]
TEXTS = {"u": ["Bob", "bob", "eve", "É", "é", ""], "ip": ["10.0.0.1", "10.0.0.2", "::1", "x=y"],
         "src": ["10.0.0.1", "10.0.0.2", "10.0.0.3"], "n": ["0", "1", "2", "3", "7", "-4", "2.5", "0.25", "1e2", " 5 ", "abc", ""]}


def random_event(r, rid):
    fields = {}
    for name, values in TEXTS.items():
        if r.random() < 0.85:
            fields[name] = [r.choice(values) for _ in range(1 + (r.random() < 0.1))]
            if r.random() < 0.03:
                fields[name][0] = None
    return oracle.Hit(r.randrange(0, r.choice([6, 40, 200])), rid, fields)


def random_hits(r):
    hits = {name: [] for name in RULES}
    for rid in range(1, 1 + r.randrange(0, 31)):
        event = random_event(r, rid)
        for name in r.sample(RULES, r.choice([1, 1, 1, 2, 3])):
            hits[name].append(event)
    return hits


def random_condition(r, kind, nrules):
    if kind == "temporal_ordered" or (kind == "temporal" and r.random() < 0.5):
        return {} if r.random() < 0.7 else {"gte": nrules}
    top = {"event_count": 8, "value_count": 4, "temporal": 4}.get(kind, 12)
    ops = r.sample(sorted(oracle.OPS), r.choice([1, 1, 2]))
    if len(ops) == 2 and r.random() < 0.7:
        ops = [r.choice(["gt", "gte"]), r.choice(["lt", "lte"])]
    out = {op: r.choice([0, 1, 2, 3, r.randrange(top + 1)]) + (0.5 if r.random() < 0.1 else 0) for op in ops}
    if len(out) == 2 and "gt" in out and "lt" in out and out["lt"] <= out["gt"]:
        out["lt"] = out["gt"] + 3
    return out


def random_correlation(r, names, grouped):
    """names: what may be referred to; grouped: of correlations among them, their group-by."""
    kind = r.choice(TYPES)
    rules = r.sample(names, r.randrange(1, 1 + min(4, len(names))))
    below = [grouped[n] for n in rules if n in grouped]
    common = [f for f in ("u", "ip", "src", "n") if all(f in g for g in below)]
    by = r.sample(common, min(len(common), r.choice([0, 1, 1, 2])))
    c = {"type": kind, "rules": rules if len(rules) > 1 or r.random() < 0.5 else rules[0],
         "timespan": r.choice(["0s", "1s", "5s", "10s", "30s", "1m", "2m", "1h", "1d"])}
    condition = random_condition(r, kind, len(rules))
    if kind.startswith("value_"):
        fields = ["n"] if kind not in ("value_count",) else r.sample(common, min(len(common), r.choice([1, 1, 2]))) or None
        if not fields or not set(fields) <= set(common):
            return random_correlation(r, names, grouped)
        condition["field"] = fields if len(fields) > 1 or r.random() < 0.5 else fields[0]
        if kind == "value_percentile" and r.random() < 0.8:
            condition["percentile"] = r.choice([0, 1, 5, 10, 25, 28, 50, 75, 90, 95, 99, 100, 33.3])
    if by:
        c["group-by"] = by if len(by) > 1 or r.random() < 0.5 else by[0]
        if not below and r.random() < 0.35:
            c["aliases"] = {"who": {n: r.choice(["u", "src", "ip"]) for n in rules}}
            c["group-by"] = ["who"] + [b for b in by[1:]]
    if condition:
        c["condition"] = condition
    return c


def as_list(x):
    return x if isinstance(x, list) else [] if x is None else [x]


def case(r):
    names, grouped, correlations = list(RULES), {}, {}
    for depth in range(r.choice([1, 1, 2, 3])):
        name = "c%d" % depth
        correlations[name] = random_correlation(r, names, grouped)
        grouped[name] = as_list(correlations[name].get("group-by"))
        names = [name] + r.sample(RULES, 2) if r.random() < 0.6 else names + [name]
    return random_hits(r), correlations


def quote(x):
    if isinstance(x, list):
        return "[" + ", ".join(map(quote, x)) + "]"
    if isinstance(x, dict):
        return "{" + ", ".join("%s: %s" % (k, quote(v)) for k, v in x.items()) + "}"
    return "'%s'" % x if isinstance(x, str) else str(x)


def yaml_of(correlations):
    docs = ["name: %s\nlogsource: {product: windows}\ndetection: {s: {EventID: 1}, condition: s}\n" % n for n in RULES]
    for name, c in correlations.items():
        docs.append("title: t\nname: %s\nlevel: high\ngenerate: true\ncorrelation:\n" % name +
                    "".join("  %s: %s\n" % (k, quote(v)) for k, v in c.items()))
    return "---\n".join(docs)


def hit_lines(hits):
    out = []
    for name, events in hits.items():
        for h in events:
            # the worker's part: the first value, unless that is null
            fields = ["%s=%s" % (k, v[0]) for k, v in h.fields.items() if v[0] is not None]
            out.append("\t".join(["hit", name, str(h.t), str(h.rid), *fields]))
    return out


def group_events(c, hits):
    """The reference's groups: key to the events of all its rules, each once."""
    groups = {}
    for rule in as_list(c["rules"]):
        for h in hits.get(rule, []):
            key = []
            for g in as_list(c.get("group-by")):
                v = h.fields.get((c.get("aliases") or {}).get(g, {}).get(rule, g))
                key.append(str(v[0]).lower() if v and v[0] is not None else None)
            if None not in key:
                groups.setdefault(tuple(key), {})[h.rid] = h
    return groups


def expected(hits, correlations):
    """Per correlation: alerts {(key, anchor, time of the last event)}, findings [(key, [events])]."""
    hits, made, below = dict(hits), 1000000, {}
    alerts, findings = {}, {}
    for name, c in correlations.items():
        span, groups = oracle.seconds(c["timespan"]), group_events(c, hits)
        alerts[name], findings[name], hits[name], windows = [], [], [], {}
        for key, anchor in oracle.evaluate(c, hits):
            events = groups[key]
            begin = events[anchor].t
            inside = [h for h in events.values() if begin <= h.t <= begin + span]
            last = max(h.t for h in inside)
            made += 1
            below[made] = inside
            alerts[name].append((key, anchor, last, made))
            hits[name].append(oracle.Hit(last, made, {g: [v] for g, v in zip(as_list(c.get("group-by")), key)}))
            windows.setdefault(key, []).append(begin)
        for key, begins in windows.items():
            joined = []
            for b in sorted(begins):
                if joined and b <= joined[-1][1]:
                    joined[-1][1] = b + span
                else:
                    joined.append([b, b + span])
            for b, e in joined:
                findings[name].append(sorted(leaves(below, [h for h in groups[key].values() if b <= h.t <= e])))
    return alerts, findings


def leaves(below, inside):
    """The events themselves, as (time, number)."""
    out = set()
    for h in inside:
        out |= leaves(below, below[h.rid]) if h.rid in below else {(h.t, h.rid)}
    return out


def answers(text):
    """Output of the program per run."""
    run = []
    for line in text.splitlines():
        if line == "done":
            yield run
            run = []
        else:
            run.append(line.split("\t"))


def compare(got, correlations, want):
    """What differs, or None."""
    alerts, findings = want
    if any(x[0] in ("rejected", "gap") for x in got):
        return "not carried out: %s" % [x for x in got if x[0] in ("rejected", "gap")]
    numbers = {}  # (correlation, its number of the alert) to the reference's number
    for name in correlations:
        known = {(key, anchor): (last, made) for key, anchor, last, made in alerts[name]}
        mine = set()
        for x in got:
            if x[0] != "alert" or x[1] != name:
                continue
            key = tuple(f.split("=", 1)[1].lower() for f in x[6:])
            anchor = numbers.get((x[3], int(x[4]))) if x[3] else int(x[4])
            if known.get((key, anchor), (None,))[0] != int(x[5]) or (key, anchor) in mine:
                return "%s: alert %s" % (name, x)
            mine.add((key, anchor))
            numbers[name, int(x[2])] = known[key, anchor][1]
        if mine != set(known):
            return "%s: alerts missing: %s" % (name, sorted(set(known) - mine))
        shown = sorted([int(n) for n in x[4].split(",")] for x in got if x[0] == "finding" and x[1] == name)
        wanted = sorted([rid for _, rid in events] for events in findings[name])
        if shown != wanted:
            return "%s: findings %s, want %s" % (name, shown, wanted)
    return None


def main():
    program = sys.argv[1]
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 10000 if os.environ.get("SPOOR_FULL") else 1000
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else 1
    t = Tap()
    cases, lines = [], []
    for i in range(count):
        r = random.Random("%d %d" % (seed, i))
        hits, correlations = case(r)
        cases.append((hits, correlations))
        text, stream = yaml_of(correlations), hit_lines(hits)
        for order in range(2):
            lines += ["rules", text.rstrip("\n"), "end", *stream, "run"]
            stream = r.sample(stream, len(stream))
    run = subprocess.run([program], input="\n".join(lines) + "\n", capture_output=True, text=True)
    t.equal(run.returncode, 0, "the program runs: %s" % run.stderr[-300:])
    got = list(answers(run.stdout))
    t.equal(len(got), 2 * count, "an answer for each stream")
    differ, unstable, fired, by_type = [], [], 0, {}
    for i, (hits, correlations) in enumerate(cases[:len(got) // 2]):
        want = expected(hits, correlations)
        for name, c in correlations.items():
            fired += bool(want[0][name])
            if want[0][name]:
                by_type[c["type"]] = by_type.get(c["type"], 0) + 1
        why = compare(got[2 * i], correlations, want)
        if why:
            differ.append("stream %d: %s\n%s\n%s" % (i, why, correlations, "\n".join(hit_lines(hits))))
        if got[2 * i] != got[2 * i + 1]:
            unstable.append("stream %d\n%s\n%s" % (i, got[2 * i], got[2 * i + 1]))
    t.check(not differ, "%d streams: alerts and findings equal the reference's" % count, len(differ), *differ[:2])
    t.check(not unstable, "the order of matches does not matter", len(unstable), *unstable[:2])
    t.check(set(by_type) == set(TYPES), "every type fires: %s" % sorted(by_type.items()), by_type)
    t.done()


main()
