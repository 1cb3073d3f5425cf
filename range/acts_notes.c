/* acts_notes.c - what Windows notes by itself, transfers, work on accounts. */
#include <stdio.h>

#include "acts_priv.h"

/* Classic events: their nameless Data. */
static const struct {
	enum def_id def;
	const char *data;
} CLASSIC[] = {
	{ D_MSI, "Office Update\x1f"
		 "16.0.16130\x1f"
		 "1033\x1f"
		 "0\x1fSoftware Publisher" },
	{ D_ERROR_REPORT, "Fault bucket , type 0\x1f"
			  "AppHangB1\x1fNot available\x1f"
			  "0\x1f"
			  "explorer.exe" },
};

static void note_defender(struct world *w, uint32_t host, int64_t t)
{
	if (!ev_begin(w, host, D_DEF_SCAN, t))
		return;
	ev_user(w, &SID_SYSTEM);
	ev_z(w, "Product Name", "Microsoft Defender Antivirus");
	ev_z(w, "Product Version", "4.18.24030.9");
	ev_n(w, "Scan Type Index", 1);
	ev_z(w, "Scan Type", "Antimalware");
	ev_z(w, "User", "SYSTEM");
	ev_end(w);
}

static void note_provider(struct world *w, uint32_t host, int64_t t)
{
	if (!ev_begin(w, host, D_WMI_PROVIDER, t))
		return;
	ev_user(w, &SID_SYSTEM);
	ev_z(w, "ProviderName", "CIMWin32");
	ev_z(w, "HostProcess", "wmiprvse.exe");
	ev_n(w, "ProcessID", 5120);
	ev_z(w, "ProviderPath", "%systemroot%\\system32\\wbem\\cimwin32.dll");
	ev_end(w);
}

static void note_pipe(struct world *w, uint32_t host, int64_t t)
{
	struct host *h = &w->hosts.at[host];

	if (!ev_begin(w, host, D_SM_PIPE, t))
		return;
	ev_user(w, &SID_SYSTEM);
	ev_z(w, "EventType", "ConnectPipe");
	ev_utc(w, "UtcTime", h, t);
	ev_guid(w, "ProcessGuid", h->services.guid);
	ev_n(w, "ProcessId", h->services.pid);
	ev_z(w, "PipeName", "\\wkssvc");
	ev_z(w, "Image", h->services.image);
	ev_account(w, "User", h, &h->local);
	ev_end(w);
}

static void note_clock(struct world *w, uint32_t host, int64_t t)
{
	struct host *h = &w->hosts.at[host];

	if (!ev_begin(w, host, D_TIME_SYNC, t))
		return;
	ev_time(w, "NewTime", host_clock(h, t));
	ev_time(w, "OldTime", host_clock(h, t) - 12 * MS);
	ev_n(w, "Reason", 2);
	ev_end(w);
}

static void note_task(struct world *w, uint32_t host, int64_t t)
{
	static const enum def_id PHASES[] = { D_TS_START, D_TS_DONE };
	struct host *h = &w->hosts.at[host];
	uint8_t instance[16];

	fresh_guid(h, instance);
	for (size_t i = 0; i < COUNT(PHASES); i++) {
		if (!ev_begin(w, host, PHASES[i], t + (int64_t)i * 900 * MS))
			continue;
		ev_user(w, &SID_SYSTEM);
		ev_z(w, "TaskName", "\\Microsoft\\Windows\\Registry\\RegIdleBackup");
		ev_z(w, "UserContext", LOCALE_WORDS[h->locale].local_system);
		ev_guid(w, "InstanceId", instance);
		ev_end(w);
	}
}

static void note_task_update(struct world *w, uint32_t host, int64_t t)
{
	if (!ev_begin(w, host, D_TS_UPDATED, t))
		return;
	ev_user(w, &SID_SYSTEM);
	ev_z(w, "TaskName", "\\Microsoft\\Windows\\UpdateOrchestrator\\Reboot");
	ev_z(w, "UserName", LOCALE_WORDS[w->hosts.at[host].locale].local_system);
	ev_end(w);
}

