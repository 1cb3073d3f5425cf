/* acts_system.c - services, tasks, protection, remote work. */
#include <stdio.h>

#include "acts_priv.h"

static struct host *host_of(struct world *w, uint32_t host)
{
	return &w->hosts.at[host];
}

/* --- services, tasks, protection ---------------------------------------------------------------- */

void act_service(struct world *w, uint32_t host, int64_t t, const struct session *s, const char *name,
		 const char *path)
{
	const struct host *h = host_of(w, host);

	if (ev_begin(w, host, D_SERVICE_NEW, t)) {
		ev_user(w, s->sid);
		ev_z(w, "ServiceName", name);
		ev_z(w, "ImagePath", path);
		ev_z(w, "ServiceType", LOCALE_WORDS[h->locale].user_service);
		ev_z(w, "StartType", LOCALE_WORDS[h->locale].auto_start);
		ev_z(w, "AccountName", "LocalSystem");
		ev_end(w);
	}
	if (!h->audits || !ev_begin(w, host, D_SERVICE_SEC, t + MS))
		return;
	ev_subject(w, s);
	ev_z(w, "ServiceName", name);
	ev_z(w, "ServiceFileName", path);
	ev_n(w, "ServiceType", 0x10);
	ev_n(w, "ServiceStartType", 2);
	ev_z(w, "ServiceAccount", "LocalSystem");
	ev_end(w);
}

void act_service_state(struct world *w, uint32_t host, int64_t t, const char *name, bool running)
{
	const struct host *h = host_of(w, host);

	if (!ev_begin(w, host, D_SERVICE_STATE, t))
		return;
	ev_z(w, "param1", name);
	ev_z(w, "param2", running ? LOCALE_WORDS[h->locale].running : LOCALE_WORDS[h->locale].stopped);
	ev_end(w);
}

static void task_content(struct world *w, const char *field, const struct host *h, const char *name,
			 const char *command, const struct session *s)
{
	ev_f(w, field,
	     "<?xml version=\"1.0\" encoding=\"UTF-16\"?>\r\n<Task version=\"1.2\" "
	     "xmlns=\"http://schemas.microsoft.com/windows/2004/02/mit/task\">\r\n  <RegistrationInfo>\r\n    "
	     "<Author>%s\\%s</Author>\r\n    <URI>%s</URI>\r\n  </RegistrationInfo>\r\n  <Principals>\r\n    "
	     "<Principal id=\"Author\">\r\n      <UserId>S-1-5-18</UserId>\r\n    </Principal>\r\n  </Principals>\r\n  "
	     "<Actions Context=\"Author\">\r\n    <Exec>\r\n      <Command>%s</Command>\r\n    </Exec>\r\n  "
	     "</Actions>\r\n</Task>",
	     s->domain, s->id == 0x3e7 ? h->name : s->user, name, command);
}

void act_task(struct world *w, uint32_t host, int64_t t, const struct session *s, const char *name,
	      const char *command, bool remote)
{
	const struct host *h = host_of(w, host);

	if (h->audits && ev_begin(w, host, D_TASK_NEW, t)) {
		ev_subject(w, s);
		ev_z(w, "TaskName", name);
		task_content(w, "TaskContent", h, name, command, s);
		ev_n(w, "ClientProcessId", remote ? 0 : h->next_pid);
		ev_n(w, "RpcCallClientLocality", remote);
		ev_z(w, "FQDN", h->fqdn);
		ev_end(w);
	}
	if (!ev_begin(w, host, D_TS_REGISTERED, t + 2 * MS))
		return;
	ev_user(w, &SID_SYSTEM);
	ev_z(w, "TaskName", name);
	ev_account(w, "UserContext", h, s);
	ev_end(w);
}

void act_task_deleted(struct world *w, uint32_t host, int64_t t, const struct session *s, const char *name)
{
	const struct host *h = host_of(w, host);

	if (h->audits && ev_begin(w, host, D_TASK_GONE, t)) {
		ev_subject(w, s);
		ev_z(w, "TaskName", name);
		ev_z(w, "TaskContent", "");
		ev_z(w, "FQDN", h->fqdn);
		ev_end(w);
	}
	if (!ev_begin(w, host, D_TS_DELETED, t + MS))
		return;
	ev_user(w, &SID_SYSTEM);
	ev_z(w, "TaskName", name);
	ev_account(w, "UserName", h, s);
	ev_end(w);
}

