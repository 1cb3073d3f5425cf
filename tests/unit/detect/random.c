/* random.c - random rules against random events: the fast evaluator, with rules as compiled and as an image gives them
 * back, must say what the walking one says; on Windows events and on flat ones. Small alphabets, so that many pairs match by a hair or fail by one.
 *
 *	random [SEED [PAIRS [rows]]]      rows: print pairs as rows of cases.tsv instead, with the walking one's answer,
 *	                                  for a comparison with others
 * A pair that differs is printed as such a row, alone and cut down if it still differs then. */
#include "maker.h"
#include "maker_rules.h"

#include "sigma/logsource.h"

#define RULES 50u    /* of one rule set */
#define EVENTS 200u  /* asked of one rule set */
#define KINDS 6u     /* lists of columns in those events */
#define COLUMNS_MAX 6u

static uint64_t seed, now;

static uint32_t rnd(uint32_t n)
{
	uint64_t z = now += UINT64_C(0x9E3779B97F4A7C15);

	z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
	z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
	return (uint32_t)((z ^ z >> 31) % n);
}

#define PICK(table) ((table)[rnd(COUNT(table))])

/* --- texts ---------------------------------------------------------------------------------- */

static const char *const FIELDS[] = { "a", "b", "c", "EventID" };
static const char *const PIECES[] = {
	"a", "a", "b", "b", "B", "A", "\u00e9", "\u00c9", "\\", "\\", "*", "?", " ", "-", "/", "\u2013", "1", "\n", "k",
	"\u212a", "\U00010400", "\U00010428", "mimi", "Mimi", "katz", "KATZ", "power", "shell", ".exe", "\\cmd", " -enc", "a-b",
	"4624", "0x1210", "s-1-5-", "1601-01-01", "t00:", "0000-", "1.5", "beef", "BE",
};
static const char *const EXACT[] = { /* whole values that modifiers care about */
	"10.1.2.3", "11.0.0.1", "::ffff:10.1.2.3", "fe80::1", "2024-02-29T23:05:06Z", "2024-12-30", "0x10", "16", "1.0",
	"-1", "1e1", "10", "9", "7", "true", "YWI=", "eGFieA==", "YQBiAA==", "",
};
static buf words[24]; /* values of the rules of this set: events take from them */
static unsigned nwords; /* ever; the last of them are kept */

static void random_text(buf *out)
{
	for (uint32_t n = rnd(5) + (rnd(3) == 0); n > 0; n--)
		buf_z(out, PICK(PIECES));
}

/* A value for an event: of a rule, as it is or almost; or any. */
static void event_text(buf *out)
{
	str word = nwords ? buf_view(&words[rnd(nwords < COUNT(words) ? nwords : COUNT(words))]) : STR("");

	if (rnd(6) == 0)
		buf_z(out, PICK(EXACT));
	if (rnd(4) == 0)
		random_text(out);
	for (size_t i = 0, len; rnd(8) && i < word.len; i += len) {
		uint32_t c = utf8_next((str){ word.ptr + i, word.len - i }, &len);

		if (c == '*')
			buf_z(out, PICK(PIECES));
		else if (c < 0x80 && ((c | 32) >= 'a' && (c | 32) <= 'z') && rnd(6) == 0)
			buf_byte(out, (char)(c ^ 32));
		else if (rnd(12))
			buf_utf8_cp(out, c == '?' && rnd(2) ? 'q' : c == '-' && rnd(2) ? '/' : c);
	}
	if (rnd(6) == 0)
		random_text(out);
}

/* As an event's row and as YAML write it. */
static void quote(buf *out, str s, char mark)
{
	buf_byte(out, mark);
	for (size_t i = 0, len; i < s.len; i += len) {
		uint32_t c = utf8_next((str){ s.ptr + i, s.len - i }, &len);

		if (c == '\n')
			buf_z(out, "\\n");
		else if (c == '\\' || c == (unsigned char)mark)
			buf_printf(out, "\\%c", (char)c);
		else if (c < 0x80)
			buf_byte(out, (char)c);
		else
			buf_printf(out, c < 0x10000 ? "\\u%04x" : "\\U%08x", c);
	}
	buf_byte(out, mark);
}

