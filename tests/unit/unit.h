/* unit.h - what every cmocka test includes, and checks that name the case of a table that failed.
 * Thread rule: tests run in one thread. */
#ifndef SPOOR_TESTS_UNIT_H
#define SPOOR_TESTS_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "util/str.h"

/* assert_true() that tells which row of a table it was. */
#define CHECK(what, fact)                                                                          \
	do {                                                                                       \
		if (!(fact))                                                                       \
			fail_msg("%s: %s", (what), #fact);                                         \
	} while (0)

/* Leave a test that cannot run here. cmocka's own skip() prints "not ok", which counts as a failure;
 * tests/count.py counts this line as skipped. */
#define UNIT_SKIP(why)                                                                             \
	do {                                                                                       \
		print_message("# skipped: %s\n", (why));                                           \
		return;                                                                            \
	} while (0)

#define CHECK_STR(what, got, want)                                                                 \
	do {                                                                                       \
		str got_ = (got), want_ = (want);                                                  \
		if (!str_eq(got_, want_))                                                          \
			fail_msg("%s: got \"%.*s\", want \"%.*s\"", (what), STR_ARG(got_),          \
				 STR_ARG(want_));                                                  \
	} while (0)

#endif
