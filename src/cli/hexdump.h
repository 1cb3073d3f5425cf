/* hexdump.h - bytes with their offsets, for people. Thread rule: pure functions. */
#ifndef SPOOR_CLI_HEXDUMP_H
#define SPOOR_CLI_HEXDUMP_H

#include "util/buf.h"

/* 16 bytes a line: offset (that of the first byte is `offset`), hex, printable ASCII. */
void hexdump(buf *b, bytes data, uint64_t offset, const char *indent);

#endif
