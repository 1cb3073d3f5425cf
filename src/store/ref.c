#include "store/ref.h"

#include <stdio.h>

size_t event_ref_text(const uint8_t *sha256, const struct event_ref *ref, char out[REF_TEXT_MAX])
{
	char name[SHA256_HEX_LEN + 1];

	if (sha256)
		sha256_hex(sha256, name);
	else
		snprintf(name, sizeof name, "item%u", ref->item);
	return (size_t)snprintf(out, REF_TEXT_MAX, "%s:%llu:%llu", name, (unsigned long long)ref->offset,
				(unsigned long long)ref->record);
}

static bool parse_hash(str s, char hash[SHA256_HEX_LEN + 1])
{
	if (s.len < REF_HASH_MIN || s.len > SHA256_HEX_LEN)
		return false;
	for (size_t i = 0; i < s.len; i++) {
		char c = s.ptr[i];

		if (c >= 'A' && c <= 'F')
			c = (char)(c + 32);
		if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f')))
			return false;
		hash[i] = c;
	}
	hash[s.len] = '\0';
	return true;
}

bool event_ref_parse(str s, struct ref_text *ret)
{
	struct ref_text r = { 0 };
	uint64_t item = 0;
	str rest, name = str_cut(str_trim(s), ':', &rest);
	str offset = str_cut(rest, ':', &rest);

	if (!str_to_u64(offset, &r.offset) || !str_to_u64(rest, &r.record))
		return false;
	if (str_starts(name, STR("item"))) {
		if (!str_to_u64((str){ name.ptr + 4, name.len - 4 }, &item) || item > UINT32_MAX)
			return false;
		r.item = (uint32_t)item;
	} else if (!parse_hash(name, r.hash)) {
		return false;
	}
	*ret = r;
	return true;
}

bool event_ref_names(const struct ref_text *ref, const uint8_t *sha256, uint32_t item)
{
	char hex[SHA256_HEX_LEN + 1];

	if (ref->hash[0] == '\0')
		return ref->item == item;
	if (!sha256)
		return false;
	sha256_hex(sha256, hex);
	return strncmp(hex, ref->hash, strlen(ref->hash)) == 0;
}
