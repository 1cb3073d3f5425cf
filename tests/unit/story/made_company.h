/* made_company.h - a small company to make incidents in: a server 10.0.0.5, an update server 10.0.0.6, desks from
 * 10.0.1.10 on, with logs from three days before MADE_T0 to six days after. Thread rule: one thread. */
#ifndef SPOOR_TESTS_MADE_COMPANY_H
#define SPOOR_TESTS_MADE_COMPANY_H

#include "made_case.h"
#include "story/incident.h"
#include "story/story.h"

#define SERVER "APP01.corp.example"
#define UPDATE "UPD01.corp.example"
#define HOUR 3600.0
#define DAY 86400.0

void desk_name(char out[40], int i); /* "PC03.corp.example" */
void desk_ip(char out[24], int i);
void company(struct made_case *c, int desks);

struct story *built(struct made_case *c);
const struct incident_host *host_of(const struct story *st, const char *name);

/* On the server: a command below tomcat, two of them that look around, an answered request, a written page. */
void command(struct made_case *c, double s, const char *image, const char *text);
void look_around(struct made_case *c, double s);
void asked(struct made_case *c, double s, const char *ip, const char *path, const char *method);
void page(struct made_case *c, double s, const char *path);

#endif
