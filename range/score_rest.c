/* score_rest.c - timeline, volume, gaps, decoys, effort. */
#include <math.h>
#include <stdlib.h>

#include "score_priv.h"

static double share(double part, double whole)
{
	return whole > 0 ? part / whole : 0;
}

/* --- timeline ------------------------------------------------------------------------------- */

/* Which key event a row of the case's timeline shows: its number from 1, 0 if none. */
static size_t key_of(const struct score *s, const json_t *row, bool *malicious, uint32_t *decoy)
{
	json_t *refs = list_of(row, "refs"), *keys = list_of(s->truth, "key_events"), *v, *k;
	size_t i, n, found = 0;

	json_array_foreach(refs, i, v)
	{
		const struct side_row *side = row_of(s, json_string_value(v) ? json_string_value(v) : "");

		if (!side)
			continue;
		*malicious |= side->malicious;
		if (side->decoy)
			*decoy = side->decoy;
		json_array_foreach(keys, n, k) if (!found && (uint32_t)number_of(k, "step", 0) == side->step)
			found = n + 1;
	}
	return found;
}

/* Kendall's tau between the order in which the case shows key events and their true order. */
static double order_of(const struct score *s, const size_t *shown, size_t n)
{
	json_t *keys = list_of(s->truth, "key_events");
	double agree = 0, differ = 0;

	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < i; k++) {
			int64_t a = time_of(json_array_get(keys, shown[k] - 1), "time"),
				b = time_of(json_array_get(keys, shown[i] - 1), "time");

			agree += a < b;
			differ += a > b;
		}
	return share(agree - differ, agree + differ);
}

static void timeline(struct score *s)
{
	static const struct {
		size_t rows;
		const char *recall, *precision;
	} CUTS[] = { { 50, "recall_50", "precision_50" },
		     { 200, "recall_200", "precision_200" },
		     { 1000, "recall_1000", "precision_1000" } };
	json_t *rows = list_of(s->incident, "timeline"), *v;
	size_t keys = json_array_size(list_of(s->truth, "key_events")), n = 0, i, cut = 0;
	bool *seen = calloc(keys + 1, 1);
	size_t *shown = calloc(keys + 1, sizeof *shown);
	double found = 0, good = 0;

	if (!seen || !shown)
		rows = NULL;
	json_array_foreach(rows, i, v)
	{
		bool malicious = false;
		uint32_t decoy = 0;
		size_t key = key_of(s, v, &malicious, &decoy);

		good += malicious;
		if (key && !seen[key]) {
			seen[key] = true;
			shown[n++] = key;
			found++;
		}
		for (; cut < COUNT(CUTS) && i + 1 == CUTS[cut].rows; cut++) {
			metric_add(s, "timeline", CUTS[cut].recall, share(found, (double)keys), keys > 0);
			metric_add(s, "timeline", CUTS[cut].precision, share(good, (double)CUTS[cut].rows),
				   true);
		}
	}
	for (; cut < COUNT(CUTS); cut++) {
		metric_add(s, "timeline", CUTS[cut].recall, share(found, (double)keys), keys > 0);
		metric_add(s, "timeline", CUTS[cut].precision, share(good, (double)json_array_size(rows)),
			   json_array_size(rows) > 0);
	}
	metric_add(s, "timeline", "order_tau", order_of(s, shown, n), n > 1);
	metric_add(s, "timeline", "length_ratio", share((double)json_array_size(rows), (double)keys),
		   keys > 0 && json_array_size(rows) > 0);
	free(seen);
	free(shown);
}

/* --- volume --------------------------------------------------------------------------------- */

/* Ranks with ties shared, for Spearman's correlation. */
static void ranks(const double *v, double *out, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		double below = 0, same = 0;

		for (size_t k = 0; k < n; k++) {
			below += v[k] < v[i];
			same += v[k] == v[i];
		}
		out[i] = below + (same + 1) / 2;
	}
}

static double correlation(const double *a, const double *b, size_t n)
{
	double ma = 0, mb = 0, ab = 0, aa = 0, bb = 0;

	for (size_t i = 0; i < n; i++) {
		ma += a[i] / (double)n;
		mb += b[i] / (double)n;
	}
	for (size_t i = 0; i < n; i++) {
		ab += (a[i] - ma) * (b[i] - mb);
		aa += (a[i] - ma) * (a[i] - ma);
		bb += (b[i] - mb) * (b[i] - mb);
	}
	return aa > 0 && bb > 0 ? ab / sqrt(aa * bb) : 0;
}

static void by_host(struct score *s, const json_t *told)
{
	double *truth = calloc(s->host.len + 1, sizeof *truth),
	       *claim = calloc(s->host.len + 1, sizeof *claim);
	double *a = calloc(s->host.len + 1, sizeof *a), *b = calloc(s->host.len + 1, sizeof *b);
	size_t n = 0, i;
	json_t *v;

	if (truth && claim && a && b) {
		json_array_foreach(list_of(s->truth, "exfil"), i, v)
		{
			uint32_t h = host_named(s, text_of(v, "from_host"));

			if (h != NOBODY && json_is_true(json_object_get(v, "measurable")))
				truth[h] += number_of(v, "bytes", 0);
		}
		json_array_foreach(list_of(told, "hosts"), i, v)
		{
			uint32_t h = host_named(s, text_of(v, "host"));

			if (h != NOBODY)
				claim[h] += number_of(v, "estimate", 0);
		}
		for (i = 0; i < s->host.len; i++)
			if (truth[i] > 0 || claim[i] > 0) {
				truth[n] = truth[i];
				claim[n++] = claim[i];
			}
		ranks(truth, a, n);
		ranks(claim, b, n);
		metric_add(s, "exfil", "host_rank_correlation", correlation(a, b, n),
			   n > 2 && json_array_size(list_of(told, "hosts")) > 0);
	}
	free(truth);
	free(claim);
	free(a);
	free(b);
}

