#include "detect/corr_window.h"

#include <math.h>

void corr_window_init(struct corr_window *w)
{
	*w = (struct corr_window){ 0 };
	map_init(&w->values, LIMIT_CORRELATION_WINDOW, LIMIT_CORRELATION_VALUES);
}

void corr_window_done(struct corr_window *w)
{
	VEC_DONE(&w->hits);
	VEC_DONE(&w->value_counts);
	map_done(&w->values);
	ranks_done(&w->ranks);
}

static void values_clear(struct corr_window *w)
{
	map_done(&w->values);
	map_init(&w->values, LIMIT_CORRELATION_WINDOW, LIMIT_CORRELATION_VALUES);
	w->value_counts.len = 0;
	w->distinct = 0;
}

void corr_window_begin(struct corr_window *w, const struct corr_terms *terms)
{
	w->terms = terms;
	w->hits.len = w->head = w->batch = 0;
	w->events = w->numbers = 0;
	w->nseen = 0;
	memset(w->seen, 0, terms->nrules * sizeof w->seen[0]);
	if (w->values.len)
		values_clear(w);
	w->sum = 0;
	ranks_clear(&w->ranks);
	for (size_t i = 0; i < COUNT(w->latest); i++)
		w->latest[i] = INT64_MIN;
}

/* --- distinct values ------------------------------------------------------------------------ */

static bool value_count(struct corr_window *w, str text, uint32_t *ret)
{
	bool is_new;
	struct map_entry *entry = map_put(&w->values, text, w->value_counts.len, &is_new);

	if (!entry || (is_new && !VEC_PUSH(&w->value_counts, LIMIT_CORRELATION_WINDOW)))
		return false;
	*ret = (uint32_t)entry->value;
	w->distinct += w->value_counts.at[*ret]++ == 0;
	return true;
}

/* Most values that are remembered have left the window: forget these. */
static bool values_renew(struct corr_window *w)
{
	map old = w->values;
	bool ok = true;

	map_init(&w->values, LIMIT_CORRELATION_WINDOW, LIMIT_CORRELATION_VALUES);
	w->value_counts.len = 0;
	w->distinct = 0;
	for (size_t i = w->head; i < w->hits.len; i++)
		if ((w->hits.at[i].flags & (HIT_LAST | HIT_VALUE)) == (HIT_LAST | HIT_VALUE))
			ok &= value_count(w, old.entries[w->hits.at[i].value].key, &w->hits.at[i].value);
	map_done(&old);
	return ok;
}

/* --- order ---------------------------------------------------------------------------------- */

/* Matches at one time: for each event the rules that it may stand for. */
struct moment {
	uint32_t rules[LIMIT_CORRELATION_ORDERED * LIMIT_CORRELATION_ORDERED];
	uint8_t holds[LIMIT_CORRELATION_ORDERED * LIMIT_CORRELATION_ORDERED]; /* rule + 1, 0: free */
	bool tried[LIMIT_CORRELATION_ORDERED * LIMIT_CORRELATION_ORDERED];
	uint32_t n;
};

static uint32_t bit(uint32_t rule)
{
	return UINT32_C(1) << rule;
}

/* Of each rule as many events as could be needed at most. */
static uint32_t moment_take(struct moment *m, const struct corr_window *w)
{
	uint8_t taken[LIMIT_CORRELATION_ORDERED] = { 0 };
	uint32_t all = 0, rules = 0;

	_Static_assert(LIMIT_CORRELATION_ORDERED <= 32, "a bit per rule");
	m->n = 0;
	for (size_t i = w->batch; i < w->hits.len; i++) {
		const struct corr_hit *h = &w->hits.at[i];

		if (taken[h->ref] < w->terms->nrules) {
			taken[h->ref]++;
			rules |= bit(h->ref);
		}
		if (h->flags & HIT_LAST) {
			all |= rules;
			if (rules)
				m->rules[m->n++] = rules;
			rules = 0;
		}
	}
	return all;
}

/* Give a rule an event of its own, moving others where needed. Recursion: a rule per level. */
static bool moment_place(struct moment *m, uint32_t rule)
{
	for (uint32_t i = 0; i < m->n; i++) {
		if (!(m->rules[i] & bit(rule)) || m->tried[i])
			continue;
		m->tried[i] = true;
		if (!m->holds[i] || moment_place(m, m->holds[i] - 1u)) {
			m->holds[i] = (uint8_t)(rule + 1);
			return true;
		}
	}
	return false;
}

/* Chains that end here, begun at latest[k] with k rules, go on as far as the moment's events reach. */
static void moment_extend(struct moment *m, uint32_t all, uint32_t nrules, const int64_t *before,
			  int64_t *latest)
{
	for (uint32_t from = 0; from < nrules; from++) {
		if (before[from] == INT64_MIN)
			continue;
		memset(m->holds, 0, m->n);
		for (uint32_t k = from; k < nrules && all & bit(k); k++) {
			memset(m->tried, 0, m->n * sizeof m->tried[0]);
			if (!moment_place(m, k))
				break;
			if (before[from] > latest[k + 1])
				latest[k + 1] = before[from];
		}
	}
}

/* Each event stands for one rule only: no two compete. */
static bool is_plain(const struct corr_window *w)
{
	for (size_t i = w->batch; i < w->hits.len; i++)
		if (!(w->hits.at[i].flags & HIT_LAST))
			return false;
	return true;
}

