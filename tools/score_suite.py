#!/usr/bin/env python3
"""How well spoor tells made incidents: makes ranges, investigates and scores them, and prints median and worst of each metric.

  tools/score_suite.py                                   scenarios a and b, bundles easy and normal, seeds 1 to 3
  tools/score_suite.py --scenarios a --bundles easy,hard --seeds 1-10 --hosts 300 --days 60
  tools/score_suite.py --variant plain= --variant "extended=--profile extended"   the same evidence, investigated in two ways
  tools/score_suite.py --work DIR                        keep evidence, cases and scores there; evidence is made once

A variant is NAME=OPTIONS of `spoor investigate` (words like A=1 before the options set the environment). --spoor-args
adds options to each variant. --json FILE has every value of every run. With --gate the exit code is 1 if a median
composite is below what is wanted of its bundle.
"""
import argparse
import concurrent.futures
import json
import os
import re
import shlex
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
WANTED = {'easy': 0.92, 'normal': 0.85, 'hard': 0.72, 'field': 0.60}  # medians of the composite
# Metrics that are better when smaller; for those that count what was there, neither end is the worse one.
SMALLER = ('brier', 'ece', '_s', 'log10_error', 'width_decades', 'clock_mae_ms', 'accepted', 'unknown_claimed_clean',
           'rows_to_90_percent', 'length_ratio', 'clean_as_confirmed', 'clean_as_likely', 'blocked_as_confirmed',
           'exposed_as_confirmed', 'compromised_as_none', 'compromised_as_cleared', 'seconds', 'peak_mb')
COUNTS = ('hosts', 'campaigns', 'timeline_rows', 'confirmed', 'likely', 'median_signed_s')
SHORT = ('composite', 'hosts.confirmed_likely_f1', 'hosts.confirmed_f1', 'edges.f1', 'entry.top1', 'entry.patient_zero_top1',
         'first_compromise.median_abs_s', 'timeline.recall_200', 'external.relay_f1', 'exfil.log10_error', 'calibration.ece',
         'decoys.accepted', 'cost.seconds', 'cost.peak_mb')


def numbers(text):
    """1-3,7 -> [1, 2, 3, 7]"""
    out = []
    for part in text.split(','):
        first, _, last = part.partition('-')
        out += range(int(first), int(last or first) + 1)
    return out


def options():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('--build', default=os.path.join(ROOT, 'build'), help='where spoor and spoor-range were built')
    p.add_argument('--scenarios', default='a,b')
    p.add_argument('--bundles', default='easy,normal')
    p.add_argument('--seeds', default='1-3', type=numbers)
    p.add_argument('--hosts', default='60')
    p.add_argument('--days', default='45')
    p.add_argument('--rules', default=os.path.join(ROOT, 'rules'))
    p.add_argument('--variant', action='append', metavar='NAME=OPTIONS', help='may be repeated')
    p.add_argument('--spoor-args', default='', help='more options of spoor investigate')
    p.add_argument('--jobs', default=1, type=int, help='runs at the same time')
    p.add_argument('--work', help='keep everything below this folder')
    p.add_argument('--all', action='store_true', help='every metric, not those of the composite alone')
    p.add_argument('--json', metavar='FILE', help='every value of every run')
    p.add_argument('--gate', action='store_true')
    o = p.parse_args()
    o.variants = []
    for text in o.variant or ['spoor=']:
        name, _, words = text.partition('=')
        words, env = shlex.split(words), {}
        while words and re.match(r'[A-Za-z_]\w*=', words[0]):
            key, _, env[key] = words.pop(0).partition('=')
        o.variants.append((name, words + shlex.split(o.spoor_args), env))
    return o


def made(o, work, scenario, bundle, seed):
    """The folder of a range, made unless the same program made it there before."""
    out = os.path.join(work, '%s-%s-%d-%sx%s' % (scenario, bundle, seed, o.hosts, o.days))
    program, truth = os.path.join(o.build, 'range', 'spoor-range'), os.path.join(out, 'truth.json')
    if not os.path.exists(truth) or os.path.getmtime(truth) < os.path.getmtime(program):
        subprocess.run([program, scenario, '--seed', str(seed), '--hosts', o.hosts, '--days', o.days, '--bundle', bundle, '-o', out],
                       check=True)
    return out


def flat(score):
    out = {}
    for group, value in score.items():
        if isinstance(value, dict):
            out.update({group + '.' + name: v for name, v in value.items()})
        elif not isinstance(value, bool):
            out[group] = value
    return out


