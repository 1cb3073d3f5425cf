#include "readers/winjson/names.h"

#include "readers/winjson/flat.h"

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
	str stack[PARTS_MAX];
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
			ret->tag = (str){ sig.ptr + from, i - from };
			i++;
			continue;
		}
		for (from = i; i < sig.len && sig.ptr[i] != FLAT_LEAF && sig.ptr[i] != FLAT_OPEN; i++)
			;
		if (i == sig.len || depth == PARTS_MAX)
			break;
		stack[depth++] = unescaped((str){ sig.ptr + from, i - from }, mem);
		if (sig.ptr[i++] == FLAT_LEAF && !set_parts(&ret->at[ret->n++], stack, depth--, mem))
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

static bool at_root(const struct leaf_names *names, str name)
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
		 (at_root(names, STR("_index")) || at_root(names, STR("_id"))))
		take_off(names, STR("fields"));
	else if (under(names, STR("result"), STR("_raw")) || under(names, STR("result"), STR("EventCode")) ||
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

	if (!at_root(names, STR("short_message")) || !at_root(names, STR("host")))
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

/* --- which shape ---------------------------------------------------------------------------- */

static bool has(const struct leaf_names *names, const char *dotted)
{
	return leaf_names_find(names, str_of(dotted)) >= 0;
}

static bool has_prefix(const struct leaf_names *names, const char *prefix)
{
	for (uint32_t i = 0; i < names->n; i++)
		if (str_starts(names->at[i].dotted, str_of(prefix)))
			return true;
	return false;
}

static bool is_action(const struct leaf_names *names)
{
	static const str VERBS[] = { { "index", 5 }, { "create", 6 }, { "update", 6 }, { "delete", 6 } };

	for (uint32_t i = 0; i < names->n; i++) {
		const struct leaf_name *l = &names->at[i];
		bool verb = false;

		for (size_t k = 0; k < COUNT(VERBS); k++)
			verb |= str_eq(l->parts[0], VERBS[k]);
		if (!verb || l->nparts > 2 || (l->nparts == 1 && names->n > 1) ||
		    (l->nparts == 2 && l->last.ptr[0] != '_' && !str_eq(l->last, STR("routing"))))
			return false;
	}
	return names->n > 0;
}

static bool is_flat(const struct leaf_names *names)
{
	bool id = has(names, "EventID") || has(names, "EventId") || has(names, "EventCode") ||
		  has(names, "event_id") || has(names, "EventIdentifier");
	bool log = has(names, "Channel") || has(names, "LogName") || has(names, "log_name") ||
		   has(names, "channel");

	if (id && (log || (has(names, "SourceName") && has(names, "SourceModuleName"))))
		return true;
	/* Get-WinEvent | ConvertTo-Json */
	return has(names, "Id") && has(names, "LogName") && has(names, "ProviderName");
}

enum shape leaf_names_shape(const struct leaf_names *names)
{
	if (has_prefix(names, "Event.System."))
		return SHAPE_EVTX_DUMP;
	if (has_prefix(names, "data.win.system.") || has_prefix(names, "data.win.eventdata.") ||
	    has_prefix(names, "win.system."))
		return SHAPE_WAZUH;
	if (has(names, "winlog.channel") || has(names, "winlog.event_id") ||
	    has_prefix(names, "winlog.event_data.") ||
	    (has(names, "log_name") && has_prefix(names, "event_data.")))
		return SHAPE_ECS;
	if (has_prefix(names, "System.EventID") || has(names, "System.Channel"))
		return SHAPE_VELOCIRAPTOR;
	if (is_flat(names))
		return SHAPE_FLAT;
	return is_action(names) ? SHAPE_ACTION : SHAPE_OTHER;
}

enum shape shape_of(str sig)
{
	struct leaf_names names;
	enum shape shape = SHAPE_OTHER;
	arena mem;

	arena_init(&mem, LIMIT_WINJSON_PLAN_BYTES);
	if (leaf_names_parse(&names, sig, &mem))
		shape = leaf_names_shape(&names);
	arena_done(&mem);
	return shape;
}

/* --- names ---------------------------------------------------------------------------------- */

static const str FIELDS[] = {
#include "windows_fields.inc"
};

static unsigned char fold(char c)
{
	return (unsigned char)(c >= 'A' && c <= 'Z' ? c | 0x20 : c);
}

static int cmp_fold(str a, str b)
{
	size_t n = a.len < b.len ? a.len : b.len;

	for (size_t i = 0; i < n; i++)
		if (fold(a.ptr[i]) != fold(b.ptr[i]))
			return fold(a.ptr[i]) - fold(b.ptr[i]);
	return a.len < b.len ? -1 : a.len > b.len;
}

static bool same_but_first(str a, str b)
{
	return a.len == b.len && a.len > 0 && memcmp(a.ptr + 1, b.ptr + 1, a.len - 1) == 0;
}

str field_name_restore(str name, arena *mem)
{
	size_t lo = 0, hi = COUNT(FIELDS);
	str best = { NULL, 0 }, copy;

	if (name.len == 0)
		return name;
	while (lo < hi) {
		size_t mid = (lo + hi) / 2;

		if (cmp_fold(FIELDS[mid], name) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	for (; lo < COUNT(FIELDS) && cmp_fold(FIELDS[lo], name) == 0; lo++) {
		if (same_but_first(FIELDS[lo], name)) /* capitals sort first */
			return FIELDS[lo];
		if (!best.ptr)
			best = FIELDS[lo];
	}
	/* written in camel case: only the first letter was changed */
	if (name.ptr[0] < 'a' || name.ptr[0] > 'z')
		return name;
	for (size_t i = 1; i < name.len; i++)
		if (name.ptr[i] >= 'A' && name.ptr[i] <= 'Z')
			best.ptr = NULL;
	if (best.ptr)
		return best;
	copy = arena_str(mem, name);
	if (!copy.ptr)
		return name;
	((char *)(uintptr_t)copy.ptr)[0] = (char)(name.ptr[0] & ~0x20);
	return copy;
}
