"""A reading of Sigma of its own, for tests: a rule becomes a tree of Leaf, and a tree can be asked of an event.

Written from the specification (2.1) and the decisions in docs/sigma.md, sharing nothing with src/sigma and nothing with
the reference evaluator: three readings that agree are worth more than two. An event is a dict from field name to its
list of values; FIELDS is what the tree sees of it. Slow and plain on purpose.
"""
import base64
import datetime
import functools
import ipaddress
import re

import yaml

STAR, ANY, DASH = '*', '?', '-'  # the wildcards of a pattern, as ('w', which); literals are plain characters
DASHES = '-/\u2013\u2014\u2015'


class Refused(Exception):
    """The rule cannot be carried out: placeholders, or what the specification forbids."""


class Loader(yaml.SafeLoader):
    """Dates and base-60 numbers stay text, as Sigma's values are."""


Loader.yaml_implicit_resolvers = {
    k: [(tag, rx) for tag, rx in v if not tag.endswith((':timestamp', ':value'))]
    for k, v in yaml.SafeLoader.yaml_implicit_resolvers.items()}


def load(text):
    return [d for d in yaml.load_all(text, Loader=Loader) if isinstance(d, dict)]


# --- values ------------------------------------------------------------------------------------

def text(v):
    return '' if v is None else v if isinstance(v, str) else str(v).lower() if isinstance(v, bool) else str(v)


@functools.lru_cache(maxsize=65536)
def fold(s):
    return ''.join(c.lower() if len(c.lower()) == 1 else c for c in s)


def parse_string(s):
    """Characters and wildcards; a backslash escapes * ? and itself, else it is itself."""
    out, i = [], 0
    while i < len(s):
        if s[i] == '\\' and i + 1 < len(s) and s[i + 1] in '*?\\':
            out.append(s[i + 1])
            i += 1
        else:
            out.append(('w', s[i]) if s[i] in '*?' else s[i])
        i += 1
    return out


def number(s, hexadecimal=False):
    s = s.strip()
    if re.fullmatch(r'[+-]?[0-9]+', s):
        return int(s)
    if re.fullmatch(r'[+-]?([0-9]+\.[0-9]*|\.[0-9]+|[0-9]+)([eE][+-]?[0-9]+)?', s):
        return float(s)
    if hexadecimal and re.fullmatch(r'0[xX][0-9a-fA-F]+', s):
        return int(s, 16)
    return None


def time_part(s, part):
    m = re.match(r'(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d))?', s)
    if not m:
        return None
    try:
        day = datetime.date(*(int(x) for x in m.groups()[:3]))
    except ValueError:
        return None
    return {'year': day.year, 'month': day.month, 'day': day.day, 'week': day.isocalendar()[1],
            'hour': m[4] and int(m[4]), 'minute': m[5] and int(m[5])}[part]


class Renamed(dict):
    """Fields under the names that a log source has for them. What a fieldref names is looked up as it is."""

    def __init__(self, fields, names):
        super().__init__(fields)
        self.update({name: fields.get(to, []) for name, to in names.items()})
        self.plain = fields


class Leaf:
    """One predicate on one field ('': every value of the event). test(text) for those that look at one value."""

    def __init__(self, field, kind, arg, cased=False):
        self.field, self.kind, self.arg, self.cased = field, kind, arg, cased
        if kind == 'glob':
            self.rx = re.compile(''.join(self.piece(t) for t in arg), re.S)
        elif kind == 're':
            self.rx = re.compile(*arg)

    def piece(self, t):
        if isinstance(t, tuple):
            return {STAR: '.*', ANY: '.', DASH: '[' + re.escape(DASHES) + ']'}[t[1]]
        return re.escape(t if self.cased else fold(t))

    def test(self, s):
        if self.kind == 'glob':
            return self.rx.fullmatch(s if self.cased else fold(s)) is not None
        if self.kind == 're':
            return self.rx.search(s) is not None
        if self.kind == 'number':
            return s == str(self.arg) or number(s) == self.arg
        if self.kind == 'cidr':
            return self.holds_address(s)
        if self.kind == 'time':
            return time_part(s, self.arg[0]) == self.arg[1]
        n, (op, bound) = number(s, True), self.arg  # compare
        return n is not None and {'lt': n < bound, 'lte': n <= bound, 'gt': n > bound, 'gte': n >= bound}[op]

    def holds_address(self, s):
        try:
            a = ipaddress.ip_address(s.strip())
        except ValueError:
            return False
        if a.version == 6 and a.ipv4_mapped and self.arg.version == 4:
            a = a.ipv4_mapped
        return a.version == self.arg.version and a in self.arg

    def holds(self, fields, leaves):
        values = leaves if self.field == '' else fields.get(self.field, [])
        if self.kind == 'exists':
            return bool(values) == self.arg
        if self.kind == 'null':
            return not values or None in values
        if self.kind == 'ref':
            other, how = self.arg
            others = getattr(fields, 'plain', fields).get(other, [])
            pairs = [(fold(text(a)), fold(text(b))) for a in values for b in others]
            return any({'': a == b, 'startswith': a.startswith(b), 'endswith': a.endswith(b),
                        'contains': b in a}[how] for a, b in pairs)
        return any(self.test(text(v)) for v in values)


