#include "desk/targets.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "util/json.h"
#include "util/limits.h"

void targets_done(struct targets *t)
{
	VEC_DONE(&t->at);
}

void targets_write(buf *b, const struct targets *t, const uint32_t *pick, size_t n)
{
	size_t len = pick ? n : t->at.len;

	buf_byte(b, '{');
	json_member_str(b, "key", t->key);
	json_member_i64(b, "made", t->made_ns);
	json_key(b, "targets");
	buf_byte(b, '[');
	for (size_t i = 0; i < len; i++) {
		const struct target *x = &t->at.at[pick ? pick[i] : i];

		json_sep(b);
		buf_byte(b, '{');
		json_member_u64(b, "type", x->x.type);
		json_member_u64(b, "role", x->x.role);
		json_member_str(b, "value", x->x.value);
		json_member_str(b, "name", x->x.name);
		json_member_u64(b, "confidence", x->x.confidence);
		json_member_i64(b, "first", x->x.first_ns);
		json_member_i64(b, "last", x->x.last_ns);
		json_member_str(b, "asn", x->asn);
		json_member_str(b, "country", x->country);
		buf_byte(b, '}');
	}
	buf_z(b, "]}");
}

static str text_of(const json_t *j, const char *name, arena *mem)
{
	const json_t *v = json_object_get(j, name);

	return json_is_string(v) ? arena_str(mem, (str){ json_string_value(v), json_string_length(v) })
				 : STR("");
}

static bool target_read(struct target *to, const json_t *j, arena *mem)
{
	json_int_t type = json_integer_value(json_object_get(j, "type")),
		   role = json_integer_value(json_object_get(j, "role"));

	if (!json_is_object(j) || type < 0 || type >= TOLD_TYPES || role < 0 || role >= TOLD_ROLES)
		return false;
	to->x.type = (enum told_type)type;
	to->x.role = (enum told_role)role;
	to->x.confidence = (unsigned)(json_integer_value(json_object_get(j, "confidence")) % 101);
	to->x.first_ns = json_integer_value(json_object_get(j, "first"));
	to->x.last_ns = json_integer_value(json_object_get(j, "last"));
	to->x.value = text_of(j, "value", mem);
	to->x.name = text_of(j, "name", mem);
	to->asn = text_of(j, "asn", mem);
	to->country = text_of(j, "country", mem);
	return to->x.value.ptr && to->x.name.ptr && to->asn.ptr && to->country.ptr;
}

int targets_read(struct targets *ret, str text, arena *mem, err *e)
{
	json_error_t why;
	json_t *j = json_loadb(text.ptr ? text.ptr : "", text.len, JSON_REJECT_DUPLICATES, &why);
	const json_t *list = json_object_get(j, "targets"), *one;
	bool good = json_is_array(list);
	size_t i;

	*ret = (struct targets){ .key = text_of(j, "key", mem),
				 .made_ns = json_integer_value(json_object_get(j, "made")) };
	json_array_foreach(list, i, one)
	{
		struct target *t = VEC_PUSH(&ret->at, LIMIT_STORY_CLUES);

		good = good && t && target_read(t, one, mem);
	}
	json_decref(j);
	return good ? 0
		    : err_set(e, ERR_CORRUPT, ERR_NO_OFFSET,
			      "the registry holds targets that cannot be read");
}

int targets_told(struct told *ret, const struct targets *t, const uint32_t *pick, size_t n,
		 const struct story *empty, err *e)
{
	size_t len = pick ? n : t->at.len;

	*ret = (struct told){
		.st = empty, .made_ns = t->made_ns, .first_ns = TIME_NONE, .last_ns = TIME_NONE
	};
	if (t->key.len < sizeof ret->key)
		memcpy(ret->key, t->key.ptr, t->key.len);
	for (size_t i = 0; i < len; i++) {
		struct told_indicator *x = VEC_PUSH(&ret->indicator, LIMIT_STORY_CLUES);

		if (!x)
			return err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for a notice");
		*x = t->at.at[pick ? pick[i] : i].x;
	}
	return 0;
}
