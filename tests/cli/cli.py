"""Running spoor from the tests of the command line."""
import atexit
import os
import shutil
import subprocess
import sys
import tempfile

SPOOR = sys.argv[1] if len(sys.argv) > 1 else os.path.join("build", "spoor")
RANGE = sys.argv[2] if len(sys.argv) > 2 else os.path.join("build", "range", "spoor-range")
TMP = tempfile.mkdtemp(prefix="spoor-cli-")
atexit.register(shutil.rmtree, TMP, ignore_errors=True)

RULE = """title: Any event with a channel
id: 11111111-2222-3333-4444-555555555555
level: high
tags: [attack.execution, attack.t1059.001]
logsource:
  product: windows
detection:
  sel:
    Channel|contains: 'e'
  condition: sel
"""


def spoor(*args, env=None, cwd=None, timeout=120):
    full = {**os.environ, "LC_ALL": "C", **(env or {})}
    return subprocess.run([SPOOR, *map(str, args)], capture_output=True, env=full, cwd=cwd, timeout=timeout)


def path(*names):
    return os.path.join(TMP, *names)


def evidence():
    """A folder of small EVTX files with known content."""
    where = path("evidence")
    if not os.path.isdir(where):
        subprocess.run([RANGE, "samples", "-o", where], check=True, capture_output=True)
    return where


def rules():
    """A folder with one rule that every sample event matches."""
    where = path("rules")
    if not os.path.isdir(where):
        os.mkdir(where)
        with open(os.path.join(where, "any.yml"), "w") as f:
            f.write(RULE)
    return where
