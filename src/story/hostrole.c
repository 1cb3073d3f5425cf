#include "story/hostrole.h"

static const char *const NAMES[HOST_ROLES] = {
	[HOST_UNKNOWN] = "unknown", [HOST_WORKSTATION] = "workstation",
	[HOST_SERVER] = "server",   [HOST_MAIL] = "mail",
	[HOST_UPDATE] = "update",   [HOST_DMS] = "dms",
	[HOST_DC] = "dc",           [HOST_DHCP] = "dhcp",
	[HOST_DNS] = "dns",         [HOST_PROXY] = "proxy",
	[HOST_FIREWALL] = "fw",     [HOST_VPN] = "vpn",
	[HOST_FILE] = "file",       [HOST_DB] = "db",
	[HOST_WEB] = "web",         [HOST_BACKUP] = "backup",
	[HOST_SCANNER] = "scanner", [HOST_JUMP] = "jump",
	[HOST_BUILD] = "build",     [HOST_MONITORING] = "monitoring",
	[HOST_SENSOR] = "sensor",   [HOST_PRINT] = "print",
};

/* What else inventories write. */
static const struct {
	const char *word;
	enum host_role role;
} ALSO[] = {
	{ "desktop", HOST_WORKSTATION },  { "laptop", HOST_WORKSTATION },
	{ "pc", HOST_WORKSTATION },       { "client", HOST_WORKSTATION },
	{ "exchange", HOST_MAIL },        { "mailserver", HOST_MAIL },
	{ "wsus", HOST_UPDATE },          { "sccm", HOST_UPDATE },
	{ "domain controller", HOST_DC }, { "domaincontroller", HOST_DC },
	{ "firewall", HOST_FIREWALL },    { "gateway", HOST_FIREWALL },
	{ "fileserver", HOST_FILE },      { "nas", HOST_FILE },
	{ "database", HOST_DB },          { "sql", HOST_DB },
	{ "webserver", HOST_WEB },        { "jumphost", HOST_JUMP },
	{ "bastion", HOST_JUMP },         { "ci", HOST_BUILD },
	{ "ids", HOST_SENSOR },           { "printer", HOST_PRINT },
	{ "printserver", HOST_PRINT },
};

const char *host_role_name(enum host_role role)
{
	return (unsigned)role < HOST_ROLES ? NAMES[role] : "unknown";
}

const char *role_basis_name(enum role_basis basis)
{
	static const char *const WORDS[ROLE_BASES] = {
		[ROLE_DECLARED] = "declared", [ROLE_INVENTORY] = "inventory", [ROLE_LOGS] = "logs",
		[ROLE_SYSTEM] = "system",     [ROLE_DEFAULT] = "default",
	};

	return (unsigned)basis < ROLE_BASES ? WORDS[basis] : "default";
}

enum host_role host_role_named(str name)
{
	name = str_trim(name);
	for (int i = 0; i < HOST_ROLES; i++)
		if (str_eq_ascii_nocase(name, str_of(NAMES[i])))
			return (enum host_role)i;
	for (size_t i = 0; i < COUNT(ALSO); i++)
		if (str_eq_ascii_nocase(name, str_of(ALSO[i].word)))
			return ALSO[i].role;
	return HOST_ROLES;
}
