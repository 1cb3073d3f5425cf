#!/usr/bin/env python3
"""How strong are the tests of detection? Faults are put into src/sigma and src/detect, one at a time, and each test is run.

	mutants.py [--jobs N] [--only WORD] [--skip N] [--quick] [--dir DIR]

By hand, some minutes: each fault is a build. A copy of the last commit is made in DIR (a temporary one by default). A
fault whose text is no longer in the source is called stale and must be mended here. --quick: the first test that sees a
fault is enough. Exit code 1 if one survives
that is not in HARMLESS. docs/testing.md has the figures.
"""
import argparse
import collections
import os
import subprocess
import sys
import tempfile

SOURCE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SHARED = os.environ.get('SPOOR_SHARED', os.path.join(SOURCE, '..', 'shared'))
TARGETS = ['tests/unit/detect/' + t for t in ('test_detect_cases', 'test_detect_random', 'hunt_files', 'flat_rows')]

# name: file below src, what stands there once, what is put there
MUTANTS = {
    # folding
    'ASCII is not folded at the end of a text': (
        'sigma/fold.c', "out[i] = (char)((unsigned)s.ptr[i] - 'A' < 26u ? s.ptr[i] + 32 : s.ptr[i]);",
        'out[i] = s.ptr[i];'),
    'Z is not folded in a run': (
        'sigma/fold.c', "_mm_cmplt_epi8(v, _mm_set1_epi8('Z' + 1)));\n\t\tv = _mm_or_si128(v, _mm_and_si128(upper, "
        "_mm_set1_epi8(32)));\n\t\t_mm_storeu_si128((__m128i *)(void *)(out + i), v);\n\t}\n#endif\n\tfor (; i < s.len",
        "_mm_cmplt_epi8(v, _mm_set1_epi8('Z')));\n\t\tv = _mm_or_si128(v, _mm_and_si128(upper, "
        "_mm_set1_epi8(32)));\n\t\t_mm_storeu_si128((__m128i *)(void *)(out + i), v);\n\t}\n#endif\n\tfor (; i < s.len"),
    'nothing beyond ASCII is folded': (
        'sigma/fold.c', 'return fold_cp_of[fold_page[page] - 1][cp & 255];', 'return cp;'),
    'UTF-16 is not folded at the end': (
        'sigma/fold.c', "out[i] = (char)(u - 'A' < 26u ? u + 32 : u);", 'out[i] = (char)u;'),
    'low surrogates are read twice': (
        'sigma/fold.c', '(low - 0xDC00);\n\t\t\t\t\ti++;', '(low - 0xDC00);'),
    # patterns
    'question marks cannot be escaped': (
        'sigma/pattern.c', "bool special = c == '*' || c == '?' || c == '\\\\';",
        "bool special = c == '*' || c == '\\\\' || (c == '?' && !escaped);"),
    'a backslash at the end is lost': (
        'sigma/pattern.c', "return !escaped || pat_add(to, '\\\\');", 'return true;'),
    'a backslash before a letter is lost': (
        'sigma/pattern.c', "if (escaped && !special && !pat_add(to, '\\\\'))", 'if (false)'),
    'windash lacks the bar': ('sigma/pattern.c', 'c <= 0x2015', 'c <= 0x2014'),
    'windash inside words': ('sigma/pattern.c', 'is_dash(c) && !word_before && next', 'is_dash(c) && next'),
    'windash before a blank': (
        'sigma/pattern.c', 'next < PAT_STAR && fold_is_word(next))\n', 'next < PAT_STAR)\n'),
    'windash class is the hyphen': (
        'sigma/pattern.c', '(elem == PAT_DASH && is_dash(c))', "(elem == PAT_DASH && c == '-')"),
    'the end is not anchored': (
        'sigma/pattern.c', 'return p->open_end || at == text.len;', 'return true;'),
    'the start is not anchored': (
        'sigma/pattern.c', 'p.open_start = p.nelems && copy[0] == PAT_STAR;', 'p.open_start = true;'),
    'segments overlap at the end': (
        'sigma/pattern.c', 'return text.len - at >= seg->bytes.len &&', 'return text.len >= seg->bytes.len &&'),
    'a question mark fits a byte': (
        'sigma/pattern.c', 'if (((unsigned char)text.ptr[at] & 0xC0) == 0x80)\n\t\t\tcontinue;',
        'if (false)\n\t\t\tcontinue;'),
    'the walking matcher does not go back': (
        'sigma/pattern.c', '\t\t\tmark += len;\n\t\t\tj = mark;', '\t\t\tj += len;'),
    'an empty pattern is a star': (
        'sigma/pattern.c', 'return p->nelems != 0 || text.len == 0;', 'return true;'),
    # modifiers and values
    'contains is startswith': ('sigma/item.c', '{ "contains", mod_star, AT_START | AT_END }', '{ "contains", mod_star, AT_END }'),
    'endswith is contains': ('sigma/item.c', '{ "endswith", mod_star, AT_START }', '{ "endswith", mod_star, AT_START | AT_END }'),
    'startswith is endswith': ('sigma/item.c', '{ "startswith", mod_end_star, AT_END }', '{ "startswith", mod_star, AT_START }'),
    'all is any': ('sigma/item.c', 'it->all ? NODE_AND : NODE_OR', 'NODE_OR'),
    'neq is ignored': ('sigma/item.c', 'it->negated = true;', 'it->negated = false;'),
    'cased is ignored': ('sigma/item.c', 'a->cased = true;', 'a->cased = false;'),
    'two offsets of base64': ('sigma/item.c', 'for (unsigned before = 3;', 'for (unsigned before = 2;'),
    'offset keeps a digit too many': ('sigma/encode.c', '(before + data.len) * 8 / 6', '((before + data.len) * 8 + 5) / 6'),
    'offset drops a digit too many': ('sigma/encode.c', 'first = (before * 8u + 5) / 6', 'first = (before * 8u + 5) / 6 + (before == 2)'),
    'base64 without padding': ('sigma/encode.c', 'for (; n % 4; n++)', 'for (; false; n++)'),
    'mark of utf16 turned': ('sigma/item.c', '"\\xFF\\xFE"', '"\\xFE\\xFF"'),
    'utf16be is little endian': ('sigma/item.c', "arg == 'b'", 'false'),
    'dashes are not expanded before encoding': ('sigma/item.c', 'to->elems.at[k] = DASHES[d];', 'to->elems.at[k] = DASHES[0];'),
    'keywords match whole values': (
        'sigma/item.c', 'if (it->field == FIELD_ANY && mod_star(it, a, AT_START | AT_END, e) < 0)', 'if (false)'),
    'null is the text null': ('sigma/item.c', '\tcase SCALAR_NULL:\n\t\ta->kind = ALT_NULL;\n\t\treturn 0;', '\tcase SCALAR_NULL:\n\t\tbreak;'),
    'fieldref compares with case': ('detect/naive.c', 'values_folded(a, &n->text);', 'values_text(a, &n->text);'),
    'fieldref endswith is startswith': ('sigma/predicate.c', 'return str_ends(a, b);', 'return str_starts(a, b);'),
    'regex ignores i': ('sigma/regex.c', '(flags & REGEX_CASELESS ? PCRE2_CASELESS : 0u)', '0u'),
    'regex ignores m': ('sigma/regex.c', '(flags & REGEX_MULTILINE ? PCRE2_MULTILINE : 0u)', '0u'),
    'regex ignores s': ('sigma/regex.c', '(flags & REGEX_DOTALL ? PCRE2_DOTALL : 0u)', '0u'),
    'regex classes are ASCII': ('sigma/regex.c', 'PCRE2_UTF | PCRE2_UCP |', 'PCRE2_UTF |'),
    # numbers, networks, times
    'lt is lte': ('sigma/predicate.c', 'return c < 0;', 'return c <= 0;'),
    'gte is gt': ('sigma/predicate.c', 'return c >= 0;', 'return c > 0;'),
    'bounds do not read hex': ('sigma/predicate.c', 'number_parse(text, true, &n)', 'number_parse(text, false, &n)'),
    'equality reads hex': ('sigma/predicate.c', 'return number_parse(text, false, &n) &&', 'return number_parse(text, true, &n) &&'),
    'fractions are cut': ('util/number.c', 'return frac > 0 ? -1 : frac < 0 ? 1 : 0;', 'return 0;'),
    'networks end at a byte': ('util/cidr.c', 'return rest == 0 || ((a[whole] ^ b[whole]) >> (8 - rest)) == 0;', 'return true;'),
    'mapped addresses are IPv6': ('util/cidr.c', 'if (len == 16 && net->len == 4 && ', 'if (false && '),
    'blanks around an address': ('util/cidr.c', 's = str_trim(s);', ''),
    'week by its Monday': ('sigma/predicate.c', 'int64_t thursday = days - weekday + 3, y;', 'int64_t thursday = days - weekday, y;'),
    'hour needs a T': ('sigma/predicate.c', "(s.ptr[10] == 'T' || s.ptr[10] == ' ')", "s.ptr[10] == 'T'"),
    # conditions and selections
    'precedence turned': ('sigma/condition.c', 'return parse_list(p, "and", NODE_AND, parse_not);', 'return parse_list(p, "or", NODE_OR, parse_not);'),
    'not not is not': ('sigma/condition.c', 'negated = !negated;', 'negated = true;'),
    'all of is 1 of': ('sigma/condition.c', '*ret_op = tok_is(p, "all") ? NODE_AND : NODE_OR;', '*ret_op = NODE_OR;'),
    'them takes underscores': ('sigma/condition.c', "if (name.len && name.ptr[0] == '_' && (them || pattern.ptr[0] != '_'))", 'if (false)'),
    'patterns are prefixes': ('sigma/condition.c', 'return i == pattern.len;\n}', 'return true;\n}'),
    'maps are OR': ('sigma/rule.c', 'node = sigma_list(p, NODE_AND, items.at, items.len);', 'node = sigma_list(p, NODE_OR, items.at, items.len);'),
    'lists of maps are AND': ('sigma/rule.c', 'node = sigma_list(p, NODE_OR, items.at, items.len);', 'node = sigma_list(p, NODE_AND, items.at, items.len);'),
    'only the first condition counts': ('sigma/rule.c', 'node = sigma_list(p, NODE_OR, conditions.at, conditions.len);', 'node = conditions.at[0];'),
    'predicates of other case are one': ('sigma/pool.c', '(char)(proto->cased | proto->want << 1)', '(char)(proto->want << 1)'),
    'yes is text': ('util/yaml_tree.c', 'if (*ret_bool || one_of(n->text, FALSES))', 'if (false)'),
    # where rules apply
    'every event id passes': ('sigma/logsource.c', 'if (str_eq(event_id, str_of(gate->event_ids[i])))', 'if (true)'),
    'further conditions are not asked': ('detect/ruleset.c', 'for (; gate->conditions[n].name; n++) {', 'for (; false; n++) {'),
    'fields are not renamed': ('detect/ruleset.h', 'if (v->renames[i].from == field)', 'if (false)'),
    # values
    'attributes without value are there': ('detect/values.h', '!(col->flags & COLUMN_F_ATTRIBUTE)', 'true'),
    'an element without value is no text': ('detect/values.c', 'if (*pos)\n\t\treturn false;', 'return false;'),
    'only the first value counts': ('detect/values.c', 'return value_next(v, pos, ret);', 'return *pos == 0 && value_next(v, pos, ret);'),
    'walking: null is absence': ('detect/naive.c', 'return !present || null;', 'return !present;'),
    'walking: NOT is skipped': ('detect/naive.c', 'return !naive_node(n, v, ev, at->first);', 'return naive_node(n, v, ev, at->first);'),
    # the fast way
    'fast: null is absence': ('detect/detector.c', 'p->kind == PRED_NULL ? !present || null :', 'p->kind == PRED_NULL ? !present :'),
    'fast: a literal is enough': (
        'detect/detector.c', 'if ((found && p->kind == PRED_GLOB && p->pattern.contains && !p->cased) ||',
        'if (found ||'),
    'fast: a literal with case is enough': (
        'detect/detector.c', 'p->pattern.contains && !p->cased) ||', 'p->pattern.contains) ||'),
    'fast: expressions only on ASCII': (
        'detect/detector.c', 'if (!f->regex_db || !regex_is_ascii(text)) {', 'if (!f->regex_db) {'),
    'fast: classes of all event ids are one': ('detect/detector.c', '\tkey_value(&d->key, event_wk(ev, WK_EVENT_ID));\n', ''),
    'fast: texts are kept for the next event': ('detect/detector.c', 'if (t->epoch == d->epoch)', 'if (t->epoch)'),
    'fast: a rule is found once per way': ('detect/detector.c', 'if (v->rule != last && detector_emit', 'if (detector_emit'),
    'fast: rules without trigger are not asked': (
        'detect/bind.c', 'for (uint32_t i = 0; i < pg->nalways; i++) {', 'for (uint32_t i = 0; false; i++) {'),
    'fast: what is constant scans nothing': (
        'detect/bind.c', 'if (f && !add_scan(b, g, i, f->constant, ', 'if (f && !f->constant && !add_scan(b, g, i, f->constant, '),
    'fast: the first operand triggers an OR': (
        'detect/scanplan.c', '\t\tif (n->op == NODE_AND)\n\t\t\treturn true;', '\t\treturn true;'),
    'fast: cased literals are not folded': ('detect/scanplan.c', 'if (!pred->cased)\n\t\treturn s;', 'if (true)\n\t\treturn s;'),
    'fast: event ids under NOT count': (
        'detect/scanplan.c', 'if (n->op == NODE_NOT)\n\t\treturn SIZE_MAX;', 'if (n->op == NODE_NOT)\n\t\treturn '
        'node_event_ids(p, n->first, out);'),
    'fast: event ids of one operand of an OR': (
        'detect/scanplan.c', 'if (got == SIZE_MAX || len + got > EVENT_IDS_MAX)\n\t\t\treturn SIZE_MAX;',
        'if (got == SIZE_MAX || len + got > EVENT_IDS_MAX)\n\t\t\tcontinue;'),
    'fast: another EventID in the data is not seen': (
        'detect/bind.c', 'return first >= 0 && first == s->wk[WK_EVENT_ID] &&\n\t       schema_find(s, STR("EventID"), '
        '(uint32_t)first + 1) < 0;', 'return first >= 0;'),
    'fast: memory mixes fields': ('detect/memo.h', 'e->field == field && ', ''),
    'fast: memory mixes types': ('detect/memo.h', ' && e->type == v.type &&', ' &&'),
    'flat: products are not compared': ('sigma/logsource.c', 'return named(where->product, log->product) && ', 'return '),
    'fast: a NOT of what is constant': ('detect/bind.c', 'if (r == FOLD_TRUE)\n\t\treturn FOLD_FALSE;', 'if (r == FOLD_TRUE)\n\t\treturn FOLD_TRUE;'),
    'fast: constants of keywords are forgotten': ('detect/bind.c', 'constant_keyword(b, at->n))', 'false)'),
    'fast: numbers are not scanned': (
        'detect/scanplan.c', 'if (!strchr("0123456789abcdefxstz-:.,+ ", s.ptr[i]))', 'if (true)'),
    'fast: the last value is always the same': (
        'detect/detector.c', 'if (*last && memo_is_entry(&d->memo, *last, scan->number, one)) {', 'if (*last) {'),
}

