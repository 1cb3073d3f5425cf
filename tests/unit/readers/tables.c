/* Tables: each kind by its header in several dialects, good and bad rows, times, codings, what stands around the rows. */
#include "readers/export/csvtime.h"
#include "readers/textlog_run.h"
#include "unit.h"
#include "util/limits.h"

static const struct reader_ops *const CSV = &reader_tables;

/* --- inventory ------------------------------------------------------------------------------ */

#define INVENTORY                                                                                  \
	"asset_id,hostname,fqdn,aliases,ip,mac,os,role,criticality,owner_org,site,timezone,valid_from,valid_to,agent_id\n"

static const struct textlog_case INVENTORY_GOOD[] = {
	{ "all columns", "A1,ws1,ws1.corp.example,,10.1.2.3,00-11-22-AA-BB-01,Win10,workstation,low,Finance,HQ,Asia/Shanghai,2024-01-01,2024-12-31,g1",
	  "", "asset_id=A1 hostname=ws1 fqdn=ws1.corp.example ip=10.1.2.3 mac=00-11-22-AA-BB-01 role=workstation valid_from=2024-01-01T00:00:00 valid_to=2024-12-31T00:00:00 agent_id=g1" },
	{ "only a number", "A1,,,,,,,,,,,,,,", "", "asset_id=A1 hostname=" },
	{ "only an address", ",,,,10.1.2.3,,,,,,,,,,", "", "ip=10.1.2.3" },
	{ "only a MAC", ",,,,,001122aabb01,,,,,,,,,", "", "mac=00-11-22-AA-BB-01" },
	{ "a MAC as Cisco writes it", "A1,w,,,,0011.22aa.bb01,,,,,,,,,", "", "mac=00-11-22-AA-BB-01" },
	{ "a MAC with colons", "A1,w,,,,00:11:22:aa:bb:01,,,,,,,,,", "", "mac=00-11-22-AA-BB-01" },
	{ "a MAC with blanks", "A1,w,,,,00 11 22 AA BB 01,,,,,,,,,", "", "mac=00-11-22-AA-BB-01" },
	{ "no MAC at all", "A1,w,,,,virtual,,,,,,,,,", "", "mac=virtual" },
	{ "an apostrophe makes a text", "'0017,w,,,'10.1.2.3,,,,,,,,,,", "", "asset_id=0017 ip=10.1.2.3" },
	{ "words for nothing", "A1,w,N/A,-,10.1.2.3,none,null,#N/A,--,unknown,TBD,,,,", "", "fqdn= aliases= mac= os= role= owner_org= site=" },
	{ "a number for a day, as Excel keeps it", "A1,w,,,,,,,,,,,45400,45400.4264,", "", "valid_from=2024-04-18T00:00:00 valid_to=2024-04-18T10:14:01" },
	{ "a day with slashes", "A1,w,,,,,,,,,,,2024/4/8,,", "", "valid_from=2024-04-08T00:00:00" },
	{ "a day that is no month", "A1,w,,,,,,,,,,,18/4/2024,,", "", "valid_from=2024-04-18T00:00:00" },
	{ "a day with dots", "A1,w,,,,,,,,,,,8.4.2024,,", "", "valid_from=2024-04-08T00:00:00" },
	{ "a day in Chinese", "A1,w,,,,,,,,,,,2024年4月8日,,", "", "valid_from=2024-04-08T00:00:00" },
	{ "a time with its zone", "A1,w,,,,,,,,,,,2024-04-08T00:00:00+08:00,,", "", "valid_from=2024-04-07T16:00:00Z" },
	{ "no day at all", "A1,w,,,,,,,,,,,soon,,", "", "valid_from=soon" },
	{ "a domain before the name", "A1,CORP\\ws1,,,,,,,,,,,,,", "", "hostname=ws1 fqdn=" },
	{ "a full name in the wrong column", "A1,ws1.corp.example,,,,,,,,,,,,,", "", "hostname=ws1 fqdn=ws1.corp.example" },
	{ "a full name alone", "A1,,ws1.corp.example,,,,,,,,,,,,", "", "hostname=ws1 fqdn=ws1.corp.example" },
	{ "an address as name", "A1,10.1.2.3,,,,,,,,,,,,,", "", "hostname=10.1.2.3 fqdn=" },
	{ "other words for roles", "A1,dc1,,,,,,Domain Controller,Mission Critical,,,,,,", "", "role=dc criticality=critical" },
	{ "a role of their own", "A1,w,,,,,,kiosk,,,,,,,", "", "role=kiosk" },
	{ "quotes, a comma and a line feed inside", "A1,w,,,,,\"Windows, 10\",pc,\"low\",,,,,,", "", "role=workstation criticality=low" },
	{ "doubled quotes", "A1,\"w\"\"1\",,,,,,,,,,,,,", "", "hostname=w\"1" },
	{ "an empty cell behind the last", "A1,w,,,,,,,,,,,,,g1,", "", "agent_id=g1" },
	{ 0 },
};

static const struct textlog_case INVENTORY_BAD[] = {
	{ "no cells", "nothing but text", NULL, NULL },
	{ "two cells", "A1,ws1", NULL, NULL },
	{ "one cell too few", "A1,w,,,,,,,,,,,,", NULL, NULL },
	{ "one cell too many", "A1,w,,,,,,,,,,,,,g1,x", NULL, NULL },
	{ "many too many", "A1,w,,,,,,,,,,,,,g1,x,x,x,x,x,x,x,x", NULL, NULL },
	{ "all empty", ",,,,,,,,,,,,,,", NULL, NULL },
	{ "nothing that names an asset", ",,,,,,Win10,pc,low,Finance,HQ,,,,", NULL, NULL },
	{ "only words for nothing", "-,N/A,,,none,-,,,,,,,,,-", NULL, NULL },
	{ "only days", ",,,,,,,,,,,,2024-01-01,2024-02-01,", NULL, NULL },
	{ "the wrong separator", "A1;w;;;;;;;;;;;;;", NULL, NULL },
	{ 0 },
};

static void test_inventory(void **state)
{
	(void)state;
	textlog_good(CSV, INVENTORY, INVENTORY_GOOD, (struct textlog_with){ 0 });
	textlog_bad(CSV, INVENTORY, INVENTORY_BAD, "A2,ws2,,,,,,,,,,,,,");
}

/* Exports of configuration databases: the canonical columns come out of each. */
static const struct {
	const char *what, *text, *fields;
} DIALECTS[] = {
	{ "semicolons", "asset_id;hostname;ip;role\nA1;ws1;10.1.2.3;pc\n", "asset_id=A1 hostname=ws1 ip=10.1.2.3 role=workstation" },
	{ "tabs", "Hostname\tIP Address\tOperating System\tOwner\nws1\t10.1.2.3\tLinux\tIT\n", "hostname=ws1 ip=10.1.2.3 os=Linux owner_org=IT" },
	{ "Excel's line of the separator", "sep=;\nComputer Name;IPv4 Address;OS;Location\nws1;10.1.2.3;x;HQ\n", "hostname=ws1 ip=10.1.2.3 site=HQ" },
	{ "a title and a blank line first", "Assets of 2024\n\nDevice Name,IP,MAC Address,Department\nws1,10.1.2.3,0011.22aa.bb01,IT\n", "hostname=ws1 mac=00-11-22-AA-BB-01 owner_org=IT" },
	{ "Chinese names", "资产编号,主机名,IP地址,MAC地址,用途,重要性,责任部门\nA1,ws1,10.1.2.3,00:11:22:aa:bb:01,域控,核心,财务部\n", "asset_id=A1 hostname=ws1 role=dc criticality=critical owner_org=财务部" },
	{ "Chinese names, others", "设备名称;内网IP;操作系统;使用部门;启用日期\nws1;10.1.2.3;Windows;IT;2024年4月18日\n", "hostname=ws1 ip=10.1.2.3 owner_org=IT valid_from=2024-04-18T00:00:00" },
	{ "quoted names", "\"Asset Tag\",\"Machine Name\",\"Mac Address\",\"Site\"\n\"A1\",\"ws1\",\"001122AABB01\",\"HQ\"\n", "asset_id=A1 hostname=ws1 mac=00-11-22-AA-BB-01 site=HQ" },
	{ "marks in names", "ASSET-ID,Host_Name,I.P. Address,Owner (Org)\nA1,ws1,10.1.2.3,IT\n", "asset_id=A1 hostname=ws1 ip=10.1.2.3 owner_org=IT" },
	{ "a second column of a kind", "hostname,ip,os,OS Version\nws1,10.1.2.3,Windows,10\n", "os=Windows OS=" },
	{ "empty cells behind, as Excel leaves them", "hostname,ip,role,,,\nws1,10.1.2.3,db,,,\n", "role=db ip=10.1.2.3" },
	{ "names without an alias stay", "hostname,ip,role,Rack\nws1,10.1.2.3,db,R7\n", "role=db Rack=R7" },
	{ "UTF-8 with its mark", "\xEF\xBB\xBFhostname,ip,role\nws1,10.1.2.3,db\n", "hostname=ws1 role=db" },
};

