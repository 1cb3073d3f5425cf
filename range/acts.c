/* acts.c - accounts, processes, files. */
#include <stdio.h>

#include "acts_priv.h"

#define PRIVILEGES                                                                                           \
	"SeSecurityPrivilege\n\t\t\tSeBackupPrivilege\n\t\t\tSeRestorePrivilege\n\t\t\t"                     \
	"SeTakeOwnershipPrivilege\n\t\t\tSeDebugPrivilege\n\t\t\tSeImpersonatePrivilege"

const struct locale_words LOCALE_WORDS[LOCALE_COUNT] = {
	[LOCALE_EN] = { "NT AUTHORITY\\SYSTEM", "running", "stopped", "user mode service", "auto start" },
	[LOCALE_ZH] = { "NT AUTHORITY\\SYSTEM", "\xe6\xad\xa3\xe5\x9c\xa8\xe8\xbf\x90\xe8\xa1\x8c",
			"\xe5\xb7\xb2\xe5\x81\x9c\xe6\xad\xa2",
			"\xe7\x94\xa8\xe6\x88\xb7\xe6\xa8\xa1\xe5\xbc\x8f\xe6\x9c\x8d\xe5\x8a\xa1",
			"\xe8\x87\xaa\xe5\x8a\xa8\xe5\x90\xaf\xe5\x8a\xa8" },
	[LOCALE_FR] = { "AUTORITE NT\\Syst\xc3\xa8me",
			"en cours d\xe2\x80\x99"
			"ex\xc3\xa9"
			"cution",
			"arr\xc3\xaat\xc3\xa9", "service en mode utilisateur",
			"d\xc3\xa9marrage automatique" },
	[LOCALE_DE] = { "NT-AUTORIT\xc3\x84T\\SYSTEM", "wird ausgef\xc3\xbchrt", "beendet",
			"Benutzermodusdienst", "Automatisch starten" },
	[LOCALE_RU] = { "NT AUTHORITY\\\xd0\xa1\xd0\x98\xd0\xa1\xd0\xa2\xd0\x95\xd0\x9c\xd0\x90",
			"\xd0\xa0\xd0\xb0\xd0\xb1\xd0\xbe\xd1\x82\xd0\xb0\xd0\xb5\xd1\x82",
			"\xd0\x9e\xd1\x81\xd1\x82\xd0\xb0\xd0\xbd\xd0\xbe\xd0\xb2\xd0\xbb\xd0\xb5\xd0\xbd\xd0\xb0",
			"\xd1\x81\xd0\xbb\xd1\x83\xd0\xb6\xd0\xb1\xd0\xb0",
			"\xd0\x90\xd0\xb2\xd1\x82\xd0\xbe" },
};

static struct host *host_of(struct world *w, uint32_t host)
{
	return &w->hosts.at[host];
}

uint16_t some_port(struct host *h)
{
	return (uint16_t)(49152 + rng_below(&h->rng, 16000));
}

void fresh_guid(struct host *h, uint8_t guid[16])
{
	for (int half = 0; half < 2; half++) {
		uint64_t v = rng_next(&h->rng);

		for (int i = 0; i < 8; i++)
			guid[8 * half + i] = (uint8_t)(v >> 8 * i);
	}
}

void ev_subject(struct world *w, const struct session *s)
{
	ev_sid(w, "SubjectUserSid", s->sid);
	ev_z(w, "SubjectUserName", s->user);
	ev_z(w, "SubjectDomainName", s->domain);
	ev_n(w, "SubjectLogonId", s->id);
}

/* DOMAIN\user, as Sysmon and the task scheduler name the account. */
void ev_account(struct world *w, const char *field, const struct host *h, const struct session *s)
{
	if (s->id == 0x3e7)
		ev_z(w, field, LOCALE_WORDS[h->locale].local_system);
	else
		ev_f(w, field, "%s\\%s", s->domain, s->user);
}

