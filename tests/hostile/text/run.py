#!/usr/bin/env python3
"""Hostile line logs through the whole program: run.py SPOOR. Prints TAP.

Each file is made here; a run must end within the time and the memory that any content may cost, say each loss as a
gap, read what is sound, and put nothing on its output that a terminal would act on.
"""
import json
import os
import random
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
from tap import Tap

SPOOR, SANITIZED = sys.argv[1], len(sys.argv) > 2
SECONDS, PEAK_KIB = 120, 160 << 10
HEAD = (b"#Software: Microsoft Internet Information Services 10.0\r\n#Version: 1.0\r\n#Date: 2023-05-17 00:00:03\r\n"
        b"#Fields: date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) cs(Referer) "
        b"sc-status sc-substatus sc-win32-status time-taken\r\n")
LINE = b"2023-05-17 18:47:05 10.20.0.11 GET /owa/healthcheck.htm - 443 - 10.20.0.5 LB-Probe/1.0 - 200 0 0 1\r\n"
EXCHANGE = (b"\xef\xbb\xbf#Software: Microsoft Exchange Server\r\n#Log-type: HttpProxy Logs\r\n"
            b"#Fields: DateTime,RequestId,UserAgent,BackEndStatus\r\n")
ROW = b"2023-05-17T18:41:07.318Z,1,x,200\r\n"
MIB = 1 << 20
KINDS = {"damaged", "truncated", "limit", "unknown", "unreadable", "unsupported", "worker"}


def parts(*chunks):
    def make(f):
        for c in chunks:
            f.write(c)
    return make


def sparse(f):
    f.write(HEAD + LINE)
    f.truncate(1 << 28)


def long_line(f):
    f.write(HEAD + LINE + b"2023-05-17 18:47:05 ")
    for _ in range(64):
        f.write(b"x" * MIB)
    f.write(b"\r\n" + LINE)


def sparse_line(f):
    f.write(HEAD + LINE + b"2023-05-17 18:47:05 x")
    f.seek(2 << 30, os.SEEK_CUR)
    f.write(b"x\r\n" + LINE)


def newlines(f):
    f.write(HEAD + LINE)
    for _ in range(64):
        f.write(b"\n" * MIB)
    f.write(LINE)


def other_headers(f):
    f.write(HEAD)
    for i in range(40000):
        f.write(b"#Fields: date time f%d\n2023-05-17 18:47:05 x\n" % i)


def wide(f):
    f.write(b"#Fields: date time " + b" ".join(b"f%d" % i for i in range(4000)) + b"\n")
    for _ in range(200):
        f.write(b"2023-05-17 18:47:05 " + b"x " * 5000 + b"\n")
    f.write(HEAD + LINE)


def agents(*values):
    return b"".join(b"2023-05-17 18:47:05 ::1 GET / - 443 - ::1 %s - 200 0 0 1\r\n" % v for v in values)


NASTY = [b"\x1b]0;owned\x07", b"\x9b31m", b"\xc2\x9b31m", b"\xe2\x80\xae", b"<img/src=x/onerror=alert(1)>", b"=cmd|x!A1",
         b"';DROP/**/TABLE--", b"\x00x", b"\xff\xfe", b"{{7*7}}", b"\\u0000", b"%s%n"]