static void test_inventory_dialects(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(DIALECTS); i++) {
		struct textlog_run r;
		err e = { 0 };
		const struct reader_ops *ops = reader_pick(str_bytes(str_of(DIALECTS[i].text)), STR(""), &e);

		CHECK(DIALECTS[i].what, ops == CSV);
		textlog_run_str(&r, CSV, DIALECTS[i].text);
		CHECK(DIALECTS[i].what, r.nevents == 1 && r.ngaps == 0);
		CHECK_STR(DIALECTS[i].what, str_of(r.events[0].dataset), STR("inventory.asset"));
		textlog_check_fields(DIALECTS[i].what, &r.events[0], DIALECTS[i].fields);
		textlog_run_done(&r);
	}
}

static void test_inventory_lists(void **state)
{
	static const char TEXT[] = "hostname,ip,IPv6,mac,aliases,role\n"
				   "ws1,10.1.2.3;10.1.2.4 10.1.2.5,2001:db8::1,\"00-11-22-aa-bb-01,0011.22aa.bb02\",a|b,mail\n";
	struct textlog_run r;

	(void)state;
	textlog_run_str(&r, CSV, TEXT);
	assert_int_equal(r.nevents, 1);
	assert_true(textlog_ecs_has(r.events, "\"ip\":[\"10.1.2.3\",\"10.1.2.4\",\"10.1.2.5\",\"2001:db8::1\"]"));
	assert_true(textlog_ecs_has(r.events, "\"mac\":[\"00-11-22-AA-BB-01\",\"00-11-22-AA-BB-02\"]"));
	assert_true(textlog_ecs_has(r.events, "\"aliases\":[\"a\",\"b\"]"));
	assert_true(textlog_ecs_has(r.events, "\"kind\":\"asset\""));
	assert_string_equal(r.events[0].host, ""); /* a row about a machine is no log of it */
	textlog_run_done(&r);
}

/* A code page is guessed by the text, and told; the same declared is none to tell. */
static void test_inventory_coding(void **state)
{
	/* "主机名;IP地址;用途" and "ws1;10.1.2.3;邮件服务器" in gb18030 */
	static const char TEXT[] = "\xD6\xF7\xBB\xFA\xC3\xFB;IP\xB5\xD8\xD6\xB7;\xD3\xC3\xCD\xBE\r\n"
				   "ws1;10.1.2.3;\xD3\xCA\xBC\xFE\xB7\xFE\xCE\xF1\xC6\xF7\r\n";
	struct textlog_run r;

	(void)state;
	textlog_run_str(&r, CSV, TEXT);
	assert_int_equal(r.nevents, 1);
	assert_int_equal(r.nassumed, 1);
	textlog_check_fields("guessed", r.events, "hostname=ws1 ip=10.1.2.3 role=mail");
	textlog_run_done(&r);
	textlog_run(&r, CSV, str_bytes(str_of(TEXT)), (struct textlog_with){ .coding = STR("gb18030") });
	assert_int_equal(r.nassumed, 0);
	textlog_check_fields("declared", r.events, "hostname=ws1 ip=10.1.2.3 role=mail");
	textlog_run_done(&r);
}

/* --- directories ---------------------------------------------------------------------------- */

#define ADCOMPUTER                                                                                 \
	"#TYPE Microsoft.ActiveDirectory.Management.ADComputer\n"                                  \
	"\"DistinguishedName\",\"DNSHostName\",\"Enabled\",\"Name\",\"ObjectClass\",\"ObjectGUID\",\"SamAccountName\",\"SID\",\"UserPrincipalName\"\n"

