/* evtx_writer.h - writing genuine EVTX files, for synthetic incidents and for tests.
 *
 * What it writes is what Windows writes: a 4096-byte file header, chunks of 64 KiB with string and
 * template tables, one template per shape of System part and one per event definition in each chunk,
 * values as substitutions, the event's own data as a nested fragment of type 0x21, records padded to
 * eight bytes with a copy of their size, and three CRC-32 that are right. It never writes damage:
 * tests take a good file and spoil it. Source: docs of the format in libevtx, [MS-EVEN6] 2.2.
 * Thread rule: one owner per writer. */
#ifndef SPOOR_RANGE_EVTX_WRITER_H
#define SPOOR_RANGE_EVTX_WRITER_H

#include <stdio.h>

#include "util/arena.h"
#include "util/err.h"
#include "util/str.h"

/* Value types as they lie in a file. */
enum evtx_type {
	EVTX_NULL = 0x00,
	EVTX_STRING = 0x01,
	EVTX_ANSI = 0x02,
	EVTX_I8 = 0x03,
	EVTX_U8 = 0x04,
	EVTX_I16 = 0x05,
	EVTX_U16 = 0x06,
	EVTX_I32 = 0x07,
	EVTX_U32 = 0x08,
	EVTX_I64 = 0x09,
	EVTX_U64 = 0x0a,
	EVTX_F32 = 0x0b,
	EVTX_F64 = 0x0c,
	EVTX_BOOL = 0x0d,
	EVTX_BINARY = 0x0e,
	EVTX_GUID = 0x0f,
	EVTX_SIZE = 0x10,
	EVTX_FILETIME = 0x11,
	EVTX_SYSTEMTIME = 0x12,
	EVTX_SID = 0x13,
	EVTX_HEX32 = 0x14,
	EVTX_HEX64 = 0x15,
	EVTX_BINXML = 0x21,
	EVTX_ARRAY = 0x80, /* or-ed with a type */
};

#define EVTX_FIELDS_MAX 64

struct evtx_field {
	char name[40];
	uint8_t type;  /* enum evtx_type */
	bool optional; /* the element vanishes where the value is null */
};

/* Where the values of an event stand. */
enum evtx_body {
	EVTX_EVENT_DATA, /* EventData/Data[@Name] */
	EVTX_USER_DATA,  /* UserData/<user_element>/<field> */
	EVTX_CLASSIC,    /* nameless Data and Binary, event id with qualifiers: fields[0] is the array */
	EVTX_BARE,       /* System only */
};

/* What all events of one provider, id and version share. */
struct evtx_def {
	const char *provider, *provider_guid; /* guid "{...}", or NULL where the provider is classic */
	const char *channel;
	uint16_t id, qualifiers, task;
	uint8_t version, level, opcode;
	uint64_t keywords;
	enum evtx_body body;
	const char *user_element, *user_ns;
	uint32_t nfields;
	struct evtx_field fields[EVTX_FIELDS_MAX];
};

struct evtx_value {
	uint8_t type; /* EVTX_NULL, or the field's type */
	bytes data;   /* as it lies in the file */
};

struct evtx_record {
	const struct evtx_def *def;
	const char *computer;
	uint64_t id;               /* 0: one more than the last */
	uint64_t written, created; /* FILETIME */
	uint32_t pid, tid;
	bytes user_sid;                  /* binary, empty: none */
	const uint8_t *activity;         /* 16 bytes or NULL */
	const struct evtx_value *values; /* def->nfields of them, or ... */
	bytes packed; /* ... packed_n descriptors {u16 size, u8 type, u8 0}, then their values */
	uint32_t packed_n;
};

struct evtx_writer;

/* Where the bytes of a file go: `data` at offset `at`. */
typedef int evtx_out(void *ctx, uint64_t at, bytes data, err *e);

/* Read `n` bytes back that `out` was given. */
typedef int evtx_in(void *ctx, uint64_t at, void *to, size_t n, err *e);

/* A definition must stay where it is, and as it is, while the writer lives. in: NULL where parking does nothing. */
int evtx_writer_new(struct evtx_writer **ret, evtx_out *out, evtx_in *in, void *ctx, err *e);
/* The same to a seekable file (borrowed). */
int evtx_writer_to_file(struct evtx_writer **ret, FILE *out, err *e);
/* ERR_LIMIT where a record does not fit into a chunk of its own. */
int evtx_writer_add(struct evtx_writer *w, const struct evtx_record *r, err *e);
/* Close the last chunk and write the file header. */
int evtx_writer_finish(struct evtx_writer *w, err *e);
/* Give the unfinished chunk to the file, and its memory back. The next record takes it from there: the file's
 * final bytes are the same. */
int evtx_writer_park(struct evtx_writer *w, err *e);
size_t evtx_writer_held(const struct evtx_writer *w); /* bytes of the unfinished chunk in memory; 0: parked */
uint64_t evtx_writer_last_id(const struct evtx_writer *w);
/* Place in the file of the record that was added last. */
uint64_t evtx_writer_last_at(const struct evtx_writer *w);
void evtx_writer_free(struct evtx_writer *w);

/* Text to the bytes of a type: decimal and 0x numbers, "{guid}", "S-1-5-18", "true", hex for binary,
 * ISO 8601 for times, elements separated by U+001F for arrays. An empty text of any type but STRING,
 * ANSI and arrays of them is a null value. ERR_ARG if the text is no such value. */
int evtx_value_parse(uint8_t type, str text, arena *mem, struct evtx_value *ret, err *e);

/* The type's name in definition tables ("u32", "hex64", "sid", "str[]"); false if unknown. */
bool evtx_type_parse(str name, uint8_t *ret);

/* Low 16 bits of h = h * 65599 + unit: names and template tables. */
uint16_t evtx_hash(bytes utf16);

#endif
