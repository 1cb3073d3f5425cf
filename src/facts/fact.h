/* fact.h - a typed, small, mergeable statement about what happened.
 *
 * Facts of the same kind and attributes are one fact: first and last seen, how often, how many bytes,
 * and the k smallest event references as exemplars. Merging is commutative and associative, so any
 * number of workers in any order gives the same facts. Thread rule: plain data. */
#ifndef SPOOR_FACTS_FACT_H
#define SPOOR_FACTS_FACT_H

#include "event/event.h"

enum fact_kind {
	FACT_LOGON, /* somebody logged on to host, from somewhere */
	FACT_LOGON_FAILED,
	FACT_EXPLICIT_CREDENTIALS, /* 4648: recorded on the source host */
	FACT_PROCESS_START,
	FACT_FILE_WRITE,
	FACT_SERVICE_INSTALL,
	FACT_TASK_INSTALL,
	FACT_SHARE_ACCESS,
	FACT_LOG_CLEARED,
	FACT_CONNECTION,
	FACT_CLOCK_CHANGE,
	FACT_ACCOUNT_CHANGE,
	FACT_COVERAGE,       /* host x channel x day: events seen */
	FACT_AUTHENTICATION, /* Kerberos ticket or NTLM check, recorded where it was granted (a DC) */
	FACT_REMOTE_SESSION, /* RDP, WinRM: session opened, seen on either side */
	FACT_TASK_RUN,
	FACT_TASK_REMOVE,
	FACT_MODULE_INSTALL, /* WMI consumer, IIS module or configuration */
	FACT_LOOKUP,         /* name asked for and what was answered */
	FACT_TRANSFER,       /* BITS: url, bytes */
	FACT_ADMIN_CMDLET,   /* Exchange management */
	FACT_DEFENSE_CHANGE, /* audit policy, logging, antivirus settings */
	FACT_ALERT,          /* antivirus said so */
	FACT_FILE_DELETE,
	FACT_TIMESTOMP,      /* creation time of a file set back */
	FACT_PROCESS_ACCESS, /* a process opened the credential store's process */
	FACT_SHARE_CHANGE,
	FACT_SYSTEM_STATE,    /* start, stop, crash */
	FACT_WEB_REQUEST,     /* a server's own access log: who asked for what, how it ended */
	FACT_ARTEFACT_SERVED, /* a file or a large reply that a server gave away */
	FACT_PROXY_REQUEST,   /* a proxy's log: who went where */
	FACT_LEASE,           /* an address given to a machine */
	FACT_NAT_BINDING,
	FACT_VPN_SESSION,
	FACT_MAIL_ACCESS,
	FACT_MAIL_SENT,
	FACT_APP_EVENT,    /* an application's own audit: who did what to which thing */
	FACT_CLOCK_SAMPLE, /* when one log saw an event that another one saw too */
	FACT_ASSET,        /* a row of an inventory */
	FACT_ACCOUNT_INFO, /* a row of a directory */
	FACT_KINDS
};

enum fact_attr {
	FA_HOST,    /* where it was recorded: Computer as logged */
	FA_ACCOUNT, /* who acted: DOMAIN\user or user */
	FA_ACCOUNT_SID,
	FA_TARGET_ACCOUNT,
	FA_TARGET_HOST,
	FA_SOURCE_IP,
	FA_SOURCE_HOST, /* workstation name as the other side gave it */
	FA_TARGET_IP,
	FA_PORT,
	FA_LOGON_TYPE,
	FA_LOGON_ID,
	FA_PROCESS, /* image path */
	FA_PROCESS_ID,
	FA_PARENT, /* parent image path */
	FA_PARENT_ID,
	FA_COMMAND, /* command line, service image path or task action */
	FA_OBJECT,  /* file, service, task, share or channel name */
	FA_HASHES,
	FA_DETAIL, /* what the kind needs beyond that: relative target name of a share, ... */
	FA_CHANNEL,
	FA_PARENT_COMMAND,
	FA_DAY,    /* UTC day "2024-04-18" of kinds that repeat in bulk: keeps their time structure */
	FA_ORIGIN, /* "recovered": from carved records, never mixed with live ones; else empty */
	FA_AGENT,  /* user agent or client software */
	FA_METHOD, /* HTTP method, event of a mail, action of an application */
	FA_STATUS, /* HTTP status, or a word for how it ended */
	FA_SIZE,   /* bytes of ONE whole object, as digits: tells its variants apart */
	FA_VERSION,
	FA_MAC,
	FA_NAT_IP,
	FA_OBSERVER, /* the device or server whose log says it, where it is not `host` */
	FA_MEASURE,  /* what fact.bytes counts: "sent" (by the source or the server), "received", or empty */
	FA_COUNT
};

#define FACT_REFS 4 /* exemplars kept: the smallest by (item, offset) */

struct fact {
	enum fact_kind kind;
	str attr[FA_COUNT]; /* empty: not known or not of this kind */
	int64_t first_ns, last_ns;
	uint64_t count, bytes;
	uint32_t hours; /* bit h: seen in UTC hour h of its day; 0 for kinds without FA_DAY */
	struct event_ref refs[FACT_REFS];
	uint32_t nrefs;
};

/* Stable words: "service_install", "source_ip". Used in the case, JSON and reports. */
const char *fact_kind_name(enum fact_kind kind);
const char *fact_attr_name(enum fact_attr attr);

#endif
