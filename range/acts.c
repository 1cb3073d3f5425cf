#include "acts.h"

#include "util/buf.h"

#define PRIVILEGES                                                                                           \
	"SeSecurityPrivilege\n\t\t\tSeBackupPrivilege\n\t\t\tSeRestorePrivilege\n\t\t\t"                     \
	"SeTakeOwnershipPrivilege\n\t\t\tSeDebugPrivilege\n\t\t\tSeImpersonatePrivilege"

/* "2024-05-13 02:41:07.123", as Sysmon writes it. */
static const char *sysmon_time(struct world *w, int64_t t)
{
	char text[TIME_TEXT_MAX];

	time_text(t - t % NS_PER_S, text);
	text[10] = ' ';
	return world_text(w, "%.19s.%03u", text, (unsigned)(t / MS % 1000));
}

static const char *guid(struct world *w, struct host *h)
{
	uint64_t a = rng_next(&h->rng), b = rng_next(&h->rng);

	return world_text(w, "{%08x-%04x-%04x-%04x-%012llx}", (unsigned)a, (unsigned)(a >> 32 & 0xffff),
			  (unsigned)(a >> 48), (unsigned)(b & 0xffff), (unsigned long long)(b >> 16));
}

static void subject(struct world *w, struct rec *r, const struct session *s)
{
	rec_set(w, r, "SubjectUserSid", "%s", s->sid);
	rec_set(w, r, "SubjectUserName", "%s", s->user);
	rec_set(w, r, "SubjectDomainName", "%s", s->domain);
	rec_set(w, r, "SubjectLogonId", "0x%llx", (unsigned long long)s->id);
}

/* DOMAIN\user, as Sysmon names the account. */
static const char *account(struct world *w, const struct session *s)
{
	return s->id == 0x3e7 ? "NT AUTHORITY\\SYSTEM" : world_text(w, "%s\\%s", s->domain, s->user);
}

static void sysmon(struct world *w, struct rec *r)
{
	if (!r)
		return;
	rec_set(w, r, "UtcTime", "%s", sysmon_time(w, r->time));
	r->sid = "S-1-5-18";
}

static void sysmon_process(struct world *w, struct rec *r, const struct process *p)
{
	sysmon(w, r);
	rec_set(w, r, "ProcessGuid", "%s", p->guid);
	rec_set(w, r, "ProcessId", "%u", p->pid);
	rec_set(w, r, "Image", "%s", p->image);
	rec_set(w, r, "User", "%s", account(w, &p->who));
}

static const char *basename_of(const char *path)
{
	return str_basename(str_of(path)).ptr;
}

/* --- accounts ------------------------------------------------------------------------------- */

static void logon_source(struct world *w, struct rec *r, uint32_t from)
{
	if (from == NOWHERE) {
		rec_set(w, r, "IpAddress", "-");
		return;
	}
	rec_set(w, r, "IpAddress", "%s", w->hosts.at[from].ip);
	rec_set(w, r, "IpPort", "%u", 49152 + rng_below(&w->hosts.at[from].rng, 16000));
	rec_set(w, r, "WorkstationName", "%s", w->hosts.at[from].name);
}

