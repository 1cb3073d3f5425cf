#!/usr/bin/env python3
"""What carries the story: the composite of made incidents with each signal left out in turn.

  tools/ablate.py                                       scenarios a and b, bundle normal, seeds 1 to 3
  tools/ablate.py --scenarios a,b --bundles normal,field --seeds 1-5 --hosts 60 --days 45

Each range is investigated once; then the story is told again from the case, once for each signal with `signals_off` in
case.yaml. A table has the median composite, and what is lost against all signals; a range without an incident scores 0.
"""
import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile

from score_suite import ROOT, made, numbers


def options():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('--build', default=os.path.join(ROOT, 'build'), help='where spoor and spoor-range were built')
    p.add_argument('--scenarios', default='a,b')
    p.add_argument('--bundles', default='normal')
    p.add_argument('--seeds', default='1-3', type=numbers)
    p.add_argument('--hosts', default='60')
    p.add_argument('--days', default='45')
    p.add_argument('--rules', default=os.path.join(ROOT, 'rules'))
    p.add_argument('--work', help='keep everything below this folder')
    return p.parse_args()


def score(o, case, root):
    p = subprocess.run([os.path.join(o.build, 'range', 'spoor-range'), 'score', case, os.path.join(root, 'truth.json'), '--json'],
                       check=True, stdout=subprocess.PIPE)
    return json.loads(p.stdout)['composite']


def without(o, case, root, signal):
    with open(os.path.join(case, 'case.yaml'), 'w', encoding='utf-8') as f:
        f.write('signals_off: [%s]\n' % signal if signal else '')
    subprocess.run([os.path.join(o.build, 'spoor'), 'report', case], check=True, stdout=subprocess.DEVNULL)
    return score(o, case, root)


def one(o, work, scenario, bundle, seed, signals):
    """{signal or None: composite}"""
    root = made(o, work, scenario, bundle, seed)
    case = os.path.join(root, 'case')
    p = subprocess.run([os.path.join(o.build, 'spoor'), 'investigate', os.path.join(root, 'evidence'), '-o', case, '-r', o.rules,
                        '--force', '--no-progress'], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    if p.returncode not in (0, 3):
        sys.exit('spoor ended with %d: %s' % (p.returncode, p.stderr.decode('utf-8', 'replace')[-2000:]))
    got = {s: without(o, case, root, s) for s in [None] + signals}
    if not o.work:
        shutil.rmtree(root)
    return got


def main():
    o = options()
    p = subprocess.run([os.path.join(o.build, 'spoor'), 'story', 'signals'], check=True, stdout=subprocess.PIPE)
    signals = [line.split()[0] for line in p.stdout.decode().splitlines()]
    columns, runs = [], {}
    work = o.work or tempfile.mkdtemp(prefix='spoor-ablate-')
    try:
        for scenario in o.scenarios.split(','):
            for bundle in o.bundles.split(','):
                columns.append((scenario, bundle))
                runs[scenario, bundle] = [one(o, work, scenario, bundle, seed, signals) for seed in o.seeds]
                print('%s %s done' % (scenario, bundle), file=sys.stderr)
    finally:
        if not o.work:
            shutil.rmtree(work, ignore_errors=True)
    print('| left out | %s |' % ' | '.join('%s %s' % c for c in columns))
    print('|---|%s' % ('---|' * len(columns)))
    for s in [None] + signals:
        cells = []
        for c in columns:
            median = statistics.median(r[s] for r in runs[c])
            lost = median - statistics.median(r[None] for r in runs[c])
            cells.append('%.3f' % median + (' (%+.3f)' % lost if s and abs(lost) >= 0.0005 else ''))
        print('| %s | %s |' % (s or '(nothing)', ' | '.join(cells)))


main()