class Node:
    def __init__(self, op, kids):
        self.op, self.kids = op, kids


def join(op, kids):
    return kids[0] if len(kids) == 1 else Node(op, kids)


def holds(node, fields, leaves):
    if isinstance(node, Leaf):
        return node.holds(fields, leaves)
    if node.op == 'not':
        return not holds(node.kids[0], fields, leaves)
    return (all if node.op == 'and' else any)(holds(k, fields, leaves) for k in node.kids)


def leaves_of(node):
    return [node] if isinstance(node, Leaf) else [x for k in node.kids for x in leaves_of(k)]


# --- modifiers ---------------------------------------------------------------------------------

def windash(p):
    out = []
    for i, t in enumerate(p):
        def word(k):
            return 0 <= k < len(p) and isinstance(p[k], str) and re.match(r'\w', p[k])
        out.append(('w', DASH) if isinstance(t, str) and t in DASHES and word(i + 1) and not word(i - 1) else t)
    return out


def expanded(p):
    """A pattern without dash classes, for what must be encoded."""
    for i, t in enumerate(p):
        if t == ('w', DASH):
            return [x for d in DASHES for x in expanded(p[:i] + [d] + p[i + 1:])]
    return [p]


def to_bytes(p):
    if isinstance(p, bytes):
        return p
    if any(isinstance(t, tuple) for t in p):
        raise Refused('encoded wildcard')
    return ''.join(p).encode()