void ev_port(struct world *w, const char *field, uint32_t port)
{
	char z[8];

	snprintf(z, sizeof z, "%u", port & 0xffff);
	ev_z(w, field, z);
}

void ev_mapped(struct world *w, const char *field, uint32_t ip)
{
	char z[32];
	buf b = { z, 0, sizeof z - 1, sizeof z - 1, false };

	PUT(&b, "::ffff:");
	put_ip(&b, ip);
	z[b.len] = '\0';
	ev_z(w, field, z);
}

/* "2024-05-13 02:41:07.123" by the host's own clock. */
void ev_utc(struct world *w, const char *field, const struct host *h, int64_t t)
{
	char z[32];
	buf b = { z, 0, sizeof z - 1, sizeof z - 1, false };

	put_plain(&b, host_clock(h, t), 3, '.');
	z[b.len] = '\0';
	ev_z(w, field, z);
}

static void sysmon_process(struct world *w, const struct host *h, int64_t t, const struct process *p)
{
	ev_user(w, &SID_SYSTEM);
	ev_utc(w, "UtcTime", h, t);
	ev_guid(w, "ProcessGuid", p->guid);
	ev_n(w, "ProcessId", p->pid);
}

static const char *name_of(const char *path)
{
	return str_basename(str_of(path)).ptr;
}

/* --- accounts ------------------------------------------------------------------------------- */

static void dc_sees(struct world *w, uint32_t host, int64_t t, uint32_t who, uint32_t from, bool ntlm)
{
	const struct org *o = &w->orgs.at[w->people.at[who].org];
	char service[128];

	if (o->dc == NOWHERE || from == NOWHERE)
		return;
	if (!ntlm) {
		snprintf(service, sizeof service, "%s$", w->hosts.at[host].name);
		act_ticket(w, t - 30 * MS, who, from, service, false);
	} else if (ev_begin(w, o->dc, D_NTLM, t - 20 * MS)) {
		ev_z(w, "PackageName", "MICROSOFT_AUTHENTICATION_PACKAGE_V1_0");
		ev_z(w, "TargetUserName", w->people.at[who].user);
		ev_z(w, "Workstation", w->hosts.at[from].name);
		ev_end(w);
	}
}

static void special(struct world *w, uint32_t host, int64_t t, const struct session *s)
{
	if (!ev_begin(w, host, D_SPECIAL, t))
		return;
	ev_subject(w, s);
	ev_z(w, "PrivilegeList", PRIVILEGES);
	ev_end(w);
}

struct session act_logon(struct world *w, uint32_t host, int64_t t, uint32_t who, uint32_t type,
			 uint32_t from, const char *package)
{
	const struct person *p = &w->people.at[who];
	struct host *h = host_of(w, host);
	struct session s = { p->user, w->orgs.at[p->org].domain, &p->sid, h->next_logon, type, p->admin };
	bool ntlm = strcmp(package, "NTLM") == 0;
	uint8_t guid[16] = { 0 };

	h->next_logon += 0x100 + rng_below(&h->rng, 0x4000);
	dc_sees(w, host, t, who, from, ntlm);
	if (ev_begin(w, host, D_LOGON, t)) {
		if (type != 3)
			ev_subject(w, &h->local);
		ev_sid(w, "TargetUserSid", &p->sid);
		ev_z(w, "TargetUserName", p->user);
		ev_z(w, "TargetDomainName", s.domain);
		ev_n(w, "TargetLogonId", s.id);
		ev_n(w, "LogonType", type);
		ev_z(w, "LogonProcessName", type != 3 ? "User32 " : ntlm ? "NtLmSsp " : package);
		ev_z(w, "AuthenticationPackageName", package);
		if (from != NOWHERE)
			ev_z(w, "WorkstationName", w->hosts.at[from].name);
		if (!ntlm)
			fresh_guid(h, guid);
		ev_guid(w, "LogonGuid", guid);
		ev_z(w, "LmPackageName", ntlm ? "NTLM V2" : "-");
		ev_n(w, "KeyLength", ntlm ? 128 : 0);
		if (from != NOWHERE) {
			ev_ip(w, "IpAddress", host_ip(w, from, t));
			ev_port(w, "IpPort", some_port(h));
		}
		ev_z(w, "ImpersonationLevel", "%%1833");
		ev_z(w, "VirtualAccount", "%%1843");
		ev_z(w, "ElevatedToken", p->admin ? "%%1842" : "%%1843");
		ev_end(w);
	}
	if (p->admin)
		special(w, host, t + MS, &s);
	return s;
}

