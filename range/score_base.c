/* score_base.c - what simple methods would have answered from the same case: b1 to b4.
 *
 * They read findings, edges and facts of the case and know nothing of the truth, except that the third is told the
 * entry. They show how hard the evidence is. */
#include <stdlib.h>

#include "score_priv.h"

static void answer(struct score *s, const char *group, const bool *flagged)
{
	double hit = 0, claimed = 0, wanted = 0;

	for (size_t i = 0; i < s->host.len; i++) {
		bool bad = s->host.at[i].state == TRUE_COMPROMISED;

		wanted += bad;
		claimed += flagged[i];
		hit += bad && flagged[i];
	}
	metric_add(s, group, "hosts", claimed, true);
	metric_prf(s, group, "", hit, claimed, wanted);
}

static unsigned level_of(const json_t *finding)
{
	static const char *const LEVELS[] = { "informational", "low", "medium", "high", "critical" };

	for (unsigned i = 0; i < COUNT(LEVELS); i++)
		if (strcmp(text_of(finding, "level"), LEVELS[i]) == 0)
			return i;
	return 0;
}

/* b1: a host with any finding of level high or above. */
static void by_level(struct score *s, bool *flagged)
{
	json_t *v;
	size_t i;

	json_array_foreach(list_of(s->told, "findings"), i, v)
	{
		uint32_t h = host_named(s, text_of(v, "host"));

		if (h != NOBODY && level_of(v) >= 3)
			flagged[h] = true;
	}
	answer(s, "baseline_rules", flagged);
}

struct hit {
	uint32_t host;
	int64_t time;
	const char *rule;
};

static int by_host_and_time(const void *a, const void *b)
{
	const struct hit *x = a, *y = b;

	if (x->host != y->host)
		return x->host < y->host ? -1 : 1;
	return x->time < y->time ? -1 : x->time > y->time;
}

/* b2: two different rules of level medium or above on a host within an hour. */
static void by_cluster(struct score *s, bool *flagged)
{
	json_t *list = list_of(s->told, "findings"), *v;
	struct hit *hits = calloc(json_array_size(list) + 1, sizeof *hits);
	size_t n = 0, i;

	json_array_foreach(list, i, v)
	{
		uint32_t h = host_named(s, text_of(v, "host"));
		int64_t t = time_of(v, "time");

		if (hits && h != NOBODY && t != TIME_NONE && level_of(v) >= 2)
			hits[n++] = (struct hit){ h, t, text_of(v, "rule_id") };
	}
	if (hits)
		qsort(hits, n, sizeof *hits, by_host_and_time);
	for (i = 1; i < n; i++)
		for (size_t k = i; k-- > 0 && hits[k].host == hits[i].host &&
				   hits[i].time - hits[k].time < 3600 * NS_PER_S;)
			if (strcmp(hits[k].rule, hits[i].rule) != 0) {
				flagged[hits[i].host] = true;
				break;
			}
	answer(s, "baseline_clusters", flagged);
	free(hits);
}

/* b3: everything that can be reached from the true entry along recorded accesses, forward in time. */
static void by_reach(struct score *s, bool *flagged)
{
	const json_t *truth = json_object_get(s->truth, "entry_point");
	uint32_t entry = host_named(s, text_of(truth, "host"));
	int64_t *when = calloc(s->host.len + 1, sizeof *when);
	bool more = entry != NOBODY && when;
	json_t *v;
	size_t i;

	for (i = 0; when && i < s->host.len; i++)
		when[i] = INT64_MAX;
	if (more) {
		when[entry] = time_of(truth, "time");
		flagged[entry] = true;
	}
	while (more) {
		more = false;
		json_array_foreach(list_of(s->told, "edges"), i, v)
		{
			uint32_t a = host_named(s, text_of(v, "from")), b = host_named(s, text_of(v, "to"));
			int64_t first = time_of(v, "first"), last = time_of(v, "last");

			if (a == NOBODY || b == NOBODY || when[a] == INT64_MAX || last == TIME_NONE ||
			    last < when[a])
				continue;
			first = first > when[a] ? first : when[a];
			if (first < when[b]) {
				when[b] = first;
				flagged[b] = more = true;
			}
		}
	}
	answer(s, "baseline_reach", flagged);
	free(when);
}

/* b4: a host with a service, task or program that at most two hosts have. */
static void by_rarity(struct score *s, bool *flagged)
{
	static const char *const KINDS[][2] = { { "service_install", "object" },
						{ "task_install", "object" },
						{ "process_start", "process" } };
	json_t *list = list_of(s->told, "facts"), *v;
	map seen; /* kind and name -> first host, second host (16 bits each), more */
	size_t i;

	map_init(&seen, 1u << 24, (size_t)1 << 30);
	for (int pass = 0; pass < 2; pass++)
		json_array_foreach(list, i, v) for (size_t k = 0; k < COUNT(KINDS); k++)
		{
			uint32_t h = host_named(s, text_of(v, "host"));
			char key[700];
			struct map_entry *e;

			if (strcmp(text_of(v, "kind"), KINDS[k][0]) != 0 || h == NOBODY)
				continue;
			snprintf(key, sizeof key, "%zu %.600s", k, text_of(v, KINDS[k][1]));
			e = map_put(&seen, str_of(key), (uint64_t)h + 1, NULL);
			if (!e)
				continue;
			if (pass == 1) {
				flagged[h] |= e->value >> 63 == 0;
			} else if (e->value >> 63 == 0 && (e->value & 0x7fffffff) != h + 1) {
				uint64_t second = e->value >> 31;

				e->value = second == 0 || second == h + 1
						   ? (e->value & 0x7fffffff) | ((uint64_t)h + 1) << 31
						   : UINT64_C(1) << 63;
			}
		}
	map_done(&seen);
	answer(s, "baseline_rarity", flagged);
}

void score_baselines(struct score *s)
{
	static void (*const METHODS[])(struct score *, bool *) = { by_level, by_cluster, by_reach,
								   by_rarity };

	for (size_t i = 0; i < COUNT(METHODS); i++) {
		bool *flagged = calloc(s->host.len + 1, sizeof *flagged);

		if (flagged)
			METHODS[i](s, flagged);
		free(flagged);
	}
}
