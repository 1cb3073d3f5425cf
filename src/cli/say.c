/* What commands say to people and to pipes. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "cli/command.h"

int cli_flush(int fd, buf *b, err *e)
{
	size_t done = 0;

	if (b->failed)
		return err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for output");
	while (done < b->len) {
		ssize_t n = write(fd, b->ptr + done, b->len - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EPIPE) /* the reader has enough, as in `spoor hunt ... | head` */
			_exit(EXIT_PIPE);
		if (n < 0)
			return err_errno(e, errno, "cannot write output");
		done += (size_t)n;
	}
	buf_clear(b);
	return 0;
}

/* One line; the message may hold text from the evidence, its line breaks are escaped. */
__attribute__((format(printf, 2, 0))) static void say_line(const struct cli *cli, const char *fmt, va_list ap)
{
	char text[1024];
	buf b = { 0 };
	err ignored;

	vsnprintf(text, sizeof text, fmt, ap);
	if (cli->err.is_tty)
		buf_z(&b, "\r\x1b[K"); /* the line of progress, where there is one */
	term_begin(&b, &cli->err, TERM_BOLD);
	buf_z(&b, "spoor: ");
	term_end(&b, &cli->err, TERM_BOLD);
	term_str(&b, str_of(text));
	buf_byte(&b, '\n');
	cli_flush(STDERR_FILENO, &b, &ignored);
	buf_done(&b);
}

void cli_say(const struct cli *cli, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say_line(cli, fmt, ap);
	va_end(ap);
}

int cli_fail(const struct cli *cli, const err *e)
{
	if (e->offset != ERR_NO_OFFSET && e->code != ERR_ARG)
		cli_say(cli, "%s (at byte %llu)", e->text, (unsigned long long)e->offset);
	else
		cli_say(cli, "%s", e->text[0] ? e->text : "failed without a reason: please report this");
	switch (e->code) {
	case ERR_ARG:
		return EXIT_USAGE;
	case ERR_BUSY:
		return EXIT_BUSY;
	case ERR_OOM:
	case ERR_NONE:
		return EXIT_INTERNAL;
	default:
		return EXIT_INPUT;
	}
}

int cli_usage(const struct cli *cli, const struct command *cmd, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say_line(cli, fmt, ap);
	va_end(ap);
	if (cmd)
		cli_say(cli, "usage: spoor %s %s  (more: spoor %s --help)", cmd->name, cmd->usage, cmd->name);
	else
		cli_say(cli, "commands are listed by: spoor help");
	return EXIT_USAGE;
}
