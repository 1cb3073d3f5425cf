#!/usr/bin/env python3
"""Who had which address, and whose clock was off: asked of a case, compared with the truth of the range.

  range_identity.py SPOOR_RANGE SPOOR IDENTITY_TRUTH
"""
import re
import sys
import tempfile

from common import *
from rangebits import make

# Loose: what must never happen again, not what is reached (docs/identity.md has the figures).
BOUNDS = {'wrong': 0.03, 'right': 0.45, 'fixed': 0.5, 'mae': 1.5}


def main():
    program, spoor, ask = sys.argv[1:4]
    t = Tap()
    with tempfile.TemporaryDirectory() as tmp:
        rules = os.path.join(tmp, 'none.yml')
        open(rules, 'w').close()
        for name, seed in (('a', '5'), ('b', '6')):
            root, case = os.path.join(tmp, name), os.path.join(tmp, 'case-' + name)
            made, why = make(program, root, name, '--seed', seed, '--hosts', '24', '--days', '12', '--bundle', 'normal')
            if not t.ok(made, name + ': made', why):
                continue
            code, _, err = run([spoor, 'investigate', root + '/evidence', '-o', case, '-r', rules, '--no-progress'])
            if not t.ok(code in (0, 3), name + ': investigated', err.decode('utf-8', 'replace')):
                continue
            code, out, err = run([ask, case, root + '/truth.json'])
            text = out.decode('utf-8', 'replace')
            t.note(text)
            if not t.ok(code == 0, name + ': asked', err.decode('utf-8', 'replace')):
                continue
            right, wrong, unknown, shared = map(int, re.search(
                r'right (\d+) wrong (\d+) unknown (\d+) shared (\d+)', text).groups())
            fixed, all_fixed = map(int, re.search(r'fixed (\d+) of (\d+)', text).groups())
            clocks, near, mae = re.search(r'clocks (\d+) near (\d+) mae ([\d.]+)', text).groups()
            asked = right + wrong + unknown + shared
            t.ok(asked > 0 and wrong <= BOUNDS['wrong'] * asked, name + ': hardly any address is given to the wrong host')
            t.ok(right >= BOUNDS['right'] * asked, name + ': addresses are given to the right host')
            t.ok(fixed >= BOUNDS['fixed'] * all_fixed, name + ': fixed addresses above all')
            t.ok(int(clocks) > 5 and float(mae) <= BOUNDS['mae'], name + ': clocks are known within seconds')
    return t.end()


sys.exit(main())
