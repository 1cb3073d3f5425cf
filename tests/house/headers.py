"""Every header of ours compiles alone, and says in its first comment what it is for."""
import os
import re
import subprocess
import tempfile

from tap import BUILD, SOURCE, Tap

FLAGS = ["-std=gnu17", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-Werror", "-Wno-unused-function",
         "-I" + os.path.join(SOURCE, "src"), "-I" + os.path.join(BUILD, "src"),
         "-fsyntax-only"]


def headers():
    for top in ("src", "range"):
        for folder, _, names in os.walk(os.path.join(SOURCE, top)):
            for name in names:
                if name.endswith(".h"):
                    yield os.path.relpath(os.path.join(folder, name), SOURCE)


t = Tap()
with tempfile.TemporaryDirectory() as tmp:
    for path in sorted(headers()):
        text = open(os.path.join(SOURCE, path)).read()
        unit = os.path.join(tmp, "alone.c")
        with open(unit, "w") as f:  # twice: the guard must work too
            f.write(f'#include "{os.path.join(SOURCE, path)}"\n' * 2)
        flags = FLAGS + ["-I" + os.path.join(SOURCE, os.path.dirname(path)), "-I" + SOURCE]
        run = subprocess.run(["cc", *flags, unit], capture_output=True, text=True)
        t.check(run.returncode == 0, f"{path} compiles alone", run.stderr)
        name = re.escape(os.path.basename(path))
        t.check(re.match(rf"/\* {name} - ", text), f"{path} says what it is for")
t.done()
