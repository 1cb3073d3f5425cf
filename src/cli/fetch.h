/* fetch.h - one file over https, because the user named its address; beside it only mails that a desk was told to send
 * (mailsend.h) use the network. Certificates are checked; redirections stay https. Thread rule: the main thread. */
#ifndef SPOOR_CLI_FETCH_H
#define SPOOR_CLI_FETCH_H

#include "util/err.h"
#include "util/str.h"

bool fetch_is_url(const char *word);

/* Write what lies at url to fd. ca: a file of further certificates to trust, or NULL. ERR_ARG for
 * anything but https. */
int fetch_url(const char *url, const char *ca, int fd, err *e);

#endif
