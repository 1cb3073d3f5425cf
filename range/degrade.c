#include "degrade.h"

#include "logs.h"
#include "winev.h"

const char *const DEG_NAMES[DEG_COUNT] = {
	"missing_source", "retention", "clock",     "tz_unlabelled", "nat",      "dhcp_churn", "locale",
	"rotation",       "truncate",  "shape_mix", "duplicate",     "sampling", "anonymised", "poison"
};

#define ALL(n)                                                                                               \
	{                                                                                                    \
		n, n, n, n, n, n, n, n, n, n, n, n, (n) > 1 ? n : 0, n                                       \
	}
static const struct bundle BUNDLES[] = {
	{ "easy", ALL(0), 0, 0 },
	{ "normal", ALL(1), 0, 0 },
	{ "hard", ALL(2), 0, 0 },
	{ "field", ALL(2), 3, 10 },
};

const struct bundle *bundle_find(const char *name)
{
	for (size_t i = 0; i < COUNT(BUNDLES); i++)
		if (strcmp(BUNDLES[i].name, name) == 0)
			return &BUNDLES[i];
	return NULL;
}

/* --- hosts ---------------------------------------------------------------------------------- */

/* Sum of four uniform draws: near enough to a bell, and exact everywhere. */
static int64_t bell(struct rng *r, int64_t sigma)
{
	int64_t sum = 0;

	for (int i = 0; i < 4; i++)
		sum += rng_between(r, -sigma, sigma);
	return sum * 87 / 100;
}

static void clock_of(struct world *w, struct host *h, struct rng *r, unsigned level)
{
	if (!level)
		return;
	h->clock_offset = bell(r, 2 * SECOND / 100 * (int64_t)(30 * level));
	if (h->role == ROLE_DC) {
		h->clock_offset /= 10;
		return;
	}
	if (rng_chance(r, 3)) {
		int64_t sign = rng_chance(r, 50) ? 1 : -1;

		h->clock_offset += sign * rng_between(r, 60, 100 + 100 * level) * SECOND;
	}
	if (level > 1 && rng_chance(r, 4))
		h->clock_drift = rng_between(r, 300, 1000) * MS;
	if (h->role == ROLE_DESK && h->number % 97 == 41) { /* a zone set wrong one day */
		h->clock_step_at = w->from + rng_between(r, 5, (w->to - w->from) / DAY) * DAY;
		h->clock_step = rng_chance(r, 50) ? 8 * HOUR : -HOUR;
	}
}

static void shape_of(const struct world *w, struct host *h, struct rng *r, unsigned level)
{
	if (!h->windows)
		return;
	if (h->role != ROLE_DESK)
		h->shape = h->role == ROLE_BUILD ? SHAPE_ZIP : SHAPE_EVTX;
	else if (rng_chance(r, 15))
		h->shape = SHAPE_EXPORT;
	else if (rng_chance(r, 6))
		h->shape = SHAPE_ZIP;
	if (level && h->shape == SHAPE_EVTX && rng_chance(r, 15 * level)) {
		h->shape = SHAPE_MIX;
		h->mix_at = w->from + (w->to - w->from) / 100 * rng_between(r, 30, 70);
	}
}

static void coverage_of(const struct world *w, struct host *h, struct rng *r)
{
	const struct bundle *b = w->bundle;

	if (h->role != ROLE_DESK)
		return;
	if (b->level[DEG_MISSING] && rng_chance(r, 10 * b->level[DEG_MISSING]))
		h->sysmon = false;
	if (rng_chance(r, b->uncovered))
		h->collected = false;
}

/* What the organisation collects events with: one product everywhere. */
static enum collector collector_of(const struct world *w)
{
	static const uint8_t PERCENT[] = { [EXPORT_BEAT] = 40,
					   [EXPORT_WAZUH] = 20,
					   [EXPORT_SPLUNK] = 14,
					   [EXPORT_SPLUNK_CSV] = 13,
					   [EXPORT_EVTXECMD] = 13 };
	struct rng r = rng_stream(w->seed, "collector", 0);
	uint32_t at = rng_below(&r, 100), i = 0;

	for (; i + 1 < COUNT(PERCENT) && at >= PERCENT[i]; i++)
		at -= PERCENT[i];
	return (enum collector)i;
}

void degrade_hosts(struct world *w)
{
	const struct bundle *b = w->bundle;

	w->collector = collector_of(w);

	for (size_t i = 0; i < w->hosts.len; i++) {
		struct host *h = &w->hosts.at[i];
		struct rng r = rng_stream(w->seed, "degrade", i);

		clock_of(w, h, &r, b->level[DEG_CLOCK]);
		shape_of(w, h, &r, b->level[DEG_SHAPE]);
		coverage_of(w, h, &r);
		if (b->level[DEG_LOCALE] && h->windows && rng_chance(&r, 12 * b->level[DEG_LOCALE]))
			h->locale = (enum locale)(1 + rng_below(&r, LOCALE_COUNT - 1));
		if (b->level[DEG_NAT] && h->wifi && h->number % 3 == 0)
			h->natted = true;
	}
	w->sampling = b->level[DEG_SAMPLING] ? b->level[DEG_SAMPLING] > 1 ? 100 : 10 : 1;
	w->short_leases = b->level[DEG_DHCP] > 0;
	w->balanced = b->level[DEG_NAT] > 1;
	w->forwarded = w->balanced && b->level[DEG_NAT] < 3;
	w->balancer = w->orgs.at[0].net | 0x0105;
	if (!b->level[DEG_ANONYMISED])
		return;
	for (size_t i = 0; i < w->people.len; i++) {
		char hex[65];

		hash_hex(w->seed, w->people.at[i].user, hex);
		w->people.at[i].user = world_text(w, "anon-%.10s", hex);
	}
}

