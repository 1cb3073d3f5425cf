#include "readers/winjson/shape.h"

#include "util/limits.h"

/* --- which shape ---------------------------------------------------------------------------- */

static bool has(const struct leaf_names *names, const char *dotted)
{
	return leaf_names_find(names, str_of(dotted)) >= 0;
}

static bool has_prefix(const struct leaf_names *names, const char *prefix)
{
	return leaf_names_below(names, str_of(prefix));
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

/* Hayabusa's findings name the event that they are about, and are none. */
static bool is_finding(const struct leaf_names *names)
{
	return has(names, "RuleTitle") && has(names, "Level");
}

static bool is_flat(const struct leaf_names *names)
{
	bool id = has(names, "EventID") || has(names, "EventId") || has(names, "EventCode") ||
		  has(names, "event_id") || has(names, "EventIdentifier");
	bool log = has(names, "Channel") || has(names, "LogName") || has(names, "log_name") ||
		   has(names, "channel");

	if (is_finding(names))
		return false;
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