/* --- rules ---------------------------------------------------------------------------------- */

static void regex_atom(buf *out)
{
	static const char *const ATOMS[] = { "a",  "b",	   "B",	   ".",	     "[ab]",  "[^a]",	"\\w",
					     "\\d", "\\s",  "\\b",  "mimi",   "katz",  "(?:ab)", "(a|b)",
					     "\\\\", "\u00e9", "^",   "$",	     "(?i:k)", "a(?=b)", "\\.exe" };
	static const char *const TIMES[] = { "", "", "", "*", "+", "?", "{1,2}", ".*" };
	const char *atom = PICK(ATOMS);

	buf_z(out, atom);
	if (strcmp(atom, "^") != 0 && strcmp(atom, "$") != 0 && strcmp(atom, "\\b") != 0)
		buf_z(out, PICK(TIMES));
}

static void regex_value(buf *out)
{
	for (uint32_t n = 1 + rnd(3); n > 0; n--) {
		regex_atom(out);
		if (n > 1 && rnd(5) == 0)
			buf_byte(out, '|');
	}
}

enum values { TEXTS, PLAIN, REGEX, NETWORK, NUMBER, FLAG, FIELD, PART, ANYTHING };

static const struct {
	const char *modifiers;
	enum values values;
} SHAPES[] = {
	{ "", ANYTHING },
	{ "", TEXTS },
	{ "|contains", TEXTS },
	{ "|contains", TEXTS },
	{ "|startswith", TEXTS },
	{ "|endswith", TEXTS },
	{ "|contains|all", TEXTS },
	{ "|startswith|neq", TEXTS },
	{ "|neq", ANYTHING },
	{ "|all|endswith", TEXTS },
	{ "|cased", TEXTS },
	{ "|contains|cased", TEXTS },
	{ "|contains|cased", TEXTS },
	{ "|endswith|cased", TEXTS },
	{ "|windash", TEXTS },
	{ "|contains|windash", TEXTS },
	{ "|windash|endswith", TEXTS },
	{ "|contains|all|windash", TEXTS },
	{ "|re", REGEX },
	{ "|re", REGEX },
	{ "|re|i", REGEX },
	{ "|re|m|s", REGEX },
	{ "|re|all", REGEX },
	{ "|re|neq", REGEX },
	{ "|cidr", NETWORK },
	{ "|base64", PLAIN },
	{ "|base64offset|contains", PLAIN },
	{ "|wide|base64offset|contains", PLAIN },
	{ "|utf16|base64|contains", PLAIN },
	{ "|utf16be|base64", PLAIN },
	{ "|fieldref", FIELD },
	{ "|fieldref|contains", FIELD },
	{ "|fieldref|startswith", FIELD },
	{ "|fieldref|endswith", FIELD },
	{ "|fieldref|neq", FIELD },
	{ "|exists", FLAG },
	{ "|lt", NUMBER },
	{ "|lte", NUMBER },
	{ "|gt", NUMBER },
	{ "|gte|neq", NUMBER },
	{ "|year", PART },
	{ "|month", PART },
	{ "|week", PART },
	{ "|day", PART },
	{ "|hour", PART },
	{ "|minute", PART },
};

