/* declared.h - what the analyst declared about items, on its way to the worker that reads them.
 * Thread rule: plain data. */
#ifndef SPOOR_ENGINE_DECLARED_H
#define SPOOR_ENGINE_DECLARED_H

#include "engine/engine.h"
#include "engine/wire.h"
#include "readers/reader.h"

/* `*` stands for any text, `?` for one byte; a text without either fits every path that it is a part of. */
bool declared_fits(str paths, str path);

/* Fill zone and coding of env, for the item at env->path. */
void declared_apply(const struct engine_declared *d, size_t n, struct reader_env *env);

/* To the message, and back; everything is copied to mem. -1: ERR_OOM, or ERR_CORRUPT. */
/* The log source declared for an item, or NULL. */
const struct logsource_triple *declared_source(const struct engine_declared *d, size_t n, str path);

int declared_pack(Wire__Setup *m, const struct engine_declared *d, size_t n, arena *mem, err *e);
int declared_unpack(const Wire__Setup *m, struct engine_declared **ret, size_t *ret_n, arena *mem, err *e);

#endif
