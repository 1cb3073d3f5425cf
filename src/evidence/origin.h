/* origin.h - on which machine a file lay, by its place in a collection. Thread rule: pure functions. */
#ifndef SPOOR_EVIDENCE_ORIGIN_H
#define SPOOR_EVIDENCE_ORIGIN_H

#include "util/str.h"

/* The host that the path names, a view on it, or an empty str. Known are the layouts of collectors:
 * "Collection-HOST-2021-11-21T18_05_56-08_00.zip!/uploads/auto/C:/Windows/..." (Velociraptor),
 * ".../HOST/C/Windows/..." (KAPE), and the usual copy of a tree, ".../HOST/var/log/...",
 * ".../HOST/Windows/System32/...", ".../HOST/inetpub/logs/...". A folder that is called by a common word
 * ("evidence", "uploads", "logs") is no host. Where no such layout shows, the last folder counts that is called
 * like a machine, letters and a number of few digits: "mx01", "ws-0147". */
str origin_host(str path);
/* The path up to the folder that is the machine's, where a file system's or a collector's layout below it shows so (not where
 * only its name does): all that lies in it is of this machine. Empty: none. */
str origin_folder(str path);

#endif
