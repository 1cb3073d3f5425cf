/* logsource.c - the table of where rules apply. */
#include "unit/unit.h"

#include "sigma/logsource.h"

static const struct {
	const char *product, *category, *service;
	size_t want;
} T[] = {
	{ "windows", "process_creation", "", 2 },
	{ "windows", "process_creation", "sysmon", 1 },
	{ "windows", "process_creation", "security", 1 },
	{ "windows", "process_creation", "system", 0 },
	{ "", "process_creation", "", 0 },
	{ "linux", "process_creation", "", 0 },
	{ "windows", "", "security", 1 },
	{ "windows", "", "no-such-service", 0 },
	{ "windows", "", "", 1 },
	{ "", "", "security", 0 },
	{ "windows", "registry_delete", "", 2 },
	{ "windows", "registry_event", "", 1 },
	{ "windows", "antivirus", "", 1 },
	{ "", "antivirus", "", 1 },
	{ "linux", "antivirus", "", 0 },
	{ "windows", "file_access", "", 0 },
	{ "windows", "", "dns-server-audit", 1 },
};

static void test_variants(void **state)
{
	struct logsource_variant v[LOGSOURCE_VARIANTS_MAX];

	for (size_t i = 0; i < COUNT(T); i++) {
		size_t n = logsource_variants(str_of(T[i].product), str_of(T[i].category),
					      str_of(T[i].service), false, v);

		if (n != T[i].want)
			fail_msg("%s/%s/%s: %zu ways", T[i].product, T[i].category, T[i].service, n);
	}
}

static bool reads(const char *category, const char *channel, const char *event_id)
{
	struct logsource_variant v[LOGSOURCE_VARIANTS_MAX];
	struct logsource_services services;
	size_t n = logsource_variants(STR("windows"), str_of(category), STR(""), false, v);

	logsource_of_channel(str_of(channel), &services);
	for (size_t i = 0; i < n; i++)
		if (services.writes[logsource_service_number(v[i].service)] &&
		    logsource_gate_has_event(v[i].gate, str_of(event_id)))
			return true;
	return false;
}

static void test_gates(void **state)
{
	const char *sysmon = "microsoft-windows-sysmon/OPERATIONAL";

	assert_true(reads("process_creation", sysmon, "1"));
	assert_true(reads("process_creation", "Security", "4688"));
	assert_false(reads("process_creation", "Security", "1"));
	assert_false(reads("process_creation", sysmon, "10"));
	assert_true(reads("registry_event", sysmon, "14"));
	assert_true(reads("ps_script", "PowerShellCore/Operational", "4104"));
	assert_false(reads("ps_script", "Windows PowerShell", "4104"));
	assert_true(reads("pipe_created", sysmon, "18"));
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_variants), cmocka_unit_test(test_gates) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
