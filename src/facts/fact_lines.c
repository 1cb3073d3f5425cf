/* fact_lines.c - facts of the lines of flat logs. A line whose inputs came before adds to the same facts; of others
 * the texts are known one by one. */
#include <stdlib.h>

#include "facts/lines_priv.h"

/* Which facts came of a line. Forgotten together when there is no more room. */
enum { LINES = 65536, LINE_SLOTS = 2 * LINES, LINE_BYTES = 10 << 20 };
enum { KEY_BYTES_MAX = 1024, REST_MAX = 14, ENTRY_BITS = 27 };
_Static_assert(LIMIT_FACTS < 1 << ENTRY_BITS && LINE_RULES_MAX <= 32, "a fact of a line fits a word");
struct line_slot {
	uint32_t hash;
	uint32_t at; /* of the struct known in line_memo.bytes, + 1; 0 free */
};
struct known { /* before the key, a word of rule and entry per fact, a struct known_alone per rule that is alone */
	uint32_t key_len;
	uint16_t nfacts, nalone;
};
struct known_alone {
	uint32_t entry; /* that came of the rest, the last time */
	uint8_t rule, nrest;
	char rest[REST_MAX];
};
struct line_memo {
	uint64_t generation; /* of the table whose entries it knows */
	uint32_t nlines, used;
	struct line_slot slots[LINE_SLOTS];
	uint8_t bytes[LINE_BYTES];
};
enum { KNOWN_MAX = sizeof(struct known) + KEY_BYTES_MAX + LINE_RULES_MAX * (4 + sizeof(struct known_alone)) };

/* Have a memory of this generation, with room for one more line. */
static bool memo_ready(struct fact_table *t)
{
	struct line_memo *m = t->lines;

	if (!m) /* most of it is never touched */
		m = t->lines = calloc(1, sizeof *m);
	if (!m)
		return false;
	if (m->generation != t->generation || m->nlines == LINES || LINE_BYTES - m->used < KNOWN_MAX) {
		if (m->nlines)
			memset(m->slots, 0, sizeof m->slots);
		m->nlines = m->used = 0;
		m->generation = t->generation;
	}
	return true;
}

/* --- rules ----------------------------------------------------------------------------------- */

static void count(struct fact_table *t, const struct site *s, const struct fact_plan *p, const event *ev,
		  uint32_t entry)
{
	fact_count_soon(t, entry, ev, fact_plan_bytes(p, ev), p->daily ? fact_hour_of(s, ev) : 0);
}

/* The key of the fact of a rule whose conditions hold. *ret_none: the event gives none. */
static int rule_key(struct fact_table *t, const struct site *s, struct fact_lines *l,
		    const struct line_rule *r, const event *ev, struct fact_key *ret, bool *ret_none, err *e)
{
	*ret_none = false;
	fact_key_start(ret, r->plan->rule->kind);
	for (uint32_t i = 0; i < r->nattrs; i++) {
		uint32_t text = line_term_text(t, s, l, &l->terms[r->attrs[i].term], ev);

		if (text == FACT_TEXT_FULL)
			return fact_no_room(t, e);
		*ret_none |= text == FACT_TEXT_NONE && r->attrs[i].required;
		fact_key_put(ret, r->attrs[i].attr, text);
	}
	return 0;
}

static uint32_t limit_bits(const struct fact_lines *l, const event *ev)
{
	uint32_t bits = 0;

	for (uint32_t i = 0; i < l->nlimits; i++)
		bits |= (uint32_t)fact_plan_limit(l->limits[i].plan, l->limits[i].condition, ev) << i;
	return bits;
}

/* Rules of an event that is not looked up. */
static int rules_observe(struct fact_table *t, const struct site *s, const event *ev, err *e)
{
	for (uint32_t i = 0; i < s->nplans; i++)
		if (fact_plan_holds(&s->plans[i], ev, &t->draft) &&
		    fact_plan_make(t, s, &s->plans[i], ev, e) < 0)
			return -1;
	return 0;
}

/* --- keys ------------------------------------------------------------------------------------ */

struct key {
	uint32_t len, hash;
	char bytes[KEY_BYTES_MAX];
};

/* A text behind its length, in line as most are short. NULL without room. */
static inline char *put_text(char *to, const char *end, str s)
{
	uint32_t len = (uint32_t)s.len;
	uint64_t word;

	if (s.len > UINT16_MAX || (size_t)(end - to) < s.len + 3)
		return NULL;
	if (len < 255) {
		*to++ = (char)len;
	} else {
		*to++ = (char)255;
		memcpy(to, &len, 2);
		to += 2;
	}
	if (len < 8) {
		for (uint32_t i = 0; i < len; i++)
			to[i] = s.ptr[i];
		return to + len;
	}
	for (uint32_t i = 0; i < len - 8; i += 8) {
		memcpy(&word, s.ptr + i, 8);
		memcpy(to + i, &word, 8);
	}
	memcpy(&word, s.ptr + len - 8, 8);
	memcpy(to + len - 8, &word, 8);
	return to + len;
}

