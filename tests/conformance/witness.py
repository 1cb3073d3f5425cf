#!/usr/bin/env python3
"""Every rule of SigmaHQ is put to the test by events of its own (sigma_events.py), so that also the rules which never fire
on recorded evidence are known to work.

witness.py HUNT: by default each 20th rule and one for each kind of Windows event, against the model of these tests (sigma_model.py). With SPOOR_FULL=1 every
rule, and the reference evaluator besides, asked about each event and each rule of the same batch (SPOOR_FULL=1 ./dev test
--full installs what it needs). Both evaluators of spoor must agree with each other and with every other opinion.

Rules for other logs than those of Windows are asked twice: about flat events of their log source (FLAT does that, the
model is compared), and with `product: windows` as their log source about Windows events with their fields, as all rules
are.

	witness.py HUNT FLAT [--every N] [--first N] [--leaves N] [--oracle] [--own] [--keep DIR]

--own: the reference is asked about each event's own rule only, which takes a tenth of the time.
"""
import argparse
import collections
import csv
import glob
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile

from common import SHARED, Tap, need, skip

try:
    import yaml
    import sigma_events
    import sigma_model
except ImportError as missing:
    skip('no YAML reader for Python: %s' % missing)

RULES = os.path.join(SHARED, 'data', 'sigma')
ORACLE = os.path.join(SHARED, 'oracle', 'sigma_oracle.py')
CACHE = os.path.join(os.environ.get('XDG_CACHE_HOME', os.path.expanduser('~/.cache')), 'spoor-dev')
# services that SigmaHQ's table of channels lacks
CHANNELS = {'dns-server': ['DNS Server'], 'dns-server-analytic': ['Microsoft-Windows-DNS-Server/Analytical'],
            'dns-server-audit': ['Microsoft-Windows-DNS-Server/Audit'],
            'driver-framework': ['Microsoft-Windows-DriverFrameworks-UserMode/Operational'],
            'microsoft-servicebus-client': ['Microsoft-ServiceBus-Client/Admin', 'Microsoft-ServiceBus-Client',
                                            'Microsoft-ServiceBus-Client/Operational']}
ANYWHERE = 'logsource:\n    product: windows\n'
NEVER = {  # rules without a matching event, and why
    'a62b37e0-45d3-48d9-a517-90c1a1b0186b': 'its filter holds for the channel of its own log source',
}
BATCH = 200  # rules evaluated together


# --- where rules apply -------------------------------------------------------------------------

class Gate:
    """One way in which a rule applies: channels (none: all), further conditions, renamed fields."""

    def __init__(self, channels=(), conditions=None, renames=None):
        self.channels, self.renames = channels, renames or {}
        self.conditions = {k: [str(x) for x in (v if isinstance(v, list) else [v])]
                           for k, v in (conditions or {}).items()}

    def lets(self, system, fields):
        """Does an event pass?"""
        if self.channels and sigma_model.fold(system['Channel']) not in map(sigma_model.fold, self.channels):
            return False
        return all(any(sigma_model.fold(sigma_model.text(v)) in map(sigma_model.fold, allowed)
                       for v in ([system[k]] if k == 'EventID' else fields.get(k, [])))
                   for k, allowed in self.conditions.items())


class Gates:
    def __init__(self, path):
        with open(path, encoding='utf-8') as f:
            entries = list(yaml.safe_load(f)['logsources'].values())
        self.channels, self.categories = dict(CHANNELS), collections.defaultdict(list)
        for v in entries:
            if v.get('product') == 'windows' and 'service' in v:
                self.channels[v['service']] = [x.split(':', 1)[1] for x in v['sources']]
        for v in entries:
            if v.get('category') and 'conditions' in v:
                self.categories[v['category']].append(v)

    def of(self, source):
        """The ways of a log source; none: it is for no Windows event."""
        product, category, service = (source.get(k) for k in ('product', 'category', 'service'))
        if product not in (None, 'windows'):
            return []
        if category:
            return [Gate(self.channels[v['rewrite']['service']], v['conditions'], v.get('fieldmappings'))
                    for v in self.categories[category] if v.get('product') in (None, product) and
                    service in (None, v['rewrite']['service'])]
        if not product:
            return []
        return [Gate(self.channels.get(service, ()))] if service in self.channels or not service else []


