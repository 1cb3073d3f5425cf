/* mailsend.h - one mail to a mail server, because the user asked for it.
 *
 * The connection is encrypted and the server's certificate checked, unless the server is this machine itself. Names and passwords
 * come from a netrc file, never from the command line. Thread rule: the main thread. */
#ifndef SPOOR_CLI_MAILSEND_H
#define SPOOR_CLI_MAILSEND_H

#include "util/err.h"
#include "util/str.h"

struct mail_server {
	const char *url;   /* "smtps://mail.example.org", "smtp://localhost:25" */
	const char *ca;    /* file of further certificates to trust, or NULL */
	const char *netrc; /* or NULL: ~/.netrc if there is one */
};

/* ERR_ARG if the address is none that mails are sent to. */
int mail_server_check(const struct mail_server *s, err *e);
int mail_send(const struct mail_server *s, str from, str to, str mail, err *e);

#endif
