/* Which event gives which fact, with which values: the table in data/ against made-up events. */
#include "unit.h"

#include "events.h"
#include "facts/facts.h"

static void fact_line(const struct fact *f, buf *out)
{
	buf_z(out, fact_kind_name(f->kind));
	for (int i = 0; i < FA_COUNT; i++) {
		if (f->attr[i].len == 0)
			continue;
		buf_printf(out, " %s=[", fact_attr_name((enum fact_attr)i));
		buf_str(out, f->attr[i]);
		buf_z(out, "]");
	}
	if (f->bytes)
		buf_printf(out, " bytes=%llu", (unsigned long long)f->bytes);
	buf_z(out, "\n");
}

static void table_lines(struct fact_table *t, bool coverage, buf *out)
{
	assert_int_equal(fact_table_sort(t, NULL), 0);
	for (size_t i = 0; i < fact_table_len(t); i++) {
		const struct fact *f = fact_table_at(t, i);

		if (coverage || f->kind != FACT_COVERAGE)
			fact_line(f, out);
	}
}

#define SYSTEM(provider, channel, id)                                                                        \
	{ "System/Provider/@Name", provider }, { "System/EventID", id }, { "System/Channel", channel },      \
	{                                                                                                    \
		"System/Computer", "HOST1.corp.example"                                                      \
	}
#define SECURITY(id) SYSTEM("Microsoft-Windows-Security-Auditing", "Security", id)
#define SYSMON(id) SYSTEM("Microsoft-Windows-Sysmon", "Microsoft-Windows-Sysmon/Operational", id)
#define H " host=[HOST1.corp.example]"

