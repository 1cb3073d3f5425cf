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
	SIGNAL_SERVER_COMMANDS,
	SIGNAL_NEW_PAGES,
	SIGNAL_WRITTEN_PAGES,
	SIGNAL_FIRST_CALLS,
	SIGNAL_NEW_INSTALLS,
	SIGNAL_NEW_PROGRAMS,
	SIGNAL_FIRST_ACCESS,
	SIGNAL_REPLACED_CONTENT,
	SIGNAL_COHORT,
	SIGNAL_COMMON_CALLS,
	SIGNAL_INDICATORS,
	SIGNAL_INNER_CALLS,
	SIGNAL_FOOTHOLDS,
	SIGNAL_RELAY_PAGES,
	SIGNAL_RELAY_MAIL,
	SIGNAL_RELAY_CLIENTS,
	SIGNAL_RELAY_VOLUME,
	SIGNAL_TUNNELS,
	SIGNALS
};

const char *signal_name(enum signal s);    /* "server-commands"; NULL: no such */
const char *signal_meaning(enum signal s); /* in a line */
bool signal_named(str name, enum signal *ret);

#endif
