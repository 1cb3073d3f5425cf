/* userdir.h - where the user's own files lie, by the XDG convention. Thread rule: pure. */
#ifndef SPOOR_CLI_USERDIR_H
#define SPOOR_CLI_USERDIR_H

#include "util/buf.h"

/* Append $variable/spoor, or $HOME/below_home/spoor. False: there is no such place. */
bool user_dir(const char *variable, const char *below_home, buf *to);

#endif