/* --- logs ----------------------------------------------------------------------------------- */

/* How long a source reaches back, in days, by level 1..3; 0: for ever. */
static const struct {
	const char *source;
	uint16_t days[3];
	uint8_t percent; /* of hosts */
} RETENTION[] = {
	{ "dhcp", { 7, 7, 7 }, 100 },      { "httpproxy", { 30, 14, 7 }, 100 },
	{ "ews", { 30, 14, 7 }, 100 },     { "mapihttp", { 30, 14, 7 }, 100 },
	{ "cmdlet", { 60, 30, 14 }, 100 }, { "tracking", { 0, 60, 30 }, 100 },
	{ "smtp", { 30, 30, 14 }, 100 },   { "auditd", { 60, 30, 14 }, 100 },
	{ "dns", { 60, 30, 7 }, 100 },
};

/* Sources that nobody has, in the bundle that lacks some. */
static const char *const ABSENT[] = { "dns",     "proxy",        "sensor",   "tracking",
				      "netflow", "update-agent", "app-audit" };

static bool absent(const struct world *w, const char *source)
{
	struct rng r = rng_stream(w->seed, "absent", 0);
	uint32_t start = rng_below(&r, COUNT(ABSENT));

	for (uint32_t i = 0; i < w->bundle->absent; i++)
		if (strcmp(source, ABSENT[(start + 2 * i) % COUNT(ABSENT)]) == 0)
			return true;
	return false;
}

static void retention(struct world *w, struct sink *s, unsigned level)
{
	const char *channel = s->about;

	for (size_t i = 0; level && i < COUNT(RETENTION); i++)
		if (strcmp(RETENTION[i].source, s->kind->source) == 0 && RETENTION[i].days[level - 1])
			sink_drop(s, INT64_MIN, w->to - RETENTION[i].days[level - 1] * DAY, "retention");
	/* A Security log of a desk is overwritten when it is full. */
	if (level && s->kind == &KIND_EVTX && w->hosts.at[s->host].role == ROLE_DESK && channel[0] == 'S' &&
	    channel[1] == 'e' && (s->host * 7 + w->seed) % 10 < 2 * level)
		sink_drop(s, INT64_MIN, w->to - (w->to - w->from) / 10 * (level > 1 ? 3 : 6), "overwritten");
}

struct sink *world_sink(struct world *w, const struct log_kind *kind, uint32_t host, const void *about)
{
	struct sink *s = sink_new(&w->sinks, kind, host);

	if (!s) {
		w->failed = true;
		return NULL;
	}
	s->about = about;
	if (w->bundle->absent && absent(w, kind->source))
		sink_drop(s, INT64_MIN, INT64_MAX, "never collected");
	/* A span port keeps its thirty days only. */
	if (strcmp(kind->source, "sensor") == 0 && w->to - w->from > 60 * DAY) {
		sink_drop(s, INT64_MIN, w->sensor_from, "retention");
		sink_drop(s, w->sensor_from + 30 * DAY, INT64_MAX, "retention");
	}
	retention(w, s, w->bundle->level[DEG_RETENTION]);
	for (size_t i = 0; i < w->wipes.len; i++)
		if (w->wipes.at[i].host == host &&
		    strcmp(w->wipes.at[i].source, about && kind == &KIND_EVTX ? about : kind->source) == 0)
			sink_drop(s, w->wipes.at[i].from, w->wipes.at[i].to, w->wipes.at[i].cause);
	if (w->bundle->level[DEG_ROTATION] && kind->period == DAY && (host + w->seed) % 5 == 0)
		sink_drop(s, INT64_MIN, w->from + DAY, "first file missing");
	return s;
}

enum finish degrade_plan(void *ctx, const struct sink *s, int64_t t, const char *path,
			 char shown[SINK_PATH_MAX])
{
	const struct world *w = ctx;
	const struct host *h = &w->hosts.at[s->host];
	const char *rest = path + strlen(h->folder);
	size_t n;

	if (h->shape == SHAPE_ZIP && s->kind->evtx) {
		snprintf(shown, SINK_PATH_MAX, "Collection-%s.zip!/uploads/auto/C:%s", h->folder, rest);
		return FINISH_ZIP;
	}
	if (!w->bundle->level[DEG_ROTATION] || !s->kind->period || h->windows ||
	    t > w->to - 2 * s->kind->period)
		return FINISH_PLAIN;
	n = strlen(path);
	snprintf(shown, SINK_PATH_MAX, "%s.gz!/%s", path, str_basename((str){ path, n }).ptr);
	return FINISH_GZ;
}