void act_task_run(struct world *w, uint32_t host, int64_t t, const char *name, const char *action)
{
	struct host *h = host_of(w, host);
	uint8_t instance[16];

	fresh_guid(h, instance);
	if (ev_begin(w, host, D_TS_LAUNCH, t)) {
		ev_user(w, &SID_SYSTEM);
		ev_z(w, "TaskName", name);
		ev_z(w, "Path", action);
		ev_n(w, "ProcessID", h->next_pid);
		ev_n(w, "Priority", 16384);
		ev_end(w);
	}
	if (ev_begin(w, host, D_TS_ACTION, t + 80 * MS)) {
		ev_user(w, &SID_SYSTEM);
		ev_z(w, "TaskName", name);
		ev_z(w, "ActionName", action);
		ev_guid(w, "TaskInstanceId", instance);
		ev_n(w, "EnginePID", 1204);
		ev_end(w);
	}
	if (ev_begin(w, host, D_TS_ACTION_DONE, t + 1900 * MS)) {
		ev_user(w, &SID_SYSTEM);
		ev_z(w, "TaskName", name);
		ev_guid(w, "TaskInstanceId", instance);
		ev_z(w, "ActionName", action);
		ev_n(w, "EnginePID", 1204);
		ev_end(w);
	}
}

#define DEFENDER_NAME "Microsoft Defender Antivirus"

void act_exclusion(struct world *w, uint32_t host, int64_t t, const char *path)
{
	if (!ev_begin(w, host, D_DEF_CONFIG, t))
		return;
	ev_user(w, &SID_SYSTEM);
	ev_z(w, "Product Name", DEFENDER_NAME);
	ev_z(w, "Product Version", "4.18.24030.9");
	ev_z(w, "Old Value", "");
	ev_f(w, "New Value", "HKLM\\SOFTWARE\\Microsoft\\Windows Defender\\Exclusions\\Paths\\%s = 0x0",
	     path);
	ev_end(w);
}

void act_found(struct world *w, uint32_t host, int64_t t, const char *threat, const char *path,
	       const char *process)
{
	static const enum def_id EVENTS[] = { D_DEF_FOUND, D_DEF_ACTED };

	for (size_t i = 0; i < COUNT(EVENTS); i++) {
		if (!ev_begin(w, host, EVENTS[i], t + (int64_t)i * 4 * SECOND))
			continue;
		ev_user(w, &SID_SYSTEM);
		ev_z(w, "Product Name", DEFENDER_NAME);
		ev_z(w, "Product Version", "4.18.24030.9");
		ev_z(w, "Threat ID", "2147745322");
		ev_z(w, "Threat Name", threat);
		ev_z(w, "Severity ID", "5");
		ev_z(w, "Severity Name", "Severe");
		ev_z(w, "Category ID", "8");
		ev_z(w, "Category Name", "Trojan");
		ev_z(w, "Source Name", "Real-Time Protection");
		ev_z(w, "Process Name", process);
		ev_f(w, "Path", "file:_%s", path);
		ev_z(w, "Action ID", i ? "2" : "9");
		ev_z(w, "Action Name", i ? "Quarantine" : "Not Applicable");
		ev_end(w);
	}
}

void act_log_cleared(struct world *w, uint32_t host, int64_t t, const struct session *s, bool system_too)
{
	if (ev_begin(w, host, D_SEC_CLEARED, t)) {
		ev_subject(w, s);
		ev_end(w);
	}
	if (!system_too || !ev_begin(w, host, D_SYS_CLEARED, t + SECOND))
		return;
	ev_user(w, s->sid);
	ev_z(w, "SubjectUserName", s->user);
	ev_z(w, "SubjectDomainName", s->domain);
	ev_z(w, "Channel", "System");
	ev_z(w, "BackupPath", "");
	ev_end(w);
}

/* --- remote work -------------------------------------------------------------------------------- */

