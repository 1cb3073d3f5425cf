#!/usr/bin/env python3
"""The scorer: a case that tells the truth gets everything, each lie costs its part, simple methods do badly.

  range_score.py SPOOR_RANGE SPOOR
"""
import copy
import hashlib
import sys
import tempfile

from common import *
from rangebits import Made, make


def ref(m, items, row):
    """A reference of a case to a row of the truth."""
    if row['file'] not in items:
        items[row['file']] = hashlib.sha256(m.content(row['file'])).hexdigest()
    return '%s:%d:%d' % (items[row['file']], row['offset'], row['record'])


def perfect(m):
    """A case.json whose incident is the truth itself."""
    t, items = m.truth, {}
    classes = {'compromised': 'confirmed', 'blocked': 'cleared', 'exposed': 'exposed', 'clean': 'cleared'}
    hosts = [{'host': h['names'][1], 'class': 'unknown' if h['evidence_ceiling'] == 'unknown' else classes[h['state']],
              'probability': float(h['state'] == 'compromised'), 'first': h.get('first_compromise', {}).get('true'),
              'parent': h.get('delivery', {}).get('from_host')} for h in t['hosts']]
    hosts.sort(key=lambda h: -h['probability'])
    timeline = [{'time': k['time'], 'host': k['host'], 'text': k['what'], 'phase': k['phase'],
                 'refs': [ref(m, items, m.by_id[e]) for e in k['events'][:2]]} for k in sorted(t['key_events'], key=lambda k: k['time'])]
    bytes_of = {}
    for x in t['exfil']:
        bytes_of[x['from_host']] = bytes_of.get(x['from_host'], 0) + x['bytes']
    total = t['exfil_total_bytes']['measurable']
    incident = {
        'entry': [{'host': t['entry_point']['host'], 'time': t['entry_point']['time'], 'vector': t['entry_point']['vector']}],
        'patient_zero': [{'host': t['patient_zero_client']['host'], 'time': t['patient_zero_client']['time']}],
        'hosts': hosts,
        'edges': [{'from': e['src'], 'to': e['dst'], 'kind': e['kind'], 'time': e['time'], 'refs': []} for e in t['edges']],
        'timeline': timeline,
        'external': [{'ip': x['ip'], 'role': x['role'], 'cluster': x['campaign']} for x in t['external']],
        'artefacts': [{k: x[k] for k in ('host', 'path', 'sha256', 'served_from', 'served_to') if k in x} for x in t['artefacts']],
        'exfil': {'total': {'estimate': total, 'low': total * 0.8, 'high': total * 1.2},
                  'hosts': [{'host': h, 'estimate': n} for h, n in bytes_of.items()]},
        'gaps': [{k: g[k] for k in ('host', 'source', 'from', 'to')} for g in t['gaps']],
        'clocks': [{'host': h['host_id'], 'offset_ms': h['clock_offset_ms']} for h in t['hosts']],
    }
    return {'schema': 'spoor-case/1', 'incident': incident, 'findings': [], 'edges': [], 'facts': [],
            'items': [{'id': i, 'path': 'x/evidence/' + p, 'sha256': h} for i, (p, h) in enumerate(sorted(items.items()))]}


def score(program, work, case, truth):
    path = os.path.join(work, 'case.json')
    with open(path, 'w', encoding='utf-8') as f:
        json.dump(case, f)
    code, out, err = run([program, 'score', path, truth, '--json'])
    return json.loads(out) if code == 0 else {'error': err.decode()}


def host_of(case, m, state):
    name = next(h['names'][1] for h in m.truth['hosts'] if h['state'] == state)
    return next(h for h in case['incident']['hosts'] if h['host'] == name)


def lies(tap, program, work, m, truth, case, best):
    """Each changed statement lowers its own metric and the whole."""
    def changed(what, change, group, name, better_is_more=True):
        worse = copy.deepcopy(case)
        change(worse)
        got = score(program, work, worse, truth)
        a, b = best[group][name], got.get(group, {}).get(name)
        tap.ok(b is not None and (b < a if better_is_more else b > a), '%s: %s.%s is worse' % (what, group, name), (a, b))
        return got

    def first(d):
        return next(iter(d))

    got = changed('a blocked host called confirmed', lambda c: host_of(c, m, 'blocked').update({'class': 'confirmed'}), 'hosts', 'confirmed_precision')
    tap.ok(got['composite'] < best['composite'], 'and the whole is lower')
    changed('a compromised host missed', lambda c: host_of(c, m, 'compromised').update({'class': 'cleared'}), 'hosts', 'confirmed_likely_recall')
    changed('a sure probability of a clean host', lambda c: host_of(c, m, 'clean').update({'probability': 1.0}), 'calibration', 'brier', False)
    changed('an edge turned round', lambda c: c['incident']['edges'][0].update({'from': c['incident']['edges'][0]['to'], 'to': c['incident']['edges'][0]['from']}), 'edges', 'f1')
    changed('an edge an hour late', lambda c: c['incident']['edges'][0].update({'time': '2030-01-01T00:00:00Z'}), 'edges', 'recall')
    changed('another entry', lambda c: c['incident']['entry'].insert(0, {'host': c['incident']['hosts'][-1]['host']}), 'entry', 'top1')
    changed('a wrong parent', lambda c: [h.update({'parent': h['host']}) for h in c['incident']['hosts']], 'edges', 'parent_accuracy')
    changed('times a day late', lambda c: [h.update({'first': '2030-01-01T00:00:00Z'}) for h in c['incident']['hosts'] if h['first']], 'first_compromise', 'median_abs_s', False)
    changed('half of the timeline', lambda c: c['incident'].update({'timeline': c['incident']['timeline'][::2]}), 'timeline', 'recall_200')
    changed('the timeline backwards', lambda c: c['incident']['timeline'].reverse(), 'timeline', 'order_tau')
    changed('a scanner called a relay', lambda c: c['incident']['external'].append({'ip': '192.0.2.150', 'role': 'relay'}), 'external', 'relay_precision')
    changed('no artefacts', lambda c: c['incident'].update({'artefacts': []}), 'artefacts', 'hash_recall')
    changed('ten times the volume', lambda c: c['incident']['exfil']['total'].update({'estimate': 10 * c['incident']['exfil']['total']['estimate']}), 'exfil', 'log10_error', False)
    changed('no gaps told', lambda c: c['incident'].update({'gaps': []}), 'gaps', 'recall')

    def accept(c):
        row = next(r for r in m.rows if r['label'] == 'benign-twin')
        items = {i['path'].split('evidence/')[1]: i['sha256'] for i in c['items']}
        c['incident']['timeline'].append({'time': row['ts_true'], 'refs': [ref(m, items, row)]})
        c['items'] = [{'id': i, 'path': 'x/evidence/' + p, 'sha256': h} for i, (p, h) in enumerate(sorted(items.items()))]
    got = changed('a decoy accepted', accept, 'decoys', 'accepted', False)
    tap.ok(abs(best['composite'] - got['composite'] - 0.1) < 0.02, 'and costs a tenth', got['composite'])


