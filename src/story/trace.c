#include <stdlib.h>

#include "story/trace_priv.h"

/* --- texts ----------------------------------------------------------------------------------- */

text_id trace_id(struct trace *t, str s)
{
	struct map_entry *m = s.len ? map_put(&t->texts, s, t->texts.len + 1, NULL) : NULL;

	if (s.len && !m)
		t->b->st->dropped++;
	return m ? (text_id)m->value : 0;
}

text_id trace_id_lower(struct trace *t, str s)
{
	buf *lower = &t->scratch;

	buf_clear(lower);
	for (size_t i = 0; i < s.len; i++)
		buf_byte(lower, s.ptr[i] >= 'A' && s.ptr[i] <= 'Z' ? (char)(s.ptr[i] + 32) : s.ptr[i]);
	return lower->failed ? 0 : trace_id(t, buf_view(lower));
}

text_id trace_find(const struct trace *t, str s)
{
	struct map_entry *m = s.len ? map_get(&t->texts, s) : NULL;

	return m ? (text_id)m->value : 0;
}

str trace_text(const struct trace *t, text_id id)
{
	return id ? t->texts.entries[id - 1].key : STR("");
}

str command_image(str c)
{
	str rest, one;

	c = str_trim(c);
	if (c.len && c.ptr[0] == '"')
		return str_cut((str){ c.ptr + 1, c.len - 1 }, '"', &rest);
	/* unquoted paths may hold spaces: up to the first ending of a program, else the first word */
	for (size_t i = 0; i + 4 <= c.len; i++)
		if (str_eq_ascii_nocase((str){ c.ptr + i, 4 }, STR(".exe")) &&
		    (i + 4 == c.len || c.ptr[i + 4] == ' '))
			return (str){ c.ptr, i + 4 };
	one = str_cut(c, ' ', &rest);
	return one;
}

/* --- rows ------------------------------------------------------------------------------------ */

void span_widen(struct span *s, const struct fact *f)
{
	if (s->count == 0) {
		s->first_ns = s->last_ns = TIME_NONE;
		s->day = INT32_MIN;
	}
	s->count += f->count;
	span_add(&s->first_ns, &s->last_ns, f->first_ns, f->last_ns);
	if (f->first_ns != TIME_NONE) {
		int32_t day = (int32_t)(f->first_ns / DAY);

		if (day != s->day)
			s->days++;
		s->day = day;
	}
	refs_add_all(&s->refs, f->refs, f->nrefs);
}

/* The number of the row with this key in a table of `len` rows: len itself if it is new. False past a
 * ceiling, which is counted. */
bool row_of(struct trace *t, int table, const void *key, size_t n, size_t len, uint32_t *ret)
{
	bool fresh;
	struct map_entry *m = len < LIMIT_TRACE_ROWS ? map_put(&t->keys[table], (str){ key, n }, len, &fresh)
						     : map_get(&t->keys[table], (str){ key, n });

	if (!m) {
		t->b->st->dropped++;
		return false;
	}
	*ret = (uint32_t)m->value;
	return true;
}

/* --- all of it --------------------------------------------------------------------------------- */

static int arrival_order(const void *pa, const void *pb)
{
	const struct arrival_at *a = pa, *b = pb;

	if (a->to != b->to)
		return a->to < b->to ? -1 : 1;
	if (a->ns != b->ns)
		return a->ns < b->ns ? -1 : 1;
	return (a->access > b->access) - (a->access < b->access);
}

static int contact_order(const void *pa, const void *pb)
{
	const struct contact *a = pa, *b = pb;

	if (a->host != b->host)
		return a->host < b->host ? -1 : 1;
	if (a->dest != b->dest)
		return a->dest < b->dest ? -1 : 1;
	return (a->ip > b->ip) - (a->ip < b->ip);
}

static int install_order(const void *pa, const void *pb)
{
	const struct install *a = pa, *b = pb;

	if (a->host != b->host)
		return a->host < b->host ? -1 : 1;
	if (a->s.first_ns != b->s.first_ns)
		return a->s.first_ns < b->s.first_ns ? -1 : 1;
	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	return (a->object > b->object) - (a->object < b->object);
}

