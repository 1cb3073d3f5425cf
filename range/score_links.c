/* score_links.c - how hosts were reached, from where, when, and by what. */
#include <math.h>
#include <stdlib.h>

#include "score_priv.h"

#define TOLERANCE (600 * NS_PER_S)

static int64_t apart(int64_t a, int64_t b)
{
	return a > b ? a - b : b - a;
}

/* --- edges ---------------------------------------------------------------------------------- */

static bool edge_is(const struct score *s, const json_t *truth, const json_t *told)
{
	uint32_t to = host_named(s, text_of(truth, "dst"));
	int64_t a = time_of(truth, "time"), b = time_of(told, "time");

	if (to == NOBODY || a == TIME_NONE || b == TIME_NONE)
		return false;
	return host_named(s, text_of(truth, "src")) == host_named(s, text_of(told, "from")) &&
	       to == host_named(s, text_of(told, "to")) &&
	       (apart(a, b) <= TOLERANCE || apart(a + s->host.at[to].offset_ns, b) <= TOLERANCE);
}

/* How many of the told edges are true ones, each true one counted once. */
static double edges_hit(struct score *s, json_t *truth, json_t *told)
{
	size_t n = json_array_size(truth), i, k;
	bool *used = calloc(n + 1, 1);
	double hit = 0;
	json_t *t, *u;

	json_array_foreach(told, i, t)
		json_array_foreach(truth, k, u) if (used && !used[k] && edge_is(s, u, t))
	{
		used[k] = true;
		hit++;
		break;
	}
	free(used);
	return hit;
}

static void edges(struct score *s)
{
	json_t *truth = list_of(s->truth, "edges"), *told = list_of(s->incident, "edges");
	double right = 0, reached = 0;

	metric_prf(s, "edges", "", edges_hit(s, truth, told), (double)json_array_size(told),
		   (double)json_array_size(truth));
	for (size_t i = 0; i < s->host.len; i++) {
		const struct scored_host *h = &s->host.at[i];

		if (h->state != TRUE_COMPROMISED || h->parent == NOBODY)
			continue;
		reached++;
		right += h->told_parent == h->parent;
	}
	metric_add(s, "edges", "parent_accuracy", reached > 0 ? right / reached : 0, reached > 0);
}

/* --- entry ---------------------------------------------------------------------------------- */

/* Place of `host` in a ranked list of the case, from 1; 0 if it is not there. */
static size_t rank_of(const struct score *s, json_t *list, uint32_t host)
{
	json_t *v;
	size_t i;

	json_array_foreach(list, i,
			   v) if (host != NOBODY && host_named(s, text_of(v, "host")) == host) return i +
		1;
	return 0;
}

static void entry(struct score *s)
{
	const json_t *truth = json_object_get(s->truth, "entry_point"),
		     *zero = json_object_get(s->truth, "patient_zero_client");
	json_t *told = list_of(s->incident, "entry"), *clients = list_of(s->incident, "patient_zero"),
	       *first = json_array_get(told, 0);
	size_t rank = rank_of(s, told, host_named(s, text_of(truth, "host"))),
	       client = rank_of(s, clients, host_named(s, text_of(zero, "host")));
	int64_t a = time_of(truth, "time"), b = time_of(first, "time");

	metric_add(s, "entry", "top1", rank == 1, truth != NULL);
	metric_add(s, "entry", "top3", rank >= 1 && rank <= 3, truth != NULL);
	metric_add(s, "entry", "time_error_s", (double)apart(a, b) / 1e9,
		   rank == 1 && a != TIME_NONE && b != TIME_NONE);
	metric_add(s, "entry", "vector", strcmp(text_of(truth, "vector"), text_of(first, "vector")) == 0,
		   truth != NULL && first != NULL);
	metric_add(s, "entry", "patient_zero_top1", client == 1, zero != NULL);
	metric_add(s, "entry", "patient_zero_top5", client >= 1 && client <= 5, zero != NULL);
}

