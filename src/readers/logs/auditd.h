/* auditd.h - one record of the Linux audit log taken apart: what stands before its fields, and the fields.
 * Thread rule: pure functions; views on the line. */
#ifndef SPOOR_READERS_AUDITD_H
#define SPOOR_READERS_AUDITD_H

#include "util/str.h"

struct auditd_head {
	str node, type;
	str id; /* "1713406442.917:8123": time and serial number, the same in all records of an event */
	str time, serial;
	str fields; /* the rest */
};

/* False if the line is none of an audit log. */
bool auditd_head(str line, struct auditd_head *ret);

struct auditd_field {
	str name;  /* empty: a word that is no field, such as "denied" */
	str value; /* without quotes */
	bool quoted;
};

/* The next field; *rest is the caller's cursor. What user space programs say in msg='...' and what auditd adds
 * behind byte 0x1D counts as the record's own. False behind the last. */
bool auditd_field(str *rest, struct auditd_field *ret);

/* The name of a system call of an architecture, both as the log writes them; empty if they are not known. */
str auditd_syscall(str arch, str number);

/* An address of the kernel in hexadecimal (saddr=). False if it is none. Texts go to `to`. */
enum { AUDITD_ADDRESS_MAX = 128 };
struct auditd_address {
	const char *family; /* "inet", "inet6", "local", "netlink" ... */
	char host[AUDITD_ADDRESS_MAX], port[8];
};
bool auditd_address(str hex, struct auditd_address *ret);

#endif