static const struct textlog_case ADCOMPUTER_GOOD[] = {
	{ "a computer", "\"CN=WS1,DC=corp\",\"ws1.corp.example\",\"True\",\"WS1\",\"computer\",\"g\",\"WS1$\",\"S-1-5-21-1-2-3-1104\",", "", "Name=WS1 SID=S-1-5-21-1-2-3-1104 DNSHostName=ws1.corp.example UserPrincipalName=" },
	{ "without a DNS name", "\"CN=WS1,DC=corp\",,\"True\",\"WS1\",\"computer\",\"g\",\"WS1$\",\"S-1-5-21-1-2-3-1104\",", "", "DNSHostName= Name=WS1" },
	{ "bare cells", "CN=WS1,ws1.corp.example,True,WS1,computer,g,WS1$,S-1-5-21-1-2-3-1104,", "", "Name=WS1" },
	{ "disabled", "\"CN=WS1,DC=corp\",\"w\",\"False\",\"WS1\",\"computer\",\"g\",\"WS1$\",\"S-1\",", "", "Enabled=False" },
	{ "a quote inside", "\"CN=W\"\"S1,DC=corp\",\"w\",\"True\",\"WS1\",\"computer\",\"g\",\"WS1$\",\"S-1\",", "", "Name=WS1" },
	{ "UTF-8", "\"CN=电脑,DC=corp\",\"w\",\"True\",\"电脑\",\"computer\",\"g\",\"WS1$\",\"S-1\",", "", "Name=电脑" },
	{ "a domain controller", "\"CN=DC1,DC=corp\",\"dc1.corp.example\",\"True\",\"DC1\",\"computer\",\"g\",\"DC1$\",\"S-1-5-21-1-2-3-1104\",", "", "SamAccountName=DC1$ DNSHostName=dc1.corp.example" },
	{ "a server", "\"CN=APP01,DC=corp\",\"app01.corp.example\",\"True\",\"APP01\",\"computer\",\"g\",\"APP01$\",\"S-1-5-21-1-2-3-1104\",", "", "Name=APP01 ObjectClass=computer" },
	{ "a name of fifteen letters", "\"CN=ABCDEFGHIJKLMNO,DC=corp\",\"x.y\",\"True\",\"ABCDEFGHIJKLMNO\",\"computer\",\"g\",\"ABCDEFGHIJKLMNO$\",\"S-1-5-21-1-2-3-1104\",", "", "Name=ABCDEFGHIJKLMNO" },
	{ "a name with a dash", "\"CN=WS-0147,DC=corp\",\"ws-0147.corp.example\",\"True\",\"WS-0147\",\"computer\",\"g\",\"WS-0147$\",\"S-1-5-21-1-2-3-1104\",", "", "Name=WS-0147 SamAccountName=WS-0147$" },
	{ "a name of digits", "\"CN=2019,DC=corp\",\"2019.corp.example\",\"True\",\"2019\",\"computer\",\"g\",\"2019$\",\"S-1-5-21-1-2-3-1104\",", "", "Name=2019" },
	{ "another domain", "\"CN=WS1,DC=corp\",\"ws1.sub.corp.example\",\"True\",\"WS1\",\"computer\",\"g\",\"WS1$\",\"S-1-5-21-9-8-7-2201\",", "", "SID=S-1-5-21-9-8-7-2201 DNSHostName=ws1.sub.corp.example" },
	{ "a principal name", "\"CN=WS1,DC=corp\",\"ws1.corp.example\",\"True\",\"WS1\",\"computer\",\"g\",\"WS1$\",\"S-1-5-21-1-2-3-1104\",\"WS1$@corp.example\"", "", "UserPrincipalName=WS1$@corp.example" },
	{ "Enabled without a value", "\"CN=WS1,DC=corp\",\"ws1.corp.example\",\"\",\"WS1\",\"computer\",\"g\",\"WS1$\",\"S-1-5-21-1-2-3-1104\",", "", "Enabled= Name=WS1" },
	{ "a comma in an organisational unit", "\"CN=WS1,OU=a\\, b,DC=corp\",\"w\",\"True\",\"WS1\",\"computer\",\"g\",\"WS1$\",\"S-1\",", "", "Name=WS1 DNSHostName=w" },
	{ "an equals sign in a name", "\"CN=W=S1\",\"w\",\"True\",\"W=S1\",\"computer\",\"g\",\"W$\",\"S-1\",", "", "Name=W=S1" },
	{ "letters with accents", "\"CN=BÜRO1,DC=corp\",\"buero1.corp.example\",\"True\",\"BÜRO1\",\"computer\",\"g\",\"BÜRO1$\",\"S-1-5-21-1-2-3-1104\",", "", "Name=BÜRO1" },
	{ "Cyrillic", "\"CN=ПК1,DC=corp\",\"pk1.corp.example\",\"True\",\"ПК1\",\"computer\",\"g\",\"ПК1$\",\"S-1-5-21-1-2-3-1104\",", "", "Name=ПК1" },
	{ "Japanese", "\"CN=端末1,DC=corp\",\"t1.corp.example\",\"True\",\"端末1\",\"computer\",\"g\",\"端末1$\",\"S-1-5-21-1-2-3-1104\",", "", "Name=端末1" },
	{ "a managed account of another class", "\"CN=g\",\"\",\"True\",\"gmsa1\",\"msDS-GroupManagedServiceAccount\",\"g\",\"gmsa1$\",\"S-1\",", "", "ObjectClass=msDS-GroupManagedServiceAccount" },
	{ "markup", "\"CN=x\",\"<b>w</b>\",\"True\",\"WS1\",\"computer\",\"g\",\"WS1$\",\"S-1\",", "", "DNSHostName=<b>w</b>" },
	{ 0 },
};

#define ADUSER                                                                                     \
	"\"DistinguishedName\",\"Enabled\",\"GivenName\",\"Name\",\"ObjectClass\",\"SamAccountName\",\"SID\",\"Surname\",\"UserPrincipalName\"\n"

static const struct textlog_case ADUSER_GOOD[] = {
	{ "a user", "\"CN=a,DC=corp\",\"True\",\"A\",\"A B\",\"user\",\"alice\",\"S-1-5-21-1-2-3-1105\",\"B\",\"alice@corp.example\"", "", "SamAccountName=alice UserPrincipalName=alice@corp.example" },
	{ "empty names", "\"CN=a,DC=corp\",\"True\",,\"krbtgt\",\"user\",\"krbtgt\",\"S-1-5-21-1-2-3-502\",,", "", "GivenName= SID=S-1-5-21-1-2-3-502" },
	{ "an empty cell behind", "\"CN=a\",\"True\",\"A\",\"A\",\"user\",\"alice\",\"S-1\",\"B\",\"a@x\",", "", "SamAccountName=alice" },
	{ "Chinese", "\"CN=张三\",\"True\",\"三\",\"张三\",\"user\",\"zhangsan\",\"S-1\",\"张\",\"z@x\"", "", "Surname=张" },
	{ "disabled", "\"CN=alice,DC=corp\",\"False\",\"A\",\"A\",\"user\",\"alice\",\"S-1-5-21-1-2-3-1105\",\"B\",\"alice@corp.example\"", "", "Enabled=False SamAccountName=alice" },
	{ "the administrator", "\"CN=Administrator,DC=corp\",\"True\",\"A\",\"A\",\"user\",\"Administrator\",\"S-1-5-21-1-2-3-500\",\"B\",\"alice@corp.example\"", "", "SID=S-1-5-21-1-2-3-500" },
	{ "the guest", "\"CN=Guest,DC=corp\",\"False\",\"A\",\"A\",\"user\",\"Guest\",\"S-1-5-21-1-2-3-501\",\"B\",\"alice@corp.example\"", "", "SID=S-1-5-21-1-2-3-501 Enabled=False" },
	{ "a service account", "\"CN=svc-sql,DC=corp\",\"True\",\"A\",\"SQL Service\",\"user\",\"svc-sql\",\"S-1-5-21-1-2-3-1105\",\"B\",\"alice@corp.example\"", "", "SamAccountName=svc-sql" },
	{ "a point in the name", "\"CN=a.smith,DC=corp\",\"True\",\"A\",\"A\",\"user\",\"a.smith\",\"S-1-5-21-1-2-3-1105\",\"B\",\"alice@corp.example\"", "", "SamAccountName=a.smith" },
	{ "another suffix", "\"CN=alice,DC=corp\",\"True\",\"A\",\"A\",\"user\",\"alice\",\"S-1-5-21-1-2-3-1105\",\"B\",\"alice@mail.example\"", "", "UserPrincipalName=alice@mail.example" },
	{ "no principal name", "\"CN=a\",\"True\",\"A\",\"A\",\"user\",\"alice\",\"S-1\",\"B\",", "", "UserPrincipalName= SamAccountName=alice" },
	{ "a comma in a name", "\"CN=a\\, b,DC=corp\",\"True\",\"A\",\"b, a\",\"user\",\"alice\",\"S-1\",\"B\",\"a@x\"", "", "SamAccountName=alice Surname=B" },
	{ "a quote in a name", "\"CN=a\",\"True\",\"A\",\"a \"\"b\"\" c\",\"user\",\"alice\",\"S-1\",\"B\",\"a@x\"", "", "SamAccountName=alice" },
	{ "accents", "\"CN=jose,DC=corp\",\"True\",\"José\",\"A\",\"user\",\"jose\",\"S-1-5-21-1-2-3-1105\",\"Núñez\",\"alice@corp.example\"", "", "GivenName=José Surname=Núñez" },
	{ "Cyrillic", "\"CN=ivan,DC=corp\",\"True\",\"Иван\",\"A\",\"user\",\"ivan\",\"S-1-5-21-1-2-3-1105\",\"Иванов\",\"alice@corp.example\"", "", "Surname=Иванов" },
	{ "Japanese", "\"CN=taro,DC=corp\",\"True\",\"太郎\",\"A\",\"user\",\"taro\",\"S-1-5-21-1-2-3-1105\",\"山田\",\"alice@corp.example\"", "", "GivenName=太郎" },
	{ "Korean", "\"CN=kim,DC=corp\",\"True\",\"민준\",\"A\",\"user\",\"kim\",\"S-1-5-21-1-2-3-1105\",\"김\",\"alice@corp.example\"", "", "Surname=김" },
	{ "bare cells", "CN=a,True,A,A,user,alice,S-1,B,a@x", "", "SamAccountName=alice" },
	{ "markup", "\"CN=alice,DC=corp\",\"True\",\"A\",\"A\",\"user\",\"alice\",\"S-1-5-21-1-2-3-1105\",\"<script>\",\"alice@corp.example\"", "", "Surname=<script>" },
	{ "a sign that spreadsheets read", "\"CN=alice,DC=corp\",\"True\",\"=1+1\",\"A\",\"user\",\"alice\",\"S-1-5-21-1-2-3-1105\",\"B\",\"alice@corp.example\"", "", "GivenName==1+1" },
	{ 0 },
};

