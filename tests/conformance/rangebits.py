"""Evidence and truth of the range, for tests: making them, and reading rows by their places."""
import gzip
import hashlib
import io
import json
import os
import zipfile

from common import run


def make(program, out, *args):
    code, _, err = run([program, *args, '-o', out], seconds=300)
    return code == 0, err.decode('utf-8', 'replace')


def tree(root):
    out = {}
    for d, _, names in os.walk(root):
        for n in names:
            p = os.path.join(d, n)
            with open(p, 'rb') as f:
                out[os.path.relpath(p, root)] = hashlib.sha256(f.read()).hexdigest()
    return out


def digest(root):
    h = hashlib.sha256()
    for name, value in sorted(tree(root).items()):
        h.update(name.encode() + b'\0' + value.encode())
    return h.hexdigest()


class Made:
    """A range as it lies on disk."""

    def __init__(self, root):
        self.root = root
        self.evidence = os.path.join(root, 'evidence')
        with open(os.path.join(root, 'truth.json'), encoding='utf-8') as f:
            self.truth = json.load(f)
        self.rows = []
        with open(os.path.join(root, 'truth.events.jsonl'), encoding='utf-8') as f:
            for line in f:
                self.rows.append(json.loads(line))
        self.by_id = {r['event_id']: r for r in self.rows}
        self.cache = {}

    def content(self, shown):
        """The bytes of a file as the truth names it, members of containers included."""
        if shown not in self.cache:
            if len(self.cache) > 8:
                self.cache.clear()
            outer, _, member = shown.partition('!/')
            with open(os.path.join(self.evidence, outer), 'rb') as f:
                data = f.read()
            if outer.endswith('.gz'):
                data = gzip.decompress(data)
            elif outer.endswith('.zip'):
                stored = member.replace('C:', 'C%3A').replace('%4', '%254')
                data = zipfile.ZipFile(io.BytesIO(data)).read(stored)
            self.cache[shown] = data
        return self.cache[shown]

    def row_is_there(self, row):
        """What lies at a row's place is a row of its kind with its number."""
        data, at = self.content(row['file']), row['offset']
        if row['file'].endswith('.evtx'):
            return data[at:at + 4] == b'**\0\0' and int.from_bytes(data[at + 8:at + 16], 'little') == row['record']
        if at >= len(data):
            return False
        wide = data[:2] == b'\xff\xfe'
        before = data[at - 2:at] if wide else data[at - 1:at]
        begins = at == 0 or before in (b'\n', b'\n\0', b'\xff\xfe')
        return begins and data.count(b'\n', 0, at) + 1 == row['record']

    def damaged(self):
        return {g['file'] for g in self.truth['gaps'] if 'file' in g}