static void volume(struct score *s)
{
	const json_t *told = json_object_get(s->incident, "exfil"), *total = json_object_get(told, "total");
	double truth = number_of(json_object_get(s->truth, "exfil_total_bytes"), "measurable", 0);
	double estimate = number_of(total, "estimate", 0), low = number_of(total, "low", 0),
	       high = number_of(total, "high", 0);

	metric_add(s, "exfil", "log10_error", fabs(log10(estimate / truth)), truth > 0 && estimate > 0);
	metric_add(s, "exfil", "covered", truth >= low && truth <= high, truth > 0 && high > 0);
	metric_add(s, "exfil", "width_decades", log10(high / low), low > 0 && high > 0);
	by_host(s, told);
}

/* --- gaps and clocks ------------------------------------------------------------------------ */

static bool gap_found(const struct score *s, const json_t *gap)
{
	json_t *told = list_of(s->incident, "gaps"), *v;
	uint32_t host = host_named(s, text_of(gap, "host"));
	int64_t from = time_of(gap, "from"), to = time_of(gap, "to");
	size_t i;

	json_array_foreach(told, i, v)
	{
		int64_t a = time_of(v, "from"), b = time_of(v, "to");

		if (host_named(s, text_of(v, "host")) != host ||
		    (*text_of(v, "source") && strcmp(text_of(v, "source"), text_of(gap, "source")) != 0))
			continue;
		if ((a == TIME_NONE || a <= to) && (b == TIME_NONE || b >= from))
			return true;
	}
	return false;
}

static void gaps(struct score *s)
{
	json_t *truth = list_of(s->truth, "gaps"), *clocks = list_of(s->incident, "clocks"), *v;
	double found = 0, error = 0, n = 0;
	size_t i;

	json_array_foreach(truth, i, v) found += gap_found(s, v);
	metric_add(s, "gaps", "recall", share(found, (double)json_array_size(truth)),
		   json_array_size(truth) > 0);
	json_array_foreach(clocks, i, v)
	{
		uint32_t h = host_named(s, text_of(v, "host"));

		if (h == NOBODY)
			continue;
		error += fabs(number_of(v, "offset_ms", 0) - (double)s->host.at[h].offset_ns / 1e6);
		n++;
	}
	metric_add(s, "gaps", "clock_mae_ms", share(error, n), n > 0);
}

/* --- decoys and effort ---------------------------------------------------------------------- */

/* A decoy is accepted when the case's own story rests on one of its rows. */
static void decoys(struct score *s)
{
	static const char *const LISTS[] = { "timeline", "edges", "artefacts", "hosts", "entry" };
	size_t n = json_array_size(list_of(s->truth, "decoys")), i;
	bool *hit = calloc(n + 1, 1);
	double accepted = 0;
	json_t *v;

	for (size_t k = 0; hit && k < COUNT(LISTS); k++)
		json_array_foreach(list_of(s->incident, LISTS[k]), i, v)
		{
			bool malicious = false;
			uint32_t decoy = 0;

			if (strcmp(LISTS[k], "hosts") == 0 && strcmp(text_of(v, "class"), "confirmed") != 0 &&
			    strcmp(text_of(v, "class"), "likely") != 0)
				continue;
			key_of(s, v, &malicious, &decoy);
			if (decoy)
				hit[decoy] = true;
		}
	for (i = 1; hit && i <= n; i++)
		accepted += hit[i];
	metric_add(s, "decoys", "campaigns", (double)n, true);
	metric_add(s, "decoys", "accepted", accepted, true);
	free(hit);
}

/* Rows of the case's list of hosts until nine tenths of the true ones stood in it. */
static void effort(struct score *s)
{
	double wanted = 0, rank = 0, found = 0;

	for (size_t i = 0; i < s->host.len; i++)
		wanted += s->host.at[i].state == TRUE_COMPROMISED;
	for (uint32_t r = 1; r <= json_array_size(list_of(s->incident, "hosts")) && found < 0.9 * wanted; r++)
		for (size_t i = 0; i < s->host.len; i++)
			if (s->host.at[i].rank == r) {
				found += s->host.at[i].state == TRUE_COMPROMISED;
				rank = r;
			}
	metric_add(s, "effort", "rows_to_90_percent", rank, wanted > 0 && found >= 0.9 * wanted);
	metric_add(s, "effort", "timeline_rows", (double)json_array_size(list_of(s->incident, "timeline")),
		   true);
}

void score_rest(struct score *s)
{
	timeline(s);
	volume(s);
	gaps(s);
	decoys(s);
	effort(s);
}
