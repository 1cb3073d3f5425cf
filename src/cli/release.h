/* release.h - what a release of rules consists of, from a folder or an archive.
 *
 * Gathered are the files of rules and of licences below it, as one bundle (detect/bundle.h) whose names
 * are relative to the release; the one folder that all lie in is left off. Archives are opened by a child
 * process in the workers' sandbox. Names that could lead anywhere else are refused.
 * Thread rule: the main thread. */
#ifndef SPOOR_CLI_RELEASE_H
#define SPOOR_CLI_RELEASE_H

#include "detect/bundle.h"

/* Files of the folder `dir`. */
int release_of_dir(const char *dir, buf *ret, err *e);

/* Files of the archive in fd; name is for messages. */
int release_of_archive(int fd, const char *name, buf *ret, err *e);

/* Is it a file of rules by its name, or that of a licence? */
bool release_is_rules(str name);
bool release_is_licence(str name);

#endif
