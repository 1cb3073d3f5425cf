/* number.h - numbers as rules compare them: exact integers, else doubles.
 *
 * Evidence strings are never retyped: text is a number only where a rule compares it with one.
 * Thread rule: pure functions. */
#ifndef SPOOR_UTIL_NUMBER_H
#define SPOOR_UTIL_NUMBER_H

#include "util/buf.h"

__extension__ typedef __int128 int128;

struct number {
	bool is_int;
	int128 i; /* where is_int */
	double d; /* else; may be infinite, never NaN */
};

/* Decimal text ("-1", "+0.5", "1e3", ".5"), blanks around it allowed; with hex_ok also 0x... without
 * a sign. Integers beyond 38 digits become doubles. */
bool number_parse(str s, bool hex_ok, struct number *ret);

/* -1, 0, 1. Exact also between an integer and a double. */
int number_cmp(const struct number *a, const struct number *b);

/* Append decimal text: integers in full, doubles in the shortest form that reads back the same. */
void number_text(const struct number *n, buf *out);

#endif