void act_service_logon(struct world *w, uint32_t host, int64_t t)
{
	struct host *h = host_of(w, host);
	struct session account_of = { "SYSTEM", "NT AUTHORITY", &SID_SYSTEM, 0x3e7, 5, true };

	if (ev_begin(w, host, D_LOGON, t)) {
		ev_subject(w, &h->local);
		ev_sid(w, "TargetUserSid", &SID_SYSTEM);
		ev_z(w, "TargetUserName", "SYSTEM");
		ev_z(w, "TargetDomainName", "NT AUTHORITY");
		ev_n(w, "TargetLogonId", 0x3e7);
		ev_n(w, "LogonType", 5);
		ev_z(w, "LogonProcessName", "Advapi  ");
		ev_z(w, "AuthenticationPackageName", "Negotiate");
		ev_n(w, "ProcessId", h->services.pid);
		ev_z(w, "ProcessName", h->services.image);
		ev_z(w, "ImpersonationLevel", "%%1833");
		ev_z(w, "VirtualAccount", "%%1843");
		ev_z(w, "ElevatedToken", "%%1842");
		ev_end(w);
	}
	special(w, host, t + MS, &account_of);
}

void act_logon_failed(struct world *w, uint32_t host, int64_t t, const char *user, uint32_t from)
{
	struct host *h = host_of(w, host);

	if (!ev_begin(w, host, D_LOGON_FAILED, t))
		return;
	ev_z(w, "TargetUserName", user);
	ev_z(w, "TargetDomainName", w->orgs.at[h->org].domain);
	ev_n(w, "Status", 0xc000006d);
	ev_z(w, "FailureReason", "%%2313");
	ev_n(w, "SubStatus", 0xc000006a);
	ev_n(w, "LogonType", from == NOWHERE ? 2 : 3);
	ev_z(w, "LogonProcessName", from == NOWHERE ? "User32 " : "NtLmSsp ");
	ev_z(w, "AuthenticationPackageName", from == NOWHERE ? "Negotiate" : "NTLM");
	if (from != NOWHERE) {
		ev_z(w, "WorkstationName", w->hosts.at[from].name);
		ev_ip(w, "IpAddress", host_ip(w, from, t));
		ev_port(w, "IpPort", some_port(h));
	}
	ev_end(w);
}

void act_logoff(struct world *w, uint32_t host, int64_t t, const struct session *s)
{
	if (!ev_begin(w, host, D_LOGOFF, t))
		return;
	ev_sid(w, "TargetUserSid", s->sid);
	ev_z(w, "TargetUserName", s->user);
	ev_z(w, "TargetDomainName", s->domain);
	ev_n(w, "TargetLogonId", s->id);
	ev_n(w, "LogonType", s->type);
	ev_end(w);
}

