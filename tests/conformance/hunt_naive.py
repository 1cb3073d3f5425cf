#!/usr/bin/env python3
"""hunt --naive finds what hunt finds, and rules stats says of no rule that matched that it could not. Prints TAP.

  hunt_naive.py SPOOR
"""
import sys

from common import *

SAMPLES = os.path.join(EVTX, 'attack-samples')
SIGMA = os.path.join(SHARED, 'data', 'sigma')


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    need(sys.argv[1], SAMPLES, SIGMA)
    spoor, tap = sys.argv[1], Tap()
    rules = sum((['-r', os.path.join(SIGMA, d)] for d in sorted(os.listdir(SIGMA)) if d.startswith('rules')), [])
    hunt = [spoor, 'hunt', SAMPLES, *rules, '-f', 'jsonl', '--recovered']
    for profile in ('strict', 'extended'):
        fast = run(hunt + ['--profile', profile], 300)
        slow = run(hunt + ['--profile', profile, '--naive'], 600)
        tap.ok(fast[0] in (0, 3) and fast[1].count(b'\n') > 1500 and fast[:2] == slow[:2],
               '%s: the same bytes without optimisation' % profile, fast[2][-300:] + slow[2][-300:])
    found = [json.loads(x) for x in run(hunt)[1].splitlines()]
    code, out, err = run([spoor, 'rules', 'stats', SAMPLES, *rules, '--json'])
    stats = json.loads(out)
    matched = {r['id']: r for r in stats['rules'] if r['matches'] or r.get('matches_recovered')}
    tap.ok(set(matched) == {f['rule.id'] for f in found}, 'stats counts the rules that hunt finds')
    tap.ok(sum(r['matches'] + r.get('matches_recovered', 0) for r in matched.values()) == len(found), 'and how often')
    tap.ok(all(r['state'] == 'can match' for r in matched.values()), 'a rule that matched could',
           [r['title'] for r in matched.values() if r['state'] != 'can match'])
    tap.ok(stats['totals']['no such event'] and stats['totals']['no such log'] and stats['totals']['no such field'],
           'and it says of some that they cannot', stats['totals'])
    tap.ok(run([spoor, 'rules', 'stats', SAMPLES, *rules, '--json', '-j', '4'])[1] == out,
           'the same for any number of workers')
    return tap.end()


if __name__ == '__main__':
    sys.exit(main())