HARMLESS = {  # name: why no test can tell
    'fast: a rule is found once per way': 'no event passes two gates of one category',
    'fast: memory mixes fields': 'the hash is of value and field, and what is compared without it is of one field',
}


def run(args, seconds=600, **more):
    try:
        return subprocess.run(args, capture_output=True, text=True, timeout=seconds, **more)
    except subprocess.TimeoutExpired:
        return subprocess.CompletedProcess(args, 99, '', 'timeout')


def tests(folder, build):
    python = sys.executable
    env = dict(os.environ, SPOOR_SOURCE=folder, SPOOR_SHARED=os.path.abspath(SHARED), CMOCKA_MESSAGE_OUTPUT='TAP',
               SPOOR_FULL='0')
    bin_of = {os.path.basename(t): os.path.join(build, t) for t in TARGETS}
    return {
        'cases': ([bin_of['test_detect_cases']], env),
        'random': ([bin_of['test_detect_random']], env),
        'witness': ([python, os.path.join(folder, 'tests/conformance/witness.py'), bin_of['hunt_files'], bin_of['flat_rows'], '--every', '40',
                     '--leaves', '12'], env),
    }


def failing(folder, build, quick):
    """Which tests see the fault."""
    seen = []
    for name, (args, env) in tests(folder, build).items():
        if not (quick and seen) and run(args, env=env).returncode:
            seen.append(name)
    return seen