class Rule:
    def __init__(self, doc, source, gates):
        self.id, self.root, self.source = doc['id'], sigma_model.tree(doc), source
        self.gates = gates.of(doc['logsource'])
        self.flat = None  # log source of its flat events, and the rule as it is
        if not self.gates:
            self.flat = [doc['logsource'].get(k, '') for k in ('product', 'category', 'service')]
            self.original = source
            self.gates = [Gate()]
            self.source = re.sub(r'^logsource:.*\n(?:[ \t#].*\n|\n)*', ANYWHERE, source, flags=re.M)
            if yaml.load(self.source, Loader=sigma_model.Loader)['logsource'] != {'product': 'windows'}:
                raise ValueError('log source not replaced: ' + self.id)


def read_rules(first, every):
    """(files in all, rules of every so-many-th file and of one for each kind of Windows event, how many of those need
    placeholders)"""
    gates, rules, refused = Gates(os.path.join(RULES, 'tests', 'thor.yml')), [], 0
    paths = sorted(glob.glob(os.path.join(RULES, 'rules*', '**', '*.yml'), recursive=True))
    chosen = set(paths[first::every])
    by_folder = {}
    for path in paths:
        by_folder.setdefault(os.path.dirname(path), path)
    chosen |= {p for folder, p in by_folder.items() if os.path.join(RULES, 'rules', 'windows') in folder}
    for path in sorted(chosen):
        with open(path, encoding='utf-8') as f:
            source = f.read()
        for doc in sigma_model.load(source):
            try:
                rules.append(Rule(doc, source, gates))
            except sigma_model.Refused:
                refused += 1
    return len(paths), rules, refused


# --- events ------------------------------------------------------------------------------------

class Event:
    """A Windows event as evtx_dump writes it, and what the model sees of it. spoil: what the gate asks for is not so."""

    def __init__(self, rule, gate, record, meant, fields, spoil=''):
        self.rule, self.record, self.meant, self.fields = rule, str(record), meant, fields
        channel = gate.channels[record % len(gate.channels)] if gate.channels else 'chan'
        self.system = {'Provider_Name': 'prov', 'EventID': '7777', 'EventRecordID': self.record, 'Computer': 'host',
                       'Channel': channel if record % 3 else channel.upper()}
        self.data = collections.defaultdict(list)
        for name, allowed in gate.conditions.items():
            if name in self.system:
                self.system[name] = allowed[record % len(allowed)]
            elif name not in fields:
                self.data[name] = [allowed[record % len(allowed)]]
        for name, values in fields.items():
            self.put(gate.renames.get(name, name), values, gate)
        if spoil in self.system:
            self.system[spoil] = {'EventID': '9999', 'Channel': 'Other' + channel}[spoil]
        elif spoil:
            self.data[spoil] = ['other']
        self.expected = self.ask()

    def put(self, name, values, gate):
        fixed = name == 'Channel' and gate.channels or name not in self.system
        first = sigma_model.text(values[0]) if values else ''
        if not fixed and first and (name != 'EventID' or first.isdigit()) and \
                first in gate.conditions.get(name, [first]):
            self.system[name], values = first, values[1:]
        if values:
            self.data[name] += values

    def ask(self):
        """The model's answer."""
        fields = collections.defaultdict(list)
        for name, v in self.system.items():
            fields[name].append(v)
        for name, values in self.data.items():
            fields[name.replace(' ', '')] += values
        leaves = [v for values in fields.values() for v in values]
        for gate in self.rule.gates:
            if not gate.lets(self.system, fields):
                continue
            if sigma_model.holds(self.rule.root, sigma_model.Renamed(fields, gate.renames), leaves):
                return True
        return False

    def json(self):
        system = {k: int(v) if k in ('EventID', 'EventRecordID') else v for k, v in self.system.items()}
        system['Provider'] = {'#attributes': {'Name': system.pop('Provider_Name')}}
        return json.dumps({'Event': {'System': system, 'EventData': {
            k: v[0] if len(v) == 1 else v for k, v in self.data.items()}}}, ensure_ascii=False)


