#include "engine/wire.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "util/limits.h"

enum { PREFIX = 4, RECV_MIN = 64 * 1024 };

void wire_in_init(struct wire_in *in, int fd, bool take_fds)
{
	*in = (struct wire_in){ .fd = fd, .take_fds = take_fds };
}

void wire_in_done(struct wire_in *in)
{
	for (unsigned i = 0; i < in->nfds; i++)
		close(in->fds[i]);
	free(in->mem);
	*in = (struct wire_in){ .fd = -1 };
}

int wire_take_fd(struct wire_in *in)
{
	int fd;

	if (!in->nfds)
		return -1;
	fd = in->fds[0];
	memmove(in->fds, in->fds + 1, --in->nfds * sizeof in->fds[0]);
	return fd;
}

/* Make room behind the valid bytes for a frame of `need` bytes and more. */
static int room(struct wire_in *in, size_t need, err *e)
{
	size_t cap = need > RECV_MIN ? need : RECV_MIN;
	uint8_t *mem;

	if (in->start) {
		memmove(in->mem, in->mem + in->start, in->len);
		in->start = 0;
	}
	if (in->cap >= cap)
		return 0;
	mem = realloc(in->mem, cap);
	if (!mem)
		return err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for a message");
	in->mem = mem;
	in->cap = cap;
	return 0;
}

/* Keep what arrived, close what has no place. */
static void fds_keep(struct wire_in *in, struct msghdr *msg)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(msg); c; c = CMSG_NXTHDR(msg, c)) {
		size_t n;

		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
			continue;
		n = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		for (size_t i = 0; i < n; i++) {
			int fd;

			memcpy(&fd, CMSG_DATA(c) + i * sizeof fd, sizeof fd);
			if (in->nfds < WIRE_FDS)
				in->fds[in->nfds++] = fd;
			else
				close(fd);
		}
	}
}

static ssize_t receive(struct wire_in *in, bool wait)
{
	char control[CMSG_SPACE(WIRE_FDS * sizeof(int))];
	struct iovec iov = { in->mem + in->start + in->len, in->cap - in->start - in->len };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
	ssize_t n;

	if (in->take_fds) { /* without a control buffer the kernel drops descriptors */
		msg.msg_control = control;
		msg.msg_controllen = sizeof control;
	}
	do
		n = recvmsg(in->fd, &msg, MSG_CMSG_CLOEXEC | (wait ? 0 : MSG_DONTWAIT));
	while (n < 0 && errno == EINTR);
	if (n >= 0 && in->take_fds)
		fds_keep(in, &msg);
	return n;
}

enum wire_got wire_recv(struct wire_in *in, bool wait, bytes *ret_frame, err *e)
{
	for (;;) {
		uint32_t want = 0;
		ssize_t n;

		if (in->len >= PREFIX) {
			want = load_le32(in->mem + in->start);
			if (want > LIMIT_WIRE_FRAME) {
				err_set(e, ERR_LIMIT, ERR_NO_OFFSET, "message of %u bytes", want);
				return WIRE_BAD;
			}
			if (in->len - PREFIX >= want) {
				*ret_frame = (bytes){ in->mem + in->start + PREFIX, want };
				in->start += PREFIX + want;
				in->len -= PREFIX + want;
				return WIRE_FRAME;
			}
		}
		if (room(in, PREFIX + (size_t)want, e) < 0)
			return WIRE_BAD;
		n = receive(in, wait);
		if (n == 0)
			return WIRE_EOF;
		if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
			return WIRE_AGAIN;
		if (n < 0)
			return errno == ECONNRESET ? WIRE_EOF
						   : (err_errno(e, errno, "receiving a message"), WIRE_BAD);
		in->len += (size_t)n;
	}
}

