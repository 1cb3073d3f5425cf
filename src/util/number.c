#include "util/number.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define INT_DIGITS_MAX 38 /* 10^38 < 2^127 */
#define NUMBER_LEN_MAX 400

static size_t digits(str s, size_t i)
{
	size_t n = 0;

	while (i + n < s.len && (unsigned char)(s.ptr[i + n] - '0') < 10)
		n++;
	return n;
}

static bool parse_double(str s, struct number *ret)
{
	char tmp[NUMBER_LEN_MAX + 1];

	if (s.len > NUMBER_LEN_MAX)
		return false;
	memcpy(tmp, s.ptr, s.len);
	tmp[s.len] = 0;
	*ret = (struct number){ .d = strtod(tmp, NULL) };
	return true;
}

static bool parse_hex(str s, struct number *ret)
{
	int128 v = 0;
	double d = 0;

	if (s.len < 3 || s.ptr[0] != '0' || (s.ptr[1] | 32) != 'x')
		return false;
	for (size_t i = 2; i < s.len; i++) {
		int c = (unsigned char)s.ptr[i] | 32;
		int x = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;

		if (x < 0 || (s.ptr[i] & 0x60) == 0)
			return false;
		if (i < 32)
			v = v * 16 + x;
		d = d * 16 + x;
	}
	*ret = s.len <= 32 ? (struct number){ .is_int = true, .i = v } : (struct number){ .d = d };
	return true;
}

static bool parse_int(str s, size_t from, bool negative, struct number *ret)
{
	int128 v = 0;

	while (from < s.len && s.ptr[from] == '0')
		from++;
	if (s.len - from > INT_DIGITS_MAX)
		return parse_double(s, ret);
	for (; from < s.len; from++)
		v = v * 10 + (s.ptr[from] - '0');
	*ret = (struct number){ .is_int = true, .i = negative ? -v : v };
	return true;
}

bool number_parse(str s, bool hex_ok, struct number *ret)
{
	size_t i = 0, whole, frac = 0;
	bool negative = false, point = false;

	while (s.len && (s.ptr[0] == ' ' || (unsigned char)(s.ptr[0] - 9) < 5))
		s = (str){ s.ptr + 1, s.len - 1 };
	while (s.len && (s.ptr[s.len - 1] == ' ' || (unsigned char)(s.ptr[s.len - 1] - 9) < 5))
		s.len--;
	if (s.len && (s.ptr[0] == '-' || s.ptr[0] == '+')) {
		negative = s.ptr[0] == '-';
		i = 1;
	}
	whole = digits(s, i);
	if (whole && i + whole == s.len)
		return parse_int(s, i, negative, ret);
	if (hex_ok && i == 0 && whole == 1 && parse_hex(s, ret))
		return true;
	i += whole;
	if (i < s.len && s.ptr[i] == '.') {
		point = true;
		frac = digits(s, i + 1);
		i += 1 + frac;
	}
	if (whole + frac == 0 || (!point && !whole))
		return false;
	if (i < s.len && (s.ptr[i] | 32) == 'e') {
		size_t k = i + 1, n;

		if (k < s.len && (s.ptr[k] == '-' || s.ptr[k] == '+'))
			k++;
		n = digits(s, k);
		if (n == 0)
			return false;
		i = k + n;
	}
	return i == s.len && parse_double(s, ret);
}

static int cmp_int_double(int128 i, double d)
{
	int128 t;
	double frac;

	if (d >= 1.7e38)
		return -1;
	if (d <= -1.7e38)
		return 1;
	t = (int128)d;
	if (i != t)
		return i < t ? -1 : 1;
	frac = d - (double)t;
	return frac > 0 ? -1 : frac < 0 ? 1 : 0;
}

int number_cmp(const struct number *a, const struct number *b)
{
	if (a->is_int && b->is_int)
		return (a->i > b->i) - (a->i < b->i);
	if (a->is_int)
		return cmp_int_double(a->i, b->d);
	if (b->is_int)
		return -cmp_int_double(b->i, a->d);
	return (a->d > b->d) - (a->d < b->d);
}

void number_text(const struct number *n, buf *out)
{
	char tmp[48];
	size_t k = sizeof tmp;
	int128 v = n->i;

	if (!n->is_int) {
		for (int prec = 1; prec <= 17; prec++) {
			snprintf(tmp, sizeof tmp, "%.*g", prec, n->d);
			if (strtod(tmp, NULL) >= n->d && strtod(tmp, NULL) <= n->d)
				break;
		}
		buf_z(out, tmp);
		if (isfinite(n->d) && !strpbrk(tmp, ".e"))
			buf_z(out, ".0");
		return;
	}
	if (v < 0)
		buf_byte(out, '-');
	do {
		int digit = (int)(v % 10);

		tmp[--k] = (char)('0' + (digit < 0 ? -digit : digit));
		v /= 10;
	} while (v);
	buf_add(out, tmp + k, sizeof tmp - k);
}
