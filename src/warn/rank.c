/* How urgent a warning is, from 0 to 100, as a sum that can be told in words: what the vulnerability can do (40), that it is exploited
 * (30), that it will be (20), that the host can be reached from the internet (10). */
#include "warn/warn_priv.h"

enum {
	POINTS_CVSS = 40,
	POINTS_KEV = 25,
	POINTS_RANSOMWARE = 5,
	POINTS_EPSS = 20,
	POINTS_INTERNET = 10,
	MILLI_UNKNOWN = 5000, /* without a score: as if it were 5.0 */
	PERCENT_UNSURE = 60,  /* of the sum where the version or the product is not sure */
};

/* The highest of CVSS 3 and 4 counts; version 2 only where there is no other. */
static bool is_better(const struct rec_score *a, const struct rec_score *b)
{
	bool new_a = a->version >= 30, new_b = b->version >= 30;

	if (b->version == 0)
		return true;
	if (new_a != new_b)
		return new_a;
	return a->milli != b->milli ? a->milli > b->milli : a->version > b->version;
}

void warn_rank(struct warn *w, struct warn_vuln *v)
{
	(void)w;
	for (int s = 0; s < SOURCES; s++)
		for (size_t i = 0; v->info[s] && i < v->info[s]->nscores; i++)
			if (is_better(&v->info[s]->score[i], &v->score))
				v->score = v->info[s]->score[i];
}

struct points {
	unsigned cvss, kev, epss, internet;
	bool unsure;
};

static struct points points_of(const struct warn *w, const struct warn_vuln *v, const struct warn_hit *h)
{
	uint32_t milli = v->score.version ? v->score.milli : MILLI_UNKNOWN;

	return (struct points){
		.cvss = (milli * POINTS_CVSS + 5000) / 10000,
		.kev = v->exploited ? POINTS_KEV + (v->kev.ransomware ? POINTS_RANSOMWARE : 0) : 0,
		.epss = v->has_epss ? (unsigned)(((uint64_t)v->epss_micro * POINTS_EPSS + 500000) / 1000000)
				    : 0,
		.internet = w->stock->row.at[h->row].exposure == EXPOSURE_INTERNET ? POINTS_INTERNET : 0,
		.unsure = h->affected != TRI_YES || h->grade == GRADE_PRODUCT,
	};
}

uint8_t warn_hit_priority(const struct warn *w, const struct warn_vuln *v, const struct warn_hit *h)
{
	struct points p = points_of(w, v, h);
	unsigned sum = p.cvss + p.kev + p.epss + p.internet;

	if (h->affected == TRI_NO)
		return 0;
	return (uint8_t)(p.unsure ? (sum * PERCENT_UNSURE + 50) / 100 : sum);
}

void warn_priority_words(const struct warn *w, const struct warn_vuln *v, const struct warn_hit *h,
			 enum warn_language l, buf *to)
{
	struct points p = points_of(w, v, h);
	bool zh = l == WARN_ZH;

	if (v->score.version)
		buf_printf(to, zh ? "CVSS %u.%u 评分 %u.%u：+%u" : "CVSS %u.%u score %u.%u: +%u",
			   v->score.version / 10u, v->score.version % 10u, v->score.milli / 1000,
			   v->score.milli / 100 % 10, p.cvss);
	else
		buf_printf(to, zh ? "没有 CVSS 评分，按 5.0 计：+%u" : "no CVSS score, taken as 5.0: +%u",
			   p.cvss);
	if (v->exploited)
		buf_printf(to, zh ? "；已知被利用（KEV）：+%u" : "; known to be exploited (KEV): +%u",
			   POINTS_KEV);
	if (v->exploited && v->kev.ransomware)
		buf_printf(to, zh ? "；已被勒索软件利用：+%u" : "; used by ransomware: +%u",
			   POINTS_RANSOMWARE);
	if (v->has_epss)
		buf_printf(to, zh ? "；EPSS 为 %u.%u%%：+%u" : "; EPSS %u.%u %%: +%u", v->epss_micro / 10000,
			   v->epss_micro / 1000 % 10, p.epss);
	if (p.internet)
		buf_printf(to, zh ? "；可从互联网访问：+%u" : "; reachable from the internet: +%u",
			   POINTS_INTERNET);
	if (p.unsure)
		buf_printf(to,
			   zh ? "；版本或产品未能确定：按 %u%% 计"
			      : "; version or product not sure: %u %% of it",
			   PERCENT_UNSURE);
}
