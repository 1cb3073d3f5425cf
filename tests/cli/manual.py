"""The manual page: made from the table of commands, the shipped one is current, mandoc finds no fault."""
import os
import re
import shutil
import subprocess

from cli import path, spoor
from tap import SOURCE, Tap

t = Tap()
made = spoor("help", "--man").stdout
with open(os.path.join(SOURCE, "packaging", "man", "spoor.1"), "rb") as f:
    t.check(f.read() == made, "packaging/man/spoor.1 is current",
            "renew it: build/spoor help --man > packaging/man/spoor.1")
if shutil.which("mandoc"):
    with open(path("spoor.1"), "wb") as f:
        f.write(made)
    lint = subprocess.run(["mandoc", "-Tlint", "-Wstyle", path("spoor.1")], capture_output=True, text=True)
    faults = [line for line in lint.stdout.splitlines() if "referenced manual not found" not in line]
    t.check(lint.returncode == 0 and not faults, "mandoc finds no fault", *faults)
    page = subprocess.run(["mandoc", "-Tutf8", path("spoor.1")], capture_output=True, text=True).stdout
    page = re.sub(".\x08", "", page)
    t.check("investigate" in page and "EXIT STATUS" in page, "mandoc shows it")
else:
    t.skip("mandoc finds no fault", "mandoc is not installed")
t.done()