def make_events(rules, leaves_max, n):
    """The events of all rules; n counts what could be made."""
    out = []
    for rule in rules:
        leaves = sigma_model.leaves_of(rule.root)
        n['wanted'] += 2 * min(len(leaves), leaves_max or len(leaves))
        for leaf in leaves:
            n['expressions'] += leaf.kind == 're'
            n['expressions without a string'] += leaf.kind == 're' and not sigma_events.hits(leaf, random.Random(1))
        for i, (_, meant, fields) in enumerate(sigma_events.events(rule.root, rule.id, leaves_max)):
            n['decided'] += meant is not None
            out.append(Event(rule, rule.gates[i % len(rule.gates)], len(out) + 1, meant, fields))
        first = next((e.fields for e in reversed(out) if e.rule is rule and e.expected), {})
        for gate in rule.gates:
            for spoil in ['', *(['Channel'] if gate.channels else []), *gate.conditions]:
                out.append(Event(rule, gate, len(out) + 1, None, first, spoil))
    return out


class FlatEvent:
    """The same fields on a line of some log. It has the three columns of each event of maker.h."""

    def __init__(self, rule, record, fields, source):
        self.rule, self.record, self.source = rule, str(record), source
        self.fields = collections.defaultdict(list, Provider_Name=['prov'], EventID=['7'], Channel=['chan'])
        self.data = {}
        for name, values in fields.items():
            name = name.replace(' ', '')  # a matter of Windows events; here names have none
            kept = [v for v in values if v is not None]  # a cell without value is not there
            self.data[name] = kept
            if kept:
                self.fields[name] += kept
        applies = all(want in ('', has) for want, has in zip(rule.flat, source))
        every = [v for values in self.fields.values() for v in values]
        self.expected = applies and sigma_model.holds(rule.root, self.fields, every)

    @staticmethod
    def quoted(v):
        return "'%s'" % ''.join(
            '\\' + c if c in "'\\" else '\\n' if c == '\n' else c if 32 <= ord(c) < 127 else '\\U%08x' % ord(c)
            for c in sigma_model.text(v))

    def row(self):
        values = ["'%s'=%s" % (name, 'null' if not vs else self.quoted(vs[0]) if len(vs) == 1 else
                               '[%s]' % ','.join(map(self.quoted, vs))) for name, vs in self.data.items()]
        return '\t'.join([self.record, *self.source, ' '.join(values)])


def make_flat_events(events):
    """Of the events of rules for other logs: the same, and the first again from logs that are a little different."""
    out, seen = [], set()
    for e in events:
        rule = e.rule
        if not rule.flat:
            continue
        out.append(FlatEvent(rule, len(out) + 1, e.fields, rule.flat))
        if e.expected and rule.id not in seen:
            seen.add(rule.id)
            for i, name in enumerate(rule.flat):  # another one, or one that the rule leaves open
                source = [*rule.flat[:i], 'other', *rule.flat[i + 1:]]
                out.append(FlatEvent(rule, len(out) + 1, e.fields, source))
    return out


# --- the other opinions ------------------------------------------------------------------------

def hunt(program, folder, events):
    """spoor's answer: {(record, rule)}, and how often its two evaluators differ."""
    run = subprocess.run([program, '--both', folder, '--', events], capture_output=True, text=True)
    counts = re.search(r'findings (\d+) differences (\d+)', run.stderr)
    if not counts:
        sys.exit('%s: %s' % (program, run.stderr[-2000:]))
    found = {(row[1], row[2]) for row in csv.reader(run.stdout.splitlines())}
    return found, int(counts[2]), run.stderr


