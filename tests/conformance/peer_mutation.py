#!/usr/bin/env python3
"""Seeded damage: spoor never crashes, hangs or says nothing where the peer finds records. Prints TAP.

  peer_mutation.py SPOOR SPOOR_RANGE [--n 300] [--seed 1] [--real] [--keep DIR]

Files of our own writer are damaged (with --real, those of the shared folder too): flipped bytes, header bytes,
32-bit extremes, zeroed and moved blocks, truncation. Where the peer is absent only crashes and hangs count.
"""
import argparse
import random
import sys
import tempfile

from common import *

GIB = 1 << 30
EXTREMES = (0, 1, 0x7f, 0xff, 0x7fff, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff, 0xb8b8b8b8)


def flip(r, b):
    for _ in range(r.randint(1, 32)):
        b[r.randrange(len(b))] ^= 1 << r.randrange(8)


def header_bytes(r, b):
    chunk = 4096 + 65536 * r.randrange(max(1, (len(b) - 4096) // 65536))
    at = r.choice((0, chunk)) + r.randrange(512)
    if at < len(b):
        b[at] = r.randrange(256)


def extreme(r, b):
    for _ in range(r.randint(1, 4)):
        at = r.randrange(4096, len(b) - 4)
        b[at:at + 4] = r.choice(EXTREMES).to_bytes(4, 'little')


def zero(r, b):
    at, n = r.randrange(len(b)), r.choice((1, 16, 512, 4096))
    b[at:at + n] = bytes(len(b[at:at + n]))


def move(r, b):
    n = r.choice((8, 64, 512, 4096))
    a, c = r.randrange(len(b) - n), r.randrange(len(b) - n)
    b[a:a + n] = b[c:c + n]


def truncate(r, b):
    del b[r.randrange(1, len(b)):]


def insert(r, b):
    at = r.randrange(len(b))
    b[at:at] = bytes(r.choice((1, 4, 512)))


KINDS = (flip, flip, header_bytes, extreme, extreme, zero, move, truncate, insert)


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument('spoor')
    ap.add_argument('spoor_range')
    ap.add_argument('--n', type=int, default=300)
    ap.add_argument('--seed', type=int, default=1)
    ap.add_argument('--real', action='store_true')
    ap.add_argument('--keep')
    a = ap.parse_args()
    need(a.spoor, a.spoor_range)
    peer = os.path.exists(PEER)
    tap = Tap()
    with tempfile.TemporaryDirectory() as work:
        run([a.spoor_range, 'samples', '-o', work])
        seeds = [p for _, p in evtx_files(work)]
        if a.real and os.path.exists(EVTX):
            seeds += [p for _, p in evtx_files() if os.path.getsize(p) < 400000]
        contents = [open(p, 'rb').read() for p in seeds]
        target = os.path.join(work, 'mutated.evtx')
        crashes, zeros, fewer, more = [], [], [], 0
        for i in range(a.n):
            r = random.Random('%d/%d' % (a.seed, i))
            data = bytearray(r.choice(contents))
            kinds = r.sample(KINDS, r.randint(1, 2))
            for k in kinds:
                if len(data) > 8192:
                    k(r, data)
            with open(target, 'wb') as f:
                f.write(data)
            code, ours, err = spoor_lines(a.spoor, target, 20, GIB)
            what = 'mutation %d (%s)' % (i, ', '.join(k.__name__ for k in kinds))
            keep = False
            if code not in (0, 3) and not (code == 2 and not ours) or b'worker' in err and b'died' in err:
                crashes.append('%s: exit %s %s' % (what, code, err.decode('utf-8', 'replace')[-200:]))
                keep = True
            if peer:
                _, theirs = peer_lines(target, 20, 2 * GIB)
                if theirs and not ours:
                    zeros.append('%s: peer %d' % (what, len(theirs)))
                if len(ours) < len(theirs):
                    fewer.append('%s: %d, peer %d' % (what, len(ours), len(theirs)))
                    keep = True
                more += len(ours) > len(theirs)
            if keep and a.keep:
                os.makedirs(a.keep, exist_ok=True)
                with open(os.path.join(a.keep, 'mutation-%d-%d.evtx' % (a.seed, i)), 'wb') as f:
                    f.write(data)
        tap.ok(not crashes, '%d mutations: no crash, no hang' % a.n, '\n'.join(crashes))
        if peer:
            tap.ok(not zeros, 'never nothing where the peer finds records', '\n'.join(zeros))
            tap.ok(len(fewer) * 1000 <= a.n, 'at least as many records as the peer in 99.9 %% of the files (%d fewer, '
                   '%d more)' % (len(fewer), more), '\n'.join(fewer))
        else:
            tap.note('the peer is absent: record counts not compared')
    return tap.end()


if __name__ == '__main__':
    sys.exit(main())
