/* textlog.c - any bytes through every line format, whole, in small windows and cut in two, and through the
 * renderers. The first byte chooses the format (255: the one that is picked for the content), the second the cut. */
#include <stdlib.h>

#include "event/render.h"
#include "event/render_csv.h"
#include "readers/readers.h"
#include "readers/text/textlog.h"
#include "util/utf.h"

enum { ANY = 255 };

static void must_hold(bool fact)
{
	if (!fact)
		abort();
}

struct said {
	buf text; /* a line per event, without its number: later pieces do not know it */
	uint64_t steps;
};

/* What a JSON reader would stumble over: strings and brackets. */
static void must_be_object(str json)
{
	size_t depth = 0;
	bool in_string = false;

	must_hold(utf8_valid_prefix(json) == json.len && json.len >= 2 && json.ptr[0] == '{');
	for (size_t i = 0; i < json.len; i++) {
		char c = json.ptr[i];

		if (in_string) {
			must_hold((unsigned char)c >= 0x20);
			i += c == '\\';
			in_string = c != '"';
		} else {
			in_string = c == '"';
			depth += c == '{' || c == '[';
			depth -= c == '}' || c == ']';
			must_hold(depth > 0 || i + 1 == json.len);
		}
	}
	must_hold(!in_string && depth == 0);
}

static void say_event(struct said *s, const event *ev, bytes content)
{
	struct event_ref ref = ev->ref;
	event same = *ev;
	size_t at = s->text.len;
	buf csv = { 0 };

	must_hold(ref.offset <= content.len && ev->length <= content.len - ref.offset);
	must_hold(ev->raw.len == ev->length &&
		  (ev->length == 0 || memcmp(ev->raw.ptr, content.ptr + ref.offset, ev->length) == 0));
	must_hold(ev->schema->family == FAMILY_WINDOWS || ev->schema->dataset.len > 0);
	same.ref.record = 0;
	render_ecs(&s->text, &same, NULL);
	must_be_object((str){ s->text.ptr + at, s->text.len - at });
	at = s->text.len;
	render_evtx_json(&s->text, &same);
	must_be_object((str){ s->text.ptr + at, s->text.len - at });
	render_csv(&csv, &same, STR("x"));
	buf_done(&csv);
	buf_printf(&s->text, " %llu %u\n", (unsigned long long)ref.offset, ev->flags);
}

static void read_part(struct said *s, const struct reader_ops *ops, bytes content, uint64_t begin,
		      uint64_t end, size_t window)
{
	struct reader_env env = { .schemas = schema_set_new(NULL),
				  .begin = begin,
				  .end = end,
				  .ops = ops,
				  .head = content,
				  .mtime_ns = INT64_C(1704160000) * NS_PER_S };
	bytes from = { content.ptr + begin, content.len - (size_t)begin };
	struct reader_input in = { .data = { from.ptr, from.len < window ? from.len : window },
				   .offset = begin };
	enum reader_step step;
	void *self = NULL;

	in.last = in.data.len == from.len;
	must_hold(env.schemas && ops->open(&self, &env, NULL) == 0);
	do {
		struct gap gap = { 0 };
		event ev;
		err e = { 0 };

		step = ops->next(self, &in, &ev, &gap, &e);
		must_hold(++s->steps < 64 + 8 * content.len && step != READER_FATAL);
		if (step == READER_EVENT)
			say_event(s, &ev, content);
		if (step == READER_SKIPPED)
			must_hold(gap.from <= gap.to && gap.to <= content.len);
		if (step == READER_MORE) {
			uint64_t left = content.len - in.need_from;

			must_hold(!in.last && in.need_len > 0 && in.need_from >= in.offset);
			in.offset = in.need_from;
			in.data = (bytes){ content.ptr + in.need_from, (size_t)u64_min(left, in.need_len) };
			in.last = in.data.len == left;
		}
	} while (step != READER_END);
	ops->close(self);
	schema_set_free(env.schemas);
}

/* What seeds ask for, whose number would change with each new reader. NULL: no line format is picked. */
static const struct reader_ops *format_of(bytes content)
{
	bytes head = { content.ptr, u64_min(content.len, READER_PROBE_LEN) };
	const struct reader_ops *ops;
	err e = { 0 };

	ops = reader_pick(head, STR(""), &e);
	return ops && ops->text ? ops : NULL;
}

/* What makes reader_pick() leave formats out is true. */
static void claims_hold(bytes content)
{
	bytes head = { content.ptr, u64_min(content.len, READER_PROBE_LEN) };
	struct text_head_store *store;
	struct text_head text;

	if (text_head_init(&text, &store, head, STR("")))
		for (size_t i = 0; READERS[i]; i++)
			if (READERS[i]->text)
				must_hold(text_claim(READERS[i]->text, &text) <=
					  text_claim_most(READERS[i]->text));
	text_head_done(store);
}

static const struct reader_ops *format_at(unsigned n)
{
	unsigned count = 0;

	for (size_t i = 0; READERS[i]; i++)
		count += READERS[i]->text != NULL;
	for (size_t i = 0, k = 0; READERS[i]; i++)
		if (READERS[i]->text && k++ == n % count)
			return READERS[i];
	return NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct said whole = { 0 }, small = { 0 }, cut = { 0 };
	const struct reader_ops *ops;
	bytes content;
	uint64_t at;

	if (size < 2)
		return 0;
	content = (bytes){ data + 2, size - 2 };
	ops = data[0] == ANY ? format_of(content) : NULL;
	if (!ops)
		ops = format_at(data[0]);
	claims_hold(content);
	read_part(&whole, ops, content, 0, UINT64_MAX, size);
	read_part(&small, ops, content, 0, UINT64_MAX, 1);
	must_hold(str_eq(buf_view(&whole.text), buf_view(&small.text)));
	at = content.len * data[1] / 256 / TEXT_PIECE_ALIGN * TEXT_PIECE_ALIGN;
	if (ops->piece_align && at) {
		read_part(&cut, ops, content, 0, at, 7);
		read_part(&cut, ops, content, at, UINT64_MAX, 7);
	}
	buf_done(&whole.text);
	buf_done(&small.text);
	buf_done(&cut.text);
	return 0;
}
