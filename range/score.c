#include "score.h"

#include <math.h>
#include <stdlib.h>

#include "score_priv.h"

/* --- results -------------------------------------------------------------------------------- */

void metric_add(struct score *s, const char *group, const char *name, double value, bool known)
{
	struct metric *m = VEC_PUSH(&s->metrics, 4096);

	if (m)
		*m = (struct metric){ group, name, value, known && isfinite(value) };
}

double metric_get(const struct score *s, const char *group, const char *name)
{
	for (size_t i = 0; i < s->metrics.len; i++)
		if (strcmp(s->metrics.at[i].group, group) == 0 && strcmp(s->metrics.at[i].name, name) == 0)
			return s->metrics.at[i].known ? s->metrics.at[i].value : 0;
	return 0;
}

static double ratio(double part, double whole)
{
	return whole > 0 ? part / whole : 0;
}

void metric_prf(struct score *s, const char *group, const char *prefix, double hit, double claimed,
		double wanted)
{
	static const struct {
		const char *prefix, *names[3];
	} NAMES[] = { { "", { "precision", "recall", "f1" } },
		      { "confirmed", { "confirmed_precision", "confirmed_recall", "confirmed_f1" } },
		      { "likely",
			{ "confirmed_likely_precision", "confirmed_likely_recall", "confirmed_likely_f1" } },
		      { "relay", { "relay_precision", "relay_recall", "relay_f1" } },
		      { "c2", { "c2_precision", "c2_recall", "c2_f1" } },
		      { "place", { "place_precision", "place_recall", "place_f1" } },
		      { "hash", { "hash_precision", "hash_recall", "hash_f1" } } };
	size_t i = 0;

	while (i + 1 < COUNT(NAMES) && strcmp(NAMES[i].prefix, prefix) != 0)
		i++;
	metric_add(s, group, NAMES[i].names[0], ratio(hit, claimed), claimed > 0);
	metric_add(s, group, NAMES[i].names[1], ratio(hit, wanted), wanted > 0);
	metric_add(s, group, NAMES[i].names[2], ratio(2 * hit, claimed + wanted), wanted > 0);
}

/* --- 1, 2: hosts ---------------------------------------------------------------------------- */

static void confusion(struct score *s)
{
	static const char *const NAMES[TRUE_COUNT][CLASS_COUNT] = {
		{ "clean_as_none", "clean_as_confirmed", "clean_as_likely", "clean_as_exposed",
		  "clean_as_cleared", "clean_as_unknown" },
		{ "exposed_as_none", "exposed_as_confirmed", "exposed_as_likely", "exposed_as_exposed",
		  "exposed_as_cleared", "exposed_as_unknown" },
		{ "blocked_as_none", "blocked_as_confirmed", "blocked_as_likely", "blocked_as_exposed",
		  "blocked_as_cleared", "blocked_as_unknown" },
		{ "compromised_as_none", "compromised_as_confirmed", "compromised_as_likely",
		  "compromised_as_exposed", "compromised_as_cleared", "compromised_as_unknown" },
	};
	unsigned n[TRUE_COUNT][CLASS_COUNT] = { { 0 } };

	for (size_t i = 0; i < s->host.len; i++)
		n[s->host.at[i].state][s->host.at[i].class]++;
	for (unsigned a = 0; a < TRUE_COUNT; a++)
		for (unsigned b = 0; b < CLASS_COUNT; b++)
			metric_add(s, "hosts", NAMES[a][b], n[a][b], true);
}

static void calibration(struct score *s)
{
	double brier = 0, bins[10][3] = { { 0 } }, error = 0, hits[CLASS_COUNT] = { 0 },
	       all[CLASS_COUNT] = { 0 };
	unsigned n = 0;

	for (size_t i = 0; i < s->host.len; i++) {
		const struct scored_host *h = &s->host.at[i];
		double truth = h->state == TRUE_COMPROMISED, p = h->probability;
		int bin = p >= 1 ? 9 : (int)(p * 10);

		all[h->class]++;
		hits[h->class] += truth;
		if (p < 0 || p > 1)
			continue;
		n++;
		brier += (p - truth) * (p - truth);
		bins[bin][0]++;
		bins[bin][1] += p;
		bins[bin][2] += truth;
	}
	for (int i = 0; i < 10; i++)
		error += fabs(bins[i][1] - bins[i][2]);
	metric_add(s, "calibration", "brier", ratio(brier, n), n > 0);
	metric_add(s, "calibration", "ece", ratio(error, n), n > 0);
	metric_add(s, "calibration", "confirmed_hit_rate", ratio(hits[CLASS_CONFIRMED], all[CLASS_CONFIRMED]),
		   all[CLASS_CONFIRMED] > 0);
	metric_add(s, "calibration", "likely_hit_rate", ratio(hits[CLASS_LIKELY], all[CLASS_LIKELY]),
		   all[CLASS_LIKELY] > 0);
}

