#include "story/signals.h"

static const struct {
	const char *name, *meaning;
} ROWS[SIGNALS] = {
	[SIGNAL_SERVER_COMMANDS] = { "server-commands",
				     "what a server's process starts that it does not start every day" },
	[SIGNAL_NEW_PAGES] = { "new-pages", "paths that somebody outside was the first to ask for" },
	[SIGNAL_WRITTEN_PAGES] = { "written-pages",
				   "pages written below a web root, management commands with a page in them" },
	[SIGNAL_FIRST_CALLS] = { "first-calls", "places outside that nobody called before" },
	[SIGNAL_NEW_INSTALLS] = { "new-installs", "services and tasks that nobody had before" },
	[SIGNAL_NEW_PROGRAMS] = { "new-programs", "programs that nobody had before" },
	[SIGNAL_FIRST_ACCESS] = { "first-access", "hosts that another came to for the first time" },
	[SIGNAL_REPLACED_CONTENT] = { "replaced-content", "one path, second size" },
	[SIGNAL_COHORT] = { "cohort", "what those who fetched something have in common" },
	[SIGNAL_COMMON_CALLS] = { "common-calls",
				  "places that several hosts under control call, and hardly anybody else" },
	[SIGNAL_INDICATORS] = { "indicators", "what was found on one host, looked for on all" },
	[SIGNAL_INNER_CALLS] = { "inner-calls", "new ports of a server under control" },
	[SIGNAL_FOOTHOLDS] = { "footholds",
			       "opened documents, hidden commands, installation from another host" },
	[SIGNAL_RELAY_PAGES] = { "relay-pages", "use of the intruders' pages" },
	[SIGNAL_RELAY_MAIL] = { "relay-mail", "other people's mail read from outside" },
	[SIGNAL_RELAY_CLIENTS] = { "relay-clients", "rare clients shared with a relay" },
	[SIGNAL_RELAY_VOLUME] = { "relay-volume", "much that was fetched" },
	[SIGNAL_TUNNELS] = { "tunnels", "tunnels that fit nobody's habit" },
};

const char *signal_name(enum signal s)
{
	return (unsigned)s < SIGNALS ? ROWS[s].name : NULL;
}

const char *signal_meaning(enum signal s)
{
	return (unsigned)s < SIGNALS ? ROWS[s].meaning : NULL;
}

bool signal_named(str name, enum signal *ret)
{
	for (unsigned i = 0; i < SIGNALS; i++)
		if (str_eq(name, str_of(ROWS[i].name))) {
			*ret = (enum signal)i;
			return true;
		}
	return false;
}
