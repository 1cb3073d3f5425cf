/* banned.h - functions that our own code must not use, as compile errors.
 *
 * The build puts this header before every C source (not before generated C or C++). The system headers
 * that declare the names come first, because a poisoned name is an error wherever it appears behind
 * the pragma. Unbounded writes, silent truncation, hidden state, number parsing without errors, time
 * zones of the machine, and the shell. Thread rule: nothing to share. */
#ifndef SPOOR_UTIL_BANNED_H
#define SPOOR_UTIL_BANNED_H

#ifndef SPOOR_GENERATED

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <wchar.h>

#undef sprintf /* macros of the C library in fortified builds */
#undef vsprintf

#pragma GCC poison strcpy strcat sprintf vsprintf stpcpy strncpy strncat strtok
#pragma GCC poison atoi atol atoll atof gets
#pragma GCC poison localtime gmtime asctime ctime
#pragma GCC poison tmpnam mktemp system popen

/* Common as parameter names in other people's headers, so not poisoned. */
extern int rand(void) __attribute__((deprecated("use getrandom()")));
extern void srand(unsigned seed) __attribute__((deprecated("use getrandom()")));

#endif
#endif