static const struct {
	const char *what;
	struct made_field f[MADE_FIELDS];
	const char *want;
} CASES[] = {
	{ "logon: dash and mapped address",
	  { SECURITY("4624"),
	    { "TargetUserName", "svc-deploy" },
	    { "TargetDomainName", "CORP" },
	    { "TargetUserSid", "S-1-5-21-1-2-3-1188" },
	    { "LogonType", "3" },
	    { "WorkstationName", "DMS01" },
	    { "IpAddress", "::ffff:10.30.4.7" },
	    { "AuthenticationPackageName", "NTLM" },
	    { "LmPackageName", "NTLM V2" },
	    { "ProcessName", "-" } },
	  "logon" H " account=[CORP\\svc-deploy] account_sid=[S-1-5-21-1-2-3-1188] "
	  "source_ip=[10.30.4.7] source_host=[DMS01] logon_type=[3] detail=[NTLM NTLM V2] "
	  "day=[2024-04-18]\n" },
	{ "logon: an address of dash is no remote one",
	  { SECURITY("4624"),
	    { "TargetUserName", "SYSTEM" },
	    { "TargetDomainName", "-" },
	    { "LogonType", "5" },
	    { "WorkstationName", "-" },
	    { "IpAddress", "-" } },
	  "logon" H " account=[SYSTEM] logon_type=[5] day=[2024-04-18]\n" },
	{ "service ticket: one key of eight for the clocks",
	  { SECURITY("4769"),
	    { "TargetUserName", "ann@CORP" },
	    { "ServiceName", "FS01$" },
	    { "LogonGuid", "{8CFA683B-3DF6-47EE-BD2F-8886F3695C68}" } },
	  "authentication" H " account=[ann@CORP] object=[FS01$] detail=[kerberos service] day=[2024-04-18]\n"
	  "clock_sample" H " object=[8cfa683b-3df6-47ee-bd2f-8886f3695c68] detail=[kerberos logon]\n" },
	{ "logon without a ticket gives the clocks nothing",
	  { SECURITY("4624"),
	    { "TargetUserName", "ann" },
	    { "LogonType", "3" },
	    { "LogonGuid", "{00000000-0000-0000-0000-000000000000}" } },
	  "logon" H " account=[ann] logon_type=[3] day=[2024-04-18]\n" },
	{ "failed logon",
	  { SECURITY("4625"),
	    { "TargetUserName", "admin" },
	    { "TargetDomainName", "" },
	    { "LogonType", "3" },
	    { "IpAddress", "192.0.2.9" },
	    { "Status", "0xc000006d" },
	    { "SubStatus", "0xc0000064" } },
	  "logon_failed" H " account=[admin] source_ip=[192.0.2.9] logon_type=[3] "
	  "detail=[0xc000006d 0xc0000064] day=[2024-04-18]\n" },
	{ "explicit credentials",
	  { SECURITY("4648"),
	    { "SubjectUserName", "DMS01$" },
	    { "SubjectDomainName", "CORP" },
	    { "TargetUserName", "svc-deploy" },
	    { "TargetDomainName", "CORP" },
	    { "TargetServerName", "\\\\upd01.corp.example" },
	    { "ProcessName", "C:\\p\\x.exe" },
	    { "IpAddress", "::1" } },
	  "explicit_credentials" H " account=[CORP\\DMS01$] target_account=[CORP\\svc-deploy] "
	  "target_host=[upd01.corp.example] source_ip=[::1] process=[C:\\p\\x.exe] "
	  "day=[2024-04-18]\n" },
	{ "4688: ProcessId is the creator, hex becomes decimal, target account wins",
	  { SECURITY("4688"),
	    { "SubjectUserName", "HOST1$" },
	    { "SubjectDomainName", "CORP" },
	    { "SubjectLogonId", "0x3e7" },
	    { "NewProcessId", "0x1a4" },
	    { "NewProcessName", "C:\\Windows\\System32\\cmd.exe" },
	    { "ProcessId", "0x10" },
	    { "CommandLine", "cmd /c whoami" },
	    { "TargetUserName", "alice" },
	    { "TargetDomainName", "CORP" },
	    { "TargetLogonId", "0x9F" },
	    { "ParentProcessName", "C:\\inetsrv\\w3wp.exe" } },
	  "process_start" H " account=[CORP\\alice] logon_id=[0x9f] "
	  "process=[C:\\Windows\\System32\\cmd.exe] process_id=[420] "
	  "parent=[C:\\inetsrv\\w3wp.exe] parent_id=[16] command=[cmd /c whoami]\n" },
	{ "4688: without a target account the creator's counts",
	  { SECURITY("4688"),
	    { "SubjectUserName", "HOST1$" },
	    { "SubjectDomainName", "CORP" },
	    { "NewProcessId", "0x1a4" },
	    { "NewProcessName", "C:\\a.exe" },
	    { "ProcessId", "0x10" },
	    { "TargetUserName", "-" },
	    { "TargetDomainName", "-" } },
	  "process_start" H " account=[CORP\\HOST1$] process=[C:\\a.exe] process_id=[420] "
	  "parent_id=[16]\n" },
	{ "service in Security and task with two actions",
	  { SECURITY("4698"),
	    { "SubjectUserName", "bob" },
	    { "SubjectDomainName", "CORP" },
	    { "TaskName", "\\Upd" },
	    { "TaskContent", "<Task><Actions><Exec><Command>\"C:\\a b.exe\"</Command><Arguments>"
			     "/x &quot;1&amp;2&quot;</Arguments></Exec><Exec><Command>c.exe"
			     "</Command></Exec></Actions></Task>" } },
	  "task_install" H " account=[CORP\\bob] command=[\"C:\\a b.exe\" /x \"1&2\" ; c.exe] "
	  "object=[\\Upd] detail=[created]\n" },
	{ "service from the service control manager keeps who installed it",
	  { SYSTEM("Service Control Manager", "System", "7045"),
	    { "System/Security/@UserID", "S-1-5-21-9-500" },
	    { "ServiceName", "Sync Helper" },
	    { "ImagePath", "C:\\ProgramData\\d.exe" },
	    { "AccountName", "LocalSystem" } },
	  "service_install" H " account_sid=[S-1-5-21-9-500] target_account=[LocalSystem] "
	  "command=[C:\\ProgramData\\d.exe] object=[Sync Helper]\n" },
	{ "another provider's 7045 is no service",
	  { SYSTEM("Some Vendor", "System", "7045"), { "ServiceName", "x" } },
	  "" },
	{ "without a provider the channel decides",
	  { { "System/EventID", "7045" },
	    { "System/Channel", "System" },
	    { "System/Computer", "HOST1.corp.example" },
	    { "ServiceName", "x" } },
	  "service_install" H " object=[x]\n" },
	{ "administrative share, write: the file is told",
	  { SECURITY("5145"),
	    { "SubjectUserName", "MX01$" },
	    { "SubjectDomainName", "CORP" },
	    { "IpAddress", "127.0.0.1" },
	    { "ShareName", "\\\\*\\C$" },
	    { "RelativeTargetName", "inetpub\\x.aspx" },
	    { "AccessMask", "0x2" } },
	  "share_access" H " account=[CORP\\MX01$] source_ip=[127.0.0.1] object=[\\\\*\\C$] "
	  "detail=[write inetpub\\x.aspx] day=[2024-04-18]\n" },
	{ "ordinary share, read: no file names",
	  { SECURITY("5145"),
	    { "SubjectUserName", "u" },
	    { "IpAddress", "10.0.0.1" },
	    { "ShareName", "\\\\*\\Data" },
	    { "RelativeTargetName", "a.doc" },
	    { "AccessMask", "0x120089" } },
	  "share_access" H " account=[u] source_ip=[10.0.0.1] object=[\\\\*\\Data] detail=[read] "
	  "day=[2024-04-18]\n" },
	{ "Security log cleared",
	  { SYSTEM("Microsoft-Windows-Eventlog", "Security", "1102"),
	    { "UserData/LogFileCleared/SubjectUserName", "eve" },
	    { "UserData/LogFileCleared/SubjectDomainName", "CORP" } },
	  "log_cleared" H " account=[CORP\\eve] object=[Security]\n" },
	{ "other log cleared: the channel in the data, not that of the event",
	  { SYSTEM("Microsoft-Windows-Eventlog", "System", "104"),
	    { "UserData/LogFileCleared/SubjectUserName", "eve" },
	    { "UserData/LogFileCleared/Channel", "Application" } },
	  "log_cleared" H " account=[eve] object=[Application]\n" },
	{ "clock moved",
	  { SECURITY("4616"),
	    { "PreviousTime", "2024-04-18T02:00:00Z" },
	    { "NewTime", "2024-04-18T03:00:00Z" },
	    { "ProcessName", "C:\\t.exe" } },
	  "clock_change" H " process=[C:\\t.exe] detail=[+3600 s] day=[2024-04-18]\n" },
	{ "Sysmon process",
	  { SYSMON("1"),
	    { "Image", "C:\\w\\cmd.exe" },
	    { "ProcessId", "23392" },
	    { "User", "NT AUTHORITY\\SYSTEM" },
	    { "CommandLine", "cmd /c whoami" },
	    { "LogonId", "0x3E7" },
	    { "Hashes", "SHA256=00" },
	    { "ParentProcessId", "10844" },
	    { "ParentImage", "C:\\w3wp.exe" },
	    { "ParentCommandLine", "w3wp -ap \"Pool\"" },
	    { "OriginalFileName", "-" } },
	  "process_start" H " account=[NT AUTHORITY\\SYSTEM] logon_id=[0x3e7] "
	  "process=[C:\\w\\cmd.exe] process_id=[23392] parent=[C:\\w3wp.exe] parent_id=[10844] "
	  "command=[cmd /c whoami] hashes=[SHA256=00] parent_command=[w3wp -ap \"Pool\"]\n" },
	{ "Sysmon file written by System is kept and marked",
	  { SYSMON("11"),
	    { "Image", "System" },
	    { "ProcessId", "4" },
	    { "TargetFilename", "C:\\inetpub\\a.aspx" } },
	  "file_write" H " process=[System] process_id=[4] object=[C:\\inetpub\\a.aspx] "
	  "detail=[written by the system process: over SMB (remote or loopback) or by a driver]\n" },
	{ "Sysmon connections: direction",
	  { SYSMON("3"),
	    { "Initiated", "false" },
	    { "Protocol", "tcp" },
	    { "Image", "System" },
	    { "ProcessId", "4" },
	    { "SourceIp", "10.0.0.5" },
	    { "SourceHostname", "MX01" },
	    { "SourcePort", "50000" },
	    { "DestinationIp", "10.0.0.6" },
	    { "DestinationHostname", "-" },
	    { "DestinationPort", "445" } },
	  "connection" H " source_ip=[10.0.0.5] source_host=[MX01] target_ip=[10.0.0.6] port=[445] "
	  "process=[System] process_id=[4] detail=[inbound tcp] day=[2024-04-18]\n" },
	{ "only the credential store's process counts as accessed",
	  { SYSMON("10"),
	    { "SourceImage", "C:\\a.exe" },
	    { "SourceProcessId", "9" },
	    { "TargetImage", "C:\\Windows\\System32\\svchost.exe" },
	    { "GrantedAccess", "0x1010" } },
	  "" },
	{ "credential store's process accessed",
	  { SYSMON("10"),
	    { "SourceImage", "C:\\a.exe" },
	    { "SourceProcessId", "9" },
	    { "TargetImage", "C:\\Windows\\system32\\LSASS.exe" },
	    { "GrantedAccess", "0x1010" } },
	  "process_access" H " process=[C:\\a.exe] process_id=[9] "
	  "object=[C:\\Windows\\system32\\LSASS.exe] detail=[0x1010] day=[2024-04-18]\n" },
	{ "remote desktop: domain is the second parameter",
	  { SYSTEM("Microsoft-Windows-TerminalServices-RemoteConnectionManager",
		   "Microsoft-Windows-TerminalServices-RemoteConnectionManager/Operational", "1149"),
	    { "UserData/EventXML/Param1", "admin" },
	    { "UserData/EventXML/Param2", "CORP" },
	    { "UserData/EventXML/Param3", "10.1.2.3" } },
	  "remote_session" H " account=[CORP\\admin] source_ip=[10.1.2.3] "
	  "detail=[rdp authenticated] day=[2024-04-18]\n" },
	{ "console session has no address",
	  { SYSTEM("Microsoft-Windows-TerminalServices-LocalSessionManager",
		   "Microsoft-Windows-TerminalServices-LocalSessionManager/Operational", "21"),
	    { "UserData/EventXML/User", "CORP\\a" },
	    { "UserData/EventXML/Address", "LOCAL" } },
	  "remote_session" H " account=[CORP\\a] detail=[session logon] day=[2024-04-18]\n" },
	{ "transfer counts bytes",
	  { SYSTEM("Microsoft-Windows-Bits-Client", "Microsoft-Windows-Bits-Client/Operational", "60"),
	    { "url", "http://192.0.2.1/p" },
	    { "name", "job" },
	    { "bytesTransferred", "4711" } },
	  "transfer" H " object=[http://192.0.2.1/p] detail=[stopped job] day=[2024-04-18] "
	  "bytes=4711\n" },
	{ "Exchange cmdlet from nameless data",
	  { SYSTEM("MSExchange CmdletLogs", "MSExchange Management", "1"),
	    { "Data", "Set-Mailbox" },
	    { "Data", "-Identity x" },
	    { "Data", "corp/Users/a" },
	    { "Data", "S-1-5-21-1" } },
	  "admin_cmdlet" H " account=[corp/Users/a] account_sid=[S-1-5-21-1] "
	  "command=[-Identity x] object=[Set-Mailbox] detail=[succeeded]\n" },
	{ "Exchange cmdlet from the message where the data were dropped",
	  { SYSTEM("MSExchange CmdletLogs", "MSExchange Management", "1"),
	    { "Message", "Cmdlet suceeded. Cmdlet Set-X, parameters -A \"b, c\"." } },
	  "admin_cmdlet" H " command=[-A \"b, c\"] object=[Set-X] detail=[succeeded]\n" },
	{ "lower-case first letters of another shipper",
	  { SECURITY("4624"), { "targetUserName", "u" }, { "logonType", "10" }, { "ipAddress", "10.9.9.9" } },
	  "logon" H " account=[u] source_ip=[10.9.9.9] logon_type=[10] day=[2024-04-18]\n" },
	{ "the System section's fields are not the event's data",
	  { SYSTEM("Microsoft-Windows-Eventlog", "System", "104") },
	  "log_cleared" H "\n" },
	{ "an event id that no row knows", { SECURITY("5379"), { "a", "b" } }, "" },
};

