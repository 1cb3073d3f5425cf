#!/usr/bin/env python3
"""SigmaHQ's regression tests through `spoor rules test`, `hunt` and `dump`. Prints TAP.

  sigma_regression.py SPOOR

T1  every recording that is there gives at least the matches that its info.yml wants
T2  and not more, but for the rules below
T3  all rules over all recordings: the number of findings that the reference evaluator gives
T4  each event of the .json beside a recording is one that dump decodes from the recording
"""
import glob
import re
import sys

from common import *

DATA = os.path.join(SHARED, 'data', 'sigma-regression')
SIGMA = os.path.join(SHARED, 'data', 'sigma')

# The recordings hold more events that the rule describes than were counted when it was written.
MORE = {'0b9ad457-2554-44c1-82c2-d56a99c42377', '8fbf3271-1ef6-4e94-8210-03c2317947f6',
        '45e112d0-7759-4c2a-aa36-9f8fb79d3393', 'c7dcacd0-cc59-4004-b0a4-1d6cdebe6f3e'}
RETYPED = {'ad691d92-15f2-4181-9aa4-723c74f9ddc3'}  # Explorer.EXE is Explorer.exe in the .json alone
FINDINGS = {202: 352, 111: 181}  # by how many of the recordings are there


def rule_dirs():
    return sum((['-r', os.path.join(SIGMA, d)] for d in sorted(os.listdir(SIGMA)) if d.startswith('rules')), [])


def objects(path):
    """The JSON values of a file, one behind the other or in a list."""
    with open(path, encoding='utf-8-sig') as f:
        text = f.read()
    at, out = 0, []
    while text[at:].strip():
        at += len(text[at:]) - len(text[at:].lstrip())
        value, at = json.JSONDecoder().raw_decode(text, at)
        out += value if isinstance(value, list) else [value]
    return out


def trimmed(value):
    """The .json files lost what stands at the ends of texts."""
    if isinstance(value, dict):
        return {k: trimmed(v) for k, v in value.items()}
    if isinstance(value, list):
        return [trimmed(v) for v in value]
    return value.strip() if isinstance(value, str) else value


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    need(sys.argv[1], DATA, SIGMA)
    spoor, tap = sys.argv[1], Tap()
    recordings = sorted(glob.glob(os.path.join(DATA, '**', '*.evtx'), recursive=True))

    code, out, err = run([spoor, 'rules', 'test', *rule_dirs(), '--regression', DATA])
    lines = out.decode().splitlines()
    total = re.search(r': (\d+) tested, (\d+) failed, .* (\d+) recordings, (\d+) of them', lines[-1] if lines else '')
    tap.ok(total and int(total[3]) >= len(recordings) > 0, 'every recording is run', lines[-1:] or err)
    tap.ok(code == 0 and total and total[2] == '0', 'T1: none gives less than it should',
           [x for x in lines if x.startswith('failed')])
    more = {os.path.basename(x)[:-5] for x in lines if x.startswith('more')}
    there = {os.path.basename(x)[:-5] for x in recordings}
    tap.ok(more == MORE & there, 'T2: more than wanted only where it is known', more ^ (MORE & there))

    code, out, err = run([spoor, 'hunt', *rule_dirs(), '-f', 'jsonl', '--', *recordings])
    found = {(f['log.file.path'], f['event.ref'][0], f['rule.id']) for f in map(json.loads, out.splitlines())}
    want = FINDINGS.get(len(recordings))
    if want:
        tap.ok(len(found) == want, 'T3: %d findings' % want, len(found))
    else:
        tap.note('T3: %d findings in %d recordings, nothing to compare with' % (len(found), len(recordings)))

    unlike = []
    for path in recordings:
        beside = path[:-5] + '.json'
        if os.path.exists(beside) and os.path.basename(path)[:-5] not in RETYPED:
            events = [trimmed(json.loads(x)) for x in run([spoor, 'dump', path])[1].splitlines()]
            unlike += [beside for e in objects(beside) if trimmed(e) not in events]
    tap.ok(not unlike, 'T4: what stands beside a recording is in it', unlike)
    return tap.end()


if __name__ == '__main__':
    sys.exit(main())
