#include "fake.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "detect/image.h"
#include <unistd.h>

#include "detect/detect.h"
#include "detect/image.h"
#include "event/render.h"
#include "readers/evtx/evtx.h"
#include "readers/reader.h"

/* --- reader --------------------------------------------------------------------------------- */

struct fake {
	struct reader_env env;
	const struct schema *schema;
	uint64_t at;
	value text, id;
	uint8_t id_bytes[8];
	struct record_run run;
	bool has_run, run_taken;
};

static const struct schema *fake_schema(struct schema_set *set)
{
	static const struct column COLUMNS[] = {
		{ .name = { "Channel", 7 },
		  .raw = { "Channel", 7 },
		  .path = { "System/Channel", 14 },
		  .slot = -1,
		  .section = SECTION_SYSTEM },
		{ .name = { "Computer", 8 },
		  .raw = { "Computer", 8 },
		  .path = { "System/Computer", 15 },
		  .slot = -2,
		  .section = SECTION_SYSTEM },
		{ .name = { "Text", 4 },
		  .raw = { "Text", 4 },
		  .path = { "EventData/Text", 14 },
		  .slot = 0,
		  .section = SECTION_EVENTDATA },
	};
	value consts[] = { value_utf8(STR("Security")), value_utf8(STR("host")) };
	struct schema proto = { .family = FAMILY_WINDOWS,
				.reader = "fake",
				.columns = COLUMNS,
				.ncolumns = COUNT(COLUMNS),
				.consts = consts,
				.nconsts = COUNT(consts),
				.nslots = 1 };

	return schema_set_add(set, &proto, NULL);
}

static int fake_open(void **ret, const struct reader_env *env, err *e)
{
	struct fake *f = calloc(1, sizeof *f);

	if (!f)
		return err_set(e, ERR_OOM, 0, "no memory");
	f->env = *env;
	f->at = env->begin ? env->begin : FAKE_RECORD;
	f->schema = fake_schema(env->schemas);
	*ret = f;
	return 0;
}

static void loop_forever(void)
{
	for (volatile unsigned i = 0;; i++)
		;
}

/* What a worker that somebody else took over might say. */
static void invalid_message(void)
{
	static const char JUNK[] = "\x08\0\0\0junkjunk";

	if (write(3, JUNK, sizeof JUNK - 1) < 0)
		_exit(1);
	usleep(10000000);
}

static void note_run(struct fake *f, uint64_t id, int64_t ns)
{
	if (!f->has_run)
		f->run = (struct record_run){ STR("host"), STR("Security"), id, id, ns, ns };
	f->has_run = true;
	f->run.last = id;
	f->run.last_ns = ns;
}

static enum reader_step fake_event(struct fake *f, bytes record, event *ev)
{
	uint64_t id = strtoull((const char *)record.ptr + 1, NULL, 10);
	int64_t ns = (INT64_C(1700000000) + (int64_t)id) * NS_PER_S;

	f->text = value_utf8((str){ (const char *)record.ptr, FAKE_RECORD - 1 });
	note_run(f, id, ns);
	*ev = (event){ .schema = f->schema,
		       .values = &f->text,
		       .time_ns = ns,
		       .written_ns = ns,
		       .length = FAKE_RECORD,
		       .raw = record,
		       .ref = { f->env.item, f->at, id } };
	f->at += FAKE_RECORD;
	return READER_EVENT;
}

static enum reader_step fake_next(void *self, struct reader_input *in, event *ev, struct gap *g, err *e)
{
	struct fake *f = self;
	bytes record;

	if (f->at >= f->env.end)
		return READER_END;
	if (!bytes_sub(in->data, f->at - in->offset, FAKE_RECORD, &record)) {
		if (in->last)
			return READER_END;
		in->need_from = f->at;
		in->need_len = FAKE_RECORD;
		return READER_MORE;
	}
	switch (record.ptr[0]) {
	case 'S':
		signal(SIGSEGV, SIG_DFL); /* a sanitizer would catch it */
		raise(SIGSEGV);
		break;
	case 'L':
		loop_forever();
		break;
	case 'X':
		_exit(9);
	case 'M':
		invalid_message();
		break;
	case 'F':
		err_set(e, ERR_CORRUPT, f->at, "fake: cannot go on");
		return READER_FATAL;
	case 'O': {
		int fd = open("/etc/passwd", O_RDONLY | O_CLOEXEC);

		gap_set(g, GAP_DAMAGED, f->at, f->at + FAKE_RECORD, fd >= 0 ? "opened" : "refused");
		f->at += FAKE_RECORD;
		return READER_SKIPPED;
	}
	case 'B':
		gap_set(g, GAP_DAMAGED, f->at, f->at + FAKE_RECORD, "fake: bad record");
		g->lost = 1;
		f->at += FAKE_RECORD;
		return READER_SKIPPED;
	default:
		break;
	}
	return fake_event(f, record, ev);
}

