/* rdap.c - answers of RDAP servers (RFC 9083) that lie in files: who takes reports of abuse. */
#include <jansson.h>
#include <stdio.h>

#include "desk/contact.h"
#include "desk/deskdb.h"
#include "desk/fields.h"
#include "util/limits.h"
#include "util/times.h"

enum { DEPTH = 16 }; /* entities in entities: RDAP nests 3 deep */

struct rdap {
	contact_fn *fn;
	void *ctx;
	struct contact_counts *n;
};

/* What the entities of one object say. */
struct entities {
	struct contact c;
	const struct rdap *r;
	const char *registrar; /* its name, of a domain */
	uint64_t told;
};

static str text_of(const json_t *j)
{
	return json_is_string(j) ? (str){ json_string_value(j), json_string_length(j) } : STR("");
}

static bool has_role(const json_t *entity, const char *role)
{
	const json_t *one;
	size_t i;

	json_array_foreach(json_object_get(entity, "roles"), i,
			   one) if (str_is(text_of(one), role)) return true;
	return false;
}

/* The first value of a property of the entity's card (RFC 7095) from number *at on; *at is behind it then. */
static str card_value(const json_t *entity, const char *property, size_t *at)
{
	const json_t *lines = json_array_get(json_object_get(entity, "vcardArray"), 1);

	for (; *at < json_array_size(lines); ++*at) {
		const json_t *line = json_array_get(lines, *at);

		if (str_is(text_of(json_array_get(line, 0)), property)) {
			++*at;
			return text_of(json_array_get(line, 3));
		}
	}
	return STR("");
}

static int tell_entity(struct entities *x, const json_t *entity, const char *kind, err *e)
{
	size_t at = 0, name_at = 0;
	str name = x->registrar ? str_of(x->registrar) : card_value(entity, "fn", &name_at);
	str value;
	int rc = 0;

	while (rc == 0 && (value = card_value(entity, "email", &at)).len) {
		struct contact c = x->c;
		buf mail = { 0 };

		if (contact_mail(value, &mail)) {
			c.contact = buf_view(&mail);
			c.kind = str_of(kind);
			c.name = field_is_text(name) && name.len <= LIMIT_DESK_TEXT ? name : STR("");
			rc = x->r->fn(x->r->ctx, &c, e);
			x->told++;
			x->r->n->told++;
		} else {
			x->r->n->malformed++;
		}
		buf_done(&mail);
	}
	return rc;
}

/* Entities with the role "abuse", at any depth; of a domain those of its registrar. */
static int entities_read(struct entities *x, const json_t *of, bool registrar, unsigned depth, err *e)
{
	const json_t *list = json_object_get(of, "entities"), *entity;
	size_t i;

	if (depth == DEPTH)
		return 0;
	json_array_foreach(list, i, entity)
	{
		const char *had = x->registrar;
		bool mine = registrar || (x->c.scope == CONTACT_DOMAIN && has_role(entity, "registrar"));
		const char *kind = x->c.scope != CONTACT_DOMAIN ? "hoster" : mine ? "registrar" : "owner";
		size_t at = 0;

		if (mine && !x->registrar) {
			str name = card_value(entity, "fn", &at);

			x->registrar = name.len ? name.ptr : NULL;
		}
		if (has_role(entity, "abuse") && tell_entity(x, entity, kind, e) < 0)
			return -1;
		if (entities_read(x, entity, mine, depth + 1, e) < 0)
			return -1;
		x->registrar = had;
	}
	return 0;
}

static void seen_of(const json_t *object, buf *to)
{
	const json_t *list = json_object_get(object, "events"), *event;
	enum time_basis basis;
	int64_t ns;
	size_t i;

	json_array_foreach(list, i, event) if (str_is(text_of(json_object_get(event, "eventAction")),
						      "last update of RDAP database") &&
					       time_parse_iso(text_of(json_object_get(event, "eventDate")),
							      &ns, &basis) &&
					       to->len == 0) desk_time(to, ns);
}