static void rule_value(buf *out, enum values kind)
{
	static const char *const PLAINS[] = { "a", "ab", "abc", "\u00e9a", "a\\*" }, *const NUMBERS[] = { "1",  "7", "10", "-1",
													   "1.0", "16", "9.5" },
		*const NETWORKS[] = { "10.0.0.0/8", "10.1.2.0/24", "0.0.0.0/0", "fe80::/10", "10.1.2.3" },
		*const PARTS[] = { "2024", "2", "29", "23", "5", "9", "1" };
	buf text = { 0 };

	switch (kind) {
	case TEXTS:
		if (nwords && rnd(3) == 0) { /* one text under several modifiers */
			buf_str(&text, buf_view(&words[rnd(nwords < COUNT(words) ? nwords : COUNT(words))]));
			break;
		}
		random_text(&text);
		buf_clear(&words[nwords % COUNT(words)]);
		buf_str(&words[nwords++ % COUNT(words)], buf_view(&text));
		break;
	case PLAIN:
		buf_z(&text, PICK(PLAINS));
		break;
	case REGEX:
		regex_value(&text);
		break;
	case NETWORK:
		buf_z(&text, PICK(NETWORKS));
		break;
	case NUMBER:
		buf_z(out, PICK(NUMBERS));
		return;
	case FLAG:
		buf_z(out, rnd(2) ? "true" : "false");
		return;
	case FIELD:
		buf_z(out, PICK(FIELDS));
		return;
	case PART:
		buf_z(out, PICK(PARTS));
		return;
	case ANYTHING:
		if (rnd(4) == 0)
			buf_z(out, PICK(NUMBERS));
		else if (rnd(5) == 0)
			buf_z(out, rnd(2) ? "null" : "true");
		else
			rule_value(out, rnd(6) ? TEXTS : PLAIN);
		return;
	}
	quote(out, buf_view(&text), '"');
	buf_done(&text);
}

static void values(buf *out, enum values kind)
{
	uint32_t n = kind == FLAG || rnd(2) ? 1 : 1 + rnd(3);

	if (n > 1)
		buf_byte(out, '[');
	for (uint32_t i = 0; i < n; i++) {
		buf_z(out, i ? ", " : "");
		rule_value(out, kind);
	}
	if (n > 1)
		buf_byte(out, ']');
}

static void item(buf *out)
{
	size_t k = rnd(COUNT(SHAPES));

	buf_printf(out, "\"%s%s\": ", PICK(FIELDS), SHAPES[k].modifiers);
	values(out, SHAPES[k].values);
}

static void keywords(buf *out)
{
	static const char *const KEYS[] = { "|all", "|re", "|windash", "|cased" };

	if (rnd(2)) {
		buf_byte(out, '[');
		rule_value(out, TEXTS);
		buf_z(out, ", ");
		rule_value(out, TEXTS);
		buf_byte(out, ']');
		return;
	}
	const char *key = PICK(KEYS);

	buf_printf(out, "{\"%s\": ", key);
	values(out, strcmp(key, "|re") == 0 ? REGEX : TEXTS);
	buf_byte(out, '}');
}

static void map_of_items(buf *out)
{
	size_t from = out->len;

	buf_byte(out, '{');
	item(out);
	for (uint32_t n = rnd(3); n > 0; n--) {
		buf second = { 0 };
		str key, rest;

		item(&second); /* a key must not come twice */
		key = str_cut(buf_view(&second), ':', &rest);
		if (str_find((str){ out->ptr + from, out->len - from }, key) == SIZE_MAX) {
			buf_z(out, ", ");
			buf_str(out, buf_view(&second));
		}
		buf_done(&second);
	}
	buf_byte(out, '}');
}

static void selection(buf *out)
{
	if (rnd(8) == 0) {
		keywords(out);
		return;
	}
	if (rnd(4)) {
		map_of_items(out);
		return;
	}
	buf_byte(out, '[');
	map_of_items(out);
	buf_z(out, ", ");
	map_of_items(out);
	buf_byte(out, ']');
}

static const char *const SELECTIONS[] = { "s1", "s2", "t1", "_u" };

static void condition(buf *out, unsigned depth)
{
	static const char *const OF[] = { "1 of s*", "all of s*", "1 of them", "all of them", "any of *1", "all of _*" };

	switch (depth > 3 ? 4 + rnd(2) : rnd(8)) {
	case 0:
		buf_z(out, "not ");
		condition(out, depth + 1);
		break;
	case 1:
		buf_byte(out, '(');
		condition(out, depth + 1);
		buf_byte(out, ')');
		break;
	case 2:
	case 3:
		condition(out, depth + 1);
		buf_z(out, rnd(2) ? " and " : " or ");
		condition(out, depth + 1);
		break;
	case 4:
		buf_z(out, PICK(OF));
		break;
	default:
		buf_z(out, PICK(SELECTIONS));
		break;
	}
}

