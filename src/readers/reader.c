#include "readers/reader.h"

#include "readers/readers.h"
#include "readers/text/textlog.h"

const struct reader_ops *const READERS[] = {
	&reader_evtx,      /* binary magic */
	&reader_eventxml,  /* "<Event xmlns=" */
	&reader_utmp,      /* records of one size */
	&reader_winjson,   /* any JSON that looks like a Windows event */
	&reader_w3c,       /* self-describing text: "#Fields:" */
	&reader_zeek,      /* "#separator", "#fields" */
	&reader_webaccess, /* a time in brackets, a request in quotes */
	&reader_syslog,    /* a time without a year, a host, a program */
	&reader_windhcp,   /* rows with a number, a date and a time */
	&reader_leases,    /* "lease 10.0.0.1 {" */
	&reader_dnsdebug,  /* packets with their names in parts */
	&reader_flows,     /* a line of names */
	&reader_ids,       /* "[**]" */
	&reader_device,    /* each line by what stands behind its syslog header */
	&reader_auditd,    /* "type=", "msg=audit(" */
	&reader_apache_error,
	&reader_nginx_error,
	&reader_javalog,
	&reader_squid,
	&reader_zscaler, /* "vendor=Zscaler" among tabs */
	&reader_skyhigh, /* "#time_stamp", or a time in brackets before all else */
	&reader_awselb,
	&reader_vsftpd,
	&reader_dpkg,
	&reader_apt,
	&reader_history,
	&reader_cri,
	&reader_wsus,
	&reader_sccm,
	&reader_sqlserver,
	&reader_transcript,
	&reader_aptcacher,
	&reader_artifactory,
	&reader_nexus,
	&reader_rpmlog,
	&reader_applog,    /* permissive: lines that begin with a time */
	&reader_plaintext, /* any other text */
	&reader_journalexport,
	&reader_tables, /* a line of names, rows of as many cells */
	&reader_ldif,   /* "dn: " */
	&reader_json,   /* permissive: any other JSON */
	NULL,
};

enum { CONFIDENCE_MIN = 30 };

const struct reader_ops *reader_pick(bytes head, str path, err *e)
{
	const struct reader_ops *best = NULL, *tie = NULL;
	struct text_head_store *store = NULL;
	struct text_head text;
	int best_score = CONFIDENCE_MIN - 1;

	for (size_t i = 0; READERS[i]; i++) {
		int score;

		if (READERS[i]->text) {
			if (text_claim_most(READERS[i]->text) < best_score)
				continue;
			if (!store && !text_head_init(&text, &store, head, path))
				break;
			score = text_claim(READERS[i]->text, &text);
		} else {
			score = READERS[i]->probe(head, path);
		}

		if (score > best_score) {
			best = READERS[i];
			best_score = score;
			tie = NULL;
		} else if (best && score == best_score) {
			tie = READERS[i];
		}
	}
	text_head_done(store);
	if (tie) {
		err_set(e, ERR_ARG, 0, "content fits both %s and %s equally", best->name, tie->name);
		return NULL;
	}
	if (!best)
		err_set(e, ERR_UNSUPPORTED, 0, "content matches no known format");
	return best;
}

const struct reader_ops *reader_named(str name)
{
	for (size_t i = 0; READERS[i]; i++)
		if (str_eq(str_of(READERS[i]->name), name))
			return READERS[i];
	return NULL;
}
