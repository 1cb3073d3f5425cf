/* Which host a path names. */
#include "unit.h"

#include "evidence/origin.h"

static const struct {
	const char *path, *host;
} T[] = {
	{ "e/Collection-WIN-E5K9RC5GU23-2021-11-21T18_05_56-08_00.zip!/uploads/auto/C:/Windows/System32/x.log",
	  "WIN-E5K9RC5GU23" },
	{ "e/Collection-mx01.corp.example-2021-11-21T18_05_56Z/uploads/file/C:/x.log", "mx01.corp.example" },
	{ "Collection-x-2021.zip!/a", "" },
	{ "evidence/MX01/C/Windows/System32/LogFiles/HTTPERR/httperr1.log", "MX01" },
	{ "evidence/MX01/C:/inetpub/logs/LogFiles/W3SVC1/u_ex230517.log", "MX01" },
	{ "evidence\\MX01\\C\\Windows\\System32\\x.log", "MX01" },
	{ "triage.zip!/MX01/uploads/ntfs/C:/Program Files/Microsoft/x.log", "MX01" },
	{ "kape/2024-04-18T101402_ws-0147/C/Windows/system32/winevt/Logs/x.evtx",
	  "2024-04-18T101402_ws-0147" },
	{ "cases/upd01/var/log/auth.log", "upd01" },
	{ "cases/upd01/[root]/var/log/auth.log", "upd01" },
	{ "cases/upd01/etc/passwd", "upd01" },
	{ "evidence/TAN-DM01/tomcat/logs/localhost_access_log.2024-03-12.txt", "TAN-DM01" },
	{ "evidence/second/gle-fw01/syslog/asa-20240307.log.gz", "gle-fw01" },
	{ "evidence/MX02/logs/W3SVC1/u_ex230517.log", "MX02" },
	{ "case-12/tomcat9/logs/x.log", "" },
	{ "evidence/2024/day17/x.log", "" },
	{ "evidence/exchange/mx01.log", "" },
	{ "/var/log/auth.log", "" },
	{ "/mnt/evidence/var/log/auth.log", "" },
	{ "evidence/C/Windows/System32/x.log", "" },
	{ "/home/me/logs/access.log", "" },
	{ "10.1.2.3/var/log/x", "" },
	{ "a b/var/log/x", "" },
	{ "", "" },
	{ "/", "" },
	{ "x", "" },
	{ "var/log", "" },
};

static void paths(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(T); i++)
		CHECK_STR(T[i].path, origin_host(str_of(T[i].path)), str_of(T[i].host));
}

/* The folder that is a machine's, where what lies in it shows so. */
static const struct {
	const char *path, *folder;
} FOLDERS[] = {
	{ "ev/updsrv/var/log/auth.log", "ev/updsrv" },
	{ "ev/a/MX01/C/Windows/System32/x.log", "ev/a/MX01" },
	{ "ev/upd01/app/x.log", "" }, /* called like one only */
	{ "ev/var/log/auth.log", "ev" },
	{ "/var/log/auth.log", "" },
	{ "", "" },
};

static void folders(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(FOLDERS); i++)
		CHECK_STR(FOLDERS[i].path, origin_folder(str_of(FOLDERS[i].path)), str_of(FOLDERS[i].folder));
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(paths), cmocka_unit_test(folders) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
