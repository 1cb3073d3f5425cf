#!/usr/bin/env python3
"""The reconstruction of made incidents, scored against their truth; nothing may be found where nothing happened.

  range_story.py SPOOR_RANGE SPOOR RULES

The bounds are loose: what must never happen again. docs/story.md has what is reached, `./dev score` measures it."""
import json
import sys
import tempfile

from common import *
from rangebits import make

# scenario, seed, bundle, least composite
CASES = (('a', 41, 'easy', 0.85), ('b', 42, 'easy', 0.80), ('a', 43, 'normal', 0.75), ('b', 44, 'normal', 0.75),
         ('a', 45, 'field', 0.55), ('b', 46, 'field', 0.55), ('null', 47, 'normal', 1.0), ('null', 48, 'hard', 1.0),
         ('mixed', 49, 'normal', 0.65), ('poison', 50, 'normal', 0.75))


def main():
    program, spoor, rules = sys.argv[1:4]
    t = Tap()
    with tempfile.TemporaryDirectory() as tmp:
        for name, seed, bundle, least in CASES:
            what = '%s seed %d %s' % (name, seed, bundle)
            root, case = os.path.join(tmp, what.replace(' ', '-')), os.path.join(tmp, 'case')
            made, why = make(program, root, name, '--seed', str(seed), '--hosts', '40', '--days', '31', '--bundle', bundle)
            if not t.ok(made, what + ': made', why):
                continue
            code, _, err = run([spoor, 'investigate', root + '/evidence', '-o', case, '--force', '-r', rules,
                                '--no-progress'])
            if not t.ok(code in (0, 3), what + ': investigated', err.decode('utf-8', 'replace')):
                continue
            code, out, err = run([program, 'score', case, root + '/truth.json', '--json'])
            if not t.ok(code == 0, what + ': scored', err.decode('utf-8', 'replace')):
                continue
            score = json.loads(out)
            t.note('%s: composite %.3f' % (what, score['composite']))
            t.ok(score['composite'] >= least, what + ': the story is near the truth')
            precision = score['hosts'].get('confirmed_precision')
            t.ok(precision is None or precision >= 0.9, what + ': what is called confirmed is true')
            t.ok(score['hosts']['unknown_claimed_clean'] == 0, what + ': nothing unknown is called clean')
    return t.end()


sys.exit(main())