void act_ticket(struct world *w, int64_t t, uint32_t who, uint32_t from, const char *service, bool weak)
{
	const struct person *p = &w->people.at[who];
	const struct org *o = &w->orgs.at[p->org];
	bool tgt = strcmp(service, "krbtgt") == 0;
	uint8_t guid[16];

	if (o->dc == NOWHERE || !ev_begin(w, o->dc, tgt ? D_TGT : D_TGS, t))
		return;
	ev_f(w, "TargetUserName", tgt ? "%s" : "%s@%s", p->user, o->dns);
	ev_z(w, "TargetDomainName", o->dns);
	if (tgt)
		ev_sid(w, "TargetSid", &p->sid);
	ev_z(w, "ServiceName", service);
	ev_sid(w, "ServiceSid", &p->sid);
	ev_n(w, "TicketOptions", 0x40810010);
	if (tgt) {
		ev_n(w, "TicketEncryptionType", 0x12);
		ev_z(w, "PreAuthType", "2");
	} else {
		ev_n(w, "TicketEncryptionType", weak ? 0x17 : 0x12);
	}
	ev_mapped(w, "IpAddress", host_ip(w, from, t));
	ev_port(w, "IpPort", some_port(host_of(w, from)));
	if (!tgt) {
		fresh_guid(host_of(w, o->dc), guid);
		ev_guid(w, "LogonGuid", guid);
	}
	ev_end(w);
}

void act_explicit(struct world *w, uint32_t host, int64_t t, const struct session *s, uint32_t as,
		  uint32_t to, const struct process *with)
{
	const struct person *p = &w->people.at[as];

	if (!ev_begin(w, host, D_EXPLICIT, t))
		return;
	ev_subject(w, s);
	ev_z(w, "TargetUserName", p->user);
	ev_z(w, "TargetDomainName", w->orgs.at[p->org].domain);
	ev_z(w, "TargetServerName", w->hosts.at[to].fqdn);
	ev_z(w, "TargetInfo", w->hosts.at[to].fqdn);
	ev_n(w, "ProcessId", with->pid);
	ev_z(w, "ProcessName", with->image);
	ev_end(w);
}

void act_replicate(struct world *w, uint32_t org, int64_t t, const struct session *s)
{
	const struct org *o = &w->orgs.at[org];

	if (o->dc == NOWHERE || !ev_begin(w, o->dc, D_DIR_ACCESS, t))
		return;
	ev_subject(w, s);
	ev_z(w, "ObjectServer", "DS");
	ev_z(w, "ObjectType", "%{19195a5b-6da0-11d0-afd3-00c04fd930c9}");
	ev_z(w, "ObjectName", "%{5f3f0a1c-2222-4333-8444-555566667777}");
	ev_z(w, "OperationType", "Object Access");
	ev_z(w, "AccessList", "%%7688\n\t\t\t\t");
	ev_n(w, "AccessMask", 0x100);
	ev_z(w, "Properties",
	     "%%7688\n\t\t{1131f6ad-9c07-11d1-f79f-00c04fc2dcd2}\n\t{19195a5b-6da0-11d0-afd3-00c04fd930c9}\n");
	ev_end(w);
}

/* --- processes ------------------------------------------------------------------------------ */

static void audit_process(struct world *w, uint32_t host, int64_t t, const struct process *parent,
			  const struct process *p)
{
	const struct host *h = host_of(w, host);
	static const struct sid HIGH = { 12, { 1, 1, 0, 0, 0, 0, 0, 16, 0, 48 } };
	static const struct sid MEDIUM = { 12, { 1, 1, 0, 0, 0, 0, 0, 16, 0, 32 } };

	if (!h->audits || !ev_begin(w, host, D_PROCESS, t))
		return;
	ev_subject(w, &p->who);
	ev_n(w, "NewProcessId", p->pid);
	ev_z(w, "NewProcessName", p->image);
	ev_z(w, "TokenElevationType", p->who.admin ? "%%1937" : "%%1938");
	ev_n(w, "ProcessId", parent->pid);
	ev_z(w, "CommandLine", h->commands ? p->command : "");
	ev_z(w, "ParentProcessName", parent->image);
	ev_sid(w, "MandatoryLabel", p->who.admin ? &HIGH : &MEDIUM);
	ev_end(w);
}

static void ev_hash(struct world *w, const char *field, const char *content)
{
	char z[80] = "SHA256=";

	hash_hex(w->seed, content, z + 7);
	for (char *p = z + 7; *p; p++)
		*p = (char)(*p >= 'a' ? *p - 32 : *p);
	ev_z(w, field, z);
}

