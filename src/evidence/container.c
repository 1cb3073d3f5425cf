/* Containers are known by their content. Tar has no magic that is always there, but a checksum. */
#include "evidence/evidence.h"

enum { TAR_BLOCK = 512, TAR_CHECKSUM_AT = 148, TAR_CHECKSUM_LEN = 8 };

static bool tar_checksum_stored(const uint8_t *p, uint32_t *ret)
{
	uint32_t v = 0;
	size_t i = 0, digits = 0;

	while (i < TAR_CHECKSUM_LEN && p[i] == ' ')
		i++;
	for (; i < TAR_CHECKSUM_LEN && p[i] >= '0' && p[i] <= '7'; i++, digits++)
		v = v * 8 + (uint32_t)(p[i] - '0');
	if (digits == 0 || (i < TAR_CHECKSUM_LEN && p[i] != ' ' && p[i] != 0))
		return false;
	*ret = v;
	return true;
}

/* The header's bytes summed up with blanks in place of the checksum; old writers summed signed ones. */
static bool is_tar(bytes head)
{
	bytes h;
	uint32_t stored = 0, sum = 0;
	int32_t signed_sum = 0;

	if (!bytes_sub(head, 0, TAR_BLOCK, &h) || h.ptr[0] == 0 ||
	    !tar_checksum_stored(h.ptr + TAR_CHECKSUM_AT, &stored))
		return false;
	for (size_t i = 0; i < TAR_BLOCK; i++) {
		bool blank = i >= TAR_CHECKSUM_AT && i < TAR_CHECKSUM_AT + TAR_CHECKSUM_LEN;
		uint8_t c = blank ? ' ' : h.ptr[i];

		sum += c;
		signed_sum += (int8_t)c;
	}
	return stored == sum || (int64_t)stored == signed_sum;
}

const char *container_kind(bytes head)
{
	static const struct {
		const char *kind;
		str magic;
	} MAGIC[] = {
		{ "gzip", STR("\x1f\x8b\x08") },
		{ "xz", STR("\xfd"
			    "7zXZ\0") },
		{ "zstd", STR("\x28\xb5\x2f\xfd") },
		{ "zip", STR("PK\3\4") },
		{ "zip", STR("PK\5\6") },     /* without members */
		{ "zip", STR("PK00PK\3\4") }, /* one volume of a split archive */
		{ "7z", STR("7z\xbc\xaf\x27\x1c") },
	};
	static const str BLOCK = STR("\x31\x41\x59\x26\x53\x59"), END = STR("\x17\x72\x45\x38\x50\x90");
	str s = bytes_str(head);

	for (size_t i = 0; i < COUNT(MAGIC); i++)
		if (str_starts(s, MAGIC[i].magic))
			return MAGIC[i].kind;
	if (s.len >= 10 && str_starts(s, STR("BZh")) && s.ptr[3] >= '1' && s.ptr[3] <= '9') {
		str rest = { s.ptr + 4, s.len - 4 };

		if (str_starts(rest, BLOCK) || str_starts(rest, END))
			return "bzip2";
	}
	return is_tar(head) ? "tar" : NULL;
}
