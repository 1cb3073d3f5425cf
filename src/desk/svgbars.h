/* svgbars.h - bars for two spans of time, as SVG without scripts. Thread rule: pure functions. */
#ifndef SPOOR_DESK_SVGBARS_H
#define SPOOR_DESK_SVGBARS_H

#include "util/buf.h"

struct svg_bar {
	str label;
	uint64_t n[2]; /* now, before */
};

/* names: of the two spans, for the legend. */
void svg_bars(buf *to, str title, const struct svg_bar *bars, size_t n, const str names[2]);

#endif