struct process act_process(struct world *w, uint32_t host, int64_t t, const struct process *parent,
			   const struct session *s, const struct start *what)
{
	struct host *h = host_of(w, host);
	struct process p = {
		h->next_pid, { 0 }, what->image, what->command, what->content, what->original, *s
	};

	h->next_pid = h->next_pid > 60000 ? 3000 : h->next_pid + 4 * (1 + rng_below(&h->rng, 9));
	fresh_guid(h, p.guid);
	audit_process(w, host, t, parent, &p);
	if (!ev_begin(w, host, D_SM_PROCESS, t + MS))
		return p;
	sysmon_process(w, h, t, &p);
	ev_z(w, "Image", p.image);
	ev_z(w, "OriginalFileName", p.original ? p.original : name_of(p.image));
	ev_z(w, "CommandLine", p.command);
	ev_z(w, "CurrentDirectory", "C:\\Windows\\system32\\");
	ev_account(w, "User", h, s);
	ev_n(w, "LogonId", s->id);
	ev_n(w, "TerminalSessionId", s->type == 2 ? 1 : 0);
	ev_z(w, "IntegrityLevel", s->id == 0x3e7 ? "System" : s->admin ? "High" : "Medium");
	ev_hash(w, "Hashes", p.content ? p.content : p.image);
	ev_guid(w, "ParentProcessGuid", parent->guid);
	ev_n(w, "ParentProcessId", parent->pid);
	ev_z(w, "ParentImage", parent->image);
	ev_z(w, "ParentCommandLine", parent->command);
	ev_account(w, "ParentUser", h, &parent->who);
	ev_end(w);
	return p;
}

void act_process_end(struct world *w, uint32_t host, int64_t t, const struct process *p)
{
	const struct host *h = host_of(w, host);

	if (h->audits && ev_begin(w, host, D_PROCESS_END, t)) {
		ev_subject(w, &p->who);
		ev_n(w, "ProcessId", p->pid);
		ev_z(w, "ProcessName", p->image);
		ev_end(w);
	}
	if (ev_begin(w, host, D_SM_PROCESS_END, t + MS)) {
		sysmon_process(w, h, t, p);
		ev_z(w, "Image", p->image);
		ev_account(w, "User", h, &p->who);
		ev_end(w);
	}
}

/* --- files ---------------------------------------------------------------------------------- */

void act_file(struct world *w, uint32_t host, int64_t t, const struct process *p, const char *path)
{
	const struct host *h = host_of(w, host);

	if (!ev_begin(w, host, D_SM_FILE, t))
		return;
	sysmon_process(w, h, t, p);
	ev_z(w, "Image", p->image);
	ev_z(w, "TargetFilename", path);
	ev_utc(w, "CreationUtcTime", h, t);
	ev_account(w, "User", h, &p->who);
	ev_end(w);
}

void act_file_access(struct world *w, uint32_t host, int64_t t, const struct process *p, const char *path)
{
	if (!ev_begin(w, host, D_FILE_ACCESS, t))
		return;
	ev_subject(w, &p->who);
	ev_z(w, "ObjectServer", "Security");
	ev_z(w, "ObjectType", "File");
	ev_z(w, "ObjectName", path);
	ev_n(w, "HandleId", 0x1a4);
	ev_z(w, "AccessList", "%%4417\n\t\t\t\t");
	ev_n(w, "AccessMask", 2);
	ev_n(w, "ProcessId", p->pid);
	ev_z(w, "ProcessName", p->image);
	ev_z(w, "ResourceAttributes", "S:AI");
	ev_end(w);
}

