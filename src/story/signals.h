/* signals.h - the signals from which the reconstruction works, by name, so that one can be left out.
 *
 * An analyst who distrusts one writes `signals_off` into case.yaml; the report says so. Leaving each out in turn shows what
 * carries a result (docs/story.md). */
#ifndef SPOOR_STORY_SIGNALS_H
#define SPOOR_STORY_SIGNALS_H

#include <stdbool.h>
#include <stdint.h>

#include "util/str.h"

enum signal {
	SIGNAL_SERVER_COMMANDS,  /* what a server's process starts that it does not start every day */
	SIGNAL_NEW_PAGES,        /* paths that somebody outside was the first to ask for */
	SIGNAL_WRITTEN_PAGES,    /* pages written below a web root, management commands with a page in them */
	SIGNAL_FIRST_CALLS,      /* places outside that nobody called before */
	SIGNAL_NEW_INSTALLS,     /* services and tasks that nobody had before */
	SIGNAL_NEW_PROGRAMS,     /* programs that nobody had before */
	SIGNAL_FIRST_ACCESS,     /* hosts that another came to for the first time */
	SIGNAL_REPLACED_CONTENT, /* one path, second size */
	SIGNAL_COHORT,           /* what those who fetched something have in common */
	SIGNAL_COMMON_CALLS,     /* places that several hosts under control call, and hardly anybody else */
	SIGNAL_INDICATORS,       /* what was found on one host, looked for on all */
	SIGNAL_INNER_CALLS,      /* new ports of a server under control */
	SIGNAL_FOOTHOLDS,        /* opened documents, hidden commands, installation from another host */
	SIGNAL_RELAY_PAGES,      /* use of the intruders' pages */
	SIGNAL_RELAY_MAIL,       /* other people's mail read from outside */
	SIGNAL_RELAY_CLIENTS,    /* rare clients shared with a relay */
	SIGNAL_RELAY_VOLUME,     /* much that was fetched */
	SIGNAL_TUNNELS,          /* tunnels that fit nobody's habit */
	SIGNALS
};

const char *signal_name(enum signal s); /* "server-commands"; NULL: no such */
bool signal_named(str name, enum signal *ret);

#endif