#define CSVDE "DN,objectClass,cn,sAMAccountName,objectSid,operatingSystem,whenCreated\n"

static const struct textlog_case CSVDE_GOOD[] = {
	{ "a computer", "\"CN=WS1,DC=corp\",computer,WS1,WS1$,X'01050000000000051500000001000000020000000300000050040000',Windows 10,20240418021044.0Z", "", "objectSid=S-1-5-21-1-2-3-1104 cn=WS1 whenCreated=20240418021044.0Z" },
	{ "a user", "\"CN=a,DC=corp\",user,a,alice,X'01050000000000051500000001000000020000000300000051040000',,20240418021044.0Z", "", "objectSid=S-1-5-21-1-2-3-1105 operatingSystem=" },
	{ "a group", "\"CN=g,DC=corp\",group,g,g,,,20240418021044.0Z", "", "objectSid= cn=g" },
	{ "bytes that are no identifier", "\"CN=g\",group,g,g,X'0102',,x", "", "objectSid=X'0102'" },
	{ "bytes that are cut", "\"CN=g\",group,g,g,X'010500000000000515000000,,x", "", "objectSid=X'010500000000000515000000" },
	{ "bytes of another length than they say", "\"CN=g\",group,g,g,X'0105000000000005150000000100000002000000',,x", "", "cn=g" },
	{ "text in its place", "\"CN=g\",group,g,g,S-1-5-32-544,,x", "", "objectSid=S-1-5-32-544" },
	{ "letters that are no digits", "\"CN=g\",group,g,g,X'zz050000000000051500000001000000020000000300000050040000',,x", "", "cn=g" },
	{ "only a name", "\"CN=g,DC=corp\",,,,,,", "", "DN=CN=g,DC=corp" },
	{ "a class that we do not know", "\"CN=g\",printQueue,p,,,,", "", "cn=p" },
	{ "an organisational unit", "\"OU=a,DC=corp\",organizationalUnit,,,,,", "", "objectClass=organizationalUnit cn=" },
	{ "a contact", "\"CN=c,DC=corp\",contact,c,,,,", "", "objectClass=contact cn=c" },
	{ "a domain", "\"DC=corp,DC=example\",domainDNS,,,,,", "", "DN=DC=corp,DC=example" },
	{ "a system with its edition", "\"CN=WS1\",computer,WS1,WS1$,,Windows Server 2019 Standard,", "", "cn=WS1" },
	{ "a system with a comma", "\"CN=WS1\",computer,WS1,WS1$,,\"Windows 10, 22H2\",", "", "cn=WS1 sAMAccountName=WS1$" },
	{ "a time of the last century", "\"CN=g,DC=corp\",group,g,g,,,19991231235959.0Z", "", "whenCreated=19991231235959.0Z" },
	{ "an identifier of the machine", "\"CN=g,DC=corp\",group,g,g,X'010100000000000512000000',,", "", "objectSid=S-1-5-18" },
	{ "an identifier in small letters", "\"CN=g,DC=corp\",group,g,g,X'01020000000000052000000020020000',,", "", "objectSid=S-1-5-32-544" },
	{ "UTF-8", "\"CN=组,DC=corp\",group,组,z,,,", "", "cn=组" },
	{ "two apostrophes only", "\"CN=g,DC=corp\",group,g,g,X'',,", "", "cn=g" },
	{ 0 },
};

static const struct textlog_case CSVDE_BAD[] = {
	{ "no cells", "The command has completed successfully", NULL, NULL },
	{ "bare commas in a name", "CN=WS1,DC=corp,DC=example,computer,WS1,WS1$,,,", NULL, NULL },
	{ "too few", "\"CN=WS1,DC=corp\",computer", NULL, NULL },
	{ "one too few", "\"CN=WS1,DC=corp\",computer,WS1,WS1$,,", NULL, NULL },
	{ "too many", "\"CN=WS1,DC=corp\",computer,WS1,WS1$,,,x,y", NULL, NULL },
	{ "semicolons", "\"CN=WS1\";computer;WS1;WS1$;;;", NULL, NULL },
	{ "a quote in the middle", "CN=\"WS1,computer", NULL, NULL },
	{ "tabs", "CN=WS1\tcomputer\tWS1\tWS1$\t\t\t", NULL, NULL },
	{ "one comma", ",", NULL, NULL },
	{ "a line of dashes", "-------", NULL, NULL },
	{ 0 },
};

static void dataset_is(const struct reader_ops *ops, const char *text, const char *dataset)
{
	struct textlog_run r;
	err e = { 0 };

	CHECK(dataset, reader_pick(str_bytes(str_of(text)), STR(""), &e) == ops);
	textlog_run_str(&r, ops, text);
	CHECK(dataset, r.nevents == 1);
	CHECK_STR(text, str_of(r.events[0].dataset), str_of(dataset));
	textlog_run_done(&r);
}

static const struct textlog_case ADUSER_BAD[] = {
	{ "text", "PS C:\\>", NULL, NULL },
	{ "too few", "\"CN=a\",\"True\"", NULL, NULL },
	{ "one too few", "\"CN=a\",\"True\",\"A\",\"A\",\"user\",\"alice\",\"S-1\",\"B\"", NULL, NULL },
	{ "too many", "\"CN=a\",\"True\",\"A\",\"A\",\"user\",\"alice\",\"S-1\",\"B\",\"a@x\",\"x\",\"y\"", NULL, NULL },
	{ "semicolons", "\"CN=a\";\"True\";\"A\";\"A\";\"user\";\"alice\";\"S-1\";\"B\";\"a@x\"", NULL, NULL },
	{ "tabs", "\"CN=a\"\t\"True\"\t\"A\"\t\"A\"\t\"user\"\t\"alice\"\t\"S-1\"\t\"B\"\t\"a@x\"", NULL, NULL },
	{ "bare commas in a name", "CN=a,DC=corp,DC=example,True,A,A,user,alice,S-1,B,a@x", NULL, NULL },
	{ "a comma", ",", NULL, NULL },
	{ "dashes", "-----------------", NULL, NULL },
	{ "a name alone", "CN=a", NULL, NULL },
	{ 0 },
};

static void test_directories(void **state)
{
	(void)state;
	textlog_good(CSV, ADCOMPUTER, ADCOMPUTER_GOOD, (struct textlog_with){ 0 });
	textlog_good(CSV, ADUSER, ADUSER_GOOD, (struct textlog_with){ 0 });
	textlog_bad(CSV, ADUSER, ADUSER_BAD, "\"CN=a\",\"True\",\"A\",\"A\",\"user\",\"alice\",\"S-1\",\"B\",\"a@x\"");
	textlog_good(CSV, CSVDE, CSVDE_GOOD, (struct textlog_with){ 0 });
	textlog_bad(CSV, CSVDE, CSVDE_BAD, "\"CN=g\",group,g,g,,,");
	dataset_is(CSV, ADCOMPUTER "CN=WS1,w,True,WS1,computer,g,WS1$,S-1,\n", "ad.computer");
	dataset_is(CSV, ADUSER "CN=a,True,A,A,user,alice,S-1,B,a@x\n", "ad.user");
	dataset_is(CSV, CSVDE "CN=WS1,computer,WS1,WS1$,,,\n", "ad.computer");
	dataset_is(CSV, CSVDE "CN=a,user,a,a,,,\n", "ad.user");
	dataset_is(CSV, CSVDE "CN=g,group,g,g,,,\n", "ad.object");
}

