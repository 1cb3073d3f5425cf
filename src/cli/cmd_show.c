#include <stdio.h>
#include <unistd.h>

#include "cli/declared_args.h"
#include "cli/hexdump.h"
#include "cli/onerecord.h"
#include "cli/record_json.h"
#include "event/render.h"
#include "util/limits.h"

static const struct cli_option OPTIONS[] = {
	{ 0, "json", NULL, "Only the record as JSON, on one line" },
	{ 0, "ecs", NULL, "Only the record in ECS, on one line" },
	{ 0, "object", NULL, "File, fields, JSON, bytes (base64) and neighbours as one JSON object" },
	DECLARED_OPTIONS,
	{ 0, "no-verify", NULL, "Do not hash the evidence first to prove that it is the same" },
	{ 0 },
};

struct shower {
	const struct cli *cli;
	const struct cli_args *args;
	const struct record_seen *seen;
	buf *out;
};

static void as_ecs(buf *b, const struct record_target *t, const event *ev)
{
	char hex[SHA256_HEX_LEN + 1] = "";
	struct render_source src = { .path = t->member.len ? t->member : t->file };

	if (t->has_sha256)
		sha256_hex(t->sha256, hex);
	src.sha256 = str_of(hex);
	render_ecs(b, ev, &src);
}

static void print_fields(buf *b, const event *ev)
{
	buf text = { .max = LIMIT_VALUE_TEXT };

	for (uint32_t i = 0; i < ev->schema->ncolumns; i++) {
		const struct column *c = &ev->schema->columns[i];
		value v = event_value(ev, (int32_t)i);

		if (v.type == VALUE_ABSENT || c->flags & COLUMN_F_HIDDEN)
			continue;
		buf_clear(&text);
		value_text(v, &text);
		buf_z(b, "  ");
		term_cell(b, c->name, 30);
		buf_z(b, "  ");
		term_str(b, buf_view(&text));
		buf_byte(b, '\n');
	}
	buf_done(&text);
}

static void print_record(struct shower *f, const event *ev)
{
	const struct record_target *t = f->seen->target;
	const struct term *term = &f->cli->out;
	buf *b = f->out, json = { 0 };
	bytes shown = ev->raw;
	char hex[SHA256_HEX_LEN + 1];

	buf_z(b, "file      ");
	term_str(b, t->member.len ? t->member : t->file);
	if (t->has_sha256) {
		sha256_hex(t->sha256, hex);
		buf_printf(b, "\nsha256    %s (%s)", hex, f->seen->verified ? "verified" : "not verified");
	}
	buf_printf(b, "\nrecord    %llu at byte %llu, %u bytes, read as %s%s%s\ntime      ",
		   (unsigned long long)ev->ref.record, (unsigned long long)ev->ref.offset, ev->length,
		   f->seen->ops->name, ev->flags & EVENT_RECOVERED ? ", recovered" : "",
		   ev->flags & EVENT_PARTIAL ? ", damaged" : "");
	if (ev->time_ns == TIME_NONE)
		buf_z(b, "unknown");
	buf_time(b, ev->time_ns);
	buf_z(b, "\n\n");
	term_begin(b, term, TERM_BOLD);
	buf_z(b, "Fields");
	term_end(b, term, TERM_BOLD);
	buf_byte(b, '\n');
	print_fields(b, ev);
	buf_byte(b, '\n');
	term_begin(b, term, TERM_BOLD);
	buf_z(b, "JSON");
	term_end(b, term, TERM_BOLD);
	buf_z(b, "\n  ");
	record_as_json(&json, f->seen->ops, ev);
	term_str(b, buf_view(&json));
	buf_done(&json);
	buf_z(b, "\n\n");
	term_begin(b, term, TERM_BOLD);
	buf_z(b, "Bytes");
	term_end(b, term, TERM_BOLD);
	buf_byte(b, '\n');
	if (shown.len > LIMIT_SHOW_DUMP)
		shown.len = LIMIT_SHOW_DUMP;
	hexdump(b, shown, ev->ref.offset, "  ");
	if (shown.len < ev->raw.len)
		buf_printf(b, "  and %zu more bytes\n", ev->raw.len - shown.len);
}

static int look_at_record(void *ctx, const struct record_seen *seen, const event *ev, err *e)
{
	struct shower *f = ctx;

	(void)e;
	f->seen = seen;
	if (args_get(f->args, "json")) {
		record_as_json(f->out, seen->ops, ev);
		buf_byte(f->out, '\n');
	} else if (args_get(f->args, "object")) {
		record_json_begin(f->out, seen, ev);
	} else if (args_get(f->args, "ecs")) {
		as_ecs(f->out, seen->target, ev);
		buf_byte(f->out, '\n');
	} else {
		print_record(f, ev);
	}
	return 0;
}

static int run(struct cli *cli, const struct cli_args *args)
{
	struct record_near near = { 0 };
	struct record_target t;
	buf out = { 0 };
	struct shower f = { .cli = cli, .args = args, .out = &out };
	err e = { .offset = ERR_NO_OFFSET };
	int code = EXIT_DONE;
	arena mem;

	if (args->paths.len < 1 || args->paths.len > 2)
		return cli_usage(cli, &command_show,
				 "show needs a case and a reference, or PATH:OFFSET:RECORD");
	arena_init(&mem, LIMIT_SHOW_MEM);
	if (record_target(&t, args->paths.at, args->paths.len, &mem, &e) < 0 ||
	    (t.near = &near, record_read(cli, args, &t, look_at_record, &f, &e)) < 0)
		code = cli_fail(cli, &e);
	else if (args_get(args, "object"))
		record_json_end(&out, &t);
	if (code == EXIT_DONE && cli_flush(STDOUT_FILENO, &out, &e) < 0)
		code = cli_fail(cli, &e);
	buf_done(&out);
	arena_done(&mem);
	return code;
}

const struct command command_show = {
	.name = "show",
	.summary = "one record, down to its bytes",
	.usage = "CASE REFERENCE | PATH:OFFSET[:RECORD]",
	.options = OPTIONS,
	.details =
		"The reference SHA256:OFFSET:RECORD is that of reports and of event.ref; the hash may be shortened to\n"
		"eight digits. The evidence is found again through the case and hashed, so that what is shown is\n"
		"what the case speaks of. Shown are the decoded fields, the record as JSON and its bytes with their\n"
		"offsets in the content.",
	.run = run,
};