/* --- times ---------------------------------------------------------------------------------- */

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static void errors_of(struct score *s, double *signed_s, double *absolute, size_t n)
{
	qsort(signed_s, n, sizeof *signed_s, by_value);
	qsort(absolute, n, sizeof *absolute, by_value);
	metric_add(s, "first_compromise", "hosts", (double)n, true);
	metric_add(s, "first_compromise", "median_signed_s", n ? signed_s[n / 2] : 0, n > 0);
	metric_add(s, "first_compromise", "median_abs_s", n ? absolute[n / 2] : 0, n > 0);
	metric_add(s, "first_compromise", "p90_abs_s", n ? absolute[n * 9 / 10] : 0, n > 0);
}

static void times(struct score *s)
{
	double *signed_s = calloc(s->host.len + 1, sizeof *signed_s),
	       *absolute = calloc(s->host.len + 1, sizeof *absolute);
	double *seen = calloc(s->host.len + 1, sizeof *seen);
	size_t n = 0, m = 0;

	for (size_t i = 0; signed_s && absolute && seen && i < s->host.len; i++) {
		const struct scored_host *h = &s->host.at[i];

		if (h->state != TRUE_COMPROMISED || h->told == TIME_NONE || h->first == TIME_NONE)
			continue;
		signed_s[n] = (double)(h->told - h->first) / 1e9;
		absolute[n] = fabs(signed_s[n]);
		n++;
		if (h->observable != TIME_NONE)
			seen[m++] = (double)apart(h->told, h->observable) / 1e9;
	}
	if (signed_s && absolute && seen) {
		errors_of(s, signed_s, absolute, n);
		qsort(seen, m, sizeof *seen, by_value);
		metric_add(s, "first_compromise", "median_abs_observable_s", m ? seen[m / 2] : 0, m > 0);
	}
	free(signed_s);
	free(absolute);
	free(seen);
}

/* --- outside -------------------------------------------------------------------------------- */

static bool role_is(const json_t *v, const char *role)
{
	bool control =
		strcmp(text_of(v, "role"), "c2") == 0 || strcmp(text_of(v, "role"), "exfiltration") == 0;

	return strcmp(role, "c2") == 0 ? control : strcmp(text_of(v, "role"), role) == 0;
}

static const json_t *find_ip(json_t *list, const char *ip, const char *role)
{
	json_t *v;
	size_t i;

	json_array_foreach(list, i, v) if (strcmp(text_of(v, "ip"), ip) == 0 && role_is(v, role)) return v;
	return NULL;
}

static void addresses(struct score *s, const char *role)
{
	json_t *truth = list_of(s->truth, "external"), *told = list_of(s->incident, "external"), *v;
	double hit = 0, claimed = 0, wanted = 0, ceiling = 0;
	size_t i;

	json_array_foreach(truth, i, v)
	{
		wanted += role_is(v, role);
		ceiling += role_is(v, role) && json_integer_value(json_object_get(v, "rows")) > 0;
	}
	json_array_foreach(told, i, v)
	{
		if (!role_is(v, role))
			continue;
		claimed++;
		hit += find_ip(truth, text_of(v, "ip"), role) != NULL;
	}
	metric_prf(s, "external", role, hit, claimed, wanted);
	metric_add(s, "external",
		   strcmp(role, "c2") == 0 ? "c2_recall_of_ceiling" : "relay_recall_of_ceiling",
		   ceiling > 0 ? fmin(1, hit / ceiling) : 0, ceiling > 0);
}

