/* sources.h - which logs are one source of the coverage matrix, which tell a host's role, and which a host should
 * have: data/host_sources.tsv. Thread rule: constants, pure functions. */
#ifndef SPOOR_STORY_SOURCES_H
#define SPOOR_STORY_SOURCES_H

#include "story/hostrole.h"

#define SOURCE_NONE UINT32_MAX

uint32_t sources_count(void);
/* "sysmon"; NULL behind the last. */
const char *source_name(uint32_t source);
/* Of a channel or dataset; SOURCE_NONE: of no source in the table. */
uint32_t source_of(str channel);
/* Bits of the sources that only Windows hosts write. */
uint64_t sources_windows(void);

/* By the logs that a host has of its own (a bit per source). HOST_UNKNOWN: they do not tell. */
enum host_role source_role(uint64_t has);

/* What is expected of a role and missing: the i-th, as the source that stands for it; SOURCE_NONE behind the last.
 * has: its own logs. */
uint32_t source_missing(enum host_role role, uint64_t has, uint32_t i);
/* Is anything of this source expected of the role? */
bool source_expected(enum host_role role, uint64_t has, uint32_t source);

#endif
