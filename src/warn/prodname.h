/* prodname.h - names of vendors and products in a form in which two spellings of one name are the same.
 *
 * Case, punctuation, blanks, trade marks and legal forms ("Inc.", "GmbH", "Software Foundation") do not matter; a few
 * vendors have other names (data/vendor_names.tsv). A product's name loses its vendor's at the front. Nothing is guessed:
 * names that differ by a letter are different. Thread rule: pure functions. */
#ifndef SPOOR_WARN_PRODNAME_H
#define SPOOR_WARN_PRODNAME_H

#include "util/buf.h"

struct prodname {
	str vendor;  /* "adobe"; empty: not known */
	str product; /* "illustrator" */
	str full;    /* "adobeillustrator"; of an unknown vendor: product */
};

/* Views on *b, which is cleared before. product.len 0: there is nothing to compare. */
struct prodname prodname_of(str vendor, str product, buf *b);

/* One vendor by two names: "cisco" and "ciscosystems". Either may be empty: not known. */
bool prodname_vendors_akin(str a, str b);

#endif
