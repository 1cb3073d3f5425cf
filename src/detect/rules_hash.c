#include "detect/rules_hash.h"

#include <stdlib.h>

#include "detect/bundle.h"
#include "util/limits.h"

typedef VEC(struct file_hash) hash_list;

static int hash_text(struct sha256 *sha, str text, struct file_hash *ret, err *e)
{
	uint8_t digest[SHA256_LEN];

	if (sha256_add(sha, str_bytes(text), e) < 0 || sha256_end(sha, digest, e) < 0)
		return -1;
	sha256_hex(digest, ret->hex);
	return 0;
}

static int cmp_hash(const void *a, const void *b)
{
	return memcmp(a, b, SHA256_HEX_LEN);
}

/* Of a set of hashes, in any order. */
static int hash_set(struct sha256 *sha, const struct file_hash *files, size_t n, struct file_hash *ret, err *e)
{
	struct file_hash *sorted = calloc(n + 1, sizeof *sorted);
	uint8_t digest[SHA256_LEN];
	int rc = 0;

	if (!sorted)
		return err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for the hashes of rules");
	memcpy(sorted, files, n * sizeof *files);
	qsort(sorted, n, sizeof *sorted, cmp_hash);
	for (size_t i = 0; rc == 0 && i < n; i++) {
		sorted[i].hex[SHA256_HEX_LEN] = '\n';
		rc = sha256_add(sha, (bytes){ (const uint8_t *)sorted[i].hex, SHA256_HEX_LEN + 1 }, e);
	}
	if (rc == 0)
		rc = sha256_end(sha, digest, e);
	if (rc == 0)
		sha256_hex(digest, ret->hex);
	free(sorted);
	return rc;
}

static int add_file(struct rule_hashes *h, hash_list *values, struct sha256 *sha, const struct bundle_file *f,
		    err *e)
{
	struct file_hash *at;
	bool is_new;

	if (f->status != BUNDLE_OK && f->status != BUNDLE_VALUES)
		return 0;
	at = f->status == BUNDLE_VALUES ? VEC_PUSH(values, LIMIT_RULE_FILES)
					: VEC_PUSH(&h->files, LIMIT_RULE_FILES);
	if (!at || (f->status == BUNDLE_OK && !map_put(&h->paths, f->path, h->files.len - 1, &is_new)))
		return err_set(e, ERR_LIMIT, ERR_NO_OFFSET, "too many rules");
	return hash_text(sha, f->text, at, e);
}

static int hash_all(struct rule_hashes *h, hash_list *values, struct sha256 *sha, bytes bundle, err *e)
{
	struct bundle_file f;
	size_t pos;

	if (!bundle_open(bundle, &pos))
		return err_set(e, ERR_CORRUPT, 0, "no rule bundle");
	while (bundle_next(bundle, &pos, &f) > 0)
		if (add_file(h, values, sha, &f, e) < 0)
			return -1;
	if (values->len && hash_set(sha, values->at, values->len, &h->values, e) < 0)
		return -1;
	return hash_set(sha, h->files.at, h->files.len, &h->rules, e);
}

int rule_hashes_of(struct rule_hashes *ret, bytes bundle, err *e)
{
	struct sha256 *sha = sha256_new(e);
	hash_list values = { 0 };
	int rc;

	*ret = (struct rule_hashes){ 0 };
	map_init(&ret->paths, LIMIT_RULE_FILES, LIMIT_RULES_BYTES);
	rc = sha ? hash_all(ret, &values, sha, bundle, e) : -1;
	VEC_DONE(&values);
	sha256_free(sha);
	if (rc < 0)
		rule_hashes_done(ret);
	return rc;
}

void rule_hashes_done(struct rule_hashes *h)
{
	map_done(&h->paths);
	VEC_DONE(&h->files);
	*h = (struct rule_hashes){ 0 };
}

str rule_hash_of(const struct rule_hashes *h, str path)
{
	const struct map_entry *entry = map_get(&h->paths, path);

	return entry ? (str){ h->files.at[entry->value].hex, SHA256_HEX_LEN } : STR("");
}
