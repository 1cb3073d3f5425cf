#include "util/sha256.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdlib.h>

struct sha256 {
	EVP_MD_CTX *ctx;
};

static int begin(struct sha256 *h, err *e)
{
	if (EVP_DigestInit_ex(h->ctx, EVP_sha256(), NULL) != 1)
		return err_set(e, ERR_OOM, ERR_NO_OFFSET, "libcrypto cannot start SHA-256");
	return 0;
}

struct sha256 *sha256_new(err *e)
{
	struct sha256 *h = calloc(1, sizeof *h);

	if (h)
		h->ctx = EVP_MD_CTX_new();
	if (!h || !h->ctx) {
		err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for SHA-256");
		free(h);
		return NULL;
	}
	if (begin(h, e) < 0) {
		sha256_free(h);
		return NULL;
	}
	return h;
}

int sha256_add(struct sha256 *h, bytes data, err *e)
{
	if (EVP_DigestUpdate(h->ctx, data.ptr, data.len) != 1)
		return err_set(e, ERR_OOM, ERR_NO_OFFSET, "libcrypto: SHA-256 update failed");
	return 0;
}

int sha256_end(struct sha256 *h, uint8_t ret_digest[SHA256_LEN], err *e)
{
	uint8_t md[EVP_MAX_MD_SIZE];
	unsigned n = 0;

	if (EVP_DigestFinal_ex(h->ctx, md, &n) != 1 || n != SHA256_LEN)
		return err_set(e, ERR_OOM, ERR_NO_OFFSET, "libcrypto: SHA-256 final failed");
	memcpy(ret_digest, md, SHA256_LEN);
	return begin(h, e);
}

void sha256_free(struct sha256 *h)
{
	if (!h)
		return;
	EVP_MD_CTX_free(h->ctx);
	free(h);
}

void sha256_hex(const uint8_t digest[SHA256_LEN], char ret_hex[SHA256_HEX_LEN + 1])
{
	static const char HEX[] = "0123456789abcdef";

	for (size_t i = 0; i < SHA256_LEN; i++) {
		ret_hex[2 * i] = HEX[digest[i] >> 4];
		ret_hex[2 * i + 1] = HEX[digest[i] & 15];
	}
	ret_hex[SHA256_HEX_LEN] = '\0';
}

bool sha256_mac(bytes key, bytes data, uint8_t ret_mac[SHA256_LEN])
{
	unsigned len = SHA256_LEN;

	return HMAC(EVP_sha256(), key.ptr, (int)key.len, data.ptr, data.len, ret_mac, &len) != NULL;
}

bool sha256_same(const uint8_t a[SHA256_LEN], const uint8_t b[SHA256_LEN])
{
	return CRYPTO_memcmp(a, b, SHA256_LEN) == 0;
}
