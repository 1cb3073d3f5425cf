/* Asks a case who had each address of truth.json and how far each clock was off, and prints how often it was right.
 *
 *   identity_truth CASE TRUTH.JSON
 *
 * Each identity of the truth is asked for in the middle of its time. Right: the host is the likeliest, at 50 % or more;
 * wrong: another host is; the rest is unknown, as it is where no log of that day speaks of the address. */
#include <jansson.h>
#include <math.h>
#include <stdio.h>

#include "story/story.h"
#include "util/map.h"
#include "util/times.h"

struct score {
	unsigned right, wrong, unknown, shared;
	unsigned fixed_right, fixed; /* of addresses that a host had all the time */
	double error, worst;         /* of clocks, seconds */
	unsigned clocks, near;
};

static void names_fill(const struct story *st, map *names)
{
	for (uint32_t h = 0; h < st->nhosts; h++)
		for (uint32_t k = 0; k <= st->hosts[h].naliases; k++) {
			str s = k ? st->hosts[h].aliases[k - 1] : st->hosts[h].name, rest;
			char lower[256];

			for (size_t i = 0; i < s.len && i < sizeof lower; i++)
				lower[i] =
					s.ptr[i] >= 'A' && s.ptr[i] <= 'Z' ? (char)(s.ptr[i] + 32) : s.ptr[i];
			s = (str){ lower, s.len < sizeof lower ? s.len : sizeof lower };
			map_put(names, s, h, NULL);
			map_put(names, str_cut(s, '.', &rest), h, NULL);
		}
}

static uint32_t host_of(map *names, const json_t *host)
{
	char lower[256];
	const char *name = json_string_value(json_object_get(host, "host_id"));
	size_t n = 0;

	for (; name && name[n] && n < sizeof lower; n++)
		lower[n] = name[n] >= 'A' && name[n] <= 'Z' ? (char)(name[n] + 32) : name[n];
	return map_get(names, (str){ lower, n }) ? (uint32_t)map_get(names, (str){ lower, n })->value
						 : STORY_NOBODY;
}

static int64_t time_in(const json_t *of, const char *key)
{
	int64_t ns = TIME_NONE;
	enum time_basis basis;

	if (!time_parse_iso(str_of(json_string_value(json_object_get(of, key))), &ns, &basis))
		return TIME_NONE;
	return ns;
}

static void ask(const struct story *st, uint32_t host, const json_t *identity, bool fixed, struct score *s)
{
	struct identity_share got[4];
	int64_t from = time_in(identity, "from"), to = time_in(identity, "to");
	str ip = str_of(json_string_value(json_object_get(identity, "ip")));
	size_t n = identity_at(st->identity, ip, from + (to - from) / 2, got, 4);
	bool sure = n && got[0].weight >= 0.5;

	if (n && got[0].shared)
		s->shared++;
	else if (!sure)
		s->unknown++;
	else if (got[0].host == host)
		s->right++;
	else
		s->wrong++;
	if (sure && got[0].host != host)
		printf("# wrong: %.*s is said to be %.*s (%s, %.0f %%)\n", STR_ARG(ip),
		       STR_ARG(story_host_name(st, got[0].host)), story_basis_name(got[0].basis),
		       got[0].weight * 100);
	s->fixed += fixed;
	s->fixed_right += fixed && sure && got[0].host == host;
}

static void clock_ask(const struct story *st, uint32_t host, const json_t *of, int64_t middle,
		      struct score *s)
{
	double truth = json_number_value(json_object_get(of, "clock_offset_ms")) / 1000, off, error;
	int64_t spread;

	off = (double)clock_offset(st->clock, host, middle, &spread) / 1e9;
	if (spread < 0)
		return;
	error = fabs(off - truth);
	s->clocks++;
	s->near += error <= 2;
	s->error += error;
	s->worst = error > s->worst ? error : s->worst;
	if (error > 2)
		printf("# clock of %.*s: %.1f s, truth %.1f s\n", STR_ARG(story_host_name(st, host)), off,
		       truth);
}

int main(int argc, char **argv)
{
	struct store *store = NULL;
	struct story *st = NULL;
	struct score s = { 0 };
	json_t *truth = argc == 3 ? json_load_file(argv[2], 0, NULL) : NULL, *host, *identity;
	err e = { 0 };
	size_t i, k;
	map names;
	int64_t from, to;

	if (!truth || store_open(&store, argv[1], &e) < 0 || story_build(&st, store, &e) < 0) {
		fprintf(stderr, "identity_truth: %s\n", e.text);
		return 1;
	}
	map_init(&names, 1000000, 64 << 20);
	names_fill(st, &names);
	from = time_in(json_object_get(truth, "window"), "from");
	to = time_in(json_object_get(truth, "window"), "to");
	json_array_foreach(json_object_get(truth, "hosts"), i, host)
	{
		const json_t *list = json_object_get(host, "identities");
		uint32_t h = host_of(&names, host);

		json_array_foreach(list, k, identity) ask(st, h, identity, json_array_size(list) == 1, &s);
		if (h != STORY_NOBODY)
			clock_ask(st, h, host, from + (to - from) / 2, &s);
	}
	printf("right %u wrong %u unknown %u shared %u\n", s.right, s.wrong, s.unknown, s.shared);
	printf("fixed %u of %u\n", s.fixed_right, s.fixed);
	printf("clocks %u near %u mae %.3f worst %.3f\n", s.clocks, s.near, s.clocks ? s.error / s.clocks : 0,
	       s.worst);
	map_done(&names);
	json_decref(truth);
	story_free(st);
	store_close(store);
	return 0;
}
