/* flat.h - one JSON object to a list of values and the signature of its structure.
 *
 * The signature is the sequence of member names with what they open or hold; it decides the schema, so
 * the schema is found by one look-up per object. Grammar, names as written between the quotes:
 *
 *	object := member*        member := name FLAT_LEAF | name FLAT_OPEN object FLAT_CLOSE
 *
 * JSON forbids bytes below 0x20 in names, so that the marks are unambiguous. What happens to arrays:
 *	scalars under "#text" or "Data"   one leaf each, same name (unnamed <Data> of an event)
 *	other scalars                     one leaf: absent, the only element, or an array value
 *	objects                           members one after another, same name
 * null and {} are leaves whose value is absent. Where the text of a member says what the object is
 * (kinds.h) or how its neighbours are called (winlog.user_data.xml_name), FLAT_TAG text FLAT_TAG precedes its
 * leaf.
 * Thread rule: one owner. */
#ifndef SPOOR_READERS_JSON_FLAT_H
#define SPOOR_READERS_JSON_FLAT_H

#include "event/value.h"
#include "readers/json/jsonshim.h"
#include "util/limits.h"

enum { FLAT_LEAF = 1, FLAT_OPEN = 2, FLAT_CLOSE = 3, FLAT_TAG = 4 };

/* Where inside an indexed text the next object starts. */
struct flat_cursor {
	bytes text;
	const uint32_t *at; /* index of jsonshim_index() */
	size_t n, i;
};

enum flat_result {
	FLAT_OK,
	FLAT_CUT, /* the text ends inside the object */
	FLAT_BAD, /* no JSON; cursor.i tells where */
	FLAT_OOM,
};

/* A text inside a member that holds the event in another coding. */
enum flat_inner { INNER_NONE, INNER_RAW, INNER_FULL_LOG, INNER_EVENTDATA, INNER_SYSLOG, INNER_JSON };

struct flat {
	buf sig;
	value *values; /* [0, n) */
	uint32_t n, cap;
	bool limited;  /* a ceiling was reached: something is missing or left as text */
	bool repaired; /* the text was repaired before: look for its marks */
	bool has_win;  /* data.win of a Wazuh alert is there */

	enum flat_inner inner; /* the first member of this kind ... */
	uint32_t inner_leaf;   /* ... its leaf ... */
	str inner_text;        /* ... and text */

	value *elems; /* of the arrays that are open */
	uint32_t nelems, elems_cap;
	char *scratch; /* texts without escapes; grows only between objects */
	size_t scratch_len, scratch_cap;
	struct jsonshim *shim; /* for JSON inside JSON */
};

/* NULL-safe; a zeroed struct is ready. */
void flat_done(struct flat *f);

/* Forget the object before, and have room for leaves with text_len bytes of text together. For those who write leaves
 * themselves, by flat_leaf() and its like; flat_object() does it, too. False without memory. */
bool flat_begin(struct flat *f, size_t text_len);

/* Read one object at c->at[c->i]; on FLAT_OK c->i stands behind it. Values are views on the text or on
 * f's scratch, valid until the next call. */
enum flat_result flat_object(struct flat *f, struct flat_cursor *c);

/* Reads f->inner_text that is no JSON and adds its leaves. False if it cannot. */
typedef bool flat_text(struct flat *f);

/* Add what the inner text holds, at the end; `other` may be NULL. False if it is not what it seemed. */
bool flat_inner(struct flat *f, flat_text *other);

/* Room for n more bytes of scratch; never moves. NULL past what flat_object() set aside. */
char *flat_scratch(struct flat *f, size_t n);

/* v[0..n) as one array value of all their elements, absent ones left out; a view on f's scratch. What there
 * is no room for is left out and f->limited set. */
value flat_join(struct flat *f, const value *v, uint32_t n);

/* For writers of further leaves: name is JSON-escaped. */
bool flat_leaf(struct flat *f, str name, value v);
void flat_open(struct flat *f, str name);
void flat_close(struct flat *f);

/* Text of a JSON string's inside to `out`, which has room for s.len bytes. *ret_bad: a lone surrogate
 * was replaced. SIZE_MAX: an escape is malformed. */
size_t flat_unescape(str s, char *out, bool *ret_bad);

#endif
