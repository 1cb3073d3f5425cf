/* write.h - the world's log as files, and the truth beside them. */
#ifndef SPOOR_RANGE_WRITE_H
#define SPOOR_RANGE_WRITE_H

#include "intrusion.h"
#include "world.h"

/* Sort the log by host, channel and time, drop what a cleared log lost, give record ids. Before any
 * writer. */
int log_settle(struct world *w, err *e);

/* Everything below `dir`: dir/evidence/... and dir/truth.json. */
int world_write(const struct world *w, const struct intrusion *in, const char *dir, err *e);

/* One host's records [from, to) of one channel as an EVTX file. */
int write_evtx(const struct world *w, size_t from, size_t to, FILE *out, err *e);
/* One record as a Winlogbeat line. */
void json_record(const struct world *w, const struct rec *r, buf *out);

/* Name of the file that holds record r, relative to the evidence folder. */
void file_name(const struct world *w, const struct rec *r, char *out, size_t cap);

int truth_write(const struct world *w, const struct intrusion *in, FILE *out, err *e);

#endif