static void test_cases(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(CASES); i++) {
		for (int as = MADE_UTF8; as <= MADE_CONSTANTS; as++) {
			struct schema_set *set = schema_set_new(NULL);
			struct made_event m;
			struct fact_table *t;
			buf got = { 0 };
			size_t n = 0;

			while (n < MADE_FIELDS && CASES[i].f[n].path)
				n++;
			assert_int_equal(fact_table_new(&t, NULL), 0);
			made_event(&m, set, CASES[i].f, n, (enum made_as)as);
			CHECK(CASES[i].what, fact_table_observe(t, &m.ev, NULL) == 0);
			table_lines(t, false, &got);
			CHECK_STR(CASES[i].what, buf_view(&got), str_of(CASES[i].want));
			got.len = 0;
			table_lines(t, true, &got);
			CHECK(CASES[i].what, str_find(buf_view(&got), STR("coverage")) != SIZE_MAX);
			buf_done(&got);
			fact_table_free(t);
			schema_set_free(set);
		}
	}
}

/* The remembered site of a schema must give what a look-up gives: hosts, days, and recovered records
 * alternate here. */
static void test_coverage(void **state)
{
	static const struct made_field A[] = { SECURITY("5379") };
	struct schema_set *set = schema_set_new(NULL);
	struct made_event m;
	struct fact_table *t;
	buf got = { 0 };
	const int64_t day0 = INT64_C(1713406447) * NS_PER_S;

	(void)state;
	assert_int_equal(fact_table_new(&t, NULL), 0);
	made_event(&m, set, A, COUNT(A), MADE_UTF8);
	for (uint64_t i = 0; i < 60; i++) {
		m.values[3] = value_utf8(i % 3 == 0 ? STR("A") : STR("B"));
		m.ev.time_ns = i % 5 == 0 ? TIME_NONE : day0 + (int64_t)(i % 2) * 86400 * NS_PER_S;
		m.ev.flags = i % 7 == 0 ? EVENT_RECOVERED : 0;
		m.ev.ref.offset = 1000 - i;
		assert_int_equal(fact_table_observe(t, &m.ev, NULL), 0);
	}
	assert_int_equal(fact_table_sort(t, NULL), 0);
	for (size_t i = 0; i < fact_table_len(t); i++) {
		const struct fact *f = fact_table_at(t, i);

		buf_printf(&got, "%.*s %.*s %.*s %llu %d\n", STR_ARG(f->attr[FA_HOST]),
			   STR_ARG(f->attr[FA_DAY]), STR_ARG(f->attr[FA_ORIGIN]),
			   (unsigned long long)f->count, (int)(1000 - f->refs[0].offset));
	}
	CHECK_STR("coverage", buf_view(&got),
		  STR("A   3 45\nA  recovered 1 0\nA 2024-04-18  7 54\nA 2024-04-18 recovered 1 42\n"
		      "A 2024-04-19  7 57\nA 2024-04-19 recovered 1 21\nB   7 55\nB  recovered 1 35\n"
		      "B 2024-04-18  13 58\nB 2024-04-18 recovered 3 56\nB 2024-04-19  14 59\n"
		      "B 2024-04-19 recovered 2 49\n"));
	buf_done(&got);
	fact_table_free(t);
	schema_set_free(set);
}

