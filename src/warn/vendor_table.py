"""data/vendor_names.tsv to rows of a C table: vendor_table.py INPUT OUTPUT."""
import sys

seen = set()
with open(sys.argv[1], encoding="utf-8") as source, open(sys.argv[2], "w", encoding="utf-8") as out:
    for number, line in enumerate(source, 1):
        if line.startswith("#") or not line.strip():
            continue
        cells = line.rstrip("\n").split("\t")
        if len(cells) != 2 or not all(c and c == c.lower() for c in cells) or cells[0] in seen:
            sys.exit(f"{sys.argv[1]}:{number}: two different names in lower case, each other name once")
        seen.add(cells[0])
        out.write('{ "%s", "%s" },\n' % tuple(cells))
