#include "story/sources.h"

struct source_channel {
	uint32_t source;
	const char *channel; /* "*" at the end: any ending */
};

struct source_tells {
	const char *role;
	uint64_t any;
};

struct source_expect {
	const char *role;
	uint64_t any;    /* one of these is enough */
	uint32_t source; /* that stands for them */
};

#include "host_sources.inc"

uint32_t sources_count(void)
{
	return COUNT(SOURCES);
}

const char *source_name(uint32_t source)
{
	return source < COUNT(SOURCES) ? SOURCES[source] : NULL;
}

static bool fits(str pattern, str channel)
{
	if (pattern.ptr[pattern.len - 1] != '*')
		return str_eq_ascii_nocase(pattern, channel);
	pattern.len--;
	return channel.len >= pattern.len && str_eq_ascii_nocase((str){ channel.ptr, pattern.len }, pattern);
}

uint32_t source_of(str channel)
{
	for (size_t i = 0; i < COUNT(CHANNELS); i++)
		if (fits(str_of(CHANNELS[i].channel), channel))
			return CHANNELS[i].source;
	return SOURCE_NONE;
}

uint64_t sources_windows(void)
{
	uint64_t bits = 0;

	for (size_t i = 0; i < COUNT(EXPECTED); i++)
		if (str_eq(str_of(EXPECTED[i].role), STR("windows")))
			bits |= EXPECTED[i].any;
	return bits;
}

enum host_role source_role(uint64_t has)
{
	for (size_t i = 0; i < COUNT(TELLS); i++)
		if (TELLS[i].any & has)
			return host_role_named(str_of(TELLS[i].role));
	return HOST_UNKNOWN;
}

static bool meant(const char *word, enum host_role role, uint64_t has)
{
	str w = str_of(word);

	return str_eq(w, STR("*")) || str_eq(w, str_of(host_role_name(role))) ||
	       (str_eq(w, STR("windows")) && has & sources_windows());
}

/* Is the k-th expectation unfulfilled, and the first to name its source? */
static bool lacks(enum host_role role, uint64_t has, size_t k)
{
	if (!meant(EXPECTED[k].role, role, has) || EXPECTED[k].any & has)
		return false;
	for (size_t i = 0; i < k; i++)
		if (EXPECTED[i].source == EXPECTED[k].source && meant(EXPECTED[i].role, role, has) &&
		    !(EXPECTED[i].any & has))
			return false;
	return true;
}

uint32_t source_missing(enum host_role role, uint64_t has, uint32_t i)
{
	for (size_t k = 0; k < COUNT(EXPECTED); k++)
		if (lacks(role, has, k) && i-- == 0)
			return EXPECTED[k].source;
	return SOURCE_NONE;
}

bool source_expected(enum host_role role, uint64_t has, uint32_t source)
{
	for (size_t k = 0; k < COUNT(EXPECTED); k++)
		if (EXPECTED[k].any >> source & 1 && meant(EXPECTED[k].role, role, has))
			return true;
	return false;
}
