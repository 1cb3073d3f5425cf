/* hostrole.h - what a host is for. Thread rule: constants, pure functions. */
#ifndef SPOOR_STORY_HOSTROLE_H
#define SPOOR_STORY_HOSTROLE_H

#include "util/str.h"

enum host_role {
	HOST_UNKNOWN,
	HOST_WORKSTATION,
	HOST_SERVER, /* of some kind */
	HOST_MAIL,
	HOST_UPDATE,
	HOST_DMS, /* document management */
	HOST_DC,
	HOST_DHCP,
	HOST_DNS,
	HOST_PROXY,
	HOST_FIREWALL,
	HOST_VPN,
	HOST_FILE,
	HOST_DB,
	HOST_WEB,
	HOST_BACKUP,
	HOST_SCANNER,
	HOST_JUMP,
	HOST_BUILD,
	HOST_MONITORING,
	HOST_SENSOR, /* network sensor */
	HOST_PRINT,
	HOST_ROLES
};

/* How the role is known, surest first. */
enum role_basis { ROLE_DECLARED, ROLE_INVENTORY, ROLE_LOGS, ROLE_SYSTEM, ROLE_DEFAULT, ROLE_BASES };

/* "workstation", "fw"; as inventories write them. */
const char *host_role_name(enum host_role role);
const char *role_basis_name(enum role_basis basis);

/* Any case, also other usual words for it. HOST_ROLES: nobody calls a role so. */
enum host_role host_role_named(str name);

#endif