struct session act_logon(struct world *w, uint32_t host, int64_t t, const struct person *who, uint32_t type,
			 uint32_t from, const char *package)
{
	struct host *h = &w->hosts.at[host];
	struct session s = { who->user, w->domain, who->sid, h->next_logon, type, who->admin };
	struct rec *r = world_log(w, host, D_LOGON, t);
	bool ntlm = strcmp(package, "NTLM") == 0;

	h->next_logon += 0x100 + rng_below(&h->rng, 0x4000);
	if (type != 3)
		subject(w, r, &h->local);
	rec_set(w, r, "TargetUserSid", "%s", who->sid);
	rec_set(w, r, "TargetUserName", "%s", who->user);
	rec_set(w, r, "TargetDomainName", "%s", w->domain);
	rec_set(w, r, "TargetLogonId", "0x%llx", (unsigned long long)s.id);
	rec_set(w, r, "LogonType", "%u", type);
	rec_set(w, r, "LogonProcessName", "%s", type == 3 ? (ntlm ? "NtLmSsp " : package) : "User32 ");
	rec_set(w, r, "AuthenticationPackageName", "%s", package);
	rec_set(w, r, "LmPackageName", "%s", ntlm ? "NTLM V2" : "-");
	rec_set(w, r, "KeyLength", "%u", ntlm ? 128 : 0);
	rec_set(w, r, "LogonGuid", "%s", ntlm ? "{00000000-0000-0000-0000-000000000000}" : guid(w, h));
	logon_source(w, r, from);
	rec_set(w, r, "ImpersonationLevel", "%%%%1833");
	rec_set(w, r, "VirtualAccount", "%%%%1843");
	rec_set(w, r, "ElevatedToken", who->admin ? "%%%%1842" : "%%%%1843");
	if (who->admin) {
		r = world_log(w, host, D_SPECIAL, t + MS);
		subject(w, r, &s);
		rec_set(w, r, "PrivilegeList", "%s", PRIVILEGES);
	}
	return s;
}

void act_service_logon(struct world *w, uint32_t host, int64_t t)
{
	struct host *h = &w->hosts.at[host];
	struct rec *r = world_log(w, host, D_LOGON, t);

	subject(w, r, &h->local);
	rec_set(w, r, "TargetUserSid", "S-1-5-18");
	rec_set(w, r, "TargetUserName", "SYSTEM");
	rec_set(w, r, "TargetDomainName", "NT AUTHORITY");
	rec_set(w, r, "TargetLogonId", "0x3e7");
	rec_set(w, r, "LogonType", "5");
	rec_set(w, r, "LogonProcessName", "Advapi  ");
	rec_set(w, r, "AuthenticationPackageName", "Negotiate");
	rec_set(w, r, "ProcessId", "0x%x", h->services.pid);
	rec_set(w, r, "ProcessName", "%s", h->services.image);
	rec_set(w, r, "ImpersonationLevel", "%%%%1833");
	rec_set(w, r, "VirtualAccount", "%%%%1843");
	rec_set(w, r, "ElevatedToken", "%%%%1842");
	r = world_log(w, host, D_SPECIAL, t + MS);
	subject(w, r, &(struct session){ "SYSTEM", "NT AUTHORITY", "S-1-5-18", 0x3e7, 5, true });
	rec_set(w, r, "PrivilegeList", "%s", PRIVILEGES);
}

void act_logon_failed(struct world *w, uint32_t host, int64_t t, const char *user, uint32_t from)
{
	struct rec *r = world_log(w, host, D_LOGON_FAILED, t);

	rec_set(w, r, "TargetUserName", "%s", user);
	rec_set(w, r, "TargetDomainName", "%s", w->domain);
	rec_set(w, r, "Status", "0xc000006d");
	rec_set(w, r, "SubStatus", "0xc000006a");
	rec_set(w, r, "FailureReason", "%%%%2313");
	rec_set(w, r, "LogonType", "%u", from == NOWHERE ? 2 : 3);
	rec_set(w, r, "LogonProcessName", "NtLmSsp ");
	rec_set(w, r, "AuthenticationPackageName", "NTLM");
	logon_source(w, r, from);
}

void act_logoff(struct world *w, uint32_t host, int64_t t, const struct session *s)
{
	struct rec *r = world_log(w, host, D_LOGOFF, t);

	rec_set(w, r, "TargetUserSid", "%s", s->sid);
	rec_set(w, r, "TargetUserName", "%s", s->user);
	rec_set(w, r, "TargetDomainName", "%s", s->domain);
	rec_set(w, r, "TargetLogonId", "0x%llx", (unsigned long long)s->id);
	rec_set(w, r, "LogonType", "%u", s->type);
}