static void note_ticket(struct world *w, uint32_t host, int64_t t)
{
	const struct host *h = &w->hosts.at[host];
	uint32_t dc = w->orgs.at[h->org].dc;

	if (dc == NOWHERE || h->owner == NOWHERE || !ev_begin(w, dc, D_PREAUTH_FAILED, t))
		return;
	ev_z(w, "TargetUserName", w->people.at[h->owner].user);
	ev_sid(w, "TargetSid", &w->people.at[h->owner].sid);
	ev_f(w, "ServiceName", "krbtgt/%s", w->orgs.at[h->org].domain);
	ev_n(w, "TicketOptions", 0x40810010);
	ev_n(w, "Status", 0x18);
	ev_z(w, "PreAuthType", "2");
	ev_mapped(w, "IpAddress", host_ip(w, host, t));
	ev_end(w);
}

void act_windows_note(struct world *w, uint32_t host, int64_t t, uint32_t number)
{
	static void (*const NOTES[])(struct world *, uint32_t,
				     int64_t) = { note_defender, note_provider,    note_pipe,  note_clock,
						  note_task,     note_task_update, note_ticket };
	_Static_assert(COUNT(NOTES) + COUNT(CLASSIC) == WINDOWS_NOTES, "each number is a note");

	if (number < COUNT(NOTES)) {
		NOTES[number](w, host, t);
	} else if (ev_begin(w, host, CLASSIC[number - COUNT(NOTES)].def, t)) {
		ev_data(w, CLASSIC[number - COUNT(NOTES)].data);
		ev_end(w);
	}
}

void act_bits(struct world *w, uint32_t host, int64_t t, const char *name, const char *url, uint64_t size)
{
	static const enum def_id EVENTS[] = { D_BITS_START, D_BITS_DONE };
	uint8_t guid[16];

	fresh_guid(&w->hosts.at[host], guid);
	for (size_t i = 0; i < COUNT(EVENTS); i++) {
		if (!ev_begin(w, host, EVENTS[i], t + (int64_t)i * 6 * SECOND))
			continue;
		ev_user(w, &SID_SYSTEM);
		ev_guid(w, "transferId", guid);
		ev_z(w, "name", name);
		ev_guid(w, "Id", guid);
		ev_z(w, "url", url);
		ev_z(w, "peer", "");
		ev_time(w, "fileTime", t - 30 * DAY);
		ev_n(w, "fileLength", size);
		ev_n(w, "bytesTotal", size);
		ev_n(w, "bytesTransferred", i ? size : 0);
		ev_end(w);
	}
}

void act_account_work(struct world *w, uint32_t org, int64_t t, uint32_t admin, uint32_t about)
{
	const struct org *o = &w->orgs.at[org];
	const struct person *as = &w->people.at[admin], *who = &w->people.at[about];
	struct session s = { as->user, o->domain, &as->sid, 0x3a71c4, 3, true };
	static const struct sid REMOTE_USERS = { 16, { 1, 2, 0, 0, 0, 0, 0, 5, 32, 0, 0, 0, 43, 2 } };

	if (o->dc == NOWHERE)
		return;
	if (ev_begin(w, o->dc, D_USER_ENABLED, t)) {
		ev_z(w, "TargetUserName", who->user);
		ev_z(w, "TargetDomainName", o->domain);
		ev_sid(w, "TargetSid", &who->sid);
		ev_subject(w, &s);
		ev_end(w);
	}
	if (ev_begin(w, o->dc, D_GROUP_ADD, t + 20 * SECOND)) {
		ev_f(w, "MemberName", "CN=%s,CN=Users,DC=%s,DC=example", who->user, o->name);
		ev_sid(w, "MemberSid", &who->sid);
		ev_z(w, "TargetUserName", "Remote Desktop Users");
		ev_z(w, "TargetDomainName", "Builtin");
		ev_sid(w, "TargetSid", &REMOTE_USERS);
		ev_subject(w, &s);
		ev_end(w);
	}
}
