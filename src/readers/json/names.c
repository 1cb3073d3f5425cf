#include "readers/json/names.h"

#include "readers/json/flat.h"

enum { PARTS_MAX = 2 * LIMIT_JSON_DEPTH + 8 };

static str unescaped(str raw, arena *mem)
{
	bool bad = false;
	char *p;
	size_t n;

	if (!raw.len || !memchr(raw.ptr, '\\', raw.len))
		return raw;
	p = arena_alloc(mem, raw.len + 1);
	if (!p)
		return raw;
	n = flat_unescape(raw, p, &bad);
	return n == SIZE_MAX ? raw : (str){ p, n };
}

static bool set_parts(struct leaf_name *l, const str *stack, uint32_t depth, arena *mem)
{
	str *parts = arena_array(mem, depth, sizeof *parts);

	if (!parts)
		return false;
	memcpy(parts, stack, depth * sizeof *parts);
	l->parts = parts;
	l->nparts = depth;
	return true;
}

static bool set_dotted(struct leaf_name *l, arena *mem)
{
	size_t len = 0, at = 0;
	char *p;

	l->last = l->parts[l->nparts - 1];
	if (l->nparts == 1) {
		l->dotted = l->last;
		return true;
	}
	for (uint32_t i = 0; i < l->nparts; i++)
		len += l->parts[i].len + 1;
	p = arena_alloc(mem, len);
	if (!p)
		return false;
	for (uint32_t i = 0; i < l->nparts; i++) {
		if (i)
			p[at++] = '.';
		if (l->parts[i].len)
			memcpy(p + at, l->parts[i].ptr, l->parts[i].len);
		at += l->parts[i].len;
	}
	l->dotted = (str){ p, at };
	return true;
}

static uint32_t count_leaves(str sig)
{
	uint32_t n = 0;

	for (size_t i = 0; i < sig.len; i++)
		n += sig.ptr[i] == FLAT_LEAF;
	return n;
}

static bool walk(struct leaf_names *ret, str sig, arena *mem)
{
	str stack[PARTS_MAX], tag = { "", 0 };
	uint32_t depth = 0;
	size_t i = 0, from;

	while (i < sig.len) {
		if (sig.ptr[i] == FLAT_CLOSE) {
			depth -= depth > 0;
			i++;
			continue;
		}
		if (sig.ptr[i] == FLAT_TAG) {
			for (from = ++i; i < sig.len && sig.ptr[i] != FLAT_TAG; i++)
				;
			tag = (str){ sig.ptr + from, i - from };
			i++;
			continue;
		}
		for (from = i; i < sig.len && sig.ptr[i] != FLAT_LEAF && sig.ptr[i] != FLAT_OPEN; i++)
			;
		if (i == sig.len || depth == PARTS_MAX)
			break;
		stack[depth++] = unescaped((str){ sig.ptr + from, i - from }, mem);
		if (sig.ptr[i++] != FLAT_LEAF)
			continue;
		ret->at[ret->n].tag = tag;
		tag.len = 0;
		if (!set_parts(&ret->at[ret->n++], stack, depth--, mem))
			return false;
	}
	return true;
}

/* --- envelopes ------------------------------------------------------------------------------ */

static bool under(const struct leaf_names *names, str first, str second)
{
	for (uint32_t i = 0; i < names->n; i++)
		if (names->at[i].nparts > 1 && str_eq(names->at[i].parts[0], first) &&
		    (!second.ptr || str_eq(names->at[i].parts[1], second)))
			return true;
	return false;
}

bool leaf_names_root(const struct leaf_names *names, str name)
{
	for (uint32_t i = 0; i < names->n; i++)
		if (str_eq(names->at[i].parts[0], name))
			return true;
	return false;
}

static void take_off(struct leaf_names *names, str envelope)
{
	for (uint32_t i = 0; i < names->n; i++) {
		struct leaf_name *l = &names->at[i];

		if (l->nparts > 1 && str_eq(l->parts[0], envelope)) {
			l->parts++;
			l->nparts--;
		}
	}
}

static void unwrap(struct leaf_names *names)
{
	static const str ANY = { NULL, 0 };

	if (under(names, STR("_source"), ANY))
		take_off(names, STR("_source"));
	else if (under(names, STR("fields"), ANY) &&
		 (leaf_names_root(names, STR("_index")) || leaf_names_root(names, STR("_id"))))
		take_off(names, STR("fields"));
	else if ((under(names, STR("result"), ANY) && leaf_names_root(names, STR("preview"))) ||
		 under(names, STR("result"), STR("_raw")) || under(names, STR("result"), STR("EventCode")) ||
		 under(names, STR("result"), STR("EventID")))
		take_off(names, STR("result"));
}

/* GELF puts "_" before every additional field. */
static void strip_gelf(struct leaf_names *names, arena *mem)
{
	static const char BEATS[] = "winlogbeat_";
	static const struct {
		str from, to;
	} PARTS[] = {
		{ { "winlog_event_data_", 18 }, { "winlog.event_data.", 18 } },
		{ { "winlog_user_data_", 17 }, { "winlog.user_data.", 17 } },
		{ { "winlog_", 7 }, { "winlog.", 7 } },
	};

	if (!leaf_names_root(names, STR("short_message")) || !leaf_names_root(names, STR("host")))
		return;
	for (uint32_t i = 0; i < names->n; i++) {
		struct leaf_name *l = &names->at[i];
		str s = l->parts[0];
		str *fresh;

		if (s.len > 1 && s.ptr[0] == '_')
			s = (str){ s.ptr + 1, s.len - 1 };
		if (str_starts(s, STR("winlogbeat_")))
			s = (str){ s.ptr + sizeof BEATS - 1, s.len - (sizeof BEATS - 1) };
		for (size_t k = 0; k < COUNT(PARTS); k++) {
			if (str_starts(s, PARTS[k].from)) {
				str t = arena_printf(mem, "%s%.*s", PARTS[k].to.ptr,
						     (int)(s.len - PARTS[k].from.len),
						     s.ptr + PARTS[k].from.len);
				if (t.ptr)
					s = t;
				break;
			}
		}
		if (s.ptr != l->parts[0].ptr && set_parts(l, l->parts, l->nparts, mem)) {
			fresh = (str *)(uintptr_t)l->parts;
			fresh[0] = s;
		}
	}
}

bool leaf_names_parse(struct leaf_names *ret, str sig, arena *mem)
{
	struct leaf_names names = { 0 };

	names.at = arena_array(mem, count_leaves(sig) + 1, sizeof *names.at);
	if (!names.at || !walk(&names, sig, mem))
		return false;
	unwrap(&names);
	strip_gelf(&names, mem);
	for (uint32_t i = 0; i < names.n; i++)
		if (!set_dotted(&names.at[i], mem))
			return false;
	*ret = names;
	return true;
}

int32_t leaf_names_find(const struct leaf_names *names, str dotted)
{
	for (uint32_t i = 0; i < names->n; i++)
		if (str_eq(names->at[i].dotted, dotted))
			return (int32_t)i;
	return -1;
}

bool leaf_names_below(const struct leaf_names *names, str prefix)
{
	for (uint32_t i = 0; i < names->n; i++)
		if (str_starts(names->at[i].dotted, prefix))
			return true;
	return false;
}
