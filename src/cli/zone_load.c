#include "cli/zone_load.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

enum { YEAR_FIRST = 1980, YEAR_LAST = 2060, STEPS_MAX = 512 };

static const int64_t DAY_S = 86400;

/* Only names of the database: no path that leads elsewhere. */
static bool in_database(const char *name)
{
	char path[256];
	struct stat st;
	int n;

	for (const char *p = name; *p; p++)
		if (!((*p >= 'A' && *p <= 'Z') || (*p >= 'a' && *p <= 'z') || (*p >= '0' && *p <= '9') ||
		      strchr("_-+/", *p)))
			return false;
	n = snprintf(path, sizeof path, "/usr/share/zoneinfo/%s", name);
	return *name && *name != '/' && n > 0 && (size_t)n < sizeof path && stat(path, &st) == 0 &&
	       S_ISREG(st.st_mode);
}

static int32_t offset_at(int64_t utc_s)
{
	time_t at = (time_t)utc_s;
	struct tm tm;

	return localtime_r(&at, &tm) ? (int32_t)tm.tm_gmtoff : 0;
}

/* The second of (from, to] at which the offset becomes that of `to`. */
static int64_t change_between(int64_t from, int64_t to)
{
	int32_t before = offset_at(from);

	while (to - from > 1) {
		int64_t mid = from + (to - from) / 2;

		if (offset_at(mid) == before)
			from = mid;
		else
			to = mid;
	}
	return to;
}

/* Ask for the offset of every week; clocks are not changed more often. */
static size_t steps_find(struct zone_step *steps)
{
	int64_t from = (YEAR_FIRST - 1970) * 365 * DAY_S, end = (YEAR_LAST - 1970) * 365 * DAY_S;
	size_t n = 0;

	steps[n++] = (struct zone_step){ INT64_MIN / 2, offset_at(from) };
	for (; from < end && n < STEPS_MAX; from += 7 * DAY_S) {
		int64_t at;

		if (offset_at(from + 7 * DAY_S) == steps[n - 1].offset_s)
			continue;
		at = change_between(from, from + 7 * DAY_S);
		steps[n++] = (struct zone_step){ at, offset_at(at) };
	}
	return n;
}

static size_t steps_of(const char *name, struct zone_step *steps)
{
	const char *now = getenv("TZ");
	char *old = now ? strdup(now) : NULL;
	size_t n;

	setenv("TZ", name, 1);
	tzset();
	n = steps_find(steps);
	if (old)
		setenv("TZ", old, 1);
	else
		unsetenv("TZ");
	tzset();
	free(old);
	return n;
}

int zone_load(const char *name, struct time_zone **ret, arena *mem, err *e)
{
	struct zone_step *steps = arena_array(mem, STEPS_MAX, sizeof *steps);
	struct time_zone *z = arena_alloc(mem, sizeof *z);

	if (!steps || !z)
		return err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for a time zone");
	z->steps = steps;
	if (zone_fixed(str_of(name), &steps[0].offset_s)) {
		steps[0].from_s = INT64_MIN / 2;
		z->nsteps = 1;
	} else if (in_database(name)) {
		z->nsteps = steps_of(name, steps);
	} else {
		return err_set(e, ERR_ARG, ERR_NO_OFFSET,
			       "\"%s\" is no time zone: a name such as Asia/Shanghai, or +08:00", name);
	}
	*ret = z;
	return 0;
}
