/* score_priv.h - inside the scorer: what was read, and how results are kept. */
#ifndef SPOOR_RANGE_SCORE_PRIV_H
#define SPOOR_RANGE_SCORE_PRIV_H

#include <jansson.h>

#include "score.h"
#include "score_out.h"
#include "util/map.h"
#include "util/times.h"
#include "util/vec.h"

#define LIMIT_SCORE_ROWS (1u << 26)
#define NOBODY UINT32_MAX

enum score_class {
	CLASS_NONE,
	CLASS_CONFIRMED,
	CLASS_LIKELY,
	CLASS_EXPOSED,
	CLASS_CLEARED,
	CLASS_UNKNOWN,
	CLASS_COUNT
};
enum score_state { TRUE_CLEAN, TRUE_EXPOSED, TRUE_BLOCKED, TRUE_COMPROMISED, TRUE_COUNT };
extern const char *const CLASS_NAMES[CLASS_COUNT], *const STATE_NAMES[TRUE_COUNT];

/* A host of the truth, and what the case says of it. */
struct scored_host {
	const char *name;
	enum score_state state;
	enum score_class ceiling, class;
	double probability; /* below 0: not given */
	int64_t first, observable, told;
	uint32_t parent, told_parent, rank; /* rank in the case's list, from 1; 0: not there */
	int64_t offset_ns;
};

struct score {
	json_t *truth, *told, *incident; /* incident: NULL if the case has none */
	map hosts;                       /* lower-case name -> index */
	VEC(struct scored_host) host;
	map rows; /* "file:offset" -> index of the sidecar row */
	VEC(struct side_row {
		uint32_t step;
		bool malicious;
		uint32_t decoy; /* index + 1 of the truth's decoy */
	})
	row;
	map items;  /* hash -> index of the case's item */
	map copies; /* file -> index of the truth's copy */
	VEC(struct metric) metrics;
};

int score_read(struct score *s, const char *case_path, const char *truth_path, err *e);
void score_done(struct score *s);

uint32_t host_named(const struct score *s, const char *name);
/* The row of the truth that a reference of the case means, or NULL. */
const struct side_row *row_of(const struct score *s, const char *ref);

void metric_add(struct score *s, const char *group, const char *name, double value, bool known);
/* A metric that was added before; 0 if it is not known. */
double metric_get(const struct score *s, const char *group, const char *name);
/* precision, recall and f1 of counts. */
void metric_prf(struct score *s, const char *group, const char *prefix, double hit, double claimed,
		double wanted);

const char *text_of(const json_t *object, const char *key); /* "" if absent */
double number_of(const json_t *object, const char *key, double otherwise);
int64_t time_of(const json_t *object, const char *key); /* TIME_NONE */
json_t *list_of(const json_t *object, const char *key); /* an empty list if absent; borrowed */

void score_hosts(struct score *s);
void score_links(struct score *s); /* edges, entry, times, external, artefacts */
void score_rest(struct score *s);  /* timeline, volume, gaps, decoys, effort */
void score_baselines(struct score *s);

#endif
