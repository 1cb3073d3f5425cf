#include "readers/text/textkeys.h"

enum { NAME_MAX = 64, COLUMN_MORE = LIMIT_TEXT_KEYS - 1, FIRST = LIMIT_TEXT_KEYS };

void text_keys_init(struct text_keys *k)
{
	map_init(&k->known, LIMIT_TEXT_KEYS, (size_t)LIMIT_TEXT_KEYS * NAME_MAX);
	for (uint32_t i = 0; i < LIMIT_TEXT_KEYS; i++)
		k->follows[i] = i + 1;
	k->follows[FIRST] = 0;
}

void text_keys_done(struct text_keys *k)
{
	map_done(&k->known);
	buf_done(&k->more);
}

void text_keys_begin(struct text_keys *k)
{
	memset(k->values, 0, k->n * sizeof k->values[0]);
	k->at = FIRST;
	buf_clear(&k->more);
}

static bool is_name(str s)
{
	static const bool NEVER[256] = {
		['"'] = true, ['\''] = true, ['='] = true, ['|'] = true, ['<'] = true,
		['>'] = true, ['{'] = true,  ['}'] = true, ['\\'] = true
	};

	if (!s.len || s.len > NAME_MAX)
		return false;
	for (size_t i = 0; i < s.len; i++)
		if ((unsigned char)s.ptr[i] < 0x20 || NEVER[(unsigned char)s.ptr[i]])
			return false;
	return true;
}

/* The column that is expected now, if it has this name. */
static value *expected(struct text_keys *k, str name)
{
	uint32_t i = k->follows[k->at];

	if (i >= k->n || !str_eq(k->names[i], name))
		return NULL;
	k->at = i;
	return &k->values[i];
}

/* The column of a name, made if there is room below `max`; NULL if there is none. */
static value *column(struct text_keys *k, str name, uint32_t max)
{
	struct map_entry *m;
	bool fresh;

	m = k->n < max ? map_put(&k->known, name, k->n, &fresh) : map_get(&k->known, name);
	if (!m)
		return NULL;
	if (m->value == k->n) {
		k->names[k->n] = m->key;
		k->values[k->n++] = (value){ 0 };
	}
	k->follows[k->at] = (uint32_t)m->value;
	k->at = (uint32_t)m->value;
	return &k->values[m->value];
}

void text_keys_put(struct text_keys *k, str name, value v)
{
	value *to;

	if (v.type == VALUE_ABSENT)
		return;
	to = expected(k, name);
	if (!to && is_name(name))
		to = column(k, name, COLUMN_MORE);
	if (to && to->type == VALUE_ABSENT) {
		*to = v;
		return;
	}
	if (k->more.len)
		buf_byte(&k->more, ' ');
	buf_str(&k->more, name);
	buf_byte(&k->more, '=');
	value_text(v, &k->more);
}

str text_keys_get(const struct text_keys *k, const char *name)
{
	const struct map_entry *m = map_get(&k->known, str_of(name));
	value v = m ? k->values[m->value] : (value){ 0 };

	return (str){ (const char *)v.ptr, v.type == VALUE_ABSENT ? 0 : v.len };
}

bool text_keys_say(struct text *t, struct text_keys *k, const char *dataset, const struct text_keys **said)
{
	value *more = k->more.len ? column(k, STR("more"), LIMIT_TEXT_KEYS) : NULL;

	if (more)
		*more = value_utf8(buf_view(&k->more));
	if (*said != k || k->said != k->n || k->dataset != dataset || !t->schema) {
		*said = NULL;
		if (!text_columns(t, str_of(dataset), k->names, k->n))
			return false;
		*said = k;
		k->said = k->n;
		k->dataset = dataset;
	}
	if (k->n)
		memcpy(t->values, k->values, k->n * sizeof k->values[0]);
	return true;
}

int text_keyed_open(struct text *t, err *e)
{
	(void)e;
	text_keys_init(&((struct text_keyed *)t->state)->keys);
	return 0;
}

void text_keyed_close(void *state)
{
	text_keys_done(&((struct text_keyed *)state)->keys);
}
