/* textfinds.h - what the text of a message says by its shape alone, whoever wrote it and in whichever language:
 * pairs of a name and a value (key=value, key:value, "name: value" where the name is one that data/ecs_app.tsv knows),
 * and without a name the first address, path, file name, URL, version, size and hash. Columns of pairs are
 * named as the text names them; the others found_ip, found_path, found_file, found_url, found_version, found_size,
 * found_sha1, found_sha256, found_mac. Refuses to guess: 32 hexadecimal digits are no hash without a name, and four numbers below
 * 256 are an address unless "v" or a word for version stands before them. Thread rule: pure but for *k and t->mem. */
#ifndef SPOOR_READERS_TEXTFINDS_H
#define SPOOR_READERS_TEXTFINDS_H

#include "readers/text/textkeys.h"

/* Put what the message says into the record's fields; names that are there already keep their values (textkeys.h).
 * Views on the message or on t->mem. Lines of a stack trace are passed over. */
void text_finds(struct text *t, struct text_keys *k, str message);

#endif