/* --- verdicts of other tools ---------------------------------------------------------------- */

#define HAYABUSA "\"Timestamp\",\"RuleTitle\",\"Level\",\"Computer\",\"Channel\",\"EventID\",\"RecordID\",\"Details\",\"RuleFile\",\"EvtxFile\"\n"

static const struct textlog_case HAYABUSA_GOOD[] = {
	{ "an offset", "\"2024-04-18 10:14:07.123 +08:00\",\"R\",\"high\",\"ws1\",\"Sec\",4624,12,\"d\",\"r.yml\",\"x.evtx\"", "2024-04-18T02:14:07.123Z", "RuleTitle=R EventID=4624 RecordID=12" },
	{ "UTC", "\"2024-04-18T02:14:07Z\",\"R\",\"crit\",\"ws1\",\"Sysmon\",1,12,\"d\",\"r.yml\",\"x.evtx\"", "2024-04-18T02:14:07Z", "Level=crit Channel=Sysmon" },
	{ "UTC in words", "\"2024-04-18 02:14:07.000 UTC\",\"R\",\"med\",\"ws1\",\"Sec\",1,12,\"d\",\"r\",\"x\"", "2024-04-18T02:14:07Z", NULL },
	{ "no zone", "\"2024-04-18 02:14:07.000\",\"R\",\"low\",\"ws1\",\"Sec\",1,12,\"d\",\"r\",\"x\"", "2024-04-18T02:14:07Z", NULL },
	{ "American", "\"04/18/2024 02:14:07 AM +00:00\",\"R\",\"low\",\"ws1\",\"Sec\",1,12,\"d\",\"r\",\"x\"", "2024-04-18T02:14:07Z", NULL },
	{ "European", "\"18-04-2024 02:14:07 +00:00\",\"R\",\"low\",\"ws1\",\"Sec\",1,12,\"d\",\"r\",\"x\"", "2024-04-18T02:14:07Z", NULL },
	{ "a comma in the title", "\"2024-04-18T02:14:07Z\",\"R,S\",\"low\",\"ws1\",\"Sec\",1,12,\"d\",\"r\",\"x\"", "2024-04-18T02:14:07Z", "RuleTitle=R,S" },
	{ "quotes in the details", "\"2024-04-18T02:14:07Z\",\"R\",\"low\",\"ws1\",\"Sec\",1,12,\"Cmd:\"\"x\"\"\",\"r\",\"x\"", "2024-04-18T02:14:07Z", "Details=Cmd:\"x\"" },
	{ "empty cells", "\"2024-04-18T02:14:07Z\",\"R\",\"low\",\"\",\"\",,,,,", "2024-04-18T02:14:07Z", "Computer= EventID=" },
	{ "without a time", ",\"R\",\"low\",\"ws1\",\"Sec\",1,12,\"d\",\"r\",\"x\"", "", "RuleTitle=R" },
	{ "informational", "\"2024-04-18 02:14:07.000 +00:00\",\"R\",\"info\",\"ws1\",\"Sec\",1,12,\"d\",\"r.yml\",\"x.evtx\"", "2024-04-18T02:14:07Z", "Level=info" },
	{ "emergency", "\"2024-04-18 02:14:07.000 +00:00\",\"R\",\"emer\",\"ws1\",\"Sec\",1,12,\"d\",\"r.yml\",\"x.evtx\"", "2024-04-18T02:14:07Z", "Level=emer" },
	{ "a full name", "\"2024-04-18 02:14:07.000 +00:00\",\"R\",\"high\",\"ws1.corp.example\",\"Sec\",1,12,\"d\",\"r.yml\",\"x.evtx\"", "2024-04-18T02:14:07Z", "Computer=ws1.corp.example" },
	{ "an event number of five digits", "\"2024-04-18 02:14:07.000 +00:00\",\"R\",\"high\",\"ws1\",\"Sec\",10016,12,\"d\",\"r.yml\",\"x.evtx\"", "2024-04-18T02:14:07Z", "EventID=10016" },
	{ "a record number beyond 32 bits", "\"2024-04-18 02:14:07.000 +00:00\",\"R\",\"high\",\"ws1\",\"Sec\",1,99999999999,\"d\",\"r.yml\",\"x.evtx\"", "2024-04-18T02:14:07Z", "RecordID=99999999999" },
	{ "several parts in the details", "\"2024-04-18 02:14:07.000 +00:00\",\"R\",\"high\",\"ws1\",\"Sec\",1,12,\"TgtUser: a ¦ SrcIP: 10.0.0.5\",\"r.yml\",\"x.evtx\"", "2024-04-18T02:14:07Z", "RuleTitle=R" },
	{ "a path with blanks", "\"2024-04-18 02:14:07.000 +00:00\",\"R\",\"high\",\"ws1\",\"Sec\",1,12,\"d\",\"r.yml\",\"C:\\Evidence 1\\x.evtx\"", "2024-04-18T02:14:07Z", "RecordID=12" },
	{ "a title of another script", "\"2024-04-18 02:14:07.000 +00:00\",\"可疑登录\",\"high\",\"ws1\",\"Sec\",1,12,\"d\",\"r.yml\",\"x.evtx\"", "2024-04-18T02:14:07Z", "RuleTitle=可疑登录" },
	{ "seconds before zero", "\"2024-04-17 22:14:07.000 -04:00\",\"R\",\"high\",\"ws1\",\"Sec\",1,12,\"d\",\"r.yml\",\"x.evtx\"", "2024-04-18T02:14:07Z", "RuleTitle=R" },
	{ "half an hour off", "\"2024-04-18 07:44:07.000 +05:30\",\"R\",\"high\",\"ws1\",\"Sec\",1,12,\"d\",\"r.yml\",\"x.evtx\"", "2024-04-18T02:14:07Z", "RuleTitle=R" },
	{ 0 },
};

static const struct textlog_case HAYABUSA_BAD[] = {
	{ "no time", "\"then\",\"R\",\"low\",\"ws1\",\"Sec\",1,12,\"d\",\"r\",\"x\"", NULL, NULL },
	{ "a month too many", "\"2024-13-18T02:14:07Z\",\"R\",\"low\",\"ws1\",\"Sec\",1,12,\"d\",\"r\",\"x\"", NULL, NULL },
	{ "an hour too many", "\"2024-04-18T25:14:07Z\",\"R\",\"low\",\"ws1\",\"Sec\",1,12,\"d\",\"r\",\"x\"", NULL, NULL },
	{ "no zone that there is", "\"2024-04-18 02:14:07 XYZ\",\"R\",\"low\",\"ws1\",\"Sec\",1,12,\"d\",\"r\",\"x\"", NULL, NULL },
	{ "text", "Total | 12 events", NULL, NULL },
	{ "too few", "\"2024-04-18T02:14:07Z\",\"R\"", NULL, NULL },
	{ "too many", "\"2024-04-18T02:14:07Z\",\"R\",\"low\",\"ws1\",\"Sec\",1,12,\"d\",\"r\",\"x\",\"y\"", NULL, NULL },
	{ "bare commas in the details", "2024-04-18T02:14:07Z,R,low,ws1,Sec,1,12,a,b,c,r,x", NULL, NULL },
	{ "a year that is none", "\"0000-04-18T02:14:07Z\",\"R\",\"low\",\"ws1\",\"Sec\",1,12,\"d\",\"r\",\"x\"", NULL, NULL },
	{ "the 30th of February", "\"2024-02-30T02:14:07Z\",\"R\",\"low\",\"ws1\",\"Sec\",1,12,\"d\",\"r\",\"x\"", NULL, NULL },
	{ 0 },
};

