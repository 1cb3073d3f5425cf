/* readers.h - the table's entries, one symbol per reader. Thread rule: constants. */
#ifndef SPOOR_READERS_READERS_H
#define SPOOR_READERS_READERS_H

#include "readers/reader.h"

extern const struct reader_ops reader_evtx;    /* evtx/: Windows XML event log */
extern const struct reader_ops reader_winjson; /* winjson/: Windows events exported as JSON */
extern const struct reader_ops reader_json;    /* json/: every other log as JSON */

/* Line logs, text/textlog.h; logs/ has a file for each family. */
extern const struct reader_ops reader_device;       /* network devices and services, by syslog or in files */
extern const struct reader_ops reader_windhcp;      /* DHCP server of Windows */
extern const struct reader_ops reader_leases;       /* ISC dhcpd's leases */
extern const struct reader_ops reader_dnsdebug;     /* DNS server of Windows */
extern const struct reader_ops reader_flows;        /* nfdump and other tables of flows, Kea's leases */
extern const struct reader_ops reader_ids;          /* Suricata and Snort */
extern const struct reader_ops reader_w3c;          /* IIS, HTTP.sys, Exchange, proxies, Windows Firewall */
extern const struct reader_ops reader_zeek;         /* Zeek */
extern const struct reader_ops reader_webaccess;    /* Apache, nginx, Tomcat */
extern const struct reader_ops reader_syslog;       /* syslog of Unix machines */
extern const struct reader_ops reader_auditd;       /* Linux audit */
extern const struct reader_ops reader_apache_error; /* Apache */
extern const struct reader_ops reader_nginx_error;  /* nginx */
extern const struct reader_ops reader_javalog;      /* Tomcat, Log4j, Spring Boot */
extern const struct reader_ops reader_squid;        /* Squid */
extern const struct reader_ops reader_zscaler;      /* Zscaler */
extern const struct reader_ops reader_skyhigh;      /* Skyhigh, McAfee Web Gateway */
extern const struct reader_ops reader_awselb;       /* AWS load balancers */
extern const struct reader_ops reader_vsftpd;       /* vsftpd */
extern const struct reader_ops reader_dpkg;         /* dpkg */
extern const struct reader_ops reader_apt;          /* apt */
extern const struct reader_ops reader_history;      /* bash, zsh */
extern const struct reader_ops reader_cri;          /* containers */
extern const struct reader_ops reader_wsus;         /* WSUS and Windows Update */
extern const struct reader_ops reader_sccm;         /* Configuration Manager */
extern const struct reader_ops reader_sqlserver;    /* SQL Server */
extern const struct reader_ops reader_transcript;   /* PowerShell's transcripts */
extern const struct reader_ops reader_aptcacher;    /* apt-cacher-ng */
extern const struct reader_ops reader_artifactory;  /* JFrog Artifactory */
extern const struct reader_ops reader_nexus;        /* Sonatype Nexus */
extern const struct reader_ops reader_rpmlog;       /* dnf, yum */
extern const struct reader_ops reader_applog;       /* whatever begins with a time */
extern const struct reader_ops reader_plaintext;    /* any other text */

/* export/: what other programs made of logs, directories and inventories. */
extern const struct reader_ops reader_eventxml;      /* Windows events as XML */
extern const struct reader_ops reader_utmp;          /* wtmp and btmp of Linux */
extern const struct reader_ops reader_journalexport; /* journald's export form */
extern const struct reader_ops reader_tables;        /* tables with a header */
extern const struct reader_ops reader_ldif;          /* directories */

#endif
