#!/usr/bin/env python3
"""Every rule of the pack finds what it is for and leaves its nearest neighbour alone. Prints TAP.

  rules_pack.py SPOOR

Events come from rules_cases.py as Winlogbeat lines; spoor hunts them with the whole pack.
"""
import re
import sys
import tempfile

from common import *
from rules_cases import CASES

RULES = os.path.join(SOURCE, 'rules', 'windows')
PROVIDERS = {'Security': 'Microsoft-Windows-Security-Auditing', 'System': 'Service Control Manager',
             'MSExchange Management': 'MSExchange CmdletLogs'}


def rules():
    """name -> id"""
    out = {}
    for d, _, names in os.walk(RULES):
        for n in names:
            if n.endswith('.yml'):
                path = os.path.join(d, n)
                with open(path, encoding='utf-8') as f:
                    out[os.path.relpath(path, RULES)[:-4]] = re.search(r'^id: (\S+)$', f.read(), re.M).group(1)
    return out


def line(n, kind, fields):
    channel, event_id = kind
    data = {k: v for k, v in fields.items() if v is not None and k not in ('Provider_Name', '_id')}
    provider = fields.get('Provider_Name') or PROVIDERS.get(channel, channel.split('/')[0])
    event_id = fields.get('_id', event_id)
    return json.dumps({'@timestamp': '2024-05-06T07:08:09.123Z', 'event': {'code': str(event_id), 'provider': provider},
                       'agent': {'type': 'winlogbeat'}, 'ecs': {'version': '8.0.0'},
                       'winlog': {'channel': channel, 'computer_name': 'host.corp.example', 'event_id': str(event_id),
                                  'record_id': str(n), 'provider_name': provider, 'event_data': data}})


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    need(sys.argv[1])
    ids, tap = rules(), Tap()
    tap.ok(set(ids) == {c[0] for c in CASES}, 'each rule has a case, each case a rule', set(ids) ^ {c[0] for c in CASES})
    tap.ok(len(set(ids.values())) == len(ids), 'rule ids are unique')
    lines, wanted = [], []
    for rule, kind, fields, changes in CASES:
        for i, change in enumerate(({},) + changes):
            lines.append(line(len(lines) + 1, kind, {**fields, **change}))
            wanted.append((rule, i, change))
    with tempfile.TemporaryDirectory() as work:
        path = os.path.join(work, 'events.ndjson')
        with open(path, 'w', encoding='utf-8') as f:
            f.write('\n'.join(lines) + '\n')
        code, out, err = run([sys.argv[1], 'hunt', path, '-r', os.path.join(SOURCE, 'rules'), '-f', 'jsonl'])
        tap.ok(code in (0, 3), 'hunt runs', '%s %s' % (code, err.decode('utf-8', 'replace')))
    found = set()
    for text in out.split(b'\n'):
        if text.startswith(b'{'):
            finding = json.loads(text)
            for ref in finding['event.ref'] if isinstance(finding['event.ref'], list) else [finding['event.ref']]:
                record = ref['record'] if isinstance(ref, dict) else str(ref).rsplit(':', 1)[1]
                found.add((finding['rule.id'], int(record)))
    for n, (rule, i, change) in enumerate(wanted, 1):
        hit = (ids.get(rule), n) in found
        if i == 0:
            tap.ok(hit, '%s finds it' % rule, lines[n - 1])
        else:
            tap.ok(not hit, '%s leaves it alone: %s' % (rule, ', '.join('%s=%s' % c for c in change.items())[:80]), lines[n - 1])
    return tap.end()


if __name__ == '__main__':
    sys.exit(main())