def offsets(data):
    for before in range(3):
        code = base64.b64encode(b'\0' * before + data).decode().rstrip('=')
        yield list(code[(before * 8 + 5) // 6:(before + len(data)) * 8 // 6])


def encode(name, forms):
    forms = [y for x in forms for y in ([x] if isinstance(x, bytes) else expanded(x))]
    if name == 'base64':
        return [list(base64.b64encode(to_bytes(p)).decode()) for p in forms]
    if name == 'base64offset':
        return [o for p in forms for o in offsets(to_bytes(p))]
    codec, mark = {'utf16': ('utf-16le', b'\xff\xfe'), 'utf16be': ('utf-16be', b'')}.get(name, ('utf-16le', b''))
    return [mark + to_bytes(p).decode().encode(codec) for p in forms]


def star(name, p):
    p = list(p)
    if name != 'startswith' and p[:1] != [('w', STAR)]:
        p.insert(0, ('w', STAR))
    if name != 'endswith' and p[-1:] != [('w', STAR)] or name == 'startswith' and not p:
        p.append(('w', STAR))
    return p


ENCODERS = ('base64', 'base64offset', 'wide', 'utf16le', 'utf16be', 'utf16')
FLAGS = {'i': re.I, 'ignorecase': re.I, 'm': re.M, 'multiline': re.M, 's': re.S, 'dotall': re.S}
PARTS = ('minute', 'hour', 'day', 'week', 'month', 'year')


def special(field, mods, v):
    """Leaf of the modifiers that make something else than a pattern of the value; None if there is none."""
    for m in mods:
        if m == 're':
            return Leaf(field, 're', (v, functools.reduce(lambda a, b: a | FLAGS.get(b, 0), mods, 0)))
        if m == 'cidr':
            return Leaf(field, 'cidr', ipaddress.ip_network(v))
        if m in ('lt', 'lte', 'gt', 'gte'):
            return Leaf(field, 'compare', (m, v if not isinstance(v, str) else number(v)))
        if m in PARTS:
            return Leaf(field, 'time', (m, v if not isinstance(v, str) else number(v)))
        if m == 'exists':
            return Leaf(field, 'exists', v if isinstance(v, bool) else v == 'true')
        if m == 'fieldref':
            how = [x for x in mods if x in ('contains', 'startswith', 'endswith')]
            return Leaf(field, 'ref', (v, how[0] if how else ''))
    return None


def value_node(field, mods, v):
    leaf = special(field, mods, v)
    if leaf:
        return leaf
    mods = [m for m in mods if m not in ('all', 'neq')]
    if v is None:
        if mods or not field:
            raise Refused('null with a modifier')
        return Leaf(field, 'null', None)
    if not mods and not isinstance(v, (str, bool)) and field:
        return Leaf(field, 'number', v)
    forms = [parse_string(v) if isinstance(v, str) else list(text(v))]
    for m in mods:
        if m in ('contains', 'startswith', 'endswith'):
            forms = [star(m, p) for p in forms]
        elif m == 'windash':
            forms = [windash(p) for p in forms]
        elif m in ENCODERS:
            forms = encode(m, forms)
        elif m == 'expand':
            if any(re.search(r'%[\w.-]+%', ''.join(t for t in p if isinstance(t, str))) for p in forms):
                raise Refused('placeholder')
        elif m != 'cased':
            raise Refused('unknown modifier ' + m)
    cased = 'cased' in mods or not (field or isinstance(v, str))
    return join('or', [Leaf(field, 'glob', p if field else star('contains', p), cased) for p in forms])


def item(key, value):
    field, *mods = key.split('|')
    values = value if isinstance(value, list) else [value]
    node = join('and' if 'all' in mods else 'or', [value_node(field, mods, v) for v in values])
    return Node('not', [node]) if 'neq' in mods else node


def selection(v):
    if isinstance(v, dict):
        return join('and', [item(k, x) for k, x in v.items()])
    if isinstance(v, list) and any(isinstance(x, (dict, list)) for x in v):
        return join('or', [selection(x) for x in v])
    return item('', v)


# --- conditions --------------------------------------------------------------------------------

class Condition:
    def __init__(self, s, named):
        self.tokens, self.named = re.findall(r'[()]|[^\s()]+', s), named

    def peek(self, *words):
        return bool(self.tokens) and self.tokens[0].lower() in words

    def listed(self, word, operand):
        kids = [operand()]
        while self.peek(word):
            self.tokens.pop(0)
            kids.append(operand())
        return join(word, kids)

    def whole(self):
        return self.listed('or', lambda: self.listed('and', self.negation))

    def negation(self):
        if self.peek('not'):
            self.tokens.pop(0)
            return Node('not', [self.negation()])
        if self.peek('('):
            self.tokens.pop(0)
            node = self.whole()
            self.tokens.pop(0)
            return node
        if self.peek('1', 'any', 'all') and self.tokens[1:2] and self.tokens[1].lower() == 'of':
            quantifier, _, pattern = (self.tokens.pop(0) for _ in range(3))
            return join('and' if quantifier.lower() == 'all' else 'or', self.matching(pattern))
        return self.named[self.tokens.pop(0)]

    def matching(self, pattern):
        rx = '.*' if pattern == 'them' else re.escape(pattern).replace(r'\*', '.*')
        kids = [node for name, node in self.named.items() if re.fullmatch(rx, name) and
                (name[0] != '_' or pattern[0] == '_')]
        if not kids:
            raise Refused('empty pattern ' + pattern)
        return kids


def tree(doc):
    """The tree of a rule document."""
    detection = doc['detection']
    named = {k: selection(v) for k, v in detection.items() if k not in ('condition', 'timeframe')}
    conditions = detection['condition'] if isinstance(detection['condition'], list) else [detection['condition']]
    return join('or', [Condition(c, named).whole() for c in conditions])