def baselines(tap, program, spoor, work):
    for letter in 'ab':
        out, case = os.path.join(work, 'n' + letter), os.path.join(work, 'case-' + letter)
        good, why = make(program, out, letter, '--seed', '7', '--hosts', '60', '--days', '40', '--bundle', 'normal')
        code, _, err = run([spoor, 'investigate', os.path.join(out, 'evidence'), '-r', os.path.join(SOURCE, 'rules'), '-o', case], seconds=600)
        if not tap.ok(good and code in (0, 3), letter + ' is investigated', why or err):
            continue
        code, got, err = run([program, 'score', case, os.path.join(out, 'truth.json'), '--json'])
        got = json.loads(got) if code == 0 else {}
        for name in ('baseline_rules', 'baseline_clusters', 'baseline_reach', 'baseline_rarity'):
            b = got.get(name, {})
            bad = b.get('precision') is not None and b['precision'] < 0.5 and b['hosts'] > 0
            tap.ok(bad or name not in ('baseline_rules', 'baseline_reach') and b, '%s: %s is not enough: %s' % (letter, name, b), err)


def suite(tap, program, spoor, work):
    """tools/score_suite.py adds runs up: its table says what its values are."""
    out = os.path.join(work, 'suite.json')
    code, table, err = run([sys.executable, os.path.join(SOURCE, 'tools', 'score_suite.py'), '--build', os.environ['SPOOR_BUILD'],
                            '--scenarios', 'a', '--bundles', 'easy', '--seeds', '3,5', '--hosts', '20', '--days', '10', '--json', out,
                            '--all', '--variant', 'one=', '--variant', 'two=A_WORD=1 --profile extended'], seconds=300)
    if not tap.ok(code == 0, 'a suite of two seeds runs', err):
        return
    with open(out, encoding='utf-8') as f:
        runs = json.load(f)
    tap.ok([(r['seed'], r['variant']) for r in runs] == [(3, 'one'), (3, 'two'), (5, 'one'), (5, 'two')], 'each seed in each variant')
    told = [r['metrics']['baseline_rules.hosts'] for r in runs if r['variant'] == 'one']
    line = next((x.split() for x in table.decode().split('\n') if 'baseline_rules.hosts' in x), [])
    tap.ok(line[1:4] == ['%.4g' % (sum(told) / 2), '-', '2'], 'the median of two is their mean', (line, told))


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    need(sys.argv[1], sys.argv[2])
    program, spoor = sys.argv[1:]
    tap = Tap()
    with tempfile.TemporaryDirectory() as work:
        out, truth = os.path.join(work, 'a'), os.path.join(work, 'a', 'truth.json')
        tap.ok(*make(program, out, 'a', '--seed', '9', '--hosts', '80', '--days', '30'))
        m = Made(out)
        case = perfect(m)
        best = score(program, work, case, truth)
        tap.ok(best.get('composite', 0) > 0.999, 'a case that tells the truth gets everything', best)
        lies(tap, program, work, m, truth, case, best)
        nothing = {k: v for k, v in case.items() if k != 'incident'}
        got = score(program, work, nothing, truth)
        tap.ok(got.get('composite') == 0 and got.get('incident') is False, 'a case without an incident gets nothing', got)
        code, table, _ = run([program, 'score', os.path.join(work, 'case.json'), truth])
        tap.ok(code == 0 and b'composite' in table and b'baseline_rules' in table, 'and a table of it')
        code, _, err = run([program, 'score', os.path.join(work, 'none.json'), truth])
        tap.ok(code == 2 and b'none.json' in err, 'a case that is not there is an error', err)
        baselines(tap, program, spoor, work)
        suite(tap, program, spoor, work)
    return tap.end()


if __name__ == '__main__':
    sys.exit(main())
