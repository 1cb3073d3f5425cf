"""Events that put a Sigma rule to the test: made from its tree, no two rules alike, always the same.

For each leaf a pair of events that differ in that leaf alone while everything beside it lets the leaf decide: one where
it holds and one where it does not. Then what an implementation may get wrong: other case, other escapes, an empty, absent
or repeated field, a character too many or too few, each dash, addresses at the edge of a network, numbers as text.
"""
import ipaddress
import random
import re
import re._parser as regex_parser

from sigma_model import ANY, DASH, DASHES, Leaf, STAR, holds, leaves_of, text

FILLERS = ('', 'x', ' q q ', '\\z\\', '"', '\u00e9', '\nn', '7')
PLACES = ('Message', 'Param1', 'Payload', 'Data', 'HostApplication')  # where words without a field are put
SYSTEM = {'EventID': ('EventID',), 'Channel': ('Channel',), 'Computer': ('Computer',), 'Level': ('Level',),
          'Provider_Name': ('Provider', 'Name')}


# --- values that satisfy a leaf ----------------------------------------------------------------

def sample(pattern, rnd):
    out = ''
    for t in pattern:
        if not isinstance(t, tuple):
            out += t
        elif t[1] == STAR:
            out += rnd.choice(FILLERS)
        else:
            out += rnd.choice('q\u00e9 ' if t[1] == ANY else DASHES)
    return out


CATEGORY = {'DIGIT': '07', 'SPACE': ' \t', 'WORD': 'aZ_9', 'NOT_DIGIT': 'a.', 'NOT_SPACE': 'b,', 'NOT_WORD': ' %'}


def of_set(items, rnd):
    negated = items and str(items[0][0]) == 'NEGATE'
    chars = []
    for op, arg in items:
        if str(op) == 'LITERAL':
            chars.append(chr(arg))
        elif str(op) == 'RANGE':
            chars += [chr(arg[0]), chr(rnd.randint(*arg)), chr(arg[1])]
        elif str(op) == 'CATEGORY':
            chars += CATEGORY[str(arg)[len('CATEGORY_'):]]
    if not negated:
        return rnd.choice(chars)
    rx = re.compile('[%s]' % ''.join(re.escape(c) for c in chars))  # a guess: what is drawn is checked later
    return rnd.choice([c for c in 'a0 ._%Z-/\u00e9' if not rx.match(c)] or ['\u00df'])


def of_regex(parsed, rnd, groups):
    out = ''
    for op, arg in parsed:
        op = str(op)
        if op == 'LITERAL':
            out += chr(arg)
        elif op == 'NOT_LITERAL':
            out += 'b' if chr(arg) != 'b' else 'c'
        elif op == 'ANY':
            out += rnd.choice('x 7')
        elif op == 'IN':
            out += of_set(arg, rnd)
        elif op == 'BRANCH':
            out += of_regex(rnd.choice(arg[1]), rnd, groups)
        elif op == 'SUBPATTERN':
            inner = of_regex(arg[3], rnd, groups)
            groups[arg[0]] = inner
            out += inner
        elif op in ('MAX_REPEAT', 'MIN_REPEAT'):
            low, high, inner = arg
            times = rnd.randint(low, min(int(high), low + 2))
            out += ''.join(of_regex(inner, rnd, groups) for _ in range(times))
        elif op == 'GROUPREF':
            out += groups.get(arg, '')
    return out  # borders and look-around add nothing; whether they hold is checked


def regex_samples(leaf, rnd, n):
    pattern, flags = leaf.arg
    parsed, out = regex_parser.parse(pattern, flags), []
    for _ in range(60):
        around = rnd.choice(('', '', ' ', 'x', '\n'))
        s = around + of_regex(parsed, rnd, {}) + rnd.choice(('', around))
        if leaf.test(s) and s not in out:
            out.append(s)
        if len(out) == n:
            break
    return out


