#!/usr/bin/env python3
"""Every rule of the pack finds what it is for and leaves its nearest neighbours alone. Prints TAP.

  rules_pack.py SPOOR

The events stand beside the rules (NAME.tests.yml); `spoor rules test` runs them. A rule whose samples were
swapped must fail, so that a test that says nothing does not pass for one that says yes.
"""
import re
import shutil
import sys
import tempfile

from common import *

RULES = os.path.join(SOURCE, 'rules', 'windows')


def read(path):
    with open(path, encoding='utf-8') as f:
        return f.read()


def rules():
    """path of each rule -> id"""
    out = {}
    for d, _, names in os.walk(RULES):
        for n in names:
            if n.endswith('.yml') and not n.endswith('.tests.yml'):
                out[os.path.join(d, n)] = re.search(r'^id: (\S+)$', read(os.path.join(d, n)), re.M).group(1)
    return out


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    need(sys.argv[1])
    ids, tap = rules(), Tap()
    tap.ok(len(set(ids.values())) == len(ids), 'rule ids are unique')
    for path in sorted(ids):
        samples = path[:-4] + '.tests.yml'
        text = read(samples) if os.path.exists(samples) else ''
        tap.ok(re.search(r'^match:\n  - ', text, re.M) and re.search(r'^no_match:\n  - ', text, re.M),
               '%s has an event of each kind' % os.path.relpath(path, RULES))
    code, out, err = run([sys.argv[1], 'rules', 'test', '-r', RULES])
    tap.ok(code == 0 and out.startswith(b'%d rule files: %d tested, 0 failed' % (len(ids), len(ids))),
           'every rule passes', out + err)
    with tempfile.TemporaryDirectory() as work:
        for path in sorted(ids):
            text = read(path[:-4] + '.tests.yml')
            name = os.path.join(work, os.path.basename(path))
            shutil.copy(path, name)
            with open(name[:-4] + '.tests.yml', 'w', encoding='utf-8') as f:
                f.write(text.replace('no_match:', 'other:').replace('match:', 'no_match:').replace('other:', 'match:'))
        code, out, err = run([sys.argv[1], 'rules', 'test', '-r', work])
        tap.ok(code == 3 and b'%d failed, 0 without' % len(ids) in out, 'swapped samples fail, each of them', out + err)
    return tap.end()


if __name__ == '__main__':
    sys.exit(main())
