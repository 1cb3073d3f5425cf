#!/usr/bin/env python3
"""Never fewer records than the best peer, more from dirty files, and no crash where it crashes. Prints TAP.

  salvage.py SPOOR
"""
import sys

from common import *

DIRTY = (
    '2-vss_0-Microsoft-Windows-RemoteDesktopServices-RdpCoreTS%4Operational.evtx',
    '2-vss_0-Microsoft-Windows-TerminalServices-RemoteConnectionManager%4Operational.evtx',
    'sample-with-zero-data-size-event.evtx',
    'sample_with_a_bad_chunk_magic.evtx',
    'sysmon.evtx',
)
MORE_AT_LEAST = 4  # of the dirty ones
GIB = 1 << 30


def distinct(lines):
    """Records told apart by what they say: a carved copy of a live record wins nothing."""
    return len(set(lines))


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    spoor = sys.argv[1]
    samples = os.path.join(EVTX, 'parser-samples')
    need(spoor, PEER, samples)
    tap, more = Tap(), []
    for name, path in evtx_files(samples):
        _, theirs = peer_lines(path)
        code, ours, err = spoor_lines(spoor, path)
        tap.ok(code in (0, 3) and distinct(ours) >= distinct(theirs),
               '%s: %d records, peer %d' % (name, distinct(ours), distinct(theirs)),
               '%s %s' % (code, err.decode('utf-8', 'replace')[-300:]))
        if name in DIRTY and distinct(ours) > distinct(theirs):
            more.append(name)
    tap.ok(len(more) >= MORE_AT_LEAST, 'more than the peer from %d of the %d dirty files' % (len(more), len(DIRTY)),
           '\n'.join(n for n in DIRTY if n not in more))
    for name, path in evtx_files(os.path.join(EVTX, 'crashers')):
        _, theirs = peer_lines(path)  # without a memory limit the peer survives
        code, ours, err = spoor_lines(spoor, path, 20, GIB)
        tap.ok(code in (0, 3) and len(ours) >= len(theirs),
               'crasher %s within 1 GiB: %d records, peer without a limit %d' % (name, len(ours), len(theirs)),
               '%s %s' % (code, err.decode('utf-8', 'replace')[-300:]))
    return tap.end()


if __name__ == '__main__':
    sys.exit(main())