#define CHAINSAW "timestamp,detections,path,count,Event.System.Provider,Event ID,Record ID,Computer,Event Data\n"

static const struct textlog_case CHAINSAW_GOOD[] = {
	{ "one", "2024-04-18T02:14:07.123456+00:00,R,/e/x.evtx,1,Microsoft-Windows-Sysmon,1,12,ws1,d", "2024-04-18T02:14:07.123456Z", "detections=R path=/e/x.evtx Computer=ws1" },
	{ "several verdicts in lines", "2024-04-18T02:14:07+00:00,\"R,S\",/e/x.evtx,1,P,1,12,ws1,d", "2024-04-18T02:14:07Z", "detections=R,S" },
	{ "no zone is UTC", "2024-04-18T02:14:07,R,/e/x.evtx,1,P,1,12,ws1,d", "2024-04-18T02:14:07Z", NULL },
	{ "an offset", "2024-04-18T10:14:07+08:00,R,/e/x.evtx,1,P,1,12,ws1,d", "2024-04-18T02:14:07Z", "detections=R" },
	{ "Z", "2024-04-18T02:14:07Z,R,/e/x.evtx,1,P,1,12,ws1,d", "2024-04-18T02:14:07Z", NULL },
	{ "milliseconds", "2024-04-18T02:14:07.123+00:00,R,/e/x.evtx,1,P,1,12,ws1,d", "2024-04-18T02:14:07.123Z", NULL },
	{ "an event number", "2024-04-18T02:14:07+00:00,R,/e/x.evtx,1,P,4624,12,ws1,d", "2024-04-18T02:14:07Z", "Computer=ws1" },
	{ "a count", "2024-04-18T02:14:07+00:00,R,/e/x.evtx,12,P,1,12,ws1,d", "2024-04-18T02:14:07Z", "count=12" },
	{ "a path of Windows", "2024-04-18T02:14:07+00:00,R,C:\\e\\x.evtx,1,P,1,12,ws1,d", "2024-04-18T02:14:07Z", "path=C:\\e\\x.evtx" },
	{ "a provider", "2024-04-18T02:14:07+00:00,R,/e/x.evtx,1,Microsoft-Windows-Security-Auditing,1,12,ws1,d", "2024-04-18T02:14:07Z", "Event.System.Provider=Microsoft-Windows-Security-Auditing" },
	{ "a full name", "2024-04-18T02:14:07+00:00,R,/e/x.evtx,1,P,1,12,ws1.corp.example,d", "2024-04-18T02:14:07Z", "Computer=ws1.corp.example" },
	{ "no computer", "2024-04-18T02:14:07+00:00,R,/e/x.evtx,1,P,1,12,,d", "2024-04-18T02:14:07Z", "Computer=" },
	{ "data in quotes", "2024-04-18T02:14:07+00:00,R,/e/x.evtx,1,P,1,12,ws1,\"a: 1, b: 2\"", "2024-04-18T02:14:07Z", "detections=R" },
	{ "data over lines", "2024-04-18T02:14:07+00:00,R,/e/x.evtx,1,P,1,12,ws1,\"a: 1\nb: 2\"", "2024-04-18T02:14:07Z", "detections=R" },
	{ "a quote in the data", "2024-04-18T02:14:07+00:00,R,/e/x.evtx,1,P,1,12,ws1,\"a: \"\"x\"\"\"", "2024-04-18T02:14:07Z", "path=/e/x.evtx" },
	{ "markup in a title", "2024-04-18T02:14:07+00:00,<b>R</b>,/e/x.evtx,1,P,1,12,ws1,d", "2024-04-18T02:14:07Z", "detections=<b>R</b>" },
	{ "UTF-8", "2024-04-18T02:14:07+00:00,规则,/e/x.evtx,1,P,1,12,ws1,d", "2024-04-18T02:14:07Z", "detections=规则" },
	{ "a record number beyond 32 bits", "2024-04-18T02:14:07+00:00,R,/e/x.evtx,1,P,1,99999999999,ws1,d", "2024-04-18T02:14:07Z", "detections=R" },
	{ "no record number", "2024-04-18T02:14:07+00:00,R,/e/x.evtx,1,P,1,,ws1,d", "2024-04-18T02:14:07Z", "detections=R" },
	{ "a plus in a title", "2024-04-18T02:14:07+00:00,+ R,/e/x.evtx,1,P,1,12,ws1,d", "2024-04-18T02:14:07Z", NULL },
	{ 0 },
};

static const struct textlog_case CHAINSAW_BAD[] = {
	{ "no time", "then,R,/e/x.evtx,1,P,1,12,ws1,d", NULL, NULL },
	{ "month 13", "2024-13-18T02:14:07+00:00,R,/e/x.evtx,1,P,1,12,ws1,d", NULL, NULL },
	{ "hour 25", "2024-04-18T25:14:07+00:00,R,/e/x.evtx,1,P,1,12,ws1,d", NULL, NULL },
	{ "day 30 of February", "2024-02-30T02:14:07+00:00,R,/e/x.evtx,1,P,1,12,ws1,d", NULL, NULL },
	{ "too few", "2024-04-18T02:14:07Z,R", NULL, NULL },
	{ "one too few", "2024-04-18T02:14:07+00:00,R,/e/x.evtx,1,P,1,12,ws1", NULL, NULL },
	{ "too many", "2024-04-18T02:14:07+00:00,R,/e/x.evtx,1,P,1,12,ws1,d,x", NULL, NULL },
	{ "semicolons", "2024-04-18T02:14:07+00:00;R;/e/x.evtx;1;P;1;12;ws1;d", NULL, NULL },
	{ "text", "[+] 12 Detections found on 3 documents", NULL, NULL },
	{ "bare commas in the data", "2024-04-18T02:14:07+00:00,R,/e/x.evtx,1,P,1,12,ws1,a, b, c", NULL, NULL },
	{ "tabs", "2024-04-18T02:14:07+00:00\tR\t/e/x.evtx\t1\tP\t1\t12\tws1\td", NULL, NULL },
	{ 0 },
};

static void test_alerts(void **state)
{
	struct textlog_run r;

	(void)state;
	textlog_good(CSV, HAYABUSA, HAYABUSA_GOOD, (struct textlog_with){ 0 });
	textlog_bad(CSV, HAYABUSA, HAYABUSA_BAD, "2024-04-18T02:14:07Z,R,low,ws1,Sec,1,12,d,r,x");
	textlog_good(CSV, CHAINSAW, CHAINSAW_GOOD, (struct textlog_with){ 0 });
	textlog_bad(CSV, CHAINSAW, CHAINSAW_BAD, "2024-04-18T02:14:07+00:00,R,/e/x.evtx,1,P,1,12,ws1,d");
	textlog_run_str(&r, CSV, HAYABUSA "2024-04-18T02:14:07Z,R,High,ws1,Sec,4624,12,d,r.yml,x.evtx\n");
	assert_string_equal(r.events[0].dataset, "alert.imported");
	assert_string_equal(r.events[0].host, "ws1");
	assert_true(textlog_ecs_has(r.events, "\"kind\":\"alert\""));
	assert_true(textlog_ecs_has(r.events, "\"rule\":{\"name\":\"R\",\"ruleset\":\"r.yml\"}"));
	assert_true(textlog_ecs_has(r.events, "\"level\":\"high\""));
	assert_true(textlog_ecs_has(r.events, "\"record_id\":\"12\""));
	assert_true(textlog_ecs_has(r.events, "\"path\":\"x.evtx\""));
	textlog_run_done(&r);
}

