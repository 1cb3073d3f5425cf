#include "util/str.h"

static unsigned char ascii_lower(unsigned char c)
{
	return c >= 'A' && c <= 'Z' ? (unsigned char)(c | 0x20) : c;
}

int str_cmp(str a, str b)
{
	size_t n = a.len < b.len ? a.len : b.len;
	int d = n ? memcmp(a.ptr, b.ptr, n) : 0;

	if (d != 0)
		return d < 0 ? -1 : 1;
	return a.len < b.len ? -1 : a.len > b.len;
}

bool str_eq_ascii_nocase(str a, str b)
{
	if (a.len != b.len)
		return false;
	for (size_t i = 0; i < a.len; i++)
		if (ascii_lower((unsigned char)a.ptr[i]) != ascii_lower((unsigned char)b.ptr[i]))
			return false;
	return true;
}

bool str_ends(str s, str suffix)
{
	return s.len >= suffix.len &&
	       (suffix.len == 0 || memcmp(s.ptr + s.len - suffix.len, suffix.ptr, suffix.len) == 0);
}

size_t str_find(str hay, str needle)
{
	const char *hit;

	if (needle.len == 0)
		return 0;
	hit = hay.len ? memmem(hay.ptr, hay.len, needle.ptr, needle.len) : NULL;
	return hit ? (size_t)(hit - hay.ptr) : SIZE_MAX;
}

str str_cut(str s, char sep, str *rest)
{
	const char *hit = s.len ? memchr(s.ptr, sep, s.len) : NULL;
	size_t n = hit ? (size_t)(hit - s.ptr) : s.len;

	*rest = hit ? (str){ hit + 1, s.len - n - 1 } : (str){ 0 };
	return (str){ s.ptr, n };
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

str str_trim(str s)
{
	while (s.len && is_blank(s.ptr[0]))
		s = (str){ s.ptr + 1, s.len - 1 };
	while (s.len && is_blank(s.ptr[s.len - 1]))
		s.len--;
	return s;
}

str str_basename(str path)
{
	for (size_t i = path.len; i-- > 0;)
		if (path.ptr[i] == '/' || path.ptr[i] == '\\')
			return (str){ path.ptr + i + 1, path.len - i - 1 };
	return path;
}

bool str_to_u64(str s, uint64_t *ret)
{
	enum { SAFE = 19 }; /* so many digits always fit */
	uint64_t v = 0;
	unsigned d;

	if (s.len == 0 || s.len > SAFE + 1)
		return false;
	for (size_t i = 0; i < s.len && i < SAFE; i++) {
		d = (unsigned char)s.ptr[i] - '0';
		if (d > 9)
			return false;
		v = v * 10 + d;
	}
	if (s.len > SAFE) {
		d = (unsigned char)s.ptr[SAFE] - '0';
		if (d > 9 || __builtin_mul_overflow(v, 10u, &v) || __builtin_add_overflow(v, d, &v))
			return false;
	}
	*ret = v;
	return true;
}
