/* stock.h - what the constituents have: rows of inventories, found by the name of a product.
 *
 * Read from tables (party, host, product, ...; docs/warn.md lists the columns), from lists of CPE names, or put in row by row.
 * Texts are copied. Thread rule: one owner while it is filled; afterwards read-only. */
#ifndef SPOOR_WARN_STOCK_H
#define SPOOR_WARN_STOCK_H

#include "util/buf.h"
#include "util/err.h"
#include "util/map.h"
#include "util/vec.h"
#include "warn/cpe.h"
#include "warn/prodname.h"

enum exposure { EXPOSURE_UNKNOWN, EXPOSURE_INTERNAL, EXPOSURE_INTERNET };

/* By what rows are found. */
enum stock_key {
	STOCK_CPE,     /* vendor and product of a CPE name */
	STOCK_FULL,    /* vendor and product by name */
	STOCK_PRODUCT, /* product by name */
	STOCK_PURL,    /* type, namespace and name of a package URL */
	STOCK_HOST,    /* party and host */
	STOCK_KEYS
};

#define STOCK_NONE UINT32_MAX

struct stock_row {
	str party, host, vendor, product, version, contact;
	const struct cpe *cpe; /* NULL: none given */
	struct prodname name;
	enum exposure exposure;
	bool packaged;             /* a package of a distribution: fixes are taken over into older versions */
	uint32_t id[STOCK_KEYS];   /* of the keys; STOCK_NONE: has none */
	uint32_t next[STOCK_KEYS]; /* another row of the same key */
};

struct stock {
	VEC(struct stock_row) row;
	struct stock_index {
		map keys;
		VEC(uint32_t) first;
	} index[STOCK_KEYS];
	map texts; /* of rows, each once */
	arena mem;
	buf scratch;
	uint64_t passed; /* rows that name no product */
	uint64_t unreadable_cpe;
	bool failed; /* a ceiling or no memory */
};

void stock_init(struct stock *s);
void stock_done(struct stock *s);

/* Rows of one inventory; `source` names it in errors. ERR_UNSUPPORTED: its columns name no product. */
int stock_read(struct stock *s, str text, str source, err *e);

/* Software that the evidence of a case itself tells of: packages that dpkg's log says to be installed last. *ret_n: rows. */
int stock_read_case(struct stock *s, const char *dir, size_t *ret_n, err *e);

/* What a row is made of; everything may be empty but one of product, cpe and purl. */
struct stock_given {
	str party, host, vendor, product, version, contact, cpe, purl, exposure;
	bool packaged;
};
/* False: it names no product (counted), or s->failed. */
bool stock_add(struct stock *s, const struct stock_given *g);

/* The key's number, STOCK_NONE if no row has it. */
uint32_t stock_find(const struct stock *s, enum stock_key kind, str key);
/* The first row of a key's number; others follow by next[kind]. */
uint32_t stock_first(const struct stock *s, enum stock_key kind, uint32_t id);

/* The key of a vendor and a product of CPE; to has room for both and one byte. */
str stock_cpe_key(str vendor, str product, buf *to);
/* "pkg:npm/%40angular/core@1.0?x=y" to "npm/@angular/core" in *to and its version (a view on `to` behind it). False: none. */
bool stock_purl(str purl, buf *to, str *ret_key, str *ret_version);

#endif