/* --- document management -------------------------------------------------------------------- */

#define AUDIT "Operator,Department,File Name,Operation,Operation Time,IP Address,MAC Address,Result\n"

static const struct textlog_case AUDIT_GOOD[] = {
	{ "ISO", "alice,Finance,budget.docx,view,2024-04-18 10:14:02,10.1.2.3,00-11-22-aa-bb-01,success", "2024-04-18T10:14:02Z", "operator=alice department=Finance file=budget.docx action=view client_ip=10.1.2.3 result=success" },
	{ "slashes", "alice,F,b,print,2024/4/18 9:04:02,10.1.2.3,,ok", "2024-04-18T09:04:02Z", "action=print" },
	{ "without seconds", "alice,F,b,print,2024/4/18 9:04,10.1.2.3,,", "2024-04-18T09:04:00Z", NULL },
	{ "twelve hours", "alice,F,b,print,4/18/2024 9:04:02 PM,10.1.2.3,,", "2024-04-18T21:04:02Z", NULL },
	{ "midnight", "alice,F,b,print,4/18/2024 12:04:02 AM,10.1.2.3,,", "2024-04-18T00:04:02Z", NULL },
	{ "noon", "alice,F,b,print,4/18/2024 12:04:02 PM,10.1.2.3,,", "2024-04-18T12:04:02Z", NULL },
	{ "afternoon in Chinese", "alice,F,b,print,2024/4/18 下午 2:04:02,10.1.2.3,,", "2024-04-18T14:04:02Z", NULL },
	{ "morning without a blank", "alice,F,b,print,2024-4-18 上午9:04:02,10.1.2.3,,", "2024-04-18T09:04:02Z", NULL },
	{ "all in Chinese", "alice,F,b,print,2024年4月18日 10时14分02秒,10.1.2.3,,", "2024-04-18T10:14:02Z", NULL },
	{ "as Excel keeps it", "alice,F,b,print,45400.5,10.1.2.3,,", "2024-04-18T12:00:00Z", NULL },
	{ "day first", "alice,F,b,print,18.04.2024 10:14:02,10.1.2.3,,", "2024-04-18T10:14:02Z", NULL },
	{ "a zone", "alice,F,b,print,2024-04-18T10:14:02+08:00,10.1.2.3,,", "2024-04-18T02:14:02Z", NULL },
	{ "an epoch", "alice,F,b,print,1713435242,10.1.2.3,,", "2024-04-18T10:14:02Z", NULL },
	{ "milliseconds", "alice,F,b,print,2024-04-18 10:14:02.117,10.1.2.3,,", "2024-04-18T10:14:02.117Z", NULL },
	{ "a comma before them", "alice,F,b,print,\"2024-04-18 10:14:02,117\",10.1.2.3,,", "2024-04-18T10:14:02.117Z", NULL },
	{ "only a day", "alice,F,b,print,2024-04-18,10.1.2.3,,", "2024-04-18T00:00:00Z", NULL },
	{ "no time", "alice,F,b,print,,10.1.2.3,,", "", "operator=alice" },
	{ "a path with commas", "alice,F,\"D:\\a,b\\c.docx\",decrypt,2024-04-18 10:14:02,10.1.2.3,,", "2024-04-18T10:14:02Z", "file=D:\\a,b\\c.docx" },
	{ "Chinese values", "张三,财务部,预算.docx,外发,2024-04-18 10:14:02,10.1.2.3,,成功", "2024-04-18T10:14:02Z", "operator=张三 action=外发" },
	{ "markup in a name", "<script>,F,b,print,2024-04-18 10:14:02,10.1.2.3,,", "2024-04-18T10:14:02Z", "operator=<script>" },
	{ "a formula in a name", "=1+1,F,b,print,2024-04-18 10:14:02,10.1.2.3,,", "2024-04-18T10:14:02Z", "operator==1+1" },
	{ 0 },
};

static const struct textlog_case AUDIT_BAD[] = {
	{ "no time", "alice,F,b,print,yesterday,10.1.2.3,,", NULL, NULL },
	{ "no month", "alice,F,b,print,2024-00-18 10:14:02,10.1.2.3,,", NULL, NULL },
	{ "no day", "alice,F,b,print,2024-04-31 10:14:02,10.1.2.3,,", NULL, NULL },
	{ "no hour", "alice,F,b,print,2024-04-18 24:14:02,10.1.2.3,,", NULL, NULL },
	{ "no half of a day", "alice,F,b,print,2024-04-18 14:14:02 AM,10.1.2.3,,", NULL, NULL },
	{ "text behind the time", "alice,F,b,print,2024-04-18 10:14:02 or so,10.1.2.3,,", NULL, NULL },
	{ "marks that differ", "alice,F,b,print,18-04/2024 10:14:02,10.1.2.3,,", NULL, NULL },
	{ "a number that is no day", "alice,F,b,print,99999,10.1.2.3,,", NULL, NULL },
	{ "too few", "alice,F,b,print", NULL, NULL },
	{ "too many", "alice,F,b,print,2024-04-18 10:14:02,10.1.2.3,,,,x", NULL, NULL },
	{ "a total", "12 rows", NULL, NULL },
	{ 0 },
};

static void test_audit(void **state)
{
	struct textlog_run r;

	(void)state;
	textlog_good(CSV, AUDIT, AUDIT_GOOD, (struct textlog_with){ 0 });
	textlog_bad(CSV, AUDIT, AUDIT_BAD, "bob,F,b,print,2024-04-18 10:14:02,10.1.2.3,,");
	dataset_is(CSV, "操作人,所属部门,文件名称,操作类型,操作时间,终端IP\n张三,财务,a,打印,2024-04-18 10:14:02,10.1.2.3\n", "dms.audit");
	dataset_is(CSV, "Time;User;Dept;Document Id;Action;Terminal IP;Size\n2024-04-18 10:14:02;a;F;7;print;10.1.2.3;99\n", "dms.audit");
	textlog_run_str(&r, CSV, AUDIT "alice,F,D:\\x\\b.docx,view,2024-04-18 10:14:02,10.1.2.3,0011.22aa.bb01,success\n");
	assert_int_equal(r.events[0].basis, TIME_LOCAL_ASSUMED);
	assert_int_equal(r.nassumed, 1);
	assert_true(textlog_ecs_has(r.events, "\"source\":{\"address\":\"10.1.2.3\",\"ip\":\"10.1.2.3\""));
	assert_true(textlog_ecs_has(r.events, "\"name\":\"b.docx\""));
	assert_true(textlog_ecs_has(r.events, "\"outcome\":\"success\""));
	textlog_run_done(&r);
}

/* --- any other ------------------------------------------------------------------------------ */

