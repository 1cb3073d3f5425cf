/* split.h - a line to its fields, as values that are views on it.
 *
 * Each splitter writes at most `max` values, the absent ones too, and answers how many fields the line
 * has, which may be more. Nothing is allocated but where a quoted field holds doubled quotes or escapes:
 * then its text is put together in `mem`. Thread rule: pure functions. */
#ifndef SPOOR_READERS_SPLIT_H
#define SPOOR_READERS_SPLIT_H

#include "event/value.h"

/* At spaces and tabs; a run of them counts once. "-" is absent. */
size_t split_spaces(str line, value *out, size_t max);

/* At each `by`; "" and "-" are absent. (Tabs: Zeek, TMG; '|': SiLK.) */
size_t split_char(str line, char by, value *out, size_t max);

/* At spaces and tabs, but "..." is one field without its quotes, where a quote stands at the start of a
 * field and one at its end. */
size_t split_quoted(str line, value *out, size_t max);

/* RFC 4180 with any separator: "" inside quotes is one quote; a field that does not begin with a quote
 * ends at the separator whatever it holds. "" is absent. A quote that stays open ends with the line.
 * SIZE_MAX: no memory. */
size_t split_csv(str line, char by, value *out, size_t max, arena *mem);

/* One field that was split otherwise: nothing and "-" are absent. */
static inline value split_value(str s)
{
	return s.len == 0 || (s.len == 1 && s.ptr[0] == '-') ? (value){ 0 } : value_utf8(s);
}

/* key=value pairs, apart by spaces (or `by`), values bare or in quotes with \" and \\ escapes. One call per
 * pair: false at the end. What is no pair is passed over. *rest is the caller's cursor. */
struct split_pair {
	str key;
	value value;
};
bool split_pair_next(str *rest, char by, struct split_pair *ret, arena *mem);

#endif