void act_ticket(struct world *w, int64_t t, const struct person *who, uint32_t from, const char *service)
{
	uint32_t dc = world_find(w, ROLE_DC);
	bool tgt = strcmp(service, "krbtgt") == 0;
	struct rec *r = world_log(w, dc, tgt ? D_TGT : D_TGS, t);

	rec_set(w, r, "TargetUserName", tgt ? "%s" : "%s@%s", who->user, w->dns);
	rec_set(w, r, "TargetDomainName", "%s", w->dns);
	rec_set(w, r, "TargetSid", "%s", who->sid);
	rec_set(w, r, "ServiceName", "%s", service);
	rec_set(w, r, "ServiceSid", "%s-%u", w->domain_sid, tgt ? 502 : 1001 + from);
	rec_set(w, r, "TicketOptions", "0x40810010");
	rec_set(w, r, "TicketEncryptionType", "0x12");
	rec_set(w, r, "PreAuthType", "2");
	rec_set(w, r, "IpAddress", "::ffff:%s", w->hosts.at[from].ip);
	rec_set(w, r, "IpPort", "%u", 49152 + rng_below(&w->hosts.at[from].rng, 16000));
	rec_set(w, r, "LogonGuid", "%s", guid(w, &w->hosts.at[dc]));
}

void act_explicit(struct world *w, uint32_t host, int64_t t, const struct session *s, const struct person *as,
		  uint32_t to, const struct process *with)
{
	struct rec *r = world_log(w, host, D_EXPLICIT, t);

	subject(w, r, s);
	rec_set(w, r, "TargetUserName", "%s", as->user);
	rec_set(w, r, "TargetDomainName", "%s", w->domain);
	rec_set(w, r, "TargetServerName", "%s", w->hosts.at[to].fqdn);
	rec_set(w, r, "TargetInfo", "%s", w->hosts.at[to].fqdn);
	rec_set(w, r, "ProcessId", "0x%x", with->pid);
	rec_set(w, r, "ProcessName", "%s", with->image);
}

/* --- processes ------------------------------------------------------------------------------ */

static void audit_process(struct world *w, uint32_t host, int64_t t, const struct process *parent,
			  const struct process *p)
{
	struct rec *r = world_log(w, host, D_PROCESS, t);

	subject(w, r, &p->who);
	rec_set(w, r, "NewProcessId", "0x%x", p->pid);
	rec_set(w, r, "NewProcessName", "%s", p->image);
	rec_set(w, r, "TokenElevationType", p->who.admin ? "%%%%1937" : "%%%%1938");
	rec_set(w, r, "ProcessId", "0x%x", parent->pid);
	rec_set(w, r, "CommandLine", "%s", w->hosts.at[host].audits_commands ? p->command : "");
	rec_set(w, r, "ParentProcessName", "%s", parent->image);
	rec_set(w, r, "MandatoryLabel", p->who.admin ? "S-1-16-12288" : "S-1-16-8192");
}

struct process act_process(struct world *w, uint32_t host, int64_t t, const struct process *parent,
			   const struct session *s, const char *image, const char *command)
{
	struct host *h = &w->hosts.at[host];
	struct process p = { h->next_pid, NULL, image, command, *s };
	struct rec *r;

	h->next_pid = h->next_pid > 60000 ? 3000 : h->next_pid + 4 * (1 + rng_below(&h->rng, 9));
	p.guid = guid(w, h);
	audit_process(w, host, t, parent, &p);
	if (!h->sysmon)
		return p;
	r = world_log(w, host, D_SM_PROCESS, t + MS);
	sysmon_process(w, r, &p);
	rec_set(w, r, "OriginalFileName", "%s", basename_of(image));
	rec_set(w, r, "CommandLine", "%s", command);
	rec_set(w, r, "CurrentDirectory", "C:\\Windows\\system32\\");
	rec_set(w, r, "LogonId", "0x%llx", (unsigned long long)s->id);
	rec_set(w, r, "TerminalSessionId", "%u", s->type == 2 ? 1 : 0);
	rec_set(w, r, "IntegrityLevel", s->id == 0x3e7 ? "System" : s->admin ? "High" : "Medium");
	rec_set(w, r, "Hashes", "%s", world_hash(w, image));
	rec_set(w, r, "ParentProcessGuid", "%s", parent->guid);
	rec_set(w, r, "ParentProcessId", "%u", parent->pid);
	rec_set(w, r, "ParentImage", "%s", parent->image);
	rec_set(w, r, "ParentCommandLine", "%s", parent->command);
	rec_set(w, r, "ParentUser", "%s", account(w, &parent->who));
	return p;
}

