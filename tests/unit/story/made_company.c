#include "made_company.h"

#include <stdio.h>

#include "unit.h"

void desk_name(char out[40], int i)
{
	snprintf(out, 40, "PC%02d.corp.example", i);
}

void desk_ip(char out[24], int i)
{
	snprintf(out, 24, "10.0.1.%d", 10 + i);
}

/* A server and some desks, each with logs and an address that its own connections show. */
void company(struct made_case *c, int desks)
{
	char name[40], ip[24];

	for (int d = -3; d <= 6; d++) {
		made_coverage(c, SERVER, "Security", d, 50);
		made_coverage(c, UPDATE, "Security", d, 50);
	}
	made_fact(c, FACT_CONNECTION, -2 * DAY, 1, FA_HOST, SERVER, FA_SOURCE_IP, "10.0.0.5", FA_TARGET_IP,
		  "10.0.0.1", FA_PORT, "53", FA_DETAIL, "outbound udp", -1);
	made_fact(c, FACT_CONNECTION, -2 * DAY, 1, FA_HOST, UPDATE, FA_SOURCE_IP, "10.0.0.6", FA_TARGET_IP,
		  "10.0.0.1", FA_PORT, "53", FA_DETAIL, "outbound udp", -1);
	for (int i = 0; i < desks; i++) {
		desk_name(name, i);
		desk_ip(ip, i);
		for (int d = -3; d <= 6; d++) {
			made_coverage(c, name, "Security", d, 20);
			made_fact(c, FACT_CONNECTION, d * DAY + 60 + i, 1, FA_HOST, name, FA_SOURCE_IP, ip,
				  FA_TARGET_IP, "10.0.0.1", FA_PORT, "53", FA_DETAIL, "outbound udp", -1);
		}
	}
}

const struct incident_host *host_of(const struct story *st, const char *name)
{
	for (uint32_t i = 0; i < st->incident->nhosts; i++)
		if (str_eq_ascii_nocase(story_host_name(st, st->incident->hosts[i].host), str_of(name)))
			return &st->incident->hosts[i];
	return NULL;
}

struct story *built(struct made_case *c)
{
	struct story *st = NULL;
	err e = { 0 };

	if (story_build(&st, c->s, &e) < 0)
		fail_msg("%s", e.text);
	return st;
}

void command(struct made_case *c, double s, const char *image, const char *text)
{
	made_fact(c, FACT_PROCESS_START, s, 1, FA_HOST, SERVER, FA_PROCESS, image, FA_PARENT,
		  "D:\\tomcat\\bin\\tomcat9.exe", FA_COMMAND, text, FA_PROCESS_ID, "4000", FA_PARENT_ID,
		  "3000", -1);
}

void look_around(struct made_case *c, double s)
{
	command(c, s, "C:\\Windows\\System32\\cmd.exe", "cmd /c whoami & ipconfig /all");
	command(c, s + 20, "C:\\Windows\\System32\\net.exe", "net group \"domain admins\" /domain");
}

void asked(struct made_case *c, double s, const char *ip, const char *path, const char *method)
{
	made_fact(c, FACT_WEB_REQUEST, s, 1, FA_HOST, SERVER, FA_SOURCE_IP, ip, FA_OBJECT, path, FA_METHOD,
		  method, FA_STATUS, "200", FA_AGENT, "Mozilla/5.0", -1);
}

void page(struct made_case *c, double s, const char *path)
{
	made_fact(c, FACT_FILE_WRITE, s, 1, FA_HOST, SERVER, FA_OBJECT, path, FA_PROCESS,
		  "D:\\tomcat\\bin\\tomcat9.exe", -1);
}
