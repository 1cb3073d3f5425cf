/* sysloghead.h - what stands before the message of a line that came through syslog: RFC 5424, RFC 3164 and what
 * daemons, relays and devices make of them on disk. Reads the line, decides nothing about the message. Thread
 * rule: pure functions; views on the line. */
#ifndef SPOOR_READERS_SYSLOGHEAD_H
#define SPOOR_READERS_SYSLOGHEAD_H

#include "util/logtime.h"

struct syslog_head {
	bool has_pri, has_time;
	uint8_t pri;         /* facility * 8 + severity */
	struct logtime time; /* of RFC 3164: without year and zone */
	str host;            /* this and the others: empty if it is not there */
	str app, pid, msgid; /* RFC 5424 only; syslog_tag() reads those of RFC 3164 */
	str data;            /* structured data of RFC 5424 with its brackets */
	str message;         /* all that follows, without spaces before it */
};

/* <134>Apr 18 10:14:13 host ..., <165>1 2024-04-18T10:14:02.003+08:00 host app 1 id [x@1 k="v"] ..., without
 * <PRI>, with ISO times, with octet counts ("123 <34>1 "), with tabs (Kiwi: time, facility.level, host). A word that can
 * be no host's name (with =,|%[ in it or : behind it) belongs to the message. False if the line begins with
 * neither <PRI> nor a time. */
bool syslog_head_read(str line, struct syslog_head *ret);

/* The header of a message that has one of its own, because a relay put another before it: *h becomes the inner
 * one; a host and a time (with its zone) that only the outer one tells stay. False: it has none. */
bool syslog_head_inner(struct syslog_head *h);

/* "name[pid]: " or "name: " at the start of *message, which is moved behind it. False: there is none. */
bool syslog_tag(str *message, str *ret_name, str *ret_pid);

/* The next parameter of structured data: [id name="value" ...][...]. *rest is the caller's cursor; value has
 * its escapes (\" \\ \]) still. False behind the last. */
bool syslog_param(str *rest, str *id, str *ret_name, str *ret_value);

#endif