static void detection(buf *out)
{
	buf_byte(out, '{');
	for (size_t i = 0; i < COUNT(SELECTIONS); i++) {
		buf_printf(out, "%s: ", SELECTIONS[i]);
		selection(out);
		buf_z(out, ", ");
	}
	buf_z(out, "condition: \"");
	condition(out, 0);
	buf_z(out, "\"}");
}

/* --- events --------------------------------------------------------------------------------- */

struct kind { /* columns that events share */
	uint32_t n;
	const char *names[COLUMNS_MAX];
	bool attribute[COLUMNS_MAX];
};

static void make_kind(struct kind *k)
{
	k->n = rnd(COLUMNS_MAX + 1);
	for (uint32_t i = 0; i < k->n; i++) {
		k->names[i] = FIELDS[rnd(8) ? rnd(3) : 3];
		k->attribute[i] = rnd(8) == 0;
	}
}

static void event_value_text(buf *out)
{
	buf text = { 0 };

	event_text(&text);
	quote(out, buf_view(&text), '\'');
	buf_done(&text);
}

/* Values that are not text; others than spoor do not read them. */
static const char *const TYPED[] = {
	"b'beef00'", "g'efbe0000000000000000000000000000'", "s'010100000000000512000000'",
	"t'0000000000000000'", "t'0080c0d3deb19d01'", "f'0000c03f'", "f'000000000000f87f'", "n'1.0'", "n'4624'", "n'1.5e0'",
	"w'mimi'", "w'B1.5'",
};

static void event_row(buf *out, const struct kind *k, bool typed)
{
	if (rnd(3) == 0)
		buf_printf(out, "EventID=!%uu%s", 6 + rnd(3), k->n ? " " : "");
	for (uint32_t i = 0; i < k->n; i++) {
		buf_printf(out, "%s%s=%s", i ? " " : "", k->names[i], rnd(60) ? "" : "~");
		if (k->attribute[i] && rnd(3) == 0) {
			buf_z(out, "@null");
			continue;
		}
		switch (rnd(typed ? 13 : 12)) {
		case 0:
			buf_z(out, "null");
			break;
		case 12:
			buf_z(out, PICK(TYPED));
			break;
		case 1:
			buf_printf(out, "%u%c", rnd(3) == 0 ? 4624 : rnd(2) ? 7 : rnd(20), "ux"[rnd(2)]);
			break;
		case 2:
			buf_byte(out, '[');
			event_value_text(out);
			buf_byte(out, ',');
			event_value_text(out);
			buf_byte(out, ']');
			break;
		default:
			event_value_text(out);
			break;
		}
	}
}

/* --- comparing ------------------------------------------------------------------------------ */

enum way { WALKED, FAST, THAWED, WAYS };

static const char *const WAY_NAMES[] = { "walked", "fast", "thawed" };

struct set { /* rules, and a detector of each way */
	struct ruleset *rules, *thawed;
	void *image;
	struct detector *way[WAYS];
	buf said[WAYS];
};

static void set_init(struct set *s, char **detections, unsigned n, bool flat)
{
	struct logsource_triple source = { .product = STR("something") };
	buf bundle = { 0 };
	err e = { 0 };

	*s = (struct set){ 0 };
	bundle_begin(&bundle);
	for (unsigned i = 0; i < n; i++) {
		char id[16];

		snprintf(id, sizeof id, "%u", i);
		add_rule(&bundle, id, flat ? "something" : "windows", detections[i]);
	}
	s->rules = make_rules(&bundle);
	s->thawed = thawed_copy(s->rules, &s->image);
	for (int w = 0; w < WAYS; w++) {
		if (detector_new(&s->way[w], w == THAWED ? s->thawed : s->rules, &e) < 0 ||
		    (flat && detector_declare(s->way[w], &source, &e) < 0))
			fail_msg("%s", e.text);
		detector_set_naive(s->way[w], w == WALKED);
	}
}

static void set_done(struct set *s)
{
	for (int w = 0; w < WAYS; w++) {
		detector_free(s->way[w]);
		buf_done(&s->said[w]);
	}
	ruleset_free(s->thawed);
	free(s->image);
	ruleset_free(s->rules);
}