static int program_order(const void *pa, const void *pb)
{
	const struct program *a = pa, *b = pb;

	if (a->host != b->host)
		return a->host < b->host ? -1 : 1;
	if (a->s.first_ns != b->s.first_ns)
		return a->s.first_ns < b->s.first_ns ? -1 : 1;
	if (a->image != b->image)
		return a->image < b->image ? -1 : 1;
	return (a->hash > b->hash) - (a->hash < b->hash);
}

/* Order a table by host and note where each host begins; rows of nobody stand behind all. */
#define INDEX(t, table, order)                                                                               \
	do {                                                                                                 \
		uint32_t n_ = (uint32_t)(t)->b->host.len, at_ = 0;                                           \
                                                                                                             \
		if ((t)->table.len)                                                                          \
			qsort((t)->table.at, (t)->table.len, sizeof *(t)->table.at, (order));                \
		(t)->table##_of = arena_array(&(t)->b->st->arrays, n_ + 2, sizeof *(t)->table##_of);         \
		for (uint32_t h_ = 0; (t)->table##_of && h_ <= n_; h_++) {                                   \
			while (at_ < (t)->table.len && (t)->table.at[at_].host < h_)                         \
				at_++;                                                                       \
			(t)->table##_of[h_] = at_;                                                           \
		}                                                                                            \
		(t)->b->failed |= !(t)->table##_of;                                                          \
	} while (0)

void trace_collect(struct builder *b, struct trace *t)
{
	static const struct {
		enum fact_kind kind;
		int (*fn)(void *, const struct fact *, err *);
	} PASSES[] = {
		{ FACT_LOOKUP, trace_lookup },
		{ FACT_CONNECTION, trace_connection },
		{ FACT_PROXY_REQUEST, trace_proxy },
		{ FACT_LOGON, trace_logon },
		{ FACT_EXPLICIT_CREDENTIALS, trace_explicit },
		{ FACT_REMOTE_SESSION, trace_session },
		{ FACT_SHARE_ACCESS, trace_share },
		{ FACT_SERVICE_INSTALL, trace_service },
		{ FACT_TASK_INSTALL, trace_task },
		{ FACT_MODULE_INSTALL, trace_module },
		{ FACT_PROCESS_START, trace_start },
		{ FACT_FILE_WRITE, trace_write },
		{ FACT_ARTEFACT_SERVED, trace_served },
		{ FACT_WEB_REQUEST, trace_request },
		{ FACT_MAIL_ACCESS, trace_mail },
		{ FACT_TRANSFER, trace_reply },
	};

	*t = (struct trace){ .b = b };
	map_init(&t->name_ip, LIMIT_TRACE_TEXTS, LIMIT_TRACE_TEXT_BYTES);
	map_init(&t->texts, LIMIT_TRACE_TEXTS, LIMIT_TRACE_TEXT_BYTES);
	for (size_t i = 0; i < TRACE_TABLES; i++)
		map_init(&t->keys[i], LIMIT_TRACE_ROWS, LIMIT_TRACE_TEXT_BYTES);
	trace_times(t);
	for (size_t i = 0; i < COUNT(PASSES) && b->rc == 0 && !b->failed; i++)
		b->rc = trace_each_fact(t, PASSES[i].kind, PASSES[i].fn, t);
	if (b->rc == 0 && !b->failed)
		trace_fronts(t);
	if (t->arrival.len)
		qsort(t->arrival.at, t->arrival.len, sizeof *t->arrival.at, arrival_order);
	INDEX(t, contact, contact_order);
	INDEX(t, install, install_order);
	INDEX(t, program, program_order);
}

void trace_done(struct trace *t)
{
	map_done(&t->name_ip);
	map_done(&t->texts);
	for (size_t i = 0; i < TRACE_TABLES; i++)
		map_done(&t->keys[i]);
	VEC_DONE(&t->contact);
	VEC_DONE(&t->access);
	VEC_DONE(&t->arrival);
	VEC_DONE(&t->install);
	VEC_DONE(&t->program);
	VEC_DONE(&t->written);
	VEC_DONE(&t->served);
	VEC_DONE(&t->request);
	VEC_DONE(&t->mail);
	VEC_DONE(&t->inbound);
	VEC_DONE(&t->inner);
	VEC_DONE(&t->name);
	buf_done(&t->scratch);
}
