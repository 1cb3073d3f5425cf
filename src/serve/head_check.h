/* head_check.h - is the head of an HTTP request one that this server answers at all?
 *
 * Stricter than RFC 9112 allows a server to be, because only a browser or a script on the same machine has business here: one
 * form of each thing, so that no two readers can understand a request differently. Checked before any other code reads it.
 * Source: RFC 9110, RFC 9112; docs/serve.md. Thread rule: pure functions. */
#ifndef SPOOR_SERVE_HEAD_CHECK_H
#define SPOOR_SERVE_HEAD_CHECK_H

#include <stdint.h>

#include "util/str.h"

/* Bytes of the head with its empty line; 0: not there yet. */
size_t head_length(bytes received);

/* 0: answer it. Otherwise the status to refuse it with: 400, 405, 413, 421, 431, 505. */
int head_check(str head, uint16_t port);

/* Of the answers that are sent without reading further. */
const char *head_status_text(int status);

#endif