/* Facts of events seen in any order, over any number of tables, are the same facts. */
static void test_any_order(void **state)
{
	static const struct made_field A[] = { SECURITY("5140"),
					       { "SubjectUserName", "u" },
					       { "IpAddress", "10.0.0.1" },
					       { "ShareName", "S" } };
	buf want = { 0 };

	(void)state;
	for (unsigned round = 0; round < 4; round++) {
		struct schema_set *set = schema_set_new(NULL);
		struct fact_table *t[3];
		struct made_event m;
		buf got = { 0 };

		made_event(&m, set, A, COUNT(A), MADE_UTF16);
		for (unsigned k = 0; k < 3; k++)
			assert_int_equal(fact_table_new(&t[k], NULL), 0);
		for (unsigned i = 0; i < 200; i++) {
			unsigned n = round == 0 ? i : (i * 77 + round * 13) % 200;

			m.ev.time_ns = (int64_t)(n * 600) * NS_PER_S;
			m.ev.ref.offset = (n * 31) % 200;
			assert_int_equal(fact_table_observe(t[round ? i % 3 : 0], &m.ev, NULL), 0);
		}
		for (unsigned k = 1; k < 3; k++) {
			assert_int_equal(fact_table_sort(t[k], NULL), 0);
			for (size_t i = 0; i < fact_table_len(t[k]); i++)
				assert_int_equal(fact_table_merge(t[0], fact_table_at(t[k], i), NULL), 0);
		}
		assert_int_equal(fact_table_sort(t[0], NULL), 0);
		for (size_t i = 0; i < fact_table_len(t[0]); i++) {
			const struct fact *f = fact_table_at(t[0], i);

			fact_line(f, &got);
			buf_printf(&got, "%lld %lld %llu", (long long)f->first_ns, (long long)f->last_ns,
				   (unsigned long long)f->count);
			for (uint32_t r = 0; r < f->nrefs; r++)
				buf_printf(&got, " %llu", (unsigned long long)f->refs[r].offset);
			buf_z(&got, "\n");
		}
		if (round == 0)
			buf_str(&want, buf_view(&got));
		CHECK_STR("order", buf_view(&got), buf_view(&want));
		assert_int_equal(fact_table_len(t[0]), 4); /* two days, share access and coverage */
		buf_done(&got);
		for (unsigned k = 0; k < 3; k++)
			fact_table_free(t[k]);
		schema_set_free(set);
	}
	buf_done(&want);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_coverage),
		cmocka_unit_test(test_any_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
