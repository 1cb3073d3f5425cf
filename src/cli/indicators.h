/* indicators.h - lists of indicators as people and programs exchange them: one per line, CSV, STIX 2.1 bundles,
 * MISP events.
 *
 * Addresses, domains (of addresses of the web: their host), hashes (MD5, SHA-1, SHA-256), paths and file names are
 * taken; text that was made harmless ("hxxp", "[.]") is read as meant. Whatever else is there is counted as passed.
 * Hostile text is normal. Thread rule: one owner. */
#ifndef SPOOR_CLI_INDICATORS_H
#define SPOOR_CLI_INDICATORS_H

#include "story/scope.h"

struct indicators {
	VEC(struct scope_indicator) at; /* in the order of the text, each once */
	map seen;
	arena mem;
	uint64_t passed; /* lines, patterns and attributes that name no indicator of these kinds */
	bool failed;     /* a ceiling or no memory */
};

void indicators_init(struct indicators *in);
void indicators_done(struct indicators *in);

/* Add those of a text; the format is recognised by its first character. ERR_CORRUPT: JSON that is none. */
int indicators_read(struct indicators *in, str text, err *e);

#endif
