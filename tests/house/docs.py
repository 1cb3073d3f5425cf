"""What the documents say is there: packages with their reasons, and files that they link to."""
import glob
import os
import re

from tap import SOURCE, Tap

t = Tap()
documented = open(os.path.join(SOURCE, "docs/dependencies.md")).read()
for line in open(os.path.join(SOURCE, "packages.txt")):
    words = line.split("#", 1)[0].split()
    if words:
        t.check(f"`{words[0]}`" in documented, f"docs/dependencies.md gives the reason of {words[0]}")
for path in sorted(glob.glob(os.path.join(SOURCE, "*.md")) + glob.glob(os.path.join(SOURCE, "docs", "*.md"))):
    text = open(path).read()
    for target in re.findall(r"\]\((?!\w+:|#)([^)#\s]+)", text):
        there = os.path.exists(os.path.join(os.path.dirname(path), target))
        t.check(there, f"{os.path.relpath(path, SOURCE)} links to {target}")
t.done()