/* False if its inputs are too long to remember. */
static bool key_make(struct fact_table *t, const struct site *s, const struct fact_lines *l, const event *ev,
		     uint32_t limits, struct key *ret)
{
	const uint32_t head[] = { l->number, s->number, s->when, limits };
	char *to = ret->bytes, *end = ret->bytes + sizeof ret->bytes;

	memcpy(to, head, sizeof head);
	to += sizeof head;
	for (uint32_t i = 0; i < l->nkey && to; i++) {
		struct input *in = &l->inputs[l->key[i]];
		str text = line_input_text(t, l, in, ev);

		to = put_text(to, end, in->presence ? (str){ "+", text.len > 0 } : text);
	}
	if (!to)
		return false;
	ret->len = (uint32_t)(to - ret->bytes);
	ret->hash = fact_texts_hash(&t->texts, (str){ ret->bytes, ret->len });
	return true;
}

static struct known known_head(const struct line_memo *m, const struct line_slot *slot)
{
	struct known k;

	memcpy(&k, m->bytes + slot->at - 1, sizeof k);
	return k;
}

/* The slot of a key: of what is known of it, else a free one. */
static struct line_slot *memo_find(struct line_memo *m, const struct key *key)
{
	uint32_t i = key->hash % LINE_SLOTS;

	for (; m->slots[i].at; i = (i + 1) % LINE_SLOTS) {
		const struct line_slot *one = &m->slots[i];

		if (one->hash == key->hash && known_head(m, one).key_len == key->len &&
		    fact_same_bytes((const char *)m->bytes + one->at - 1 + sizeof(struct known), key->bytes,
				    key->len))
			break;
	}
	return &m->slots[i];
}

/* --- lines ----------------------------------------------------------------------------------- */

/* What came of a line. */
struct made {
	uint32_t nfacts, nalone;
	uint32_t facts[LINE_RULES_MAX];
	struct known_alone alone[LINE_RULES_MAX];
};

static void memo_add(struct line_memo *m, const void *p, size_t n)
{
	memcpy(m->bytes + m->used, p, n);
	m->used += (uint32_t)n;
}

static void memo_put(struct line_memo *m, struct line_slot *slot, const struct key *key,
		     const struct made *made)
{
	const struct known head = { key->len, (uint16_t)made->nfacts, (uint16_t)made->nalone };

	*slot = (struct line_slot){ key->hash, m->used + 1 };
	memo_add(m, &head, sizeof head);
	memo_add(m, key->bytes, key->len);
	memo_add(m, made->facts, made->nfacts * sizeof *made->facts);
	memo_add(m, made->alone, made->nalone * sizeof *made->alone);
	m->nlines++;
}

/* What a rule needs beyond the key of the line, if it is short. */
static bool rest_make(struct fact_table *t, const struct fact_lines *l, const struct line_rule *r,
		      const event *ev, struct known_alone *ret)
{
	char *to = ret->rest;

	if (r->nrest == REST_UNKNOWN)
		return false;
	for (uint32_t i = 0; i < r->nrest && to; i++) {
		struct input *in = &l->inputs[r->rest[i]];
		str text = line_input_text(t, l, in, ev);

		to = put_text(to, ret->rest + REST_MAX, in->presence ? (str){ "+", text.len > 0 } : text);
	}
	ret->nrest = (uint8_t)(to ? to - ret->rest : 0);
	return to != NULL;
}

/* The fact of a rule that is alone, and what it came of. */
static int alone_fact(struct fact_table *t, const struct site *s, struct fact_lines *l, const event *ev,
		      uint32_t rule, struct known_alone *ret, err *e)
{
	const struct line_rule *r = &l->rules[rule];
	struct fact_key key;
	bool none;

	*ret = (struct known_alone){ .entry = FACT_NO_ENTRY, .rule = (uint8_t)rule };
	if (r->plan->timed)
		return fact_plan_make(t, s, r->plan, ev, e);
	(void)rest_make(t, l, r, ev, ret);
	if (rule_key(t, s, l, r, ev, &key, &none, e) < 0)
		return -1;
	if (none)
		return 0;
	ret->entry = fact_intern(t, &key, fact_key_hash(t, &key));
	if (ret->entry == FACT_NO_ENTRY)
		return fact_no_room(t, e);
	count(t, s, r->plan, ev, ret->entry);
	return 0;
}

