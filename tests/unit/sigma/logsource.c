/* logsource.c - the table of where rules apply. */
#include "unit/unit.h"

#include "sigma/logsource.h"

static const struct {
	const char *product, *category, *service;
	size_t want; /* ways in Windows events */
	bool flat;   /* and one in flat logs */
} T[] = {
	{ "windows", "process_creation", "", 2, false },
	{ "windows", "process_creation", "sysmon", 1, false },
	{ "windows", "process_creation", "security", 1, false },
	{ "windows", "process_creation", "system", 0, true },
	{ "", "process_creation", "", 0, true },
	{ "linux", "process_creation", "", 1, true },
	{ "linux", "file_event", "", 1, true },
	{ "macos", "process_creation", "", 0, true },
	{ "windows", "", "security", 1, false },
	{ "windows", "", "no-such-service", 0, true },
	{ "windows", "", "", 1, false },
	{ "", "", "security", 0, true },
	{ "", "", "", 0, false },
	{ "windows", "registry_delete", "", 2, false },
	{ "windows", "registry_event", "", 1, false },
	{ "windows", "antivirus", "", 1, false },
	{ "", "antivirus", "", 1, true },
	{ "linux", "antivirus", "", 0, true },
	{ "windows", "file_access", "", 0, true },
	{ "windows", "", "dns-server-audit", 1, false },
};

static void test_variants(void **state)
{
	struct logsource_where w[LOGSOURCE_VARIANTS_MAX];

	for (size_t i = 0; i < COUNT(T); i++) {
		size_t n = logsource_variants(str_of(T[i].product), str_of(T[i].category),
					      str_of(T[i].service), false, w);

		if (n != T[i].want + T[i].flat || (T[i].flat && w[n - 1].windows))
			fail_msg("%s/%s/%s: %zu ways", T[i].product, T[i].category, T[i].service, n);
	}
}

static bool reads(const char *category, const char *channel, const char *event_id)
{
	struct logsource_where w[LOGSOURCE_VARIANTS_MAX];
	struct logsource_services services;
	size_t n = logsource_variants(STR("windows"), str_of(category), STR(""), false, w);

	logsource_of_channel(str_of(channel), &services);
	for (size_t i = 0; i < n; i++)
		if (w[i].windows && services.writes[w[i].service] &&
		    logsource_gate_has_event(logsource_gate_at(w[i].gate), str_of(event_id)))
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

static void test_datasets(void **state)
{
	struct logsource_triple t[LOGSOURCE_TRIPLES_MAX];
	struct logsource_where conn = { .product = STR("zeek"), .service_name = STR("conn") };
	struct logsource_where web = { .category = STR("webserver") }, all = { .product = STR("zeek") };

	assert_int_equal(logsource_of_dataset(STR("zeek.conn"), t), 2);
	assert_true(str_eq(t[0].service, STR("conn")));
	assert_true(logsource_names(&conn, &t[0]));
	assert_true(logsource_names(&all, &t[0]));
	assert_false(logsource_names(&web, &t[0]));
	assert_int_equal(logsource_of_dataset(STR("iis.access"), t), 1);
	assert_true(logsource_names(&web, &t[0]));
	assert_int_equal(logsource_of_dataset(STR("no.such"), t), 0);
	assert_true(logsource_is_known(&conn));
	assert_true(logsource_is_known(&web));
	assert_false(logsource_is_known(&(struct logsource_where){ .product = STR("zeek"), .category = STR("proxies") }));
	assert_false(logsource_is_known(&(struct logsource_where){ .product = STR("toaster") }));
}

static void test_aliases(void **state)
{
	size_t pos = 0;
	str name;

	assert_true(logsource_reads(STR("iis.access"), STR("c-useragent"), STR("cs-user-agent")));
	assert_false(logsource_reads(STR("iis.access"), STR("c-ip"), STR("c-ip")));
	assert_false(logsource_reads(STR("zeek.conn"), STR("c-useragent"), STR("user_agent")));
	/* one field from several, and several from one */
	assert_true(logsource_reads(STR("bluecoat.proxy"), STR("c-uri"), STR("c-uri-query")));
	assert_true(logsource_reads(STR("bluecoat.proxy"), STR("c-uri"), STR("cs-uri-path")));
	while (logsource_aliased(STR("zeek.http"), STR("user_agent"), &pos, &name))
		assert_true(str_eq(name, STR("c-useragent")) || str_eq(name, STR("cs-user-agent")));
	assert_true(pos > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_variants), cmocka_unit_test(test_gates),
					    cmocka_unit_test(test_datasets), cmocka_unit_test(test_aliases) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