static const struct {
	const char *what, *text, *dataset; /* NULL: it is no table */
	unsigned events, gaps, assumed;
	const char *time;
} TABLES[] = {
	{ "a time", "id,when,what\n1,2024-04-18T10:00:00Z,a\n2,2024-04-18T10:00:01Z,b\n", "csv.table", 2, 0, 1, "2024-04-18T10:00:00Z" },
	{ "a local time", "id,when,what\n1,2024-04-18 10:00:00,a\n", "csv.table", 1, 0, 2, "2024-04-18T10:00:00Z" },
	{ "day and time apart", "date,time,user,what\n2024-04-18,10:00:01,u,a\n2024-04-18,10:00:02,u,a\n", "csv.table", 2, 0, 2, "2024-04-18T10:00:01Z" },
	{ "a name that says UTC", "Time (UTC);User;Action\n18.04.2024 10:00:01;a;b\n", "csv.table", 1, 0, 1, "2024-04-18T10:00:01Z" },
	{ "the day is learned from another row", "time,what,x\n03/04/2024 10:00,a,b\n18/04/2024 10:00,a,b\n", "csv.table", 2, 0, 2, "2024-04-03T10:00:00Z" },
	{ "the month is learned from another row", "time,what,x\n03-04-2024 10:00,a,b\n04-18-2024 10:00,a,b\n", "csv.table", 2, 0, 2, "2024-03-04T10:00:00Z" },
	{ "no row says which", "time,what,x\n03/04/2024 10:00,a,b\n", "csv.table", 1, 0, 2, "2024-03-04T10:00:00Z" },
	{ "no time at all", "name,size,owner\na,1,x\nb,2,y\nc,3,z\n", "csv.table", 3, 0, 1, "" },
	{ "a header said twice", "id,when,what\n1,2024-04-18T10:00:00Z,a\nid,when,what\n2,2024-04-18T10:00:01Z,b\n", "csv.table", 2, 0, 1, NULL },
	{ "a row in two lines", "id,when,what\n1,2024-04-18T10:00:00Z,\"a\nb\"\n2,2024-04-18T10:00:00Z,c\n", "csv.table", 2, 0, 1, NULL },
	{ "quotes in a row of two lines", "id,when,what\n1,2024-04-18T10:00:00Z,\"a \"\"b\"\"\nc\"\"d\"\"\ne\"\n2,2024-04-18T10:00:00Z,\"\"\"x\"\"\"\n", "csv.table", 2, 0, 1, NULL },
	{ "one row of another width", "id,when,what\n1,2024-04-18T10:00:00Z,a\n1,2024-04-18T10:00:00Z,a\n1,2024-04-18T10:00:00Z,a\n1,2024-04-18T10:00:00Z,a\n1,2024-04-18T10:00:00Z,a,b\n", "csv.table", 4, 1, 1, NULL },
	{ "two columns and no time", "a,b\nc,d\ne,f\n", NULL, 0, 0, 0, NULL },
	{ "prose with commas", "Well, this is no table, I think\nbut it has commas\n", NULL, 0, 0, 0, NULL },
	{ "rows of any width", "a,b,c\n1,2\n1,2,3,4\n1\n1,2,3,4,5\n", NULL, 0, 0, 0, NULL },
	{ "a time for a name", "2024-04-18T10:00:00Z,a,b\n2024-04-18T10:00:01Z,a,b\n2024-04-18T10:00:02Z,a,b\n", NULL, 0, 0, 0, NULL },
	{ "a name twice", "a,time,a\n1,2024-04-18T10:00:00Z,2\n1,2024-04-18T10:00:00Z,2\n", NULL, 0, 0, 0, NULL },
	{ "an audit trail of something else", "Date,User,Event,Object,IP address\n2024-04-18T10:00:00Z,u,login,x,10.1.2.3\n", "csv.table", 1, 0, 1, "2024-04-18T10:00:00Z" },
	{ "a header alone", "id,when,what\n", NULL, 0, 0, 0, NULL },
};

static void test_others(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(TABLES); i++) {
		bytes text = str_bytes(str_of(TABLES[i].text));
		char time[TIME_TEXT_MAX];
		struct textlog_run r;
		err e = { 0 };

		CHECK(TABLES[i].what, (reader_pick(text, STR("x.csv"), &e) == CSV) == (TABLES[i].dataset != NULL));
		if (!TABLES[i].dataset)
			continue;
		textlog_run(&r, CSV, text, (struct textlog_with){ 0 });
		if (r.nevents != TABLES[i].events || r.ngaps != TABLES[i].gaps || r.nassumed != TABLES[i].assumed)
			fail_msg("%s: %zu events, %zu gaps, %zu assumed", TABLES[i].what, r.nevents, r.ngaps, r.nassumed);
		CHECK_STR(TABLES[i].what, str_of(r.events[0].dataset), str_of(TABLES[i].dataset));
		time_text(r.events[0].time_ns, time);
		if (TABLES[i].time)
			CHECK_STR(TABLES[i].what, str_of(time), str_of(TABLES[i].time));
		textlog_run_done(&r);
	}
}

/* A user who is called so shall not vanish: such lines are marks of a program only before the header, or without cells. */
static void test_hidden_rows(void **state)
{
	static const char TEXT[] = "user,when,what\n#TYPE x,2024-04-18T10:00:00Z,a\n#TYPE Some.Type\nuser,when,what\nb,2024-04-18T10:00:00Z,c\n";
	struct textlog_run r;

	(void)state;
	textlog_run_str(&r, CSV, TEXT);
	assert_int_equal(r.nevents, 2);
	assert_int_equal(r.ngaps, 0);
	textlog_check_fields("a hidden row", &r.events[1], "user=b");
	textlog_run_done(&r);
}

/* UTF-16, as csvde -u and PowerShell write it, in small windows, with a line end and doubled quotes in a cell. */
static void test_wide_characters(void **state)
{
	static const char TEXT[] = "\"hostname\",\"ip\",\"role\",\"note\"\r\n\"ws1\",\"10.1.2.3\",\"db\",\"a \"\"b\"\"\r\nc\"\r\n\"ws2\",\"10.1.2.4\",\"db\",\r\n";
	struct textlog_run r;
	buf b = { 0 };
	err e = { 0 };

	(void)state;
	buf_z(&b, "\xFF\xFE");
	for (const char *p = TEXT; *p; p++) {
		buf_byte(&b, *p);
		buf_byte(&b, '\0');
	}
	assert_true(reader_pick(str_bytes(buf_view(&b)), STR(""), &e) == CSV);
	textlog_run(&r, CSV, str_bytes(buf_view(&b)), (struct textlog_with){ .window = 2 });
	assert_int_equal(r.nevents, 2);
	assert_int_equal(r.ngaps, 0);
	assert_true(textlog_ecs_has(r.events, "\"note\":\"a \\\"b\\\"\\r\\nc\""));
	textlog_check_fields("UTF-16", &r.events[1], "hostname=ws2 ip=10.1.2.4");
	textlog_run_done(&r);
	buf_done(&b);
}

/* Headers and rows of some hundred names; what has more than a table may have is none that we read. */
static void test_wide(void **state)
{
	struct textlog_run r;
	buf b = { 0 };
	err e = { 0 };

	(void)state;
	for (unsigned wide = 500; wide <= 3000; wide += 2500) {
		buf_clear(&b);
		buf_z(&b, "DN,objectClass");
		for (unsigned i = 0; i < wide; i++)
			buf_printf(&b, ",a%u", i);
		buf_z(&b, "\nCN=x,user");
		for (unsigned i = 0; i < wide; i++)
			buf_printf(&b, ",%u", i);
		buf_byte(&b, '\n');
		assert_true((reader_pick(str_bytes(buf_view(&b)), STR(""), &e) == CSV) == (wide < LIMIT_CSV_COLUMNS));
		textlog_run(&r, CSV, str_bytes(buf_view(&b)), (struct textlog_with){ .window = 1 });
		assert_int_equal(r.end, READER_END);
		assert_int_equal(r.nevents, wide < LIMIT_CSV_COLUMNS ? 1 : 0);
		if (r.nevents)
			assert_int_equal(textlog_field(r.events, "a499").len, 3);
		textlog_run_done(&r);
	}
	buf_done(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_inventory),   cmocka_unit_test(test_inventory_dialects),
		cmocka_unit_test(test_inventory_lists), cmocka_unit_test(test_inventory_coding),
		cmocka_unit_test(test_directories), cmocka_unit_test(test_alerts),
		cmocka_unit_test(test_audit),	    cmocka_unit_test(test_others),
		cmocka_unit_test(test_hidden_rows),
		cmocka_unit_test(test_wide_characters), cmocka_unit_test(test_wide),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