/* A finding with everything that it says, on one line. */
static int note(void *ctx, const struct finding *f, err *e)
{
	buf *b = ctx;

	(void)e;
	buf_str(b, f->rule_id);
	for (uint32_t i = 0; i < f->ndetails; i++) {
		buf_byte(b, '\t');
		buf_str(b, f->details[i].name);
		buf_byte(b, '=');
		quote(b, f->details[i].value, '\'');
	}
	buf_byte(b, '\n');
	return 0;
}

/* Ask all ways; which one differs from walking, or WAYS. */
static enum way ask(struct set *s, const event *ev)
{
	err e = { 0 };

	for (int w = 0; w < WAYS; w++) {
		buf_clear(&s->said[w]);
		if (detector_event(s->way[w], ev, note, &s->said[w], &e) < 0)
			fail_msg("%s", e.text);
		if (!str_eq(buf_view(&s->said[w]), buf_view(&s->said[WALKED])))
			return (enum way)w;
	}
	return WAYS;
}

/* Do the ways differ on one rule and one event? The event comes three times: by binding and by what was remembered. */
static enum way ask_alone(char *detection, const char *row, const struct maker *like)
{
	struct maker m = { .utf16 = like->utf16, .flat = like->flat };
	struct schema_set *schemas = schema_set_new(NULL);
	enum way differs = WAYS;
	struct set s;
	event ev;

	arena_init(&m.mem, 1 << 20);
	set_init(&s, &detection, 1, m.flat);
	ev = make_event(&m, schemas, row);
	for (int i = 0; i < 3 && differs == WAYS; i++)
		differs = ask(&s, &ev);
	set_done(&s);
	schema_set_free(schemas);
	arena_done(&m.mem);
	return differs;
}

/* The rule that one way has and the other has not, or says otherwise. */
static unsigned guilty_rule(const struct set *s, enum way w)
{
	str a = buf_view(&s->said[WALKED]), b = buf_view(&s->said[w]);

	for (;;) {
		str left = str_cut(a, '\n', &a), right = str_cut(b, '\n', &b);

		if (str_eq(left, right))
			continue;
		uint64_t x = UINT32_MAX, y = UINT32_MAX;

		str_to_u64(str_cut(left, '\t', &left), &x);
		str_to_u64(str_cut(right, '\t', &right), &y);
		return (unsigned)(x < y ? x : y);
	}
}

/* Leave out fields of the event while the pair still differs. */
static void cut_down(char *detection, char *row, const struct maker *like)
{
	for (size_t i = 0; row[i];) {
		size_t end = i;
		char shorter[4096];

		while (row[end] && !(row[end] == ' ' && strchr("abcE", row[end + 1]) && strchr("='", row[end + 2]) &&
				     row[end + 1]))
			end++;
		snprintf(shorter, sizeof shorter, "%.*s%s", (int)i, row, row[end] ? row + end + 1 : "");
		if (strlen(shorter) && strchr(shorter, '=') && ask_alone(detection, shorter, like) != WAYS)
			memcpy(row, shorter, strlen(shorter) + 1);
		else
			i = row[end] ? end + 1 : end;
	}
}

static void show(const struct set *s, enum way w, char **detections, const char *row,
		 const struct maker *like)
{
	unsigned i = guilty_rule(s, w);
	char text[4096];

	snprintf(text, sizeof text, "%s", row);
	printf("# seed %llu, %s, UTF-%d: %s differs:\n# %s: %.*s# walked: %.*s", (unsigned long long)seed,
	       like->flat ? "flat" : "Windows", like->utf16 ? 16 : 8,
	       WAY_NAMES[w], WAY_NAMES[w], (int)s->said[w].len, s->said[w].ptr ? s->said[w].ptr : "",
	       (int)s->said[WALKED].len, s->said[WALKED].ptr ? s->said[WALKED].ptr : "");
	if (ask_alone(detections[i], text, like) != WAYS)
		cut_down(detections[i], text, like);
	else
		printf("\n# not when alone:");
	printf("\n%s\t%s\t%s\t\n", WAY_NAMES[w], detections[i], text);
}

