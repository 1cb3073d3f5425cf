/* sandbox.h - a worker gives up everything but reading what it was handed and answering.
 *
 * Resource limits, no_new_privs, Landlock without any path, a seccomp allow-list. What the kernel does not
 * offer is left out and told. Builds with a sanitizer get a short deny-list instead of the allow-list,
 * because the sanitizer's own runtime needs more. Thread rule: call once, early, single-threaded. */
#ifndef SPOOR_ENGINE_SANDBOX_H
#define SPOOR_ENGINE_SANDBOX_H

#include <stdbool.h>

/* True if the system-call filter holds; the other layers are additions to it. Cannot be undone. */
bool sandbox_enter(void);

/* False in builds whose filter is only the short deny-list (sanitizers). */
bool sandbox_is_full(void);

#endif
