/* Who had an address, and what is inside. */
#include "story/incident_priv.h"

uint32_t who_at(struct builder *b, str ip, int64_t ns)
{
	enum story_basis basis;

	(void)ns;
	return host_at(b, ip, &basis);
}

bool is_inside(struct builder *b, str ip)
{
	uint64_t second = 0;
	str rest;

	(void)b;
	if (address_is_local(ip) || str_starts(ip, STR("10.")) || str_starts(ip, STR("192.168.")) ||
	    str_starts(ip, STR("fc")) || str_starts(ip, STR("fd")))
		return true;
	if (!str_starts(ip, STR("172.")))
		return false;
	return str_to_u64(str_cut((str){ ip.ptr + 4, ip.len - 4 }, '.', &rest), &second) && second >= 16 &&
	       second < 32;
}

bool host_is_server(struct builder *b, uint32_t host)
{
	(void)b;
	(void)host;
	return false;
}
