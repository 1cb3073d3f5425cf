"""What the documents say is there: packages with their reasons, and files that they link to."""
import glob
import os
import re

from tap import SOURCE, Tap

t = Tap()
documented = open(os.path.join(SOURCE, "docs/dependencies.md")).read()
listed = set()
for line in open(os.path.join(SOURCE, "packages.txt")):
    words = line.split("#", 1)[0].split()
    if words:
        t.check(f"`{words[0]}`" in documented, f"docs/dependencies.md gives the reason of {words[0]}")
        listed.update(words[2:])
used = set()  # "m" is the C library's own
for folder, _, names in os.walk(SOURCE):
    if "meson.build" in names and not re.search(r"/build[^/]*(/|$)", folder[len(SOURCE):]):
        text = open(os.path.join(folder, "meson.build")).read()
        used.update(re.findall(r"(?:[^_]dependency|find_library)\('([^']+)'", text))
t.equal(sorted(used - {"m"}), sorted(listed), "packages.txt lists the libraries that the build uses")
for path in sorted(glob.glob(os.path.join(SOURCE, "*.md")) + glob.glob(os.path.join(SOURCE, "docs", "*.md"))):
    text = open(path).read()
    for target in re.findall(r"\]\((?!\w+:|#)([^)#\s]+)", text):
        there = os.path.exists(os.path.join(os.path.dirname(path), target))
        t.check(there, f"{os.path.relpath(path, SOURCE)} links to {target}")
t.done()
