#include "desk/tlpgate.h"

static const char *const ROLES[NOTICE_ROLES] = { "victim", "hoster", "registrar", "national-cert" };

const char *notice_role_name(enum notice_role r)
{
	return (unsigned)r < NOTICE_ROLES ? ROLES[r] : NULL;
}

bool notice_role_named(str name, enum notice_role *ret)
{
	for (unsigned i = 0; i < NOTICE_ROLES; i++)
		if (str_is(name, ROLES[i])) {
			*ret = (enum notice_role)i;
			return true;
		}
	return false;
}

enum gate { OPEN, NAMED };

static const enum gate BY_TLP[TLPS][NOTICE_ROLES] = {
	[TLP_CLEAR] = { OPEN, OPEN, OPEN, OPEN },   [TLP_GREEN] = { OPEN, OPEN, OPEN, OPEN },
	[TLP_AMBER] = { OPEN, OPEN, OPEN, OPEN },   [TLP_AMBER_STRICT] = { OPEN, NAMED, NAMED, NAMED },
	[TLP_RED] = { NAMED, NAMED, NAMED, NAMED },
};

bool pap_allows_action(str pap)
{
	return str_is(pap, "GREEN") || str_is(pap, "CLEAR");
}

/* Is one of the texts between ';' the name or the address? */
static bool is_named(str named, str name, str mail)
{
	while (named.len) {
		str one = str_trim(str_cut(named, ';', &named));

		if (one.len && (str_eq_ascii_nocase(one, name) || str_eq_ascii_nocase(one, mail)))
			return true;
	}
	return false;
}

bool tlp_gate(str tlp, str pap, enum notice_role role, str named, str name, str mail, const char **why)
{
	enum tlp colour = TLP_RED;

	*why = NULL;
	if (is_named(named, name, mail))
		return true;
	if (!tlp_named(tlp, &colour))
		colour = TLP_RED;
	if (BY_TLP[colour][role] != OPEN)
		*why = colour == TLP_RED
			       ? "TLP:RED is told only to who is named (incident set ID named=...)"
			       : "TLP:AMBER+STRICT is told only to who was hurt, and to who is named (incident set ID named=...)";
	else if (role != NOTICE_VICTIM && !pap_allows_action(pap))
		*why = "PAP allows nothing that whoever uses it could see (incident set ID pap=GREEN, or named=...)";
	return !*why;
}