# what, maker, events, kinds of gaps that must be told and no others
CASES = [
    ("a tail of 256 MiB that was never written", sparse, 1, set()),
    ("a line of 64 MiB", long_line, 3, {"damaged", "limit"}),
    ("a line of 2 GiB, most of it NULs", sparse_line, 3, {"damaged", "limit"}),
    ("64 million line ends", newlines, 2, set()),
    ("NULs alone", parts(b"\0" * MIB), 0, {"unknown"}),
    ("random bytes", parts(random.Random(1).randbytes(MIB)), 0, {"unknown"}),
    ("random bytes behind a header", parts(HEAD, LINE, random.Random(2).randbytes(MIB), b"\n", LINE), 2, {"damaged"}),
    ("UTF-16 with a mark", parts((HEAD + LINE * 3).decode().encode("utf-16")), 3, set()),
    ("UTF-16BE without one", parts((HEAD + LINE * 3).decode().encode("utf-16-be")), 3, set()),
    ("UTF-16 cut in a unit", parts((HEAD + LINE * 3).decode().encode("utf-16")[:-1]), 3, {"damaged"}),
    ("UTF-8 with a mark", parts(b"\xef\xbb\xbf", HEAD, LINE * 3), 3, set()),
    ("Latin-1", parts(HEAD, agents(b"caf\xe9", b"Stra\xdfe"), LINE), 3, set()),
    ("overlong forms, surrogates, beyond the last character", parts(HEAD, agents(b"\xc0\xaf", b"\xe0\x80\xaf", b"\xed\xa0\x80",
                                                                          b"\xf4\x90\x80\x80"), LINE), 5, set()),
    ("lone CR", parts((HEAD + LINE * 3).replace(b"\r\n", b"\r")), 3, set()),
    ("CR inside values", parts(HEAD, agents(b"a\r2023-05-17"), LINE), 2, set()),
    ("another header for each line", other_headers, None, {"limit"}),
    ("4,000 columns and 5,000 fields", wide, 1, {"damaged"}),
    ("5,000 columns", parts(b"#Fields: date time " + b"f " * 5000 + b"\n" + LINE, HEAD, LINE), 1, {"damaged"}),
    ("a quote that is never closed", parts(EXCHANGE, b'2023-05-17T18:41:07.318Z,1,"x,200\r\n', ROW * 50000), None, set()),
    ("a quote opened in every line", parts(EXCHANGE, b'2023-05-17T18:41:07.318Z,1,"x,200\r\n' * 20000), None, set()),
    ("lines of spaces", parts(HEAD, (b" " * 1000 + b"\n") * 2000, LINE), 1, set()),
    ("nasty values", parts(HEAD, agents(*NASTY)), len(NASTY), set()),
    ("one bad line among 100,000", parts(HEAD, LINE * 50000, b"???\n", LINE * 50000), 100000, {"damaged"}),
    ("no end of the last line", parts(HEAD, LINE, LINE.rstrip()), 2, {"damaged"}),
    ("cut in its first line", parts(HEAD[:-40]), 0, set()),
    ("a header alone", parts(HEAD), 0, set()),
]


def calm(line):
    """Nothing that a terminal would act on: controls, C1, marks that turn the direction of writing."""
    return not any(c < " " or "\x7f" <= c < "\xa0" or c == "\u202e" for c in line.decode().rstrip("\n"))


def run(path):
    """Exit code, events, whether all are calm JSON, errors, seconds, peak of the largest process. Output is looked at line
    by line: what this process holds would count as its children's."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        start = time.monotonic()
        p = subprocess.Popen([SPOOR, "dump", path, "-f", "ecs", "-j", "2"], stdout=out, stderr=err)
        _, status, usage = os.wait4(p.pid, 0)
        p.returncode = 0
        took = time.monotonic() - start
        out.seek(0)
        err.seek(0)
        events, good = 0, True
        for line in out:
            events += 1
            good = good and calm(line) and isinstance(json.loads(line), dict)
        return os.waitstatus_to_exitcode(status), events, good, err.read(), took, usage.ru_maxrss


t = Tap()
with tempfile.TemporaryDirectory() as folder:
    for what, make, events, kinds in CASES:
        path = os.path.join(folder, "x.log")
        with open(path, "wb") as f:
            make(f)
        code, got, good, err, took, peak = run(path)
        told = {w for line in err.decode(errors="replace").splitlines() for w in line.split(": ")[2:3] if w in KINDS}
        t.check(code == (3 if told else 0), f"{what}: exit code", code, err[:400])
        t.check(took < SECONDS, f"{what}: time", took)
        t.check(SANITIZED or peak < PEAK_KIB, f"{what}: memory", peak)
        t.check(events is None or got == events, f"{what}: events", got, events, err[:400])
        t.check(good, f"{what}: every line is JSON and steers no terminal")
        t.check(kinds <= told if events is None else kinds == told, f"{what}: what is told", told, err[:400])
        os.unlink(path)
t.done()
