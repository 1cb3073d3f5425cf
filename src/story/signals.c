#include "story/signals.h"

static const char *const NAMES[SIGNALS] = {
	[SIGNAL_SERVER_COMMANDS] = "server-commands",
	[SIGNAL_NEW_PAGES] = "new-pages",
	[SIGNAL_WRITTEN_PAGES] = "written-pages",
	[SIGNAL_FIRST_CALLS] = "first-calls",
	[SIGNAL_NEW_INSTALLS] = "new-installs",
	[SIGNAL_NEW_PROGRAMS] = "new-programs",
	[SIGNAL_FIRST_ACCESS] = "first-access",
	[SIGNAL_REPLACED_CONTENT] = "replaced-content",
	[SIGNAL_COHORT] = "cohort",
	[SIGNAL_COMMON_CALLS] = "common-calls",
	[SIGNAL_INDICATORS] = "indicators",
	[SIGNAL_INNER_CALLS] = "inner-calls",
	[SIGNAL_FOOTHOLDS] = "footholds",
	[SIGNAL_RELAY_PAGES] = "relay-pages",
	[SIGNAL_RELAY_MAIL] = "relay-mail",
	[SIGNAL_RELAY_CLIENTS] = "relay-clients",
	[SIGNAL_RELAY_VOLUME] = "relay-volume",
	[SIGNAL_TUNNELS] = "tunnels",
};

const char *signal_name(enum signal s)
{
	return (unsigned)s < SIGNALS ? NAMES[s] : NULL;
}

bool signal_named(str name, enum signal *ret)
{
	for (unsigned i = 0; i < SIGNALS; i++)
		if (str_eq(name, str_of(NAMES[i]))) {
			*ret = (enum signal)i;
			return true;
		}
	return false;
}
