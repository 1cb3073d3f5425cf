#include "event/gap.h"

#include <stdarg.h>
#include <stdio.h>

#include "util/times.h"

const char *gap_kind_name(enum gap_kind kind)
{
	static const char *const NAMES[GAP_KINDS] = {
		[GAP_UNREADABLE] = "unreadable",
		[GAP_UNKNOWN] = "unknown",
		[GAP_UNSUPPORTED] = "unsupported",
		[GAP_DAMAGED] = "damaged",
		[GAP_TRUNCATED] = "truncated",
		[GAP_CHECKSUM] = "checksum",
		[GAP_LIMIT] = "limit",
		[GAP_MISSING] = "missing",
		[GAP_CHANGED] = "changed",
		[GAP_WORKER] = "worker",
		[GAP_SKIPPED] = "skipped",
		[GAP_ASSUMED] = "assumed",
	};

	return (unsigned)kind < GAP_KINDS ? NAMES[kind] : "invalid";
}

void gap_set(struct gap *g, enum gap_kind kind, uint64_t from, uint64_t to, const char *fmt, ...)
{
	va_list ap;

	*g = (struct gap){
		.kind = kind, .from = from, .to = to, .first_ns = TIME_NONE, .last_ns = TIME_NONE
	};
	va_start(ap, fmt);
	vsnprintf(g->text, sizeof g->text, fmt, ap);
	va_end(ap);
}
