/* ruleset.h - compiled rules, as the parts of this folder see them. Thread rule: immutable. */
#ifndef SPOOR_DETECT_RULESET_H
#define SPOOR_DETECT_RULESET_H

#include "detect/detect.h"
#include "sigma/logsource.h"
#include "sigma/rule.h"

struct compiled_rule {
	uint32_t info; /* index of its rule_info */
	str id;        /* never empty */
	uint32_t root; /* node of its condition */
};

#define VARIANT_RENAMES 12

/* One way in which a rule applies to Windows events. */
struct variant {
	uint32_t rule; /* index of compiled_rule; variants are sorted by it */
	uint32_t root; /* its condition, and the gate's further conditions */
	bool every_channel;
	uint8_t service;                   /* number of the service whose channels it reads */
	const struct logsource_gate *gate; /* NULL: every event id */
	uint32_t nrenames;
	struct {
		uint32_t from, to; /* field ids */
	} renames[VARIANT_RENAMES];
};

struct ruleset {
	struct sigma_pool pool;
	VEC(struct rule_info) infos;
	VEC(struct compiled_rule) rules;
	VEC(struct variant) variants;
	map ids; /* rule id to index of its rule_info */
};

/* The event's field that a rule's field is read from under a variant. */
static inline uint32_t variant_field(const struct variant *v, uint32_t field)
{
	for (uint32_t i = 0; i < v->nrenames; i++)
		if (v->renames[i].from == field)
			return v->renames[i].to;
	return field;
}

/* Does the gate of a variant let an event of this id from a channel of these services through? */
static inline bool variant_gate(const struct variant *v, const struct logsource_services *services,
				str event_id)
{
	return (v->every_channel || services->writes[v->service]) &&
	       (!v->gate || logsource_gate_has_event(v->gate, event_id));
}

#endif