def measured(command, env):
    """Run, and give exit code, seconds, peak memory of the largest process in MB, errors."""
    at = time.monotonic()
    with tempfile.TemporaryFile() as err:
        p = subprocess.Popen(command, env={**os.environ, **env}, stdout=subprocess.DEVNULL, stderr=err)
        _, status, used = os.wait4(p.pid, 0)
        p.returncode = os.waitstatus_to_exitcode(status)
        err.seek(0)
        return p.returncode, time.monotonic() - at, used.ru_maxrss / 1024, err.read().decode('utf-8', 'replace')


def one(o, work, scenario, bundle, seed):
    """{variant: metrics} of one range."""
    out, got = made(o, work, scenario, bundle, seed), {}
    for name, words, env in o.variants:
        case = os.path.join(out, 'case-' + re.sub(r'\W', '_', name))
        code, seconds, peak, err = measured([os.path.join(o.build, 'spoor'), 'investigate', os.path.join(out, 'evidence'), '-o', case,
                                             '-r', o.rules, '--force', '--no-progress', *words], env)
        if code not in (0, 3):
            raise RuntimeError('spoor ended with %d on %s: %s' % (code, out, err[-2000:]))
        p = subprocess.run([os.path.join(o.build, 'range', 'spoor-range'), 'score', case, os.path.join(out, 'truth.json'), '--json'],
                           check=True, stdout=subprocess.PIPE)
        score = json.loads(p.stdout)
        got[name] = {**flat(score), 'cost.seconds': seconds, 'cost.peak_mb': peak}
        if not score['incident']:
            print('%s, %s: the case tells no incident' % (os.path.basename(out), name), file=sys.stderr)
        with open(os.path.join(case, 'score.json'), 'wb') as f:
            f.write(p.stdout)
    if not o.work:
        shutil.rmtree(out)
    return got


def worst_of(name, values):
    last = name.split('.')[-1]
    if last in COUNTS or name.startswith('baseline_') or '_as_' in last and last not in SMALLER:
        return None
    return max(values) if last.endswith(SMALLER) else min(values)


def number(v):
    return '-' if v is None else '%d' % v if v == int(v) and abs(v) < 1e7 else '%.4g' % v


def table(title, variants, runs, every):
    """runs: {variant: [metrics of a seed]}. Prints median, worst and how many runs know the value."""
    print('\n' + title)
    print('  %-40s %s' % ('', ''.join('%24s' % v[:22] for v in variants)))
    print('  %-40s %s' % ('', ''.join('%10s%10s%4s' % ('median', 'worst', 'n') for _ in variants)))
    names = list(dict.fromkeys(n for v in variants for r in runs[v] for n in r))
    for name in names if every else [n for n in SHORT if n in names]:
        cells = ''
        for v in variants:
            known = [r[name] for r in runs[v] if r.get(name) is not None]
            cells += '%10s%10s%4d' % (number(statistics.median(known)) if known else '-',
                                      number(worst_of(name, known)) if known else '-', len(known))
        print('  %-40s %s' % (name, cells))
    for v in variants:
        print('  composite of each seed, %s: %s' % (v, ' '.join('%.3f' % r['composite'] for r in runs[v])))


def main():
    o = options()
    work = o.work or tempfile.mkdtemp(prefix='score-suite-')
    names, every, low = [v[0] for v in o.variants], [], []
    cases = [(s, b) for s in o.scenarios.split(',') for b in o.bundles.split(',')]
    try:
        with concurrent.futures.ThreadPoolExecutor(o.jobs) as pool:
            waiting = {(s, b): [(n, pool.submit(one, o, work, s, b, n)) for n in o.seeds] for s, b in cases}
            for s, b in cases:
                runs = {v: [] for v in names}
                for seed, future in waiting[s, b]:
                    for v, metrics in future.result().items():
                        runs[v].append(metrics)
                        every.append({'scenario': s, 'bundle': b, 'seed': seed, 'variant': v, 'metrics': metrics})
                table('scenario %s, bundle %s: %d seeds, %s hosts, %s days' % (s, b, len(o.seeds), o.hosts, o.days), names, runs, o.all)
                for v in names:
                    median = statistics.median(r['composite'] for r in runs[v])
                    wanted = 1.0 if s == 'null' else WANTED.get(b, 0)
                    print('  %s: median composite %.3f, wanted %.2f: %s' % (v, median, wanted, 'reached' if median >= wanted else 'NOT reached'))
                    low += [(s, b, v)] if median < wanted else []
    finally:
        if not o.work:
            shutil.rmtree(work, ignore_errors=True)
    if o.json:
        with open(o.json, 'w', encoding='utf-8') as f:
            json.dump(every, f, indent=1)
    return 1 if o.gate and low else 0


if __name__ == '__main__':
    sys.exit(main())
