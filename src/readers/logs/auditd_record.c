#include <stdio.h>
#include <stdlib.h>

#include "readers/logs/auditd.h"
#include "readers/text/escape.h"

static void skip(str *s, size_t n)
{
	*s = (str){ s->ptr + n, s->len - n };
}

static bool take(str *s, str word)
{
	if (!str_starts(*s, word))
		return false;
	skip(s, word.len);
	return true;
}

/* --- head ----------------------------------------------------------------------------------- */

/* "1713406442.917:8123" */
static bool id_read(str id, struct auditd_head *h)
{
	str ms, seconds;

	h->id = id;
	h->time = str_cut(id, ':', &h->serial);
	seconds = str_cut(h->time, '.', &ms);
	return str_is_digits(seconds) && str_is_digits(ms) && str_is_digits(h->serial);
}

bool auditd_head(str line, struct auditd_head *ret)
{
	struct auditd_head h = { 0 };
	size_t end;

	if (take(&line, STR("node=")))
		h.node = str_cut(line, ' ', &line);
	if (!take(&line, STR("type=")))
		return false;
	h.type = str_cut(line, ' ', &line);
	end = str_find(line, STR(")"));
	if (!h.type.len || !take(&line, STR("msg=audit(")) || end == SIZE_MAX || end < 10 ||
	    !id_read((str){ line.ptr, end - 10 }, &h))
		return false;
	skip(&line, end - 10 + 1);
	(void)take(&line, STR(":"));
	h.fields = line;
	*ret = h;
	return true;
}

/* --- fields --------------------------------------------------------------------------------- */

/* What may stand between fields: spaces, the quotes around msg='...', commas in AVCs, the enrichment's mark. */
static bool between(char c)
{
	return c == ' ' || c == '\x1D' || c == '\'' || c == '\t';
}

bool auditd_field(str *rest, struct auditd_field *ret)
{
	struct auditd_field f = { 0 };
	str s = *rest;
	size_t n = 0;

	for (;;) {
		while (s.len && between(s.ptr[0]))
			skip(&s, 1);
		if (!take(&s, STR("msg='")))
			break;
	}
	if (!s.len)
		return false;
	while (n < s.len && !between(s.ptr[n]) && s.ptr[n] != '=')
		n++;
	if (n == 0 || n == s.len || s.ptr[n] != '=') { /* a word */
		n += n == 0;
		f.value = (str){ s.ptr, n };
		skip(&s, n);
	} else {
		f.name = (str){ s.ptr, n };
		skip(&s, n + 1);
		f.quoted = s.len && s.ptr[0] == '"';
		skip(&s, f.quoted);
		for (n = 0; n < s.len && (f.quoted ? s.ptr[n] != '"' : !between(s.ptr[n])); n++)
			;
		f.value = (str){ s.ptr, n };
		skip(&s, n + (f.quoted && n < s.len));
	}
	*rest = s;
	*ret = f;
	return true;
}

/* --- tables --------------------------------------------------------------------------------- */

struct syscall_row {
	uint32_t arch, number;
	const char *name;
};

static const struct syscall_row SYSCALLS[] = {
#include "syscalls.inc"
};

static int cmp_syscall(const void *x, const void *y)
{
	const struct syscall_row *a = x, *b = y;

	if (a->arch != b->arch)
		return a->arch < b->arch ? -1 : 1;
	return (a->number > b->number) - (a->number < b->number);
}

str auditd_syscall(str arch, str number)
{
	struct syscall_row key = { 0 };
	const struct syscall_row *row;
	uint64_t n;

	for (size_t i = 0; i < arch.len; i++) {
		int d = escape_digit(arch.ptr[i]);

		if (d < 0 || arch.len > 8)
			return (str){ 0 };
		key.arch = key.arch << 4 | (uint32_t)d;
	}
	if (!str_to_u64(number, &n) || n > UINT32_MAX)
		return (str){ 0 };
	key.number = (uint32_t)n;
	row = bsearch(&key, SYSCALLS, COUNT(SYSCALLS), sizeof key, cmp_syscall);
	return row ? str_of(row->name) : (str){ 0 };
}

/* --- addresses ------------------------------------------------------------------------------ */

enum { AF_LOCAL = 1, AF_V4 = 2, AF_V6 = 10, AF_NETLINK = 16 };

static bool v4(bytes b, struct auditd_address *a)
{
	bytes in;

	if (!bytes_sub(b, 0, 8, &in))
		return false;
	a->family = "inet";
	snprintf(a->port, sizeof a->port, "%u", (unsigned)(in.ptr[2] << 8 | in.ptr[3]));
	snprintf(a->host, sizeof a->host, "%u.%u.%u.%u", in.ptr[4], in.ptr[5], in.ptr[6], in.ptr[7]);
	return true;
}

static bool v6(bytes b, struct auditd_address *a)
{
	size_t len = 0;
	bytes in;

	if (!bytes_sub(b, 0, 24, &in))
		return false;
	a->family = "inet6";
	snprintf(a->port, sizeof a->port, "%u", (unsigned)(in.ptr[2] << 8 | in.ptr[3]));
	for (unsigned i = 8; i < 24; i += 2)
		len += (size_t)snprintf(a->host + len, sizeof a->host - len, "%s%x", i > 8 ? ":" : "",
					(unsigned)(in.ptr[i] << 8 | in.ptr[i + 1]));
	return true;
}

/* A path ends at a NUL; a name that begins with one is abstract. */
static bool local(bytes b, struct auditd_address *a)
{
	size_t n = 0;

	a->family = "local";
	for (size_t i = 2; i < b.len && n < sizeof a->host - 1; i++) {
		if (b.ptr[i] == 0 && i > 2)
			break;
		a->host[n++] = b.ptr[i] == 0 ? '@' : b.ptr[i] < 0x20 ? '?' : (char)b.ptr[i];
	}
	return true;
}

bool auditd_address(str hex, struct auditd_address *ret)
{
	struct auditd_address a = { 0 };
	char raw[AUDITD_ADDRESS_MAX];
	bytes b = { (const uint8_t *)raw, hex.len / 2 };
	uint16_t family;
	bool ok;

	if (hex.len > 2 * sizeof raw)
		hex.len = 2 * sizeof raw;
	b.len = hex.len / 2;
	if (!escape_unhex(hex, raw) || !bytes_le16(b, 0, &family))
		return false;
	a.family = "netlink";
	ok = family == AF_V4      ? v4(b, &a)
	     : family == AF_V6    ? v6(b, &a)
	     : family == AF_LOCAL ? local(b, &a)
				  : family == AF_NETLINK;
	if (ok)
		*ret = a;
	return ok;
}
