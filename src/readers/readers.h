/* readers.h - the table's entries, one symbol per reader. Thread rule: constants. */
#ifndef SPOOR_READERS_READERS_H
#define SPOOR_READERS_READERS_H

#include "readers/reader.h"

extern const struct reader_ops reader_evtx;    /* evtx/: Windows XML event log */
extern const struct reader_ops reader_winjson; /* winjson/: Windows events exported as JSON */
extern const struct reader_ops reader_json;    /* json/: every other log as JSON */

/* Line logs, text/textlog.h; logs/ has a file for each family. */
extern const struct reader_ops reader_w3c;       /* IIS, HTTP.sys, Exchange, proxies, Windows Firewall */
extern const struct reader_ops reader_zeek;      /* Zeek */
extern const struct reader_ops reader_device;    /* network devices and services, by syslog or in files */
extern const struct reader_ops reader_webaccess; /* Apache, nginx, Tomcat */
extern const struct reader_ops reader_syslog;    /* syslog of Unix machines */
extern const struct reader_ops reader_auditd;    /* Linux audit */

#endif