/* Adjusted Rand index of the relays: the case's clusters against the operators of the truth. */
static void clusters(struct score *s)
{
	json_t *truth = list_of(s->truth, "external"), *told = list_of(s->incident, "external"), *v;
	const char *a[512], *b[512];
	double both = 0, in_a = 0, in_b = 0, pairs, expected, most;
	size_t n = 0, i;

	json_array_foreach(told, i, v)
	{
		const json_t *t = find_ip(truth, text_of(v, "ip"), "relay");

		if (!t || n == COUNT(a) || !role_is(v, "relay"))
			continue;
		a[n] = text_of(v, "cluster");
		b[n++] = text_of(t, "campaign");
	}
	for (i = 0; i < n; i++)
		for (size_t k = 0; k < i; k++) {
			bool x = strcmp(a[i], a[k]) == 0, y = strcmp(b[i], b[k]) == 0;

			both += x && y;
			in_a += x;
			in_b += y;
		}
	pairs = (double)n * ((double)n - 1) / 2;
	expected = pairs > 0 ? in_a * in_b / pairs : 0;
	most = (in_a + in_b) / 2;
	metric_add(s, "external", "cluster_ari",
		   most - expected != 0 ? (both - expected) / (most - expected) : 1, n > 1);
}

/* --- artefacts ------------------------------------------------------------------------------ */

static bool same_place(const struct score *s, const json_t *a, const json_t *b)
{
	const char *x = text_of(a, "path"), *y = text_of(b, "path");

	return *x && str_eq_ascii_nocase(str_of(x), str_of(y)) &&
	       host_named(s, text_of(a, "host")) == host_named(s, text_of(b, "host"));
}

static bool same_hash(const struct score *s, const json_t *a, const json_t *b)
{
	(void)s;
	return *text_of(a, "sha256") &&
	       str_eq_ascii_nocase(str_of(text_of(a, "sha256")), str_of(text_of(b, "sha256")));
}

static void artefacts_by(struct score *s, const char *prefix, const char *key,
			 bool (*same)(const struct score *, const json_t *, const json_t *))
{
	json_t *truth = list_of(s->truth, "artefacts"), *told = list_of(s->incident, "artefacts"), *t, *u;
	double right = 0, found = 0, claimed = 0, wanted = 0;
	size_t i, k;

	json_array_foreach(told, i, t)
	{
		bool hit = false;

		json_array_foreach(truth, k, u) hit |= same(s, u, t);
		claimed += *text_of(t, key) != '\0' && (strcmp(key, "path") != 0 || *text_of(t, "host"));
		right += hit;
	}
	json_array_foreach(truth, k, u)
	{
		bool hit = false;

		json_array_foreach(told, i, t) hit |= same(s, u, t);
		wanted += *text_of(u, key) != '\0' && (strcmp(key, "path") != 0 || *text_of(u, "host"));
		found += hit;
	}
	metric_prf(s, "artefacts", prefix, found < right ? found : right, claimed, wanted);
}

static void tamper_window(struct score *s)
{
	json_t *truth = list_of(s->truth, "artefacts"), *told = list_of(s->incident, "artefacts"), *t, *u;
	double best = 0;
	bool there = false;
	size_t i, k;

	json_array_foreach(truth, k, u)
	{
		int64_t a = time_of(u, "served_from"), b = time_of(u, "served_to");

		if (a == TIME_NONE || b == TIME_NONE)
			continue;
		there = true;
		json_array_foreach(told, i, t)
		{
			int64_t c = time_of(t, "served_from"), d = time_of(t, "served_to");
			int64_t from = a > c ? a : c, to = b < d ? b : d,
				whole = (b > d ? b : d) - (a < c ? a : c);

			if (c != TIME_NONE && d != TIME_NONE && to > from && whole > 0)
				best = fmax(best, (double)(to - from) / (double)whole);
		}
	}
	metric_add(s, "artefacts", "tamper_window_iou", best, there);
}

void score_links(struct score *s)
{
	edges(s);
	entry(s);
	times(s);
	addresses(s, "relay");
	addresses(s, "c2");
	clusters(s);
	artefacts_by(s, "place", "path", same_place);
	artefacts_by(s, "hash", "sha256", same_hash);
	tamper_window(s);
}