def network_samples(net, inside):
    first, last = int(net.network_address), int(net.broadcast_address)
    address = ipaddress.IPv4Address if net.version == 4 else ipaddress.IPv6Address
    if inside:
        return [str(address(n)) for n in (first, last, (first + last) // 2)]
    out = [str(address(n)) for n in (first - 1, last + 1) if 0 <= n < 1 << net.max_prefixlen]
    return out + ['-', 'host', str(address(first)) + ':80', '0' + str(address(first))]


def number_samples(leaf, hit):
    if leaf.kind == 'compare':
        op, bound = leaf.arg
        return [v for v in (str(bound), str(bound + 1), str(bound - 1), hex(int(bound)), str(bound) + '.0', 'x', '')
                if leaf.test(v) == hit]
    n = leaf.arg
    return [v for v in (str(n), '0' + str(n), str(n) + '.0', ' %s ' % n, '+' + str(n), hex(int(n)), str(n) + '0',
                        str(n)[1:], '-' + str(n), 'x') if leaf.test(v) == hit]


def hits(leaf, rnd, n=3):
    """Values for which the leaf holds."""
    if leaf.kind == 'glob':
        return [sample(leaf.arg, rnd) for _ in range(n)]
    if leaf.kind == 're':
        return regex_samples(leaf, rnd, n)
    if leaf.kind == 'cidr':
        v4 = leaf.arg.version == 4
        return network_samples(leaf.arg, True) + (['::ffff:%s' % leaf.arg[0]] if v4 else [])
    if leaf.kind in ('number', 'compare'):
        return number_samples(leaf, True)
    if leaf.kind == 'time':
        part, n = leaf.arg
        time = {'year': 2024, 'month': 2, 'day': 3, 'hour': 4, 'minute': 5, part: n}
        return ['%(year)04d-%(month)02d-%(day)02dT%(hour)02d:%(minute)02d:06Z' % time]
    return [None] if leaf.kind == 'null' else ['something']


def near(s):
    """Values that are almost s."""
    out = [s + '!', '!' + s, s[:-1], s[1:], s.swapcase(), s.replace('\\', '\\\\'), s.replace('\\', '/'), ' ' + s,
           s + '\n', s[:len(s) // 2] + s[len(s) // 2 + 1:], '', s + s]
    return [v for v in dict.fromkeys(out) if v != s]


def misses(leaf, rnd):
    """Values for which the leaf does not hold, close ones first."""
    if leaf.kind == 'cidr':
        return network_samples(leaf.arg, False)
    if leaf.kind in ('number', 'compare'):
        return number_samples(leaf, False)
    if leaf.kind == 'null':
        return ['', 'x']
    out = []
    for s in hits(leaf, rnd, 2):
        close = near(s or '') if leaf.kind in ('glob', 're') else ['x']
        rnd.shuffle(close)
        out += [v for v in close if not leaf.test(v)]
    return out + ['zz', '-', '0']


def probes(leaf, rnd):
    """Values on both sides of a leaf's border."""
    out = hits(leaf, rnd, 4)
    if leaf.kind == 'glob' and ('w', DASH) in leaf.arg:
        out += [sample([d if t == ('w', DASH) else t for t in leaf.arg], rnd) for d in DASHES + '\u2012\u2212']
    if leaf.kind in ('glob', 're') and out:
        out += near(out[0])
    return out + (misses(leaf, rnd) if leaf.kind not in ('glob', 're') else [])


# --- what must hold ----------------------------------------------------------------------------

class Clash(Exception):
    """Not with these choices."""


def contains(node, leaf):
    return node is leaf or not isinstance(node, Leaf) and any(contains(k, leaf) for k in node.kids)


def ask(node, truth, want, rnd):
    """Put into want (leaf: truth) what makes node be so, where an OR has a choice by rnd."""
    if isinstance(node, Leaf):
        if want.setdefault(node, truth) != truth:
            raise Clash
    elif node.op == 'not':
        ask(node.kids[0], not truth, want, rnd)
    elif (node.op == 'and') == truth:
        for k in node.kids:
            ask(k, truth, want, rnd)
    else:
        ask(rnd.choice(node.kids), truth, want, rnd)


def ask_all_but(node, leaf, want, rnd, strict):
    """What lets the leaf decide: beside its way up, AND has true kids and OR false ones (strict) or any."""
    if node is leaf:
        return
    for k in node.kids:
        if contains(k, leaf):
            ask_all_but(k, leaf, want, rnd, strict)
        elif node.op == 'and' or strict:
            ask(k, node.op == 'and', want, rnd)


def parity(node, leaf):
    """Does the leaf's truth make the rule true (beside what lets it decide)?"""
    if node is leaf:
        return True
    kid = next(k for k in node.kids if contains(k, leaf))
    return parity(kid, leaf) != (node.op == 'not')


# --- a field's value ---------------------------------------------------------------------------

def anchored(leaf):
    if leaf.kind != 'glob':
        return (False, False)
    return (leaf.arg[:1] != [('w', STAR)], leaf.arg[-1:] != [('w', STAR)])


def joined(leaves, rnd):
    """One value for several patterns: what must begin it, the rest, what must end it."""
    order = sorted(leaves, key=lambda x: {(True, False): 0, (False, True): 2}.get(anchored(x), 1))
    parts = [(hits(x, rnd, 1) or [''])[0] or '' for x in order]
    return rnd.choice(('', ' ', 'x')).join(parts)


def candidates(yes, no, rnd):
    """Lists of values to try for a field."""
    if not yes:
        yield []
        for leaf in no:
            for v in misses(leaf, rnd)[:4]:
                yield [v]
        yield ['zz']
        yield ['']
        return
    for leaf in yes:
        for v in hits(leaf, rnd):
            yield [v]
    for _ in range(8):
        yield [joined(yes, rnd)]
    for _ in range(4):
        yield [v for leaf in yes for v in (hits(leaf, rnd, 1) or ['zz'])[:1]]


def field_values(field, want, rnd):
    yes = [x for x, t in want.items() if t and x.kind != 'null']
    no = [x for x, t in want.items() if not t]
    tries = list(candidates(yes, no, rnd))
    if not yes and rnd.random() < 0.5:
        tries.append(tries.pop(0))  # absent is the last choice
    if field == '' and yes:  # words without a field are spread over the event
        tries.reverse()
    for values in tries:
        if all(leaf.holds({field: values}, values) == t for leaf, t in want.items()):
            return values
    raise Clash


def make(want, rnd):
    """The fields of an event in which all of want is so, or Clash."""
    by_field, fields = {}, {}
    refs = {leaf: t for leaf, t in want.items() if leaf.kind == 'ref'}
    for leaf, t in want.items():
        if leaf.kind != 'ref':
            by_field.setdefault(leaf.field, {})[leaf] = t
    for field, part in by_field.items():
        values = field_values(field, part, rnd)
        if field == '':
            for i, v in enumerate(values):
                fields.setdefault(PLACES[i % len(PLACES)] if rnd.random() < 0.8 else 'Computer', []).append(v)
        elif values:
            fields.setdefault(field, []).extend(values)
    for leaf, t in refs.items():
        other, _ = leaf.arg
        base = fields.setdefault(other, ['Other1'])[0]
        fields[leaf.field] = [base.swapcase() if t else base + 'x']
    every = [v for values in fields.values() for v in values]
    if any(leaf.holds(fields, every) != t for leaf, t in want.items()):
        raise Clash
    return fields


def decide(root, leaf, truth, seed, tries=12):
    """Fields where the leaf has this truth and decides, or None."""
    for i in range(tries):
        rnd = random.Random('%s %d' % (seed, i))
        want = {leaf: truth}
        try:
            ask_all_but(root, leaf, want, rnd, strict=i < tries // 2)
            return make(want, rnd)
        except Clash:
            continue
    return None


# --- a rule's events ---------------------------------------------------------------------------

def spread(items, n):
    """At most n of the items, evenly."""
    return items if len(items) <= n else [items[i * len(items) // n] for i in range(n)]


def changed(fields, name, values):
    out = {k: list(v) for k, v in fields.items() if k != name}
    if values:
        out[name] = values
    return out


def changes(fields):
    """The event with one thing changed, in all ways that matter."""
    yield {k: [v.swapcase() if isinstance(v, str) else v for v in vs] for k, vs in fields.items()}
    yield {k[:-1] + ' ' + k[-1:] if k not in SYSTEM else k: vs for k, vs in fields.items()}  # blanks do not count
    yield {k[:1].swapcase() + k[1:]: vs for k, vs in fields.items()}
    for name, values in fields.items():
        yield changed(fields, name, [])
        yield changed(fields, name, [''])
        yield changed(fields, name, [None])
        yield changed(fields, name, ['other', *values])
        yield changed(fields, name + 'X', values)
        if values[0]:
            for v in spread(near(text(values[0])), 4):
                yield changed(fields, name, [v])


def events(root, seed, leaves_max=None, probes_max=6):
    """(why, truth that was meant or None, fields) of a rule."""
    every = leaves_of(root)
    base = None
    for n, leaf in enumerate(spread(every, leaves_max or len(every))):
        key = '%s %d' % (seed, n)
        positive = parity(root, leaf)
        for truth in (positive, not positive):
            fields = decide(root, leaf, truth, key)
            if fields is None:
                continue
            base = base or (truth == positive and fields) or None
            yield ('holds' if truth else 'fails') + ' ' + leaf.kind, truth == positive, fields
            if truth and leaf.field and n % max(1, len(every) // probes_max) == 0:
                for v in probes(leaf, random.Random(key)):
                    yield 'probe ' + leaf.kind, None, changed(fields, leaf.field, [v])
    for fields in changes(base or {}):
        yield 'change', None, fields
    yield 'nothing', None, {}