static void share_events(struct world *w, uint32_t host, int64_t t, const struct session *s, const char *ip,
			 const char *share, const char *file, bool write)
{
	struct host *h = host_of(w, host);
	uint32_t port = some_port(h);

	for (int i = 0; i < (file ? 2 : 1); i++) {
		if (!ev_begin(w, host, i ? D_SHARE_FILE : D_SHARE, t + i * 3 * MS))
			continue;
		ev_subject(w, s);
		ev_z(w, "ObjectType", "File");
		ev_z(w, "IpAddress", ip);
		ev_port(w, "IpPort", port);
		ev_f(w, "ShareName", "\\\\*\\%s", share);
		if (share[1] == '$')
			ev_f(w, "ShareLocalPath", "\\??\\%c:\\", share[0]);
		else if (strcmp(share, "ADMIN$") == 0)
			ev_z(w, "ShareLocalPath", "\\??\\C:\\Windows");
		else
			ev_f(w, "ShareLocalPath", "\\??\\D:\\%s", share);
		if (i)
			ev_z(w, "RelativeTargetName", file);
		ev_n(w, "AccessMask", i && write ? 0x120196 : i ? 0x120089 : 1);
		ev_z(w, "AccessList", i && write ? "%%1538\n\t\t\t\t%%4417\n\t\t\t\t" : "%%4416\n\t\t\t\t");
		ev_end(w);
	}
}

void act_share(struct world *w, uint32_t host, int64_t t, const struct session *s, uint32_t from,
	       const char *share, const char *file, bool write, uint64_t size)
{
	struct contact c = { .t = t - 60 * MS,
			     .dur = 900 * MS + (int64_t)size * 20,
			     .host = from,
			     .peer = host,
			     .name = share,
			     .port = 445,
			     .proto = NET_SMB,
			     .path = file,
			     .user = s->user,
			     .up = write ? size + 900 : 1400,
			     .down = write ? 1100 : size + 1100,
			     .quiet = true };
	char z[20];
	buf b = { z, 0, sizeof z - 1, sizeof z - 1, false };

	put_ip(&b, host_ip(w, from, t));
	z[b.len] = '\0';
	act_contact(w, &c);
	share_events(w, host, t, s, z, share, file, write);
}

void act_share_loopback(struct world *w, uint32_t host, int64_t t, const char *share, const char *file)
{
	share_events(w, host, t, &host_of(w, host)->local, "127.0.0.1", share, file, true);
}

void act_remote_desktop(struct world *w, uint32_t host, int64_t t, uint32_t who, uint32_t from)
{
	const struct person *p = &w->people.at[who];
	const char *domain = w->orgs.at[p->org].domain;
	struct host *h = host_of(w, host);
	struct contact c = { .t = t - 800 * MS,
			     .dur = 40 * MINUTE,
			     .host = from,
			     .peer = host,
			     .port = 3389,
			     .proto = NET_RDP,
			     .user = p->user,
			     .up = 4200000,
			     .down = 38000000 };

	act_contact(w, &c);
	if (ev_begin(w, from, D_RDP_OUT, t - SECOND)) {
		ev_user(w, &p->sid);
		ev_z(w, "Name", "Server Name");
		ev_z(w, "Value", h->fqdn);
		ev_end(w);
	}
	if (ev_begin(w, host, D_RDP_AUTH, t)) {
		ev_user(w, &SID_NETWORK_SERVICE);
		ev_z(w, "Param1", p->user);
		ev_z(w, "Param2", domain);
		ev_ip(w, "Param3", host_ip(w, from, t));
		ev_end(w);
	}
	if (ev_begin(w, host, D_RDP_LOGON, t + 2 * SECOND)) {
		ev_user(w, &SID_SYSTEM);
		ev_f(w, "User", "%s\\%s", domain, p->user);
		ev_n(w, "SessionID", 2 + rng_below(&h->rng, 5));
		ev_ip(w, "Address", host_ip(w, from, t));
		ev_end(w);
	}
}

void act_winrm(struct world *w, uint32_t host, int64_t t, uint32_t who, uint32_t from)
{
	const struct person *p = &w->people.at[who];
	struct contact c = { .t = t - 80 * MS,
			     .dur = 3 * MINUTE,
			     .host = from,
			     .peer = host,
			     .port = 5985,
			     .proto = NET_HTTP,
			     .method = "POST",
			     .path = "/wsman?PSVersion=5.1.17763.1",
			     .agent = "Microsoft WinRM Client",
			     .name = host_of(w, host)->fqdn,
			     .up = 18000,
			     .down = 42000 };

	act_contact(w, &c);
	if (ev_begin(w, host, D_WINRM_AUTH, t)) {
		ev_user(w, &SID_NETWORK_SERVICE);
		ev_f(w, "username", "%s\\%s", w->orgs.at[p->org].domain, p->user);
		ev_z(w, "authenticationMechanism", "NTLM");
		ev_end(w);
	}
	if (ev_begin(w, host, D_WINRM_SHELL, t + 300 * MS)) {
		ev_user(w, &p->sid);
		ev_end(w);
	}
}

