#include <openssl/evp.h>
#include <stdio.h>

#include "share/share.h"

void uuid5(const uint8_t space[16], str name, char out[UUID_TEXT + 1])
{
	uint8_t sum[EVP_MAX_MD_SIZE] = { 0 };
	unsigned n = 0;
	EVP_MD_CTX *c = EVP_MD_CTX_new();

	if (c && EVP_DigestInit_ex(c, EVP_sha1(), NULL) == 1) {
		EVP_DigestUpdate(c, space, 16);
		EVP_DigestUpdate(c, name.ptr, name.len);
		EVP_DigestFinal_ex(c, sum, &n);
	}
	EVP_MD_CTX_free(c);
	sum[6] = (uint8_t)((sum[6] & 0x0f) | 0x50);
	sum[8] = (uint8_t)((sum[8] & 0x3f) | 0x80);
	snprintf(out, UUID_TEXT + 1, "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x",
		 sum[0], sum[1], sum[2], sum[3], sum[4], sum[5], sum[6], sum[7], sum[8], sum[9], sum[10],
		 sum[11], sum[12], sum[13], sum[14], sum[15]);
}

void share_uuid(const struct told *t, const char *kind, str what, char out[UUID_TEXT + 1])
{
	/* a name space of our own, drawn once */
	static const uint8_t SPACE[16] = { 0x5d, 0x1c, 0x0e, 0x83, 0x9a, 0x4f, 0x4e, 0x12,
					   0xb7, 0x60, 0x2f, 0x81, 0x3c, 0xd5, 0x77, 0x09 };
	buf name = { 0 };

	buf_printf(&name, "%s|%s|", t->key, kind);
	buf_str(&name, what);
	uuid5(SPACE, buf_view(&name), out);
	buf_done(&name);
}