void act_delete(struct world *w, uint32_t host, int64_t t, const struct process *p, const char *path,
		const char *content)
{
	const struct host *h = host_of(w, host);

	if (!ev_begin(w, host, D_SM_DELETE, t))
		return;
	sysmon_process(w, h, t, p);
	ev_account(w, "User", h, &p->who);
	ev_z(w, "Image", p->image);
	ev_z(w, "TargetFilename", path);
	ev_hash(w, "Hashes", content);
	ev_n(w, "IsExecutable", 1);
	ev_n(w, "Archived", 1);
	ev_end(w);
}

void act_timestomp(struct world *w, uint32_t host, int64_t t, const struct process *p, const char *path,
		   int64_t to)
{
	const struct host *h = host_of(w, host);

	if (!ev_begin(w, host, D_SM_TIME, t))
		return;
	sysmon_process(w, h, t, p);
	ev_z(w, "Image", p->image);
	ev_z(w, "TargetFilename", path);
	ev_utc(w, "CreationUtcTime", h, to);
	ev_utc(w, "PreviousCreationUtcTime", h, t - 40 * SECOND);
	ev_account(w, "User", h, &p->who);
	ev_end(w);
}

void act_image(struct world *w, uint32_t host, int64_t t, const struct process *p, const char *path,
	       bool is_signed, const char *content)
{
	const struct host *h = host_of(w, host);

	if (!ev_begin(w, host, D_SM_IMAGE, t))
		return;
	sysmon_process(w, h, t, p);
	ev_z(w, "Image", p->image);
	ev_z(w, "ImageLoaded", path);
	ev_z(w, "OriginalFileName", name_of(path));
	ev_hash(w, "Hashes", content ? content : path);
	ev_z(w, "Signed", is_signed ? "true" : "false");
	ev_z(w, "Signature", is_signed ? "Software Publisher" : "-");
	ev_z(w, "SignatureStatus", is_signed ? "Valid" : "Unavailable");
	ev_account(w, "User", h, &p->who);
	ev_end(w);
}

void act_registry(struct world *w, uint32_t host, int64_t t, const struct process *p, const char *key,
		  const char *value)
{
	const struct host *h = host_of(w, host);

	if (!ev_begin(w, host, D_SM_REG, t))
		return;
	ev_z(w, "EventType", "SetValue");
	sysmon_process(w, h, t, p);
	ev_z(w, "Image", p->image);
	ev_z(w, "TargetObject", key);
	ev_z(w, "Details", value);
	ev_account(w, "User", h, &p->who);
	ev_end(w);
}

void act_read_memory(struct world *w, uint32_t host, int64_t t, const struct process *p, const char *target,
		     uint32_t access)
{
	const struct host *h = host_of(w, host);

	if (!ev_begin(w, host, D_SM_ACCESS, t))
		return;
	ev_user(w, &SID_SYSTEM);
	ev_utc(w, "UtcTime", h, t);
	ev_guid(w, "SourceProcessGUID", p->guid);
	ev_n(w, "SourceProcessId", p->pid);
	ev_n(w, "SourceThreadId", p->pid + 40);
	ev_z(w, "SourceImage", p->image);
	ev_n(w, "TargetProcessId", 712);
	ev_z(w, "TargetImage", target);
	ev_n(w, "GrantedAccess", access);
	ev_z(w, "CallTrace",
	     "C:\\Windows\\SYSTEM32\\ntdll.dll+9d4e4|C:\\Windows\\System32\\KERNELBASE.dll+2c1fe|UNKNOWN("
	     "000001F2A1B30000)");
	ev_account(w, "SourceUser", h, &p->who);
	ev_account(w, "TargetUser", h, &h->local);
	ev_end(w);
}

void act_sysmon_config(struct world *w, uint32_t host, int64_t t, const char *file)
{
	if (!ev_begin(w, host, D_SM_CONFIG, t))
		return;
	ev_user(w, &SID_SYSTEM);
	ev_utc(w, "UtcTime", host_of(w, host), t);
	ev_z(w, "Configuration", file);
	ev_hash(w, "ConfigurationFileHash", file);
	ev_end(w);
}
