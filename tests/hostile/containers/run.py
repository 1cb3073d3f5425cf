#!/usr/bin/env python3
"""Read every hostile container with 512 MiB of address space and 60 s of processor time. Prints TAP.

  run.py LIST_MEMBERS

What must hold: members that lie undamaged in the container come whole, the end is told as the case says, a
second reading gives the same bytes, and the container is not touched.
"""
import os
import resource
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
from make_containers import CASES  # noqa: E402

SANITIZED = os.environ.get('SPOOR_SANITIZED') == '1'


def limited():
    if not SANITIZED:
        resource.setrlimit(resource.RLIMIT_AS, (512 << 20, 512 << 20))
    resource.setrlimit(resource.RLIMIT_CPU, (60, 60))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def read(program, path):
    p = subprocess.run([program, path], stdout=subprocess.PIPE, stderr=subprocess.PIPE, preexec_fn=limited,
                       env={'LC_ALL': 'C', 'TZ': 'Asia/Shanghai'})
    return p.returncode, p.stdout, p.stderr


def main():
    n = bad = 0

    def ok(good, what, why=''):
        nonlocal n, bad
        n += 1
        bad += not good
        print('%sok %d - %s' % ('' if good else 'not ', n, what.replace('#', '')))
        if not good:
            print('\n'.join('# ' + line[:300] for line in str(why).split('\n')[:30]))
        sys.stdout.flush()

    with tempfile.TemporaryDirectory() as d:
        for name, family, what, whole, ends, make in CASES:
            path = os.path.join(d, name)
            data = bytes(make())
            with open(path, 'wb') as f:
                f.write(data)
            label = '%d %s: %s' % (family, name, what)
            code, out, errors = read(sys.argv[1], path)
            ok(code == 0, label + ': ends by itself', '%s\n%s' % (code, errors.decode(errors='replace')))
            lines = [line.split('\t', 2) for line in out.decode('utf-8', 'replace').splitlines()]
            end = [x for x in lines if x[0] == 'END']
            ok(len(end) == 1 and end[0][1] in ends, label + ': told', '%r, expected %s' % (end, ends))
            if whole is not None:
                got = [x[2] for x in lines if x[1] == 'ok' and x[0] != 'END']
                ok(got == [name + '!/' + w for w in whole], label + ': %d whole members' % len(whole),
                   '%r\nexpected %r' % (lines[:20], whole[:20]))
            if family != 30:
                ok(read(sys.argv[1], path)[1] == out, label + ': the same again')
            with open(path, 'rb') as f:
                ok(f.read() == data, label + ': untouched')
            os.unlink(path)
    print('1..%d' % n)
    return 1 if bad else 0


if __name__ == '__main__':
    sys.exit(main())
