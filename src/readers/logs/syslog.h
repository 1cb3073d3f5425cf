/* syslog.h - lines of syslog, for readers of logs in which they stand among others. Thread rule: one owner. */
#ifndef SPOOR_READERS_SYSLOG_H
#define SPOOR_READERS_SYSLOG_H

#include "readers/text/textlog.h"

struct syslog;

struct syslog *syslog_new(void); /* NULL without memory; free() takes NULL */
void syslog_free(struct syslog *s);

/* t->line to an event. `again`: columns were said by somebody else since the last. */
enum text_line syslog_record(struct text *t, struct syslog *s, bool again);

/* A line of syslog and nothing else: a priority, or the time, a host and a program. */
bool syslog_fits(str line);

#endif