void act_process_end(struct world *w, uint32_t host, int64_t t, const struct process *p)
{
	struct rec *r = world_log(w, host, D_PROCESS_END, t);

	subject(w, r, &p->who);
	rec_set(w, r, "ProcessId", "0x%x", p->pid);
	rec_set(w, r, "ProcessName", "%s", p->image);
	if (w->hosts.at[host].sysmon)
		sysmon_process(w, world_log(w, host, D_SM_PROCESS_END, t + MS), p);
}

/* --- files, network ------------------------------------------------------------------------- */

void act_file(struct world *w, uint32_t host, int64_t t, const struct process *p, const char *path)
{
	struct rec *r;

	if (!w->hosts.at[host].sysmon)
		return;
	r = world_log(w, host, D_SM_FILE, t);
	sysmon_process(w, r, p);
	rec_set(w, r, "TargetFilename", "%s", path);
	rec_set(w, r, "CreationUtcTime", "%s", sysmon_time(w, t));
}

void act_connect(struct world *w, uint32_t host, int64_t t, const struct process *p, const char *ip,
		 const char *name, uint16_t port)
{
	struct host *h = &w->hosts.at[host];
	struct rec *r;

	if (!h->sysmon)
		return;
	r = world_log(w, host, D_SM_NET, t);
	sysmon_process(w, r, p);
	rec_set(w, r, "Protocol", "tcp");
	rec_set(w, r, "Initiated", "true");
	rec_set(w, r, "SourceIp", "%s", h->ip);
	rec_set(w, r, "SourceHostname", "%s", h->fqdn);
	rec_set(w, r, "SourcePort", "%u", 49152 + rng_below(&h->rng, 16000));
	rec_set(w, r, "DestinationIp", "%s", ip);
	rec_set(w, r, "DestinationHostname", "%s", name);
	rec_set(w, r, "DestinationPort", "%u", port);
	rec_set(w, r, "DestinationPortName", "%s",
		port == 443   ? "https"
		: port == 445 ? "microsoft-ds"
			      : "-");
}

void act_lookup(struct world *w, uint32_t host, int64_t t, const struct process *p, const char *name,
		const char *answer)
{
	struct rec *r;

	if (!w->hosts.at[host].sysmon)
		return;
	r = world_log(w, host, D_SM_DNS, t);
	sysmon_process(w, r, p);
	rec_set(w, r, "QueryName", "%s", name);
	rec_set(w, r, "QueryStatus", "0");
	rec_set(w, r, "QueryResults", "::ffff:%s;", answer);
}

void act_share(struct world *w, uint32_t host, int64_t t, const struct session *s, const char *ip,
	       const char *share, const char *file, bool write)
{
	uint32_t port = 49152 + rng_below(&w->hosts.at[host].rng, 16000);

	for (int i = 0; i < (file ? 2 : 1); i++) {
		struct rec *r = world_log(w, host, i ? D_SHARE_FILE : D_SHARE, t + i * 3 * MS);

		subject(w, r, s);
		rec_set(w, r, "ObjectType", "File");
		rec_set(w, r, "IpAddress", "%s", ip);
		rec_set(w, r, "IpPort", "%u", port);
		rec_set(w, r, "ShareName", "\\\\*\\%s", share);
		if (share[1] == '$')
			rec_set(w, r, "ShareLocalPath", "\\??\\%c:\\", share[0]);
		else
			rec_set(w, r, "ShareLocalPath", "\\??\\D:\\%s", share);
		rec_set(w, r, "AccessMask", i && write ? "0x120196" : i ? "0x120089" : "0x1");
		rec_set(w, r, "AccessList",
			i && write ? "%%%%1538\n\t\t\t\t%%%%4417\n\t\t\t\t" : "%%%%4416\n\t\t\t\t");
		if (i)
			rec_set(w, r, "RelativeTargetName", "%s", file);
	}
}