/* --- a batch -------------------------------------------------------------------------------- */

struct totals {
	uint64_t pairs, refused, matches, differences, rows;
};

static bool says(const struct set *s, unsigned rule)
{
	str rest = buf_view(&s->said[WALKED]);

	while (rest.len) {
		str line = str_cut(rest, '\n', &rest);
		uint64_t n;

		if (str_to_u64(str_cut(line, '\t', &line), &n) && n == rule)
			return true;
	}
	return false;
}

static void print_rows(const struct set *s, char **detections, const char *row, struct totals *t)
{
	for (int k = 0; k < 4; k++) {
		unsigned i = rnd(RULES);
		bool refused = ruleset_at(s->rules, i)->status != RULE_OK;

		printf("random %llu\t%s\t%s\t%s\n", (unsigned long long)t->rows++, detections[i], row,
		       refused ? "reject" : says(s, i) ? "1" : "0");
	}
}

static uint64_t count_lines(str s)
{
	uint64_t n = 0;

	for (size_t i = 0; i < s.len; i++)
		n += s.ptr[i] == '\n';
	return n;
}

static void one_event(struct set *s, struct maker *m, struct schema_set *schemas, const struct kind *k,
		      char **detections, bool rows, struct totals *t)
{
	buf row = { 0 };
	enum way differs;
	event ev;

	event_row(&row, k, !rows);
	buf_byte(&row, 0);
	ev = make_event(m, schemas, row.ptr);
	differs = ask(s, &ev);
	t->pairs += RULES;
	t->matches += count_lines(buf_view(&s->said[WALKED]));
	if (differs != WAYS && t->differences++ < 5)
		show(s, differs, detections, row.ptr, m);
	if (rows)
		print_rows(s, detections, row.ptr, t);
	buf_done(&row);
}

static void one_batch(bool rows, struct totals *t)
{
	struct schema_set *schemas = schema_set_new(NULL);
	struct maker m = { .utf16 = !rows && rnd(2), .flat = !rows && rnd(2) };
	struct kind kinds[KINDS];
	char *detections[RULES];
	buf texts[RULES] = { 0 };
	struct set s;

	nwords = 0;
	for (unsigned i = 0; i < RULES; i++) {
		detection(&texts[i]);
		buf_byte(&texts[i], 0);
		detections[i] = texts[i].ptr;
	}
	for (unsigned i = 0; i < KINDS; i++)
		make_kind(&kinds[i]);
	set_init(&s, detections, RULES, m.flat);
	for (unsigned i = 0; i < RULES; i++)
		t->refused += ruleset_at(s.rules, i)->status != RULE_OK;
	for (unsigned i = 0; i < EVENTS; i++) {
		arena_init(&m.mem, 1 << 20);
		one_event(&s, &m, schemas, &kinds[rnd(KINDS)], detections, rows, t);
		arena_done(&m.mem);
	}
	set_done(&s);
	schema_set_free(schemas);
	for (unsigned i = 0; i < RULES; i++)
		buf_done(&texts[i]);
}

int main(int argc, char **argv)
{
	const char *full = getenv("SPOOR_FULL");
	uint64_t pairs = full && full[0] == '1' ? 2000000 : 100000;
	bool rows = argc > 3;
	struct totals t = { 0 };

	seed = argc > 1 ? strtoull(argv[1], NULL, 10) : 1;
	pairs = argc > 2 ? strtoull(argv[2], NULL, 10) : pairs;
	now = seed * 1000003;
	while ((rows ? t.rows : t.pairs) < pairs)
		one_batch(rows, &t);
	for (size_t i = 0; i < COUNT(words); i++)
		buf_done(&words[i]);
	if (rows)
		return 0;
	printf("# seed %llu: %llu pairs, %llu matches; %llu rules refused\n", (unsigned long long)seed,
	       (unsigned long long)t.pairs, (unsigned long long)t.matches, (unsigned long long)t.refused);
	printf("1..1\n%sok 1 - fast and thawed say what walking says, %llu differences\n", t.differences ? "not " : "",
	       (unsigned long long)t.differences);
	return t.differences != 0;
}
