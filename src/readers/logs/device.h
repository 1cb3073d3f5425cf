/* device.h - lines that network devices and services write, in files of their own or through syslog. Collectors
 * mix them in one file, so one reader knows all of them and judges each line by itself: what stands behind the
 * syslog header says whose it is. Thread rule: one owner; tables are constant. */
#ifndef SPOOR_READERS_DEVICE_H
#define SPOOR_READERS_DEVICE_H

#include "readers/text/linepat.h"
#include "readers/text/sysloghead.h"
#include "readers/text/textkeys.h"

/* Lists of columns: kinds of lines with fields of their own. */
enum device_set {
	DEVICE_CISCO,
	DEVICE_FTD,
	DEVICE_PAN_TRAFFIC,
	DEVICE_PAN_THREAT,
	DEVICE_PAN_OTHER,
	DEVICE_FORTI_TRAFFIC,
	DEVICE_FORTI_UTM,
	DEVICE_FORTI_OTHER,
	DEVICE_HUAWEI,
	DEVICE_H3C,
	DEVICE_CHECKPOINT,
	DEVICE_FILTERLOG,
	DEVICE_JUNOS,
	DEVICE_SANGFOR,
	DEVICE_VPN,
	DEVICE_CITRIX,
	DEVICE_HAPROXY,
	DEVICE_CEF,
	DEVICE_LEEF,
	DEVICE_NETFILTER,
	DEVICE_PAIRS,
	DEVICE_SERVICE, /* DHCP and DNS servers */
	DEVICE_SETS
};

struct cisco;  /* cisco.c */
struct syslog; /* syslog.h */

struct device {
	struct text_keys sets[DEVICE_SETS];
	const struct text_keys *said; /* whose columns were said last; NULL: those of a line of syslog */
	struct cisco *cisco;
	struct syslog *syslog; /* for lines that no kind knows */

	/* The line at hand. */
	struct syslog_head head;
	str host;            /* the device's name as its own line tells it, if it does */
	struct logtime time; /* the same for the time ... */
	bool has_time;       /* ... if it does */
	const char *dataset; /* for line() to set where it is not the kind's */
};

/* A kind of lines. `message` is what stands behind the syslog header. */
struct device_kind {
	const char *dataset;
	bool weak; /* others have such lines too: no claim on a file that has more telling ones */
	bool (*is)(str message, const struct syslog_head *head);
	/* Put the fields into one of d->sets and answer it. */
	struct text_keys *(*line)(struct text *t, struct device *d, str message);
};

extern const struct device_kind cisco_kind;                                              /* cisco.c */
extern const struct device_kind panos_kind;                                              /* panos.c */
extern const struct device_kind cef_kind, leef_kind;                                     /* cef.c */
extern const struct device_kind fortigate_kind, huawei_kind, netfilter_kind, pairs_kind; /* pairs.c */
extern const struct device_kind dhcpd_kind, kea_kind, dnsmasq_kind;                      /* dhcp.c */
extern const struct device_kind bind_kind;                                               /* named.c */
extern const struct device_kind unbound_kind;                                            /* unbound.c */
extern const struct device_kind h3c_kind, checkpoint_kind, filterlog_kind;               /* gateways.c */
extern const struct device_kind junos_kind, sangfor_kind;                                /* gateways_told.c */
extern const struct device_kind openvpn_kind, ivanti_kind, citrix_kind;                  /* vpn.c */
extern const struct device_kind haproxy_kind;                                            /* haproxy.c */

struct cisco *cisco_new(void);
void cisco_free(struct cisco *c);

/* The set, emptied for the fields of a line. */
struct text_keys *device_begin(struct device *d, enum device_set set);

/* Put "blocked" (true or false, as rules for any firewall ask) by what the device says it did; nothing for other
 * words. */
void device_blocked(struct text_keys *k, str action);

#endif
