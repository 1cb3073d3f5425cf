/* winev_priv.h - packed Windows events as text: shared by the shapes that exports have. */
#ifndef SPOOR_RANGE_WINEV_PRIV_H
#define SPOOR_RANGE_WINEV_PRIV_H

#include "winev.h"

/* A value as text: UTF-8 if plain, else escaped for the inside of a JSON string. */
void ev_value(buf *b, uint8_t type, const uint8_t *p, size_t len, bool plain);
void sid_text(buf *b, const uint8_t *p, size_t len);

/* The kind of log in which the organisation's collector has the events of its hosts. */
const struct log_kind *export_kind(const struct world *w);

#endif