def flat(program, folder, rows):
    """spoor's answer about flat events; it says itself whether its evaluators differ."""
    run = subprocess.run([program, folder, rows], capture_output=True, text=True)
    counts = re.search(r'differences (\d+)', run.stderr)
    if not counts:
        sys.exit('%s: %s' % (program, run.stderr[-2000:]))
    return {tuple(line.split(',', 1)) for line in run.stdout.splitlines()}, int(counts[1])


OWN = """
import json, sys
sys.path.insert(0, sys.argv[1])
import sigma_oracle as oracle
gate = oracle.Gate(oracle.DEF_SIGMA + '/tests/thor.yml')
rules = {r.id: (r, gate.variants(r.ls)) for r in oracle.load_rules([sys.argv[2]])[0]}
for line, own in zip(open(sys.argv[3], encoding='utf-8'), open(sys.argv[4])):
    event, (rule, ways) = oracle.Event(json.loads(line), line, 0), rules[own.strip()]
    if any(gate.holds(event, channels, asked) and rule.compiled(names)(event) for channels, asked, names in ways):
        print(event.rid, rule.id, sep=',')
"""


def reference_own(python, folder, path, events):
    """The reference evaluator's answer about each event and the rule that it was made from."""
    with open(path + '.own', 'w', encoding='utf-8') as f:
        f.writelines(e.rule.id + '\n' for e in events)
    run = subprocess.run([python, '-c', OWN, os.path.dirname(ORACLE), folder, path, path + '.own'], check=True,
                         stdout=subprocess.PIPE, text=True)
    return {tuple(line.split(',', 1)) for line in run.stdout.splitlines()}


def reference(python, folder, events):
    """The reference evaluator's answer, for every pair of the batch."""
    out = events + '.csv'
    subprocess.run([python, ORACLE, '--rules', folder, '--out', out, events], check=True, stderr=subprocess.DEVNULL)
    with open(out, newline='', encoding='utf-8') as f:
        return {(row[1], row[2]) for row in list(csv.reader(f))[1:]}


class Score:
    def __init__(self):
        self.n = collections.Counter()
        self.shown, self.unproven = [], []

    def differ(self, who, key, by_record, yes):
        self.n[who] += 1
        if len(self.shown) < 20:
            event = by_record[key[0]]
            self.shown.append('%s %s rule %s: %s' % (who, 'finds' if yes else 'does not find', key[1], event.row()
                                                     if isinstance(event, FlatEvent) else event.json()))

    def batch(self, rules, events, found, asked, own_only):
        by_record = {e.record: e for e in events}
        own = {(e.record, e.rule.id) for e in events if e.expected}
        self.n['rules'] += len(rules)
        self.n['events'] += len(events)
        self.n['matches'] += len(own)
        self.n['not as meant'] += sum(e.meant is not None and e.meant != e.expected for e in events)
        proven = {rule for _, rule in own}
        self.unproven += [r.id for r in rules if r.id not in proven and r.id not in NEVER]
        self.n['never'] += len({r.id for r in rules if r.id in NEVER} - proven)
        own_found = {k for k in found if by_record[k[0]].rule.id == k[1]}
        for key in own ^ own_found:
            self.differ('model against spoor: model', key, by_record, key in own)
        for key in () if asked is None else asked ^ (own_found if own_only else found):
            self.differ('reference against spoor: reference', key, by_record, key in asked)


    def flat_batch(self, events, found):
        by_record = {e.record: e for e in events}
        own = {(e.record, e.rule.id) for e in events if e.expected}
        self.n['flat events'] += len(events)
        self.n['flat matches'] += len(own)
        self.n['flat rules'] += len({e.rule.id for e in events})
        for key in own ^ {k for k in found if by_record[k[0]].rule.id == k[1]}:
            self.differ('model against spoor (flat): model', key, by_record, key in own)


def write_rules(folder, sources):
    os.makedirs(folder, exist_ok=True)
    for name, source in sources:
        with open(os.path.join(folder, name + '.yml'), 'w', encoding='utf-8') as f:
            f.write(source)