void score_hosts(struct score *s)
{
	double confirmed = 0, both = 0, hit_confirmed = 0, hit_both = 0, wanted = 0, possible = 0,
	       hit_possible = 0, wrong = 0;

	for (size_t i = 0; i < s->host.len; i++) {
		const struct scored_host *h = &s->host.at[i];
		bool bad = h->state == TRUE_COMPROMISED, sure = h->class == CLASS_CONFIRMED,
		     named = sure || h->class == CLASS_LIKELY;
		bool seen = bad && (h->ceiling == CLASS_CONFIRMED || h->ceiling == CLASS_LIKELY);

		wanted += bad;
		confirmed += sure;
		both += named;
		hit_confirmed += sure && bad;
		hit_both += named && bad;
		possible += seen;
		hit_possible += seen && named;
		wrong += h->ceiling == CLASS_UNKNOWN && h->class == CLASS_CLEARED;
	}
	metric_prf(s, "hosts", "confirmed", hit_confirmed, confirmed, wanted);
	metric_prf(s, "hosts", "likely", hit_both, both, wanted);
	metric_add(s, "hosts", "recall_of_ceiling", ratio(hit_possible, possible), possible > 0);
	metric_add(s, "hosts", "unknown_claimed_clean", wrong, true);
	metric_add(s, "hosts", "confirmed", confirmed, true);
	metric_add(s, "hosts", "likely", both - confirmed, true);
	confusion(s);
	calibration(s);
}

/* --- all together --------------------------------------------------------------------------- */

/* S of scenarios.md section 7. What is not known earns nothing. */
static double composite(const struct score *s)
{
	static const struct {
		double weight;
		const char *group, *name;
	} PARTS[] = { { 0.25, "hosts", "confirmed_likely_f1" },
		      { 0.10, "hosts", "confirmed_f1" },
		      { 0.15, "edges", "f1" },
		      { 0.10, "entry", "top1" },
		      { 0.05, "entry", "patient_zero_top1" },
		      { 0.10, "timeline", "recall_200" },
		      { 0.05, "external", "relay_f1" } };
	double sum = 0;

	for (size_t i = 0; i < COUNT(PARTS); i++)
		sum += PARTS[i].weight * metric_get(s, PARTS[i].group, PARTS[i].name);
	for (size_t i = 0; i < s->metrics.len; i++) {
		const struct metric *m = &s->metrics.at[i];

		if (!m->known)
			continue;
		if (strcmp(m->group, "first_compromise") == 0 && strcmp(m->name, "median_abs_s") == 0)
			sum += 0.10 * (1 - fmin(1, m->value / 86400));
		if (strcmp(m->group, "exfil") == 0 && strcmp(m->name, "log10_error") == 0)
			sum += 0.05 * (1 - fmin(1, m->value));
		if (strcmp(m->group, "calibration") == 0 && strcmp(m->name, "ece") == 0)
			sum += 0.05 * (1 - m->value);
	}
	sum -= 0.1 * metric_get(s, "decoys", "accepted");
	return sum > 0 ? sum : 0;
}

/* Without an incident the right answer is nobody: at most three likely hosts, no confirmed one. */
static double composite_of_nothing(const struct score *s)
{
	double sum = 1 - 0.1 * metric_get(s, "decoys", "accepted");

	if (metric_get(s, "hosts", "confirmed") > 0 || metric_get(s, "hosts", "likely") > 3)
		return 0;
	return sum > 0 ? sum : 0;
}

int score_case(const char *case_path, const char *truth_path, bool as_json, FILE *out, err *e)
{
	struct score s;
	double total;
	int rc = score_read(&s, case_path, truth_path, e);

	if (rc == 0) {
		score_hosts(&s);
		score_links(&s);
		score_rest(&s);
		score_baselines(&s);
		total = json_object_get(s.truth, "entry_point") ? composite(&s) : composite_of_nothing(&s);
		if (as_json)
			rc = metrics_json(s.metrics.at, s.metrics.len, total, s.incident != NULL, out, e);
		else
			metrics_table(s.metrics.at, s.metrics.len, total, s.incident != NULL, out);
	}
	score_done(&s);
	return rc;
}
