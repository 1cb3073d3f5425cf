"""What the comparison tests share: TAP, finding the shared folder and the peer, running programs."""
import json
import os
import tempfile
import resource
import subprocess
import sys

SOURCE = os.environ.get('SPOOR_SOURCE', os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..'))
SHARED = os.environ.get('SPOOR_SHARED', os.path.join(SOURCE, '..', 'shared'))
PEER = os.path.join(SHARED, 'peers', 'evtx_dump')
EVTX = os.path.join(SHARED, 'data', 'evtx')
# meson has freed memory filled; for other people's programs that is only slow
PEER_ENV = {k: v for k, v in os.environ.items() if not k.startswith('MALLOC_PERTURB')}
SKIP = 0  # TAP says it: "1..0 # SKIP"


class Tap:
    def __init__(self):
        self.n = self.bad = 0

    def ok(self, good, what, why=''):
        self.n += 1
        self.bad += not good
        print('%sok %d - %s' % ('' if good else 'not ', self.n, what.replace('#', '')), flush=True)
        if not good and why:
            self.note(why)
        return good

    def note(self, text):
        print('\n'.join('# ' + line[:300] for line in str(text).split('\n')[:20]), flush=True)

    def end(self):
        print('1..%d' % self.n)
        return 1 if self.bad else 0


def skip(why):
    print('1..0 # SKIP ' + why)
    sys.exit(0)  # in TAP the plan says it, not the exit code


def need(*paths):
    for p in paths:
        if not os.path.exists(p):
            skip('%s is not there' % p)


def run(args, seconds=120, memory=None):
    """(exit code or 'timeout', stdout, stderr)"""
    def limits():
        if memory:
            resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        p = subprocess.run(args, stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL,
                           timeout=seconds, preexec_fn=limits, env=PEER_ENV if args[0] == PEER else None)
    except subprocess.TimeoutExpired as e:
        return 'timeout', e.stdout or b'', b''
    return p.returncode, p.stdout, p.stderr


def evtx_files(root=EVTX):
    """Every EVTX file below root, sorted, as (path below root, path)."""
    out = []
    for d, _, names in os.walk(root):
        for n in names:
            p = os.path.join(d, n)
            if n.lower().endswith('.evtx') and not os.path.islink(p):
                out.append((os.path.relpath(p, root), p))
    return sorted(out)


def peer_lines(path, seconds=120, memory=None):
    """The peer's records: one thread, so that they come in file order. Its error text is dropped."""
    code, out, _ = run([PEER, '-t', '1', '-o', 'jsonl', path], seconds, memory)
    return code, [line for line in out.split(b'\n') if line.startswith(b'{')]


def spoor_lines(spoor, path, seconds=120, memory=None):
    code, out, err = run([spoor, 'dump', '-f', 'evtx', path], seconds, memory)
    return code, [line for line in out.split(b'\n') if line], err


def load(line):
    return json.loads(line.decode('utf-8', 'surrogatepass'))


def load_peer(line):
    """The peer writes a repeated Data name as a repeated JSON key, of which a parser keeps one. Elsewhere it numbers
    repeated names (Name, Name_1, Name_2), and so does spoor: read both that way."""
    def members(pairs):
        out = {}
        for k, v in pairs:
            n, key = 0, k
            while key in out:
                n += 1
                key = '%s_%d' % (k, n)
            out[key] = v
        return out
    return json.loads(line.decode('utf-8', 'surrogatepass'), object_pairs_hook=members)


def hunt_cases(spoor, cases, *rules):
    """Each line alone in a file; cases: (what, line, id of a rule, does it match). The exit code for TAP."""
    tap = Tap()
    with tempfile.TemporaryDirectory() as tmp:
        for i, (_, line, _, _) in enumerate(cases):
            with open(os.path.join(tmp, '%d.log' % i), 'w', encoding='utf-8') as f:
                f.write(line + '\n')
        packs = [x for r in rules for x in ('-r', r)]
        p = subprocess.run([spoor, 'hunt', tmp, *packs, '-f', 'jsonl', '--no-progress'], stdout=subprocess.PIPE,
                           stderr=subprocess.PIPE)
        found = [json.loads(x) for x in p.stdout.split(b'\n')[:-1]]
    for i, (what, _, rule, hit) in enumerate(cases):
        here = [f['rule.id'] for f in found if f['log.file.path'].endswith('/%d.log' % i)]
        tap.ok((rule in here) == hit, '%s: %s %s' % (what, rule, 'is found' if hit else 'is not'), '%s %s' % (here, p.stderr[-300:]))
    return tap.end()
