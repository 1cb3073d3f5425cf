/* wire.h - frames of wire.proto on a stream socket, and descriptors beside them.
 *
 * Refuses frames above LIMIT_WIRE_FRAME and messages that unpack to more than LIMIT_WIRE_UNPACKED.
 * Knows nothing of the meaning of messages. Thread rule: one owner per socket. */
#ifndef SPOOR_ENGINE_WIRE_H
#define SPOOR_ENGINE_WIRE_H

#include "engine/wire.pb-c.h"
#include "util/arena.h"
#include "util/buf.h"
#include "util/err.h"

#define WIRE_FDS 2 /* most descriptors beside one frame */

/* Receiving side of a socket. */
struct wire_in {
	int fd;
	bool take_fds; /* the worker's side; the coordinator never takes descriptors */
	uint8_t *mem;
	size_t cap, start, len;
	int fds[WIRE_FDS]; /* received and not yet taken, oldest first */
	unsigned nfds;
};

void wire_in_init(struct wire_in *in, int fd, bool take_fds);
void wire_in_done(struct wire_in *in); /* closes descriptors that nobody took, not the socket */

enum wire_got {
	WIRE_FRAME, /* *ret_frame is valid until the next call */
	WIRE_AGAIN, /* nothing complete yet (only where wait is false) */
	WIRE_EOF,
	WIRE_BAD /* *e */
};

enum wire_got wire_recv(struct wire_in *in, bool wait, bytes *ret_frame, err *e);

/* Take the oldest received descriptor; -1 if there is none. The caller closes it. */
int wire_take_fd(struct wire_in *in);

/* Send frame bytes with descriptors. wait false: all of it at once or an error. */
int wire_send(int fd, bytes frame, const int *fds, unsigned nfds, bool wait, err *e);

/* Pack and send. */
int wire_send_to(int fd, const Wire__ToWorker *m, const int *fds, unsigned nfds, err *e);
int wire_send_from(int fd, const Wire__FromWorker *m, err *e);

/* Unpack into mem, whose ceiling bounds it. NULL: malformed or too large. */
Wire__ToWorker *wire_unpack_to(bytes frame, arena *mem);
Wire__FromWorker *wire_unpack_from(bytes frame, arena *mem);

/* Views between the generated type and ours; too long text is cut. */
ProtobufCBinaryData wire_bytes(str s);
static inline str wire_str(ProtobufCBinaryData b)
{
	return (str){ (const char *)b.data, b.len };
}

/* Append one element of a repeated message field, packed: a packed message is the concatenation of its
 * fields, so that a batch can be built piece by piece without keeping its parts. */
void wire_add_element(buf *b, unsigned field, const ProtobufCMessage *m);
void wire_add_varint(buf *b, uint64_t v);

#endif
