/* bulletin.h - what a desk did in one week, in numbers that can be traced to its registry.
 *
 * An incident counts in the week in which it was opened, unless it was rejected; a take-down in which it was asked for, a notice
 * in which it was sent. Thread rule: one owner. */
#ifndef SPOOR_DESK_BULLETIN_H
#define SPOOR_DESK_BULLETIN_H

#include "desk/deskwords.h"
#include "desk/records.h"
#include "desk/week.h"
#include "share/share.h"
#include "util/vec.h"

enum { NOW, BEFORE, SIDES };

enum number_group {
	NUMBERS_MAIN,
	NUMBERS_VULNS,
	NUMBERS_ACTIONS,
	NUMBERS_BY_PARTY, /* actions by kind of party */
	NUMBERS_TYPES,
	NUMBERS_SEVERITIES,
	NUMBERS_SECTORS,
	NUMBERS_PROVINCES,
	NUMBER_GROUPS
};

struct number_part {
	str id; /* of the registry */
	uint64_t n;
};

struct bulletin_number {
	enum number_group group;
	str key; /* "incidents.handled", "phishing", name of a sector */
	uint64_t n[SIDES];
	VEC(struct number_part) part[SIDES]; /* they sum up to n */
};

struct bulletin_case {
	str id, type, severity, sector, province;
	bool cross_border;
	uint64_t hosts, leaked_records, weight;
};

struct bulletin {
	str week, org, zone; /* zone: as people wrote it */
	int32_t offset_s;    /* of the zone */
	struct week span;
	enum tlp tlp; /* of the bulletin: cases of a stricter colour are counted, not described */
	enum story_language lang;
	VEC(struct bulletin_number) number; /* by group; in a group as counted first, or by n */
	VEC(struct bulletin_case) top;      /* the gravest first */
	arena mem;
	bool failed;
};

/* b has week, zone, offset_s, span, tlp, lang. bulletin_done() in any case. */
int bulletin_count(struct bulletin *b, struct desk *d, err *e);
void bulletin_done(struct bulletin *b);

/* How a number is called. */
void bulletin_label(buf *to, const struct bulletin *b, const struct bulletin_number *n);
/* "+12.5 %", "new", "unchanged". */
void bulletin_change(buf *to, const struct bulletin *b, const struct bulletin_number *n);
const struct bulletin_number *bulletin_number(const struct bulletin *b, const char *key);

void bulletin_json(buf *to, const struct bulletin *b);

#endif