void act_ssh(struct world *w, uint32_t host, int64_t t, const char *user, uint32_t from, bool password)
{
	struct host *h = host_of(w, host);
	struct contact c = { .t = t - 900 * MS,
			     .dur = 12 * MINUTE,
			     .host = from,
			     .peer = host,
			     .port = 22,
			     .proto = NET_SSH,
			     .up = 24000,
			     .down = 91000 };
	uint32_t pid = 2000 + rng_below(&h->rng, 60000);
	char z[256], ip[20];
	buf b = { ip, 0, sizeof ip - 1, sizeof ip - 1, false };

	put_ip(&b, host_ip(w, from, t));
	ip[b.len] = '\0';
	act_contact(w, &c);
	snprintf(z, sizeof z, "Accepted %s for %s from %s port %u ssh2%s",
		 password ? "password" : "publickey", user, ip, some_port(h),
		 password ? "" : ": ED25519 SHA256:fK2mVw9Qz1aB7cD4eF6gH8iJ0kL2mN4oP6qR8sT0uV2");
	row_auth(w, host, t, "sshd", pid, z);
	snprintf(z, sizeof z, "pam_unix(sshd:session): session opened for user %s(uid=1001) by (uid=0)",
		 user);
	row_auth(w, host, t + 40 * MS, "sshd", pid, z);
	snprintf(z, sizeof z, "New session %u of user %s.", 100 + pid % 900, user);
	row_auth(w, host, t + 60 * MS, "systemd-logind", 711, z);
	snprintf(z, sizeof z, "pam_unix(sshd:session): session closed for user %s", user);
	row_auth(w, host, t + 12 * MINUTE, "sshd", pid, z);
}

void act_script(struct world *w, uint32_t host, int64_t t, const struct sid *sid, const char *text)
{
	struct host *h = host_of(w, host);
	uint8_t id[16];
	char z[40];
	buf b = { z, 0, sizeof z - 1, sizeof z - 1, false };

	if (!ev_begin(w, host, D_PS_BLOCK, t))
		return;
	fresh_guid(h, id);
	put_uuid(&b, id, false);
	z[b.len] = '\0';
	ev_user(w, sid);
	ev_n(w, "MessageNumber", 1);
	ev_n(w, "MessageTotal", 1);
	ev_z(w, "ScriptBlockText", text);
	ev_z(w, "ScriptBlockId", z);
	ev_z(w, "Path", "");
	ev_end(w);
}

void act_cmdlet(struct world *w, uint32_t host, int64_t t, const char *caller, const struct sid *sid,
		const char *cmdlet, const char *parameters)
{
	struct host *h = host_of(w, host);
	const struct org *o = &w->orgs.at[h->org];
	char z[3000], who[200], text[80];
	size_t n = (size_t)snprintf(text, sizeof text, "S-1-5");

	for (int i = 8; i + 4 <= sid->len; i += 4)
		n += (size_t)snprintf(text + n, sizeof text - n, "-%u", load_le32(sid->b + i));
	snprintf(who, sizeof who, "%s/Users/%s", o->dns, caller);
	snprintf(
		z, sizeof z,
		"%s\x1f%s\x1f%s\x1f%s\x1f%s\x1fRemote-ManagementShell-Unknown\x1f%u w3wp#MSExchangePowerShellAppPool\x1f\x1f"
		"%u\x1f"
		"00:00:00.2187500\x1fView Entire Forest: 'False', Default Scope: '%s'\x1f\x1f\x1f"
		"False\x1f\x1f"
		"0 objects execution has been proxied to remote server.\x1f"
		"0\x1f"
		"ActivityId\x1f%s",
		cmdlet, parameters, who, text, text, h->next_pid, rng_below(&h->rng, 90) + 5, o->dns,
		h->locale == LOCALE_FR ? "fr-FR" : "en-US");
	if (ev_begin(w, host, D_EXCH_CMDLET, t)) {
		ev_data(w, z);
		ev_end(w);
	}
	row_cmdlet(w, host, t, who, text, cmdlet, parameters);
}
