/* plans.h - signature to plan, and columns to schema.
 *
 * Plans and the index of schemas live as long as the schema set, so that one file's kinds of objects serve
 * the next; plans are forgotten when there are many, schemas never. Thread rule: one owner. */
#ifndef SPOOR_READERS_JSON_PLANS_H
#define SPOOR_READERS_JSON_PLANS_H

#include "readers/json/dialect.h"

/* Which fields may have columns: names by fields_key(). */
struct json_fields {
	map names;         /* dataset and path; the path of a dataset itself is empty */
	uint32_t datasets; /* that many of them are datasets */
	bool none;         /* not even those */
};

/* Add the fields of a plan. False where they become more than LIMIT_JSON_FIELDS, or their datasets more than
 * LIMIT_JSON_DATASETS: those before that are in. */
bool json_fields_add(struct json_fields *f, const struct json_plan *p);
bool json_fields_allow(const struct json_fields *f, str dataset, str path);

/* The plans of a set, shared by its items. */
struct json_plans *json_plans_of(struct schema_set *set, err *e);

/* Plans of one item whose events keep columns for some fields only; given back by the caller. */
struct json_plans *json_plans_narrow(struct schema_set *set, const struct json_fields *only, err *e);
void json_plans_free(struct json_plans *p);

/* Forget the plans, not their schemas. */
void json_plans_clear(struct json_plans *p);

/* Whose plans may add schemas. */
enum json_add { JSON_ADD_NONE, JSON_ADD_ANY, JSON_ADD_LAST /* the last dialect's only */ };

/* The plan of a signature, made on first sight by the first dialect that claims it; NULL (*e) where a
 * ceiling, or `add`, forbids another schema. Valid until the next call. */
struct json_plan *json_plans_get(struct json_plans *p, const struct json_dialect *const *dialects, str sig,
				 enum json_add add, err *e);

/* The plan of a signature if it is there, or NULL. */
struct json_plan *json_plans_find(struct json_plans *p, str sig);

/* --- for dialects --------------------------------------------------------------------------- */

struct schema_set *json_plans_set(const struct json_plans *p);
arena *json_plans_mem(struct json_plans *p);

/* NULL: every field may have a column. */
const struct json_fields *json_plans_only(const struct json_plans *p);

/* The schema with the columns of proto: one that is there, or a new one. */
const struct schema *json_plans_schema(struct json_plans *p, const struct schema *proto, err *e);

#endif