def one(folder, build, o, name):
    path, old, new = MUTANTS[name]
    path = os.path.join(folder, 'src', path)
    with open(path, encoding='utf-8') as f:
        text = f.read()
    if text.count(old) != 1:
        return 'stale', []
    with open(path, 'w', encoding='utf-8') as f:
        f.write(text.replace(old, new))
    try:
        made = run(['ninja', '-C', build, '-j%d' % o.jobs, *TARGETS])
        if made.returncode:
            return 'does not build', made.stdout.splitlines()[-12:]
        killers = failing(folder, build, o.quick)
        return ('killed' if killers else 'harmless' if name in HARMLESS else 'survives'), killers
    finally:
        with open(path, 'w', encoding='utf-8') as f:
            f.write(text)


def prepare(folder, jobs):
    copy = subprocess.Popen(['git', '-C', SOURCE, 'archive', 'HEAD'], stdout=subprocess.PIPE)
    subprocess.run(['tar', 'x', '-C', folder], stdin=copy.stdout, check=True)
    build = os.path.join(folder, 'build')
    # a fault may leave something unused: that must not stop it
    subprocess.run(['meson', 'setup', '-Dwerror=false', build, folder], check=True, stdout=subprocess.DEVNULL)
    subprocess.run(['ninja', '-C', build, '-j%d' % jobs, *TARGETS], check=True, stdout=subprocess.DEVNULL)
    seen = failing(folder, build, False)
    if seen:
        sys.exit('without a fault these fail: %s' % seen)
    return build


def main():
    a = argparse.ArgumentParser()
    a.add_argument('--jobs', type=int, default=2)
    a.add_argument('--only', default='')
    a.add_argument('--skip', type=int, default=0)
    a.add_argument('--quick', action='store_true')
    a.add_argument('--dir')
    o = a.parse_args()
    count, by_test = collections.Counter(), collections.Counter()
    with tempfile.TemporaryDirectory(prefix='spoor-mutants-', dir=o.dir) as folder:
        build = prepare(folder, o.jobs)
        for name in list(MUTANTS)[o.skip:]:
            if o.only not in name:
                continue
            verdict, details = one(folder, build, o, name)
            count[verdict] += 1
            by_test.update(details if verdict == 'killed' else [])
            print('%-9s %-50s %s' % (verdict, name, ' '.join(details)), flush=True)
    print(dict(count), 'killed by', dict(by_test))
    return 1 if count['survives'] or count['stale'] or count['does not build'] else 0


if __name__ == '__main__':
    sys.exit(main())
