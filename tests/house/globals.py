"""Our libraries hold no writable globals, but for a short list with reasons."""
import glob
import os
import re
import subprocess

from tap import BUILD, Tap

# (object, symbol): why it may be written.
ALLOWED = {
    ("map.c.o", "seed"): "drawn once per process, so that evidence cannot choose collisions",
}
WRITABLE = re.compile(r"\.(data|bss|tdata|tbss)(\.(?!rel\.ro).*)?$|\*COM\*$")


def writable(library):
    """(object, symbol) of each named, sized symbol in a writable section."""
    dump = subprocess.run(["objdump", "-t", library], capture_output=True, text=True, check=True).stdout
    member = ""
    for line in dump.splitlines():
        head = re.match(r"(\S+):\s+file format", line)
        if head:
            member = os.path.basename(head.group(1))
        # value flags section size name; section symbols themselves carry the flag "d"
        row = re.match(r"[0-9a-f]{16} (.{7}) (\S+)\s+([0-9a-f]{16}) (?:\.hidden )?(\S+)$", line)
        if row and "d" not in row.group(1) and int(row.group(3), 16) and WRITABLE.match(row.group(2)):
            yield member, row.group(4)


t = Tap()
libraries = sorted(glob.glob(os.path.join(BUILD, "src", "**", "lib*.a"), recursive=True))
t.check(libraries, "there are libraries to look at")
seen = set()
for library in libraries:
    found = []
    for member, symbol in writable(library):
        # function-local statics carry a number behind their name; mangled names are instances of other
        # people's C++ templates
        key = (member, re.sub(r"\.\d+$", "", symbol))
        if key in ALLOWED:
            seen.add(key)
        elif not symbol.startswith("_Z"):
            found.append(f"{member}: {symbol}")
    t.check(not found, f"{os.path.basename(library)} has no writable globals", *found)
for key in ALLOWED:
    t.check(key in seen, f"the exception {key[0]} {key[1]} is still needed")
t.done()