static bool fake_run(void *self, struct record_run *ret)
{
	struct fake *f = self;

	if (!f->has_run || f->run_taken)
		return false;
	f->run_taken = true;
	*ret = f->run;
	return true;
}

static const struct reader_ops FAKE = {
	.name = "fake", .open = fake_open, .next = fake_next, .run = fake_run, .close = free
};
static const struct reader_ops FAKP = { .name = "fakp",
					.open = fake_open,
					.next = fake_next,
					.run = fake_run,
					.close = free,
					.piece_align = 4096,
					.piece_first = FAKE_RECORD };

const struct reader_ops *reader_pick(bytes head, str path, err *e)
{
	bytes magic;

	if (bytes_sub(head, 0, 4, &magic) && memcmp(magic.ptr, "FAKE", 4) == 0)
		return &FAKE;
	if (bytes_sub(head, 0, 4, &magic) && memcmp(magic.ptr, "FAKP", 4) == 0)
		return &FAKP;
	err_set(e, ERR_UNSUPPORTED, 0, "content matches no known format");
	return NULL;
}

const struct reader_ops *reader_named(str name)
{
	return str_eq(name, STR("fake")) ? &FAKE : str_eq(name, STR("fakp")) ? &FAKP : NULL;
}

/* --- renderers ------------------------------------------------------------------------------ */

static bool render(buf *out, const event *ev)
{
	buf_str(out, str_trim(value_str(ev->values[0], NULL)));
	return !out->failed;
}

bool evtx_render_json(buf *out, const event *ev)
{
	return render(out, ev);
}

void render_evtx_json(buf *out, const event *ev)
{
	render(out, ev);
}

void render_ecs(buf *out, const event *ev, const struct render_source *src)
{
	render(out, ev);
}

struct render_cache {
	int unused;
};

struct render_cache *render_cache_new(err *e)
{
	return calloc(1, sizeof(struct render_cache));
}

void render_cache_free(struct render_cache *c)
{
	free(c);
}

void render_cache_clear(struct render_cache *c)
{
}

/* --- rules ---------------------------------------------------------------------------------- */

struct ruleset {
	int unused;
};
struct detector {
	int unused;
};

int ruleset_thaw(struct ruleset **ret, void *image, size_t len, err *e)
{
	if (!str_eq((str){ image, len }, STR("rules")))
		return err_set(e, ERR_CORRUPT, 0, "fake rules are \"rules\"");
	*ret = calloc(1, sizeof **ret);
	return 0;
}

void ruleset_free(struct ruleset *rs)
{
	free(rs);
}

void detector_set_naive(struct detector *d, bool naive)
{
	(void)d, (void)naive;
}

int detector_new(struct detector **ret, const struct ruleset *rs, err *e)
{
	*ret = calloc(1, sizeof **ret);
	return 0;
}

int detector_declare(struct detector *d, const struct logsource_triple *source, err *e)
{
	return 0;
}

int detector_event(struct detector *d, const event *ev, finding_sink sink, void *ctx, err *e)
{
	str text = value_str(ev->values[0], NULL);
	struct finding f = {
		.rule_id = STR("r1"),
		.rule_title = STR("Evil"),
		.level = LEVEL_HIGH,
		.tags = STR("attack.t1059"),
		.time_ns = ev->time_ns,
		.host = STR("host"),
		.refs = &ev->ref,
		.nrefs = 1,
		.ndetails = 1,
		.details = { { STR("Text"), str_trim(text) } },
	};

	return str_find(text, STR("evil")) == SIZE_MAX ? 0 : sink(ctx, &f, e);
}

bool detector_take_gap(struct detector *d, struct gap *ret)
{
	return false;
}

void detector_forget_schemas(struct detector *d)
{
}

void detector_free(struct detector *d)
{
	free(d);
}
