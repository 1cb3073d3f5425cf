#include "detect/finding.h"

static const char *const LEVELS[] = {
	[LEVEL_INFORMATIONAL] = "informational",
	[LEVEL_LOW] = "low",
	[LEVEL_MEDIUM] = "medium",
	[LEVEL_HIGH] = "high",
	[LEVEL_CRITICAL] = "critical",
};

const char *finding_level_name(enum finding_level level)
{
	return (size_t)level < COUNT(LEVELS) ? LEVELS[level] : NULL;
}

bool finding_level_parse(str s, enum finding_level *ret)
{
	for (size_t i = 0; i < COUNT(LEVELS); i++) {
		if (str_eq_ascii_nocase(s, str_of(LEVELS[i]))) {
			*ret = (enum finding_level)i;
			return true;
		}
	}
	return false;
}