def run_flat(o, score, folder, rules, events):
    events, path = make_flat_events(events), os.path.join(folder, 'rows.tsv')
    if not events:
        return
    write_rules(os.path.join(folder, 'flat'), [(r.id, r.original) for r in rules if r.flat])
    with open(path, 'w', encoding='utf-8') as f:
        f.writelines(e.row() + '\n' for e in events)
    found, differences = flat(o.flat, os.path.join(folder, 'flat'), path)
    score.n['fast against walking'] += differences
    score.flat_batch(events, found)


def run_batch(o, score, rules, n):
    folder = tempfile.mkdtemp(prefix='spoor-witness-') if not o.keep else os.path.join(o.keep, str(n))
    try:
        write_rules(os.path.join(folder, 'rules'), [(r.id, r.source) for r in rules])
        events, path = make_events(rules, o.leaves, score.n), os.path.join(folder, 'events.jsonl')
        with open(path, 'w', encoding='utf-8') as f:
            f.writelines(e.json() + '\n' for e in events)
        found, differences, said = hunt(o.hunt, os.path.join(folder, 'rules'), path)
        score.n['fast against walking'] += differences
        if differences:
            score.shown.append(said[:600])
        asked = None
        if o.oracle:
            asked = reference_own(o.python, os.path.join(folder, 'rules'), path, events) if o.own else \
                reference(o.python, os.path.join(folder, 'rules'), path)
        score.batch(rules, events, found, asked, o.own)
        run_flat(o, score, folder, rules, events)
    finally:
        if not o.keep:
            shutil.rmtree(folder)


def options():
    full = os.environ.get('SPOOR_FULL') == '1'
    a = argparse.ArgumentParser()
    a.add_argument('hunt')
    a.add_argument('flat')
    a.add_argument('--every', type=int, default=1 if full else 20)
    a.add_argument('--first', type=int, default=0)
    a.add_argument('--leaves', type=int, default=None if full else 24)
    a.add_argument('--oracle', action='store_true', default=full)
    a.add_argument('--own', action='store_true')
    a.add_argument('--keep')
    a.add_argument('--python', default=os.path.join(CACHE, 'venv', 'bin', 'python'))
    o = a.parse_args()
    if o.oracle and not (os.path.exists(ORACLE) and os.path.exists(o.python)):
        print('# the reference evaluator is not there: only the model is asked')
        o.oracle = False
    return o


def main():
    o, tap, score = options(), Tap(), Score()
    need(RULES)
    files, rules, refused = read_rules(o.first, o.every)
    for i in range(0, len(rules), BATCH):
        run_batch(o, score, rules[i:i + BATCH], i // BATCH)
        if len(rules) > 2 * BATCH:
            tap.note('%d rules: %s' % (score.n['rules'], {k: v for k, v in score.n.items() if 'against' in k}))
    n = score.n
    tap.note('%d rules of %d files (%d more need values for placeholders), %d events, %d own matches; events whose '
             'meaning was missed: %d' % (n['rules'], files, refused, n['events'], n['matches'], n['not as meant']))
    tap.note('%d of %d times a leaf decides, one way or the other; no string could be made for %d of %d expressions' % (
        n['decided'], n['wanted'], n['expressions without a string'], n['expressions']))
    tap.ok(not score.unproven, 'an event that matches for every rule, but for %d that no event can match' % n['never'], ' '.join(score.unproven))
    tap.ok(not n['fast against walking'], 'both evaluators agree on %d events' % (n['events'] + n['flat events']))
    tap.ok(not n['model against spoor: model'], '%d differences to the model' % n['model against spoor: model'])
    tap.ok(not n['model against spoor (flat): model'], '%d differences to the model about %d flat events of %d rules, %d '
           'matches' % (n['model against spoor (flat): model'], n['flat events'], n['flat rules'], n['flat matches']))
    if o.oracle:
        tap.ok(not n['reference against spoor: reference'],
               '%d differences to the reference, each event against %s' % (
                   n['reference against spoor: reference'], 'its own rule' if o.own else 'each rule of its batch'))
    tap.note('\n'.join(score.shown))
    return tap.end()


if __name__ == '__main__':
    sys.exit(main())
