/* values.h - what a rule's field is in an event: columns, presence, text.
 *
 * A field is every column of that name, and every element of an array in it: any of its values may
 * satisfy a predicate. Thread rule: pure functions. */
#ifndef SPOOR_DETECT_VALUES_H
#define SPOOR_DETECT_VALUES_H

#include "event/event.h"
#include "util/buf.h"

/* The whole line: no field of rules, but keywords look into it. */
static inline bool column_is_line(const struct column *col)
{
	return (col->flags & COLUMN_F_LINE) != 0;
}

/* May rules see this column? */
static inline bool column_is_field(const struct column *col)
{
	return !(col->flags & COLUMN_F_HIDDEN);
}

/* An element of a Windows event without any value is still there: it is null and reads as an empty
 * text. An attribute or a cell without value is not there. */
static inline bool column_is_present(const struct schema *s, const struct column *col, value v)
{
	return v.type != VALUE_ABSENT || (s->family == FAMILY_WINDOWS && !(col->flags & COLUMN_F_ATTRIBUTE));
}

/* As value_next(), but a present value without content is one empty text. */
bool values_next(value v, size_t *pos, value *ret);

/* False for types whose text is made of digits, hexadecimal letters and "xstz-:.,+ " only. */
static inline bool values_is_text(value v)
{
	return value_is_text(v) || v.type == VALUE_BOOL || v.type == VALUE_TRUE_FALSE ||
	       v.type == VALUE_NUMBER || v.type == VALUE_FLOAT || v.type == VALUE_ABSENT;
}

/* Append the text that rules see of one element: well-formed UTF-8, as it is or in lower case. */
void values_text(value v, buf *out);
void values_folded(value v, buf *out);

#endif
