/* What was read from hosts under control: shares at hours at which the host never used them before, and documents
 * in numbers that nobody at it ever handled. Told of the host that did it; never a reason to suspect one. */
#include <stdlib.h>

#include "story/incident_priv.h"
#include "util/limits.h"

enum {
	HABIT_DAYS = 3, /* days of use before that make a habit */
	BULK = 20,      /* handled in a day */
	BULK_TIMES = 5, /* as much as on the busiest day before */
};

/* A host's use of one thing on one day. */
struct use {
	uint32_t from, server;
	text_id thing, account; /* thing: a share; 0: documents */
	int32_t day;
	uint32_t hours;
	uint64_t count;
	int64_t first_ns;
	struct story_refs refs;
};

struct readings {
	struct finder *f;
	map keys;
	VEC(struct use) use;
};

static void use_add(struct readings *w, uint32_t from, text_id thing, const struct fact *x)
{
	struct finder *f = w->f;
	text_id account = trace_id_lower(&f->t, x->attr[FA_ACCOUNT]);
	uint32_t key[] = { from, thing, thing ? 0 : account, (uint32_t)(x->first_ns / DAY) };
	struct map_entry *m;
	struct use *u;
	bool fresh;

	m = map_put(&w->keys, (str){ (const char *)key, sizeof key }, w->use.len, &fresh);
	if (!m || (fresh && !VEC_PUSH(&w->use, LIMIT_TRACE_ROWS))) {
		f->b->st->dropped++;
		return;
	}
	u = &w->use.at[m->value];
	if (fresh)
		*u = (struct use){ .from = from,
				   .server = host_telling(f->b, x),
				   .thing = thing,
				   .account = account,
				   .day = (int32_t)(x->first_ns / DAY),
				   .first_ns = x->first_ns };
	u->count += x->count;
	u->hours |= x->hours;
	if (x->first_ns < u->first_ns)
		u->first_ns = x->first_ns;
	refs_add_all(&u->refs, x->refs, x->nrefs);
}

static int on_use(void *ctx, const struct fact *x, err *e)
{
	struct readings *w = ctx;
	bool share = x->kind == FACT_SHARE_ACCESS;
	uint32_t from;

	(void)e;
	if (!fact_is_usable(x) || x->attr[FA_SOURCE_IP].len == 0 ||
	    (share && (str_ends(x->attr[FA_OBJECT], STR("$")) || has_nocase(x->attr[FA_OBJECT], "SYSVOL") ||
		       has_nocase(x->attr[FA_OBJECT], "NETLOGON"))))
		return 0;
	from = who_at(w->f->b, x->attr[FA_SOURCE_IP], x->first_ns);
	if (from != STORY_NOBODY && w->f->suspect[from].in && !is_server(w->f, from))
		use_add(w, from, share ? trace_id_lower(&w->f->t, x->attr[FA_OBJECT]) : 0, x);
	return 0;
}

static int use_order(const void *pa, const void *pb)
{
	const struct use *a = pa, *b = pb;

	if (a->from != b->from)
		return a->from < b->from ? -1 : 1;
	if (a->thing != b->thing)
		return a->thing < b->thing ? -1 : 1;
	if (!a->thing && a->account != b->account)
		return a->account < b->account ? -1 : 1;
	return (a->day > b->day) - (a->day < b->day);
}

static uint32_t around(uint32_t hours) /* and the hours beside them */
{
	uint32_t day = (1u << 24) - 1;

	return (hours | hours << 1 | hours >> 1 | (hours >> 23 & 1) | (hours & 1) << 23) & day;
}

/* Uses of one thing by one host, by day. */
static void uses_tell(struct readings *w, size_t from, size_t to)
{
	struct finder *f = w->f;
	uint32_t days = 0, hours = 0;
	uint64_t most = 0;

	for (size_t i = from; i < to; i++) {
		const struct use *u = &w->use.at[i];
		bool bulk = u->count >= BULK && u->count >= BULK_TIMES * (most ? most : 1);
		bool odd = u->thing && u->hours & ~around(hours);

		if (u->first_ns + DAY < f->suspect[u->from].t0) {
			days++;
			hours |= u->hours;
			most = u->count > most ? u->count : most;
			continue;
		}
		if (days < HABIT_DAYS || !(bulk || odd))
			continue;
		clue_add(
			f, u->from, FAMILY_SERVICE, GRADE_NOTE, "collection", 72, u->first_ns, &u->refs,
			sentence_of(f->b,
				    bulk ? u->thing ? "inc.read_bulk" : "inc.documents_bulk" : "inc.read_odd",
				    "object", trace_text(&f->t, u->thing), "host", host_text(f, u->server),
				    "account", trace_text(&f->t, u->account), "count",
				    keep_u64(f->b, u->count), "time", keep_time(f->b, u->first_ns), NULL));
	}
}

void reading_tell(struct finder *f)
{
	static const enum fact_kind KINDS[] = { FACT_SHARE_ACCESS, FACT_APP_EVENT };
	struct readings w = { .f = f };

	map_init(&w.keys, LIMIT_TRACE_ROWS, LIMIT_TRACE_TEXT_BYTES);
	for (size_t i = 0; i < COUNT(KINDS) && f->b->rc == 0 && f->nincidents; i++)
		f->b->rc = trace_each_fact(&f->t, KINDS[i], on_use, &w);
	if (w.use.len)
		qsort(w.use.at, w.use.len, sizeof *w.use.at, use_order);
	for (size_t i = 0, k; i < w.use.len; i = k) {
		for (k = i + 1; k < w.use.len && w.use.at[k].from == w.use.at[i].from &&
				w.use.at[k].thing == w.use.at[i].thing &&
				(w.use.at[i].thing || w.use.at[k].account == w.use.at[i].account);
		     k++)
			;
		uses_tell(&w, i, k);
	}
	map_done(&w.keys);
	VEC_DONE(&w.use);
}
