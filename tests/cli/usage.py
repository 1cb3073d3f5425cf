"""Exit codes, help and errors: what the command line says before it touches evidence."""
import os
import pty
import re
import subprocess

from cli import SPOOR, TMP, evidence, path, rules, spoor
from tap import Tap

t = Tap()
overview = spoor("help").stdout.decode()
commands = re.findall(r"^  (\w+) +\S", overview.split("Commands\n")[1].split("\n\n")[0], re.M)
t.check({"investigate", "hunt", "dump", "show", "rules", "doctor", "help"} <= set(commands),
        "help lists the commands", commands)
t.equal(spoor().stdout.decode(), overview, "no command is help")
t.equal(spoor("--help").stdout.decode(), overview, "--help is help")
for name in commands:
    run = spoor(name, "--help")
    text = run.stdout.decode()
    t.check(run.returncode == 0 and f"spoor {name} " in text and "--color" in text and not run.stderr,
            f"{name} --help explains itself", text, run.stderr)
    t.equal(spoor("help", name).stdout, run.stdout, f"help {name} is the same")
    long = max(text.splitlines(), key=len)
    t.check(len(long) <= 112, f"{name} --help fits a page", long)
    t.equal(spoor(name, "--no-such-option").returncode, 1, f"{name}: unknown option is wrong usage")
    t.equal(spoor(name, "-Z").returncode, 1, f"{name}: unknown letter is wrong usage")

version = spoor("--version")
t.check(re.fullmatch(rb"spoor \d+\.\d+\.\d+\n", version.stdout) and version.returncode == 0, "--version")

USAGE = [
    (["nonsense"], b"nonsense"),
    (["hunt"], b"needs the evidence"),
    (["dump"], b"needs the evidence"),
    (["investigate", "x"], b"-o CASE"),
    (["hunt", "x", "-f", "xml"], b"xml"),
    (["hunt", "x", "--min-level", "severe"], b"severe"),
    (["hunt", "x", "-j", "0"], b"--jobs"),
    (["hunt", "x", "-j", "many"], b"--jobs"),
    (["hunt", "x", "-j"], b"needs N"),
    (["hunt", "x", "--jobs"], b"needs N"),
    (["hunt", "x", "--no-progress=1"], b"takes no value"),
    (["dump", "x", "-f", "csv2"], b"csv2"),
    (["dump", "x", "--color", "blue"], b"blue"),
    (["rules"], b"check, list"),
    (["rules", "polish"], b"check, list"),
    (["show"], b"reference"),
    (["show", "nowhere"], b"PATH:OFFSET:RECORD"),
    (["help", "nonsense"], b"nonsense"),
]
for args, word in USAGE:
    run = spoor(*args)
    t.check(run.returncode == 1 and word in run.stderr and not run.stdout,
            "wrong usage: " + (" ".join(args) or "(nothing)"), run)

missing = path("not-there")
INPUT = [
    ["hunt", missing, "-r", rules()],
    ["dump", missing],
    ["hunt", evidence(), "-r", missing],
    ["rules", "check", "-r", missing],
    ["dump", evidence(), "-o", path("no-folder", "x")],
    ["dump", evidence(), "-o", TMP],
    ["show", missing + ":4096:1"],
    ["show", missing, "0123456789abcdef:1:2"],
    ["investigate", missing, "-o", path("case-of-nothing"), "-r", rules()],
]
for args in INPUT:
    run = spoor(*args)
    t.check(run.returncode == 2 and run.stderr.startswith(b"spoor: "),
            "unusable: " + " ".join(os.path.basename(a) for a in args), run)

# Nothing that comes from outside may steer the terminal.
hostile = path("\x1b]0;owned\x07\u202e\x9b31m")
run = spoor("dump", hostile)
t.check(run.returncode == 2 and b"\x1b" not in run.stderr and b"\\x1b]0;owned\\x07\\u202e" in run.stderr,
        "a hostile path is shown, not obeyed", run)

run = spoor("doctor", "-r", rules())
t.check(run.returncode in (0, 3) and b"libcrypto" in run.stdout and b"seccomp" in run.stdout
        and b"1 of 1 documents" in run.stdout, "doctor says what is there", run)

plain = spoor("help").stdout
t.check(b"\x1b[" in spoor("help", "--color", "always").stdout, "--color always colours a pipe")
t.check(b"\x1b[" not in plain, "a pipe gets no colour")


def on_terminal(**env):
    """What help writes to a terminal; None where no terminal can be had."""
    try:
        ours, theirs = pty.openpty()
    except OSError:
        return None
    full = {**os.environ, "TERM": "xterm", "NO_COLOR": "", "COLUMNS": "100", **env}
    run = subprocess.Popen([SPOOR, "help"], stdout=theirs, stderr=theirs, stdin=theirs, env=full)
    os.close(theirs)
    seen = b""
    try:
        while chunk := os.read(ours, 65536):
            seen += chunk
    except OSError:  # Linux says EIO when the other side has closed
        pass
    os.close(ours)
    run.wait(60)
    return seen


tty, quiet, dumb = on_terminal(), on_terminal(NO_COLOR="1"), on_terminal(TERM="dumb")
if tty is None:
    t.skip("colour on terminals", "no pseudo-terminal here")
else:
    t.check(b"\x1b[" in tty and b"Commands" in tty, "a terminal gets colour", tty)
    t.check(b"\x1b[" not in quiet and b"Commands" in quiet, "NO_COLOR is respected", quiet)
    t.check(b"\x1b[" not in dumb and b"Commands" in dumb, "a dumb terminal gets none", dumb)
t.done()