/* Take the matches at the latest time into the chains. */
static void batch_end(struct corr_window *w)
{
	int64_t before[LIMIT_CORRELATION_ORDERED + 1];
	uint32_t nrules = w->terms->nrules, all = 0;

	if (w->batch == w->hits.len)
		return;
	w->latest[0] = w->hits.at[w->batch].time_ns; /* a chain may begin now */
	if (is_plain(w)) {
		for (size_t i = w->batch; i < w->hits.len; i++)
			all |= bit(w->hits.at[i].ref);
		for (uint32_t k = 0; k < nrules; k++)
			if (all & bit(k) && w->latest[k] > w->latest[k + 1])
				w->latest[k + 1] = w->latest[k];
	} else {
		struct moment m;

		memcpy(before, w->latest, sizeof before);
		all = moment_take(&m, w);
		moment_extend(&m, all, nrules, before, w->latest);
	}
	w->batch = w->hits.len;
}

/* --- the window ----------------------------------------------------------------------------- */

static int64_t end_of(const struct corr_window *w, int64_t begin)
{
	int64_t end;

	return __builtin_add_overflow(begin, w->terms->span_ns, &end) ? INT64_MAX : end;
}

bool corr_window_is_over(const struct corr_window *w, int64_t time_ns)
{
	const struct corr_hit *first = corr_window_first(w);

	return first && time_ns > end_of(w, first->time_ns);
}

/* Count one match in or out; those that are not the last of their event count for their rule only. */
static bool count_in(struct corr_window *w, struct corr_hit *h, str value, bool *ret_full)
{
	w->nseen += w->seen[h->ref]++ == 0;
	if (!(h->flags & HIT_LAST))
		return true;
	w->events++;
	if (!(h->flags & HIT_VALUE))
		return true;
	if (w->terms->type == CORR_VALUE_COUNT) {
		if (w->values.len > 1024 && w->values.len / 2 > w->distinct && !values_renew(w))
			return false;
		if (!value_count(w, value, &h->value)) {
			h->flags &= (uint16_t)~HIT_VALUE;
			*ret_full = true;
		}
		return true;
	}
	w->sum += h->number;
	w->numbers++;
	return w->terms->type == CORR_VALUE_SUM || w->terms->type == CORR_VALUE_AVG ||
	       ranks_add(&w->ranks, h->number);
}

static void count_out(struct corr_window *w, const struct corr_hit *h)
{
	w->nseen -= --w->seen[h->ref] == 0;
	if (!(h->flags & HIT_LAST))
		return;
	w->events--;
	if (!(h->flags & HIT_VALUE))
		return;
	if (w->terms->type == CORR_VALUE_COUNT) {
		w->distinct -= --w->value_counts.at[h->value] == 0;
		return;
	}
	w->sum -= h->number;
	w->numbers--;
	if (w->terms->type != CORR_VALUE_SUM && w->terms->type != CORR_VALUE_AVG)
		ranks_remove(&w->ranks, h->number);
}

int corr_window_add(struct corr_window *w, const struct corr_hit *hit, str value, bool *ret_full, err *e)
{
	struct corr_hit h = *hit, *to;

	if (w->terms->type == CORR_TEMPORAL_ORDERED && w->batch < w->hits.len &&
	    w->hits.at[w->batch].time_ns != h.time_ns)
		batch_end(w);
	*ret_full = false;
	if (!count_in(w, &h, value, ret_full) || !(to = VEC_PUSH(&w->hits, 2 * LIMIT_CORRELATION_WINDOW + 2)))
		return err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for a correlation");
	*to = h;
	return 0;
}

bool corr_window_holds(struct corr_window *w, int128 *ret_sum, uint64_t *ret_n)
{
	const struct corr_hit *first = corr_window_first(w);
	uint32_t n = ranks_len(&w->ranks), k;

	*ret_n = 1;
	switch (w->terms->type) {
	case CORR_EVENT_COUNT:
		*ret_sum = (int128)w->events * CORR_ONE;
		break;
	case CORR_VALUE_COUNT:
		*ret_sum = (int128)w->distinct * CORR_ONE;
		break;
	case CORR_TEMPORAL:
		*ret_sum = (int128)w->nseen * CORR_ONE;
		break;
	case CORR_TEMPORAL_ORDERED:
		batch_end(w);
		*ret_sum = (int128)w->terms->nrules * CORR_ONE;
		return w->latest[w->terms->nrules] >= first->time_ns;
	case CORR_VALUE_SUM:
	case CORR_VALUE_AVG:
		*ret_sum = w->sum;
		*ret_n = w->terms->type == CORR_VALUE_AVG ? w->numbers : 1;
		break;
	case CORR_VALUE_PERCENTILE:
		k = (uint32_t)ceil(w->terms->percentile / 100 * n); /* the nearest rank, from 1 */
		*ret_sum = n ? ranks_at(&w->ranks, k ? k - 1 : 0) : 0;
		break;
	case CORR_VALUE_MEDIAN:
		*ret_sum = n ? ranks_at(&w->ranks, (n - 1) / 2) + ranks_at(&w->ranks, n / 2) : 0;
		*ret_n = 2;
		break;
	case CORR_TYPES:
		break;
	}
	if (corr_type_has_numbers(w->terms->type) && !w->numbers)
		return false;
	return corr_holds(w->terms, *ret_sum, *ret_n);
}

bool corr_window_anchors(const struct corr_window *w, const struct corr_hit *hit)
{
	return w->terms->type == CORR_TEMPORAL_ORDERED ? hit->ref == 0 : (hit->flags & HIT_LAST) != 0;
}

void corr_window_drop(struct corr_window *w)
{
	count_out(w, &w->hits.at[w->head]);
	w->head++;
	if (w->head < 4096 || w->head < corr_window_len(w) / 2)
		return;
	memmove(w->hits.at, w->hits.at + w->head, corr_window_len(w) * sizeof w->hits.at[0]);
	w->batch -= w->batch < w->head ? w->batch : w->head;
	w->hits.len -= w->head;
	w->head = 0;
}
