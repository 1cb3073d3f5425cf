#include "story/story_priv.h"

struct role_row {
	enum role role;
	const char *value;
};

#include "web_roles.inc"

static bool ends_nocase(str s, str end)
{
	return s.len >= end.len && str_eq_ascii_nocase((str){ s.ptr + s.len - end.len, end.len }, end);
}

bool role_is(enum role role, str name)
{
	str base = role == ROLE_COVERT ? name : str_basename(name);

	for (size_t i = 0; i < COUNT(ROLES); i++) {
		str v = str_of(ROLES[i].value);
		bool hit;

		if (ROLES[i].role != role)
			continue;
		if (role == ROLE_PAGE)
			hit = ends_nocase(base, v);
		else if (role == ROLE_ROOT || role == ROLE_NOTROOT || role == ROLE_COVERT)
			hit = has_nocase(name, ROLES[i].value);
		else if (v.ptr[v.len - 1] == '*')
			hit = base.len >= v.len - 1 &&
			      str_eq_ascii_nocase((str){ base.ptr, v.len - 1 }, (str){ v.ptr, v.len - 1 });
		else
			hit = str_eq_ascii_nocase(base, v);
		if (hit)
			return true;
	}
	return false;
}