int wire_send(int fd, bytes frame, const int *fds, unsigned nfds, bool wait, err *e)
{
	char control[CMSG_SPACE(WIRE_FDS * sizeof(int))] = { 0 };
	uint8_t prefix[PREFIX];
	struct iovec iov[2] = { { prefix, PREFIX }, { (void *)frame.ptr, frame.len } };
	struct msghdr msg = { .msg_iov = iov, .msg_iovlen = 2 };

	if (frame.len > LIMIT_WIRE_FRAME || nfds > WIRE_FDS)
		return err_set(e, ERR_LIMIT, ERR_NO_OFFSET, "message of %zu bytes", frame.len);
	for (int i = 0; i < PREFIX; i++)
		prefix[i] = (uint8_t)(frame.len >> (8 * i));
	if (nfds) {
		struct cmsghdr *c;

		msg.msg_control = control;
		msg.msg_controllen = CMSG_SPACE(nfds * sizeof(int));
		c = CMSG_FIRSTHDR(&msg);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(nfds * sizeof(int));
		memcpy(CMSG_DATA(c), fds, nfds * sizeof(int));
	}
	while (iov[0].iov_len + iov[1].iov_len) {
		ssize_t n = sendmsg(fd, &msg, MSG_NOSIGNAL | (wait ? 0 : MSG_DONTWAIT));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_errno(e, errno, "sending a message");
		msg.msg_control = NULL;
		msg.msg_controllen = 0;
		for (int i = 0; i < 2; i++) {
			size_t part = (size_t)n < iov[i].iov_len ? (size_t)n : iov[i].iov_len;

			iov[i].iov_base = (uint8_t *)iov[i].iov_base + part;
			iov[i].iov_len -= part;
			n -= (ssize_t)part;
		}
	}
	return 0;
}

static int pack_and_send(int fd, const ProtobufCMessage *m, const int *fds, unsigned nfds, bool wait, err *e)
{
	size_t len = protobuf_c_message_get_packed_size(m);
	uint8_t *p = malloc(len ? len : 1);
	int rc;

	if (!p)
		return err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for a message");
	protobuf_c_message_pack(m, p);
	rc = wire_send(fd, (bytes){ p, len }, fds, nfds, wait, e);
	free(p);
	return rc;
}

int wire_send_to(int fd, const Wire__ToWorker *m, const int *fds, unsigned nfds, err *e)
{
	return pack_and_send(fd, &m->base, fds, nfds, false, e);
}

int wire_send_from(int fd, const Wire__FromWorker *m, err *e)
{
	return pack_and_send(fd, &m->base, NULL, 0, true, e);
}

static void *unpack_alloc(void *mem, size_t n)
{
	return arena_alloc(mem, n ? n : 1);
}

static void unpack_free(void *mem, void *p)
{
	(void)mem;
	(void)p; /* goes with the arena */
}

Wire__ToWorker *wire_unpack_to(bytes frame, arena *mem)
{
	ProtobufCAllocator a = { unpack_alloc, unpack_free, mem };

	return wire__to_worker__unpack(&a, frame.len, frame.ptr);
}

Wire__FromWorker *wire_unpack_from(bytes frame, arena *mem)
{
	ProtobufCAllocator a = { unpack_alloc, unpack_free, mem };

	return wire__from_worker__unpack(&a, frame.len, frame.ptr);
}

ProtobufCBinaryData wire_bytes(str s)
{
	return (ProtobufCBinaryData){ s.len < LIMIT_WIRE_TEXT ? s.len : LIMIT_WIRE_TEXT, (uint8_t *)s.ptr };
}

void wire_add_varint(buf *b, uint64_t v)
{
	for (; v >= 0x80; v >>= 7)
		buf_byte(b, (char)(v | 0x80));
	buf_byte(b, (char)v);
}

void wire_add_element(buf *b, unsigned field, const ProtobufCMessage *m)
{
	size_t len = protobuf_c_message_get_packed_size(m);

	wire_add_varint(b, field << 3 | 2); /* length-delimited */
	wire_add_varint(b, len);
	if (!buf_reserve(b, len))
		return;
	protobuf_c_message_pack(m, (uint8_t *)b->ptr + b->len);
	b->len += len;
}
