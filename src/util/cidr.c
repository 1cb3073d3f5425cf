#include "util/cidr.h"

#include <arpa/inet.h>

#define ADDRESS_TEXT_MAX 63

/* Number of address bytes (4, 16), 0 if s is no address. */
static uint8_t parse_address(str s, uint8_t out[16])
{
	char text[ADDRESS_TEXT_MAX + 1];
	str zone;

	s = str_trim(s);
	if (s.len == 0)
		return 0;
	if (memchr(s.ptr, ':', s.len) && memchr(s.ptr, '%', s.len)) {
		s = str_cut(s, '%', &zone);
		if (zone.len == 0 || memchr(zone.ptr, '%', zone.len))
			return 0;
	}
	if (s.len > ADDRESS_TEXT_MAX || memchr(s.ptr, 0, s.len))
		return 0;
	memcpy(text, s.ptr, s.len);
	text[s.len] = 0;
	if (inet_pton(AF_INET, text, out) == 1)
		return 4;
	return inet_pton(AF_INET6, text, out) == 1 ? 16 : 0;
}

static bool prefix_equal(const uint8_t *a, const uint8_t *b, unsigned bits)
{
	unsigned whole = bits / 8, rest = bits % 8;

	if (memcmp(a, b, whole) != 0)
		return false;
	return rest == 0 || ((a[whole] ^ b[whole]) >> (8 - rest)) == 0;
}

int cidr_parse(str s, struct cidr *ret, err *e)
{
	struct cidr net = { 0 };
	str bits_text, addr = str_cut(s, '/', &bits_text);
	uint64_t bits;
	uint8_t masked[16] = { 0 };
	str shown = { s.ptr, s.len < ADDRESS_TEXT_MAX ? s.len : ADDRESS_TEXT_MAX };

	net.len = parse_address(addr, net.addr);
	bits = net.len * 8u;
	if (net.len == 0 || (addr.len != s.len && !str_to_u64(bits_text, &bits)) || bits > net.len * 8u)
		return err_set(e, ERR_CORRUPT, ERR_NO_OFFSET, "no network: \"%.*s\"", STR_ARG(shown));
	net.bits = (uint8_t)bits;
	for (unsigned i = 0; i < bits; i++)
		masked[i / 8] |= (uint8_t)(net.addr[i / 8] & 0x80 >> i % 8);
	if (memcmp(masked, net.addr, net.len) != 0)
		return err_set(e, ERR_CORRUPT, ERR_NO_OFFSET, "network with host bits set: \"%.*s\"",
			       STR_ARG(shown));
	*ret = net;
	return 0;
}

bool cidr_match(const struct cidr *net, str s)
{
	static const uint8_t MAPPED[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF };
	uint8_t addr[16] = { 0 };
	uint8_t len = parse_address(s, addr);

	if (len == 16 && net->len == 4 && memcmp(addr, MAPPED, 12) == 0) {
		memmove(addr, addr + 12, 4);
		len = 4;
	}
	return len == net->len && prefix_equal(addr, net->addr, net->bits);
}

const char *cidr_address_text(const struct cidr *net, char out[CIDR_TEXT_MAX])
{
	if (!inet_ntop(net->len == 4 ? AF_INET : AF_INET6, net->addr, out, CIDR_TEXT_MAX))
		out[0] = 0;
	return out;
}