/* The same rule in a line that is known: the same fact if its rest is the same. */
static int alone_again(struct fact_table *t, const struct site *s, struct fact_lines *l, const event *ev,
		       uint8_t *at, err *e)
{
	const struct line_rule *r;
	struct known_alone before, now;

	memcpy(&before, at, sizeof before);
	r = &l->rules[before.rule];
	if (rest_make(t, l, r, ev, &now) && now.nrest == before.nrest &&
	    fact_same_bytes(now.rest, before.rest, now.nrest)) {
		if (before.entry != FACT_NO_ENTRY)
			count(t, s, r->plan, ev, before.entry);
		return 0;
	}
	if (alone_fact(t, s, l, ev, before.rule, &now, e) < 0)
		return -1;
	memcpy(at, &now, sizeof now);
	return 0;
}

/* A line that came before. */
static int line_again(struct fact_table *t, const struct site *s, struct fact_lines *l, const event *ev,
		      const struct line_slot *slot, err *e)
{
	struct known head = known_head(t->lines, slot);
	uint8_t *at = t->lines->bytes + slot->at - 1 + sizeof head + head.key_len;

	for (uint32_t i = 0; i < head.nfacts; i++, at += sizeof(uint32_t)) {
		uint32_t fact = load_le32(at);

		count(t, s, l->rules[fact >> ENTRY_BITS].plan, ev, fact & ((UINT32_C(1) << ENTRY_BITS) - 1));
	}
	for (uint32_t i = 0; i < head.nalone; i++, at += sizeof(struct known_alone))
		if (alone_again(t, s, l, ev, at, e) < 0)
			return -1;
	return 0;
}

/* Every rule whose conditions hold. All facts' keys are made first, so that none waits for the place of another. */
static int line_new(struct fact_table *t, const struct site *s, struct fact_lines *l, const event *ev,
		    uint32_t limits, struct made *ret, err *e)
{
	struct fact_key keys[LINE_RULES_MAX];
	uint32_t hash[LINE_RULES_MAX], which[LINE_RULES_MAX], n = 0;
	bool none;

	ret->nalone = ret->nfacts = 0;
	for (uint32_t rules = line_term_text(t, s, l, &l->conditions, ev); rules; rules &= rules - 1) {
		uint32_t i = (uint32_t)__builtin_ctz(rules);
		const struct line_rule *r = &l->rules[i];

		if ((limits & r->limits) != r->limits)
			continue;
		if (r->alone) {
			if (alone_fact(t, s, l, ev, i, &ret->alone[ret->nalone++], e) < 0)
				return -1;
			continue;
		}
		if (rule_key(t, s, l, r, ev, &keys[n], &none, e) < 0)
			return -1;
		if (none)
			continue;
		hash[n] = fact_key_hash(t, &keys[n]);
		which[n++] = i;
	}
	for (uint32_t i = 0; i < n; i++) {
		uint32_t entry = fact_intern(t, &keys[i], hash[i]);

		if (entry == FACT_NO_ENTRY)
			return fact_no_room(t, e);
		count(t, s, l->rules[which[i]].plan, ev, entry);
		ret->facts[ret->nfacts++] = which[i] << ENTRY_BITS | entry;
	}
	return 0;
}

/* Is it worth looking the line up? Judged when as many were seen as fit, so that what comes again late is seen too. */
static bool worth_it(struct fact_lines *l)
{
	enum { ENOUGH = LINES / 5 * 2, SKIP = 8 * LINES };

	if (l->skip) {
		l->skip--;
		return false;
	}
	if (++l->seen == LINES) {
		l->skip = l->known < ENOUGH ? SKIP : 0;
		l->seen = l->known = 0;
	}
	return true;
}

/* Not for the first line: of many small logs a table sees no more. */
static bool memory_ready(struct fact_table *t)
{
	if (!t->seen_line) {
		t->seen_line = true;
		return false;
	}
	return line_terms_ready(t) && memo_ready(t);
}

int fact_lines_observe(struct fact_table *t, struct binding *b, const struct site *s, const event *ev, err *e)
{
	struct fact_lines *l = b->lines;
	struct line_slot *slot = NULL;
	struct made made;
	struct key key;
	uint32_t limits;

	if (s->nplans == 0)
		return 0;
	if (s->plans != b->plans || !l->usable || !fact_same_day(t, s, ev) || !memory_ready(t))
		return rules_observe(t, s, ev, e);
	line_start(t, l);
	limits = limit_bits(l, ev);
	if (l->keyed && worth_it(l) && key_make(t, s, l, ev, limits, &key)) {
		slot = memo_find(t->lines, &key);
		l->known += slot->at != 0;
		if (slot->at)
			return line_again(t, s, l, ev, slot, e);
	}
	if (line_new(t, s, l, ev, limits, &made, e) < 0)
		return -1;
	if (slot)
		memo_put(t->lines, slot, &key, &made);
	return 0;
}