static bool key_of(const json_t *object, struct contact *c, buf *key)
{
	str class = text_of(json_object_get(object, "objectClassName"));
	buf range = { 0 };
	bool good = false;

	if (str_is(class, "ip network")) {
		buf_str(&range, text_of(json_object_get(object, "startAddress")));
		buf_z(&range, " - ");
		buf_str(&range, text_of(json_object_get(object, "endAddress")));
		good = contact_key(c, CONTACT_PREFIX, buf_view(&range), key);
	} else if (str_is(class, "domain")) {
		good = contact_key(c, CONTACT_DOMAIN, text_of(json_object_get(object, "ldhName")), key);
	} else if (str_is(class, "autnum")) {
		const json_t *from = json_object_get(object, "startAutnum"),
			     *to = json_object_get(object, "endAutnum");

		buf_printf(&range, "%lld", (long long)json_integer_value(from));
		good = json_is_integer(from) && (!to || json_equal(from, to)) &&
		       contact_key(c, CONTACT_ASN, buf_view(&range), key);
	}
	buf_done(&range);
	return good;
}

static bool is_object(const json_t *object)
{
	str class = text_of(json_object_get(object, "objectClassName"));

	return str_is(class, "ip network") || str_is(class, "domain") || str_is(class, "autnum");
}

static int object_read(const struct rdap *r, const json_t *object, err *e)
{
	struct entities x = { .r = r };
	str country = text_of(json_object_get(object, "country"));
	buf key = { 0 }, seen = { 0 };
	int rc = 0;

	r->n->objects++;
	if (key_of(object, &x.c, &key)) {
		seen_of(object, &seen);
		x.c.seen = buf_view(&seen);
		x.c.country = country.len == 2 ? country : STR("");
		rc = entities_read(&x, object, false, 0, e);
		r->n->bare += rc == 0 && x.told == 0;
	} else {
		r->n->malformed++;
	}
	buf_done(&key);
	buf_done(&seen);
	return rc;
}

/* An object, an array of them, or the results of a search. */
static int value_read(const struct rdap *r, const json_t *j, unsigned depth, err *e)
{
	static const char *const RESULTS[] = { "ipSearchResults", "domainSearchResults",
					       "autnumSearchResults" };
	const json_t *one;
	size_t i;
	int rc = 0;

	if (depth == 4)
		return 0;
	if (is_object(j))
		return object_read(r, j, e);
	for (size_t k = 0; rc == 0 && json_is_object(j) && k < COUNT(RESULTS); k++)
		if (json_object_get(j, RESULTS[k]))
			rc = value_read(r, json_object_get(j, RESULTS[k]), depth + 1, e);
	if (json_is_array(j))
		json_array_foreach(j, i, one) if (rc == 0) rc = value_read(r, one, depth + 1, e);
	return rc;
}

/* At most so many values are in it: each but the first stands behind one of these. */
static size_t values_at_most(str text)
{
	size_t n = 1;

	for (size_t i = 0; i < text.len; i++)
		n += text.ptr[i] == '{' || text.ptr[i] == '[' || text.ptr[i] == ',';
	return n;
}

int rdap_read(str text, contact_fn *fn, void *ctx, struct contact_counts *n, err *e)
{
	const struct rdap r = { fn, ctx, n };
	json_error_t why;
	json_t *j;
	int rc;

	if (values_at_most(text) > LIMIT_DESK_JSON)
		return err_set(e, ERR_LIMIT, ERR_NO_OFFSET, "more than %u values in one file: cut it",
			       LIMIT_DESK_JSON);
	j = json_loadb(text.ptr ? text.ptr : "", text.len, JSON_REJECT_DUPLICATES, &why);
	if (!j)
		return err_set(e, ERR_CORRUPT, ERR_NO_OFFSET, "no JSON: line %d, column %d: %.120s", why.line,
			       why.column, why.text);
	rc = value_read(&r, j, 0, e);
	if (rc == 0 && n->objects == 0)
		rc = err_set(e, ERR_CORRUPT, ERR_NO_OFFSET,
			     "no RDAP: neither \"ip network\" nor \"domain\" nor \"autnum\" is in it");
	json_decref(j);
	return rc;
}