/* --- services, tasks ------------------------------------------------------------------------ */

void act_service(struct world *w, uint32_t host, int64_t t, const struct session *s, const char *name,
		 const char *path)
{
	struct rec *r = world_log(w, host, D_SERVICE_NEW, t);

	if (r)
		r->sid = s->sid;
	rec_set(w, r, "ServiceName", "%s", name);
	rec_set(w, r, "ImagePath", "%s", path);
	rec_set(w, r, "ServiceType", "user mode service");
	rec_set(w, r, "StartType", "auto start");
	rec_set(w, r, "AccountName", "LocalSystem");
	r = world_log(w, host, D_SERVICE_SEC, t + MS);
	subject(w, r, s);
	rec_set(w, r, "ServiceName", "%s", name);
	rec_set(w, r, "ServiceFileName", "%s", path);
	rec_set(w, r, "ServiceType", "0x10");
	rec_set(w, r, "ServiceStartType", "2");
	rec_set(w, r, "ServiceAccount", "LocalSystem");
}

void act_service_state(struct world *w, uint32_t host, int64_t t, const char *name, const char *state)
{
	struct rec *r = world_log(w, host, D_SERVICE_STATE, t);

	rec_set(w, r, "param1", "%s", name);
	rec_set(w, r, "param2", "%s", state);
}

static const char *task_xml(struct world *w, const char *name, const char *command, const char *author)
{
	return world_text(
		w,
		"<?xml version=\"1.0\" encoding=\"UTF-16\"?>\r\n<Task version=\"1.2\" "
		"xmlns=\"http://schemas.microsoft.com/windows/2004/02/mit/task\">\r\n  "
		"<RegistrationInfo>\r\n    <Author>%s</Author>\r\n    <URI>%s</URI>\r\n  "
		"</RegistrationInfo>\r\n  <Principals>\r\n    <Principal id=\"Author\">\r\n      "
		"<UserId>S-1-5-18</UserId>\r\n    </Principal>\r\n  </Principals>\r\n  <Actions "
		"Context=\"Author\">\r\n    <Exec>\r\n      <Command>%s</Command>\r\n    </Exec>\r\n  "
		"</Actions>\r\n</Task>",
		author, name, command);
}

void act_task(struct world *w, uint32_t host, int64_t t, const struct session *s, const char *name,
	      const char *command, bool remote)
{
	struct rec *r = world_log(w, host, D_TASK_NEW, t);

	subject(w, r, s);
	rec_set(w, r, "TaskName", "%s", name);
	rec_set(w, r, "TaskContent", "%s", task_xml(w, name, command, account(w, s)));
	rec_set(w, r, "ClientProcessId", "%u", remote ? 0 : w->hosts.at[host].next_pid);
	rec_set(w, r, "RpcCallClientLocality", "%d", remote);
	rec_set(w, r, "FQDN", "%s", w->hosts.at[host].fqdn);
	r = world_log(w, host, D_TS_REGISTERED, t + 2 * MS);
	rec_set(w, r, "TaskName", "%s", name);
	rec_set(w, r, "UserContext", "%s", account(w, s));
	if (r)
		r->sid = "S-1-5-18";
}

void act_task_deleted(struct world *w, uint32_t host, int64_t t, const struct session *s, const char *name)
{
	struct rec *r = world_log(w, host, D_TASK_GONE, t);

	subject(w, r, s);
	rec_set(w, r, "TaskName", "%s", name);
	rec_set(w, r, "TaskContent", "%s", "");
	rec_set(w, r, "FQDN", "%s", w->hosts.at[host].fqdn);
	r = world_log(w, host, D_TS_DELETED, t + MS);
	rec_set(w, r, "TaskName", "%s", name);
	rec_set(w, r, "UserName", "%s", account(w, s));
	if (r)
		r->sid = "S-1-5-18";
}

