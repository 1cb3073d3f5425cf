/* Who had an address, and what is inside. */
#include "story/incident_priv.h"

uint32_t who_at(struct builder *b, str ip, int64_t ns)
{
	enum story_basis basis;

	return ip.len ? host_at(b, ip, ns, &basis) : STORY_NOBODY;
}

bool is_inside(struct builder *b, str ip)
{
	return address_is_local(ip) || identity_is_internal(b->st->identity, ip);
}

bool host_is_server(struct builder *b, uint32_t host)
{
	enum host_role role = b->host.at[host].role;

	return role != HOST_UNKNOWN && role != HOST_WORKSTATION;
}
