/* sha256.h - the identity of evidence, over libcrypto. Thread rule: one owner per context. */
#ifndef SPOOR_UTIL_SHA256_H
#define SPOOR_UTIL_SHA256_H

#include "util/err.h"
#include "util/str.h"

#define SHA256_LEN 32
#define SHA256_HEX_LEN 64

struct sha256; /* opaque */

struct sha256 *sha256_new(err *e);
int sha256_add(struct sha256 *h, bytes data, err *e);
/* Writes the digest and makes the context ready for the next message. */
int sha256_end(struct sha256 *h, uint8_t ret_digest[SHA256_LEN], err *e);
void sha256_free(struct sha256 *h);

/* HMAC-SHA-256 of data under a key. False if libcrypto fails. Source: RFC 2104. */
bool sha256_mac(bytes key, bytes data, uint8_t ret_mac[SHA256_LEN]);

/* Are two digests the same? In a time that does not tell where they differ. */
bool sha256_same(const uint8_t a[SHA256_LEN], const uint8_t b[SHA256_LEN]);

/* Lower-case hex, NUL-terminated. */
void sha256_hex(const uint8_t digest[SHA256_LEN], char ret_hex[SHA256_HEX_LEN + 1]);

#endif