void act_task_run(struct world *w, uint32_t host, int64_t t, const char *name, const char *action)
{
	static const enum def_id PHASES[] = { D_TS_LAUNCH, D_TS_START, D_TS_ACTION, D_TS_ACTION_DONE,
					      D_TS_DONE };
	const char *instance = guid(w, &w->hosts.at[host]);

	for (size_t i = 0; i < COUNT(PHASES); i++) {
		struct rec *r = world_log(w, host, PHASES[i], t + (int64_t)i * 40 * MS);

		rec_set(w, r, "TaskName", "%s", name);
		rec_set(w, r, "UserContext", "NT AUTHORITY\\SYSTEM");
		rec_set(w, r, "InstanceId", "%s", instance);
		rec_set(w, r, "TaskInstanceId", "%s", instance);
		rec_set(w, r, "ActionName", "%s", action);
		rec_set(w, r, "Path", "%s", action);
		rec_set(w, r, "ProcessID", "%u", w->hosts.at[host].next_pid);
		rec_set(w, r, "Priority", "16384");
		rec_set(w, r, "EnginePID", "1204");
		if (r)
			r->sid = "S-1-5-18";
	}
}

/* --- other logs ----------------------------------------------------------------------------- */

void act_cmdlet(struct world *w, uint32_t host, int64_t t, const char *cmdlet, const char *parameters,
		const char *caller)
{
	struct rec *r = world_log(w, host, D_EXCH_CMDLET, t);
	const char *sid = w->people.at[0].sid;

	rec_set(w, r, "Data",
		"%s\x1f%s\x1f%s/Users/%s\x1f%s\x1f%s\x1f"
		"Remote-ManagementShell-Unknown\x1f"
		"%u w3wp#MSExchangePowerShellAppPool\x1f\x1f%u\x1f"
		"00:00:00.2187500\x1f"
		"View Entire Forest: 'False', Default Scope: '%s'\x1f\x1f\x1f"
		"False\x1f\x1f"
		"0 objects execution has been proxied to remote server.\x1f"
		"0",
		cmdlet, parameters, w->dns, caller, sid, sid, w->hosts.at[host].next_pid,
		rng_below(&w->hosts.at[host].rng, 90) + 5, w->dns);
}

void act_script(struct world *w, uint32_t host, int64_t t, const char *sid, const char *text)
{
	struct rec *r = world_log(w, host, D_PS_BLOCK, t);
	const char *id = guid(w, &w->hosts.at[host]);

	if (r)
		r->sid = sid;
	rec_set(w, r, "MessageNumber", "1");
	rec_set(w, r, "MessageTotal", "1");
	rec_set(w, r, "ScriptBlockText", "%s", text);
	rec_set(w, r, "ScriptBlockId", "%.36s", id[0] == '{' ? id + 1 : id);
	rec_set(w, r, "Path", "%s", "");
}

void act_remote_desktop(struct world *w, uint32_t host, int64_t t, const struct person *who, uint32_t from)
{
	struct rec *r = world_log(w, host, D_RDP_AUTH, t);

	rec_set(w, r, "Param1", "%s", who->user);
	rec_set(w, r, "Param2", "%s", w->domain);
	rec_set(w, r, "Param3", "%s", w->hosts.at[from].ip);
	r = world_log(w, host, D_RDP_LOGON, t + 2 * NS_PER_S);
	rec_set(w, r, "User", "%s\\%s", w->domain, who->user);
	rec_set(w, r, "SessionID", "%u", 2 + rng_below(&w->hosts.at[host].rng, 5));
	rec_set(w, r, "Address", "%s", w->hosts.at[from].ip);
}

void act_log_cleared(struct world *w, uint32_t host, int64_t t, const struct session *s, bool system_too)
{
	struct rec *r = world_log(w, host, D_SEC_CLEARED, t);

	subject(w, r, s);
	if (!system_too)
		return;
	r = world_log(w, host, D_SYS_CLEARED, t + NS_PER_S);
	rec_set(w, r, "SubjectUserName", "%s", s->user);
	rec_set(w, r, "SubjectDomainName", "%s", s->domain);
	rec_set(w, r, "Channel", "System");
	rec_set(w, r, "BackupPath", "%s", "");
	if (r)
		r->sid = s->sid;
}
