#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

#include "evidence/evidence.h"

struct content {
	int fd;
	uint64_t at, end;
};

int content_file(struct content **ret, int fd, uint64_t begin, uint64_t end, err *e)
{
	struct content *c;

	if (begin > end)
		return err_set(e, ERR_ARG, begin, "content: begin %llu is behind end %llu",
			       (unsigned long long)begin, (unsigned long long)end);
	c = malloc(sizeof *c);
	if (!c)
		return err_set(e, ERR_OOM, begin, "content: no memory");
	*c = (struct content){ .fd = fd, .at = begin, .end = end };
	*ret = c;
	return 0;
}

int64_t content_read(struct content *c, uint8_t *to, size_t cap, err *e)
{
	uint64_t left = c->end - c->at;
	ssize_t n;

	if (c->at > INT64_MAX)
		return 0;
	if (cap > left)
		cap = (size_t)left;
	if (cap > SSIZE_MAX)
		cap = SSIZE_MAX;
	if (cap == 0)
		return 0;
	do
		n = pread(c->fd, to, cap, (off_t)c->at);
	while (n < 0 && errno == EINTR);
	if (n < 0) {
		err_errno(e, errno, "read at %llu", (unsigned long long)c->at);
		if (e)
			e->offset = c->at;
		return -1;
	}
	c->at += (uint64_t)n;
	return n;
}

void content_free(struct content *c)
{
	free(c);
}
