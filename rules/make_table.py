#!/usr/bin/env python3
"""Print the table of docs/rules.md from the rules themselves.  usage: make_table.py [RULES_DIR]"""
import os
import re
import sys


def rule(path):
    with open(path, encoding='utf-8') as f:
        text = f.read()
    one = lambda key: re.search(r'^%s: (.*)$' % key, text, re.M).group(1).strip("'")
    source = re.search(r'^    (category|service): (.*)$', text, re.M).group(2)
    tags = re.findall(r'^    - attack\.(t[0-9.]+)$', text, re.M)
    return one('title'), one('level'), source, ' '.join(t.upper() for t in tags)


def main():
    root = sys.argv[1] if len(sys.argv) > 1 else os.path.join(os.path.dirname(os.path.abspath(__file__)), 'windows')
    for folder in sorted(os.listdir(root)):
        print('\n### %s\n\n| rule | level | log source | ATT&CK | file |\n|---|---|---|---|---|' % folder)
        for name in sorted(n for n in os.listdir(os.path.join(root, folder)) if not n.endswith('.tests.yml')):
            title, level, source, tags = rule(os.path.join(root, folder, name))
            print('| %s | %s | %s | %s | `%s` |' % (title, level, source, tags, name))


if __name__ == '__main__':
    main()
